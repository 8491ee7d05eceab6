//! Telling people of a letter that did not arrive, at once and beside the schedule of reminders.

use chrono::{DateTime, Utc};

use super::sweep::recipients;
use crate::domain::command::Command;
use crate::domain::letter::Alert;
use crate::domain::moves::Refusal;
use crate::domain::policy::Recipient;
use crate::store::door::{Door, Seen, StepError};
use crate::store::notices::NewNotice;
use crate::store::{StoreError, Tx, notices, people, requests};

/// A letter about a request did not arrive and will not: whoever works on the request is told, and where it was the
/// answer, the request is open again as "answer not delivered".
///
/// # Errors
/// When the store fails.
pub(super) fn letter_failed(tx: &mut Tx<'_>, door: &Door<'_>, request: i64, letter: i64) -> Result<(), StepError> {
    tell(tx, request, Alert::LetterFailed, letter, door.now)?;
    match door.step(tx, request, Seen::Whatever, |_| Ok(Command::Bounced { letter })) {
        // Any other letter than the answer changes nothing about the request.
        Ok(_) | Err(StepError::Refused(Refusal::NothingChanges)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A letter about a request has not arrived yet: whoever works on the request is told.
///
/// # Errors
/// When the store fails.
pub(super) fn letter_delayed(tx: &mut Tx<'_>, door: &Door<'_>, request: i64, letter: i64) -> Result<(), StepError> {
    Ok(tell(tx, request, Alert::LetterDelayed, letter, door.now)?)
}

/// Whom a request is assigned to, or the officers; the mail itself is written by the next sweep.
fn tell(tx: &mut Tx<'_>, request: i64, alert: Alert, letter: i64, now: DateTime<Utc>) -> Result<(), StoreError> {
    let stored = requests::find(tx, request)?;
    let staff = people::list(tx)?;
    let told: Vec<NewNotice> = recipients(Recipient::Assignee, stored.request.assignee, &staff)
        .into_iter()
        .map(|person| NewNotice {
            request_id: request,
            rule: alert.rule(letter),
            due_on: stored.request.deadline.due_on,
            person,
        })
        .collect();
    notices::record(tx, &told, now)?;
    Ok(())
}
