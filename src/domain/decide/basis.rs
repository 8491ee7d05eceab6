//! Whether a decision on an item stands on what was found about it.

use chrono::NaiveDate;

use super::conditions;
use crate::domain::item::{Basis, Decision, Item};
use crate::domain::moves::Refusal;
use crate::domain::policy::{DutyId, Policy};
use crate::domain::proposal::{Reach, kept_by, reach};
use crate::domain::request::{Identity, Request};

/// Whether a decision stands on what was found about the item.
pub(super) fn fits(request: &Request, item: &Item, decision: &Decision, policy: &Policy) -> Result<(), Refusal> {
    let needs_ground = policy.right(&item.right).is_some_and(|right| right.needs_ground);
    if decision.gives() && needs_ground && item.ground.is_none() {
        return Err(Refusal::GroundMissing);
    }
    match decision {
        Decision::Granted { .. } if !item.retentions.is_empty() => return Err(Refusal::RetentionRuns),
        Decision::Restricted {
            until, duties, given, ..
        } => return restricted(item, *until, duties, given.is_some(), policy),
        Decision::Granted { .. }
        | Decision::PartlyGranted { .. }
        | Decision::Refused { .. }
        | Decision::NothingHeld { .. }
        | Decision::NotForUs { .. } => {}
    }
    conditions::allow(item, decision, &request.identity, policy)?;
    match decision.basis() {
        None => Ok(()),
        Some(Basis::MissingGround) if needs_ground && item.ground.is_none() => Ok(()),
        Some(Basis::MissingGround) => Err(Refusal::GroundNotMissing),
        Some(Basis::IdentityNotProven) => match request.identity {
            Identity::NotProven { .. } => Ok(()),
            Identity::Open | Identity::Asked { .. } | Identity::Confirmed { .. } => Err(Refusal::IdentityNotDoubted),
        },
        Some(Basis::Exemptions { exemptions }) => carries(reach(item, exemptions, policy)?, decision),
        Some(Basis::Conditions { conditions, exemptions }) => {
            carries(conditions::reached(item, conditions, exemptions, policy)?, decision)
        }
    }
}

/// The narrowest refusal: what covers a part only cannot carry the refusal of the whole.
fn carries(reach: Reach, decision: &Decision) -> Result<(), Refusal> {
    match reach {
        Reach::Part if !decision.gives() => Err(Refusal::OnlyPartly),
        Reach::Part | Reach::Whole => Ok(()),
    }
}

/// A restriction lasts until the last of its duties ends, and what no duty covers is deleted (PIPL 47(2)).
fn restricted(
    item: &Item,
    until: NaiveDate,
    duties: &[DutyId],
    says_what_is_done: bool,
    policy: &Policy,
) -> Result<(), Refusal> {
    let right = policy.right(&item.right).ok_or(Refusal::UnknownRight)?;
    if !right.yields_to_retention {
        return Err(Refusal::NoRetention);
    }
    let kept = kept_by(item, duties)?;
    if kept.iter().map(|retention| retention.until).max() != Some(until) {
        return Err(Refusal::RetentionDate);
    }
    let leaves_something = kept.iter().all(|retention| !retention.scope.is_whole());
    if leaves_something && !says_what_is_done {
        Err(Refusal::StillGivenMissing)
    } else {
        Ok(())
    }
}
