//! The conditions on which a right is owed: what is recorded of each, and which decisions they allow.

use crate::domain::condition::{self, Check, Fulfilment, conditions, fulfilment};
use crate::domain::event::Event;
use crate::domain::item::{Basis, Decision, Item};
use crate::domain::moves::Refusal;
use crate::domain::policy::{ConditionId, ExemptionId, Policy};
use crate::domain::proposal::{Reach, reach};
use crate::domain::request::Identity;

/// Records what was found of one condition. Where it is met for a part, what is given for that part is written down.
pub(super) fn checked(item: &Item, check: &Check, policy: &Policy) -> Result<Event, Refusal> {
    let mut known = conditions(item, policy).iter();
    let condition = known
        .find(|condition| condition.id == check.condition)
        .ok_or(Refusal::UnknownCondition)?;
    if condition.identity {
        return Err(Refusal::ConditionOfIdentity);
    }
    if check.fulfilment == Fulfilment::Partly && check.still_given.is_none() {
        return Err(Refusal::StillGivenMissing);
    }
    Ok(Event::ConditionChecked {
        item: item.number,
        check: check.clone(),
    })
}

/// Whether the conditions allow that something is given: each is settled; all are met where all is granted, and a
/// decision that gives a part names those that are not.
pub(super) fn allow(item: &Item, decision: &Decision, identity: &Identity, policy: &Policy) -> Result<(), Refusal> {
    if !decision.gives() {
        return Ok(());
    }
    let mut on_identity = conditions(item, policy).iter().filter(|condition| condition.identity);
    if on_identity.any(|condition| fulfilment(item, condition, identity) != Some(Fulfilment::Met)) {
        return Err(Refusal::IdentifyFirst);
    }
    if !condition::open(item, identity, policy).is_empty() {
        return Err(Refusal::ConditionOpen);
    }
    let unmet = condition::unmet(item, policy);
    let named = decision.basis().map_or(&[][..], Basis::conditions);
    if unmet.iter().all(|id| named.contains(id)) {
        Ok(())
    } else {
        Err(Refusal::ConditionNotMet)
    }
}

/// How far a refusal reaches that rests on conditions, and on exemptions besides.
pub(super) fn reached(
    item: &Item,
    named: &[ConditionId],
    exemptions: &[ExemptionId],
    policy: &Policy,
) -> Result<Reach, Refusal> {
    let unmet = condition::unmet(item, policy);
    if named.is_empty() {
        return Err(Refusal::NoBasis);
    }
    if !named.iter().all(|id| unmet.contains(id)) {
        return Err(Refusal::ConditionNotUnmet);
    }
    let besides = if exemptions.is_empty() {
        Reach::Part
    } else {
        reach(item, exemptions, policy)?
    };
    Ok(if condition::bars(item, named) {
        Reach::Whole
    } else {
        besides
    })
}
