//! Whether somebody may ask for another: the pieces of evidence that the policy asks, each as it was seen.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::moves::Refusal;
use super::person::PersonId;
use super::policy::{OnBehalfRule, Policy};
use super::request::Request;
use super::text::TextRef;

/// How a piece of evidence was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    /// The original was shown.
    Original,
    /// A copy was shown.
    Photocopy,
    /// A public register, court or notary was asked.
    Register,
    /// The company knew it already.
    OnFile,
    /// The requester declared it, where a declaration is what is asked.
    Declared,
}

impl Sight {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 5] = [
        Self::Original,
        Self::Photocopy,
        Self::Register,
        Self::OnFile,
        Self::Declared,
    ];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Photocopy => "photocopy",
            Self::Register => "register",
            Self::OnFile => "on-file",
            Self::Declared => "declared",
        }
    }
}

/// One piece of evidence as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Its place in the list of the policy's rule, from 1. A request stays with its version of the policy.
    pub piece: u32,
    /// How it was seen.
    pub sight: Sight,
    /// What was seen.
    pub note: TextRef,
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Request {
    /// The rule by which the requester acts for another; `None` for those who ask for themselves.
    pub fn acts_by<'p>(&self, policy: &'p Policy) -> Option<&'p OnBehalfRule> {
        policy.on_behalf(&self.on_behalf).filter(|rule| !rule.id.is_self())
    }

    /// The pieces of evidence that nobody has seen, by their place in the rule's list.
    pub fn missing_evidence(&self, policy: &Policy) -> impl Iterator<Item = u32> {
        let count = self.acts_by(policy).map_or(0, |rule| rule.evidence.len());
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        (1..=count).filter(|piece| self.shown(*piece).is_none())
    }

    /// Whether a piece of evidence is missing.
    pub fn lacks_evidence(&self, policy: &Policy) -> bool {
        self.missing_evidence(policy).next().is_some()
    }

    /// A piece of evidence, when it was seen.
    pub fn shown(&self, piece: u32) -> Option<&Shown> {
        self.evidence.iter().find(|shown| shown.piece == piece)
    }
}

/// Whether something may be given to one who asks for another: every piece of evidence was seen, and the subject was
/// told where the policy says so.
///
/// # Errors
/// What is missing, in words for the officer.
pub(in crate::domain) fn may_stand_for(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    if request.lacks_evidence(policy) {
        return Err(Refusal::StandingMissing);
    }
    let must_tell = request.acts_by(policy).is_some_and(|rule| rule.inform_subject);
    if must_tell && request.subject_told_at.is_none() {
        return Err(Refusal::SubjectFirst);
    }
    Ok(())
}
