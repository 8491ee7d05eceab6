//! Whether a decision on an item stands on what was found about it.

use crate::domain::item::{Basis, Decision, Item, Verdict};
use crate::domain::moves::Refusal;
use crate::domain::policy::{ExemptionId, Policy};
use crate::domain::request::{Identity, Request};

/// Whether a decision stands on what was found about the item.
pub(super) fn fits(request: &Request, item: &Item, decision: &Decision, policy: &Policy) -> Result<(), Refusal> {
    let needs_ground = policy.right(&item.right).is_some_and(|right| right.needs_ground);
    if decision.gives() && needs_ground && item.ground.is_none() {
        return Err(Refusal::GroundMissing);
    }
    match decision.basis() {
        None => Ok(()),
        Some(Basis::MissingGround) if needs_ground && item.ground.is_none() => Ok(()),
        Some(Basis::MissingGround) => Err(Refusal::GroundNotMissing),
        Some(Basis::IdentityNotProven) => match request.identity {
            Identity::NotProven { .. } => Ok(()),
            Identity::Open | Identity::Asked { .. } | Identity::Confirmed { .. } => Err(Refusal::IdentityNotDoubted),
        },
        Some(Basis::Exemptions { exemptions }) => exempt(item, decision, exemptions, policy),
    }
}

/// The narrowest refusal: an exemption that covers a part only cannot carry the refusal of the whole.
fn exempt(item: &Item, decision: &Decision, exemptions: &[ExemptionId], policy: &Policy) -> Result<(), Refusal> {
    if exemptions.is_empty() {
        return Err(Refusal::NoBasis);
    }
    let mut whole = false;
    for exemption in exemptions {
        policy.exemption(exemption).ok_or(Refusal::UnknownExemption)?;
        match item.assessment(exemption).map(|assessment| assessment.verdict) {
            Some(Verdict::Yes) => whole = true,
            Some(Verdict::Partly) => {}
            Some(Verdict::No) | None => return Err(Refusal::ExemptionNotAssessed),
        }
    }
    if !whole && !decision.gives() {
        Err(Refusal::OnlyPartly)
    } else {
        Ok(())
    }
}
