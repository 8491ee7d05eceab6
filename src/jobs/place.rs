//! Placing a read message: duplicate, joined, opened, set aside or quarantined, with its acknowledgement, in one transaction.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::intake::{Outcome, Read};
use crate::domain::classification::Kind;
use crate::domain::command::Command;
use crate::domain::event::{Belonging, CaseKind, Channel, Triage};
use crate::domain::letter::Occasion;
use crate::domain::message::{Mail, Sender};
use crate::domain::person::Actor;
use crate::domain::policy::{ExemptionId, OnBehalfId, RightId};
use crate::domain::request::{PolicyStamp, Stage};
use crate::domain::thread::{
    Correspondent, Findings, Folder, Legibility, Maker, Origin, Placed, Suspected, answerable, bare_subject, is_reply,
    place,
};
use crate::house::House;
use crate::mail::compose::{Automatic, token_of};
use crate::mail::letters::{self, Letterhead, Words};
use crate::mail::reading::UNREADABLE;
use crate::packs::LoadedPack;
use crate::store::door::{Door, Draft, FirstMessage, Seen, StepError};
use crate::store::marks::{self, Mark};
use crate::store::messages::{self, Card, Look, Marks, Outcome as Kept, Settled, Standing};
use crate::store::requests::{self, Stored};
use crate::store::{StoreError, Tx, Vault, outbox};

/// Why a message is held: a person must say whether it belongs.
const HELD: &str = "held";

/// How a message is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By what was found out about it.
    Usual,
    /// It opens a request for a person, and no acknowledgement is written: a rule or a letter stood in the way before.
    WithoutLetter,
}

/// Places one message. On an error nothing of it is stored, and it stays kept.
pub(super) fn place_one(
    tx: &mut Tx<'_>,
    house: &House,
    pack: &LoadedPack,
    read: &Read,
    way: Way,
    now: DateTime<Utc>,
) -> Result<(i64, Outcome), StepError> {
    let mut clues = read
        .mail
        .as_ref()
        .map(|(mail, _)| Clues::of(tx.vault, mail, house))
        .unwrap_or_default();
    if read.claimed.oddity.whole_size.is_some() {
        // Its content is not here, so that equal headers do not make it a second delivery.
        clues.marks.fingerprint = None;
    }
    let findings = findings(tx, read, &clues, house)?;
    let placed = match way {
        Way::Usual => place(&findings),
        Way::WithoutLetter => Placed::Opened {
            kind: CaseKind::Request,
            triage: Triage::Needed,
        },
    };
    let placing = Placing {
        house,
        pack,
        read,
        clues: &clues,
        way,
        now,
    };
    let outcome = match placed {
        Placed::Opened { kind, triage } => placing.open(tx, kind, triage)?,
        Placed::Joined { request, belonging } => placing.join(tx, request, belonging)?,
        Placed::Duplicate { of } => {
            placing.settle(tx, Kept::Duplicate, "again", None, Some(of))?;
            Outcome::Duplicate { of, why: "again" }
        }
        Placed::SetAside { why } => {
            placing.settle(tx, Kept::SetAside, why, None, None)?;
            Outcome::SetAside { why: why.to_owned() }
        }
        Placed::Quarantined { why } => {
            placing.settle(tx, Kept::Quarantined, why, None, None)?;
            Outcome::Quarantined { why: why.to_owned() }
        }
    };
    Ok((read.claimed.id, outcome))
}

/// Keyed digests by which a message is compared with others.
#[derive(Default)]
struct Clues {
    marks: Marks,
    tokens: Vec<Mark>,
    references: Vec<Mark>,
}

impl Clues {
    /// More earlier messages than this are not looked up.
    const MOST_REFERENCES: usize = 20;

    fn of(vault: &Vault, mail: &Mail, house: &House) -> Self {
        let address = mail.sender().map(|sender| sender.address.as_str());
        let subject = bare_subject(&mail.subject);
        let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let same = mail.message_id.as_deref().zip(address);
        let named = || {
            mail.in_reply_to
                .iter()
                .chain(mail.references.iter().rev())
                .take(Self::MOST_REFERENCES)
        };
        let domain = house.settings.mail_domain();
        let marks = Marks {
            mid: mail.message_id.as_deref().map(|mid| marks::message_id(vault, mid)),
            sender: address.map(|address| marks::address(vault, address)),
            fingerprint: same.map(|(mid, address)| marks::fingerprint(vault, mid, address, &subject, &text)),
            thread: address
                .filter(|_| !subject.is_empty())
                .map(|address| marks::thread(vault, address, &subject)),
        };
        Self {
            marks,
            tokens: named()
                .filter_map(|mid| token_of(mid, domain))
                .map(|token| marks::token(vault, &token))
                .collect(),
            references: named().map(|mid| marks::message_id(vault, mid)).collect(),
        }
    }
}

fn findings(tx: &mut Tx<'_>, read: &Read, clues: &Clues, house: &House) -> Result<Findings, StoreError> {
    let id = read.claimed.id;
    let mut duplicate_of = first_other(tx, Look::Digest(&read.claimed.digest), id)?;
    if let (None, Some(print)) = (duplicate_of, &clues.marks.fingerprint) {
        duplicate_of = first_other(tx, Look::Fingerprint(print), id)?;
    }
    let folder = if house.settings.is_junk(&read.claimed.place) {
        Folder::Junk
    } else {
        Folder::Mail
    };
    let Some((mail, reading)) = &read.mail else {
        return Ok(Findings {
            duplicate_of,
            token: None,
            reference: None,
            subject: None,
            kind: Kind::Request,
            triage: Triage::Needed,
            origin: Origin::Unclear,
            maker: Maker::Person,
            legibility: Legibility::Unreadable,
            folder,
        });
    };
    let address = mail.sender().map(|sender| sender.address.as_str());
    let mut token = None;
    for mark in &clues.tokens {
        token = token.or(outbox::find_by_token(tx, mark)?.and_then(|letter| letter.request_id));
    }
    let mut reference = None;
    for mark in &clues.references {
        reference = reference.or(request_of(tx, Look::MessageId(mark))?);
    }
    let mut subject = None;
    if let (None, Some(thread), Some(sender)) = (reference, &clues.marks.thread, &clues.marks.sender)
        && (is_reply(&mail.subject) || reading.classification.kind == Kind::FollowUp)
    {
        subject = request_of(tx, Look::Thread { thread, sender })?;
    }
    if let (None, None, Some(address), Kind::FollowUp) = (reference, subject, address, reading.classification.kind) {
        subject = only_open_of(tx, address)?;
    }
    let origin = match address {
        None => Origin::Unclear,
        Some(address) if address.eq_ignore_ascii_case(&house.settings.controller.contact) => Origin::Ourselves,
        Some(_) => Origin::Plain,
    };
    Ok(Findings {
        duplicate_of,
        token: suspected(tx, token, address)?,
        reference: suspected(tx, reference, address)?,
        subject: suspected(tx, subject, address)?,
        kind: reading.classification.kind,
        triage: if reading.classification.needs_triage || read.claimed.oddity.whole_size.is_some() {
            Triage::Needed
        } else {
            Triage::Clear
        },
        origin,
        maker: Maker::of(&mail.making),
        legibility: Legibility::Readable,
        folder,
    })
}

/// The one open request of a sender; none when there are several, so that nothing is guessed.
fn only_open_of(tx: &mut Tx<'_>, address: &str) -> Result<Option<i64>, StoreError> {
    let mut open = Vec::new();
    for id in requests::of_sender(tx, address, 20)? {
        if requests::find(tx, id)?.request.is_running() {
            open.push(id);
        }
    }
    Ok(match open[..] {
        [id] => Some(id),
        _ => None,
    })
}

/// The first delivery among messages that look the same. A repetition is never the first, and nothing is a repetition of
/// what lies in quarantine: the sender may repeat what the junk filter took.
fn first_other(tx: &mut Tx<'_>, look: Look<'_>, id: i64) -> Result<Option<i64>, StoreError> {
    let found = messages::look_up(tx, look)?;
    let first = found
        .iter()
        .find(|found| found.id != id && !matches!(found.outcome, Kept::Kept | Kept::Duplicate | Kept::Quarantined));
    Ok(first.map(|found| found.id))
}

/// The request of a message that a look finds.
fn request_of(tx: &mut Tx<'_>, look: Look<'_>) -> Result<Option<i64>, StoreError> {
    Ok(messages::look_up(tx, look)?.iter().find_map(|found| found.request_id))
}

/// The request that goes on, where the suspected one was merged into another.
fn suspected(tx: &mut Tx<'_>, request: Option<i64>, address: Option<&str>) -> Result<Option<Suspected>, StoreError> {
    let Some(mut id) = request else { return Ok(None) };
    let mut stored = requests::find(tx, id)?;
    let requester = stored.card.address.clone();
    for _ in 0..8 {
        let Stage::Merged { into, .. } = stored.request.stage else {
            break;
        };
        id = into;
        stored = requests::find(tx, id)?;
    }
    let same = address.is_some_and(|address| address.eq_ignore_ascii_case(&requester));
    let from = if same {
        Correspondent::Requester
    } else {
        Correspondent::Stranger
    };
    Ok(Some(Suspected { request: id, from }))
}

/// One message on its way to its place.
struct Placing<'p> {
    house: &'p House,
    pack: &'p LoadedPack,
    read: &'p Read,
    clues: &'p Clues,
    way: Way,
    now: DateTime<Utc>,
}

impl Placing<'_> {
    fn open(&self, tx: &mut Tx<'_>, kind: CaseKind, triage: Triage) -> Result<Outcome, StepError> {
        let shelf = self.house.shelf();
        let door = Door {
            book: &*shelf,
            actor: Actor::Mail,
            now: self.now,
        };
        let key_id = messages::key_of(tx, self.read.claimed.id)?;
        let trouble = self.trouble();
        let triage = if trouble.is_some() { Triage::Needed } else { triage };
        let stored = door.open(tx, &self.draft(key_id, kind, triage))?;
        if self.way == Way::Usual {
            self.acknowledge(tx, &door, &stored)?;
        }
        self.settle(tx, Kept::Opened, trouble.unwrap_or(""), Some(stored.id), None)?;
        let needs_triage = stored.request.stage == Stage::Triage;
        Ok(Outcome::Opened {
            reference: stored.request.reference,
            needs_triage,
        })
    }

    /// Why a person must look at the message itself, as a short code.
    fn trouble(&self) -> Option<&'static str> {
        let oddity = self.read.claimed.oddity;
        match (&self.read.mail, self.way) {
            (None, _) => Some(UNREADABLE),
            (Some(_), _) if oddity.whole_size.is_some() => Some("too-large"),
            (Some(_), Way::WithoutLetter) => Some("not-acknowledged"),
            (Some(_), Way::Usual) => oddity.stated_at.map(|_| "odd-receipt"),
        }
    }

    fn join(&self, tx: &mut Tx<'_>, request: i64, belonging: Belonging) -> Result<Outcome, StepError> {
        let shelf = self.house.shelf();
        let door = Door {
            book: &*shelf,
            actor: Actor::Mail,
            now: self.now,
        };
        let message = self.read.claimed.id;
        let received_at = self.read.claimed.received_at;
        let mut held = true;
        let stored = door.step(tx, request, Seen::Whatever, |desk| {
            let belonging = if self.changes_something(desk.stored) {
                Belonging::Held
            } else {
                belonging
            };
            held = belonging == Belonging::Held;
            Ok(Command::Join {
                message,
                received_at,
                belonging,
            })
        })?;
        messages::rekey(tx, message, stored.key_id)?;
        self.settle(tx, Kept::Joined, if held { HELD } else { "" }, Some(request), None)?;
        Ok(Outcome::Joined {
            reference: stored.request.reference,
            held,
        })
    }

    /// What asks for something new, or comes when the clock stands, waits for a person even from a proven sender.
    fn changes_something(&self, stored: &Stored) -> bool {
        let Some((_, reading)) = &self.read.mail else {
            return true;
        };
        if self.read.claimed.oddity.whole_size.is_some() {
            return true;
        }
        let classification = &reading.classification;
        let new_right = classification
            .rights
            .iter()
            .any(|found| stored.request.items.iter().all(|item| item.right.as_str() != found.id));
        new_right || classification.needs_triage || !stored.request.is_running()
    }

    /// The version of the policy in force on the day of receipt.
    fn governing(&self) -> Arc<LoadedPack> {
        let zone = self.pack.pack.policy.zone;
        let received_on = self.read.claimed.received_at.with_timezone(&zone).date_naive();
        let id = &self.pack.pack.policy.id;
        self.house
            .shelf()
            .in_force(Some(id), received_on)
            .unwrap_or_else(|| Arc::new(self.pack.clone()))
    }

    fn draft(&self, key_id: i64, kind: CaseKind, triage: Triage) -> Draft {
        let governing = self.governing();
        let policy = &governing.pack.policy;
        let classification = self.read.mail.as_ref().map(|(_, reading)| &reading.classification);
        let on_behalf = classification.map_or(OnBehalfId::NONE, |found| found.on_behalf.id.as_str());
        let rule = policy.on_behalf(&OnBehalfId::new(on_behalf));
        let rights: Vec<RightId> = classification
            .map(|found| found.rights.iter().map(|right| RightId::new(&right.id)).collect())
            .unwrap_or_default();
        let allowed =
            |right: &RightId| policy.right(right).is_some() && rule.is_none_or(|rule| !rule.excludes.contains(right));
        let rights: Vec<RightId> = rights.into_iter().filter(allowed).collect();
        let unsaid = kind == CaseKind::Request && rights.is_empty();
        Draft {
            policy: PolicyStamp {
                id: policy.id.clone(),
                version: policy.version.clone(),
            },
            channel: Channel::Mail,
            received_at: self.read.claimed.received_at,
            message: Some(FirstMessage {
                id: self.read.claimed.id,
                key_id,
            }),
            language: classification.map_or("en", |found| found.language.as_str()).to_owned(),
            kind,
            triage: if unsaid { Triage::Needed } else { triage },
            on_behalf: OnBehalfId::new(rule.map_or(OnBehalfId::NONE, |rule| rule.id.as_str())),
            rights,
            hints: classification
                .map(|found| found.flags.iter().map(|flag| ExemptionId::new(&flag.id)).collect())
                .unwrap_or_default(),
            card: self.read.mail.as_ref().map(|(mail, _)| card(mail)).unwrap_or_default(),
        }
    }

    /// One acknowledgement a request, and none to what RFC 3834 says must not be answered.
    fn acknowledge(&self, tx: &mut Tx<'_>, door: &Door<'_>, stored: &Stored) -> Result<(), StepError> {
        let Some((mail, reading)) = &self.read.mail else {
            return Ok(());
        };
        if answerable(mail, &self.house.settings.controller.contact).is_err() {
            return Ok(());
        }
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &self.pack.pack,
            thread: Some(&reading.thread),
        };
        let unclear = stored.request.stage == Stage::Triage || stored.request.items.is_empty();
        let occasion = if unclear {
            Occasion::AcknowledgementUnclear
        } else {
            Occasion::Acknowledgement
        };
        door.step(tx, stored.id, Seen::Whatever, |desk| {
            let text = letters::write(desk, head, occasion, Words::default())?;
            let letter = letters::post(desk, head, occasion, Automatic::Replied, &text)?;
            Ok(Command::Acknowledge { letter })
        })?;
        Ok(())
    }

    fn settle(
        &self,
        tx: &mut Tx<'_>,
        outcome: Kept,
        why: &str,
        request_id: Option<i64>,
        duplicate_of: Option<i64>,
    ) -> Result<(), StoreError> {
        let unwritable = |error| StoreError::Corrupt(format!("a reading that cannot be written: {error}"));
        let reading = self
            .read
            .mail
            .as_ref()
            .map(|(_, reading)| serde_json::to_value(reading));
        let settled = Settled {
            standing: Standing {
                outcome,
                why: why.to_owned(),
                request_id,
                duplicate_of,
                held: why == HELD,
            },
            marks: self.clues.marks,
            card: self.read.mail.as_ref().map(|(mail, _)| card(mail)),
            reading: reading.transpose().map_err(unwritable)?,
        };
        messages::settle(tx, self.read.claimed.id, &settled)
    }
}

/// Who wrote and about what, as lists show it.
fn card(mail: &Mail) -> Card {
    let (name, address) = match &mail.from {
        Sender::Known(sender) => (sender.name.clone(), sender.address.clone()),
        Sender::Ambiguous { shown } => (shown.clone(), String::new()),
        Sender::Missing => (String::new(), String::new()),
    };
    Card {
        name,
        address,
        subject: mail.subject.clone(),
    }
}
