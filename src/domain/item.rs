//! One right invoked in a request, assessed and decided on its own.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::deadline::Deadline;
use super::person::PersonId;
use super::policy::{ExemptionId, GroundId, RightId};
use super::text::TextRef;

/// One item of a request. Its number never changes and is never used again, also after it was dropped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its number inside the request, from 1.
    pub number: u32,
    /// The right invoked.
    pub right: RightId,
    /// When the message that invoked it was received; a right added later runs from its own receipt.
    pub received_at: DateTime<Utc>,
    /// The end of the term counted from that receipt.
    pub deadline: Deadline,
    /// The message that invoked it; `None` when it was entered by hand.
    pub message: Option<i64>,
    /// The ground that entitles to it, where the right needs one.
    pub ground: Option<GroundId>,
    /// One per exemption, the latest.
    pub assessments: Vec<Assessment>,
    /// What was decided; a new decision replaces it.
    pub decision: Option<Decided>,
}

/// An officer's reasoned view on one exemption for one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The exemption looked at.
    pub exemption: ExemptionId,
    /// Whether it stands against the item.
    pub verdict: Verdict,
    /// Why.
    pub reason: TextRef,
    /// Who assessed.
    pub by: PersonId,
}

/// Whether an exemption stands against an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It covers the whole item.
    Yes,
    /// It covers a part; the rest must be given.
    Partly,
    /// It does not apply.
    No,
}

/// A decision and who took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// What was decided.
    pub decision: Decision,
    /// Who decided.
    pub by: PersonId,
}

/// What becomes of an item. A refusal cannot be written down without its basis and its reason (PIPL 50).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Decision {
    /// All that was asked.
    Granted {
        /// What was done or is handed over, in the officer's words.
        given: Option<TextRef>,
    },
    /// A part; the rest is refused.
    PartlyGranted {
        /// Why the rest is refused.
        basis: Basis,
        /// The facts, for the requester.
        reason: TextRef,
        /// What is given all the same.
        given: TextRef,
    },
    /// Nothing of it.
    Refused {
        /// Why, in law.
        basis: Basis,
        /// The facts, for the requester.
        reason: TextRef,
    },
    /// The company holds no such data.
    NothingHeld {
        /// What was searched.
        reason: TextRef,
    },
    /// Another organisation is responsible.
    NotForUs {
        /// Who is, and how to reach them.
        reason: TextRef,
    },
}

/// What a refusal rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "basis", rename_all = "kebab-case")]
pub enum Basis {
    /// Exemptions, each assessed with yes or partly for this item.
    Exemptions {
        /// At least one.
        exemptions: Vec<ExemptionId>,
    },
    /// The right needs a ground and none is there.
    MissingGround,
    /// The requester could not be identified in time (law of the default policy: the clock does not wait for it).
    IdentityNotProven,
}

/// The outcome of a decision, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All that was asked.
    Granted,
    /// A part.
    PartlyGranted,
    /// Nothing of it.
    Refused,
    /// No such data.
    NothingHeld,
    /// Another organisation's matter.
    NotForUs,
}

impl Outcome {
    /// All outcomes, in the order they are offered.
    pub const ALL: [Self; 5] = [
        Self::Granted,
        Self::PartlyGranted,
        Self::Refused,
        Self::NothingHeld,
        Self::NotForUs,
    ];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::PartlyGranted => "partly-granted",
            Self::Refused => "refused",
            Self::NothingHeld => "nothing-held",
            Self::NotForUs => "not-for-us",
        }
    }
}

impl Decision {
    /// Its outcome as a word.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Granted { .. } => Outcome::Granted,
            Self::PartlyGranted { .. } => Outcome::PartlyGranted,
            Self::Refused { .. } => Outcome::Refused,
            Self::NothingHeld { .. } => Outcome::NothingHeld,
            Self::NotForUs { .. } => Outcome::NotForUs,
        }
    }

    /// What a refusal, whole or in part, rests on.
    pub fn basis(&self) -> Option<&Basis> {
        match self {
            Self::PartlyGranted { basis, .. } | Self::Refused { basis, .. } => Some(basis),
            Self::Granted { .. } | Self::NothingHeld { .. } | Self::NotForUs { .. } => None,
        }
    }

    /// Whether a second person must approve it.
    pub fn refuses(&self) -> bool {
        self.basis().is_some()
    }

    /// Whether something is done or handed over, so that the requester must be identified first.
    pub fn gives(&self) -> bool {
        match self {
            Self::Granted { .. } | Self::PartlyGranted { .. } => true,
            Self::Refused { .. } | Self::NothingHeld { .. } | Self::NotForUs { .. } => false,
        }
    }

    /// The officer's reason, where the outcome has one.
    pub fn reason(&self) -> Option<&TextRef> {
        match self {
            Self::PartlyGranted { reason, .. }
            | Self::Refused { reason, .. }
            | Self::NothingHeld { reason }
            | Self::NotForUs { reason } => Some(reason),
            Self::Granted { .. } => None,
        }
    }

    /// What is given, in the officer's words.
    pub fn given(&self) -> Option<&TextRef> {
        match self {
            Self::Granted { given } => given.as_ref(),
            Self::PartlyGranted { given, .. } => Some(given),
            Self::Refused { .. } | Self::NothingHeld { .. } | Self::NotForUs { .. } => None,
        }
    }
}

impl Item {
    /// Whether it is decided, and something is granted.
    pub fn gives(&self) -> bool {
        self.decision.as_ref().is_some_and(|decided| decided.decision.gives())
    }

    /// The assessment of one exemption, if it was made.
    pub fn assessment(&self, exemption: &ExemptionId) -> Option<&Assessment> {
        self.assessments
            .iter()
            .find(|assessment| &assessment.exemption == exemption)
    }
}
