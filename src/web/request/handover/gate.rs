//! The disclosure gate at work: what a file for a requester is looked through with, and what is kept of the look.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::own::Known;
use crate::disclosure::{self, Context, Finding, Group, Own, Report};
use crate::domain::text::TextRef;
use crate::handover::package::Structured;
use crate::mail::disclosed::open_mail;
use crate::store::door::{Desk, StepError};
use crate::store::requests::{self, Stored};
use crate::store::vault::Key;
use crate::store::vault::texts;
use crate::store::{Reader, StoreError};

/// The names of so many other requesters are looked for, the newest first.
const OTHERS: i64 = 5_000;

/// What is kept, sealed, beside an enclosed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Card {
    /// What the file is, for the requester; may be empty.
    pub about: String,
    /// Why something was removed from it.
    pub removed: Vec<String>,
    /// What the gate found in these bytes.
    pub report: Report,
    /// Another controller's programs can read it.
    pub structured: bool,
    /// What would name somebody else, but is recorded as the requester's own.
    #[serde(default)]
    pub own: Vec<Finding>,
}

/// The finding that stands for all that was not listed: it is answered like any other.
pub(super) const MORE: &str = "more";

impl Card {
    /// Looks a file through.
    pub fn of(name: &str, bytes: &[u8], about: String, removed: Vec<String>, gate: &Gate) -> Self {
        let (report, own) = gate.look(name, bytes);
        Self {
            about,
            removed,
            structured: Structured::of(name, bytes).is_some(),
            report,
            own,
        }
    }

    /// The ids that somebody has to answer for.
    pub fn findings(&self) -> Vec<String> {
        let listed = self.report.findings.iter().map(|finding| finding.id.clone());
        listed.chain(self.report.more.then(|| MORE.to_owned())).collect()
    }

    /// Seals it.
    pub fn keep(&self, desk: &mut Desk<'_, '_>) -> Result<TextRef, StepError> {
        let written = serde_json::to_string(self)
            .map_err(|error| StoreError::Corrupt(format!("a report that cannot be written: {error}")))?;
        desk.keep("disclosure-report", &written)
    }

    /// Reads it again.
    pub fn read(db: &mut Reader<'_>, key: &Key, text: &TextRef) -> Result<Self, StoreError> {
        let written = texts::read_committed(db, key, text)?;
        serde_json::from_str(&written).map_err(|_| StoreError::Corrupt("a disclosure report".to_owned()))
    }
}

/// What the gate knows of the requester and of everybody else.
pub(super) struct Gate {
    /// With all that is known.
    pub context: Context,
    /// Without what was recorded as the requester's own; `None` where nothing was.
    plain: Option<Context>,
}

impl Gate {
    /// The gate for a request, with what is recorded as the requester's own.
    pub fn of(db: &mut Reader<'_>, stored: &Stored, known: &[Known]) -> Result<Self, StoreError> {
        let card = Own {
            names: vec![stored.card.name.clone()],
            addresses: vec![stored.card.address.clone()],
            numbers: Vec::new(),
        };
        let others = requests::names_of_others(db, stored.id, OTHERS)?;
        let with = |own: &Own| Context::new(own, &others).with_mail(open_mail);
        let all = known.iter().fold(card.clone(), Known::added);
        Ok(Self {
            context: with(&all),
            plain: (!known.is_empty()).then(|| with(&card)),
        })
    }

    /// What is found in a file, and what is not since it is recorded as the requester's own.
    fn look(&self, name: &str, bytes: &[u8]) -> (Report, Vec<Finding>) {
        let report = disclosure::inspect(name, bytes, &self.context);
        let Some(plain) = &self.plain else {
            return (report, Vec::new());
        };
        let found: BTreeSet<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
        let others = disclosure::inspect(name, bytes, plain).findings;
        let own = others
            .into_iter()
            .filter(|finding| finding.kind.group() == Group::OtherPerson && !found.contains(finding.id.as_str()))
            .collect();
        (report, own)
    }
}
