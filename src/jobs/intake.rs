//! Taking mail in: kept first, then read, then placed. A crash at any point loses nothing and doubles nothing.
//!
//! Raw bytes are committed before anything looks at them. What was kept and not yet placed is taken up again by the next
//! run. A message that cannot be read, or brought the program down three times, opens a request for a person to read.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::contain::{self, Ended};
use super::place::{Way, place_one};
use super::room;
use crate::domain::decide::is_plausible_receipt;
use crate::domain::lexicon::Lexicon;
use crate::domain::message::Mail;
use crate::domain::thread::JUNK;
use crate::house::House;
use crate::mail::auth::Message;
use crate::mail::parse::parse;
use crate::mail::reading::Reading;
use crate::mail::report::{self, Report};
use crate::packs::LoadedPack;
use crate::store::door::StepError;
use crate::store::messages::{self, Claimed, Health, Kept, NewMessage, Sighting, Wanted};
use crate::store::portal::{self, PORTAL};
use crate::store::{StoreError, Tx};

/// How long a message belongs to the instance that reads it. After a crash it is taken up again when this is over.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// How long a machine may take to read one message.
const READING: Duration = Duration::from_secs(10);

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
    /// The bytes as they came, or the header alone of a message that is too large.
    pub raw: Vec<u8>,
    /// The size in bytes of a message of which only the header is here.
    pub whole_size: Option<u64>,
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
    /// Kept; a later run places it.
    Waiting,
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
            Self::Waiting => "waiting",
        }
    }
}

/// Takes messages in: keeps and claims them in one transaction, then reads and places them. Returns what became of each,
/// in order.
///
/// # Errors
/// When there is too little room on the disk, or the store fails; then the messages are either kept, and placed by a later run, or not there at all.
pub fn take(house: &House, arrivals: &[Arrival]) -> anyhow::Result<Vec<Taken>> {
    if arrivals.is_empty() {
        return Ok(Vec::new());
    }
    room::ensure(house)?;
    let now = house.now.instant();
    let rows: Vec<NewMessage<'_>> = arrivals.iter().map(|arrival| row(arrival, now)).collect();
    let (kept, claimed) = house.store.write(|tx| {
        let kept = messages::keep(tx, &rows, now)?;
        let mut wanted = Vec::new();
        for (kept, row) in kept.iter().zip(&rows) {
            if is_to_be_placed(tx, house, kept, row)? {
                wanted.push(kept.id);
            }
        }
        let claimed = messages::claim(tx, Wanted::Ids(&wanted), now, LEASE)?;
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
            outcome: placed.remove(&kept.id).unwrap_or(match kept.sighting {
                Sighting::New => Outcome::Waiting,
                Sighting::SightedAgain | Sighting::AlreadySighted => Outcome::Duplicate {
                    of: kept.id,
                    why: "same-place",
                },
            }),
        })
        .collect())
}

/// A message as it is kept. A receipt that cannot be believed gives way to the instant of keeping, and stands beside it.
fn row(arrival: &Arrival, now: DateTime<Utc>) -> NewMessage<'_> {
    let plausible = arrival.received_at.filter(|at| is_plausible_receipt(*at, now));
    NewMessage {
        grp: &arrival.grp,
        no: arrival.no,
        place: &arrival.place,
        received_at: plausible.unwrap_or(now),
        stated_at: arrival.received_at.filter(|_| plausible.is_none()),
        raw: &arrival.raw,
        whole_size: arrival.whole_size.map(|size| i64::try_from(size).unwrap_or(i64::MAX)),
    }
}

/// A new message; and one that somebody took out of a junk folder, which says that it is none.
fn is_to_be_placed(tx: &mut Tx<'_>, house: &House, kept: &Kept, row: &NewMessage<'_>) -> Result<bool, StoreError> {
    match kept.sighting {
        Sighting::New => Ok(true),
        Sighting::SightedAgain if !house.settings.is_junk(row.place) => {
            messages::reconsider(tx, kept.id, JUNK, row.place)
        }
        Sighting::SightedAgain | Sighting::AlreadySighted => Ok(false),
    }
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
            work_of(tx, claimed)
        })?;
        if work.is_empty() {
            return Ok(count);
        }
        count += place_all(house, work)?.len();
    }
}

/// Places what was sent through the portal. Returns how many.
///
/// # Errors
/// When the store fails.
pub fn place_forms(house: &House) -> anyhow::Result<usize> {
    let now = house.now.instant();
    let forms = house.store.read(|db| portal::forms_to_place(db, BATCH as i64))?;
    if forms.is_empty() {
        return Ok(0);
    }
    let work = house.store.write(|tx| {
        let claimed = messages::claim(tx, Wanted::Ids(&forms), now, LEASE)?;
        work_of(tx, claimed)
    })?;
    Ok(place_all(house, work)?.len())
}

fn work_of(tx: &mut Tx<'_>, claimed: Vec<Claimed>) -> Result<Vec<Work>, StoreError> {
    claimed
        .into_iter()
        .map(|claimed| {
            Ok(Work {
                raw: messages::raw(tx, claimed.id)?,
                claimed,
            })
        })
        .collect()
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
    /// What it reports of a letter of ours, if it is a report.
    pub report: Option<Report>,
}

/// Reads and places messages. Those that are not among the answers stay kept for a later run.
fn place_all(house: &House, work: Vec<Work>) -> anyhow::Result<Vec<(i64, Outcome)>> {
    if work.is_empty() {
        return Ok(Vec::new());
    }
    let now = house.now.instant();
    let pack = house.pack()?;
    let read = read_all(house, work, pack.lexicon()?);
    let together = house.store.write(|tx| {
        read.iter()
            .map(|read| place_one(tx, house, &pack, read, Way::Usual, now))
            .collect::<Result<Vec<_>, StepError>>()
    });
    if let Ok(placed) = together {
        return Ok(placed);
    }
    // One message that cannot be placed must not hold up the others.
    let mut placed = Vec::new();
    for read in &read {
        match place_alone(house, &pack, read, now) {
            Ok(done) => placed.push(done),
            Err(error) => {
                tracing::error!(message = read.claimed.id, %error, "a message could not be placed; it stays kept");
            }
        }
    }
    Ok(placed)
}

/// Where a rule or a letter stands in the way, the message opens a request for a person all the same: its clock runs.
fn place_alone(house: &House, pack: &LoadedPack, read: &Read, now: DateTime<Utc>) -> Result<(i64, Outcome), StepError> {
    let place = |way| house.store.write(|tx| place_one(tx, house, pack, read, way, now));
    match place(Way::Usual) {
        Err(error @ (StepError::Lacks(_) | StepError::Letter(_) | StepError::Lost(_) | StepError::Refused(_))) => {
            tracing::warn!(message = read.claimed.id, %error, "a message opens a request without an acknowledgement");
            place(Way::WithoutLetter)
        }
        done => done,
    }
}

/// Reads on all cores: this is the part of the intake that costs time.
fn read_all(house: &House, work: Vec<Work>, lexicon: &Arc<Lexicon>) -> Vec<Read> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let size = if work.len() < 4 {
        work.len()
    } else {
        work.len().div_ceil(workers)
    };
    let work: Arc<[Work]> = work.into();
    let lexicon = Arc::clone(lexicon);
    let read: Arc<Reader> = Arc::new(move |work| read_one(work, &lexicon));
    let read_share = |start: usize| {
        let share = start..(start + size).min(work.len());
        contain::each(&work, share, READING, &read, &|thread| house.board.leave_behind(thread))
    };
    let mut ended: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..work.len())
            .step_by(size)
            .map(|start| scope.spawn(move || read_share(start)))
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_default())
            .collect()
    });
    check_senders(house, &work, &mut ended);
    work.iter()
        .zip(ended)
        .filter_map(|(work, ended)| {
            let looked = match ended {
                Ended::Well(looked) => looked,
                Ended::Badly => None,
                Ended::Never => return None,
            };
            let (mail, report) = looked.map(|(mail, reading, report)| ((mail, reading), report)).unzip();
            Some(Read {
                claimed: work.claimed.clone(),
                mail,
                report: report.flatten(),
            })
        })
        .collect()
}

/// What reading a message gives: itself, what recognition makes of it, and what it reports of a letter of ours.
type Looked = (Mail, Reading, Option<Report>);

/// Reads one message; shared by the threads that read.
type Reader = dyn Fn(&Work) -> Option<Looked> + Send + Sync;

/// Reads a message, unless that brought the program down before. Runs where a panic or a hang costs this message alone.
fn read_one(work: &Work, lexicon: &Lexicon) -> Option<Looked> {
    if work.claimed.health == Health::Poisoned {
        return None;
    }
    let mail = parse(&work.raw);
    let reading = Reading::of(&mail, lexicon);
    let report = report::read(&work.raw, &mail);
    Some((mail, reading, report))
}

/// Notes where the mails come from, of all at the same time, since name servers may let one wait. What came through the
/// portal is no mail: there is nothing to check of its way.
fn check_senders(house: &House, work: &[Work], ended: &mut [Ended<Option<Looked>>]) {
    let is_mail = |work: &Work| work.claimed.place != PORTAL;
    let read = work.iter().zip(ended.iter()).filter_map(|(work, ended)| match ended {
        Ended::Well(Some((mail, _, _))) if is_mail(work) => Some(Message { raw: &work.raw, mail }),
        Ended::Well(_) | Ended::Badly | Ended::Never => None,
    });
    let found = house.checks.check_all(&read.collect::<Vec<_>>());
    let readings = work
        .iter()
        .zip(ended.iter_mut())
        .filter_map(|(work, ended)| match ended {
            Ended::Well(Some((_, reading, _))) if is_mail(work) => Some(reading),
            Ended::Well(_) | Ended::Badly | Ended::Never => None,
        });
    for (reading, authenticity) in readings.zip(found) {
        reading.authenticity = authenticity;
    }
}
