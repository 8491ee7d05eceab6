//! An internal review: a complaint about a decision, as a request of its own that nobody handles who took part in the decision.
//!
//! The requester may complain to the company before, or beside, the authority and the court (GB/T 35273, 8.8). A review by the
//! one who decided would be none.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::event::{Event, Recorded};
use super::identity::ContactProof;
use super::moves::{Move, Refusal};
use super::person::PersonId;
use super::request::{Request, Stage};

/// What a review is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewOf {
    /// The number of the request whose decision is complained of.
    pub request: i64,
    /// Its reference.
    pub reference: String,
    /// Who decided, approved or answered there, and so has no part in the review.
    pub deciders: BTreeSet<PersonId>,
    /// How the address was shown to be the requester's there; the review is answered to the same.
    #[serde(default)]
    pub contact: Option<ContactProof>,
}

/// Everyone who ever decided, approved or answered in a history, also where it was changed later.
pub fn deciders(history: &[Recorded]) -> BTreeSet<PersonId> {
    let took_part = |recorded: &&Recorded| {
        matches!(
            recorded.event,
            Event::Decided { .. } | Event::Approved { .. } | Event::AnswerQueued { .. } | Event::Answered { .. }
        )
    };
    history
        .iter()
        .filter(took_part)
        .filter_map(|recorded| recorded.by.person())
        .collect()
}

/// A decision can be complained of once it was given.
///
/// # Errors
/// [`Refusal::NotAnswered`] before that.
pub fn openable(request: &Request) -> Result<(), Refusal> {
    match request.stage {
        Stage::Answered { .. } | Stage::Closed { .. } => Ok(()),
        Stage::Triage
        | Stage::Open
        | Stage::Answering { .. }
        | Stage::NotDelivered { .. }
        | Stage::SetAside { .. }
        | Stage::Withdrawn { .. }
        | Stage::Merged { .. } => Err(Refusal::NotAnswered),
    }
}

/// A review is given to somebody who had no part in the decision.
///
/// # Errors
/// [`Refusal::ReviewOfOwn`] when the person had.
pub fn assignable(request: &Request, to: Option<PersonId>) -> Result<(), Refusal> {
    match to {
        Some(person) if is_of_own(request, person) => Err(Refusal::ReviewOfOwn),
        Some(_) | None => Ok(()),
    }
}

/// Who had a part in the decision neither decides nor ends the review of it. They may still read it and write notes.
///
/// # Errors
/// [`Refusal::ReviewOfOwn`] for what decides or ends it.
pub fn open_to(request: &Request, person: PersonId, step: Move) -> Result<(), Refusal> {
    let settles = matches!(
        step,
        Move::Assess
            | Move::CoSign
            | Move::CheckCondition
            | Move::Retain
            | Move::Decide
            | Move::Approve
            | Move::SendBack
            | Move::DraftLetter
            | Move::Answer
            | Move::AnswerByHand
            | Move::SetAside
            | Move::Withdraw
            | Move::Merge
    );
    if settles && is_of_own(request, person) {
        Err(Refusal::ReviewOfOwn)
    } else {
        Ok(())
    }
}

fn is_of_own(request: &Request, person: PersonId) -> bool {
    let review = request.review_of.as_ref();
    review.is_some_and(|review| review.deciders.contains(&person))
}
