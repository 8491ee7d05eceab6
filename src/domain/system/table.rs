//! The register as a table in a file: read line by line with all that is wrong, and written so that no cell is a formula.

use std::collections::BTreeMap;

use super::{System, Written};
use crate::domain::cell::{harmless, meant};
use crate::domain::mistake::Mistake;

/// The columns of the register's file, in their order.
pub const FILE_COLUMNS: [&str; 14] = [
    "id",
    "name",
    "kind",
    "country",
    "part",
    "owner",
    "mail",
    "language",
    "categories",
    "purposes",
    "procedure-en",
    "procedure-zh-Hans",
    "backup-days",
    "active",
];

/// The columns that a file may leave out; its systems then have the value beside it.
const OPTIONAL: [(&str, &str); 6] = [
    ("mail", ""),
    ("language", "en"),
    ("procedure-en", ""),
    ("procedure-zh-Hans", ""),
    ("backup-days", ""),
    ("active", "yes"),
];

/// Reads a table of systems with a line of column names.
///
/// # Errors
/// Everything that is wrong, by line, with what to do about it. Then nothing of the file should be used.
pub fn read_table(bytes: &[u8], file: &str) -> Result<Vec<System>, Vec<Mistake>> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes
            .iter()
            .take(error.valid_up_to())
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        vec![Mistake::new(
            file,
            line,
            "The file is not in UTF-8.",
            "Save it as CSV UTF-8.",
        )]
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns = header(&mut reader, file)?;
    let mut mistakes = Vec::new();
    let mut systems = Vec::new();
    let mut lines = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| vec![unreadable(file, &error)])?;
        let line = record.position().map_or(0, |at| line_of(at.line()));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() != columns.len() {
            let what = format!(
                "The line has {} cells, and the file has {} columns.",
                record.len(),
                columns.len()
            );
            mistakes.push(Mistake::new(
                file,
                line,
                what,
                "Put text that holds a comma between quotation marks.",
            ));
            continue;
        }
        let mut written = Written::default();
        OPTIONAL.iter().for_each(|(column, value)| written.set(column, value));
        for (column, cell) in columns.iter().zip(&record) {
            written.set(column, meant(cell));
        }
        match written.read() {
            Ok(system) => match lines.insert(system.id.clone(), line) {
                None => systems.push(system),
                Some(first) => mistakes.push(Mistake::new(
                    file,
                    line,
                    format!("The id `{}` stands on line {first} already.", system.id),
                    "Give each system an id of its own, or take one of the lines out.",
                )),
            },
            Err(flaws) => mistakes.extend(
                flaws
                    .iter()
                    .map(|flaw| Mistake::new(file, line, flaw.to_string(), flaw.wrong.cure())),
            ),
        }
    }
    if systems.is_empty() && mistakes.is_empty() {
        mistakes.push(Mistake::new(
            file,
            0,
            "The file names no system.",
            "Add one line for each.",
        ));
    }
    if mistakes.is_empty() {
        Ok(systems)
    } else {
        Err(mistakes)
    }
}

/// The register as a table that reads back as it is.
pub fn write_table<'s>(systems: impl IntoIterator<Item = &'s System>) -> String {
    let rows = systems.into_iter().map(|system| {
        let written = system.written();
        FILE_COLUMNS.map(|column| written.text(column).to_owned())
    });
    let mut text = csv_line(&FILE_COLUMNS.map(str::to_owned));
    rows.for_each(|row| text.push_str(&csv_line(&row)));
    text
}

/// The names of the columns, each known and there once.
fn header(reader: &mut csv::Reader<&[u8]>, file: &str) -> Result<Vec<String>, Vec<Mistake>> {
    let record = reader.headers().map_err(|error| vec![unreadable(file, &error)])?;
    let columns: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
    let mut mistakes = Vec::new();
    for (index, name) in columns.iter().enumerate() {
        if !FILE_COLUMNS.contains(&name.as_str()) {
            let cure = format!("Use these columns: {}.", FILE_COLUMNS.join(", "));
            mistakes.push(Mistake::new(file, 1, format!("There is no column `{name}`."), cure));
        } else if columns.iter().take(index).any(|before| before == name) {
            let what = format!("The column `{name}` is there twice.");
            mistakes.push(Mistake::new(file, 1, what, "Keep one of the two."));
        }
    }
    for column in FILE_COLUMNS {
        let may_lack = OPTIONAL.iter().any(|(name, _)| *name == column);
        if !may_lack && !columns.iter().any(|name| name == column) {
            let what = format!("The column `{column}` is not there.");
            mistakes.push(Mistake::new(file, 1, what, "Add it to the first line."));
        }
    }
    if mistakes.is_empty() {
        Ok(columns)
    } else {
        Err(mistakes)
    }
}

fn unreadable(file: &str, error: &csv::Error) -> Mistake {
    let line = error.position().map_or(0, |at| line_of(at.line()));
    Mistake::new(
        file,
        line,
        "The line cannot be read.",
        "Save the file as CSV UTF-8 again.",
    )
}

fn line_of(line: u64) -> usize {
    usize::try_from(line).unwrap_or(0)
}

/// One line of a CSV file (RFC 4180). A cell that a spreadsheet would calculate starts with an apostrophe instead.
pub fn csv_line(cells: &[String]) -> String {
    let cells = cells.iter().map(|cell| {
        let harmless = harmless(cell);
        if harmless.contains([',', '"', '\n', '\r', ';']) {
            format!("\"{}\"", harmless.replace('"', "\"\""))
        } else {
            harmless.into_owned()
        }
    });
    let mut text = cells.collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::policy::{CategoryId, Localized, SystemId};
    use crate::domain::system::{Contact, LegalBasis, Part, Purpose, SystemKind};

    const HEAD: &str = "id,name,kind,country,part,owner,mail,language,categories,purposes\n";

    fn mistakes(text: &str) -> Vec<(usize, String)> {
        read_table(text.as_bytes(), "systems.csv")
            .unwrap_err()
            .into_iter()
            .map(|mistake| (mistake.line, mistake.what))
            .collect()
    }

    #[test]
    fn a_table_with_only_what_must_be_there_is_read() {
        let text = format!(
            "\u{feff}{HEAD}shop,Web shop,own,cn,holder,Li,li@example.com,zh-Hans,contact; orders,Orders = contract; Newsletter=consent\n\n"
        );
        let systems = read_table(text.as_bytes(), "systems.csv").unwrap();
        let [shop] = systems.as_slice() else {
            panic!("{systems:?}")
        };
        assert_eq!(shop.country, "CN");
        assert_eq!(shop.categories.len(), 2);
        assert!(shop.rests_on_consent() && shop.active && shop.backup_days.is_none());
    }

    #[test]
    fn each_mistake_is_told_with_its_line_and_all_of_them_at_once() {
        let rows = [
            "shop,Web shop,own,CN,holder,Li,li@example.com,en,contact,Orders = contract",
            "shop,Twice,own,CN,holder,Li,li@example.com,en,contact,Orders = contract",
            "Crm,,partner,China,keeper,,li at example.com,fr,Contact Data,Orders",
            "crm,Too,few",
        ];
        let found = mistakes(&format!("{HEAD}{}\n", rows.join("\n")));
        let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5]);
        assert!(found[0].1.contains("line 2"), "{found:?}");
        assert!(found[11].1.contains("3 cells"), "{found:?}");
    }

    #[test]
    fn unknown_missing_and_doubled_columns_are_told_before_any_line() {
        let found = mistakes("id,name,name,colour\nshop,Shop,Shop,red\n");
        assert!(found.iter().all(|(line, _)| *line == 1), "{found:?}");
        for word in ["`name` is there twice", "no column `colour`", "`purposes` is not there"] {
            assert!(found.iter().any(|(_, what)| what.contains(word)), "{word}: {found:?}");
        }
        assert_eq!(mistakes(HEAD), [(0, "The file names no system.".to_owned())]);
        assert_eq!(
            read_table(b"id,name\nshop,\xff", "x").unwrap_err()[0].what,
            "The file is not in UTF-8."
        );
    }

    #[test]
    fn no_cell_of_an_export_is_a_formula() {
        for start in ["=", "+", "-", "@", "\t", "＝", "＠"] {
            let cell = format!("{start}cmd");
            assert!(csv_line(std::slice::from_ref(&cell)).starts_with('\''), "{cell:?}");
        }
        assert_eq!(
            csv_line(&["a,b".into(), "say \"no\"".into()]),
            "\"a,b\",\"say \"\"no\"\"\"\r\n"
        );
    }

    prop_compose! {
        fn system()(
            id in "[a-z][a-z0-9-]{0,8}",
            name in "[=+'@a-zA-Z，\"字,;]{0,5}[a-zA-Z字]",
            kind in prop::sample::select(SystemKind::ALL.to_vec()),
            part in prop::sample::select(Part::ALL.to_vec()),
            categories in prop::collection::btree_set("[a-z]{1,6}", 1..3),
            purpose in "[a-z=，字]{0,4}[a-z]",
            basis in prop::sample::select(LegalBasis::ALL.to_vec()),
            procedure in "([a-z\"\n,]{0,10}[a-z])?",
            backup_days in prop::option::of(0_u32..400),
            active in any::<bool>(),
        ) -> System {
            let procedure = if procedure.is_empty() { Localized::default() } else { Localized::new("en", procedure.trim()) };
            System {
                id: SystemId::new(&id),
                owner: Contact { name: name.clone(), mail: "li@example.com".into(), language: "zh-Hans".into() },
                name,
                kind,
                country: "DE".into(),
                part,
                categories: categories.iter().map(|id| CategoryId::new(id)).collect(),
                purposes: vec![Purpose { name: purpose, basis }],
                procedure,
                backup_days,
                active,
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_exported_is_imported_as_it_was(system in system()) {
            let text = write_table([&system]);
            prop_assert_eq!(read_table(text.as_bytes(), "x"), Ok(vec![system]));
        }
    }
}
