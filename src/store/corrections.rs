//! Corrections of recognition: written with the step that makes them, and collected from the journal afterwards.

use diesel::prelude::*;
use serde::Deserialize;

use super::schema::events;
use super::{Reader, StoreError, Tx, journal, messages, requests};
use crate::domain::classification::Classification;
use crate::domain::correction::{self, Correction, TakenFor};
use crate::domain::event::{Event, Recorded};
use crate::domain::policy::{ExemptionId, Policy};

/// A message whose kind and rights an officer has settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The request's reference.
    pub reference: String,
    /// The message.
    pub message: i64,
    /// What an officer says it is.
    pub said: TakenFor,
    /// Exemptions that the text was found to hint at.
    pub hints: Vec<ExemptionId>,
    /// Those of them that an officer found to stand for some item.
    pub upheld: Vec<ExemptionId>,
    /// Whether the message opened the request.
    pub opened: bool,
}

/// The corrections that new events of a request call for, given what recognition says of the messages they speak of.
pub(super) fn called_for(
    tx: &mut Tx<'_>,
    request: i64,
    policy: &Policy,
    new: &[Recorded],
) -> Result<Vec<Event>, StoreError> {
    if !new.iter().any(correction::may_correct) {
        return Ok(Vec::new());
    }
    let mut history = requests::history(tx, request)?;
    history.extend_from_slice(new);
    let mut called_for = Vec::new();
    for message in correction::touched(&history, new.len()) {
        let proposed = proposal(tx, message)?.map(|found| TakenFor::proposed(&found, policy));
        called_for.extend(proposed.and_then(|proposed| correction::corrected(&history, message, proposed, policy)));
    }
    Ok(called_for)
}

/// The part of a message's reading that is recognition's.
#[derive(Deserialize)]
struct Proposal {
    classification: Classification,
}

fn proposal(db: &mut Reader<'_>, message: i64) -> Result<Option<Classification>, StoreError> {
    let read: Option<Proposal> = messages::reading(db, message)?
        .map(serde_json::from_value)
        .transpose()
        .map_err(|_| StoreError::Corrupt(format!("the reading of message {message}")))?;
    Ok(read.map(|read| read.classification))
}

/// The corrections that stand, with the reference of each request, in the order of the requests.
///
/// # Errors
/// When the store fails or an event is not what was written.
pub fn list(db: &mut Reader<'_>) -> Result<Vec<(String, Correction)>, StoreError> {
    let mut all = Vec::new();
    for stream in corrected_streams(db)? {
        let history = requests::history(db, stream)?;
        let Some(reference) = reference_of(&history) else {
            continue;
        };
        all.extend(
            correction::standing(&history)
                .into_iter()
                .map(|found| (reference.to_owned(), found)),
        );
    }
    Ok(all)
}

/// Which messages are good samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those that officers corrected.
    Corrected,
    /// Also those that they worked with as they were proposed.
    Confirmed,
}

/// The messages that officers have settled, in the order of the requests.
///
/// # Errors
/// When the store fails or an event is not what was written.
pub fn settled(db: &mut Reader<'_>, wanted: Wanted) -> Result<Vec<Settled>, StoreError> {
    let streams = match wanted {
        Wanted::Corrected => corrected_streams(db)?,
        Wanted::Confirmed => request_streams(db)?,
    };
    let mut settled = Vec::new();
    for stream in streams {
        let history = requests::history(db, stream)?;
        let Some(Event::Opened(opening)) = history.first().map(|first| &first.event) else {
            continue;
        };
        let corrected = correction::standing(&history).into_iter();
        let mut said: Vec<(i64, TakenFor)> = corrected.map(|found| (found.message, found.said)).collect();
        if wanted == Wanted::Confirmed {
            said.extend(correction::left_as_proposed(&history));
        }
        let upheld = correction::upheld(&history);
        settled.extend(said.into_iter().map(|(message, said)| {
            let opened = opening.message == Some(message);
            let hints = if opened { opening.hints.clone() } else { Vec::new() };
            Settled {
                reference: opening.reference.clone(),
                message,
                said,
                upheld: hints.iter().filter(|hint| upheld.contains(*hint)).cloned().collect(),
                hints,
                opened,
            }
        }));
    }
    Ok(settled)
}

fn reference_of(history: &[Recorded]) -> Option<&str> {
    match &history.first()?.event {
        Event::Opened(opening) => Some(&opening.reference),
        _ => None,
    }
}

fn corrected_streams(db: &mut Reader<'_>) -> Result<Vec<i64>, StoreError> {
    Ok(events::table
        .filter(events::kind.eq(Event::CORRECTED))
        .select(events::stream)
        .distinct()
        .order(events::stream)
        .load(db.conn)?)
}

fn request_streams(db: &mut Reader<'_>) -> Result<Vec<i64>, StoreError> {
    let mut all = Vec::new();
    loop {
        let page = journal::streams(db, all.last().copied().unwrap_or(journal::HOUSE), 500)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}
