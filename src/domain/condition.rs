//! The conditions on which a right is owed, such as those of a transfer, and what was found of each for an item.

use serde::{Deserialize, Serialize};

use super::item::Item;
use super::person::PersonId;
use super::policy::{Condition, ConditionId, Policy, Right};
use super::request::Identity;
use super::text::TextRef;

/// How far a condition is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fulfilment {
    /// For all of the data.
    Met,
    /// For a part of them; the right is owed for that part.
    Partly,
    /// For none of them; the right is not owed.
    NotMet,
}

impl Fulfilment {
    /// All of them, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Met, Self::Partly, Self::NotMet];

    /// The word used in forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Partly => "partly",
            Self::NotMet => "not-met",
        }
    }
}

/// What an officer found of one condition for an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The condition.
    pub condition: ConditionId,
    /// How far it is met.
    pub fulfilment: Fulfilment,
    /// What shows it.
    pub evidence: TextRef,
    /// What is given all the same where it is not met for all: the part for which it is, or a copy instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still_given: Option<TextRef>,
}

impl Check {
    /// The texts it points to.
    pub fn texts(&self) -> impl Iterator<Item = &TextRef> {
        std::iter::once(&self.evidence).chain(&self.still_given)
    }
}

/// What was found of a condition, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What was found.
    #[serde(flatten)]
    pub check: Check,
    /// Who found it.
    pub by: PersonId,
}

/// How far a condition is met for an item; `None` while it is open. The one on identity is met by the identity decision of
/// the request and by nothing else.
pub fn fulfilment(item: &Item, condition: &Condition, identity: &Identity) -> Option<Fulfilment> {
    if condition.identity {
        return match identity {
            Identity::Confirmed { .. } => Some(Fulfilment::Met),
            Identity::NotProven { .. } => Some(Fulfilment::NotMet),
            Identity::Open | Identity::Asked { .. } => None,
        };
    }
    item.condition(&condition.id).map(|checked| checked.check.fulfilment)
}

/// The conditions of an item's right that nobody has settled.
pub fn open<'p>(item: &Item, identity: &Identity, policy: &'p Policy) -> Vec<&'p Condition> {
    let of_right = conditions(item, policy).iter();
    of_right
        .filter(|condition| fulfilment(item, condition, identity).is_none())
        .collect()
}

/// Those that were found not to be met for all of the data, apart from the one on identity: a refusal that rests on them
/// names each.
pub fn unmet(item: &Item, policy: &Policy) -> Vec<ConditionId> {
    let recorded = |condition: &&Condition| {
        let checked = item.condition(&condition.id);
        !condition.identity && checked.is_some_and(|checked| checked.check.fulfilment != Fulfilment::Met)
    };
    let of_right = conditions(item, policy).iter().filter(recorded);
    of_right.map(|condition| condition.id.clone()).collect()
}

/// Whether one of them is met for none of the data, so that the right is not owed at all.
pub fn bars(item: &Item, conditions: &[ConditionId]) -> bool {
    let met_for_none = |id: &ConditionId| {
        item.condition(id)
            .is_some_and(|checked| checked.check.fulfilment == Fulfilment::NotMet)
    };
    conditions.iter().any(met_for_none)
}

/// The conditions of an item's right; none where the policy does not know the right.
pub fn conditions<'p>(item: &Item, policy: &'p Policy) -> &'p [Condition] {
    let right: Option<&Right> = policy.right(&item.right);
    right.map_or(&[], |right| &right.conditions)
}
