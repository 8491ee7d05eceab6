//! What the parts of a statement may say of each other: each check names the line and the cure.

mod conditions;
mod terms;

use std::collections::BTreeSet;

use super::places::{Places, Step};
use super::read::STATEMENT_FILE;
use super::{Caution, OnBehalfId, Policy, Source, Way};
use crate::domain::identity::HOLD_HOURS;
use crate::domain::mistake::Mistake;

/// Checks what the parts of a statement say of each other.
pub(super) fn policy(policy: &Policy, places: &Places) -> Vec<Mistake> {
    let mut check = Check {
        policy,
        places,
        mistakes: Vec::new(),
    };
    check.head();
    check.rights();
    check.conditions();
    check.sources();
    check.on_behalf();
    check.identity();
    check.remedies_and_cautions();
    check.reminders();
    check.reviews();
    check.terms();
    check.mistakes
}

struct Check<'a, 't> {
    policy: &'a Policy,
    places: &'a Places<'t>,
    mistakes: Vec<Mistake>,
}

impl Check<'_, '_> {
    fn at(&mut self, way: &[Step], what: impl Into<String>, cure: impl Into<String>) {
        self.mistakes
            .push(Mistake::new(STATEMENT_FILE, self.places.line(way), what, cure));
    }

    fn head(&mut self) {
        let policy = self.policy;
        for (key, value) in [
            ("id", &policy.id),
            ("version", &policy.version),
            ("calendar", &policy.calendar),
        ] {
            if value.trim().is_empty() {
                self.at(&[Step::Key(key)], format!("`{key}` is empty."), "Fill it in.");
            }
        }
        if policy.languages.is_empty() {
            self.at(
                &[Step::Key("languages")],
                "No language is named.",
                "Name at least one, such as `languages = [\"en\"]`.",
            );
        }
        if policy.term.length == 0 {
            self.at(
                &[Step::Key("term"), Step::Key("length")],
                "The term has no length.",
                "Give it the number of units within which an answer is owed.",
            );
        }
        if let Some(extension) = &policy.extension
            && (extension.length == 0 || extension.times == 0)
        {
            self.at(
                &[Step::Key("extension")],
                "The extension adds nothing.",
                "Give `length` and `times` a number above 0, or take [extension] out.",
            );
        }
        if policy.release_hold_hours < HOLD_HOURS {
            self.at(
                &[Step::Key("release-hold-hours")],
                "A changed address would hold a release for too short a time.",
                format!("Give `release-hold-hours` at least {HOLD_HOURS}, or take it out."),
            );
        }
        if policy.retention.request_months == 0 {
            self.at(
                &[Step::Key("retention")],
                "Requests would be anonymised on the day they are closed.",
                "Give `request-months` a number above 0.",
            );
        }
        if policy.retention.journal_months < policy.retention.request_months {
            self.at(
                &[Step::Key("retention")],
                "The journal would go before the requests it proves.",
                "Give `journal-months` at least the number of `request-months`.",
            );
        }
    }

    fn rights(&mut self) {
        let policy = self.policy;
        if policy.rights.is_empty() {
            self.at(
                &[Step::Key("rights")],
                "The statement promises no right.",
                "Add at least one [[rights]].",
            );
        }
        for (index, right) in policy.rights.iter().enumerate() {
            let way = |field| [Step::Key("rights"), Step::Entry(index), Step::Key(field)];
            if right.needs_ground && policy.grounds.is_empty() {
                self.at(
                    &way("needs-ground"),
                    format!("The right `{}` needs a ground and there is none.", right.id),
                    "Add [[grounds]], or take `needs-ground` out.",
                );
            }
            if right.yields_to_retention && policy.retention_duties.is_empty() {
                self.at(
                    &way("yields-to-retention"),
                    format!("The right `{}` yields to retention duties and there is none.", right.id),
                    "Add [[retention-duties]], or take `yields-to-retention` out.",
                );
            }
            if let Some(ground) = &right.offers_ground
                && policy.ground(ground).is_none()
            {
                self.at(
                    &way("offers-ground"),
                    format!("There is no ground `{ground}`."),
                    known("grounds", policy.grounds.iter().map(|ground| ground.id.as_str())),
                );
            }
        }
    }

    fn sources(&mut self) {
        let policy = self.policy;
        let mut cited: Vec<(&str, usize, &[Source])> = Vec::new();
        cited.extend(
            policy
                .rights
                .iter()
                .enumerate()
                .map(|(index, right)| ("rights", index, &right.sources[..])),
        );
        cited.extend(
            policy
                .grounds
                .iter()
                .enumerate()
                .map(|(index, ground)| ("grounds", index, &ground.sources[..])),
        );
        cited.extend(
            policy
                .exemptions
                .iter()
                .enumerate()
                .map(|(index, exemption)| ("exemptions", index, &exemption.sources[..])),
        );
        cited.extend(
            policy
                .retention_duties
                .iter()
                .enumerate()
                .map(|(index, duty)| ("retention-duties", index, &duty.sources[..])),
        );
        cited.extend(
            policy
                .on_behalf
                .iter()
                .enumerate()
                .map(|(index, rule)| ("on-behalf", index, &rule.sources[..])),
        );
        cited.extend(
            policy
                .remedies
                .iter()
                .enumerate()
                .map(|(index, remedy)| ("remedies", index, &remedy.sources[..])),
        );
        cited.extend(
            policy
                .cautions
                .iter()
                .enumerate()
                .map(|(index, caution)| ("cautions", index, &caution.sources[..])),
        );
        cited.extend(
            policy
                .pauses
                .iter()
                .enumerate()
                .map(|(index, pause)| ("pauses", index, &pause.sources[..])),
        );
        for (list, index, sources) in cited {
            let entry = [Step::Key(list), Step::Entry(index), Step::Key("sources")];
            for (number, source) in sources.iter().enumerate() {
                let way = [&entry[..], &[Step::Entry(number), Step::Key("law")]].concat();
                self.law(&way, source);
            }
            if list == "exemptions" && sources.is_empty() {
                self.at(
                    &entry,
                    "An exemption has no legal basis.",
                    "Add at least one entry to `sources`: a refusal has to name it.",
                );
            }
            if list == "retention-duties" && sources.is_empty() {
                self.at(
                    &entry,
                    "A retention duty has no legal basis.",
                    "Add at least one entry to `sources`: a restriction has to name it.",
                );
            }
        }
        let extension = policy
            .extension
            .as_ref()
            .map(|extension| ("extension", &extension.sources));
        let confirmation = policy
            .confirmation
            .as_ref()
            .map(|confirmation| ("confirmation", &confirmation.sources));
        for (table, sources) in extension.into_iter().chain(confirmation) {
            for (number, source) in sources.iter().enumerate() {
                let way = ["sources", "law"].map(Step::Key);
                self.law(&[Step::Key(table), way[0], Step::Entry(number), way[1]], source);
            }
        }
    }

    fn law(&mut self, way: &[Step], source: &Source) {
        if !self.policy.laws.iter().any(|law| law.id == source.law) {
            let cure = known("laws", self.policy.laws.iter().map(|law| law.id.as_str()));
            self.at(way, format!("There is no law `{}`.", source.law), cure);
        }
    }

    fn on_behalf(&mut self) {
        let policy = self.policy;
        if !policy.on_behalf.iter().any(|rule| rule.id.is_self()) {
            let cure = format!("Add [[on-behalf]] with `id = \"{}\"`.", OnBehalfId::NONE);
            self.at(
                &[Step::Key("on-behalf")],
                "There is no rule for people who ask for themselves.",
                cure,
            );
        }
        for (index, rule) in policy.on_behalf.iter().enumerate() {
            let way = |field| [Step::Key("on-behalf"), Step::Entry(index), Step::Key(field)];
            for right in rule.excludes.iter().filter(|right| policy.right(right).is_none()) {
                self.at(
                    &way("excludes"),
                    format!("There is no right `{right}`."),
                    known("rights", policy.rights.iter().map(|right| right.id.as_str())),
                );
            }
            if !rule.id.is_self() && !rule.own_data && rule.evidence.is_empty() {
                self.at(
                    &way("evidence"),
                    format!("`{}` asks for another person and shows nothing for it.", rule.id),
                    "Name in `evidence` what has to be shown.",
                );
            }
        }
    }

    fn identity(&mut self) {
        let policy = self.policy;
        for (index, method) in policy.identity.iter().enumerate() {
            if method.way == Way::Questions && policy.held_data.is_empty() {
                self.at(
                    &[Step::Key("identity"), Step::Entry(index), Step::Key("way")],
                    format!("`{}` compares data and there are none to compare.", method.id),
                    "Add [[held-data]]: what the company holds and may ask for.",
                );
            }
        }
    }

    fn remedies_and_cautions(&mut self) {
        let policy = self.policy;
        if policy.remedies.is_empty() {
            self.at(
                &[Step::Key("remedies")],
                "There is no remedy.",
                "Add at least one [[remedies]]: a refusal has to name where a person can turn.",
            );
        }
        let mut topics: BTreeSet<&str> = Caution::TOPICS.into();
        topics.extend(policy.pauses.iter().map(|pause| pause.id.as_str()));
        topics.extend(policy.rights.iter().map(|right| right.id.as_str()));
        topics.extend(policy.grounds.iter().map(|ground| ground.id.as_str()));
        topics.extend(policy.exemptions.iter().map(|exemption| exemption.id.as_str()));
        topics.extend(policy.retention_duties.iter().map(|duty| duty.id.as_str()));
        topics.extend(policy.on_behalf.iter().map(|rule| rule.id.as_str()));
        for (index, caution) in policy.cautions.iter().enumerate() {
            if !topics.contains(caution.about.as_str()) {
                let way = [Step::Key("cautions"), Step::Entry(index), Step::Key("about")];
                self.at(
                    &way,
                    format!("There is nothing called `{}` to be careful about.", caution.about),
                    known("topics", topics.iter().copied()),
                );
            }
        }
    }

    /// An exemption that may lapse is looked at again only when somebody is reminded of it.
    fn reviews(&mut self) {
        let policy = self.policy;
        let told = policy.reminders.iter().any(|rule| rule.from == super::Anchor::Review);
        for (index, exemption) in policy.exemptions.iter().enumerate() {
            if exemption.lapses && !told {
                self.at(
                    &[Step::Key("exemptions"), Step::Entry(index), Step::Key("lapses")],
                    format!(
                        "The exemption `{}` may lapse, and nobody is reminded to look again.",
                        exemption.id
                    ),
                    "Add [[reminders]] with `from = \"review\"`, or take `lapses` out.",
                );
            }
        }
    }

    fn reminders(&mut self) {
        for (index, rule) in self.policy.reminders.iter().enumerate() {
            if rule.from == super::Anchor::Receipt && rule.offset_working_days <= 0 {
                let way = [
                    Step::Key("reminders"),
                    Step::Entry(index),
                    Step::Key("offset-working-days"),
                ];
                self.at(
                    &way,
                    format!("The reminder `{}` would go before the request arrives.", rule.id),
                    "Give it an offset above 0, or count it from the deadline.",
                );
            }
        }
    }
}

/// The cure for an id that nothing declares: the ids there are.
fn known<'a>(list: &str, ids: impl Iterator<Item = &'a str>) -> String {
    let ids: Vec<String> = ids.map(|id| format!("`{id}`")).collect();
    if ids.is_empty() {
        format!("There are no {list} yet; add it.")
    } else {
        format!("Use one of the {list} {}, or add it.", ids.join(", "))
    }
}
