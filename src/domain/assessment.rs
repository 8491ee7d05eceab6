//! What was found of one exemption, or of one duty to keep data, for an item or for a part of it.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::item::Verdict;
use super::person::PersonId;
use super::policy::{CategoryId, DutyId, ExemptionId, Policy, SystemId};
use super::text::TextRef;

/// How much of an item something is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "of", content = "id", rename_all = "kebab-case")]
pub enum Scope {
    /// All of it.
    #[default]
    Whole,
    /// One category of data, in whatever system.
    Category(CategoryId),
    /// What one system or recipient holds.
    System(SystemId),
}

impl Scope {
    /// Whether it is all of an item.
    pub fn is_whole(&self) -> bool {
        *self == Self::Whole
    }

    /// Reads the word that forms and addresses use: `whole`, `category:contact`, `system:crm`.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.split_once(':') {
            None if word == "whole" => Some(Self::Whole),
            Some(("category", id)) if !id.is_empty() => Some(Self::Category(CategoryId::new(id))),
            Some(("system", id)) if !id.is_empty() => Some(Self::System(SystemId::new(id))),
            None | Some(_) => None,
        }
    }
}

/// The word that forms and addresses use.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Category(id) => write!(f, "category:{id}"),
            Self::System(id) => write!(f, "system:{id}"),
        }
    }
}

/// What an officer found of one exemption for a part of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The exemption looked at.
    pub exemption: ExemptionId,
    /// The part of the item that it was looked at for.
    #[serde(default, skip_serializing_if = "Scope::is_whole")]
    pub scope: Scope,
    /// Whether it stands against that part.
    pub verdict: Verdict,
    /// Why.
    pub reason: TextRef,
    /// The evidence that the company holds; never the requester's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<TextRef>,
    /// What can be given all the same, where it does not cover the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still_given: Option<TextRef>,
    /// The local date on which to look again, since the reason may have lapsed by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_on: Option<NaiveDate>,
}

impl Finding {
    /// Whether it stands against something.
    pub fn stands(&self) -> bool {
        self.verdict != Verdict::No
    }

    /// Whether it stands against all of the item.
    pub fn is_against_all(&self) -> bool {
        self.verdict == Verdict::Yes && self.scope.is_whole()
    }

    /// The texts it points to.
    pub fn texts(&self) -> impl Iterator<Item = &TextRef> {
        std::iter::once(&self.reason)
            .chain(&self.evidence)
            .chain(&self.still_given)
    }
}

/// A finding, who made it, and who signed it as a second person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// Who assessed.
    pub by: PersonId,
    /// Who signed it as a second person; never the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<PersonId>,
}

impl Assessment {
    /// Whether a grave exemption stands in it that no second person has signed, so that nothing may rest on it yet.
    pub fn awaits_signature(&self, policy: &Policy) -> bool {
        let grave = policy
            .exemption(&self.finding.exemption)
            .is_some_and(|exemption| exemption.grave);
        grave && self.finding.stands() && self.signed_by.is_none()
    }
}

/// A duty in law to keep a part of what an item is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The duty.
    pub duty: DutyId,
    /// The part that has to be kept.
    #[serde(default, skip_serializing_if = "Scope::is_whole")]
    pub scope: Scope,
    /// The local date on which it ends, or on which to look again where the law gives no end.
    pub until: NaiveDate,
    /// The facts.
    pub reason: TextRef,
    /// Who found it.
    pub by: PersonId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_have_words_that_read_back_and_nothing_else_does() {
        for scope in [
            Scope::Whole,
            Scope::Category(CategoryId::new("contact")),
            Scope::System(SystemId::new("crm")),
        ] {
            assert_eq!(Scope::from_word(&scope.to_string()), Some(scope));
        }
        for word in ["", "category", "category:", "system:", "person:1", "Whole"] {
            assert_eq!(Scope::from_word(word), None, "{word}");
        }
    }

    #[test]
    fn an_assessment_written_before_there_were_scopes_is_about_the_whole() {
        let old = r#"{"exemption":"abuse","verdict":"partly","reason":{"id":3,"commitment":"c"},"by":7}"#;
        let read: Assessment = serde_json::from_str(old).unwrap();
        assert!(read.finding.scope.is_whole());
        assert_eq!((read.by, read.signed_by), (PersonId(7), None));
        assert_eq!(
            serde_json::to_value(&read).unwrap(),
            serde_json::from_str::<serde_json::Value>(old).unwrap()
        );
    }
}
