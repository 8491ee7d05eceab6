//! When someone is reminded of a request, of what, and which of it is due.
//!
//! The schedule is derived from the request as it stands; the ledger in the request says which stages were reached.
//! A stage is due once its instant has passed, however long ago, so that a standstill loses none.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

use super::deadline::{Standing, local_date};
use super::policy::{Anchor, Recipient, ReminderId, ReminderRule, WaitsFor};
use super::request::{Request, Stage};
use super::rules::Rules;

/// One stage of the schedule for one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which line of the schedule.
    pub rule: ReminderId,
    /// The instant from which it is due: an office hour of a working day.
    pub at: DateTime<Utc>,
    /// The due date it speaks of; another deadline makes it another stage.
    pub due_on: NaiveDate,
    /// Who is told.
    pub to: Recipient,
}

/// The stages that have not been reached, in order of time: those of the clock while it runs, none of the deadline while
/// the term waits, and those of exemptions that may have lapsed.
pub fn ahead(request: &Request, rules: Rules<'_>) -> Vec<Due> {
    let mut ahead = of_reviews(request, rules);
    if request.is_running() {
        ahead.extend(of_the_clock(request, rules));
    }
    ahead.retain(|due| !request.reminded.contains(&(due.rule.clone(), due.due_on)));
    ahead.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.rule.cmp(&b.rule)));
    ahead
}

fn of_the_clock(request: &Request, rules: Rules<'_>) -> Vec<Due> {
    let schedule = rules.policy.reminders.iter().filter(|rule| applies(rule, request));
    schedule
        .filter_map(|rule| {
            let (anchor, due_on) = anchor(rule, request, rules)?;
            Some(Due {
                rule: rule.id.clone(),
                at: instant(rule, anchor, request, rules),
                due_on,
                to: rule.to,
            })
        })
        .collect()
}

/// A stage for each day on which an exemption is to be looked at again.
fn of_reviews(request: &Request, rules: Rules<'_>) -> Vec<Due> {
    let schedule = rules.policy.reminders.iter().filter(|rule| rule.from == Anchor::Review);
    let each_day = schedule.flat_map(|rule| request.reviews().into_iter().map(move |day| (rule, day)));
    each_day
        .map(|(rule, day)| Due {
            rule: rule.id.clone(),
            at: instant(rule, day, request, rules),
            due_on: day,
            to: rule.to,
        })
        .collect()
}

/// The stages that are due now.
pub fn due(request: &Request, rules: Rules<'_>, now: DateTime<Utc>) -> Vec<Due> {
    let mut due = ahead(request, rules);
    due.retain(|stage| stage.at <= now);
    due
}

/// How a day on which to look again stands now.
pub fn standing_on(day: NaiveDate, now: DateTime<Utc>, rules: Rules<'_>) -> Standing {
    let today = local_date(now, rules.policy.zone);
    let working_days = rules.calendar.working_days_between(day, today);
    let whole = |days: i64| u32::try_from(days).unwrap_or(u32::MAX);
    match today.cmp(&day) {
        Ordering::Greater => Standing::Late {
            days: whole(working_days.max(1)),
        },
        Ordering::Equal => Standing::DueToday,
        Ordering::Less => Standing::DaysLeft {
            working_days: whole(working_days.saturating_neg()),
        },
    }
}

/// The instant of the next stage: the one indexed column that the sweeper looks at.
pub fn next_due_at(request: &Request, rules: Rules<'_>) -> Option<DateTime<Utc>> {
    ahead(request, rules).first().map(|stage| stage.at)
}

/// A local time of a day as an instant. Where the zone skips that time, the first instant after the gap.
pub fn local_instant(day: NaiveDate, time: NaiveTime, zone: Tz) -> DateTime<Utc> {
    let wanted = day.and_time(time);
    zone.from_local_datetime(&wanted)
        .earliest()
        .or_else(|| {
            zone.from_local_datetime(&(wanted + chrono::TimeDelta::hours(1)))
                .earliest()
        })
        .map_or_else(|| wanted.and_utc(), |local| local.with_timezone(&Utc))
}

fn applies(rule: &ReminderRule, request: &Request) -> bool {
    match rule.only_in {
        None => true,
        Some(WaitsFor::Triage) => matches!(request.stage, Stage::Triage) || !request.held.is_empty(),
        Some(WaitsFor::Approval) => request.awaits_approval(),
    }
}

/// The day from which a rule counts, and the day it speaks of; `None` where there is nothing to speak of.
fn anchor(rule: &ReminderRule, request: &Request, rules: Rules<'_>) -> Option<(NaiveDate, NaiveDate)> {
    let deadline = &request.deadline;
    match rule.from {
        Anchor::Review => None,
        Anchor::Deadline | Anchor::Target if request.is_paused() => None,
        Anchor::Deadline => Some((deadline.due_on, deadline.due_on)),
        Anchor::Receipt => Some((deadline.received_on, deadline.due_on)),
        Anchor::Confirmation if request.is_receipt_confirmed() => None,
        Anchor::Confirmation => rules
            .confirmation(&request.clock())
            .map(|deadline| (deadline.due_on, deadline.due_on)),
        Anchor::Target => rules.target(request).map(|day| (day, day)),
        Anchor::Pause => request.open_pauses().next().map(|pause| {
            let day = local_date(pause.from, rules.policy.zone);
            (day, day)
        }),
    }
}

fn instant(rule: &ReminderRule, anchor: NaiveDate, request: &Request, rules: Rules<'_>) -> DateTime<Utc> {
    let days = rule.offset_working_days;
    let day = match days {
        0 => anchor,
        _ if days < 0 => rules.calendar.minus_working_days(anchor, days.unsigned_abs()),
        _ => rules.calendar.add_working_days(anchor, days.unsigned_abs()).day,
    };
    let at = local_instant(day, rules.policy.office_hour, rules.policy.zone);
    // A deadline that ends in another zone may end before this one's office opens.
    let comes_after = rule.from == Anchor::Deadline && days <= 0 && at >= request.deadline.ends_at;
    if comes_after {
        let eve = rules.calendar.minus_working_days(day, 1);
        return local_instant(eve, rules.policy.office_hour, rules.policy.zone);
    }
    at
}
