//! The readings of a message side by side, and the choice among them: the view changes, the bytes never do.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::domain::message::Characters;
use crate::domain::person::Role;
use crate::house::House;
use crate::mail::alternatives::{Alternative, alternatives};
use crate::mail::charset::Charset;
use crate::mail::reading::Opened;
use crate::mail::reread::reread;
use crate::store::door::{Door, StepError};
use crate::store::messages::{self, Listed};
use crate::store::requests::{self, Stored};
use crate::store::{Reader, StoreError};
use crate::web::door::session::{Officer, Reads, Sent};
use crate::web::error::PageError;
use crate::web::frame::look::Link;
use crate::web::frame::say::Say;
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, go_on, show};

/// The form's value for "as it says itself".
const BY_ITSELF: &str = "by-itself";

/// GET /mail/{id}/reading
pub async fn reading(
    who: Reads,
    house: web::Data<House>,
    id: web::Path<i64>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Mail, who.words.t("reading-title"));
    let found = aside({
        let (house, id) = (Arc::clone(&house), id.into_inner());
        move || {
            let found = house.store.read(|db| Found::look(db, id))?;
            let (message, opened, reference) = found.ok_or(PageError::Absent)?;
            // Outside of the store: comparing takes its time.
            let all = if opened.is_poisoned {
                Vec::new()
            } else {
                alternatives(&opened.raw, opened.chosen)
            };
            Ok(Found {
                message,
                all,
                reference,
            })
        }
    })
    .await?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, house.now.instant(), &[]);
    let chooses = matches!(who.person.role, Role::Officer | Role::Admin);
    show(&found.page(frame, &say, chooses))
}

/// POST /mail/{id}/reading: from now on the message is read so, and recognised anew.
pub async fn choose(
    who: Officer,
    house: web::Data<House>,
    id: web::Path<i64>,
    form: Sent,
) -> Result<HttpResponse, PageError> {
    let chosen = match form.needed("charset")?.as_str() {
        BY_ITSELF => None,
        name => Some(Charset::named(name).ok_or(PageError::Malformed)?),
    };
    let pack = house.pack().map_err(PageError::broken)?;
    let lexicon = Arc::clone(pack.lexicon().map_err(PageError::broken)?);
    let (office, actor, id) = (Arc::clone(&house), who.actor(), id.into_inner());
    let outcome = aside(move || {
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now: office.now.instant(),
        };
        let once = || {
            office.store.write(|tx| {
                let message = messages::find(tx, id)?.ok_or(StoreError::Missing { what: "message", id })?;
                reread(tx, &door, &lexicon, &message, chosen)
            })
        };
        Ok(match once() {
            Err(StepError::Store(StoreError::Conflict)) => once(),
            done => done,
        })
    })
    .await?;
    match outcome {
        Ok(Some(stored)) => Ok(go_on(&back_to_request(&stored, id))),
        Ok(None) => Ok(go_on(&format!("/mail/{id}?said=reread"))),
        // Chosen already, by a second click or a colleague: it stands as wished.
        Err(StepError::Refused(crate::domain::moves::Refusal::NothingChanges)) => {
            Ok(go_on(&format!("/mail/{id}/reading?said=reread")))
        }
        Err(StepError::Store(StoreError::Missing { .. })) => Err(PageError::Absent),
        Err(StepError::Store(error)) => Err(error.into()),
        Err(other) => Err(PageError::broken(other)),
    }
}

fn back_to_request(stored: &Stored, message: i64) -> String {
    format!("/requests/{}?said=reread#message-{message}", stored.request.reference)
}

/// A message with its readings.
struct Found {
    message: Listed,
    all: Vec<Alternative>,
    /// The request that it belongs to.
    reference: Option<String>,
}

impl Found {
    fn look(db: &mut Reader<'_>, id: i64) -> Result<Option<(Listed, Opened, Option<String>)>, StoreError> {
        let Some(message) = messages::find(db, id)? else {
            return Ok(None);
        };
        let opened = Opened::open(db, id)?;
        let reference = match message.request_id {
            Some(request) => Some(requests::find(db, request)?.request.reference),
            None => None,
        };
        Ok(Some((message, opened, reference)))
    }

    fn page(&self, frame: Frame, say: &Say<'_>, chooses: bool) -> ReadingPage {
        let words = &say.words;
        let id = self.message.id;
        let back = match &self.reference {
            Some(reference) => Link {
                label: reference.clone(),
                href: format!("/requests/{reference}#message-{id}"),
            },
            None => Link {
                label: words.t("mail-title"),
                href: format!("/mail/{id}"),
            },
        };
        let is_uncertain = self.message.characters == Characters::Uncertain;
        let lead = match (self.all.len(), is_uncertain) {
            (0 | 1, _) => "reading-lead-one",
            (_, true) => "reading-lead-uncertain",
            (_, false) => "reading-lead",
        };
        ReadingPage {
            back,
            lead: words.t(lead),
            readings: self
                .all
                .iter()
                .map(|one| view(say, one, chooses && (is_uncertain || !one.is_current)))
                .collect(),
            form: format!("/mail/{id}/reading"),
            original: format!("/messages/{id}/original"),
            frame,
        }
    }
}

fn view(say: &Say<'_>, one: &Alternative, can_choose: bool) -> ReadingView {
    let words = &say.words;
    ReadingView {
        name: name(words, one.charset),
        value: one.charset.map_or(BY_ITSELF, Charset::name),
        subject: say.subject(&one.subject),
        text: one.text.clone(),
        misfits: match one.misfits {
            0 => words.t("reading-fits"),
            count => words.n("reading-misfits", i64::try_from(count).unwrap_or(i64::MAX)),
        },
        is_current: one.is_current,
        can_choose,
    }
}

/// A character set as a person knows it, with its technical name; `None` is what a mail says itself.
pub fn name(words: &Words, charset: Option<Charset>) -> String {
    let Some(charset) = charset else {
        return words.t("reading-by-itself");
    };
    let key = format!("charset-{}", charset.name().to_ascii_lowercase());
    let text = words.t(&key);
    if text == key { charset.name().to_owned() } else { text }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "reading.html")]
pub struct ReadingPage {
    /// Around the page.
    pub frame: Frame,
    /// Where the message stands.
    pub back: Link,
    /// What is to be done here.
    pub lead: String,
    /// The readings, the best first.
    pub readings: Vec<ReadingView>,
    /// Where a choice is sent.
    pub form: String,
    /// The bytes as they came.
    pub original: String,
}

/// One way to read the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingView {
    /// The character set, for a person.
    pub name: String,
    /// The same for the form.
    pub value: &'static str,
    /// The subject as it reads so.
    pub subject: String,
    /// The beginning of the text.
    pub text: String,
    /// How many characters do not fit.
    pub misfits: String,
    /// The message is shown so now.
    pub is_current: bool,
    /// It may be chosen by the person who looks.
    pub can_choose: bool,
}
