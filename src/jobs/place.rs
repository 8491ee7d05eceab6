//! Placing a read message: duplicate, joined, opened, set aside or quarantined, with its acknowledgement, in one transaction.

use chrono::{DateTime, Utc};

use super::intake::{MessageCard, Outcome, Read, Reading};
use crate::domain::decide::Command;
use crate::domain::event::{Belonging, CaseKind, Channel, Triage};
use crate::domain::letter::Occasion;
use crate::domain::message::Mail;
use crate::domain::person::Actor;
use crate::domain::policy::{ExemptionId, OnBehalfId, RightId};
use crate::domain::request::{PolicyStamp, Stage};
use crate::domain::thread::{
    Correspondent, Findings, Legibility, Origin, Placed, Suspected, answerable, bare_subject, is_reply, place,
};
use crate::domain::classification::Kind;
use crate::house::House;
use crate::mail::compose::{Automatic, token_of};
use crate::mail::letters::{self, Letterhead, Words};
use crate::packs::LoadedPack;
use crate::store::door::{Door, Draft, FirstMessage, Seen, StepError};
use crate::store::messages::{self, Settled};
use crate::store::requests::{self, Card, Stored};
use crate::store::{Reader, StoreError, Tx, outbox};

/// Places one message. On an error nothing of it is stored, and it stays kept.
pub(super) fn place_one(
    tx: &mut Tx<'_>,
    house: &House,
    pack: &LoadedPack,
    read: &Read,
    now: DateTime<Utc>,
) -> Result<(i64, Outcome), StepError> {
    let clues = Clues::of(tx, read, house);
    let findings = findings(tx, read, &clues, house)?;
    let placed = place(&findings);
    let placing = Placing { house, pack, read, clues: &clues, now };
    let outcome = match placed {
        Placed::Opened { kind, triage } => placing.open(tx, kind, triage)?,
        Placed::Joined { request, belonging } => placing.join(tx, request, belonging)?,
        Placed::Duplicate { of } => {
            placing.settle(tx, "duplicate", "again", None, Some(of))?;
            Outcome::Duplicate { of, why: "again" }
        }
        Placed::SetAside { why } => {
            placing.settle(tx, "set-aside", why, None, None)?;
            Outcome::SetAside { why: why.to_owned() }
        }
        Placed::Quarantined { why } => {
            placing.settle(tx, "quarantined", why, None, None)?;
            Outcome::Quarantined { why: why.to_owned() }
        }
    };
    Ok((read.message.id, outcome))
}

/// Keyed digests by which a message is compared with others.
struct Clues {
    mid: Option<[u8; 32]>,
    sender: Option<[u8; 32]>,
    fingerprint: Option<[u8; 32]>,
    thread: Option<[u8; 32]>,
    tokens: Vec<[u8; 32]>,
    references: Vec<[u8; 32]>,
}

impl Clues {
    fn of(db: &Reader<'_>, read: &Read, house: &House) -> Self {
        let digest = |domain: &str, text: &str| db.vault.digest(domain, text.as_bytes());
        let Some(mail) = &read.mail else {
            return Self { mid: None, sender: None, fingerprint: None, thread: None, tokens: vec![], references: vec![] };
        };
        let address = mail.sender().map(|sender| sender.address.to_lowercase());
        let subject = bare_subject(&mail.subject);
        let text = mail.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let same = mail.message_id.as_ref().zip(address.as_ref());
        let named = || mail.in_reply_to.iter().chain(mail.references.iter().rev());
        let domain = house.settings.mail_domain();
        Self {
            mid: mail.message_id.as_deref().map(|mid| digest("message-id", mid)),
            sender: address.as_deref().map(|address| digest("sender", address)),
            fingerprint: same.map(|(mid, address)| digest("fingerprint", &[mid, address, &subject, &text].join("\0"))),
            thread: address
                .as_ref()
                .filter(|_| !subject.is_empty())
                .map(|address| digest("thread", &[address.as_str(), &subject].join("\0"))),
            tokens: named().filter_map(|mid| token_of(mid, domain)).map(|token| digest("token", &token)).collect(),
            references: named().take(20).map(|mid| digest("message-id", mid)).collect(),
        }
    }
}

fn findings(tx: &mut Tx<'_>, read: &Read, clues: &Clues, house: &House) -> Result<Findings, StoreError> {
    let id = read.message.id;
    let duplicate_of = messages::same_bytes(tx, id, &read.message.digest)?
        .or(clues.fingerprint.map(|print| messages::same_content(tx, id, &print)).transpose()?.flatten());
    let (Some(mail), Some(reading)) = (&read.mail, &read.reading) else {
        return Ok(Findings {
            duplicate_of,
            token: None,
            reference: None,
            subject: None,
            kind: Kind::Request,
            triage: Triage::Needed,
            origin: Origin::Unclear,
            legibility: Legibility::Unreadable,
        });
    };
    let address = mail.sender().map(|sender| sender.address.as_str());
    let mut token = None;
    for digest in &clues.tokens {
        token = token.or(outbox::request_of_token(tx, digest)?);
    }
    let mut reference = None;
    for digest in &clues.references {
        reference = reference.or(messages::request_of_mid(tx, digest)?);
    }
    let mut subject = None;
    if reference.is_none() && (is_reply(&mail.subject) || reading.classification.kind == Kind::FollowUp) {
        subject = clues.thread.map(|thread| messages::request_of_thread(tx, &thread)).transpose()?.flatten();
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
        triage: if reading.classification.needs_triage { Triage::Needed } else { Triage::Clear },
        origin,
        legibility: Legibility::Readable,
    })
}

/// The request that goes on, where the suspected one was merged into another.
fn suspected(tx: &mut Tx<'_>, request: Option<i64>, address: Option<&str>) -> Result<Option<Suspected>, StoreError> {
    let Some(mut id) = request else { return Ok(None) };
    let mut stored = requests::find(tx, id)?;
    let requester = stored.card.address.clone();
    for _ in 0..8 {
        let Stage::Merged { into, .. } = stored.request.stage else { break };
        id = into;
        stored = requests::find(tx, id)?;
    }
    let same = address.is_some_and(|address| address.eq_ignore_ascii_case(&requester));
    let from = if same { Correspondent::Requester } else { Correspondent::Stranger };
    Ok(Some(Suspected { request: id, from }))
}

/// One message on its way to its place.
struct Placing<'p> {
    house: &'p House,
    pack: &'p LoadedPack,
    read: &'p Read,
    clues: &'p Clues,
    now: DateTime<Utc>,
}

impl Placing<'_> {
    fn open(&self, tx: &mut Tx<'_>, kind: CaseKind, triage: Triage) -> Result<Outcome, StepError> {
        let shelf = self.house.shelf();
        let door = Door { book: &*shelf, actor: Actor::Mail, now: self.now };
        let stored = door.open(tx, &self.draft(kind, triage))?;
        self.acknowledge(tx, &door, &stored)?;
        self.settle(tx, "opened", "", Some(stored.id), None)?;
        let needs_triage = stored.request.stage == Stage::Triage;
        Ok(Outcome::Opened { reference: stored.request.reference, needs_triage })
    }

    fn join(&self, tx: &mut Tx<'_>, request: i64, belonging: Belonging) -> Result<Outcome, StepError> {
        let shelf = self.house.shelf();
        let door = Door { book: &*shelf, actor: Actor::Mail, now: self.now };
        let message = self.read.message.id;
        let received_at = self.read.message.received_at;
        let mut held = true;
        let stored = door.step(tx, request, Seen::Whatever, |desk| {
            let belonging = if self.changes_something(desk.stored) { Belonging::Held } else { belonging };
            held = belonging == Belonging::Held;
            Ok(Command::Join { message, received_at, belonging })
        })?;
        messages::rekey(tx, message, stored.key_id)?;
        self.settle(tx, "joined", if held { "held" } else { "" }, Some(request), None)?;
        Ok(Outcome::Joined { reference: stored.request.reference, held })
    }

    /// What asks for something new, or comes when the clock stands, waits for a person even from a proven sender.
    fn changes_something(&self, stored: &Stored) -> bool {
        let Some(reading) = &self.read.reading else { return true };
        let classification = &reading.classification;
        let new_right =
            classification.rights.iter().any(|found| stored.request.items.iter().all(|item| item.right.as_str() != found.id));
        new_right || classification.needs_triage || !stored.request.is_running()
    }

    fn draft(&self, kind: CaseKind, triage: Triage) -> Draft {
        let policy = &self.pack.pack.policy;
        let classification = self.read.reading.as_ref().map(|reading| &reading.classification);
        let on_behalf = classification.map_or(OnBehalfId::NONE, |found| found.on_behalf.id.as_str());
        let rule = policy.on_behalf(&OnBehalfId::new(on_behalf));
        let rights: Vec<RightId> = classification
            .map(|found| found.rights.iter().map(|right| RightId::new(&right.id)).collect())
            .unwrap_or_default();
        let allowed = |right: &RightId| {
            policy.right(right).is_some() && rule.is_none_or(|rule| !rule.excludes.contains(right))
        };
        let rights: Vec<RightId> = rights.into_iter().filter(allowed).collect();
        let unsaid = kind == CaseKind::Request && rights.is_empty();
        let card = self.read.mail.as_ref().map(MessageCard::of).unwrap_or_default();
        Draft {
            policy: PolicyStamp { id: policy.id.clone(), version: policy.version.clone() },
            channel: Channel::Mail,
            received_at: self.read.message.received_at,
            message: Some(FirstMessage { id: self.read.message.id, key_id: self.read.message.key_id }),
            language: classification.map_or("en", |found| found.language.as_str()).to_owned(),
            kind,
            triage: if unsaid { Triage::Needed } else { triage },
            on_behalf: OnBehalfId::new(rule.map_or(OnBehalfId::NONE, |rule| rule.id.as_str())),
            rights,
            hints: classification
                .map(|found| found.flags.iter().map(|flag| ExemptionId::new(&flag.id)).collect())
                .unwrap_or_default(),
            card: Card { name: card.name, address: card.address, subject: card.subject },
        }
    }

    /// One acknowledgement a request, and none to what RFC 3834 says must not be answered.
    fn acknowledge(&self, tx: &mut Tx<'_>, door: &Door<'_>, stored: &Stored) -> Result<(), StepError> {
        let Some(mail) = &self.read.mail else { return Ok(()) };
        if answerable(mail, &self.house.settings.controller.contact).is_err() {
            return Ok(());
        }
        let thread = MessageCard::of(mail).thread();
        let head = Letterhead { settings: &self.house.settings, pack: &self.pack.pack, thread: Some(&thread) };
        let unclear = stored.request.stage == Stage::Triage || stored.request.items.is_empty();
        let occasion = if unclear { Occasion::AcknowledgementUnclear } else { Occasion::Acknowledgement };
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
        outcome: &str,
        why: &str,
        request_id: Option<i64>,
        duplicate_of: Option<i64>,
    ) -> Result<(), StoreError> {
        let unwritable = |error| StoreError::Corrupt(format!("a reading that cannot be written: {error}"));
        let card = self.read.mail.as_ref().map(MessageCard::of);
        let card = card.map(|card| serde_json::to_vec(&card)).transpose().map_err(unwritable)?;
        let reading = self.read.reading.as_ref().map(serde_json::to_vec).transpose().map_err(unwritable)?;
        messages::settle(
            tx,
            self.read.message.id,
            &Settled {
                outcome,
                why,
                request_id,
                duplicate_of,
                held: why == "held",
                mid: self.clues.mid,
                sender: self.clues.sender,
                fingerprint: self.clues.fingerprint,
                thread: self.clues.thread,
                card: card.as_deref(),
                reading: reading.as_deref(),
            },
        )
    }
}
