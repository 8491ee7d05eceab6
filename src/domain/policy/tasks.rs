//! When the tasks of a policy are due, who is told before and after, and how long their links open.

use serde::Deserialize;

/// By when systems carry out what was granted, and who is told when one does not. Days are working days of the policy's
/// calendar unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct TaskRules {
    /// A task is due so many working days before the request's deadline, so that time is left to check and answer.
    pub due_before_working_days: u32,
    /// A task that repeats what was done, after a system came back from a backup, is due so many working days later.
    pub repeat_within_working_days: u32,
    /// The owner is reminded so many working days before the task is due; 0 is the day itself.
    pub remind_before_working_days: Vec<u32>,
    /// Whoever works on the request, and the manager, are told so many working days after the task was due.
    pub escalate_after_working_days: Vec<u32>,
    /// The personal link in a task's mail opens it for so many calendar days.
    pub link_days: u32,
    /// What stays in force, such as a restriction, is looked at again after so many calendar months.
    pub recheck_months: u32,
}

impl Default for TaskRules {
    fn default() -> Self {
        Self {
            due_before_working_days: 3,
            repeat_within_working_days: 5,
            remind_before_working_days: vec![3, 0],
            escalate_after_working_days: vec![1, 3],
            link_days: 60,
            recheck_months: 6,
        }
    }
}
