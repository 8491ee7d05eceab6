//! The conditions of a right: each is named once, and cites a law that the statement knows.

use std::collections::BTreeSet;

use super::Check;
use crate::domain::policy::places::Step;

impl Check<'_, '_> {
    /// The conditions of every right.
    pub(super) fn conditions(&mut self) {
        for (index, right) in self.policy.rights.iter().enumerate() {
            let mut names = BTreeSet::new();
            for (number, condition) in right.conditions.iter().enumerate() {
                let way = ["rights", "conditions"].map(Step::Key);
                let entry = [way[0], Step::Entry(index), way[1], Step::Entry(number)];
                if !names.insert(&condition.id) {
                    self.at(
                        &[&entry[..], &[Step::Key("id")]].concat(),
                        format!("The right `{}` has the condition `{}` twice.", right.id, condition.id),
                        "Keep one of the two, or give this one an id of its own.",
                    );
                }
                if condition.sources.is_empty() {
                    self.at(
                        &[&entry[..], &[Step::Key("sources")]].concat(),
                        format!("The condition `{}` has no legal basis.", condition.id),
                        "Add at least one entry to `sources`: a refusal has to name it.",
                    );
                }
                for (place, source) in condition.sources.iter().enumerate() {
                    let rest = [Step::Key("sources"), Step::Entry(place), Step::Key("law")];
                    self.law(&[&entry[..], &rest[..]].concat(), source);
                }
            }
        }
    }
}
