//! The file of a request: all that its page is made from, read in one state of the store.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::sender;
use crate::config::Settings;
use crate::domain::event::{Event, Recorded};
use crate::domain::item::Decision;
use crate::domain::request::Request;
use crate::domain::rules::Rules;
use crate::domain::serial::Series;
use crate::domain::task_merger::TakenOver;
use crate::domain::text::TextRef;
use crate::mail::draft::{self, Answer, Edit};
use crate::mail::letters::{self, Letterhead};
use crate::mail::reading::{Opened, Reading};
use crate::mail::token::Tokens;
use crate::packs::{LoadedPack, Shelf};
use crate::store::door::StepError;
use crate::store::files::{self, KeptFile};
use crate::store::messages::{self, Listed};
use crate::store::outbox::{self, Outgoing};
use crate::store::people::{self, Person};
use crate::store::requests::{self, Stored};
use crate::store::systems::{self, Registered};
use crate::store::vault::texts;
use crate::store::{Reader, StoreError, documents, mergers};

/// The file of a request.
pub(super) struct File {
    pub stored: Stored,
    pub history: Vec<Recorded>,
    /// The free texts that its events point to, by number.
    pub texts: BTreeMap<i64, String>,
    /// Its messages, and those of the requests that were merged into it.
    pub messages: Vec<Incoming>,
    pub letters: Vec<(Outgoing, Vec<u8>)>,
    pub people: Vec<Person>,
    /// What the owners of systems handed over.
    pub task_files: Vec<KeptFile>,
    /// The register of systems, for the names of those that have tasks.
    pub systems: Vec<Registered>,
    /// Copies of documents, also those that are destroyed.
    pub documents: Vec<KeptFile>,
    /// Domains and addresses that a forger may want to be taken for: the controller's and the requester's.
    pub known: Vec<String>,
    /// Other requests of the same sender, newest first.
    pub others: Vec<Stored>,
    /// The messages that wait for somebody and bear our signature for this request.
    pub signed: BTreeSet<i64>,
    /// How often the same sender asked; `None` when nothing else in the last months.
    pub series: Option<Series>,
    /// The answer as it would go out now, with what it was made from, or what it lacks.
    pub answer: Result<Answer, StepError>,
}

/// A message of the request with what was kept of it.
pub(super) struct Incoming {
    pub listed: Listed,
    pub opened: Opened,
    pub kept: Option<Reading>,
    /// The reference of the request that it came with, where that was merged into this one.
    pub came_with: Option<String>,
}

impl Incoming {
    fn all(db: &mut Reader<'_>, of: &Stored, came_with: Option<&str>) -> Result<Vec<Self>, StoreError> {
        let mut all = Vec::new();
        for listed in messages::of_request(db, of.id)? {
            all.push(Self {
                opened: Opened::open(db, listed.id)?,
                kept: Reading::kept(db, listed.id)?,
                came_with: came_with.map(str::to_owned),
                listed,
            });
        }
        Ok(all)
    }
}

/// What it takes to read a file.
pub(super) struct Desk<'d> {
    pub settings: &'d Settings,
    pub shelf: &'d Shelf,
    pub now: DateTime<Utc>,
    /// What somebody makes of the answer and has not saved.
    pub unsaved: Option<&'d Edit>,
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
        let mut messages = Incoming::all(db, &stored, None)?;
        let mut ours = vec![stored.id];
        for merged in mergers::merged_into(db, stored.id)? {
            messages.extend(Incoming::all(db, &merged, Some(&merged.request.reference))?);
            ours.push(merged.id);
        }
        messages.sort_by_key(|message| (message.listed.received_at, message.listed.id));
        let signed = signed(db, desk.settings, &stored.request, &messages, &ours);
        let mut letters = Vec::new();
        for letter in outbox::of_request(db, stored.id)? {
            let raw = outbox::raw(db, letter.id)?;
            letters.push((letter, raw));
        }
        let mut known = vec![desk.settings.mail_domain().to_owned()];
        known.extend(Some(stored.card.address.clone()).filter(|address| !address.is_empty()));
        let others = sender::others(db, &stored)?;
        let series = sender::series(db, &stored, &others, desk.now)?;
        let answer = answer(db, desk, &stored);
        Ok(Some(Self {
            people: people::list(db)?,
            task_files: files::of_request(db, stored.id)?,
            systems: systems::list(db)?,
            documents: documents::of_request(db, stored.id)?,
            stored,
            history,
            texts,
            messages,
            letters,
            known,
            signed,
            others,
            series,
            answer,
        }))
    }

    /// A free text of the request; empty when it has none of that number.
    pub fn text(&self, text: &TextRef) -> &str {
        self.texts.get(&text.id).map_or("", String::as_str)
    }
}

/// The waiting messages of a request that name it, or one merged into it, by our signature.
fn signed(
    db: &Reader<'_>,
    settings: &Settings,
    request: &Request,
    messages: &[Incoming],
    ours: &[i64],
) -> BTreeSet<i64> {
    let tokens = Tokens::new(db.vault, settings);
    let waits = |id: i64| request.held.contains(&id) || request.unread.contains(&id);
    let bears = |message: &&Incoming| {
        let mail = message.opened.mail();
        tokens.requests_named(&mail).iter().any(|named| ours.contains(named))
    };
    let waiting = messages.iter().filter(|message| waits(message.listed.id));
    waiting.filter(bears).map(|message| message.listed.id).collect()
}

fn answer(db: &mut Reader<'_>, desk: &Desk<'_>, stored: &Stored) -> Result<Answer, StepError> {
    let Some((pack, rules)) = governing(desk.shelf, stored) else {
        let policy = &stored.request.policy;
        return Err(StepError::NoPolicy {
            id: policy.id.clone(),
            version: policy.version.clone(),
        });
    };
    let head = Letterhead {
        settings: desk.settings,
        pack: &pack.pack,
        thread: None,
    };
    let case = letters::Case {
        stored,
        policy: rules.policy,
        now: desk.now,
    };
    draft::answer_as_kept(db, case, head, desk.unsaved)
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
        Event::ItemDropped { reason, .. } => reason.iter().collect(),
        Event::SetAside { reason }
        | Event::IdentityNotProven { reason }
        | Event::ContactChanged { reason, .. }
        | Event::ActsFor { reason, .. }
        | Event::EvidenceRetracted { reason, .. }
        | Event::SentBack { reason }
        | Event::Reopened { reason }
        | Event::Withdrawn { reason }
        | Event::FileTakenOut { reason, .. }
        | Event::FindingOverridden { reason, .. }
        | Event::IdentifierRetracted { reason, .. }
        | Event::HighRiskMarked { reason }
        | Event::Extended { reason, .. }
        | Event::Paused { reason, .. }
        | Event::PolicyApplied { reason, .. }
        | Event::DeadlineProposed { reason, .. }
        | Event::RetentionFound { reason, .. }
        | Event::DeadlineDeclined { reason } => vec![reason],
        Event::Assessed { finding, .. } => finding.texts().collect(),
        Event::MergeTaken { tasks, .. } => tasks.iter().flat_map(TakenOver::texts).collect(),
        Event::ConditionChecked { check, .. } => check.texts().collect(),
        Event::Looked { shown, .. } => vec![shown],
        Event::PackageEnded { reason, .. } => reason.iter().collect(),
        // What it is stands on the page of the files alone.
        Event::IdentifierRecorded { source, .. } => vec![source],
        // The report of the disclosure gate is shown on its own page.
        Event::FileEnclosed { .. } => Vec::new(),
        Event::IdentityAsked { reason, .. } => reason.iter().collect(),
        Event::IdentityConfirmed { note, .. } | Event::Resumed { note, .. } | Event::ReceiptConfirmed { note, .. } => {
            vec![note]
        }
        Event::ContactConfirmed { note, .. } => note.iter().collect(),
        Event::EvidenceShown { note, .. } | Event::SubjectTold { note, .. } => vec![note],
        Event::Decided { decision, .. } => texts_of_decision(decision),
        Event::TaskOpened { reason, .. } | Event::TaskReopened { reason, .. } => reason.iter().collect(),
        Event::TaskSent { words, .. } => words.iter().collect(),
        Event::TaskAnswered { reply, .. } => reply.note.iter().collect(),
        Event::TaskExplained { reason, .. }
        | Event::TaskDropped { reason, .. }
        | Event::StateLifted { reason, .. }
        | Event::StateChecked { note: reason, .. } => vec![reason],
        Event::Answered { text, .. } => text.iter().collect(),
        Event::LetterDrafted {
            letter,
            generated,
            words,
        } => [letter, generated].into_iter().chain(words).collect(),
        Event::AnswerQueued { text, .. } | Event::Noted { text } => vec![text],
        Event::Opened(_)
        | Event::AcknowledgementQueued { .. }
        | Event::Triaged { .. }
        | Event::ItemAdded(_)
        | Event::BroughtBack
        | Event::Assigned { .. }
        | Event::CodeSent { .. }
        | Event::DocumentReceived { .. }
        | Event::DocumentViewed { .. }
        | Event::DocumentDestroyed { .. }
        | Event::GroundChosen { .. }
        | Event::TaskCancelled { .. }
        | Event::TaskFileViewed { .. }
        | Event::TaskReminded { .. }
        | Event::StateBegan { .. }
        | Event::ReleaseApproved
        | Event::Released { .. }
        | Event::PackageFetched { .. }
        | Event::CoSigned { .. }
        | Event::Approved { .. }
        | Event::DraftDropped
        | Event::AnswerNotDelivered { .. }
        | Event::Closed
        | Event::ReviewOpened { .. }
        | Event::MergedInto { .. }
        | Event::DeadlineMoved { .. }
        | Event::TargetSet { .. }
        | Event::DeadlineSet { .. }
        | Event::MessageJoined { .. }
        | Event::MessageConfirmed { .. }
        | Event::MessageReleased { .. }
        | Event::Corrected { .. }
        | Event::MessageRead { .. }
        | Event::LetterReleased { .. }
        | Event::SecondFactorChecked { .. }
        | Event::MessageReread { .. }
        | Event::Reminded { .. } => Vec::new(),
    }
}

fn texts_of_decision(decision: &Decision) -> Vec<&TextRef> {
    decision.reason().into_iter().chain(decision.given()).collect()
}
