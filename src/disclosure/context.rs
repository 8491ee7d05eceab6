//! What an inspection knows: who the file is for, who else there is, and how much may be unpacked.

use std::collections::BTreeSet;

use super::characters::{Shape, compact};
use super::names::Names;

/// What is known of the requester. It is theirs, so it is not somebody else's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    /// Names, in each spelling that is known.
    pub names: Vec<String>,
    /// Mail addresses.
    pub addresses: Vec<String>,
    /// Numbers of any kind: telephone, identity, card.
    pub numbers: Vec<String>,
}

/// A mail taken apart, as the mail layer reads it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenedMail {
    /// Its header fields in their order, decoded.
    pub headers: Vec<(String, String)>,
    /// Its text.
    pub text: String,
    /// The HTML form of the text, where there is one.
    pub html: Option<String>,
    /// Its attached files: name and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Whether parts of it could not be read.
    pub unread: bool,
}

/// How a mail is taken apart.
pub type OpenMail = fn(&[u8]) -> OpenedMail;

/// How much is looked at (security.md, section 3). What is beyond is "not checkable".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Entries of archives, all together.
    pub entries: usize,
    /// Unpacked bytes, all together.
    pub unpacked: u64,
    /// Unpacked bytes of one entry: it has to fit into memory.
    pub entry: u64,
    /// How many times larger than packed an entry may be. Small entries are free of it.
    pub ratio: u64,
    /// Pixels of one picture.
    pub pixels: u64,
    /// How deep files may lie in files.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 10_000,
            unpacked: 1 << 30,
            entry: 128 << 20,
            ratio: 100,
            pixels: 50_000_000,
            depth: 8,
        }
    }
}

/// What an inspection knows.
#[derive(Debug, Clone)]
pub struct Context {
    pub(super) others: Names,
    own_numbers: BTreeSet<String>,
    own_addresses: BTreeSet<String>,
    pub(super) open_mail: Option<OpenMail>,
    pub(super) limits: Limits,
}

impl Context {
    /// What is known of the requester and of other requesters, whose names are looked for.
    pub fn new<S: AsRef<str>>(own: &Own, other_names: &[S]) -> Self {
        let own_names: BTreeSet<String> = own.names.iter().map(|name| compact(name)).collect();
        let others = other_names
            .iter()
            .map(AsRef::as_ref)
            .filter(|name| !own_names.contains(&compact(name)));
        Self {
            others: Names::new(others),
            own_numbers: own.numbers.iter().flat_map(|number| spellings(number)).collect(),
            own_addresses: own.addresses.iter().map(|address| compact(address)).collect(),
            open_mail: None,
            limits: Limits::default(),
        }
    }

    /// Takes mails apart by this; without it a mail is read as a plain text.
    #[must_use]
    pub fn with_mail(mut self, open: OpenMail) -> Self {
        self.open_mail = Some(open);
        self
    }

    /// With other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Whether a number, given by its digits and letters alone, is the requester's.
    pub(super) fn is_own_number(&self, number: &str) -> bool {
        self.own_numbers.contains(number) || spellings(number).iter().any(|one| self.own_numbers.contains(one))
    }

    /// Whether an address is the requester's.
    pub(super) fn is_own_address(&self, address: &str) -> bool {
        self.own_addresses.contains(&compact(address))
    }
}

/// The ways in which one number is written: with and without the country, and an identity number in its old form.
fn spellings(number: &str) -> Vec<String> {
    let plain: String = number
        .chars()
        .filter_map(|character| Shape::of(character).plain())
        .filter(char::is_ascii_alphanumeric)
        .map(|character| character.to_ascii_uppercase())
        .collect();
    let mut all = vec![plain.clone()];
    for country in ["0086", "86"] {
        if let Some(rest) = plain.strip_prefix(country).filter(|rest| rest.len() == 11) {
            all.push(rest.to_owned());
        }
    }
    if let (18, Some(head), Some(tail)) = (plain.len(), plain.get(..6), plain.get(8..17)) {
        all.push(format!("{head}{tail}"));
    }
    all
}
