//! What was waited for, as it is typed: `clarification=2026-09-05T10:00:00+01:00/2026-09-15T10:00:00+01:00`.

use chrono::{DateTime, Utc};

use super::{BadInput, DeadlineArgs, PolicyTerm, instant};
use crate::domain::clock::{Clock, Pause};
use crate::domain::moves::Refusal;
use crate::domain::policy::{PauseId, Policy};

/// The clock that the arguments describe, checked against what the policy knows.
pub(super) fn clock(
    args: &DeadlineArgs,
    received_at: DateTime<Utc>,
    term: &PolicyTerm,
    policy: &Policy,
) -> Result<Clock, BadInput> {
    let allowed = policy.extension.as_ref().map_or(0, |extension| extension.times);
    if args.extended > allowed {
        return Err(BadInput(match allowed {
            0 => Refusal::NoExtension.to_string(),
            _ => Refusal::ExtensionsUsed.to_string(),
        }));
    }
    let mut pauses: Vec<Pause> = args
        .pause
        .iter()
        .map(|written| pause(written, received_at, term, policy))
        .collect::<Result<_, _>>()?;
    pauses.sort_by_key(|pause| pause.from);
    Ok(Clock {
        extensions: args.extended,
        pauses,
        ..Clock::of_receipt(received_at)
    })
}

fn pause(written: &str, received_at: DateTime<Utc>, term: &PolicyTerm, policy: &Policy) -> Result<Pause, BadInput> {
    let shape = || {
        BadInput(format!(
            "\"{written}\" is no wait. Write what was waited for, since when and until when, such as \
             clarification=2026-09-05T10:00:00+01:00/2026-09-15T10:00:00+01:00."
        ))
    };
    let (reason, times) = written.split_once('=').ok_or_else(shape)?;
    let (from, until) = times.split_once('/').ok_or_else(shape)?;
    let reason = PauseId::new(reason.trim());
    if policy.pause(&reason).is_none() {
        return Err(BadInput(unknown(&reason, policy)));
    }
    let at = |written: &str| {
        instant::parse(written.trim().as_bytes()).map_err(|bad| BadInput(bad.advice(written, term.zone)))
    };
    let (from, until) = (at(from)?, at(until)?);
    if from < received_at || until < from {
        return Err(BadInput(
            "A wait begins after the receipt and ends after it began.".to_owned(),
        ));
    }
    Ok(Pause {
        reason,
        from,
        until: Some(until),
    })
}

fn unknown(reason: &PauseId, policy: &Policy) -> String {
    let known: Vec<&str> = policy.pauses.iter().map(|rule| rule.id.as_str()).collect();
    if known.is_empty() {
        Refusal::NoPause.to_string()
    } else {
        format!("This policy has no pause `{reason}`. It has {}.", known.join(", "))
    }
}
