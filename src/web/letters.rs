//! Letters that need a person: automatic ones beyond what leaves by itself, and those that did not arrive.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::command::Command;
use crate::domain::person::Role;
use crate::domain::request::PolicyStamp;
use crate::house::House;
use crate::store::door::{Door, Seen, StepError};
use crate::store::outbox::{self, Outgoing, State};
use crate::store::requests;
use crate::store::{Reader, StoreError, Tx};
use crate::web::door::session::{Officer, Reads, Sent};
use crate::web::error::PageError;
use crate::web::frame::look::{Link, Notice, Tone};
use crate::web::frame::say::Say;
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, go_on, show};

/// Of each sort so many are shown, the newest first.
const MOST: i64 = 200;

/// For so long a letter of a request that has ended, or to a colleague, is still shown as needing somebody.
const SHOWN_FOR: TimeDelta = TimeDelta::days(14);

/// GET /letters
pub async fn letters(who: Reads, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Mail, who.words.t("letters-title"));
    let pack = house.pack().map_err(PageError::broken)?;
    let since = since(house.now.instant());
    let found = aside({
        let house = Arc::clone(&house);
        move || Ok(house.store.read(|db| look(db, since))?)
    })
    .await?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, house.now.instant(), &[]);
    let policy = &pack.pack.policy;
    let stamp = PolicyStamp {
        id: policy.id.clone(),
        version: policy.version.clone(),
    };
    let waiting = found.iter().filter(|(letter, _)| letter.state == State::Waiting);
    let waiting: Vec<i64> = waiting.map(|(letter, _)| letter.id).collect();
    let works = matches!(who.person.role, Role::Officer | Role::Admin);
    show(&LettersPage {
        may_send: works && found.iter().any(|(letter, _)| can_go(letter.state)),
        send_all: who
            .words
            .n("letters-send-all", u32::try_from(waiting.len()).unwrap_or(u32::MAX)),
        waiting,
        rows: found
            .iter()
            .map(|(letter, reference)| row(&say, &stamp, letter, reference.as_deref()))
            .collect(),
        frame,
    })
}

/// POST /letters/dispatch: lets the chosen letters go, or all that waited when the page was made, each with its own event.
pub async fn dispatch(who: Officer, house: web::Data<House>, form: Sent) -> Result<HttpResponse, PageError> {
    let chosen = form.all(if form.text("all") == "yes" { "waiting" } else { "letter" });
    let chosen: Vec<i64> = chosen.iter().filter_map(|id| id.parse().ok()).collect();
    if chosen.is_empty() {
        return Err(PageError::Refused {
            sentence: who.words.t("letters-none-chosen"),
            back: "/letters".to_owned(),
            kept: String::new(),
        });
    }
    let (office, actor) = (Arc::clone(&house), who.actor());
    aside(move || {
        let shelf = office.shelf();
        // The page shows the newest first; they leave as they were called for.
        for letter in chosen.into_iter().rev() {
            let door = Door {
                book: &*shelf,
                actor,
                now: office.now.instant(),
            };
            match office.store.write(|tx| let_go(tx, &door, letter)) {
                // Somebody else let it go meanwhile, or its request does not want it any more: it stays as it is.
                Ok(())
                | Err(StepError::Store(StoreError::Conflict | StoreError::Erased(_)) | StepError::Refused(_)) => {}
                Err(StepError::Store(error)) => return Err(error.into()),
                Err(other) => return Err(PageError::broken(other)),
            }
        }
        Ok(())
    })
    .await?;
    Ok(go_on("/letters?said=dispatched"))
}

fn let_go(tx: &mut Tx<'_>, door: &Door<'_>, letter: i64) -> Result<(), StepError> {
    let found = outbox::find(tx, letter)?.ok_or(StoreError::Conflict)?;
    outbox::requeue(tx, letter, door.now)?;
    if let Some(request) = found.request_id {
        door.step(tx, request, Seen::Whatever, |_| Ok(Command::SendLetter { letter }))?;
    }
    Ok(())
}

/// Since when a letter that nothing else speaks of still counts as needing somebody.
pub(super) fn since(now: DateTime<Utc>) -> DateTime<Utc> {
    now - SHOWN_FOR
}

/// The letters that need somebody, with the references of their requests.
fn look(db: &mut Reader<'_>, since: DateTime<Utc>) -> Result<Vec<(Outgoing, Option<String>)>, StoreError> {
    let letters = outbox::needy(db, since, MOST)?;
    let with = |letter: Outgoing| {
        let reference = match letter.request_id {
            Some(id) => requests::reference_of(db, id)?,
            None => None,
        };
        Ok((letter, reference))
    };
    letters.into_iter().map(with).collect()
}

/// Whether a person can send a letter that stands so.
fn can_go(state: State) -> bool {
    match state {
        State::Waiting | State::Failed | State::Unknown => true,
        State::Queued | State::Leased | State::Sent | State::Delayed => false,
    }
}

fn row(say: &Say<'_>, stamp: &PolicyStamp, letter: &Outgoing, reference: Option<&str>) -> LetterRow {
    let words = &say.words;
    let (tone, key) = look_of(letter.state);
    let note = match (letter.state, letter.reply.as_deref()) {
        (_, None) => String::new(),
        (State::Waiting, Some(why)) => words.t(&format!("waits-{why}")),
        (_, Some(reply)) => reply.to_owned(),
    };
    LetterRow {
        id: letter.id,
        choosable: can_go(letter.state),
        reference: reference.unwrap_or_default().to_owned(),
        letter: words.t(&format!("letter-{}", letter.occasion)),
        to: letter.recipient.clone().unwrap_or_default(),
        tone,
        state: words.t(key),
        note,
        since: say.at(letter.settled_at.unwrap_or(letter.queued_at), stamp),
    }
}

/// How a letter stands, as colour and words.
pub(super) fn look_of(state: State) -> (Tone, &'static str) {
    match state {
        State::Queued | State::Leased => (Tone::Quiet, "delivery-waiting"),
        State::Waiting => (Tone::Today, "delivery-held"),
        State::Delayed => (Tone::Today, "delivery-delayed"),
        State::Sent => (Tone::Done, "delivery-sent"),
        State::Failed => (Tone::Late, "delivery-failed"),
        State::Unknown => (Tone::Today, "delivery-unknown"),
    }
}

/// What the desk says of letters that need somebody.
pub(super) fn notices(words: &Words, counts: &[(State, i64)]) -> Vec<Notice> {
    let of = |state: State| {
        let found = counts.iter().find(|(known, _)| *known == state);
        found.map_or(0, |(_, count)| u32::try_from(*count).unwrap_or(u32::MAX))
    };
    [
        (Tone::Late, "desk-letters-failed", of(State::Failed)),
        (Tone::Today, "desk-letters-waiting", of(State::Waiting)),
    ]
    .into_iter()
    .filter(|(_, _, count)| *count > 0)
    .map(|(tone, key, count)| Notice {
        tone,
        text: words.n(key, count),
        link: Some(Link {
            label: words.t("desk-letters-look"),
            href: "/letters".to_owned(),
        }),
    })
    .collect()
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "letters.html")]
struct LettersPage {
    /// Around the page.
    frame: Frame,
    /// The letters, the most pressing first.
    rows: Vec<LetterRow>,
    /// Whether any can be sent, by the person who looks.
    may_send: bool,
    /// The letters that wait, by their numbers.
    waiting: Vec<i64>,
    /// What the button says that sends these.
    send_all: String,
}

/// One letter.
#[derive(Debug)]
struct LetterRow {
    /// Its number.
    id: i64,
    /// Whether it can be sent by hand.
    choosable: bool,
    /// The request's reference; empty for mail to staff.
    reference: String,
    /// Which letter.
    letter: String,
    /// To whom.
    to: String,
    /// How grave.
    tone: Tone,
    /// How it stands.
    state: String,
    /// Why, in our words or the other server's.
    note: String,
    /// Since when.
    since: String,
}
