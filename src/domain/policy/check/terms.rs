//! What a statement says about time must hold together: no empty terms, and somebody is told of each of them.

use super::Check;
use crate::domain::deadline::Term;
use crate::domain::policy::places::Step;
use crate::domain::policy::{Anchor, ReminderRule};

impl Check<'_, '_> {
    /// Terms, pauses, validity, and the reminders that they need.
    pub(super) fn terms(&mut self) {
        self.lengths();
        self.validity();
        self.same_as();
        self.reminded();
    }

    fn lengths(&mut self) {
        let policy = self.policy;
        let mut terms: Vec<(Vec<Step<'static>>, &Term)> = Vec::new();
        terms.extend(policy.target.as_ref().map(|term| (vec![Step::Key("target")], term)));
        terms.extend(
            policy
                .confirmation
                .as_ref()
                .map(|confirmation| (["confirmation", "term"].map(Step::Key).to_vec(), &confirmation.term)),
        );
        let notice = policy
            .extension
            .as_ref()
            .and_then(|extension| extension.notice_within.as_ref());
        terms.extend(notice.map(|term| (["extension", "notice-within"].map(Step::Key).to_vec(), term)));
        for (index, right) in policy.rights.iter().enumerate() {
            let way = vec![Step::Key("rights"), Step::Entry(index), Step::Key("term")];
            terms.extend(right.term.as_ref().map(|term| (way, term)));
        }
        for (way, term) in terms {
            if term.length == 0 {
                self.at(&way, "This term has no length.", "Give `length` a number above 0.");
            }
        }
        let (term, target) = (policy.term, policy.target);
        if target.is_some_and(|target| target.unit == term.unit && target.length > term.length) {
            self.at(
                &[Step::Key("target")],
                "The target is later than what is owed.",
                "Give `length` at most the number of the term, or take [target] out.",
            );
        }
    }

    fn validity(&mut self) {
        if self
            .policy
            .in_force_until
            .is_some_and(|until| until < self.policy.in_force_from)
        {
            self.at(
                &[Step::Key("in-force-until")],
                "The policy ends before it begins.",
                "Give a date after `in-force-from`, or take it out.",
            );
        }
    }

    /// A name from another pack means one right, or nobody knows which.
    fn same_as(&mut self) {
        let policy = self.policy;
        for (index, right) in policy.rights.iter().enumerate() {
            for other in &right.same_as {
                let meant = policy
                    .rights
                    .iter()
                    .filter(|known| known.same_as.contains(other))
                    .count();
                if meant > 1 || policy.right(other).is_some() {
                    self.at(
                        &[Step::Key("rights"), Step::Entry(index), Step::Key("same-as")],
                        format!("`{other}` means more than one right."),
                        "Leave it with one of them.",
                    );
                }
            }
        }
    }

    /// A limit that nobody is reminded of is missed, and a reminder of nothing never goes.
    fn reminded(&mut self) {
        let policy = self.policy;
        let there = [
            (
                Anchor::Confirmation,
                policy.confirmation.is_some(),
                "confirmation",
                "[confirmation]",
            ),
            (Anchor::Pause, !policy.pauses.is_empty(), "pause", "[[pauses]]"),
        ];
        for (anchor, is_there, name, table) in there {
            let of: Vec<(usize, &ReminderRule)> = policy
                .reminders
                .iter()
                .enumerate()
                .filter(|(_, rule)| rule.from == anchor)
                .collect();
            if is_there && of.is_empty() {
                self.at(
                    &[Step::Key("reminders")],
                    format!("Nobody is reminded of what {table} says."),
                    format!("Add [[reminders]] with `from = \"{name}\"`."),
                );
            }
            for (index, rule) in of {
                let entry = [Step::Key("reminders"), Step::Entry(index)];
                if !is_there {
                    let what = format!("The reminder `{}` counts from something that is not there.", rule.id);
                    self.at(&entry, what, format!("Add {table}, or count it from the deadline."));
                }
                if anchor == Anchor::Pause && rule.offset_working_days <= 0 {
                    let what = format!("The reminder `{}` would go before the pause begins.", rule.id);
                    self.at(&entry, what, "Give it an offset above 0.");
                }
            }
        }
    }
}
