//! What governs a request: the policy it stays with, and the calendar as it is known now; and what they say of its time.

use chrono::{DateTime, Utc};

use super::calendar::Calendar;
use super::clock::{Clock, Legal};
use super::deadline::{Deadline, LeftOut, Run, Term, left_out, local_date};
use super::event::NewItem;
use super::policy::{Policy, RightId, Then};
use super::request::{PolicyStamp, Request};

/// What governs a request: the policy it stays with, and the calendar as it is known now.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The policy in force at receipt.
    pub policy: &'a Policy,
    /// The working-day calendar that the policy names.
    pub calendar: &'a Calendar,
    /// Where the policies are found that apply besides.
    pub book: &'a dyn RuleBook,
}

impl<'a> Rules<'a> {
    /// The rules of one policy, where no other can apply.
    pub fn alone(policy: &'a Policy, calendar: &'a Calendar) -> Self {
        Self {
            policy,
            calendar,
            book: &Nothing,
        }
    }

    /// The end of the policy's term from a receipt, with extensions so far.
    pub fn deadline(&self, received_at: DateTime<Utc>, extensions: u32) -> Deadline {
        self.counted(&Clock {
            extensions,
            ..Clock::of_receipt(received_at)
        })
    }

    /// The end of the policy's term by a clock: with its extensions, from the latest event with which the term begins, and
    /// without the days on which it waited. A wait that lasts takes nothing yet.
    pub fn counted(&self, clock: &Clock) -> Deadline {
        self.run(clock, &self.policy.term, clock.extensions, |run| {
            run.deadline(self.calendar, self.policy.zone)
        })
    }

    /// Hands on the run of a term by a clock.
    pub fn run<T>(&self, clock: &Clock, term: &Term, extensions: u32, then: impl FnOnce(&Run<'_>) -> T) -> T {
        let extension = self.extension_term(extensions);
        let left_out = self.left_out(clock);
        then(&Run {
            from: self.begins(clock),
            term,
            extension: extension.as_ref(),
            left_out: &left_out,
        })
    }

    /// The instant with which the term begins: the receipt, or the latest event that the policy lets it wait for.
    pub fn begins(&self, clock: &Clock) -> DateTime<Utc> {
        let begun = clock.pauses.iter().filter(|pause| {
            let rule = self.policy.pause(&pause.reason);
            rule.is_some_and(|rule| rule.then == Then::Begins)
        });
        let begun = begun.filter_map(|pause| pause.until);
        begun.fold(clock.from, DateTime::max)
    }

    fn left_out(&self, clock: &Clock) -> Vec<LeftOut> {
        let days = clock.pauses.iter().filter_map(|pause| {
            let rule = self.policy.pause(&pause.reason)?;
            if rule.then == Then::Begins {
                return None;
            }
            LeftOut::between(
                pause.from,
                pause.until?,
                self.policy.zone,
                rule.first_day_counts,
                rule.last_day_counts,
            )
        });
        left_out(days.collect())
    }

    /// The end of a right's own limit from the receipt of its item; `None` where the policy's term is its limit.
    pub fn of_right(&self, right: &RightId, received_at: DateTime<Utc>, clock: &Clock) -> Option<Deadline> {
        let term = self.policy.right_like(right)?.term?;
        let clock = Clock {
            from: received_at,
            ..clock.clone()
        };
        Some(self.run(&clock, &term, 0, |run| run.deadline(self.calendar, self.policy.zone)))
    }

    /// The end of an item's term: its right's own limit where there is one, else the policy's, from its own receipt.
    pub fn of_item(&self, right: &RightId, received_at: DateTime<Utc>, clock: &Clock) -> Deadline {
        self.of_right(right, received_at, clock).unwrap_or_else(|| {
            self.counted(&Clock {
                from: received_at,
                ..clock.clone()
            })
        })
    }

    /// Each deadline that law sets for a clock and the rights invoked, the earliest first.
    pub fn legal<'i>(
        &self,
        clock: &Clock,
        items: impl Iterator<Item = (&'i RightId, DateTime<Utc>)> + Clone,
    ) -> Vec<Legal> {
        let mut legal = self.by_own(clock, items.clone());
        for applied in &clock.also {
            match self.book.rules(&applied.policy) {
                // An extension or a pause is a matter between one policy and the requester: the other was told of none.
                Some(other) => legal.extend(other.by_own(&Clock::of_receipt(clock.from), items.clone())),
                None => legal.push(Legal {
                    policy: applied.policy.clone(),
                    right: None,
                    deadline: applied.deadline.clone(),
                }),
            }
        }
        legal.sort_by_key(|found| found.deadline.ends_at);
        legal
    }

    fn by_own<'i>(&self, clock: &Clock, items: impl Iterator<Item = (&'i RightId, DateTime<Utc>)>) -> Vec<Legal> {
        let legal = |right, deadline| Legal {
            policy: self.stamp(),
            right,
            deadline,
        };
        let own = legal(None, self.counted(clock));
        let of_rights = items.filter_map(|(right, received_at)| {
            let deadline = self.of_right(right, received_at, clock)?;
            Some(legal(Some(right.clone()), deadline))
        });
        std::iter::once(own).chain(of_rights).collect()
    }

    /// The deadline that work goes to: the earliest that law sets, its dates as they are in this policy's zone.
    pub fn governing<'i>(
        &self,
        clock: &Clock,
        items: impl Iterator<Item = (&'i RightId, DateTime<Utc>)> + Clone,
    ) -> Deadline {
        let legal = self.legal(clock, items);
        let earliest = legal.into_iter().next().map(|found| found.deadline);
        self.here(earliest.unwrap_or_else(|| self.counted(clock)))
    }

    /// The deadlines that law sets for a request as it stands, the earliest first.
    pub fn legal_of(&self, request: &Request) -> Vec<Legal> {
        self.legal(&request.clock(), rights_of(request))
    }

    /// The deadline that work goes to for a request by a clock that may be another than its own.
    pub fn governing_by(&self, request: &Request, clock: &Clock) -> Deadline {
        self.governing(clock, rights_of(request))
    }

    /// The deadline of a request as it arrives.
    pub fn first_deadline(&self, rights: &[RightId], received_at: DateTime<Utc>) -> Deadline {
        let items = rights.iter().map(|right| (right, received_at));
        self.governing(&Clock::of_receipt(received_at), items)
    }

    /// A deadline counted in any zone, with its dates in this policy's zone.
    fn here(&self, deadline: Deadline) -> Deadline {
        let zone = self.policy.zone;
        let due_on = local_date(deadline.ends_at - chrono::TimeDelta::microseconds(1), zone);
        if due_on == deadline.due_on {
            return deadline;
        }
        Deadline { due_on, ..deadline }
    }

    /// The deadline to announce an extension by: the policy's own limit for it, or the end of the term as it stands.
    pub fn notice_by(&self, clock: &Clock) -> Option<Deadline> {
        let extension = self.policy.extension.as_ref()?;
        Some(match &extension.notice_within {
            Some(term) => self.run(clock, term, 0, |run| run.deadline(self.calendar, self.policy.zone)),
            None => self.counted(clock),
        })
    }

    /// The end of the time within which a receipt has to be confirmed; `None` where no policy that applies asks for it.
    pub fn confirmation(&self, clock: &Clock) -> Option<Deadline> {
        let own = self.confirmation_by_own(clock.from);
        let others = clock.also.iter().filter_map(|applied| {
            self.book
                .rules(&applied.policy)
                .and_then(|other| other.confirmation_by_own(clock.from))
        });
        let earliest = own.into_iter().chain(others).min_by_key(|deadline| deadline.ends_at);
        earliest.map(|deadline| self.here(deadline))
    }

    fn confirmation_by_own(&self, received_at: DateTime<Utc>) -> Option<Deadline> {
        let confirmation = self.policy.confirmation.as_ref()?;
        let run = Run {
            from: received_at,
            term: &confirmation.term,
            extension: None,
            left_out: &[],
        };
        Some(run.deadline(self.calendar, self.policy.zone))
    }

    /// The day by which the house wants to have answered: the one set for this request, or the one the policy sets itself;
    /// never later than the deadline.
    pub fn target(&self, request: &Request) -> Option<chrono::NaiveDate> {
        let by_policy = self.policy.target.as_ref().map(|term| {
            let clock = request.clock();
            self.run(&clock, term, clock.extensions, |run| {
                run.deadline(self.calendar, self.policy.zone).due_on
            })
        });
        let target = request.target.or(by_policy)?;
        Some(target.min(request.deadline.due_on))
    }

    /// The added length of so many extensions, as one term; `None` for none.
    pub fn extension_term(&self, extensions: u32) -> Option<Term> {
        let extension = self.policy.extension.as_ref()?;
        (extensions > 0).then(|| Term {
            length: extension.length.saturating_mul(extensions),
            unit: extension.unit,
            ..self.policy.term
        })
    }

    /// An item for a right invoked by a message, or by hand, with its own term.
    pub fn new_item(&self, right: RightId, received_at: DateTime<Utc>, message: Option<i64>) -> NewItem {
        let deadline = self.of_item(&right, received_at, &Clock::of_receipt(received_at));
        NewItem {
            right,
            received_at,
            message,
            deadline,
        }
    }

    /// The policy by name and version.
    pub fn stamp(&self) -> PolicyStamp {
        PolicyStamp {
            id: self.policy.id.clone(),
            version: self.policy.version.clone(),
        }
    }
}

fn rights_of(request: &Request) -> impl Iterator<Item = (&RightId, DateTime<Utc>)> + Clone {
    request.items.iter().map(|item| (&item.right, item.received_at))
}

/// Finds what governs a request. Held by whoever knows the packs and the calendars.
pub trait RuleBook {
    /// The rules of one version of one policy, with the calendar in force now; `None` when its pack is not there.
    fn rules(&self, policy: &PolicyStamp) -> Option<Rules<'_>>;
}

/// A book without any rules.
struct Nothing;

impl RuleBook for Nothing {
    fn rules(&self, _: &PolicyStamp) -> Option<Rules<'_>> {
        None
    }
}
