//! One right invoked in a request, assessed and decided on its own.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::assessment::{Assessment, Retention, Scope};
use super::condition::Checked;
use super::deadline::Deadline;
use super::person::PersonId;
use super::policy::{ConditionId, DutyId, ExemptionId, GroundId, RightId};
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
    /// One per exemption and part of the item, the latest.
    pub assessments: Vec<Assessment>,
    /// What was found of the conditions on which its right is owed, one per condition.
    #[serde(default)]
    pub conditions: Vec<Checked>,
    /// The duties that were found to run, one per duty and part of the item.
    #[serde(default)]
    pub retentions: Vec<Retention>,
    /// What was decided; a new decision replaces it.
    pub decision: Option<Decided>,
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

impl Verdict {
    /// All verdicts, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::No, Self::Partly, Self::Yes];

    /// The word used in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly => "partly",
            Self::No => "no",
        }
    }
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
    /// The data have to be kept: everything but storage and protection stops until a date, and what need not be kept is
    /// deleted (PIPL 47(2)). No refusal.
    Restricted {
        /// The local date on which the last of the duties ends.
        until: NaiveDate,
        /// The duties, at least one, each found to run for this item.
        duties: Vec<DutyId>,
        /// The facts, for the requester.
        reason: TextRef,
        /// What is done all the same.
        given: Option<TextRef>,
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
    /// Conditions on which the right is owed, each found not to be met for all of the data.
    Conditions {
        /// At least one.
        conditions: Vec<ConditionId>,
        /// Exemptions that stand besides.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exemptions: Vec<ExemptionId>,
    },
    /// The right needs a ground and none is there.
    MissingGround,
    /// The requester could not be identified in time (law of the default policy: the clock does not wait for it).
    IdentityNotProven,
}

impl Basis {
    /// The exemptions that it names.
    pub fn exemptions(&self) -> &[ExemptionId] {
        match self {
            Self::Exemptions { exemptions } | Self::Conditions { exemptions, .. } => exemptions,
            Self::MissingGround | Self::IdentityNotProven => &[],
        }
    }

    /// The conditions of the right that it names as not met.
    pub fn conditions(&self) -> &[ConditionId] {
        match self {
            Self::Conditions { conditions, .. } => conditions,
            Self::Exemptions { .. } | Self::MissingGround | Self::IdentityNotProven => &[],
        }
    }
}

/// The outcome of a decision, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// All that was asked.
    Granted,
    /// A part.
    PartlyGranted,
    /// Kept and restricted until a date.
    Restricted,
    /// Nothing of it.
    Refused,
    /// No such data.
    NothingHeld,
    /// Another organisation's matter.
    NotForUs,
}

impl Outcome {
    /// All outcomes, in the order they are offered.
    pub const ALL: [Self; 6] = [
        Self::Granted,
        Self::PartlyGranted,
        Self::Restricted,
        Self::Refused,
        Self::NothingHeld,
        Self::NotForUs,
    ];

    /// The word used in tables, forms and addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::PartlyGranted => "partly-granted",
            Self::Restricted => "restricted",
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
            Self::Restricted { .. } => Outcome::Restricted,
            Self::Refused { .. } => Outcome::Refused,
            Self::NothingHeld { .. } => Outcome::NothingHeld,
            Self::NotForUs { .. } => Outcome::NotForUs,
        }
    }

    /// What a refusal, whole or in part, rests on.
    pub fn basis(&self) -> Option<&Basis> {
        match self {
            Self::PartlyGranted { basis, .. } | Self::Refused { basis, .. } => Some(basis),
            Self::Granted { .. } | Self::Restricted { .. } | Self::NothingHeld { .. } | Self::NotForUs { .. } => None,
        }
    }

    /// Whether it refuses something.
    pub fn refuses(&self) -> bool {
        self.basis().is_some()
    }

    /// Whether a second person must approve it: a refusal, or a restriction instead of the deletion that was asked.
    pub fn needs_approval(&self) -> bool {
        self.refuses() || matches!(self, Self::Restricted { .. })
    }

    /// Whether something is done or handed over, so that the requester must be identified first.
    pub fn gives(&self) -> bool {
        match self {
            Self::Granted { .. } | Self::PartlyGranted { .. } | Self::Restricted { .. } => true,
            Self::Refused { .. } | Self::NothingHeld { .. } | Self::NotForUs { .. } => false,
        }
    }

    /// Whether the answer tells that the person is known here, or that somebody looked for them: all but what could be
    /// said to anyone. It reaches nobody but the one who asked (`identity::may_be_told_by_mail`).
    pub fn tells(&self) -> bool {
        match self {
            Self::Granted { .. } | Self::PartlyGranted { .. } | Self::Restricted { .. } | Self::NothingHeld { .. } => {
                true
            }
            Self::Refused { basis, .. } => match basis {
                Basis::Exemptions { .. } | Basis::Conditions { .. } | Basis::MissingGround => true,
                Basis::IdentityNotProven => false,
            },
            Self::NotForUs { .. } => false,
        }
    }

    /// The officer's reason, where the outcome has one.
    pub fn reason(&self) -> Option<&TextRef> {
        match self {
            Self::PartlyGranted { reason, .. }
            | Self::Restricted { reason, .. }
            | Self::Refused { reason, .. }
            | Self::NothingHeld { reason }
            | Self::NotForUs { reason } => Some(reason),
            Self::Granted { .. } => None,
        }
    }

    /// What is given, in the officer's words.
    pub fn given(&self) -> Option<&TextRef> {
        match self {
            Self::Granted { given } | Self::Restricted { given, .. } => given.as_ref(),
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

    /// The assessment of one exemption for one part, if it was made.
    pub fn assessment(&self, exemption: &ExemptionId, scope: &Scope) -> Option<&Assessment> {
        let same = |found: &&Assessment| found.finding.exemption == *exemption && found.finding.scope == *scope;
        self.assessments.iter().find(same)
    }

    /// What was found of a condition, if it was looked at.
    pub fn condition(&self, condition: &ConditionId) -> Option<&Checked> {
        self.conditions.iter().find(|found| found.check.condition == *condition)
    }

    /// The local date until which data of it have to be kept by its decision; `None` when none have to.
    pub fn kept_until(&self) -> Option<NaiveDate> {
        match &self.decision.as_ref()?.decision {
            Decision::Restricted { until, .. } => Some(*until),
            Decision::PartlyGranted { .. } => self.retentions.iter().map(|retention| retention.until).max(),
            Decision::Granted { .. }
            | Decision::Refused { .. }
            | Decision::NothingHeld { .. }
            | Decision::NotForUs { .. } => None,
        }
    }
}
