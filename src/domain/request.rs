//! A request as it stands, folded from its events.

mod evolve;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::approval::{Digest, Look};
use super::calendar::Calendar;
use super::clock::{Applied, Pause, Proposed};
use super::deadline::{Deadline, Standing};
use super::document::Document;
use super::draft::Draft;
use super::event::{CaseKind, Channel, Clock, Delivery, Event, Opening, Recorded, Triage};
use super::identifier::Identifier;
use super::identity::{Contact, may_be_told_by_hand};
use super::item::{Decided, Item};
use super::lasting::InForce;
use super::person::PersonId;
use super::policy::{ExemptionId, MethodId, OnBehalfId, ReminderId};
use super::release::Release;
use super::review::ReviewOf;
use super::standing::Shown;
use super::task::Task;
use super::text::TextRef;

/// One person's case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Such as `DSR-2026-000123`; a name, never a credential.
    pub reference: String,
    /// The policy in force at receipt, with its version.
    pub policy: PolicyStamp,
    /// How it came.
    pub channel: Channel,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// What the clock runs from: the receipt, or the earlier one of a request that was merged into it.
    pub clock_from: DateTime<Utc>,
    /// When it was opened here.
    pub opened_at: DateTime<Utc>,
    /// The requester's language.
    pub language: String,
    /// What sort of case.
    pub kind: CaseKind,
    /// Where it is in its life.
    pub stage: Stage,
    /// For whom the requester acts.
    pub on_behalf: OnBehalfId,
    /// Whether the requester is known to be who they say.
    pub identity: Identity,
    /// The ways of showing it that were asked for.
    #[serde(default)]
    pub tried: BTreeSet<MethodId>,
    /// What was seen of what shows that they may ask for another.
    #[serde(default)]
    pub evidence: Vec<Shown>,
    /// When the person whose data it is was told that another asks for them.
    #[serde(default)]
    pub subject_told_at: Option<DateTime<Utc>>,
    /// Copies of documents that lie here, each under its own key.
    #[serde(default)]
    pub documents: Vec<Document>,
    /// Whether the address that answers go to is known to be theirs.
    #[serde(default)]
    pub contact: Contact,
    /// When that address took the place of another, for the last time.
    #[serde(default)]
    pub contact_changed_at: Option<DateTime<Utc>>,
    /// The rights invoked, in order of their numbers.
    pub items: Vec<Item>,
    /// The highest item number ever used.
    pub last_item: u32,
    /// The end of the term, as it stands.
    pub deadline: Deadline,
    /// How often the term was extended.
    pub extensions: u32,
    /// What the term waited for, in the order in which it began to.
    #[serde(default)]
    pub pauses: Vec<Pause>,
    /// Policies that apply besides its own.
    #[serde(default)]
    pub also: Vec<Applied>,
    /// The deadline that two people agreed on in place of the counted ones, while it stands.
    #[serde(default)]
    pub set: Option<Deadline>,
    /// A deadline that waits for a second person.
    #[serde(default)]
    pub proposed: Option<Proposed>,
    /// The day by which the house wants to have answered, set for this request.
    #[serde(default)]
    pub target: Option<NaiveDate>,
    /// When the receipt was confirmed otherwise than by the automatic letter.
    #[serde(default)]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who works on it.
    pub assignee: Option<PersonId>,
    /// The second person's view of what would leave.
    pub approval: Approval,
    /// The answer as somebody wrote it; `None` while it reads as it is put together.
    #[serde(default)]
    pub draft: Option<Draft>,
    /// What is put together to be handed over, and what was handed over.
    #[serde(default)]
    pub release: Release,
    /// What is known to be the requester's own, in order of the numbers.
    #[serde(default)]
    pub identifiers: Vec<Identifier>,
    /// The highest number of an identifier ever used.
    #[serde(default)]
    pub last_identifier: u32,
    /// What systems have to do for it, in order of their numbers.
    #[serde(default)]
    pub tasks: Vec<Task>,
    /// The ledger of tasks and of what is in force: number, stage and the date it spoke of.
    #[serde(default)]
    pub task_reminded: BTreeSet<(u32, String, NaiveDate)>,
    /// What stays in force because of it, in order of its beginning.
    #[serde(default)]
    pub lasting: Vec<InForce>,
    /// Everyone who prepared what would leave, at any time; none of them can approve it.
    #[serde(default)]
    pub preparers: BTreeSet<PersonId>,
    /// The last look of each second person at what would leave.
    #[serde(default)]
    pub looks: Vec<Look>,
    /// Exemptions that the text hints at.
    pub hints: Vec<ExemptionId>,
    /// The acknowledgement's row in the outbox.
    pub acknowledgement: Option<i64>,
    /// Messages that belong here, proven or confirmed, in order of arrival.
    pub messages: Vec<i64>,
    /// Messages that wait for a person to say whether they belong here.
    pub held: Vec<i64>,
    /// Messages that joined by themselves, proven to belong here, and that no officer has read.
    #[serde(default)]
    pub unread: Vec<i64>,
    /// The ledger: stages of the reminder schedule that were reached, each for one due date.
    pub reminded: BTreeSet<(ReminderId, NaiveDate)>,
    /// Name, address and subject, sealed.
    pub card: TextRef,
    /// The decision that it complains of; `None` where it is no internal review.
    #[serde(default)]
    pub review_of: Option<ReviewOf>,
    /// Internal reviews of what was decided here, by number and reference.
    #[serde(default)]
    pub reviews: Vec<(i64, String)>,
}

/// A policy by name and version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyStamp {
    /// The pack's id.
    pub id: String,
    /// Its version.
    pub version: String,
}

/// Where a request is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "kebab-case")]
pub enum Stage {
    /// Waits for a person to say what it is. The clock runs.
    Triage,
    /// Worked on. The clock runs.
    Open,
    /// The answer is queued, not yet accepted by the next hop. The clock runs.
    Answering {
        /// The letter in the outbox.
        letter: i64,
    },
    /// The answer came back. The clock runs.
    NotDelivered {
        /// The letter in the outbox.
        letter: i64,
    },
    /// The requester has the answer. The clock stands.
    Answered {
        /// Since when.
        at: DateTime<Utc>,
        /// How.
        delivery: Delivery,
        /// The letter, if it went by mail: a later bounce takes the answer back.
        letter: Option<i64>,
    },
    /// Done.
    Closed {
        /// Since when.
        at: DateTime<Utc>,
        /// When it had been answered.
        answered_at: DateTime<Utc>,
        /// The letter, if it went by mail: a later bounce still takes the answer back.
        #[serde(default)]
        letter: Option<i64>,
    },
    /// Not a request, says a person. Reversible; the clock has run all the time.
    SetAside {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// Taken back by the requester.
    Withdrawn {
        /// Since when.
        at: DateTime<Utc>,
    },
    /// Goes on under another reference.
    Merged {
        /// Since when.
        at: DateTime<Utc>,
        /// The other request.
        into: i64,
        /// Its reference.
        reference: String,
    },
}

/// Whether the requester is known to be who they say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "identity", rename_all = "kebab-case")]
pub enum Identity {
    /// Nobody has asked yet.
    Open,
    /// Asked; the clock does not wait.
    Asked {
        /// How.
        method: MethodId,
    },
    /// Shown.
    Confirmed {
        /// How.
        method: MethodId,
        /// By whom.
        #[serde(default)]
        by: Option<PersonId>,
    },
    /// Not shown.
    NotProven {
        /// What is missing.
        reason: TextRef,
    },
}

/// The second person's view of what would leave, as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "approval", rename_all = "kebab-case")]
pub enum Approval {
    /// Not given, or void since a decision changed.
    None,
    /// Sent back; a change asks again.
    SentBack,
    /// Given.
    Given {
        /// By whom; never one who prepared it.
        by: PersonId,
        /// Of exactly what; that of nothing for approvals from before there were digests.
        #[serde(default)]
        of: Digest,
    },
}

/// What an officer sees as the next thing to do, in the order of a request's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Say what it is.
    Triage,
    /// Find out who asks.
    Identity,
    /// Assess and decide each item.
    Decision,
    /// A second person looks at what would leave.
    Approval,
    /// Write and send the answer.
    Answer,
    /// Wait until the next hop accepts it.
    Sending,
    /// It came back: find another way.
    NotDelivered,
    /// Answered: carry it out and close.
    Answered,
    /// Nothing.
    Done,
}

impl Request {
    /// A request from its first event.
    pub fn opened(opening: &Opening, at: DateTime<Utc>) -> Self {
        let mut request = Self {
            reference: opening.reference.clone(),
            policy: PolicyStamp {
                id: opening.policy.clone(),
                version: opening.policy_version.clone(),
            },
            channel: opening.channel,
            received_at: opening.received_at,
            clock_from: opening.received_at,
            opened_at: at,
            language: opening.language.clone(),
            kind: opening.kind,
            stage: match opening.triage {
                Triage::Clear => Stage::Open,
                Triage::Needed => Stage::Triage,
            },
            on_behalf: opening.on_behalf.clone(),
            identity: Identity::Open,
            tried: BTreeSet::new(),
            evidence: Vec::new(),
            subject_told_at: None,
            documents: Vec::new(),
            contact: Contact::of_opening(opening, at),
            contact_changed_at: None,
            items: Vec::new(),
            last_item: 0,
            deadline: opening.deadline.clone(),
            extensions: 0,
            pauses: Vec::new(),
            also: Vec::new(),
            set: None,
            proposed: None,
            target: None,
            confirmed_at: None,
            assignee: None,
            approval: Approval::None,
            draft: None,
            release: Release::default(),
            identifiers: Vec::new(),
            last_identifier: 0,
            tasks: Vec::new(),
            task_reminded: BTreeSet::new(),
            lasting: Vec::new(),
            preparers: BTreeSet::new(),
            looks: Vec::new(),
            hints: opening.hints.clone(),
            acknowledgement: None,
            messages: opening.message.into_iter().collect(),
            held: Vec::new(),
            unread: Vec::new(),
            reminded: BTreeSet::new(),
            card: opening.card.clone(),
            review_of: opening.review_of.clone(),
            reviews: Vec::new(),
        };
        for item in &opening.items {
            request.add(item);
        }
        request
    }

    /// Folds a whole stream; `None` when it does not begin with `Opened`.
    pub fn fold<'a>(stream: impl IntoIterator<Item = &'a Recorded>) -> Option<Self> {
        let mut stream = stream.into_iter();
        let first = stream.next()?;
        let Event::Opened(opening) = &first.event else {
            return None;
        };
        Some(stream.fold(Self::opened(opening, first.at), Self::evolve))
    }

    /// The item with a number.
    pub fn item(&self, number: u32) -> Option<&Item> {
        self.items.iter().find(|item| item.number == number)
    }

    /// Whether the clock runs.
    pub fn is_running(&self) -> bool {
        match self.stage {
            Stage::Triage | Stage::Open | Stage::Answering { .. } | Stage::NotDelivered { .. } => true,
            Stage::Answered { .. }
            | Stage::Closed { .. }
            | Stage::SetAside { .. }
            | Stage::Withdrawn { .. }
            | Stage::Merged { .. } => false,
        }
    }

    /// When the requester had the answer.
    pub fn answered_at(&self) -> Option<DateTime<Utc>> {
        match self.stage {
            Stage::Answered { at, .. } => Some(at),
            Stage::Closed { answered_at, .. } => Some(answered_at),
            Stage::Triage
            | Stage::Open
            | Stage::Answering { .. }
            | Stage::NotDelivered { .. }
            | Stage::SetAside { .. }
            | Stage::Withdrawn { .. }
            | Stage::Merged { .. } => None,
        }
    }

    /// Whether something is granted, so that it must be certain who receives it.
    pub fn gives(&self) -> bool {
        self.decisions().any(|decided| decided.decision.gives())
    }

    /// Whether the answer tells whether the person is known here; that of a review does, since there is a decision.
    pub fn tells(&self) -> bool {
        self.review_of.is_some() || self.decisions().any(|decided| decided.decision.tells())
    }

    /// Whether something is refused.
    pub fn refuses(&self) -> bool {
        self.decisions().any(|decided| decided.decision.refuses())
    }

    /// Whether a second person must approve what would leave: a refusal, or a restriction instead of a deletion. What is
    /// handed over in files has a rule of its own, in `release`.
    pub fn needs_approval(&self) -> bool {
        self.decisions().any(|decided| decided.decision.needs_approval())
    }

    /// Whether each item is decided.
    pub fn is_decided(&self) -> bool {
        self.items.iter().all(|item| item.decision.is_some())
    }

    /// Whether only a second person's approval is missing.
    pub fn awaits_approval(&self) -> bool {
        matches!(self.stage, Stage::Open | Stage::NotDelivered { .. })
            && matches!(self.approval, Approval::None)
            && !self.items.is_empty()
            && self.is_decided()
            && self.needs_approval()
    }

    /// Whether a person took part in preparing what would leave, so that another must approve it.
    pub fn was_prepared_by(&self, person: PersonId) -> bool {
        let assessors = self
            .items
            .iter()
            .flat_map(|item| &item.assessments)
            .map(|found| found.by);
        let mut standing = self.decisions().map(|decided| decided.by).chain(assessors);
        self.preparers.contains(&person)
            || standing.any(|by| by == person)
            || self.release.preparers().contains(&person)
    }

    /// What its deadline is counted from.
    pub fn clock(&self) -> Clock {
        Clock {
            from: self.clock_from,
            extensions: self.extensions,
            pauses: self.pauses.clone(),
            also: self.also.clone(),
            set: self.set.clone(),
        }
    }

    /// Whether the term waits for something. It does not while another policy applies that knows of no waiting, nor where
    /// two people have set the day.
    pub fn is_paused(&self) -> bool {
        self.is_running() && self.also.is_empty() && self.set.is_none() && self.open_pauses().next().is_some()
    }

    /// What the term waits for.
    pub fn open_pauses(&self) -> impl Iterator<Item = &Pause> {
        self.pauses.iter().filter(|pause| pause.until.is_none())
    }

    /// Whether the requester was told that the request has arrived.
    pub fn is_receipt_confirmed(&self) -> bool {
        self.acknowledgement.is_some() || self.confirmed_at.is_some() || self.answered_at().is_some()
    }

    /// How its deadline stands at `now`, in working days of `calendar`, with the days of `zone`.
    pub fn standing(&self, now: DateTime<Utc>, calendar: &Calendar, zone: Tz) -> Standing {
        if self.is_paused() {
            Standing::Paused
        } else {
            self.deadline.standing(now, calendar, zone)
        }
    }

    /// The local dates on which an exemption that may have lapsed is to be looked at again, each once, in order.
    pub fn reviews(&self) -> BTreeSet<NaiveDate> {
        match self.stage {
            Stage::Withdrawn { .. } | Stage::SetAside { .. } | Stage::Merged { .. } => BTreeSet::new(),
            Stage::Triage
            | Stage::Open
            | Stage::Answering { .. }
            | Stage::NotDelivered { .. }
            | Stage::Answered { .. }
            | Stage::Closed { .. } => {
                let found = self.items.iter().flat_map(|item| &item.assessments);
                let standing = found.filter(|found| found.finding.stands());
                standing.filter_map(|found| found.finding.review_on).collect()
            }
        }
    }

    /// The next thing to do.
    pub fn step(&self) -> Step {
        match self.stage {
            Stage::Triage => Step::Triage,
            Stage::Answering { .. } => Step::Sending,
            Stage::NotDelivered { .. } => Step::NotDelivered,
            Stage::Answered { .. } => Step::Answered,
            Stage::Closed { .. } | Stage::SetAside { .. } | Stage::Withdrawn { .. } | Stage::Merged { .. } => {
                Step::Done
            }
            Stage::Open if self.items.is_empty() => Step::Answer,
            Stage::Open if matches!(self.identity, Identity::Open | Identity::Asked { .. }) => Step::Identity,
            Stage::Open if !self.is_decided() || matches!(self.approval, Approval::SentBack) => Step::Decision,
            Stage::Open if may_be_told_by_hand(self).is_err() => Step::Identity,
            Stage::Open if self.awaits_approval() => Step::Approval,
            Stage::Open => Step::Answer,
        }
    }

    fn decisions(&self) -> impl Iterator<Item = &Decided> {
        self.items.iter().filter_map(|item| item.decision.as_ref())
    }
}

impl Stage {
    /// The word used in tables, forms and addresses.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Triage => "triage",
            Self::Open => "open",
            Self::Answering { .. } => "answering",
            Self::NotDelivered { .. } => "not-delivered",
            Self::Answered { .. } => "answered",
            Self::Closed { .. } => "closed",
            Self::SetAside { .. } => "set-aside",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Merged { .. } => "merged",
        }
    }
}
