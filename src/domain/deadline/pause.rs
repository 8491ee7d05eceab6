//! The days on which a term does not run.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::local_date;

/// A run of days on which a term does not run, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The first.
    pub first: NaiveDate,
    /// The last.
    pub last: NaiveDate,
}

impl LeftOut {
    /// The days of a wait from one instant to another, with its edge days where they do not count either; `None` when no
    /// day is left.
    pub fn between(
        from: DateTime<Utc>,
        until: DateTime<Utc>,
        zone: Tz,
        first_day_counts: bool,
        last_day_counts: bool,
    ) -> Option<Self> {
        let (first, last) = (local_date(from, zone), local_date(until, zone));
        let first = if first_day_counts { first.succ_opt()? } else { first };
        let last = if last_day_counts { last.pred_opt()? } else { last };
        (first <= last).then_some(Self { first, last })
    }

    /// Whether the term does not run on a day.
    pub fn has(&self, day: NaiveDate) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// The same days in order and each once: waits may overlap, and a day is given back only once.
pub fn left_out(mut days: Vec<LeftOut>) -> Vec<LeftOut> {
    days.sort_unstable();
    let mut once: Vec<LeftOut> = Vec::with_capacity(days.len());
    for next in days {
        match once.last_mut() {
            Some(known) if next.first <= known.last => known.last = known.last.max(next.last),
            Some(_) | None => once.push(next),
        }
    }
    once
}
