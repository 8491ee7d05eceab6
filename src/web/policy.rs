//! The policy in words: what it promises, on which law, and which letters it writes.

mod letters;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use crate::domain::deadline::{Term, Unit};
use crate::domain::policy::{
    Anchor, Condition, Exemption, Ground, IdentityMethod, Listing, OnBehalfRule, Policy, Remedy, ReminderRule, Right,
    Source, WaitsFor,
};
use crate::domain::rules::Rules;
use crate::house::House;
use crate::packs::LoadedPack;
use crate::web::door::session::Reads;
use crate::web::error::PageError;
use crate::web::frame::look::{Fact, Tone};
use crate::web::frame::say::cited;
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::request::clock::term;
use crate::web::request::{ReminderLine, recipient_key};
use crate::web::show;

/// GET /policy
pub async fn policy(who: Reads, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Policy, who.words.t("policy-title"));
    let pack = house.pack().map_err(PageError::broken)?;
    let today = house.now.instant().with_timezone(&pack.pack.policy.zone).date_naive();
    let told = Told {
        words: &who.words,
        policy: &pack.pack.policy,
    };
    show(&told.page(frame, &house, &pack, today))
}

/// The policy and the language it is told in.
#[derive(Clone, Copy)]
struct Told<'t> {
    words: &'t Words,
    policy: &'t Policy,
}

impl Told<'_> {
    fn page(self, frame: Frame, house: &House, pack: &LoadedPack, today: NaiveDate) -> PolicyPage {
        let rules = Rules::alone(self.policy, &pack.calendar);
        PolicyPage {
            name: self.policy.name.text(self.tag()).to_owned(),
            lead: self.words.with("policy-lead", "term", &term(self.words, rules)),
            facts: self.facts(pack, rules),
            cautions: self
                .policy
                .cautions
                .iter()
                .map(|caution| caution.text.text(self.tag()).to_owned())
                .collect(),
            chapters: self.chapters(),
            reminders: self.policy.reminders.iter().map(|rule| self.reminder(rule)).collect(),
            letters: self.letters(house, pack, today),
            frame,
        }
    }

    fn tag(self) -> &'static str {
        self.words.language.tag()
    }

    fn facts(self, pack: &LoadedPack, rules: Rules<'_>) -> Vec<Fact> {
        let words = self.words;
        let policy = self.policy;
        let fact = |key: &str, value: String| Fact {
            label: words.t(key),
            value,
        };
        let extension = self.extension();
        let mut facts = vec![
            fact("policy-version", policy.version.clone()),
            fact("policy-in-force", words.date(policy.in_force_from)),
            fact("policy-term", term(words, rules)),
            fact("policy-calendar", pack.calendar.version().to_owned()),
            fact("policy-zone", policy.zone.name().to_owned()),
            fact("policy-extension", extension),
            fact("policy-pauses", self.pauses()),
            fact(
                "policy-retention",
                words.n("policy-months", policy.retention.request_months),
            ),
            fact("policy-fingerprint", pack.pack.fingerprint.clone()),
        ];
        facts.extend(self.limits());
        facts
    }

    /// How often and how far the term can be extended, and when.
    fn extension(self) -> String {
        match &self.policy.extension {
            None => self.words.t("policy-no-extension"),
            Some(extension) => format!(
                "{} · {}",
                self.length(extension.length, extension.unit),
                extension.reasons.text(self.tag())
            ),
        }
    }

    /// What the term waits for.
    fn pauses(self) -> String {
        let names: Vec<&str> = self
            .policy
            .pauses
            .iter()
            .map(|pause| pause.name.text(self.tag()))
            .collect();
        if names.is_empty() {
            self.words.t("refusal-no-pause")
        } else {
            names.join(" · ")
        }
    }

    /// Limits besides the term: the confirmation of receipt, single rights, the house's own.
    fn limits(self) -> Vec<Fact> {
        let fact = |label: String, term: &Term| Fact {
            label,
            value: self.length(term.length, term.unit),
        };
        let confirmation = self.policy.confirmation.iter();
        let confirmation =
            confirmation.map(|confirmation| fact(self.words.t("clock-confirmation"), &confirmation.term));
        let rights = self.policy.rights.iter().filter_map(|right| {
            let term = right.term.as_ref()?;
            Some(fact(right.name.text(self.tag()).to_owned(), term))
        });
        let target = self
            .policy
            .target
            .iter()
            .map(|term| fact(self.words.t("clock-target"), term));
        confirmation.chain(rights).chain(target).collect()
    }

    fn length(self, length: u32, unit: Unit) -> String {
        let key = match unit {
            Unit::WorkingDays => "working-days",
            Unit::CalendarDays => "term-calendar-days",
            Unit::Months => "term-months",
        };
        self.words.n(key, length)
    }

    fn chapters(self) -> Vec<Chapter> {
        let policy = self.policy;
        let chapters: [(&'static str, Vec<Entry>); 6] = [
            ("rights", policy.rights.iter().map(|right| self.right(right)).collect()),
            (
                "grounds",
                policy.grounds.iter().map(|ground| self.ground(ground)).collect(),
            ),
            (
                "exemptions",
                policy
                    .exemptions
                    .iter()
                    .map(|exemption| self.exemption(exemption))
                    .collect(),
            ),
            (
                "on-behalf",
                policy.on_behalf.iter().map(|rule| self.on_behalf(rule)).collect(),
            ),
            (
                "identity",
                policy.identity.iter().map(|method| self.method(method)).collect(),
            ),
            (
                "remedies",
                policy.remedies.iter().map(|remedy| self.remedy(remedy)).collect(),
            ),
        ];
        let chapter = |(key, entries): (&'static str, Vec<Entry>)| Chapter {
            key,
            title: self.words.t(&format!("policy-{key}")),
            note: self.words.t(&format!("policy-{key}-note")),
            entries,
        };
        chapters
            .into_iter()
            .filter(|(_, entries)| !entries.is_empty())
            .map(chapter)
            .collect()
    }

    fn entry(self, name: &str, text: &str, sources: &[Source]) -> Entry {
        Entry {
            name: name.to_owned(),
            marks: Vec::new(),
            text: text.to_owned(),
            facts: Vec::new(),
            caution: String::new(),
            sources: cited(self.policy, sources, self.words.language),
        }
    }

    fn marks(self, marks: &[(bool, &str)]) -> Vec<String> {
        marks
            .iter()
            .filter(|(set, _)| *set)
            .map(|(_, key)| self.words.t(key))
            .collect()
    }

    fn right(self, right: &Right) -> Entry {
        let marks = self.marks(&[
            (right.listed == Listing::LawOnly, "policy-by-law"),
            (right.needs_ground, "policy-needs-ground"),
            (right.relayed, "policy-relayed"),
        ]);
        let condition = |condition: &Condition| Fact {
            label: self.words.t("policy-condition"),
            value: format!(
                "{} ({})",
                condition.name.text(self.tag()),
                cited(self.policy, &condition.sources, self.words.language).join("; ")
            ),
        };
        Entry {
            marks,
            facts: right.conditions.iter().map(condition).collect(),
            ..self.entry(
                right.name.text(self.tag()),
                right.explanation.text(self.tag()),
                &right.sources,
            )
        }
    }

    fn ground(self, ground: &Ground) -> Entry {
        let marks = self.marks(&[(ground.listed == Listing::LawOnly, "policy-by-law")]);
        Entry {
            marks,
            ..self.entry(
                ground.name.text(self.tag()),
                ground.explanation.text(self.tag()),
                &ground.sources,
            )
        }
    }

    fn exemption(self, exemption: &Exemption) -> Entry {
        let tag = self.tag();
        let fact = |key: &str, value: &str| Fact {
            label: self.words.t(key),
            value: value.to_owned(),
        };
        Entry {
            marks: self.marks(&[(exemption.grave, "policy-grave")]),
            facts: vec![
                fact("policy-question", exemption.question.text(tag)),
                fact("policy-evidence", exemption.evidence.text(tag)),
            ],
            caution: exemption
                .caution
                .as_ref()
                .map(|caution| caution.text(tag).to_owned())
                .unwrap_or_default(),
            ..self.entry(
                exemption.name.text(tag),
                exemption.explanation.text(tag),
                &exemption.sources,
            )
        }
    }

    fn on_behalf(self, rule: &OnBehalfRule) -> Entry {
        let tag = self.tag();
        let evidence: Vec<&str> = rule.evidence.iter().map(|piece| piece.text(tag)).collect();
        let excluded = rule.excludes.iter().filter_map(|id| self.policy.right(id));
        let excluded: Vec<&str> = excluded.map(|right| right.name.text(tag)).collect();
        let facts = [
            ("policy-evidence", evidence.join("\n")),
            ("policy-excludes", excluded.join("\n")),
        ];
        let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
        Entry {
            facts: facts
                .map(|(key, value)| Fact {
                    label: self.words.t(key),
                    value,
                })
                .collect(),
            ..self.entry(rule.name.text(tag), rule.explanation.text(tag), &rule.sources)
        }
    }

    fn method(self, method: &IdentityMethod) -> Entry {
        let marks = self.marks(&[(method.needs_reason, "policy-intrusive-reason")]);
        Entry {
            marks,
            ..self.entry(method.name.text(self.tag()), method.explanation.text(self.tag()), &[])
        }
    }

    fn remedy(self, remedy: &Remedy) -> Entry {
        self.entry(
            remedy.name.text(self.tag()),
            remedy.text.text(self.tag()),
            &remedy.sources,
        )
    }

    fn reminder(self, rule: &ReminderRule) -> ReminderLine {
        let from = match rule.from {
            Anchor::Deadline => "deadline",
            Anchor::Receipt => "receipt",
            Anchor::Confirmation => "confirmation",
            Anchor::Target => "target",
            Anchor::Pause => "pause",
            Anchor::Review => "review",
        };
        let side = match rule.offset_working_days {
            ..0 => "before",
            0 => "on",
            1.. => "after",
        };
        let when = self.words.n(
            &format!("reminder-{side}-{from}"),
            rule.offset_working_days.unsigned_abs(),
        );
        let only = match rule.only_in {
            None => String::new(),
            Some(WaitsFor::Triage) => format!(" · {}", self.words.t("reminder-only-triage")),
            Some(WaitsFor::Approval) => format!(" · {}", self.words.t("reminder-only-approval")),
        };
        ReminderLine {
            when: format!("{when}{only}"),
            what: rule.name.text(self.tag()).to_owned(),
            whom: self.words.t(recipient_key(rule.to)),
            tone: Tone::Quiet,
        }
    }
}

/// The page of the policy.
#[derive(Debug, Template)]
#[template(path = "policy.html")]
pub struct PolicyPage {
    /// Around the page.
    pub frame: Frame,
    /// The statement's name.
    pub name: String,
    /// Its term, in one sentence.
    pub lead: String,
    /// Version, in force from, zone, calendar, extension, retention, fingerprint.
    pub facts: Vec<Fact>,
    /// What staff should know before they rely on its words.
    pub cautions: Vec<String>,
    /// Rights, grounds, exemptions, on behalf, identity, remedies.
    pub chapters: Vec<Chapter>,
    /// Who is reminded, when.
    pub reminders: Vec<ReminderLine>,
    /// The letters with sample facts, in each language.
    pub letters: Vec<LetterSample>,
}

/// A group of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// The anchor.
    pub key: &'static str,
    /// What they are.
    pub title: String,
    /// What they do.
    pub note: String,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// One right, ground or exemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// "By law, not in the statement", "needs a ground".
    pub marks: Vec<String>,
    /// What it is.
    pub text: String,
    /// Questions, evidence.
    pub facts: Vec<Fact>,
    /// What is easily got wrong; may be empty.
    pub caution: String,
    /// Where it is written.
    pub sources: Vec<String>,
}

/// One letter as it would read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterSample {
    /// Which.
    pub title: String,
    /// In which language.
    pub language: String,
    /// That language's tag.
    pub tag: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}
