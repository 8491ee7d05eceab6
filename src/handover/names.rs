//! Names inside an archive: foreign names are text only, never a path, and no two are alike.

use std::collections::BTreeSet;

/// The longest name of a file, in characters; the ending is kept.
const LONGEST: usize = 80;

/// A name for the archive from a foreign one: letters, digits and a few marks, one ending, numbered so that none is twice.
pub fn inside(number: usize, foreign: &str, taken: &mut BTreeSet<String>) -> String {
    let clean: String = foreign
        .chars()
        .map(|one| {
            if one.is_alphanumeric() || matches!(one, '.' | '-' | '_') {
                one
            } else {
                '_'
            }
        })
        .collect();
    let clean = clean.trim_matches(['.', '_']);
    let (stem, ending) = match clean.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.chars().count() <= 10 => (stem, format!(".{ending}")),
        _ => (clean, String::new()),
    };
    let stem: String = stem.chars().take(LONGEST).collect();
    let stem = if stem.is_empty() { "file" } else { &stem };
    let mut name = format!("files/{number:02}-{stem}{ending}");
    // The number makes names differ; a file system that folds case or width must not bring two together either.
    while !taken.insert(name.to_lowercase()) {
        name = format!("files/{number:02}-{stem}-{}{ending}", taken.len());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leaves_the_folder_or_hides_its_ending() {
        let mut taken = BTreeSet::new();
        for (foreign, wanted) in [
            ("orders.csv", "files/01-orders.csv"),
            ("../../etc/passwd", "files/01-etc_passwd"),
            ("C:\\Users\\x\\报表.xlsx", "files/01-C__Users_x_报表.xlsx"),
            ("a\u{202e}fdp.exe", "files/01-a_fdp.exe"),
            ("", "files/01-file"),
            ("...", "files/01-file-5"),
            ("=cmd|' /C calc'!A0.csv", "files/01-cmd____C_calc__A0.csv"),
        ] {
            assert_eq!(inside(1, foreign, &mut taken), wanted, "{foreign:?}");
        }
        let long = inside(2, &"长".repeat(500), &mut taken);
        assert!(long.chars().count() <= LONGEST + 10);
    }
}
