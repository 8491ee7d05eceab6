//! The one door through which a request changes: load, decide, append, project, queue letters, all in one transaction.

use chrono::{DateTime, Datelike, Utc};

use super::requests::{self, Card, Stored};
use super::second_factor::{Checked, Fresh, Proof};
use super::vault::{Key, keys, texts};
use super::{StoreError, Tx, corrections, documents, ids, journal, marks, outbox, packages, systems, task_mergers};
use crate::domain::command::Command;
use crate::domain::decide::{decide, follows, may_open_tasks};
use crate::domain::event::{By, CaseKind, Channel, Event, Opening, Recorded, Triage};
use crate::domain::letter::{MissingPart, RequiredPart};
use crate::domain::moves::Refusal;
use crate::domain::person::Actor;
use crate::domain::policy::{ExemptionId, OnBehalfId, RightId};
use crate::domain::request::{PolicyStamp, Request};
use crate::domain::review::ReviewOf;
use crate::domain::rules::{RuleBook, Rules};
use crate::domain::second_factor::{Asks, asked_by};
use crate::domain::text::TextRef;

/// What a request is opened from.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The policy in force at receipt.
    pub policy: PolicyStamp,
    /// How it came.
    pub channel: Channel,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// The message it is opened from.
    pub message: Option<FirstMessage>,
    /// The requester's language.
    pub language: String,
    /// What sort of case.
    pub kind: CaseKind,
    /// Whether a person must look first.
    pub triage: Triage,
    /// For whom the requester acts.
    pub on_behalf: OnBehalfId,
    /// The rights recognised.
    pub rights: Vec<RightId>,
    /// Exemptions that the text hints at.
    pub hints: Vec<ExemptionId>,
    /// Who asks.
    pub card: Card,
    /// The decision that it complains of.
    pub review_of: Option<ReviewOf>,
}

/// The message a request is opened from; the key it was kept under becomes the request's.
#[derive(Debug, Clone, Copy)]
pub struct FirstMessage {
    /// The message.
    pub id: i64,
    /// Its key.
    pub key_id: i64,
}

/// Why a step did not happen. Nothing has changed then.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A rule forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Someone else was faster.
    #[error("Someone else changed this request meanwhile. Look at it again before you go on.")]
    Changed,
    /// Its policy pack is not there.
    #[error(
        "The policy {id}, version {version}, is not there. Put its pack into one of the folders named by `policies`."
    )]
    NoPolicy {
        /// The pack's id.
        id: String,
        /// Its version.
        version: String,
    },
    /// A letter that a person changed has lost what its reader is owed.
    #[error("The letter has lost what its reader is owed: {}", told(.0))]
    Lost(Vec<RequiredPart>),
    /// A letter that the step needs still lacks something.
    #[error(transparent)]
    Lacks(#[from] MissingPart),
    /// A letter that the step needs cannot be written, for a reason that is no officer's to mend.
    #[error("{0}")]
    Letter(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the lost parts are, without their words: those may be personal.
fn told(lost: &[RequiredPart]) -> String {
    let kinds: Vec<&str> = lost.iter().map(|part| part.kind.as_str()).collect();
    kinds.join(", ")
}

/// What a caller saw before its step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// So many events: the step is refused as [`StepError::Changed`] when there are others now, looks at files aside.
    Events(i64),
    /// The step fits whatever is there.
    Whatever,
}

/// Who acts, when, and by which rules.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    /// Where the rules are found.
    pub book: &'a dyn RuleBook,
    /// Who acts.
    pub actor: Actor,
    /// The instant of the step.
    pub now: DateTime<Utc>,
}

/// A letter about a request, ready to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Letter<'a> {
    /// What calls for it, as a word.
    pub occasion: &'a str,
    /// Its Message-ID, without brackets, the same however often it is sent.
    pub message_id: &'a str,
    /// The unguessable part of the Message-ID; who replies with it belongs to the request.
    pub token: &'a str,
    /// The address it goes to.
    pub recipient: &'a str,
    /// The whole mail.
    pub raw: &'a [u8],
    /// Whether nobody wrote it.
    pub automatic: bool,
    /// Whether it may leave by itself.
    pub leave: outbox::Leave,
}

/// What a step may use while its command is made: the request, its texts and the outbox. A refused step leaves nothing.
pub struct Desk<'d, 't> {
    /// The request as it stands before the step.
    pub stored: &'d Stored,
    /// The rules that govern it.
    pub rules: Rules<'d>,
    /// The instant of the step.
    pub now: DateTime<Utc>,
    key: &'d Key,
    tx: &'d mut Tx<'t>,
}

impl<'t> Desk<'_, 't> {
    /// Seals a text under the request's key.
    ///
    /// # Errors
    /// When the store fails.
    pub fn keep(&mut self, purpose: &str, text: &str) -> Result<TextRef, StepError> {
        Ok(texts::keep(self.tx, self.key, self.stored.id, purpose, text)?)
    }

    /// Seals a card under the request's key.
    ///
    /// # Errors
    /// When the store fails.
    pub fn keep_card(&mut self, card: &Card) -> Result<TextRef, StepError> {
        self.keep("card", &requests::written(card)?)
    }

    /// Reads a text of this request.
    ///
    /// # Errors
    /// When the store fails or the text is gone.
    pub fn read(&mut self, text: &TextRef) -> Result<String, StepError> {
        Ok(texts::read_committed(self.tx, self.key, text)?)
    }

    /// The transaction, for what goes with the step in other tables.
    pub fn tx(&mut self) -> &mut Tx<'t> {
        self.tx
    }

    /// Puts a letter into the outbox; it is sent once the step is committed.
    ///
    /// # Errors
    /// When the store fails.
    pub fn post(&mut self, letter: &Letter<'_>) -> Result<i64, StepError> {
        let mail = outbox::NewMail {
            request_id: Some(self.stored.id),
            key_id: self.stored.key_id,
            occasion: letter.occasion,
            message_id: letter.message_id,
            token: Some(marks::token(self.tx.vault, letter.token)),
            recipient: letter.recipient,
            raw: letter.raw,
            automatic: letter.automatic,
            leave: letter.leave,
        };
        Ok(outbox::enqueue(self.tx, &mail, self.now)?)
    }
}

/// Whether nothing happened after so many events but that somebody looked at a file: that takes nothing back of what
/// others saw.
fn looked_at_alone(tx: &mut Tx<'_>, id: i64, seen: i64) -> Result<bool, StoreError> {
    let since = journal::kinds_after(tx, id, seen)?;
    let looks = ["second-factor-checked", "document-viewed", "task-file-viewed"];
    Ok(!since.is_empty() && since.iter().all(|kind| looks.contains(&kind.as_str())))
}

impl Door<'_> {
    /// Opens a request.
    ///
    /// # Errors
    /// When its policy is not there or the store fails.
    pub fn open(&self, tx: &mut Tx<'_>, draft: &Draft) -> Result<Stored, StepError> {
        let rules = self.rules(&draft.policy)?;
        let id = ids::take(tx, "requests", 1)?;
        let (key_id, key) = match draft.message {
            Some(first) => (first.key_id, keys::find(tx, first.key_id)?),
            None => keys::make(tx)?,
        };
        let year = self.now.with_timezone(&rules.policy.zone).year();
        let number = ids::take(tx, &format!("references-{year}"), 1)?;
        let message = draft.message.map(|first| first.id);
        let opening = Opening {
            reference: format!("DSR-{year}-{number:06}"),
            policy: draft.policy.id.clone(),
            policy_version: draft.policy.version.clone(),
            channel: draft.channel,
            received_at: draft.received_at,
            message,
            language: draft.language.clone(),
            kind: draft.kind,
            triage: draft.triage,
            on_behalf: draft.on_behalf.clone(),
            items: draft
                .rights
                .iter()
                .map(|right| rules.new_item(right.clone(), draft.received_at, message))
                .collect(),
            deadline: rules.first_deadline(&draft.rights, draft.received_at),
            hints: draft.hints.clone(),
            card: texts::keep(tx, &key, id, "card", &requests::written(&draft.card)?)?,
            review_of: draft.review_of.clone(),
        };
        let request = Request::opened(&opening, self.now);
        let events = self.with_corrections(tx, id, rules, vec![Event::Opened(Box::new(opening))])?;
        let mut stored = Stored {
            id,
            seq: 1,
            key_id,
            card: draft.card.clone(),
            request,
        };
        for recorded in events.iter().skip(1) {
            stored.request = stored.request.evolve(recorded);
            stored.seq += 1;
        }
        self.append(tx, id, 1, events)?;
        requests::insert(tx, &key, &stored, rules)?;
        Ok(stored)
    }

    /// Takes one step with a request: the command is made at its desk, decided, written down and projected.
    ///
    /// # Errors
    /// A refusal, or that someone else was faster, or that the store failed. Then nothing of the step may be committed:
    /// the caller ends the transaction with the error.
    pub fn step(
        &self,
        tx: &mut Tx<'_>,
        id: i64,
        seen: Seen,
        command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
    ) -> Result<Stored, StepError> {
        self.take(tx, id, seen, Proof::None, command)
    }

    /// A step that shows an identity document to somebody whose second factor was checked a short while ago.
    ///
    /// # Errors
    /// As [`Door::step`].
    pub fn show(
        &self,
        tx: &mut Tx<'_>,
        id: i64,
        fresh: &Fresh,
        command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
    ) -> Result<Stored, StepError> {
        self.take(tx, id, Seen::Whatever, Proof::Fresh(fresh), command)
    }

    /// A step that lets something go, by somebody whose second factor was checked for it. Without a check only what gives
    /// nothing goes.
    ///
    /// # Errors
    /// As [`Door::step`].
    pub fn let_go(
        &self,
        tx: &mut Tx<'_>,
        id: i64,
        seen: Seen,
        checked: Option<&Checked>,
        command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
    ) -> Result<Stored, StepError> {
        let proof = checked.map_or(Proof::None, Proof::Checked);
        self.take(tx, id, seen, proof, command)
    }

    fn take(
        &self,
        tx: &mut Tx<'_>,
        id: i64,
        seen: Seen,
        proof: Proof<'_>,
        command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
    ) -> Result<Stored, StepError> {
        let (mut stored, key) = requests::find_with_key(tx, id)?;
        match seen {
            Seen::Events(seq) if seq != stored.seq && !looked_at_alone(tx, id, seq)? => return Err(StepError::Changed),
            Seen::Events(_) | Seen::Whatever => {}
        }
        let rules = self.rules(&stored.request.policy)?;
        let command = command(&mut Desk {
            stored: &stored,
            rules,
            now: self.now,
            key: &key,
            tx,
        })?;
        let events = decide(&stored.request, &command, rules, self.actor, self.now)?;
        let events = self.with_check(&stored.request, events, proof)?;
        let mut events = self.with_corrections(tx, id, rules, events)?;
        let first = stored.seq + 1;
        let card = stored.request.card.clone();
        for recorded in &events {
            stored.request = stored.request.evolve(recorded);
            stored.seq += 1;
        }
        for recorded in self.tasks_that_follow(tx, &stored.request, rules, &events)? {
            stored.request = stored.request.evolve(&recorded);
            stored.seq += 1;
            events.push(recorded);
        }
        packages::settle(tx, id, &stored.request, &events, self.now)?;
        documents::settle(tx, &events, self.now)?;
        task_mergers::settle(tx, id, &events)?;
        self.append(tx, id, first, events)?;
        requests::update(tx, &stored, rules)?;
        if stored.request.card != card {
            requests::recard(tx, &key, &mut stored)?;
        }
        Ok(stored)
    }

    /// Events of a step, preceded by the check of the second factor that they ask for.
    fn with_check(&self, request: &Request, mut events: Vec<Event>, proof: Proof<'_>) -> Result<Vec<Event>, Refusal> {
        let asks = asked_by(request, &events);
        if asks != Asks::Nothing {
            let checked_at = proof.at(asks, self.actor, self.now);
            let checked_at = checked_at.ok_or(Refusal::SecondFactorFirst)?;
            events.insert(0, Event::SecondFactorChecked { checked_at });
        }
        Ok(events)
    }

    fn rules(&self, policy: &PolicyStamp) -> Result<Rules<'_>, StepError> {
        self.book.rules(policy).ok_or_else(|| StepError::NoPolicy {
            id: policy.id.clone(),
            version: policy.version.clone(),
        })
    }

    /// Events of a step, followed by what they correct of recognition's proposals.
    fn with_corrections(
        &self,
        tx: &mut Tx<'_>,
        id: i64,
        rules: Rules<'_>,
        events: Vec<Event>,
    ) -> Result<Vec<Recorded>, StoreError> {
        let recorded = |event| Recorded {
            at: self.now,
            by: By::from(self.actor),
            event,
        };
        let mut events: Vec<Recorded> = events.into_iter().map(recorded).collect();
        let corrections = corrections::called_for(tx, id, rules.policy, &events)?;
        events.extend(corrections.into_iter().map(recorded));
        Ok(events)
    }

    /// What decisions of a step ask of the systems in the register, and what they bring into force.
    fn tasks_that_follow(
        &self,
        tx: &mut Tx<'_>,
        request: &Request,
        rules: Rules<'_>,
        events: &[Recorded],
    ) -> Result<Vec<Recorded>, StoreError> {
        if !events.iter().any(|recorded| may_open_tasks(&recorded.event)) {
            return Ok(Vec::new());
        }
        let systems = systems::all(tx)?;
        let follows = follows(request, &systems, rules, self.now);
        let recorded = |event| Recorded {
            at: self.now,
            by: By::from(self.actor),
            event,
        };
        Ok(follows.into_iter().map(recorded).collect())
    }

    fn append(&self, tx: &mut Tx<'_>, id: i64, first: i64, events: Vec<Recorded>) -> Result<(), StoreError> {
        let rows: Vec<journal::NewEvent> = events
            .into_iter()
            .map(|recorded| {
                Ok(journal::NewEvent {
                    kind: recorded.event.name().to_owned(),
                    at: recorded.at,
                    actor: self.actor.to_string(),
                    body: serde_json::to_value(&recorded.event)
                        .map_err(|error| StoreError::Corrupt(format!("an event that cannot be written: {error}")))?,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        journal::append(tx, id, first, &rows)
    }
}
