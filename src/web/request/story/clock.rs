//! What happened to a request's clock, in words.

use super::{File, Story, borrowed};
use crate::domain::event::Event;
use crate::domain::policy::PauseId;
use crate::domain::request::PolicyStamp;

impl Story<'_> {
    /// What happened to the clock, and why where the event says so; nothing for other events.
    pub(super) fn of_the_clock(&self, file: &File, event: &Event) -> (String, String) {
        let words = &self.say.words;
        let key = format!("event-{}", event.name());
        let text = |text| file.text(text).to_owned();
        match event {
            Event::Paused {
                pause, since, reason, ..
            } => {
                let args = [("pause", self.pause(pause)), ("at", self.say.at(*since, self.stamp))];
                (words.a(&key, &borrowed(&args)), text(reason))
            }
            Event::Resumed {
                pause, until, to, note, ..
            } => {
                let args = [
                    ("pause", self.pause(pause)),
                    ("at", self.say.at(*until, self.stamp)),
                    ("date", words.date(to.due_on)),
                ];
                (words.a(&key, &borrowed(&args)), text(note))
            }
            Event::PolicyApplied {
                applied, to, reason, ..
            } => {
                let args = [
                    ("policy", self.policy_name(&applied.policy)),
                    ("date", words.date(to.due_on)),
                ];
                (words.a(&key, &borrowed(&args)), text(reason))
            }
            Event::TargetSet { on: Some(on) } => (words.with(&key, "date", &words.date(*on)), String::new()),
            Event::TargetSet { on: None } => (words.t("event-target-taken-back"), String::new()),
            Event::DeadlineProposed { to, reason } => (words.with(&key, "date", &words.date(to.due_on)), text(reason)),
            Event::DeadlineSet { from, to } => {
                let args = [("old", words.date(from.due_on)), ("new", words.date(to.due_on))];
                (words.a(&key, &borrowed(&args)), String::new())
            }
            Event::DeadlineDeclined { reason } => (words.t(&key), text(reason)),
            Event::ReceiptConfirmed { confirmed_at, note } => {
                let at = self.say.at(*confirmed_at, self.stamp);
                (words.with(&key, "at", &at), text(note))
            }
            _ => (String::new(), String::new()),
        }
    }

    fn pause(&self, id: &PauseId) -> String {
        let rule = self.policy.and_then(|policy| policy.pause(id));
        rule.map_or(id.as_str(), |rule| rule.name.text(self.say.tag()))
            .to_owned()
    }

    fn policy_name(&self, stamp: &PolicyStamp) -> String {
        let rules = self.say.rules(stamp);
        rules.map_or_else(
            || stamp.id.clone(),
            |rules| rules.policy.name.text(self.say.tag()).to_owned(),
        )
    }
}
