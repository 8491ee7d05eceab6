//! Waits of the term: when one may begin, and what its end makes of the deadline.

use chrono::{DateTime, Utc};

use super::clock::{lengthened, moved_items};
use crate::domain::deadline::Deadline;
use crate::domain::moves::Refusal;
use crate::domain::policy::PauseId;
use crate::domain::request::Request;
use crate::domain::rules::Rules;

/// Whether the term may wait for something since an instant.
pub(super) fn may_begin(
    request: &Request,
    rules: Rules<'_>,
    pause: &PauseId,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    rules.policy.pause(pause).ok_or(Refusal::UnknownPause)?;
    let clock = request.clock();
    if clock.open_pause(pause).is_some() {
        return Err(Refusal::AlreadyPaused);
    }
    if since < request.clock_from || since > now {
        return Err(Refusal::ImplausiblePause);
    }
    // While it waits for something else nobody can say that it has ended.
    let waits = request.open_pauses().next().is_some();
    if !waits && now >= rules.counted(&clock).ends_at {
        return Err(Refusal::PauseTooLate);
    }
    Ok(())
}

/// What the end of a wait makes of the deadline, and of each item's own where it moves.
///
/// # Errors
/// When the term does not wait for it, or the time cannot be.
pub fn over(
    request: &Request,
    rules: Rules<'_>,
    pause: &PauseId,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(Deadline, Vec<(u32, Deadline)>), Refusal> {
    let mut clock = request.clock();
    let open = clock
        .pauses
        .iter_mut()
        .find(|open| open.until.is_none() && open.reason == *pause);
    let open = open.ok_or(Refusal::NotPaused)?;
    if until < open.from || until > now {
        return Err(Refusal::ImplausiblePause);
    }
    open.until = Some(until);
    Ok((lengthened(request, rules, &clock), moved_items(request, rules, &clock)))
}
