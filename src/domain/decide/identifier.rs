//! What is recorded as the requester's own, and taken back again.

use crate::domain::event::Event;
use crate::domain::identifier::{IdentifierKind, LookedAgain, covers};
use crate::domain::moves::Refusal;
use crate::domain::request::Request;
use crate::domain::text::TextRef;

/// Something is the requester's own. Each enclosed file was looked through again with it.
pub(super) fn record(
    request: &Request,
    kind: IdentifierKind,
    text: &TextRef,
    source: &TextRef,
    looks: &[LookedAgain],
) -> Result<Event, Refusal> {
    if !covers(&request.release, looks) {
        return Err(Refusal::LookAgain);
    }
    Ok(Event::IdentifierRecorded {
        kind,
        text: text.clone(),
        source: source.clone(),
        looks: looks.to_vec(),
    })
}

/// It is not. Each enclosed file was looked through again without it, so that nothing leaves as the requester's own.
pub(super) fn retract(
    request: &Request,
    number: u32,
    reason: &TextRef,
    looks: &[LookedAgain],
) -> Result<Event, Refusal> {
    if request.identifiers.iter().all(|known| known.number != number) {
        return Err(Refusal::UnknownIdentifier);
    }
    if !covers(&request.release, looks) {
        return Err(Refusal::LookAgain);
    }
    Ok(Event::IdentifierRetracted {
        number,
        reason: reason.clone(),
        looks: looks.to_vec(),
    })
}
