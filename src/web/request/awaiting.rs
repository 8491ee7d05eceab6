//! A message at which somebody is waited for: to say whether it belongs, or to have read it, and what it may ask for.

use super::file::{File, Incoming};
use crate::domain::policy::RightId;
use crate::domain::request::{Identity, Stage};
use crate::domain::rules::Rules;
use crate::web::frame::look::Choice;
use crate::web::frame::say::Say;

/// What a message waits for, with what can be said on the same click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awaiting {
    /// The question.
    pub title: String,
    /// Why it is asked.
    pub why: String,
    /// What recognition reads in it, with the words; may be empty.
    pub reads: String,
    /// The last part of the address of its form: `confirmation` or `reading`.
    pub noun: &'static str,
    /// The move that the form makes.
    pub step: &'static str,
    /// What its button says.
    pub button: String,
    /// Whether it may also be sent away from this request.
    pub movable: bool,
    /// Rights that it may add, those recognised in it chosen; empty while none can be added.
    pub rights: Vec<Choice>,
    /// Whether it could take the request back.
    pub retractable: bool,
    /// Whether we asked who the requester is, so that it may be the answer.
    pub answers_identity: bool,
}

impl Awaiting {
    /// Whether recognition reads a right in it that the request does not have.
    pub fn adds(&self) -> bool {
        self.rights.iter().any(|right| right.chosen)
    }

    /// What a message of a request waits for; `None` when for nothing.
    pub(super) fn of(say: &Say<'_>, file: &File, rules: Rules<'_>, message: &Incoming) -> Option<Self> {
        let words = &say.words;
        let request = &file.stored.request;
        let id = message.listed.id;
        let held = request.held.contains(&id);
        if !held && !request.unread.contains(&id) {
            return None;
        }
        let (title, why, noun, step, button) = if held {
            let why = words.t(held_key(message));
            (
                "message-held",
                why,
                "confirmation",
                "confirm-message",
                "message-confirm",
            )
        } else {
            let added = request.items.iter().any(|item| item.message == Some(id));
            let why = words.t(if added { "unread-added" } else { "unread-proven" });
            ("message-unread", why, "reading", "read-message", "message-read")
        };
        let open = matches!(request.stage, Stage::Open | Stage::NotDelivered { .. });
        Some(Self {
            title: words.t(title),
            why,
            reads: reads(say, rules, message),
            noun,
            step,
            button: words.t(button),
            movable: held,
            rights: if open {
                rights(say, file, rules, message)
            } else {
                Vec::new()
            },
            retractable: open || request.stage == Stage::Triage,
            answers_identity: matches!(request.identity, Identity::Asked { .. }) && open,
        })
    }
}

/// Why a message waits to be confirmed, as far as its reading tells.
fn held_key(message: &Incoming) -> &'static str {
    match &message.kept {
        Some(kept) if !kept.classification.rights.is_empty() => "held-new-right",
        Some(_) => "held-not-sure",
        None => "held-unreadable",
    }
}

/// "request: deletion (“delete my account”)".
fn reads(say: &Say<'_>, rules: Rules<'_>, message: &Incoming) -> String {
    let Some(kept) = &message.kept else {
        return String::new();
    };
    let read = &kept.classification;
    let rights: Vec<String> = read
        .rights
        .iter()
        .map(|found| {
            let right = rules.policy.right(&RightId::new(&found.id));
            let name = right.map_or(found.id.as_str(), |right| right.name.text(say.tag()));
            let said = found
                .words
                .first()
                .map(|said| format!(" (“{said}”)"))
                .unwrap_or_default();
            format!("{name}{said}")
        })
        .collect();
    let kind = say.words.t(&format!("kind-{}", read.kind.as_str()));
    if rights.is_empty() {
        say.words.with("message-reads", "what", &kind)
    } else {
        say.words
            .with("message-reads", "what", &format!("{kind} · {}", rights.join(" · ")))
    }
}

/// Rights of the policy that the request does not have yet.
fn rights(say: &Say<'_>, file: &File, rules: Rules<'_>, message: &Incoming) -> Vec<Choice> {
    let request = &file.stored.request;
    let excluded = rules.policy.on_behalf(&request.on_behalf).map(|rule| &rule.excludes);
    let recognised = |id: &RightId| {
        let kept = message.kept.as_ref();
        kept.is_some_and(|kept| kept.classification.rights.iter().any(|found| found.id == id.as_str()))
    };
    rules
        .policy
        .rights
        .iter()
        .filter(|right| request.items.iter().all(|item| item.right != right.id))
        .filter(|right| excluded.is_none_or(|excluded| !excluded.contains(&right.id)))
        .map(|right| Choice {
            value: right.id.to_string(),
            label: right.name.text(say.tag()).to_owned(),
            hint: String::new(),
            chosen: recognised(&right.id),
        })
        .collect()
}
