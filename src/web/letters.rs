//! Letters that need a person: automatic ones beyond what leaves by itself, and those that did not arrive.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::domain::command::Command;
use crate::domain::person::Role;
use crate::domain::request::PolicyStamp;
use crate::house::House;
use crate::store::door::{Door, Seen, StepError};
use crate::store::outbox::{self, Outgoing, State};
use crate::store::requests;
use crate::store::{Reader, StoreError};
use crate::web::door::session::{Officer, Reads, Sent};
use crate::web::error::PageError;
use crate::web::frame::look::{Link, Notice, Tone};
use crate::web::frame::say::Say;
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, go_on, show};

/// Of each sort so many are shown; the page says how many there are.
const MOST: i64 = 200;

/// The states in which a letter needs somebody, the most pressing first.
const NEEDY: [State; 4] = [State::Failed, State::Waiting, State::Unknown, State::Delayed];

/// GET /letters
pub async fn letters(who: Reads, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Mail, who.words.t("letters-title"));
    let pack = house.pack().map_err(PageError::broken)?;
    let found = aside({
        let house = Arc::clone(&house);
        move || {
            Ok(house.store.read(|db| {
                NEEDY
                    .into_iter()
                    .map(|state| look(db, state))
                    .collect::<Result<Vec<_>, _>>()
            })?)
        }
    })
    .await?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, house.now.instant(), &[]);
    let policy = &pack.pack.policy;
    let stamp = PolicyStamp {
        id: policy.id.clone(),
        version: policy.version.clone(),
    };
    let waiting = found
        .iter()
        .flatten()
        .filter(|(letter, _)| letter.state == State::Waiting)
        .count();
    let works = matches!(who.person.role, Role::Officer | Role::Admin);
    show(&LettersPage {
        send_all: (works && waiting > 0).then(|| {
            who.words
                .n("letters-send-all", u32::try_from(waiting).unwrap_or(u32::MAX))
        }),
        rows: found
            .iter()
            .flatten()
            .map(|(letter, reference)| row(&say, &stamp, letter, reference.as_deref()))
            .collect(),
        frame,
    })
}

/// POST /letters/dispatch: lets every automatic letter go that waits, each with its own event.
pub async fn dispatch(who: Officer, house: web::Data<House>, _form: Sent) -> Result<HttpResponse, PageError> {
    let (office, actor) = (Arc::clone(&house), who.actor());
    aside(move || {
        let shelf = office.shelf();
        let waiting = office.store.read(|db| outbox::in_state(db, State::Waiting, MOST))?;
        for letter in waiting.iter().rev() {
            let door = Door {
                book: &*shelf,
                actor,
                now: office.now.instant(),
            };
            let sent = office.store.write(|tx| {
                outbox::requeue(tx, letter.id, door.now)?;
                match letter.request_id {
                    Some(id) => door
                        .step(tx, id, Seen::Whatever, |_| {
                            Ok(Command::SendLetter { letter: letter.id })
                        })
                        .map(drop),
                    None => Ok(()),
                }
            });
            match sent {
                // Somebody else let it go meanwhile, or its request does not want it any more: it stays as it is.
                Ok(()) | Err(StepError::Store(StoreError::Conflict) | StepError::Refused(_)) => {}
                Err(StepError::Store(error)) => return Err(error.into()),
                Err(other) => return Err(PageError::broken(other)),
            }
        }
        Ok(())
    })
    .await?;
    Ok(go_on("/letters?said=dispatched"))
}

/// The letters in a state with the references of their requests.
fn look(db: &mut Reader<'_>, state: State) -> Result<Vec<(Outgoing, Option<String>)>, StoreError> {
    let letters = outbox::in_state(db, state, MOST)?;
    let with = |letter: Outgoing| {
        let reference = match letter.request_id {
            Some(id) => Some(requests::find(db, id)?.request.reference),
            None => None,
        };
        Ok((letter, reference))
    };
    letters.into_iter().map(with).collect()
}

fn row(say: &Say<'_>, stamp: &PolicyStamp, letter: &Outgoing, reference: Option<&str>) -> LetterRow {
    let words = &say.words;
    let (tone, key) = look_of(letter.state);
    let note = match (letter.state, letter.reply.as_deref()) {
        (_, None) => String::new(),
        (State::Waiting, Some(why)) => words.t(&format!("waits-{why}")),
        (_, Some(reply)) => reply.to_owned(),
    };
    let prefix = if reference.is_some() { "letter" } else { "letters" };
    LetterRow {
        reference: reference.unwrap_or_default().to_owned(),
        letter: words.t(&format!("{prefix}-{}", letter.occasion)),
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
    /// What the button says that sends all that wait; `None` when there is nothing to send or not for this person.
    send_all: Option<String>,
}

/// One letter.
#[derive(Debug)]
struct LetterRow {
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
