//! From the domain's values to words: deadlines, stages, rights, steps and rows, as pages say them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::look::{Chip, Choice, Due, RequestRow, Strip, Tone};
use super::words::{Language, Words};
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{Standing, Unit};
use crate::domain::item::Item;
use crate::domain::person::PersonId;
use crate::domain::policy::{Policy, Source};
use crate::domain::request::{PolicyStamp, Request, Stage, Step};
use crate::domain::rules::{RuleBook, Rules};
use crate::packs::Shelf;
use crate::store::lists::Line;
use crate::store::people::Person;

/// What is needed to put a request into words: the language, the rules, the time and the names of colleagues.
pub struct Say<'s> {
    /// The words.
    pub words: Words,
    /// Policies and calendars.
    pub shelf: &'s Shelf,
    /// The instant that "today" is taken from.
    pub now: DateTime<Utc>,
    names: BTreeMap<PersonId, String>,
}

impl<'s> Say<'s> {
    /// Ready to speak of the colleagues given.
    pub fn new(words: Words, shelf: &'s Shelf, now: DateTime<Utc>, people: &[Person]) -> Self {
        let names = people.iter().map(|person| (person.id, person.name.clone())).collect();
        Self {
            words,
            shelf,
            now,
            names,
        }
    }

    /// The name of a colleague.
    pub fn name(&self, id: PersonId) -> String {
        self.names.get(&id).cloned().unwrap_or_else(|| self.words.t("somebody"))
    }

    /// The rules of a request; `None` when its pack is not there.
    pub fn rules(&self, policy: &PolicyStamp) -> Option<Rules<'_>> {
        self.shelf.rules(policy)
    }

    /// A request's clock.
    pub fn due(&self, request: &Request) -> Due {
        let words = &self.words;
        let date = words.date(request.deadline.due_on);
        let provisional = request.deadline.is_provisional();
        if let Some(answered_at) = request.answered_at() {
            let (tone, key) = if answered_at < request.deadline.ends_at {
                (Tone::Done, "due-answered")
            } else {
                (Tone::Late, "due-answered-late")
            };
            return Due {
                tone,
                words: words.t(key),
                date,
                provisional: false,
                strip: None,
            };
        }
        if !request.is_running() {
            return Due {
                tone: Tone::Quiet,
                words: words.t("due-stopped"),
                date: String::new(),
                provisional: false,
                strip: None,
            };
        }
        let Some(rules) = self.rules(&request.policy) else {
            return Due {
                tone: Tone::Quiet,
                words: words.t("due-no-policy"),
                date,
                provisional,
                strip: None,
            };
        };
        let standing = request.standing(self.now, rules.calendar, rules.policy.zone);
        let (tone, said) = match standing {
            Standing::Late { days } => (Tone::Late, words.n("due-late", days)),
            Standing::DueToday => (Tone::Today, words.t("due-today")),
            Standing::Paused => (Tone::Quiet, words.t("due-paused")),
            Standing::DaysLeft { working_days } if working_days <= SOON => {
                (Tone::Soon, words.n("due-left", working_days))
            }
            Standing::DaysLeft { working_days } => (Tone::Calm, words.n("due-left", working_days)),
        };
        let strip = Some(strip(request, rules, standing, self.now));
        Due {
            tone,
            words: said,
            date,
            provisional,
            strip,
        }
    }

    /// The rights of a request as chips; its kind where it invokes none.
    pub fn chips(&self, request: &Request) -> Vec<Chip> {
        if request.items.is_empty() {
            let label = self.words.t(&format!("kind-{}", request.kind.as_str()));
            return vec![Chip {
                label,
                title: String::new(),
            }];
        }
        request.items.iter().map(|item| self.right(item, request)).collect()
    }

    fn right(&self, item: &Item, request: &Request) -> Chip {
        let right = self
            .rules(&request.policy)
            .and_then(|rules| rules.policy.right(&item.right));
        match right {
            Some(right) => Chip {
                label: right.name.text(self.tag()).to_owned(),
                title: right.explanation.text(self.tag()).to_owned(),
            },
            None => Chip {
                label: item.right.to_string(),
                title: String::new(),
            },
        }
    }

    /// The stage of a request.
    pub fn stage(&self, stage: &Stage) -> String {
        self.words.t(&format!("stage-{}", stage.as_str()))
    }

    /// What comes next, in few words.
    pub fn todo(&self, request: &Request) -> String {
        if !request.held.is_empty() && request.is_running() {
            return self.words.t("todo-held");
        }
        if !request.unread.is_empty() {
            return self.words.t("todo-unread");
        }
        self.words.t(todo_key(request.step()))
    }

    /// A line of a list.
    pub fn row(&self, line: &Line) -> RequestRow {
        let request = &line.request;
        let held = u32::try_from(request.held.len()).unwrap_or(u32::MAX);
        let unread = u32::try_from(request.unread.len()).unwrap_or(u32::MAX);
        RequestRow {
            reference: request.reference.clone(),
            href: format!("/requests/{}", request.reference),
            requester: self.requester(&line.card.name, &line.card.address),
            subject: self.subject(&line.card.subject),
            chips: self.chips(request),
            due: self.due(request),
            todo: self.todo(request),
            assignee: request.assignee.map(|id| self.name(id)),
            held,
            nobody: self.words.t("nobody"),
            provisional: self.words.t("due-provisional"),
            held_words: [("held-count", held), ("unread-count", unread)]
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(key, count)| self.words.n(key, count))
                .collect::<Vec<_>>()
                .join(" · "),
        }
    }

    /// Who asks: by name, else by address.
    pub fn requester(&self, name: &str, address: &str) -> String {
        [name, address]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or_else(|| self.words.t("no-name"), str::to_owned)
    }

    /// A subject, or that there is none.
    pub fn subject(&self, subject: &str) -> String {
        if subject.trim().is_empty() {
            self.words.t("no-subject")
        } else {
            subject.to_owned()
        }
    }

    /// An instant in the zone of a policy.
    pub fn at(&self, instant: DateTime<Utc>, policy: &PolicyStamp) -> String {
        self.words.instant(instant, self.zone(policy))
    }

    /// The zone of a policy.
    pub fn zone(&self, policy: &PolicyStamp) -> Tz {
        self.rules(policy).map_or(Tz::UTC, |rules| rules.policy.zone)
    }

    /// The tag under which packs keep the language of the page.
    pub fn tag(&self) -> &'static str {
        self.words.language.tag()
    }
}

/// Fewer working days than this, or as many, are "soon".
pub const SOON: u32 = 5;

/// The key of the words for a step.
fn todo_key(step: Step) -> &'static str {
    match step {
        Step::Triage => "todo-triage",
        Step::Identity => "todo-identity",
        Step::Decision => "todo-decision",
        Step::Approval => "todo-approval",
        Step::Answer => "todo-answer",
        Step::Sending => "todo-sending",
        Step::NotDelivered => "todo-not-delivered",
        Step::Answered => "todo-answered",
        Step::Done => "todo-done",
    }
}

/// The term as a ruler: in working days where the policy counts those, else in all days.
fn strip(request: &Request, rules: Rules<'_>, standing: Standing, now: DateTime<Utc>) -> Strip {
    let (first, last) = (request.deadline.received_on, request.deadline.due_on);
    let today = now.with_timezone(&rules.policy.zone).date_naive();
    let total = days(first, last, rules.policy.term.unit, rules.calendar);
    match standing {
        Standing::Late { days } => Strip {
            total,
            used: total,
            late: days,
        },
        Standing::DueToday | Standing::DaysLeft { .. } | Standing::Paused => {
            let left = days(today, last, rules.policy.term.unit, rules.calendar);
            // Today is not over: it counts as one that is left.
            let used = total.saturating_sub(left).saturating_sub(1);
            Strip { total, used, late: 0 }
        }
    }
}

fn days(after: NaiveDate, up_to: NaiveDate, unit: Unit, calendar: &Calendar) -> u32 {
    let days = match unit {
        Unit::WorkingDays => calendar.working_days_between(after, up_to),
        Unit::CalendarDays | Unit::Months => (up_to - after).num_days(),
    };
    u32::try_from(days).unwrap_or(0)
}

/// Places in law, as a language cites them, with what each says that matters.
pub fn cited(policy: &Policy, sources: &[Source], language: Language) -> Vec<String> {
    let (tag, words) = (language.tag(), Words::of(language));
    let cite = |source: &Source| match &source.note {
        Some(note) => words.noted(&policy.cite(source, tag), note.text(tag)),
        None => policy.cite(source, tag),
    };
    sources.iter().map(cite).collect()
}

/// Choices out of words that a key begins: the values are the words themselves.
pub fn choices<'v>(
    words: &Words,
    prefix: &str,
    values: impl IntoIterator<Item = &'v str>,
    chosen: &str,
) -> Vec<Choice> {
    values
        .into_iter()
        .map(|value| Choice {
            value: value.to_owned(),
            label: words.t(&format!("{prefix}-{value}")),
            hint: String::new(),
            chosen: value == chosen,
        })
        .collect()
}
