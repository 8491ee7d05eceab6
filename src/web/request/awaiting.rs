//! A message at which somebody is waited for: to say whether it belongs, or to have read it, and what it may ask for.

use super::file::{File, Incoming};
use super::items::outermost;
use crate::domain::authenticity::Verdict;
use crate::domain::classification::Found;
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
    /// Why it is asked: what proves that the message belongs here, or does not.
    pub why: String,
    /// What recognition reads in it, each with the words that say so; empty when it could not be read.
    pub reads: Vec<Recognised>,
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
    /// The words that say where the requester takes the request back, to be changed; `None` where nothing can be taken back.
    pub retraction: Option<String>,
    /// Whether we asked who the requester is, so that it may be the answer.
    pub answers_identity: bool,
}

/// Something that recognition reads in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// The sort of mail, or a right.
    pub name: String,
    /// The words of the message that say so.
    pub words: Vec<String>,
}

/// Who wrote a waiting message, as far as that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Writer {
    /// The address that the request came from.
    Requester,
    /// Another, or none that is plain.
    Other,
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
        let writer = writer(file, message);
        // What joins by itself from another address is a mail server's report: it asks for nothing.
        let may_ask = held || writer == Writer::Requester;
        let (title, why, noun, step, button) = if held {
            let why = held_key(file, message, writer);
            (
                "message-held",
                why,
                "confirmation",
                "confirm-message",
                "message-confirm",
            )
        } else {
            let added = request.items.iter().any(|item| item.message == Some(id));
            let why = match (writer, added) {
                (Writer::Other, _) => "unread-report",
                (Writer::Requester, true) => "unread-added",
                (Writer::Requester, false) => "unread-proven",
            };
            ("message-unread", why, "reading", "read-message", "message-read")
        };
        let open = may_ask && matches!(request.stage, Stage::Open | Stage::NotDelivered { .. });
        let retractable = open || may_ask && request.stage == Stage::Triage;
        let received = say.at(message.listed.received_at, &request.policy);
        Some(Self {
            title: words.t(title),
            why: words.t(why),
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
            retraction: retractable.then(|| words.with("message-withdraws-reason", "at", &received)),
            answers_identity: open && matches!(request.identity, Identity::Asked { .. }),
        })
    }
}

fn writer(file: &File, message: &Incoming) -> Writer {
    let requester = &file.stored.card.address;
    let card = message.listed.card.as_ref();
    if card.is_some_and(|card| !requester.is_empty() && card.address.eq_ignore_ascii_case(requester)) {
        Writer::Requester
    } else {
        Writer::Other
    }
}

/// Why a message waits to be confirmed: what is lacking of a proof, or what it asks although it is proven.
fn held_key(file: &File, message: &Incoming, writer: Writer) -> &'static str {
    let Some(kept) = &message.kept else {
        return "held-unreadable";
    };
    let signed = file.signed.contains(&message.listed.id);
    match (signed, writer, kept.authenticity.verdict()) {
        (true, Writer::Requester, Verdict::Failing) => "held-disowned",
        (true, Writer::Requester, Verdict::Proven | Verdict::Unknown) => "held-proven",
        (true, Writer::Other, _) => "held-other-address",
        (false, Writer::Requester, _) => "held-no-signature",
        (false, Writer::Other, _) => "held-nothing",
    }
}

/// The rights recognised, or the sort of mail where there are none.
fn reads(say: &Say<'_>, rules: Rules<'_>, message: &Incoming) -> Vec<Recognised> {
    let Some(kept) = &message.kept else {
        return Vec::new();
    };
    let read = &kept.classification;
    let right = |found: &Found| {
        let right = rules.policy.right(&RightId::new(&found.id));
        let name = right.map_or(found.id.as_str(), |right| right.name.text(say.tag()));
        Recognised {
            name: name.to_owned(),
            words: outermost(&found.words),
        }
    };
    let sort = Recognised {
        name: say.words.t(&format!("sort-{}", read.kind.as_str())),
        words: outermost(&read.kind_words),
    };
    if read.rights.is_empty() {
        vec![sort]
    } else {
        read.rights.iter().map(right).collect()
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
