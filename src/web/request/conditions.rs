//! The conditions on which the right of an item is owed, as its page shows them: what was found of each, and its form.

use super::items::CONDITION;
use super::matrix::Findings;
use crate::domain::condition::{self, Checked, Fulfilment};
use crate::domain::item::Basis;
use crate::domain::policy::Condition;
use crate::web::frame::look::{Choice, Tone};
use crate::web::frame::say::cited;

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionView {
    /// As the form sends it.
    pub id: String,
    /// What has to be so.
    pub name: String,
    /// What staff must ask themselves.
    pub question: String,
    /// Where it is written.
    pub sources: Vec<String>,
    /// It follows the identity decision, and has no form.
    pub identity: bool,
    /// How far it is met, in words.
    pub words: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// What shows it; may be empty.
    pub evidence: String,
    /// What is given all the same; may be empty.
    pub still_given: String,
    /// Who found it; empty while nobody has.
    pub by: String,
    /// Met, partly, not met.
    pub choices: Vec<Choice>,
}

/// The key of the words for how far a condition is met.
pub(super) fn key_of(fulfilment: Fulfilment) -> &'static str {
    match fulfilment {
        Fulfilment::Met => "condition-met",
        Fulfilment::Partly => "condition-partly",
        Fulfilment::NotMet => "condition-not-met",
    }
}

impl Findings<'_> {
    /// The conditions of the right.
    pub fn conditions(self) -> Vec<ConditionView> {
        let of_right = condition::conditions(self.item, self.policy).iter();
        of_right.map(|condition| self.one_condition(condition)).collect()
    }

    fn one_condition(self, condition: &Condition) -> ConditionView {
        let (tag, words) = (self.say.tag(), &self.say.words);
        let identity = &self.file.stored.request.identity;
        let now = condition::fulfilment(self.item, condition, identity);
        let found = self.item.condition(&condition.id);
        ConditionView {
            id: condition.id.to_string(),
            name: condition.name.text(tag).to_owned(),
            question: condition.question.text(tag).to_owned(),
            sources: cited(self.policy, &condition.sources, words.language),
            identity: condition.identity,
            words: words.t(now.map_or("condition-open", key_of)),
            tone: now.map_or(Tone::Today, tone_of),
            evidence: found
                .map_or("", |found| self.file.text(&found.check.evidence))
                .to_owned(),
            still_given: found
                .and_then(|found| found.check.still_given.as_ref())
                .map_or("", |text| self.file.text(text))
                .to_owned(),
            by: found.map(|found| self.say.name(found.by)).unwrap_or_default(),
            choices: Fulfilment::ALL
                .map(|fulfilment| Choice {
                    value: fulfilment.as_str().to_owned(),
                    label: words.t(key_of(fulfilment)),
                    hint: words.t(&format!("{}-hint", key_of(fulfilment))),
                    chosen: now == Some(fulfilment),
                })
                .into(),
        }
    }

    /// The name of a condition of the right.
    pub fn condition_name(self, id: &str) -> String {
        let mut known = condition::conditions(self.item, self.policy).iter();
        let condition = known.find(|condition| condition.id.as_str() == id);
        condition
            .map_or(id, |condition| condition.name.text(self.say.tag()))
            .to_owned()
    }

    /// What a refusal may rest on of the conditions: those that were found not to be met for all of the data.
    pub fn unmet(self, chosen: Option<&Basis>) -> Vec<Choice> {
        let named = chosen.map_or(&[][..], Basis::conditions);
        let found = |id: &crate::domain::policy::ConditionId| self.item.condition(id);
        let of = |checked: &Checked| self.say.words.t(key_of(checked.check.fulfilment));
        condition::unmet(self.item, self.policy)
            .iter()
            .map(|id| Choice {
                value: format!("{CONDITION}{id}"),
                label: self.condition_name(id.as_str()),
                hint: found(id).map(of).unwrap_or_default(),
                chosen: named.contains(id),
            })
            .collect()
    }
}

fn tone_of(fulfilment: Fulfilment) -> Tone {
    match fulfilment {
        Fulfilment::Met => Tone::Done,
        Fulfilment::Partly => Tone::Soon,
        Fulfilment::NotMet => Tone::Today,
    }
}
