//! Which moves of the clock a running request allows.

use super::{Move, Refusal};
use crate::domain::person::PersonId;
use crate::domain::policy::Policy;
use crate::domain::request::{Request, Stage};

/// Whether a move of the clock is open to a person. Other moves are.
pub(super) fn may(request: &Request, step: Move, person: PersonId, policy: &Policy) -> Result<(), Refusal> {
    match step {
        Move::Pause => pausable(request, policy),
        Move::Resume if request.open_pauses().next().is_none() => Err(Refusal::NotPaused),
        Move::ProposeDeadline if request.proposed.is_some() => Err(Refusal::ProposedAlready),
        Move::ConfirmDeadline => match &request.proposed {
            None => Err(Refusal::NothingProposed),
            Some(proposed) if proposed.by == person => Err(Refusal::OwnProposal),
            Some(_) => Ok(()),
        },
        Move::DeclineDeadline if request.proposed.is_none() => Err(Refusal::NothingProposed),
        Move::ConfirmReceipt if policy.confirmation.is_none() && request.also.is_empty() => {
            Err(Refusal::NoConfirmation)
        }
        Move::ConfirmReceipt if request.is_receipt_confirmed() => Err(Refusal::AlreadyConfirmed),
        _ => Ok(()),
    }
}

fn pausable(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    if policy.pauses.is_empty() {
        return Err(Refusal::NoPause);
    }
    if matches!(request.stage, Stage::Answering { .. }) {
        return Err(Refusal::AnswerOnItsWay);
    }
    let clock = request.clock();
    let all_open = policy.pauses.iter().all(|pause| clock.open_pause(&pause.id).is_some());
    if all_open { Err(Refusal::AlreadyPaused) } else { Ok(()) }
}
