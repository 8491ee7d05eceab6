//! What is known to be the requester's own: numbers, addresses and names that are nobody else's where they are found in a file
//! that is handed over.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::person::PersonId;
use super::release::Release;
use super::text::TextRef;

/// What sort of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentifierKind {
    /// A telephone number.
    Phone,
    /// A number given by a government. It names nobody else, but does not leave all the same.
    IdentityNumber,
    /// The number of a card or an account. It names nobody else, but does not leave in full all the same.
    AccountNumber,
    /// Any other number, such as that of a member or customer.
    OtherNumber,
    /// A further mail address.
    Address,
    /// The name in another spelling or script, or an earlier one.
    Name,
}

impl IdentifierKind {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 6] = [
        Self::Phone,
        Self::Address,
        Self::Name,
        Self::OtherNumber,
        Self::IdentityNumber,
        Self::AccountNumber,
    ];

    /// The word used in forms and in the keys of its names.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::IdentityNumber => "identity-number",
            Self::AccountNumber => "account-number",
            Self::OtherNumber => "other-number",
            Self::Address => "address",
            Self::Name => "name",
        }
    }
}

/// One identifier as it was recorded. Whoever recorded it prepared what leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    /// Its number inside the request, from 1; never used again.
    pub number: u32,
    /// What sort of thing it is.
    pub kind: IdentifierKind,
    /// The number, address or name.
    pub text: TextRef,
    /// How it is known to be the requester's.
    pub source: TextRef,
    /// Who recorded it.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
}

/// An enclosed file, looked through again with other identifiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedAgain {
    /// The file's number.
    pub enclosure: u32,
    /// The report, sealed.
    pub report: TextRef,
    /// What was found, by its id.
    pub findings: Vec<String>,
}

/// Whether each enclosed file was looked through again: none may keep a report that was made with other identifiers.
pub(in crate::domain) fn covers(release: &Release, looks: &[LookedAgain]) -> bool {
    let looked = |number: u32| looks.iter().filter(|look| look.enclosure == number).count();
    looks.len() == release.enclosures.len() && release.enclosures.iter().all(|enclosure| looked(enclosure.number) == 1)
}
