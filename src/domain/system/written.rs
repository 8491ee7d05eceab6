//! A system as people write it, in a line of a table or in a form, and what is wrong with what they wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Contact, FILE_COLUMNS, LegalBasis, Part, Purpose, System, SystemKind};
use crate::domain::policy::{CategoryId, Localized, SystemId};

/// The longest text of a column, in characters.
const LONGEST: usize = 4_000;

/// The columns of a system by name, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written(BTreeMap<&'static str, String>);

/// One thing wrong with what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The column.
    pub column: &'static str,
    /// What is wrong with it.
    pub wrong: Wrong,
    /// What stands there.
    pub found: String,
}

/// What can be wrong with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// Nothing stands there, and something has to.
    Missing,
    /// An id has other characters than small letters, digits and hyphens.
    Id,
    /// None of the words that may stand there.
    Word(&'static [&'static str]),
    /// Not two letters.
    Country,
    /// No mail address.
    Mail,
    /// No whole number of days.
    Days,
    /// A purpose is not written as `purpose = basis`.
    Purpose,
    /// Too long.
    Length,
    /// Another system has it.
    Taken,
}

impl Wrong {
    /// A key for the sentence in another language.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Id => "id",
            Self::Word(_) => "word",
            Self::Country => "country",
            Self::Mail => "mail",
            Self::Days => "days",
            Self::Purpose => "purpose",
            Self::Length => "length",
            Self::Taken => "taken",
        }
    }

    /// What to do about it, as a sentence.
    pub fn cure(self) -> String {
        match self {
            Self::Missing => "Fill it in.".to_owned(),
            Self::Id => "Use small letters, digits and hyphens, at most 60.".to_owned(),
            Self::Word(words) => format!("Use one of {}.", words.join(", ")),
            Self::Country => "Use the two letters of the country, such as CN.".to_owned(),
            Self::Mail => "Use one mail address, or leave it empty.".to_owned(),
            Self::Days => "Use a whole number of days, or leave it empty when there are no backups.".to_owned(),
            Self::Purpose => {
                "Write each purpose as `purpose = basis` with consent, contract, duty or other, apart by semicolons."
                    .to_owned()
            }
            Self::Length => format!("Use at most {LONGEST} characters."),
            Self::Taken => "Choose another.".to_owned(),
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.wrong {
            Wrong::Missing => write!(f, "The column `{}` is empty.", self.column),
            _ => write!(f, "The column `{}` holds \"{}\".", self.column, self.found),
        }
    }
}

impl Written {
    /// The text of a column; empty when nothing was written.
    pub fn text(&self, column: &str) -> &str {
        self.0.get(column).map_or("", String::as_str)
    }

    /// Writes a column. Columns that the register does not have are left out.
    pub fn set(&mut self, column: &str, text: &str) {
        if let Some(known) = FILE_COLUMNS.into_iter().find(|known| *known == column) {
            self.0.insert(known, text.trim().to_owned());
        }
    }

    /// The system that was written, or all that is wrong with it.
    ///
    /// # Errors
    /// Every flaw, in the order of the columns.
    pub fn read(&self) -> Result<System, Vec<Flaw>> {
        let mut reader = Reading {
            written: self,
            flaws: Vec::new(),
        };
        let system = reader.system();
        if reader.flaws.is_empty() {
            Ok(system)
        } else {
            Err(reader.flaws)
        }
    }
}

impl System {
    /// As people write it: reading it again gives the same system.
    pub fn written(&self) -> Written {
        let mut written = Written::default();
        let purposes = self
            .purposes
            .iter()
            .map(|purpose| format!("{} = {}", purpose.name, purpose.basis.as_str()));
        let columns = [
            ("id", self.id.to_string()),
            ("name", self.name.clone()),
            ("kind", self.kind.as_str().to_owned()),
            ("country", self.country.clone()),
            ("part", self.part.as_str().to_owned()),
            ("owner", self.owner.name.clone()),
            ("mail", self.owner.mail.clone()),
            ("language", self.owner.language.clone()),
            ("categories", joined(self.categories.iter().map(ToString::to_string))),
            ("purposes", joined(purposes)),
            ("procedure-en", self.procedure.exact("en").unwrap_or("").to_owned()),
            (
                "procedure-zh-Hans",
                self.procedure.exact("zh-Hans").unwrap_or("").to_owned(),
            ),
            (
                "backup-days",
                self.backup_days.map(|days| days.to_string()).unwrap_or_default(),
            ),
            ("active", if self.active { "yes" } else { "no" }.to_owned()),
        ];
        for (column, text) in columns {
            written.set(column, &text);
        }
        written
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join("; ")
}

/// Reads column after column and remembers every flaw.
struct Reading<'w> {
    written: &'w Written,
    flaws: Vec<Flaw>,
}

impl Reading<'_> {
    fn system(&mut self) -> System {
        for column in FILE_COLUMNS {
            if self.written.text(column).chars().count() > LONGEST {
                self.flaw(column, Wrong::Length);
            }
        }
        System {
            id: SystemId::new(&self.id("id")),
            name: self.needed("name"),
            kind: self.word(
                "kind",
                &["own", "group", "contractor"],
                SystemKind::ALL,
                SystemKind::Own,
            ),
            country: self.country(),
            part: self.word("part", &["holder", "recipient"], Part::ALL, Part::Holder),
            owner: Contact {
                name: self.needed("owner"),
                mail: self.mail(),
                language: self.language(),
            },
            categories: self.categories(),
            purposes: self.purposes(),
            procedure: self.procedure(),
            backup_days: self.days(),
            active: self.word("active", &["yes", "no"], [true, false], true),
        }
    }

    fn flaw(&mut self, column: &'static str, wrong: Wrong) {
        let found: String = self.written.text(column).chars().take(60).collect();
        self.flaws.push(Flaw { column, wrong, found });
    }

    fn needed(&mut self, column: &'static str) -> String {
        let text = self.written.text(column).to_owned();
        if text.is_empty() {
            self.flaw(column, Wrong::Missing);
        }
        text
    }

    fn id(&mut self, column: &'static str) -> String {
        let text = self.needed(column);
        if !text.is_empty() && !is_id(&text) {
            self.flaw(column, Wrong::Id);
        }
        text
    }

    /// The value that a word names; `otherwise` when it names none, which is a flaw.
    fn word<T: Copy, const N: usize>(
        &mut self,
        column: &'static str,
        words: &'static [&'static str; N],
        all: [T; N],
        otherwise: T,
    ) -> T {
        let text = self.needed(column).to_lowercase();
        let found = words.iter().zip(all).find(|(word, _)| **word == text);
        if found.is_none() && !text.is_empty() {
            self.flaw(column, Wrong::Word(words));
        }
        found.map_or(otherwise, |(_, value)| value)
    }

    fn country(&mut self) -> String {
        let text = self.needed("country").to_uppercase();
        let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if !text.is_empty() && !is_code {
            self.flaw("country", Wrong::Country);
        }
        text
    }

    fn mail(&mut self) -> String {
        let text = self.written.text("mail").to_owned();
        if !text.is_empty() && !is_address(&text) {
            self.flaw("mail", Wrong::Mail);
        }
        text
    }

    fn language(&mut self) -> String {
        match self.needed("language").as_str() {
            "zh-Hans" => "zh-Hans".to_owned(),
            "en" => "en".to_owned(),
            other => {
                if !other.is_empty() {
                    self.flaw("language", Wrong::Word(&["en", "zh-Hans"]));
                }
                "en".to_owned()
            }
        }
    }

    fn categories(&mut self) -> BTreeSet<CategoryId> {
        let text = self.needed("categories");
        let ids: Vec<&str> = parts(&text).collect();
        if ids.iter().any(|id| !is_id(id)) {
            self.flaw("categories", Wrong::Id);
        }
        ids.into_iter().map(CategoryId::new).collect()
    }

    fn purposes(&mut self) -> Vec<Purpose> {
        let text = self.needed("purposes");
        let read: Option<Vec<Purpose>> = parts(&text).map(purpose).collect();
        read.unwrap_or_else(|| {
            self.flaw("purposes", Wrong::Purpose);
            Vec::new()
        })
    }

    fn procedure(&self) -> Localized {
        let languages = [("en", "procedure-en"), ("zh-Hans", "procedure-zh-Hans")];
        languages
            .into_iter()
            .map(|(language, column)| (language, self.written.text(column)))
            .filter(|(_, text)| !text.is_empty())
            .fold(Localized::default(), |all, (language, text)| all.with(language, text))
    }

    fn days(&mut self) -> Option<u32> {
        let text = self.written.text("backup-days").to_owned();
        if text.is_empty() {
            return None;
        }
        let days = text.parse().ok();
        if days.is_none() {
            self.flaw("backup-days", Wrong::Days);
        }
        days
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '；']).map(str::trim).filter(|part| !part.is_empty())
}

fn purpose(text: &str) -> Option<Purpose> {
    let (name, basis) = text.rsplit_once(['=', '＝'])?;
    let basis = basis.trim().to_lowercase();
    let basis = LegalBasis::ALL.into_iter().find(|known| known.as_str() == basis)?;
    let name = name.trim();
    (!name.is_empty()).then(|| Purpose {
        name: name.to_owned(),
        basis,
    })
}

fn is_id(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=60).contains(&text.len()) && text.bytes().all(plain)
}

/// One address, and nothing that could start another header or a second recipient.
fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    let sane = |c: char| !c.is_whitespace() && !c.is_control() && !",;<>\"()".contains(c);
    parts.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'))
        && text.len() <= 254
        && text.chars().all(sane)
}
