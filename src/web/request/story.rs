//! What happened to a request, event by event, in words.

mod clock;
mod identity;

use super::file::File;
use super::items::scope_words;
use super::letter as drafting;
use super::page::EventLine;
use super::task_story;
use crate::domain::correction::TakenFor;
use crate::domain::event::{By, Cause, Event, NewItem, Recorded};
use crate::domain::policy::{ConditionId, DutyId, ExemptionId, Policy, RightId};
use crate::domain::request::PolicyStamp;
use crate::mail::charset::Charset;
use crate::web::frame::say::Say;
use crate::web::reading;

/// Tells events in the words of a page.
pub(super) struct Story<'s> {
    pub say: &'s Say<'s>,
    pub policy: Option<&'s Policy>,
    pub stamp: &'s PolicyStamp,
    /// Each item's right by number, also of items dropped since.
    pub rights: Vec<(u32, RightId)>,
}

impl<'s> Story<'s> {
    /// Ready to tell the story of a file.
    pub fn of(say: &'s Say<'s>, file: &'s File) -> Self {
        let stamp = &file.stored.request.policy;
        let policy = say.rules(stamp).map(|rules| rules.policy);
        let added = file.history.iter().flat_map(|recorded| match &recorded.event {
            Event::Opened(opening) => opening.items.iter().map(right_of).collect(),
            Event::ItemAdded(item) => vec![right_of(item)],
            Event::MergeTaken { items, .. } => items.iter().map(right_of).collect(),
            _ => Vec::new(),
        });
        Self {
            say,
            policy,
            stamp,
            rights: (1..).zip(added).collect(),
        }
    }

    /// One event as a line.
    pub fn line(&self, file: &File, recorded: &Recorded) -> EventLine {
        let actor = match recorded.by {
            By::Person(id) => self.say.name(id),
            By::Owner(_) => self.say.words.t("event-owner"),
            By::Mail | By::Clock | By::Post => "Habeas".to_owned(),
            By::Requester => self.say.words.t("actor-requester"),
        };
        let (what, why) = match (&recorded.event, recorded.by) {
            (Event::Assigned { to: Some(to) }, By::Person(id)) if *to == id => {
                (self.say.words.t("event-assigned-self"), String::new())
            }
            (event, _) => self.told(file, event),
        };
        EventLine {
            at: self.say.at(recorded.at, self.stamp),
            actor,
            what,
            why,
        }
    }

    /// What happened, and why where the event says so.
    fn told(&self, file: &File, event: &Event) -> (String, String) {
        let words = &self.say.words;
        let plain = || (words.t(&format!("event-{}", event.name())), String::new());
        let because = |reason| {
            (
                words.t(&format!("event-{}", event.name())),
                file.text(reason).to_owned(),
            )
        };
        let key = format!("event-{}", event.name());
        match event {
            Event::Opened(opening) => {
                let at = self.say.at(opening.received_at, self.stamp);
                (words.with(&key, "at", &at), self.listed(&opening.items))
            }
            Event::Triaged { kind, .. } => (
                words.with(&key, "kind", &words.t(&format!("kind-{}", kind.as_str()))),
                String::new(),
            ),
            Event::ItemAdded(item) => (words.with(&key, "right", &self.right(&item.right)), String::new()),
            Event::ItemDropped { item, reason: None } => (
                words.with("event-item-unchosen", "right", &self.item(*item)),
                String::new(),
            ),
            Event::ItemDropped {
                item,
                reason: Some(reason),
            } => (
                words.with(&key, "right", &self.item(*item)),
                file.text(reason).to_owned(),
            ),
            Event::Assigned { to: Some(to) } => (words.with(&key, "name", &self.say.name(*to)), String::new()),
            Event::Assigned { to: None } => (words.t("event-unassigned"), String::new()),
            Event::IdentityAsked { .. }
            | Event::IdentityConfirmed { .. }
            | Event::IdentityNotProven { .. }
            | Event::ActsFor { .. }
            | Event::EvidenceShown { .. }
            | Event::EvidenceRetracted { .. }
            | Event::SubjectTold { .. }
            | Event::DocumentReceived { .. }
            | Event::DocumentViewed { .. }
            | Event::DocumentDestroyed { .. }
            | Event::CodeSent { .. }
            | Event::ContactConfirmed { .. }
            | Event::ContactChanged { .. } => self.of_the_persons(file, event),
            Event::GroundChosen { item, ground } => {
                let name = ground.as_ref().and_then(|ground| self.policy?.ground(ground));
                match name {
                    Some(ground) => (
                        words.a(
                            &key,
                            &[
                                ("right", &self.item(*item)),
                                ("ground", ground.name.text(self.say.tag())),
                            ],
                        ),
                        String::new(),
                    ),
                    None => (
                        words.with("event-ground-taken-back", "right", &self.item(*item)),
                        String::new(),
                    ),
                }
            }
            Event::Assessed { item, finding } => {
                let args = [
                    ("right", self.item(*item)),
                    ("exemption", self.exemption(&finding.exemption)),
                    ("scope", scope_words(self.say, file, &finding.scope)),
                    ("verdict", words.t(super::items::verdict_key(finding.verdict))),
                ];
                (words.a(&key, &borrowed(&args)), file.text(&finding.reason).to_owned())
            }
            Event::CoSigned { item, exemption, scope } => {
                let args = [
                    ("right", self.item(*item)),
                    ("exemption", self.exemption(exemption)),
                    ("scope", scope_words(self.say, file, scope)),
                ];
                (words.a(&key, &borrowed(&args)), String::new())
            }
            Event::ConditionChecked { item, check } => {
                let args = [
                    ("right", self.item(*item)),
                    ("condition", self.condition(*item, &check.condition)),
                    ("fulfilment", words.t(super::conditions::key_of(check.fulfilment))),
                ];
                (words.a(&key, &borrowed(&args)), file.text(&check.evidence).to_owned())
            }
            Event::RetentionFound {
                item,
                duty,
                scope,
                until,
                reason,
            } => {
                let until = until.map_or_else(|| words.t("retention-does-not-run"), |day| words.date(day));
                let args = [
                    ("right", self.item(*item)),
                    ("duty", self.duty(duty)),
                    ("scope", scope_words(self.say, file, scope)),
                    ("until", until),
                ];
                (words.a(&key, &borrowed(&args)), file.text(reason).to_owned())
            }
            Event::Decided { item, decision } => {
                let outcome = words.t(&format!("outcome-{}", decision.outcome().as_str()));
                let reason = decision
                    .reason()
                    .map(|reason| file.text(reason).to_owned())
                    .unwrap_or_default();
                (
                    words.a(&key, &[("right", &self.item(*item)), ("outcome", &outcome)]),
                    reason,
                )
            }
            Event::Answered {
                answered_at, delivery, ..
            } => {
                let at = self.say.at(*answered_at, self.stamp);
                let key = match delivery {
                    crate::domain::event::Delivery::Mail => "event-answered",
                    crate::domain::event::Delivery::ByHand => "event-answered-by-hand",
                };
                (words.with(key, "at", &at), String::new())
            }
            Event::ReviewOpened { reference, .. }
            | Event::MergedInto { reference, .. }
            | Event::MergeTaken { reference, .. } => (words.with(&key, "reference", reference), String::new()),
            Event::Extended { reason, to, .. } => (
                words.with(&key, "date", &words.date(to.due_on)),
                file.text(reason).to_owned(),
            ),
            Event::DeadlineMoved { from, to, cause, .. } => {
                let args = [("old", words.date(from.due_on)), ("new", words.date(to.due_on))];
                let key = match cause {
                    Cause::Calendar => "event-deadline-moved",
                    Cause::Items => "event-deadline-moved-items",
                };
                (words.a(key, &borrowed(&args)), String::new())
            }
            Event::Paused { .. }
            | Event::Resumed { .. }
            | Event::PolicyApplied { .. }
            | Event::TargetSet { .. }
            | Event::DeadlineProposed { .. }
            | Event::DeadlineSet { .. }
            | Event::DeadlineDeclined { .. }
            | Event::ReceiptConfirmed { .. } => self.of_the_clock(file, event),
            Event::MessageJoined { belonging, .. } => match belonging {
                crate::domain::event::Belonging::Proven => plain(),
                crate::domain::event::Belonging::Held => (words.t("event-message-held"), String::new()),
            },
            Event::Corrected { proposed, said, .. } => {
                (plain().0, format!("{} → {}", self.taken(proposed), self.taken(said)))
            }
            Event::MessageReread { charset, .. } => {
                let name = reading::name(words, charset.as_deref().and_then(Charset::named));
                (words.with(&key, "charset", &name), String::new())
            }
            Event::Reminded { rule, due_on } => {
                let name = self.policy.and_then(|policy| policy.reminder(rule));
                let name = name
                    .map_or(rule.as_str(), |rule| rule.name.text(self.say.tag()))
                    .to_owned();
                let args = [("name", name), ("date", words.date(*due_on))];
                (words.a(&key, &borrowed(&args)), String::new())
            }
            Event::IdentifierRecorded { kind, source, .. } => {
                let kind = words.t(&format!("identifier-{}", kind.as_str()));
                (words.with(&key, "kind", &kind), file.text(source).to_owned())
            }
            Event::PackageEnded { why, reason, .. } => (
                words.t(&format!("event-package-{}", why.as_str())),
                reason
                    .as_ref()
                    .map(|reason| file.text(reason).to_owned())
                    .unwrap_or_default(),
            ),
            Event::Released {
                expires_at, downloads, ..
            } => {
                let args = [
                    ("at", self.say.at(*expires_at, self.stamp)),
                    ("downloads", downloads.to_string()),
                ];
                (words.a(&key, &borrowed(&args)), String::new())
            }
            Event::LetterDrafted { letter, generated, .. } => {
                (plain().0, drafting::told(file.text(letter), file.text(generated)))
            }
            Event::SetAside { reason }
            | Event::FileTakenOut { reason, .. }
            | Event::FindingOverridden { reason, .. }
            | Event::IdentifierRetracted { reason, .. }
            | Event::HighRiskMarked { reason }
            | Event::SentBack { reason }
            | Event::Reopened { reason }
            | Event::Withdrawn { reason } => because(reason),
            Event::TaskOpened { .. }
            | Event::TaskReopened { .. }
            | Event::TaskSent { .. }
            | Event::TaskAnswered { .. }
            | Event::TaskFileViewed { .. }
            | Event::TaskExplained { .. }
            | Event::TaskDropped { .. }
            | Event::TaskCancelled { .. }
            | Event::TaskReminded { .. }
            | Event::StateBegan { .. }
            | Event::StateChecked { .. }
            | Event::StateLifted { .. } => task_story::told(self, file, event),
            Event::AcknowledgementQueued { .. }
            | Event::BroughtBack
            | Event::FileEnclosed { .. }
            | Event::ReleaseApproved
            | Event::PackageFetched { .. }
            | Event::Looked { .. }
            | Event::Approved { .. }
            | Event::DraftDropped
            | Event::AnswerQueued { .. }
            | Event::AnswerNotDelivered { .. }
            | Event::Closed
            | Event::MessageConfirmed { .. }
            | Event::MessageReleased { .. }
            | Event::MessageRead { .. }
            | Event::LetterReleased { .. }
            | Event::SecondFactorChecked { .. }
            | Event::Noted { .. } => plain(),
        }
    }

    fn listed(&self, items: &[NewItem]) -> String {
        items
            .iter()
            .map(|item| self.right(&item.right))
            .collect::<Vec<_>>()
            .join(" · ")
    }

    /// What a message was taken for: its rights, or the sort of mail where there are none.
    fn taken(&self, taken: &TakenFor) -> String {
        let rights: Vec<String> = taken.rights.iter().map(|right| self.right(right)).collect();
        if rights.is_empty() {
            self.say.words.t(&format!("sort-{}", taken.kind.as_str()))
        } else {
            rights.join(" · ")
        }
    }

    pub(super) fn item(&self, number: u32) -> String {
        let right = self
            .rights
            .iter()
            .find(|(item, _)| *item == number)
            .map(|(_, right)| right);
        right.map_or_else(|| number.to_string(), |right| self.right(right))
    }

    fn right(&self, id: &RightId) -> String {
        let right = self.policy.and_then(|policy| policy.right(id));
        right
            .map_or(id.as_str(), |right| right.name.text(self.say.tag()))
            .to_owned()
    }

    fn exemption(&self, id: &ExemptionId) -> String {
        let exemption = self.policy.and_then(|policy| policy.exemption(id));
        exemption
            .map_or(id.as_str(), |exemption| exemption.name.text(self.say.tag()))
            .to_owned()
    }

    fn condition(&self, item: u32, id: &ConditionId) -> String {
        let of_item = self.rights.iter().find(|(number, _)| *number == item);
        let right = of_item.and_then(|(_, right)| self.policy?.right(right));
        let known = right.and_then(|right| right.condition(id));
        known
            .map_or(id.as_str(), |known| known.name.text(self.say.tag()))
            .to_owned()
    }

    fn duty(&self, id: &DutyId) -> String {
        let duty = self.policy.and_then(|policy| policy.duty(id));
        duty.map_or(id.as_str(), |duty| duty.name.text(self.say.tag()))
            .to_owned()
    }
}

fn right_of(item: &NewItem) -> RightId {
    item.right.clone()
}

pub(super) fn borrowed<'a>(args: &'a [(&'static str, String)]) -> Vec<(&'static str, &'a str)> {
    args.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
