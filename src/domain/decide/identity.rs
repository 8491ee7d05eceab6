//! What may happen to the proof of who asks and of where answers go.

use crate::domain::challenge::Purpose;
use crate::domain::event::Event;
use crate::domain::identity::{Change, Confirmation, Contact, ContactProof, milder_untried};
use crate::domain::moves::Refusal;
use crate::domain::person::Actor;
use crate::domain::policy::{DatumId, MethodId, OnBehalfId, Policy, Way};
use crate::domain::request::Request;
use crate::domain::text::TextRef;

/// The least intrusive way that is enough: a higher rung, or a document, needs a reason that the requester reads, and
/// nothing is asked for that the company could not compare (PIPL 6; Network Data Security Management Regulation 23).
pub(super) fn ask_identity(
    request: &Request,
    policy: &Policy,
    method: &MethodId,
    data: &[DatumId],
    reason: Option<&TextRef>,
    letter: Option<i64>,
) -> Result<Vec<Event>, Refusal> {
    let asked = policy.method(method).ok_or(Refusal::UnknownMethod)?;
    held(policy, data)?;
    if asked.way == Way::Questions && data.is_empty() {
        return Err(Refusal::NameData);
    }
    if reason.is_none() {
        if asked.needs_reason || asked.way == Way::Document {
            return Err(Refusal::MethodNeedsReason);
        }
        if milder_untried(request, policy, asked).next().is_some() {
            return Err(Refusal::MilderFirst);
        }
    }
    Ok(vec![Event::IdentityAsked {
        method: method.clone(),
        data: data.to_vec(),
        reason: reason.cloned(),
        letter,
    }])
}

/// For whom the requester acts, said again: rights that cannot be invoked so have to be taken out first.
pub(super) fn act_for(
    request: &Request,
    policy: &Policy,
    on_behalf: &OnBehalfId,
    reason: &TextRef,
) -> Result<Vec<Event>, Refusal> {
    policy.on_behalf(on_behalf).ok_or(Refusal::UnknownOnBehalf)?;
    if request.on_behalf == *on_behalf {
        return Err(Refusal::NothingChanges);
    }
    for item in &request.items {
        super::allowed_for(&item.right, on_behalf, policy)?;
    }
    Ok(vec![Event::ActsFor {
        on_behalf: on_behalf.clone(),
        reason: reason.clone(),
    }])
}

/// Whether the policy asks for a piece of evidence from who acts as this requester does.
pub(super) fn known_piece(request: &Request, policy: &Policy, piece: u32) -> Result<(), Refusal> {
    let count = request.acts_by(policy).map_or(0, |rule| rule.evidence.len());
    let known = usize::try_from(piece).is_ok_and(|piece| (1..=count).contains(&piece));
    if known { Ok(()) } else { Err(Refusal::UnknownEvidence) }
}

/// The identity decision: an address proves no person, so it says what else agreed with the data held.
pub(super) fn confirm_identity(
    request: &Request,
    policy: &Policy,
    method: &MethodId,
    matched: &[DatumId],
    note: &TextRef,
) -> Result<Vec<Event>, Refusal> {
    let way = policy.method(method).ok_or(Refusal::UnknownMethod)?.way;
    held(policy, matched)?;
    if way == Way::Code && !is_proven_by_code(request) {
        return Err(Refusal::CodeFirst);
    }
    let compares = matches!(way, Way::KnownCorrespondent | Way::Code | Way::Questions);
    if compares && matched.is_empty() && !policy.held_data.is_empty() {
        return Err(Refusal::NothingMatched);
    }
    let mut events = vec![Event::IdentityConfirmed {
        method: method.clone(),
        matched: matched.to_vec(),
        note: note.clone(),
    }];
    if way == Way::KnownCorrespondent && !request.has_confirmed_contact() {
        events.push(contact_confirmed(request, ContactProof::OnFile, None));
    }
    Ok(events)
}

fn held(policy: &Policy, data: &[DatumId]) -> Result<(), Refusal> {
    if data.iter().all(|datum| policy.held_datum(datum).is_some()) {
        Ok(())
    } else {
        Err(Refusal::NotHeldDatum)
    }
}

fn is_proven_by_code(request: &Request) -> bool {
    let by_code = matches!(
        request.contact,
        Contact::Confirmed {
            how: ContactProof::Code { .. },
            ..
        }
    );
    by_code && request.has_confirmed_contact()
}

/// A code on its way to the address. An officer has one sent for the proof of the address alone: what is fetched or looked
/// at with a code is the requester's own doing.
pub(super) fn send_code(purpose: Purpose, challenge: i64, letter: i64, actor: Actor) -> Result<Event, Refusal> {
    if matches!(actor, Actor::Person { .. }) && purpose != Purpose::ConfirmAddress {
        return Err(Refusal::NotYourRole);
    }
    Ok(Event::CodeSent {
        purpose,
        challenge,
        letter,
    })
}

/// An address counts as the requester's by a right code made for that, or by an officer's word that it is on file.
pub(super) fn confirm_contact(
    request: &Request,
    confirmation: &Confirmation,
    actor: Actor,
) -> Result<Vec<Event>, Refusal> {
    let (how, note) = match confirmation {
        Confirmation::Code(right) if right.purpose() == Purpose::ConfirmAddress => (
            ContactProof::Code {
                challenge: right.challenge(),
            },
            None,
        ),
        Confirmation::Code(_) => return Err(Refusal::CodeForElse),
        Confirmation::OnFile { note } => match actor {
            Actor::Person { .. } => (ContactProof::OnFile, Some(note.clone())),
            Actor::Owner { .. } | Actor::Requester | Actor::Mail | Actor::Clock | Actor::Post => {
                return Err(Refusal::NotYourRole);
            }
        },
    };
    Ok(vec![contact_confirmed(request, how, note)])
}

/// The address on the card as it stands is confirmed.
pub(super) fn contact_confirmed(request: &Request, how: ContactProof, note: Option<TextRef>) -> Event {
    Event::ContactConfirmed {
        card: request.card.clone(),
        how,
        note,
    }
}

/// Answers go elsewhere from now on; both addresses are told.
pub(super) fn change_contact(
    request: &Request,
    card: &TextRef,
    change: Change,
    reason: &TextRef,
    told: &[i64],
) -> Vec<Event> {
    vec![Event::ContactChanged {
        from: request.card.clone(),
        card: card.clone(),
        change,
        reason: reason.clone(),
        told: told.to_vec(),
    }]
}
