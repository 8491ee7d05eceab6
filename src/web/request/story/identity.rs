//! What was done to find out who asks, and where answers go, in words.

use super::{File, Story, borrowed};
use crate::domain::document::Shows;
use crate::domain::event::Event;
use crate::domain::identity::ContactProof;
use crate::domain::policy::{DatumId, MethodId, OnBehalfId};

impl Story<'_> {
    /// What happened to the proof of who asks, and why where the event says so; nothing for other events.
    pub(super) fn of_the_persons(&self, file: &File, event: &Event) -> (String, String) {
        let words = &self.say.words;
        let key = format!("event-{}", event.name());
        let text = |text| file.text(text).to_owned();
        match event {
            Event::IdentityAsked {
                method, data, reason, ..
            } => {
                let reason = reason.as_ref().map(text).unwrap_or_default();
                (
                    words.with(&key, "method", &self.method(method)),
                    self.with_data(data, reason),
                )
            }
            Event::IdentityConfirmed { method, matched, note } => (
                words.with(&key, "method", &self.method(method)),
                self.with_data(matched, text(note)),
            ),
            Event::IdentityNotProven { reason } | Event::ContactChanged { reason, .. } => (words.t(&key), text(reason)),
            Event::ActsFor { on_behalf, reason } => {
                (words.with(&key, "whom", &self.on_behalf(on_behalf)), text(reason))
            }
            Event::EvidenceShown {
                on_behalf,
                piece,
                sight,
                note,
            } => {
                let args = [
                    ("piece", self.piece(on_behalf, *piece)),
                    ("sight", words.t(&format!("sight-{}", sight.as_str()))),
                ];
                (words.a(&key, &borrowed(&args)), text(note))
            }
            Event::EvidenceRetracted {
                on_behalf,
                piece,
                reason,
            } => (words.with(&key, "piece", &self.piece(on_behalf, *piece)), text(reason)),
            Event::SubjectTold { note, .. } => (words.t(&key), text(note)),
            Event::DocumentReceived { shows, .. } => {
                let key = match shows {
                    Shows::Identity => "event-document-received",
                    Shows::Standing => "event-document-received-standing",
                };
                (words.t(key), String::new())
            }
            Event::DocumentDestroyed { why, .. } => {
                (words.t(&key), words.t(&format!("document-destroyed-{}", why.as_str())))
            }
            Event::CodeSent { purpose, .. } => {
                let purpose = words.t(&format!("code-for-{}", purpose.as_str()));
                (words.with(&key, "purpose", &purpose), String::new())
            }
            Event::ContactConfirmed { how, note, .. } => {
                let key = match how {
                    ContactProof::Code { .. } => "event-contact-confirmed",
                    ContactProof::OnFile => "event-contact-on-file",
                };
                (words.t(key), note.as_ref().map(text).unwrap_or_default())
            }
            Event::DocumentViewed { .. } => (words.t(&key), String::new()),
            _ => (String::new(), String::new()),
        }
    }

    /// The names of data, before what was written about them.
    fn with_data(&self, data: &[DatumId], text: String) -> String {
        let named = data.iter().map(|id| self.datum(id)).collect::<Vec<_>>().join(" · ");
        match (named.is_empty(), text.is_empty()) {
            (true, _) => text,
            (false, true) => named,
            (false, false) => format!("{named}: {text}"),
        }
    }

    fn datum(&self, id: &DatumId) -> String {
        let datum = self.policy.and_then(|policy| policy.held_datum(id));
        datum
            .map_or(id.as_str(), |datum| datum.name.text(self.say.tag()))
            .to_owned()
    }

    fn method(&self, id: &MethodId) -> String {
        let method = self.policy.and_then(|policy| policy.method(id));
        method
            .map_or(id.as_str(), |method| method.name.text(self.say.tag()))
            .to_owned()
    }

    fn on_behalf(&self, id: &OnBehalfId) -> String {
        let rule = self.policy.and_then(|policy| policy.on_behalf(id));
        rule.map_or(id.as_str(), |rule| rule.name.text(self.say.tag()))
            .to_owned()
    }

    fn piece(&self, on_behalf: &OnBehalfId, place: u32) -> String {
        let rule = self.policy.and_then(|policy| policy.on_behalf(on_behalf));
        let piece = rule.and_then(|rule| rule.piece(place));
        piece.map_or_else(|| place.to_string(), |piece| piece.text(self.say.tag()).to_owned())
    }
}
