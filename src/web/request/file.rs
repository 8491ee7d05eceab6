//! The file of a request: all that its page is made from, read in one state of the store.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::config::Settings;
use crate::domain::event::{Event, Recorded};
use crate::domain::item::Decision;
use crate::domain::letter::LetterText;
use crate::domain::request::Request;
use crate::domain::rules::Rules;
use crate::domain::serial::{self, Case, Series};
use crate::domain::text::TextRef;
use crate::mail::letters::{self, Letterhead, Words as LetterWords};
use crate::mail::reading::{Opened, Reading};
use crate::packs::{LoadedPack, Shelf};
use crate::store::door::StepError;
use crate::store::messages::{self, Listed};
use crate::store::outbox::{self, Outgoing};
use crate::store::people::{self, Person};
use crate::store::requests::{self, Stored};
use crate::store::vault::texts;
use crate::store::{Reader, StoreError};

/// More requests of one sender than this, the newest, are not looked at for one page.
const MOST_OF_SENDER: i64 = 100;

/// A message of more bytes is not compared with others for one page.
const MOST_COMPARED_BYTES: i64 = 256 * 1024;

/// The file of a request.
pub(super) struct File {
    pub stored: Stored,
    pub history: Vec<Recorded>,
    /// The free texts that its events point to, by number.
    pub texts: BTreeMap<i64, String>,
    pub messages: Vec<Incoming>,
    pub letters: Vec<(Outgoing, Vec<u8>)>,
    pub people: Vec<Person>,
    /// Domains and addresses that a forger may want to be taken for: the controller's and the requester's.
    pub known: Vec<String>,
    /// Other requests of the same sender that are open, by reference.
    pub others: Vec<String>,
    /// How often the same sender asked; `None` when nothing else in the last months.
    pub series: Option<Series>,
    /// The answer as it would go out now, or what it lacks.
    pub preview: Result<LetterText, String>,
}

/// A message of the request with what was kept of it.
pub(super) struct Incoming {
    pub listed: Listed,
    pub opened: Opened,
    pub kept: Option<Reading>,
}

/// What it takes to read a file.
pub(super) struct Desk<'d> {
    pub settings: &'d Settings,
    pub shelf: &'d Shelf,
    pub now: DateTime<Utc>,
    /// The officer's own words in the answer, not yet sent.
    pub own_words: &'d str,
}

impl File {
    /// Reads the file of a request; `None` when there is none of that name.
    pub fn read(db: &mut Reader<'_>, desk: &Desk<'_>, reference: &str) -> Result<Option<Self>, StoreError> {
        let Some(stored) = requests::find_by_reference(db, reference)? else {
            return Ok(None);
        };
        let (_, key) = requests::find_with_key(db, stored.id)?;
        let history = requests::history(db, stored.id)?;
        let mut texts = BTreeMap::new();
        for text in history.iter().flat_map(|recorded| texts_of(&recorded.event)) {
            texts.insert(text.id, texts::read(db, &key, text.id)?);
        }
        let mut messages = Vec::new();
        for listed in messages::of_request(db, stored.id)? {
            let opened = Opened::open(db, listed.id)?;
            let kept = Reading::kept(db, listed.id)?;
            messages.push(Incoming { listed, opened, kept });
        }
        let mut letters = Vec::new();
        for letter in outbox::of_request(db, stored.id)? {
            let raw = outbox::raw(db, letter.id)?;
            letters.push((letter, raw));
        }
        let mut known = vec![desk.settings.mail_domain().to_owned()];
        known.extend(Some(stored.card.address.clone()).filter(|address| !address.is_empty()));
        let others = of_sender(db, &stored)?;
        let series = series(db, &stored, &others, desk.now)?;
        let running = others.into_iter().filter(|other| other.request.is_running());
        let others = running.map(|other| other.request.reference).collect();
        let preview = preview(db, desk, &stored);
        Ok(Some(Self {
            people: people::list(db)?,
            stored,
            history,
            texts,
            messages,
            letters,
            known,
            others,
            series,
            preview,
        }))
    }

    /// A free text of the request; empty when it has none of that number.
    pub fn text(&self, text: &TextRef) -> &str {
        self.texts.get(&text.id).map_or("", String::as_str)
    }
}

/// The requests of the same sender that are still there, newest first.
fn of_sender(db: &mut Reader<'_>, stored: &Stored) -> Result<Vec<Stored>, StoreError> {
    if stored.card.address.is_empty() {
        return Ok(Vec::new());
    }
    let mut others = Vec::new();
    for id in requests::of_sender(db, &stored.card.address, MOST_OF_SENDER)? {
        if id == stored.id {
            continue;
        }
        match requests::find(db, id) {
            Ok(other) => others.push(other),
            Err(StoreError::Erased(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(others)
}

/// The figures of a sender who asked more than once.
fn series(
    db: &mut Reader<'_>,
    stored: &Stored,
    others: &[Stored],
    now: DateTime<Utc>,
) -> Result<Option<Series>, StoreError> {
    if others.is_empty() {
        return Ok(None);
    }
    let mut cases = Vec::new();
    for other in others {
        let text = own_text(db, &other.request)?;
        cases.extend(Case::of(&other.request, text));
    }
    let text = own_text(db, &stored.request)?;
    Ok(Case::of(&stored.request, text).and_then(|this| serial::series(&this, cases, now)))
}

/// What the sender wrote in the first message of a request; empty when there is none, or it is too large to compare.
fn own_text(db: &mut Reader<'_>, request: &Request) -> Result<String, StoreError> {
    let Some(first) = request.messages.first() else {
        return Ok(String::new());
    };
    let size = messages::find(db, *first)?.map_or(0, |message| message.size);
    if size > MOST_COMPARED_BYTES {
        return Ok(String::new());
    }
    match Opened::open(db, *first) {
        Ok(opened) => Ok(opened.mail().own_text),
        Err(StoreError::Erased(_) | StoreError::Missing { .. }) => Ok(String::new()),
        Err(error) => Err(error),
    }
}

fn preview(db: &mut Reader<'_>, desk: &Desk<'_>, stored: &Stored) -> Result<LetterText, String> {
    let Some((pack, rules)) = governing(desk.shelf, stored) else {
        return Err(String::new());
    };
    let head = Letterhead {
        settings: desk.settings,
        pack: &pack.pack,
        thread: None,
    };
    let occasion = letters::answer_occasion(stored.request.kind, &stored.request.items);
    let case = letters::Case {
        stored,
        policy: rules.policy,
        now: desk.now,
    };
    let words = LetterWords {
        reply: desk.own_words.to_owned(),
        ..LetterWords::default()
    };
    letters::preview(db, case, head, occasion, words).map_err(|error| match error {
        StepError::Letter(sentence) => sentence,
        StepError::Refused(_) | StepError::Changed | StepError::NoPolicy { .. } | StepError::Store(_) => String::new(),
    })
}

/// The pack and the rules of a request.
pub(super) fn governing<'s>(shelf: &'s Shelf, stored: &Stored) -> Option<(std::sync::Arc<LoadedPack>, Rules<'s>)> {
    use crate::domain::rules::RuleBook;
    let policy = &stored.request.policy;
    let rules = shelf.rules(policy)?;
    Some((shelf.version(&policy.id, &policy.version)?, rules))
}

/// The free texts that an event points to.
fn texts_of(event: &Event) -> Vec<&TextRef> {
    match event {
        Event::ItemDropped { reason, .. }
        | Event::SetAside { reason }
        | Event::IdentityNotProven { reason }
        | Event::Assessed { reason, .. }
        | Event::SentBack { reason }
        | Event::Reopened { reason }
        | Event::Withdrawn { reason }
        | Event::Extended { reason, .. } => vec![reason],
        Event::IdentityAsked { reason, .. } => reason.iter().collect(),
        Event::IdentityConfirmed { note, .. } => vec![note],
        Event::Decided { decision, .. } => texts_of_decision(decision),
        Event::Answered { text, .. } => text.iter().collect(),
        Event::AnswerQueued { text, .. } | Event::Noted { text } => vec![text],
        Event::Opened(_)
        | Event::AcknowledgementQueued { .. }
        | Event::Triaged { .. }
        | Event::ItemAdded(_)
        | Event::BroughtBack
        | Event::Assigned { .. }
        | Event::GroundChosen { .. }
        | Event::Approved
        | Event::AnswerNotDelivered { .. }
        | Event::Closed
        | Event::MergedInto { .. }
        | Event::MergeTaken { .. }
        | Event::DeadlineMoved { .. }
        | Event::MessageJoined { .. }
        | Event::MessageConfirmed { .. }
        | Event::MessageReleased { .. }
        | Event::Corrected { .. }
        | Event::MessageRead { .. }
        | Event::LetterReleased { .. }
        | Event::MessageReread { .. }
        | Event::Reminded { .. } => Vec::new(),
    }
}

fn texts_of_decision(decision: &Decision) -> Vec<&TextRef> {
    decision.reason().into_iter().chain(decision.given()).collect()
}
