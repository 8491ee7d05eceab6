//! Requests as rows of a list and as groups on the desk: few queries, whatever is stored.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;

use super::requests::{Card, card_of, state_of};
use super::schema::{campaign_texts, keys as key_rows, request_rights, requests};
use super::search::{self, Matching};
use super::{MultiBackend, Reader, Stamp, StoreError};
use crate::domain::person::PersonId;
use crate::domain::policy::RightId;
use crate::domain::request::Request;

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The request's number.
    pub id: i64,
    /// Who asks.
    pub card: Card,
    /// The request as it stands.
    pub request: Request,
}

/// What a list shows. Empty means: no matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Which requests by where they are in their life.
    pub life: Life,
    /// A right that one of the items invokes.
    pub right: Option<RightId>,
    /// What sort of case, as a word.
    pub kind: Option<String>,
    /// The requester's language.
    pub language: Option<String>,
    /// Who works on it.
    pub assignee: Option<PersonId>,
    /// Deadlines that end at or before this instant; none of a term that waits.
    pub ends_by: Option<DateTime<Utc>>,
    /// Deadlines that end after this instant.
    pub ends_after: Option<DateTime<Utc>>,
    /// The group of nearly the same texts that it is of.
    pub campaign: Option<i64>,
    /// Words that the reference, name, address or subject must contain, all of them.
    pub search: String,
}

/// Requests by where they are in their life.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Life {
    /// Those whose clock runs.
    #[default]
    Open,
    /// All.
    All,
    /// Those of one stage, as a word.
    Stage(String),
    /// Those that wait for a second person.
    AwaitsApproval,
    /// Those whose term waits for something.
    Paused,
    /// Those with a message that waits to be confirmed.
    Held,
}

/// A place in a list: lines in order of the end of their term, then of their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The end of the term.
    pub ends_at: DateTime<Utc>,
    /// The request's number.
    pub id: i64,
}

/// Which way to read on from a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// From the first line.
    Start,
    /// The lines after a place.
    After(Place),
    /// The lines before a place.
    Before(Place),
}

/// A page of a list, with whether there is more on either side. Paging is stable: a line that is answered meanwhile
/// shifts no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The lines, in order.
    pub lines: Vec<Line>,
    /// Where the page before this one ends, if there is one.
    pub before: Option<Place>,
    /// Where the page after this one begins, if there is one.
    pub after: Option<Place>,
}

type Boxed<'a> = requests::BoxedQuery<'a, MultiBackend>;

/// One page of the requests that a filter lets through.
///
/// # Errors
/// When the store fails.
pub fn page(db: &mut Reader<'_>, filter: &Filter, from: From, size: i64) -> Result<Page, StoreError> {
    let query = filtered(db, filter)?.limit(size.saturating_add(1));
    let (query, backwards) = match from {
        From::Start => (query.order((requests::ends_at.asc(), requests::id.asc())), false),
        From::After(place) => (
            after(query, place).order((requests::ends_at.asc(), requests::id.asc())),
            false,
        ),
        From::Before(place) => (
            before(query, place).order((requests::ends_at.desc(), requests::id.desc())),
            true,
        ),
    };
    let mut lines = load(db, query)?;
    let more = i64::try_from(lines.len()).unwrap_or(i64::MAX) > size;
    lines.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    if backwards {
        lines.reverse();
    }
    let first = lines.first().map(Line::place);
    let last = lines.last().map(Line::place);
    Ok(match from {
        From::Start => Page {
            lines,
            before: None,
            after: last.filter(|_| more),
        },
        From::After(_) => Page {
            lines,
            before: first,
            after: last.filter(|_| more),
        },
        From::Before(_) => Page {
            lines,
            before: first.filter(|_| more),
            after: last,
        },
    })
}

/// How many requests a filter lets through, and the first of them.
///
/// # Errors
/// When the store fails.
pub fn group(db: &mut Reader<'_>, filter: &Filter, size: i64) -> Result<(i64, Vec<Line>), StoreError> {
    let count = filtered(db, filter)?.count().get_result(db.conn)?;
    let query = filtered(db, filter)?
        .order((requests::ends_at.asc(), requests::id.asc()))
        .limit(size);
    Ok((count, load(db, query)?))
}

impl Line {
    /// Where it stands in its list.
    pub fn place(&self) -> Place {
        Place {
            ends_at: self.request.deadline.ends_at,
            id: self.id,
        }
    }
}

fn filtered<'a>(db: &mut Reader<'_>, filter: &'a Filter) -> Result<Boxed<'a>, StoreError> {
    let mut query = requests::table.into_boxed::<MultiBackend>();
    query = match &filter.life {
        Life::Open => query.filter(requests::open.eq(true)),
        Life::All => query,
        Life::Stage(stage) => query.filter(requests::stage.eq(stage)),
        Life::AwaitsApproval => query
            .filter(requests::open.eq(true))
            .filter(requests::awaits_approval.eq(true)),
        Life::Paused => query.filter(requests::open.eq(true)).filter(requests::paused.eq(true)),
        Life::Held => query.filter(requests::held.gt(0)),
    };
    if let Some(right) = &filter.right {
        query = query.filter(exists(
            request_rights::table
                .filter(request_rights::request_id.eq(requests::id))
                .filter(request_rights::right.eq(right.as_str())),
        ));
    }
    if let Some(kind) = &filter.kind {
        query = query.filter(requests::kind.eq(kind));
    }
    if let Some(language) = &filter.language {
        query = query.filter(requests::language.eq(language));
    }
    if let Some(assignee) = filter.assignee {
        query = query.filter(requests::assignee.eq(assignee.0));
    }
    if let Some(instant) = filter.ends_by {
        query = query
            .filter(requests::ends_at.le(Stamp::from(instant)))
            .filter(requests::paused.eq(false));
    }
    if let Some(instant) = filter.ends_after {
        query = query.filter(requests::ends_at.gt(Stamp::from(instant)));
    }
    if let Some(campaign) = filter.campaign {
        query = query.filter(exists(
            campaign_texts::table
                .filter(campaign_texts::request_id.eq(requests::id))
                .filter(campaign_texts::campaign.eq(campaign)),
        ));
    }
    Ok(match search::matching(db, &filter.search)? {
        Matching::All => query,
        Matching::Only(ids) => query.filter(requests::id.eq_any(ids)),
    })
}

fn after(query: Boxed<'_>, place: Place) -> Boxed<'_> {
    let at = Stamp::from(place.ends_at);
    query.filter(
        requests::ends_at
            .gt(at)
            .or(requests::ends_at.eq(at).and(requests::id.gt(place.id))),
    )
}

fn before(query: Boxed<'_>, place: Place) -> Boxed<'_> {
    let at = Stamp::from(place.ends_at);
    query.filter(
        requests::ends_at
            .lt(at)
            .or(requests::ends_at.eq(at).and(requests::id.lt(place.id))),
    )
}

fn load(db: &mut Reader<'_>, query: Boxed<'_>) -> Result<Vec<Line>, StoreError> {
    let rows: Vec<(i64, i64, Vec<u8>, String)> = query
        .select((requests::id, requests::key_id, requests::card, requests::state))
        .load(db.conn)?;
    let wrapped: std::collections::HashMap<i64, Vec<u8>> = key_rows::table
        .filter(key_rows::id.eq_any(rows.iter().map(|row| row.1)))
        .select((key_rows::id, key_rows::wrapped))
        .load::<(i64, Vec<u8>)>(db.conn)?
        .into_iter()
        .collect();
    rows.into_iter()
        .map(|(id, key_id, card, state)| {
            let wrapped = wrapped.get(&key_id).map_or(&[][..], Vec::as_slice);
            Ok(Line {
                id,
                card: card_of(db, id, key_id, wrapped, &card)?,
                request: state_of(id, &state)?,
            })
        })
        .collect()
}

/// Requests whose deadline ends in each of the coming days, for the desk's outlook. Days in the policy's zone.
///
/// # Errors
/// When the store fails.
pub fn due_per_day(
    db: &mut Reader<'_>,
    first: NaiveDate,
    last: NaiveDate,
) -> Result<Vec<(NaiveDate, i64)>, StoreError> {
    Ok(requests::table
        .filter(requests::open.eq(true))
        .filter(requests::paused.eq(false))
        .filter(requests::due_on.between(first, last))
        .group_by(requests::due_on)
        .select((requests::due_on, diesel::dsl::count_star()))
        .order(requests::due_on)
        .load(db.conn)?)
}
