//! Taking mail in: kept first, then read, then placed. A crash at any point loses nothing and doubles nothing.
//!
//! Raw bytes are committed before anything looks at them. What was kept and not yet placed is taken up again by the next
//! run, and a message that ends the program twice is quarantined instead of a third attempt.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::classification::{Classification, classify};
use crate::domain::decide::{Command, is_plausible_receipt};
use crate::domain::event::{Belonging, CaseKind, Channel, Triage};
use crate::domain::letter::Occasion;
use crate::domain::message::{Mail, Sender};
use crate::domain::person::Actor;
use crate::domain::policy::{ExemptionId, OnBehalfId, RightId};
use crate::domain::request::{PolicyStamp, Stage};
use crate::domain::thread::{
    Correspondent, Findings, Legibility, Origin, Placed, Suspected, answerable, bare_subject, is_reply, place,
};
use crate::house::House;
use crate::mail::compose::{Automatic, token_of};
use crate::mail::letters::{self, Letterhead, Thread, Words};
use crate::mail::parse::parse;
use crate::packs::LoadedPack;
use crate::store::door::{Door, Draft, FirstMessage, Seen, StepError};
use crate::store::messages::{self, NewMessage};
use crate::store::requests::{self, Card};
use crate::store::{Reader, StoreError, Tx, outbox};

/// How many messages are kept, and placed, in one transaction.
pub const BATCH: usize = 64;

/// A message before it is kept.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Where its number counts: a mailbox in one life, or a file.
    pub grp: String,
    /// Its number there.
    pub no: i64,
    /// Where it came from, for a person.
    pub place: String,
    /// When the server took it; `None` where nobody can say, then it is now.
    pub received_at: Option<DateTime<Utc>>,
    /// The bytes as they came.
    pub raw: Vec<u8>,
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// Where it came from.
    pub place: String,
    /// Its number in the store.
    pub message: i64,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// Each message ends as one of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// It opened a request.
    Opened {
        /// The request's reference.
        reference: String,
        /// Whether a person must look first.
        needs_triage: bool,
    },
    /// It joined one.
    Joined {
        /// The request's reference.
        reference: String,
        /// Whether a person must confirm it.
        held: bool,
    },
    /// Not a request; reversible.
    SetAside {
        /// A short code.
        why: String,
    },
    /// The same message delivered again.
    Duplicate {
        /// The first delivery, or the message itself when this place was taken before.
        of: i64,
        /// `same-place` when nothing new was kept, `again` for a second delivery.
        why: &'static str,
    },
    /// Waits for a person with nothing done.
    Quarantined {
        /// A short code.
        why: String,
    },
}

impl Outcome {
    /// The word it is counted under.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Joined { .. } => "joined",
            Self::SetAside { .. } => "set-aside",
            Self::Duplicate { .. } => "duplicate",
            Self::Quarantined { .. } => "quarantined",
        }
    }
}

/// What a message showed when it was read, kept beside it under its key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reading {
    /// What recognition made of it.
    pub classification: Classification,
    /// What was odd about the mail.
    pub remarks: Vec<String>,
}

/// Who wrote a message, and its threading headers, kept beside it under its key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageCard {
    /// The sender's name as shown.
    pub name: String,
    /// The sender's address; empty when it is unclear.
    pub address: String,
    /// The subject.
    pub subject: String,
    /// The Message-ID, without brackets.
    pub message_id: Option<String>,
    /// The Message-IDs before it.
    pub references: Vec<String>,
}

impl MessageCard {
    /// The card of a mail.
    pub fn of(mail: &Mail) -> Self {
        let (name, address) = match &mail.from {
            Sender::Known(sender) => (sender.name.clone(), sender.address.clone()),
            Sender::Ambiguous { shown } => (shown.clone(), String::new()),
            Sender::Missing => (String::new(), String::new()),
        };
        let keep = mail.references.len().saturating_sub(10);
        Self {
            name,
            address,
            subject: mail.subject.clone(),
            message_id: mail.message_id.clone(),
            references: mail.references.iter().skip(keep).cloned().collect(),
        }
    }

    /// The reply headers of an answer to it.
    pub fn thread(&self) -> Thread {
        let references = self.references.iter().chain(&self.message_id).cloned().collect();
        Thread { in_reply_to: self.message_id.clone(), references }
    }
}

/// Takes messages in: keeps them in one transaction, then places them. Returns what became of each, in order.
///
/// # Errors
/// When the store fails; then the messages are either kept, and placed by the next run, or not there at all.
pub fn take(house: &House, arrivals: &[Arrival]) -> anyhow::Result<Vec<Taken>> {
    let now = house.now.instant();
    let rows: Vec<NewMessage<'_>> = arrivals
        .iter()
        .map(|arrival| NewMessage {
            grp: &arrival.grp,
            no: arrival.no,
            place: &arrival.place,
            received_at: arrival.received_at.filter(|at| is_plausible_receipt(*at, now)).unwrap_or(now),
            raw: &arrival.raw,
        })
        .collect();
    let kept = house.store.write(|tx| messages::keep(tx, &rows, now))?;
    let new: Vec<i64> = kept.iter().filter(|kept| kept.is_new()).map(|kept| kept.id()).collect();
    let mut placed: BTreeMap<i64, Outcome> = place_all(house, Some(&new))?.into_iter().collect();
    Ok(arrivals
        .iter()
        .zip(kept)
        .map(|(arrival, kept)| Taken {
            place: arrival.place.clone(),
            message: kept.id(),
            outcome: placed
                .remove(&kept.id())
                .unwrap_or(Outcome::Duplicate { of: kept.id(), why: "same-place" }),
        })
        .collect())
}

/// Places what was kept and never placed: the work that a crash left.
///
/// # Errors
/// When the store fails.
pub fn catch_up(house: &House) -> anyhow::Result<usize> {
    let mut count = 0;
    loop {
        let placed = place_all(house, None)?;
        if placed.is_empty() {
            return Ok(count);
        }
        count += placed.len();
    }
}

/// A kept message, read and recognised outside of any transaction.
struct Read {
    message: messages::Claimed,
    mail: Option<Mail>,
    reading: Option<Reading>,
}

fn place_all(house: &House, only: Option<&[i64]>) -> anyhow::Result<Vec<(i64, Outcome)>> {
    if only.is_some_and(<[i64]>::is_empty) {
        return Ok(Vec::new());
    }
    let now = house.now.instant();
    let limit = i64::try_from(BATCH)?;
    let claimed = house.store.write(|tx| match only {
        Some(ids) => messages::claim(tx, ids, now),
        None => messages::claim_left(tx, limit, now),
    })?;
    let pack = house.pack()?;
    let read = read_all(claimed, &pack);
    match house.store.write(|tx| read.iter().map(|read| place_one(tx, house, &pack, read, now)).collect()) {
        Ok(placed) => Ok(placed),
        // One message that cannot be placed must not hold up the others.
        Err(_) => read
            .iter()
            .map(|read| Ok(house.store.write(|tx| place_one(tx, house, &pack, read, now))?))
            .collect(),
    }
}

/// Reads on all cores: this is the part of the intake that costs time.
fn read_all(claimed: Vec<messages::Claimed>, pack: &LoadedPack) -> Vec<Read> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    if claimed.len() < 4 || workers < 2 {
        return claimed.into_iter().map(|message| read_one(message, pack)).collect();
    }
    let size = claimed.len().div_ceil(workers);
    let mut shares: Vec<Vec<messages::Claimed>> = Vec::new();
    let mut claimed = claimed.into_iter().peekable();
    while claimed.peek().is_some() {
        shares.push(claimed.by_ref().take(size).collect());
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = shares
            .into_iter()
            .map(|share| {
                scope.spawn(move || share.into_iter().map(|message| read_one(message, pack)).collect::<Vec<_>>())
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    })
}

fn read_one(message: messages::Claimed, pack: &LoadedPack) -> Read {
    if message.attempts > messages::MOST_ATTEMPTS {
        return Read { message, mail: None, reading: None };
    }
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mail = parse(&message.raw);
        let classification = classify(&mail, &pack.lexicon);
        let remarks = mail.remarks.clone();
        (mail, Reading { classification, remarks })
    }));
    match read {
        Ok((mail, reading)) => Read { message, mail: Some(mail), reading: Some(reading) },
        Err(_) => Read { message, mail: None, reading: None },
    }
}
