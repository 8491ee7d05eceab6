//! The mail of a request as its page shows it: what came in and what went out, in order of time.

use super::awaiting::Awaiting;
use super::file::{File, Incoming};
use super::handling::unusual;
use super::origin::{Origin, Seen};
use super::page::{DeliveryLine, FileView, MessageView};
use crate::domain::message::{Address, Attachment, Characters, Mail, Remark, Sender};
use crate::domain::policy::Way;
use crate::domain::request::{Identity, PolicyStamp, Request, Stage};
use crate::domain::rules::Rules;
use crate::mail::parse::parse;
use crate::store::messages::Listed;
use crate::store::outbox::{Outgoing, State};
use crate::web::frame::look::Fact;
use crate::web::frame::say::Say;
use crate::web::letters::look_of;

/// More text than this of one message is not shown at once; the original can be downloaded.
const MOST_TEXT: usize = 200_000;

/// The messages of a file in order of time, in and out.
pub(super) fn thread(say: &Say<'_>, file: &File, rules: Rules<'_>) -> Vec<MessageView> {
    let incoming = file
        .messages
        .iter()
        .map(|message| (message.listed.received_at, of_request(say, file, rules, message)));
    let outgoing = file
        .letters
        .iter()
        .map(|(letter, raw)| (letter.queued_at, sent(say, file, letter, raw)));
    let mut all: Vec<_> = incoming.chain(outgoing).collect();
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, view)| view).collect()
}

fn of_request(say: &Say<'_>, file: &File, rules: Rules<'_>, message: &Incoming) -> MessageView {
    let stamp = &file.stored.request.policy;
    let mail = message.opened.mail();
    let mut view = received(say, stamp, &message.listed, &mail);
    let seen = Seen {
        mail: &mail,
        raw: &message.opened.raw,
        kept: message.kept.as_ref(),
    };
    view.origin = Some(Origin::of(&say.words, &seen, &file.known));
    view.awaiting = Awaiting::of(say, file, rules, message);
    view.came_with.clone_from(&message.came_with);
    if shows_a_document(&mail, &file.stored.request, rules) {
        view.remarks.push(say.words.t("message-document-by-mail"));
    }
    view
}

/// Whether a message brings what may be a copy of an identity document: a picture or a scan, while identity is not
/// decided or after a document was asked for.
fn shows_a_document(mail: &Mail, request: &Request, rules: Rules<'_>) -> bool {
    let is_asked = request.tried.iter().any(|id| {
        let method = rules.policy.method(id);
        method.is_some_and(|method| method.way == Way::Document)
    });
    let is_decided = matches!(request.identity, Identity::Confirmed { .. });
    let is_scan = |file: &Attachment| {
        let kind = file.media_type.to_ascii_lowercase();
        kind.starts_with("image/") || kind == "application/pdf"
    };
    (is_asked || !is_decided) && mail.attachments.iter().any(is_scan)
}

/// A message that came in.
pub(in crate::web) fn received(say: &Say<'_>, stamp: &PolicyStamp, listed: &Listed, mail: &Mail) -> MessageView {
    let words = &say.words;
    // Without words of its own, as when a mail is only forwarded, the whole text is what there is to read.
    let (text, quoted) = match mail.own_text.trim() {
        "" => (mail.text.as_str(), ""),
        _ => (mail.own_text.as_str(), mail.quoted_text.as_str()),
    };
    let remark = |remark: &Remark| words.a(&format!("remark-{}", remark.as_str()), &remark.values());
    let mut remarks = unusual(say, stamp, listed);
    remarks.extend(mail.remarks.iter().map(remark));
    if let Some(elsewhere) = replies_elsewhere(mail) {
        remarks.push(words.with("message-replies-elsewhere", "address", &elsewhere));
    }
    if text.len() > MOST_TEXT || quoted.len() > MOST_TEXT {
        remarks.push(words.t("message-cut"));
    }
    let view = |file: &Attachment| FileView {
        name: if file.name.is_empty() {
            words.t("message-file")
        } else {
            file.name.clone()
        },
        note: format!("{} · {}", file.media_type, words.size(file.size as u64)),
        href: format!("/messages/{}/files/{}", listed.id, file.index),
    };
    MessageView {
        id: listed.id,
        outgoing: false,
        to_others: false,
        from: sender(say, &mail.from),
        at: say.at(listed.received_at, stamp),
        subject: say.subject(&mail.subject),
        text: cut(text).trim().to_owned(),
        quoted: cut(quoted).trim().to_owned(),
        origin: None,
        headers: headers(say, stamp, listed, mail),
        remarks,
        files: mail.attachments.iter().map(view).collect(),
        other_forms: mail.other_forms.iter().map(view).collect(),
        awaiting: None,
        came_with: None,
        raw: format!("/messages/{}/original", listed.id),
        reading: format!("/mail/{}/reading", listed.id),
        is_uncertain: listed.characters == Characters::Uncertain,
    }
}

fn headers(say: &Say<'_>, stamp: &PolicyStamp, listed: &Listed, mail: &Mail) -> Vec<Fact> {
    let fact = |key: &str, value: String| {
        (!value.is_empty()).then(|| Fact {
            label: say.words.t(key),
            value,
        })
    };
    let date = mail.date.map(|date| say.at(date, stamp)).unwrap_or_default();
    [
        fact("fact-from", sender(say, &mail.from)),
        fact("fact-to", addresses(&mail.to)),
        fact("fact-reply-to", addresses(&mail.reply_to)),
        fact("fact-date", date),
        fact("fact-message-id", mail.message_id.clone().unwrap_or_default()),
        fact("fact-place", listed.place.clone()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The address to which a mail asks that replies go, where that is not the one it comes from.
fn replies_elsewhere(mail: &Mail) -> Option<String> {
    let from = mail.sender().map(|sender| sender.address.as_str());
    let elsewhere = |to: &&Address| from.is_none_or(|from| !from.eq_ignore_ascii_case(&to.address));
    mail.reply_to.iter().find(elsewhere).map(|to| to.address.clone())
}

fn sender(say: &Say<'_>, sender: &Sender) -> String {
    match sender {
        Sender::Known(address) => shown(address),
        Sender::Ambiguous { shown } => shown.clone(),
        Sender::Missing => say.words.t("no-name"),
    }
}

fn addresses(all: &[Address]) -> String {
    all.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn shown(address: &Address) -> String {
    if address.name.is_empty() {
        address.address.clone()
    } else {
        format!("{} <{}>", address.name, address.address)
    }
}

fn cut(text: &str) -> &str {
    match text.char_indices().nth(MOST_TEXT) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// A letter of ours.
fn sent(say: &Say<'_>, file: &File, letter: &Outgoing, raw: &[u8]) -> MessageView {
    let stamp = &file.stored.request.policy;
    let mail = parse(raw);
    let occasion = occasion(say, letter);
    let to = addresses(&mail.to);
    let to_others = !to.to_lowercase().contains(&file.stored.card.address.to_lowercase());
    MessageView {
        id: letter.id,
        outgoing: true,
        to_others,
        from: if to_others {
            say.words.a("message-sent-to", &[("letter", &occasion), ("to", &to)])
        } else {
            occasion
        },
        at: say.at(letter.queued_at, stamp),
        subject: mail.subject,
        text: mail.text.trim().to_owned(),
        quoted: String::new(),
        origin: None,
        headers: Vec::new(),
        remarks: Vec::new(),
        files: Vec::new(),
        other_forms: Vec::new(),
        awaiting: None,
        came_with: None,
        raw: String::new(),
        reading: String::new(),
        is_uncertain: false,
    }
}

fn occasion(say: &Say<'_>, letter: &Outgoing) -> String {
    say.words.t(&format!("letter-{}", letter.occasion))
}

/// What became of each letter, newest first.
pub(super) fn deliveries(say: &Say<'_>, file: &File, may_send: bool) -> Vec<DeliveryLine> {
    let stamp = &file.stored.request.policy;
    // An answer that failed is answered anew, so that the clock stops with the letter that arrives.
    let failed_answer = match file.stored.request.stage {
        Stage::NotDelivered { letter } => Some(letter),
        _ => None,
    };
    let line = |(letter, _): &(Outgoing, Vec<u8>)| {
        let (tone, key) = look_of(letter.state);
        let at = say.at(letter.settled_at.unwrap_or(letter.queued_at), stamp);
        let reply = match (letter.state, letter.reply.as_deref()) {
            (_, None) => String::new(),
            (State::Waiting, Some(why)) => format!(" · {}", say.words.t(&format!("waits-{why}"))),
            (_, Some(reply)) => format!(" · {reply}"),
        };
        let button = match letter.state {
            State::Waiting => Some("letter-dispatch"),
            State::Failed | State::Unknown if Some(letter.id) != failed_answer => Some("letter-dispatch-again"),
            State::Failed | State::Unknown | State::Queued | State::Leased | State::Sent | State::Delayed => None,
        };
        DeliveryLine {
            id: letter.id,
            button: button.filter(|_| may_send).map(|key| say.words.t(key)),
            occasion: occasion(say, letter),
            to: letter.recipient.clone().unwrap_or_default(),
            state: say.words.t(key),
            tone,
            note: format!("{at}{reply}"),
        }
    };
    file.letters.iter().rev().map(line).collect()
}
