//! The deadlines of a request, each with where it comes from: by law, to confirm the receipt, to announce an extension, and
//! what the house set itself.

use chrono::NaiveDate;

use crate::domain::clock::Legal;
use crate::domain::request::Request;
use crate::domain::rules::Rules;
use crate::web::frame::say::Say;

/// One deadline, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineLine {
    /// Where it comes from.
    pub what: String,
    /// The last day.
    pub date: String,
    /// "work goes to this one", "done", "provisional"; empty when there is nothing to add.
    pub note: String,
}

/// Each deadline of a request: the one that governs first, then the other legal ones, then what is not about the answer.
pub(in crate::web::request) fn deadlines(say: &Say<'_>, request: &Request, rules: Rules<'_>) -> Vec<DeadlineLine> {
    let words = &say.words;
    let line = |what: String, on: NaiveDate, note: &str| DeadlineLine {
        what,
        date: words.date(on),
        note: if note.is_empty() { String::new() } else { words.t(note) },
    };
    let mut lines = Vec::new();
    if let Some(set) = &request.set {
        lines.push(line(words.t("clock-set-by-two"), set.due_on, "clock-governs"));
    }
    for (index, legal) in rules.legal_of(request).iter().enumerate() {
        let note = match (index, &request.set) {
            (0, None) if request.is_paused() => "due-paused",
            (0, None) => "clock-governs",
            _ => "",
        };
        lines.push(line(name(say, legal), legal.deadline.due_on, note));
    }
    if let Some(proposed) = &request.proposed {
        let by = words.with("clock-proposed-by", "name", &say.name(proposed.by));
        lines.push(line(by, proposed.deadline.due_on, "clock-waits-for-second"));
    }
    if let Some(confirm) = rules.confirmation(&request.clock()) {
        let note = if request.is_receipt_confirmed() {
            "clock-confirmed"
        } else {
            "clock-not-confirmed"
        };
        lines.push(line(words.t("clock-confirmation"), confirm.due_on, note));
    }
    let extension = rules.policy.extension.as_ref();
    if extension.is_some_and(|extension| request.extensions < extension.times)
        && let Some(notice) = rules.notice_by(&request.clock())
    {
        lines.push(line(words.t("clock-notice-by"), notice.due_on, ""));
    }
    if let Some(target) = rules.target(request) {
        let note = if request.target.is_some() {
            "clock-target-own"
        } else {
            "clock-target-policy"
        };
        lines.push(line(words.t("clock-target"), target, note));
    }
    lines
}

/// The policy, and the right whose own limit it is.
fn name(say: &Say<'_>, legal: &Legal) -> String {
    let Some(rules) = say.rules(&legal.policy) else {
        return legal.policy.id.clone();
    };
    let (policy, tag) = (rules.policy, say.tag());
    let name = format!("{} · {}", policy.name.text(tag), policy.version);
    match legal.right.as_ref().and_then(|right| policy.right_like(right)) {
        Some(right) => format!("{name} · {}", right.name.text(tag)),
        None => name,
    }
}
