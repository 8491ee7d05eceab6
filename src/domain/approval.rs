//! What a second person approves: exactly what would leave, as one digest, so that any change takes the approval back.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sha2::{Digest as _, Sha256};

use super::item::{Basis, Decision, Item};
use super::letter::LetterText;
use super::policy::ExemptionId;
use super::proposal;
use super::request::Request;
use super::text::TextRef;

/// The SHA-256 of something that would leave, as hex where it is written. The default, all zeros, is that of nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of a letter: its language, its subject and its text.
    pub fn of_letter(letter: &LetterText) -> Self {
        let mut feed = Feed::new("letter");
        feed.text(&letter.language);
        feed.text(&letter.subject);
        feed.text(&letter.body);
        feed.digest()
    }

    /// Reads it from hex.
    pub fn from_hex(hex: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(hex, &mut bytes).ok()?;
        Some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| D::Error::custom("a digest is 64 hexadecimal digits"))
    }
}

/// A second person's last look at what would leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Who looked.
    pub by: super::person::PersonId,
    /// What would have left then.
    pub of: Digest,
    /// The same as a text, sealed, so that it can be compared with what would leave now.
    pub shown: TextRef,
}

/// The digest of all that would leave: to whom and where, the decisions, the letter and the files.
pub fn leaving(request: &Request, letter: Digest) -> Digest {
    let mut feed = Feed::new("leaving");
    feed.text(&request.reference);
    // Name and address of who receives it, by their salted commitment: another recipient is another thing.
    feed.text(&request.card.commitment);
    feed.bytes(&letter.0);
    for item in &request.items {
        feed.item(item);
    }
    feed.list(
        request
            .release
            .enclosures
            .iter()
            .map(|enclosure| enclosure.file.commitment.as_str()),
    );
    // What counts as the requester's own decides what was found in the files.
    feed.list(request.identifiers.iter().map(|own| own.text.commitment.as_str()));
    feed.digest()
}

/// Parts with their lengths, so that no two lists of parts give the same bytes.
struct Feed(Sha256);

impl Feed {
    fn new(purpose: &str) -> Self {
        let mut feed = Self(Sha256::new());
        feed.text("habeas");
        feed.text(purpose);
        feed
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn list<'a>(&mut self, parts: impl ExactSizeIterator<Item = &'a str>) {
        self.0.update((parts.len() as u64).to_be_bytes());
        parts.for_each(|part| self.text(part));
    }

    fn item(&mut self, item: &Item) {
        self.bytes(&item.number.to_be_bytes());
        self.text(item.right.as_str());
        self.text(item.ground.as_ref().map_or("", |ground| ground.as_str()));
        match &item.decision {
            Some(decided) => self.decision(item, &decided.decision),
            None => self.text(""),
        }
    }

    fn decision(&mut self, item: &Item, decision: &Decision) {
        self.text(decision.outcome().as_str());
        for text in [decision.reason(), decision.given()] {
            self.text(text.map_or("", |text| &text.commitment));
        }
        match decision.basis() {
            Some(Basis::Exemptions { exemptions }) => self.exemptions(item, exemptions),
            Some(Basis::Conditions { conditions, exemptions }) => {
                self.text("conditions");
                self.list(conditions.iter().map(|condition| condition.as_str()));
                self.exemptions(item, exemptions);
            }
            Some(Basis::MissingGround) => self.text("missing-ground"),
            Some(Basis::IdentityNotProven) => self.text("identity-not-proven"),
            None => self.text(""),
        }
        if let Decision::Restricted { until, duties, .. } = decision {
            self.text(&until.to_string());
            self.list(duties.iter().map(|duty| duty.as_str()));
        }
    }

    fn exemptions(&mut self, item: &Item, exemptions: &[ExemptionId]) {
        self.list(exemptions.iter().map(|exemption| exemption.as_str()));
        let withheld = proposal::withheld(item, exemptions);
        let withheld: Vec<String> = withheld.iter().map(ToString::to_string).collect();
        self.list(withheld.iter().map(String::as_str));
    }

    fn digest(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_back_from_its_hex_and_a_moved_border_is_another_letter() {
        let letter = |subject: &str, body: &str| {
            Digest::of_letter(&LetterText {
                subject: subject.into(),
                body: body.into(),
                language: "en".into(),
            })
        };
        let one = letter("Your request", "Granted.");
        assert_eq!(Digest::from_hex(&one.to_string()), Some(one));
        assert_eq!(
            serde_json::from_value::<Digest>(serde_json::to_value(one).unwrap()).unwrap(),
            one
        );
        assert_ne!(one, letter("Your requestG", "ranted."));
        assert_eq!(Digest::from_hex("ab"), None);
    }
}
