//! The items of a request as its page shows them: grounds, exemptions, assessments and decisions in words.

use chrono::NaiveDate;

use super::file::File;
use super::matrix::Findings;
use super::page::{DecisionView, HintView, ItemView};
use crate::domain::assessment::Scope;
use crate::domain::classification::Found;
use crate::domain::event::{Event, Recorded};
use crate::domain::item::{Basis, Decided, Decision, Item, Outcome, Verdict};
use crate::domain::policy::{DutyId, Exemption, ExemptionId, Listing, Policy};
use crate::domain::proposal::withheld;
use crate::domain::request::Identity;
use crate::domain::rules::Rules;
use crate::web::frame::look::{Choice, Tone};
use crate::web::frame::say::{Say, cited};

/// The value of a basis that is no exemption: the ground is missing.
pub(super) const MISSING_GROUND: &str = "missing-ground";

/// The value of a basis that is no exemption: identity was not proven.
pub(super) const IDENTITY_NOT_PROVEN: &str = "identity-not-proven";

/// What the value of a basis begins with that is a condition of the right.
pub(super) const CONDITION: &str = "condition:";

/// The key of the words for a verdict.
pub(super) fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Yes => "verdict-yes",
        Verdict::Partly => "verdict-partly",
        Verdict::No => "verdict-no",
    }
}

/// A part of an item, in words; a category by its name in the policy, a system by its name in the register.
pub(super) fn scope_words(say: &Say<'_>, file: &File, scope: &Scope) -> String {
    let words = &say.words;
    match scope {
        Scope::Whole => words.t("scope-whole"),
        Scope::Category(id) => {
            let rules = say.rules(&file.stored.request.policy);
            let name = rules.map_or_else(|| id.to_string(), |rules| rules.policy.category_name(id, say.tag()));
            words.with("scope-category", "name", &name)
        }
        Scope::System(id) => {
            let known = file.systems.iter().find(|known| known.system.id == *id);
            let name = known.map_or(id.as_str(), |known| known.system.name.as_str());
            words.with("scope-system", "name", name)
        }
    }
}

/// What hints at an exemption: words of the mail that opened the request, or of one that belongs to it since.
pub(super) fn hint_of(file: &File, exemption: &Exemption) -> Option<HintView> {
    let belongs = file.messages.iter().filter(|message| !message.listed.held);
    let flags = belongs
        .filter_map(|message| message.kept.as_ref())
        .flat_map(|kept| &kept.classification.flags);
    let mut quotes: Vec<String> = Vec::new();
    for word in flags
        .filter(|found: &&Found| found.id == exemption.id.as_str())
        .flat_map(|found| &found.words)
    {
        if !quotes.contains(word) {
            quotes.push(word.clone());
        }
    }
    let hinted = file.stored.request.hints.contains(&exemption.id);
    (hinted || !quotes.is_empty()).then_some(HintView { quotes })
}

/// The items of a file.
pub(super) fn items(say: &Say<'_>, file: &File, rules: Rules<'_>) -> Vec<ItemView> {
    file.stored
        .request
        .items
        .iter()
        .map(|item| {
            Shown {
                say,
                file,
                policy: rules.policy,
                item,
            }
            .view()
        })
        .collect()
}

struct Shown<'s> {
    say: &'s Say<'s>,
    file: &'s File,
    policy: &'s Policy,
    item: &'s Item,
}

impl Shown<'_> {
    fn view(&self) -> ItemView {
        let tag = self.say.tag();
        let right = self.policy.right(&self.item.right);
        let needs_ground = right.is_some_and(|right| right.needs_ground);
        let (state, tone) = self.state();
        let findings = self.findings();
        ItemView {
            no: self.item.number,
            name: right
                .map_or(self.item.right.as_str(), |right| right.name.text(tag))
                .to_owned(),
            explanation: right
                .map(|right| right.explanation.text(tag).to_owned())
                .unwrap_or_default(),
            by_law: right.is_some_and(|right| right.listed == Listing::LawOnly),
            sources: right
                .map(|right| cited(self.policy, &right.sources, self.say.words.language))
                .unwrap_or_default(),
            evidence: self.evidence(),
            state,
            tone,
            cautions: self
                .policy
                .cautions_about(self.item.right.as_str())
                .map(|caution| caution.text.text(tag).to_owned())
                .collect(),
            ground: self.ground(),
            grounds: if needs_ground { self.grounds() } else { Vec::new() },
            matrix: findings.matrix(),
            conditions: findings.conditions(),
            retention: findings.retention(),
            proposal: findings.proposal(),
            followups: findings.followups(),
            effective: self.effective(),
            decision: self.item.decision.as_ref().map(|decided| self.decision(decided)),
            outcomes: self.outcomes(),
            bases: self.bases(findings, needs_ground),
            duties: self.duties(),
        }
    }

    fn findings(&self) -> Findings<'_> {
        Findings {
            say: self.say,
            file: self.file,
            policy: self.policy,
            item: self.item,
        }
    }

    fn state(&self) -> (String, Tone) {
        let words = &self.say.words;
        match &self.item.decision {
            Some(decided) => {
                let outcome = decided.decision.outcome();
                (words.t(&format!("outcome-{}", outcome.as_str())), tone_of(outcome))
            }
            None => (words.t("item-to-decide"), Tone::Today),
        }
    }

    /// The words of its message that were read as this right.
    fn evidence(&self) -> Vec<String> {
        let message = self
            .file
            .messages
            .iter()
            .find(|message| Some(message.listed.id) == self.item.message);
        let found = message.and_then(|message| message.kept.as_ref()).and_then(|kept| {
            let rights = &kept.classification.rights;
            rights.iter().find(|found| found.id == self.item.right.as_str())
        });
        found.map(|found| outermost(&found.words)).unwrap_or_default()
    }

    fn ground(&self) -> Option<String> {
        let id = self.item.ground.as_ref()?;
        let ground = self.policy.ground(id);
        Some(
            ground
                .map_or(id.as_str(), |ground| ground.name.text(self.say.tag()))
                .to_owned(),
        )
    }

    fn grounds(&self) -> Vec<Choice> {
        let tag = self.say.tag();
        let grounds = self.policy.grounds.iter().map(|ground| Choice {
            value: ground.id.to_string(),
            label: ground.name.text(tag).to_owned(),
            hint: ground.explanation.text(tag).to_owned(),
            chosen: self.item.ground.as_ref() == Some(&ground.id),
        });
        grounds.collect()
    }

    fn decision(&self, decided: &Decided) -> DecisionView {
        let words = &self.say.words;
        let decision = &decided.decision;
        let outcome = decision.outcome();
        DecisionView {
            words: words.t(&format!("outcome-{}", outcome.as_str())),
            tone: tone_of(outcome),
            basis: match decision {
                Decision::Restricted { duties, until, .. } => self.restriction(duties, *until),
                _ => decision.basis().map(|basis| self.basis(basis)).unwrap_or_default(),
            },
            reason: decision
                .reason()
                .map(|reason| self.file.text(reason).to_owned())
                .unwrap_or_default(),
            given: decision
                .given()
                .map(|given| self.file.text(given).to_owned())
                .unwrap_or_default(),
            by: self.signed_when(
                decided.by,
                |event| matches!(event, Event::Decided { item, .. } if *item == self.item.number),
            ),
        }
    }

    /// From when it works, where that is the receipt of the message that invoked it; empty else.
    fn effective(&self) -> String {
        let right = self.policy.right(&self.item.right);
        match right {
            Some(right) if right.effective_at_receipt => {
                let at = self.say.at(self.item.received_at, &self.file.stored.request.policy);
                self.say.words.with("item-effective", "at", &at)
            }
            Some(_) | None => String::new(),
        }
    }

    /// The duties that a restriction may rest on: those that were found to run.
    fn duties(&self) -> Vec<Choice> {
        let chosen = match self.item.decision.as_ref().map(|decided| &decided.decision) {
            Some(Decision::Restricted { duties, .. }) => duties.as_slice(),
            _ => &[],
        };
        let mut once: Vec<&DutyId> = Vec::new();
        for retention in &self.item.retentions {
            if !once.contains(&&retention.duty) {
                once.push(&retention.duty);
            }
        }
        let choice = |duty: &DutyId| Choice {
            value: duty.to_string(),
            label: self.duty(duty),
            hint: String::new(),
            chosen: chosen.contains(duty) || chosen.is_empty(),
        };
        once.into_iter().map(choice).collect()
    }

    fn duty(&self, id: &DutyId) -> String {
        let known = self.policy.duty(id);
        known
            .map_or(id.as_str(), |duty| duty.name.text(self.say.tag()))
            .to_owned()
    }

    /// What a restriction rests on.
    fn restriction(&self, duties: &[DutyId], until: NaiveDate) -> String {
        let names: Vec<String> = duties.iter().map(|duty| self.duty(duty)).collect();
        let until = self.say.words.date(until);
        let args = [("duties", names.join(" · ")), ("until", until)];
        self.say
            .words
            .a("proposal-kept", &[(args[0].0, &args[0].1), (args[1].0, &args[1].1)])
    }

    fn basis(&self, basis: &Basis) -> String {
        let words = &self.say.words;
        let findings = self.findings();
        match basis {
            Basis::MissingGround => words.t("basis-missing-ground"),
            Basis::IdentityNotProven => words.t("basis-identity-not-proven"),
            Basis::Exemptions { exemptions } => self.exemptions(exemptions),
            Basis::Conditions { conditions, exemptions } => {
                let names = conditions.iter().map(|id| findings.condition_name(id.as_str()));
                let besides = (!exemptions.is_empty()).then(|| self.exemptions(exemptions));
                names.chain(besides).collect::<Vec<_>>().join(" · ")
            }
        }
    }

    /// The exemptions that a refusal rests on, and the parts that they withhold.
    fn exemptions(&self, exemptions: &[ExemptionId]) -> String {
        let names = exemptions
            .iter()
            .filter_map(|id| self.policy.exemption(id))
            .map(|exemption| exemption.name.text(self.say.tag()))
            .collect::<Vec<_>>()
            .join(" · ");
        let parts: Vec<String> = withheld(self.item, exemptions)
            .iter()
            .map(|scope| scope_words(self.say, self.file, scope))
            .collect();
        self.say.words.noted(&names, &parts.join(" · "))
    }

    fn outcomes(&self) -> Vec<Choice> {
        let words = &self.say.words;
        let now = self.item.decision.as_ref().map(|decided| decided.decision.outcome());
        let choice = |outcome: Outcome| Choice {
            value: outcome.as_str().to_owned(),
            label: words.t(&format!("outcome-{}", outcome.as_str())),
            hint: words.t(&format!("outcome-{}-hint", outcome.as_str())),
            chosen: now == Some(outcome),
        };
        let yields = self
            .policy
            .right(&self.item.right)
            .is_some_and(|right| right.yields_to_retention);
        let offered = Outcome::ALL
            .into_iter()
            .filter(|outcome| yields || *outcome != Outcome::Restricted);
        offered.map(choice).collect()
    }

    /// What a refusal may rest on as things stand: the core would accept no other.
    fn bases(&self, findings: Findings<'_>, needs_ground: bool) -> Vec<Choice> {
        let words = &self.say.words;
        let chosen = self.item.decision.as_ref().and_then(|decided| decided.decision.basis());
        let mut bases: Vec<Choice> = Vec::new();
        for assessment in self
            .item
            .assessments
            .iter()
            .filter(|found| !found.awaits_signature(self.policy))
            .map(|found| &found.finding)
            .filter(|finding| finding.stands())
        {
            if bases.iter().any(|basis| basis.value == assessment.exemption.as_str()) {
                continue;
            }
            let name = self
                .policy
                .exemption(&assessment.exemption)
                .map(|found| found.name.text(self.say.tag()));
            bases.push(Choice {
                value: assessment.exemption.to_string(),
                label: name.unwrap_or(assessment.exemption.as_str()).to_owned(),
                hint: words.t(verdict_key(assessment.verdict)),
                chosen: chosen.is_some_and(|basis| basis.exemptions().contains(&assessment.exemption)),
            });
        }
        bases.extend(findings.unmet(chosen));
        let mut other = |value: &str, key: &str, basis: Basis| {
            let (label, chosen) = (words.t(key), chosen == Some(&basis));
            bases.push(Choice {
                value: value.to_owned(),
                label,
                hint: String::new(),
                chosen,
            });
        };
        if needs_ground && self.item.ground.is_none() {
            other(MISSING_GROUND, "basis-missing-ground", Basis::MissingGround);
        }
        if matches!(self.file.stored.request.identity, Identity::NotProven { .. }) {
            other(
                IDENTITY_NOT_PROVEN,
                "basis-identity-not-proven",
                Basis::IdentityNotProven,
            );
        }
        bases
    }

    /// Who did the latest of some events, and when.
    fn signed_when(&self, by: crate::domain::person::PersonId, is_it: impl Fn(&Event) -> bool) -> String {
        let latest = self
            .file
            .history
            .iter()
            .rev()
            .find(|recorded: &&Recorded| is_it(&recorded.event));
        let name = self.say.name(by);
        match latest {
            Some(recorded) => {
                let at = self.say.at(recorded.at, &self.file.stored.request.policy);
                self.say.words.a("signed", &[("name", &name), ("at", &at)])
            }
            None => name,
        }
    }
}

fn tone_of(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::Granted => Tone::Done,
        Outcome::PartlyGranted | Outcome::Restricted => Tone::Soon,
        Outcome::Refused | Outcome::NothingHeld | Outcome::NotForUs => Tone::Quiet,
    }
}

/// Words of a mail without those that stand inside longer ones, so that each is read once, and without lone pronouns and
/// the like, which say nothing to a reader unless they are all there is.
pub(super) fn outermost(words: &[String]) -> Vec<String> {
    let plain: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let inside = |at: usize, word: &String| {
        plain.iter().enumerate().any(|(other, longer)| {
            other != at && longer.contains(word.as_str()) && (longer.len() > word.len() || other < at)
        })
    };
    let shown = words.iter().zip(&plain).enumerate();
    let shown = shown.filter(|(at, (_, word))| !inside(*at, word));
    let shown: Vec<String> = shown.map(|(_, (word, _))| word.clone()).collect();
    let telling: Vec<String> = shown.iter().filter(|word| tells(word)).cloned().collect();
    if telling.is_empty() { shown } else { telling }
}

/// Whether a word says something by itself: three letters, or two Chinese characters.
fn tells(word: &str) -> bool {
    word.len() >= 3 && word.chars().count() >= 2
}

#[cfg(test)]
mod tests {
    use super::outermost;

    #[test]
    fn words_inside_longer_ones_are_shown_once() {
        let words = ["You hold", "let me see all data you hold", "me", "Please", "please"].map(str::to_owned);
        assert_eq!(outermost(&words), ["let me see all data you hold", "Please"]);
        assert_eq!(outermost(&["来源", "我"].map(str::to_owned)), ["来源"]);
        assert_eq!(outermost(&["我".to_owned()]), ["我"], "better than nothing");
    }
}
