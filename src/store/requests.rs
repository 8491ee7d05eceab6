//! The requests as they stand: the projection of the journal, found, listed and rebuilt.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::schema::{request_rights, requests};
use super::vault::{Key, keys, texts};
use super::{Reader, Stamp, StoreError, Tx, journal, marks, search, tasks};
use crate::domain::event::{By, Recorded};
use crate::domain::reminder;
use crate::domain::request::{Request, Stage};
use crate::domain::rules::{RuleBook, Rules};
use crate::domain::task_reminder;

pub use super::messages::Card;

/// A request with what the store knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its number.
    pub id: i64,
    /// How many events it has; a step that expects another number comes too late.
    pub seq: i64,
    /// The key its texts and messages are under.
    pub key_id: i64,
    /// Who asks.
    pub card: Card,
    /// The request as it stands.
    pub request: Request,
}

/// A card as it is kept.
pub(super) fn written(card: &Card) -> Result<String, StoreError> {
    serde_json::to_string(card).map_err(|error| StoreError::Corrupt(format!("a card that cannot be written: {error}")))
}

fn read(card: &[u8]) -> Result<Card, StoreError> {
    serde_json::from_slice(card).map_err(|_| StoreError::Corrupt("a card".to_owned()))
}

/// A request by its number.
///
/// # Errors
/// [`StoreError::Missing`] when there is none.
pub fn find(db: &mut Reader<'_>, id: i64) -> Result<Stored, StoreError> {
    find_with_key(db, id).map(|(stored, _)| stored)
}

/// Whether there is a request of this number.
pub fn is_there(db: &mut Reader<'_>, id: i64) -> Result<bool, StoreError> {
    let found: i64 = requests::table
        .filter(requests::id.eq(id))
        .count()
        .get_result(db.conn)?;
    Ok(found == 1)
}

/// The reference of a request, which is there also after its key was destroyed.
///
/// # Errors
/// When the store fails.
pub fn reference_of(db: &mut Reader<'_>, id: i64) -> Result<Option<String>, StoreError> {
    Ok(requests::table
        .find(id)
        .select(requests::reference)
        .first(db.conn)
        .optional()?)
}

/// A request by its reference.
///
/// # Errors
/// When the store fails.
pub fn find_by_reference(db: &mut Reader<'_>, reference: &str) -> Result<Option<Stored>, StoreError> {
    let id: Option<i64> = requests::table
        .filter(requests::reference.eq(reference))
        .select(requests::id)
        .first(db.conn)
        .optional()?;
    id.map(|id| find(db, id)).transpose()
}

/// A request with the key that opens its texts.
///
/// # Errors
/// [`StoreError::Missing`] when there is none.
pub fn find_with_key(db: &mut Reader<'_>, id: i64) -> Result<(Stored, Key), StoreError> {
    let row: Option<(i64, i64, Vec<u8>, String)> = requests::table
        .find(id)
        .select((requests::seq, requests::key_id, requests::card, requests::state))
        .first(db.conn)
        .optional()?;
    let (seq, key_id, card, state) = row.ok_or(StoreError::Missing { what: "request", id })?;
    let key = keys::find(db, key_id)?;
    let card = read(&db.vault.open(&key, &card_place(id), &card)?)?;
    Ok((
        Stored {
            id,
            seq,
            key_id,
            card,
            request: state_of(id, &state)?,
        },
        key,
    ))
}

/// Requests of one sender, newest first.
///
/// # Errors
/// When the store fails.
pub fn of_sender(db: &mut Reader<'_>, address: &str, limit: i64) -> Result<Vec<i64>, StoreError> {
    let digest = marks::address(db.vault, address);
    Ok(requests::table
        .filter(requests::sender.eq(digest.as_slice()))
        .order(requests::id.desc())
        .limit(limit)
        .select(requests::id)
        .load(db.conn)?)
}

/// The names of those who wrote other requests, newest first and each once; those whose key was destroyed are nobody's.
///
/// # Errors
/// When the store fails.
pub fn names_of_others(db: &mut Reader<'_>, id: i64, limit: i64) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(i64, i64, Vec<u8>)> = requests::table
        .filter(requests::id.ne(id))
        .order(requests::id.desc())
        .limit(limit)
        .select((requests::id, requests::key_id, requests::card))
        .load(db.conn)?;
    let mut names = std::collections::BTreeSet::new();
    for (id, key_id, sealed) in rows {
        match keys::find(db, key_id) {
            Ok(key) => {
                let card = read(&db.vault.open(&key, &card_place(id), &sealed)?)?;
                names.insert(card.name);
            }
            Err(StoreError::Erased(_)) => {}
            Err(error) => return Err(error),
        }
    }
    names.remove("");
    Ok(names.into_iter().collect())
}

/// Requests with something due, the longest due first.
///
/// # Errors
/// When the store fails.
pub fn due(db: &mut Reader<'_>, now: DateTime<Utc>, limit: i64) -> Result<Vec<i64>, StoreError> {
    Ok(requests::table
        .filter(requests::next_due_at.le(Stamp::from(now)))
        .order(requests::next_due_at)
        .limit(limit)
        .select(requests::id)
        .load(db.conn)?)
}

/// All requests whose clock runs and whose policy counts by a region's calendar versions other than `version`.
///
/// # Errors
/// When the store fails.
pub fn counted_otherwise(db: &mut Reader<'_>, version: &str) -> Result<Vec<Stored>, StoreError> {
    let ids: Vec<i64> = requests::table
        .filter(requests::open.eq(true))
        .filter(requests::calendar.ne(version))
        .order((requests::ends_at, requests::id))
        .select(requests::id)
        .load(db.conn)?;
    ids.into_iter().map(|id| find(db, id)).collect()
}

/// Writes a new request's row.
pub(super) fn insert(tx: &mut Tx<'_>, key: &Key, stored: &Stored, rules: Rules<'_>) -> Result<(), StoreError> {
    let sealed = tx
        .vault
        .seal(key, &card_place(stored.id), written(&stored.card)?.as_bytes())?;
    let sender = sender_of(tx, &stored.card);
    diesel::insert_into(requests::table)
        .values((
            requests::id.eq(stored.id),
            requests::key_id.eq(stored.key_id),
            requests::sender.eq(sender),
            requests::card.eq(sealed),
            Row::of(stored, rules)?,
        ))
        .execute(tx.conn)?;
    index_card(tx, stored)?;
    tasks::index(tx, stored)?;
    index_rights(tx, stored)
}

fn index_card(tx: &mut Tx<'_>, stored: &Stored) -> Result<(), StoreError> {
    let card = &stored.card;
    search::index(
        tx,
        stored.id,
        &[&card.name, &card.address, &card.subject, &stored.request.reference],
    )
}

/// Shows a request by the card that its journal names now, and finds it by the words and the address of that.
pub(super) fn recard(tx: &mut Tx<'_>, key: &Key, stored: &mut Stored) -> Result<(), StoreError> {
    stored.card = read(texts::read_committed(tx, key, &stored.request.card)?.as_bytes())?;
    let sealed = tx
        .vault
        .seal(key, &card_place(stored.id), written(&stored.card)?.as_bytes())?;
    diesel::update(requests::table.find(stored.id))
        .set((
            requests::card.eq(sealed),
            requests::sender.eq(sender_of(tx, &stored.card)),
        ))
        .execute(tx.conn)?;
    index_card(tx, stored)
}

fn sender_of(tx: &Tx<'_>, card: &Card) -> Option<Vec<u8>> {
    (!card.address.is_empty()).then(|| marks::address(tx.vault, &card.address).to_vec())
}

/// Writes a request's row anew after a step.
pub(super) fn update(tx: &mut Tx<'_>, stored: &Stored, rules: Rules<'_>) -> Result<(), StoreError> {
    diesel::update(requests::table.find(stored.id))
        .set(Row::of(stored, rules)?)
        .execute(tx.conn)?;
    diesel::delete(request_rights::table.filter(request_rights::request_id.eq(stored.id))).execute(tx.conn)?;
    tasks::index(tx, stored)?;
    index_rights(tx, stored)
}

fn index_rights(tx: &mut Tx<'_>, stored: &Stored) -> Result<(), StoreError> {
    for item in &stored.request.items {
        diesel::insert_into(request_rights::table)
            .values((
                request_rights::request_id.eq(stored.id),
                request_rights::right.eq(item.right.as_str()),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Compares every row with what its journal folds to, and mends those that differ.
/// Returns how many requests there are and the references of those that differed.
///
/// # Errors
/// When the store fails or a stream cannot be read.
pub fn rebuild(tx: &mut Tx<'_>, book: &dyn RuleBook) -> Result<Rebuilt, StoreError> {
    let mut rebuilt = Rebuilt::default();
    let mut after = journal::HOUSE;
    loop {
        let streams = journal::streams(tx, after, 500)?;
        let Some(last) = streams.last() else { return Ok(rebuilt) };
        after = *last;
        for id in streams {
            rebuilt.requests += 1;
            if let Some(reference) = mend(tx, id, book)? {
                rebuilt.differed.push(reference);
            }
        }
    }
}

/// What a rebuild found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many requests the journal holds.
    pub requests: usize,
    /// The references of those whose row was not what the journal says, and is now.
    pub differed: Vec<String>,
}

/// The events of a request, in order.
///
/// # Errors
/// When the store fails or an event is not what was written.
pub fn history(db: &mut Reader<'_>, id: i64) -> Result<Vec<Recorded>, StoreError> {
    journal::read(db, id)?
        .into_iter()
        .map(|stored| {
            let corrupt = || StoreError::Corrupt(format!("event {id}/{}", stored.seq));
            Ok(Recorded {
                at: stored.at,
                by: By::from_name(&stored.actor).ok_or_else(corrupt)?,
                event: serde_json::from_value(stored.body).map_err(|_| corrupt())?,
            })
        })
        .collect()
}

fn mend(tx: &mut Tx<'_>, id: i64, book: &dyn RuleBook) -> Result<Option<String>, StoreError> {
    let history = history(tx, id)?;
    let request =
        Request::fold(&history).ok_or_else(|| StoreError::Corrupt(format!("stream {id} has no beginning")))?;
    let rules = book.rules(&request.policy).ok_or_else(|| {
        StoreError::Corrupt(format!(
            "policy {} {} is not there",
            request.policy.id, request.policy.version
        ))
    })?;
    let seq = i64::try_from(history.len()).unwrap_or(i64::MAX);
    let (found, key) = find_with_key(tx, id)?;
    let card = read(texts::read_committed(tx, &key, &request.card)?.as_bytes())?;
    let truth = Stored {
        id,
        seq,
        key_id: found.key_id,
        card,
        request,
    };
    let row: Row = requests::table.find(id).select(Row::as_select()).first(tx.conn)?;
    if found == truth && row == Row::of(&truth, rules)? {
        return Ok(None);
    }
    let mut truth = truth;
    recard(tx, &key, &mut truth)?;
    update(tx, &truth, rules)?;
    Ok(Some(truth.request.reference))
}

/// The columns that are derived from a request; all but its key, its sender and its card.
#[derive(Debug, PartialEq, Insertable, AsChangeset, Queryable, Selectable)]
#[diesel(table_name = requests, treat_none_as_null = true)]
struct Row {
    reference: String,
    policy_id: String,
    policy_version: String,
    stage: String,
    kind: String,
    channel: String,
    language: String,
    received_at: Stamp,
    due_on: NaiveDate,
    ends_at: Stamp,
    provisional: bool,
    calendar: String,
    open: bool,
    assignee: Option<i64>,
    awaits_approval: bool,
    held: i32,
    delivery: String,
    next_due_at: Option<Stamp>,
    seq: i64,
    state: String,
    paused: bool,
}

impl Row {
    fn of(stored: &Stored, rules: Rules<'_>) -> Result<Self, StoreError> {
        let request = &stored.request;
        let unwritable = |error| StoreError::Corrupt(format!("a request that cannot be written: {error}"));
        Ok(Self {
            reference: request.reference.clone(),
            policy_id: request.policy.id.clone(),
            policy_version: request.policy.version.clone(),
            stage: request.stage.as_str().to_owned(),
            kind: request.kind.as_str().to_owned(),
            channel: request.channel.as_str().to_owned(),
            language: request.language.clone(),
            received_at: request.received_at.into(),
            due_on: request.deadline.due_on,
            ends_at: request.deadline.ends_at.into(),
            provisional: request.deadline.unknown_from.is_some(),
            calendar: request.deadline.calendar.clone(),
            open: request.is_running(),
            assignee: request.assignee.map(|person| person.0),
            awaits_approval: request.awaits_approval(),
            held: i32::try_from(request.held.len() + request.unread.len()).unwrap_or(i32::MAX),
            delivery: delivery_of(&request.stage).to_owned(),
            next_due_at: next_due_at(request, rules).map(Stamp::from),
            seq: stored.seq,
            state: serde_json::to_string(request).map_err(unwritable)?,
            paused: request.is_paused(),
        })
    }
}

/// The next stage of the request's own schedule, or of its tasks' and of what is in force because of it.
fn next_due_at(request: &Request, rules: Rules<'_>) -> Option<DateTime<Utc>> {
    let own = reminder::next_due_at(request, rules);
    own.into_iter().chain(task_reminder::next_due_at(request, rules)).min()
}

fn delivery_of(stage: &Stage) -> &'static str {
    match stage {
        Stage::Answering { .. } => "on-its-way",
        Stage::NotDelivered { .. } => "not-delivered",
        Stage::Answered { .. } | Stage::Closed { .. } => "delivered",
        Stage::Triage | Stage::Open | Stage::SetAside { .. } | Stage::Withdrawn { .. } | Stage::Merged { .. } => "none",
    }
}

pub(super) fn state_of(id: i64, state: &str) -> Result<Request, StoreError> {
    serde_json::from_str(state).map_err(|_| StoreError::Corrupt(format!("the state of request {id}")))
}

/// A card that was loaded beside its wrapped key; empty once the key was destroyed.
pub(super) fn card_of(db: &Reader<'_>, id: i64, key_id: i64, wrapped: &[u8], card: &[u8]) -> Result<Card, StoreError> {
    match keys::open(db, key_id, wrapped) {
        Ok(key) => read(&db.vault.open(&key, &card_place(id), card)?),
        Err(StoreError::Erased(_)) => Ok(Card::default()),
        Err(error) => Err(error),
    }
}

pub(super) fn card_place(id: i64) -> String {
    format!("requests/{id}")
}
