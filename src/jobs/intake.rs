//! Taking mail in: kept first, then read, then placed. A crash at any point loses nothing and doubles nothing.
//!
//! Raw bytes are committed before anything looks at them. What was kept and not yet placed is taken up again by the next
//! run, and a message that ends the program twice is quarantined instead of a third attempt.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::place::place_one;
use crate::domain::decide::is_plausible_receipt;
use crate::domain::message::Mail;
use crate::house::House;
use crate::mail::parse::parse;
use crate::mail::reading::Reading;
use crate::packs::LoadedPack;
use crate::store::StoreError;
use crate::store::door::StepError;
use crate::store::messages::{self, Claimed, Health, NewMessage, Sighting, Wanted};

/// How long a message belongs to the instance that reads it. After a crash it is taken up again when this is over.
const LEASE: TimeDelta = TimeDelta::seconds(60);

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

/// Takes messages in: keeps and claims them in one transaction, then reads and places them. Returns what became of each,
/// in order.
///
/// # Errors
/// When the store fails; then the messages are either kept, and placed by a later run, or not there at all.
pub fn take(house: &House, arrivals: &[Arrival]) -> anyhow::Result<Vec<Taken>> {
    let now = house.now.instant();
    let rows: Vec<NewMessage<'_>> = arrivals
        .iter()
        .map(|arrival| NewMessage {
            grp: &arrival.grp,
            no: arrival.no,
            place: &arrival.place,
            received_at: arrival
                .received_at
                .filter(|at| is_plausible_receipt(*at, now))
                .unwrap_or(now),
            raw: &arrival.raw,
        })
        .collect();
    let (kept, claimed) = house.store.write(|tx| {
        let kept = messages::keep(tx, &rows, now)?;
        let new: Vec<i64> = kept
            .iter()
            .filter(|kept| kept.sighting == Sighting::New)
            .map(|kept| kept.id)
            .collect();
        let claimed = messages::claim(tx, Wanted::Ids(&new), now, LEASE)?;
        Ok::<_, StoreError>((kept, claimed))
    })?;
    let raws: BTreeMap<i64, &[u8]> = kept
        .iter()
        .map(|kept| kept.id)
        .zip(rows.iter().map(|row| row.raw))
        .collect();
    let work = claimed
        .into_iter()
        .map(|claimed| Work {
            raw: raws.get(&claimed.id).copied().unwrap_or_default().to_vec(),
            claimed,
        })
        .collect();
    let mut placed: BTreeMap<i64, Outcome> = place_all(house, work)?.into_iter().collect();
    Ok(arrivals
        .iter()
        .zip(kept)
        .map(|(arrival, kept)| Taken {
            place: arrival.place.clone(),
            message: kept.id,
            outcome: placed.remove(&kept.id).unwrap_or(Outcome::Duplicate {
                of: kept.id,
                why: "same-place",
            }),
        })
        .collect())
}

/// Places what was kept and never placed: the work that a crash left. Returns how many.
///
/// # Errors
/// When the store fails.
pub fn catch_up(house: &House) -> anyhow::Result<usize> {
    let mut count = 0;
    loop {
        let now = house.now.instant();
        let work = house.store.write(|tx| {
            let claimed = messages::claim(tx, Wanted::Oldest(BATCH as i64), now, LEASE)?;
            claimed
                .into_iter()
                .map(|claimed| {
                    Ok(Work {
                        raw: messages::raw(tx, claimed.id)?,
                        claimed,
                    })
                })
                .collect::<Result<Vec<_>, StoreError>>()
        })?;
        if work.is_empty() {
            return Ok(count);
        }
        count += place_all(house, work)?.len();
    }
}

/// A claimed message with its bytes.
struct Work {
    claimed: Claimed,
    raw: Vec<u8>,
}

/// A claimed message, read and recognised outside of any transaction; without a mail when it could not be read.
pub(super) struct Read {
    pub claimed: Claimed,
    pub mail: Option<(Mail, Reading)>,
}

fn place_all(house: &House, work: Vec<Work>) -> anyhow::Result<Vec<(i64, Outcome)>> {
    if work.is_empty() {
        return Ok(Vec::new());
    }
    let now = house.now.instant();
    let pack = house.pack()?;
    let read = read_all(work, &pack);
    let together = house.store.write(|tx| {
        read.iter()
            .map(|read| place_one(tx, house, &pack, read, now))
            .collect::<Result<Vec<_>, StepError>>()
    });
    if let Ok(placed) = together {
        return Ok(placed);
    }
    // One message that cannot be placed must not hold up the others; it stays kept for a later run.
    let mut placed = Vec::new();
    for read in &read {
        match house.store.write(|tx| place_one(tx, house, &pack, read, now)) {
            Ok(done) => placed.push(done),
            Err(error) => {
                tracing::error!(message = read.claimed.id, %error, "a message could not be placed; it stays kept");
                let why = "not-placed".to_owned();
                placed.push((read.claimed.id, Outcome::Quarantined { why }));
            }
        }
    }
    Ok(placed)
}

/// Reads on all cores: this is the part of the intake that costs time.
fn read_all(work: Vec<Work>, pack: &LoadedPack) -> Vec<Read> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    if work.len() < 4 || workers < 2 {
        return work.into_iter().map(|work| read_one(work, pack)).collect();
    }
    let size = work.len().div_ceil(workers);
    let mut rest = work.into_iter().peekable();
    let mut shares = Vec::new();
    while rest.peek().is_some() {
        shares.push(rest.by_ref().take(size).collect::<Vec<_>>());
    }
    std::thread::scope(|scope| {
        let read_share = |share: Vec<Work>| share.into_iter().map(|work| read_one(work, pack)).collect::<Vec<_>>();
        let workers: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || read_share(share)))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_default())
            .collect()
    })
}

/// A panic costs this message alone: it goes to a person.
fn read_one(work: Work, pack: &LoadedPack) -> Read {
    let Work { claimed, raw } = work;
    if claimed.health == Health::Poisoned {
        return Read { claimed, mail: None };
    }
    let mail = catch_unwind(AssertUnwindSafe(|| {
        let mail = parse(&raw);
        let reading = Reading::of(&mail, &pack.lexicon);
        (mail, reading)
    }));
    Read {
        claimed,
        mail: mail.ok(),
    }
}
