//! A request as it stands, folded from its events.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::approval::{Digest, Look};
use super::assessment::{Assessment, Retention};
use super::calendar::Calendar;
use super::clock::{Applied, Pause, Proposed};
use super::deadline::{Deadline, Standing};
use super::document::Document;
use super::draft::{self, Draft};
use super::event::{Belonging, CaseKind, Channel, Clock, Delivery, Event, NewItem, Opening, Recorded, Triage};
use super::identity::{Change, Contact};
use super::item::{Basis, Decided, Item};
use super::lasting::{InForce, Lifted};
use super::person::PersonId;
use super::policy::{ExemptionId, MethodId, OnBehalfId, ReminderId};
use super::release::{Override, Release};
use super::review::ReviewOf;
use super::standing::Shown;
use super::task::{Outcome, Sent, Task, TaskAnswer, TaskState};
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
            contact: Contact::Unconfirmed,
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

    /// Folds one more event in. Events come from `decide`, so that each one fits; a second `Opened` changes nothing.
    pub fn evolve(mut self, recorded: &Recorded) -> Self {
        let at = recorded.at;
        if draft::outdates(&recorded.event) {
            self.draft = None;
        }
        match &recorded.event {
            Event::Opened(_)
            | Event::Corrected { .. }
            | Event::Noted { .. }
            | Event::LetterReleased { .. }
            | Event::CodeSent { .. }
            | Event::DocumentViewed { .. } => {}
            Event::AcknowledgementQueued { letter } => self.acknowledgement = Some(*letter),
            Event::Triaged {
                kind,
                on_behalf,
                language,
            } => {
                self.kind = *kind;
                self.act_for(on_behalf);
                self.language = language.clone();
                self.stage = Stage::Open;
            }
            Event::ItemAdded(item) => {
                self.add(item);
                self.approval = Approval::None;
            }
            Event::ItemDropped { item, .. } => {
                self.items.retain(|kept| kept.number != *item);
                self.approval = Approval::None;
            }
            Event::SetAside { .. } => self.stage = Stage::SetAside { at },
            Event::BroughtBack => self.stage = Stage::Triage,
            Event::Assigned { to } => self.assignee = *to,
            Event::IdentityAsked { method, .. } => {
                self.identity = Identity::Asked { method: method.clone() };
                self.tried.insert(method.clone());
            }
            Event::IdentityConfirmed { method, .. } => {
                self.identity = Identity::Confirmed {
                    method: method.clone(),
                    by: recorded.by.person(),
                };
                self.void_refusals_for_identity();
            }
            Event::IdentityNotProven { reason } => self.identity = Identity::NotProven { reason: reason.clone() },
            Event::ActsFor { on_behalf, .. } => {
                self.act_for(on_behalf);
                self.approval = Approval::None;
            }
            Event::EvidenceShown { piece, sight, note, .. } => {
                self.evidence.retain(|shown| shown.piece != *piece);
                self.evidence.extend(recorded.by.person().map(|by| Shown {
                    piece: *piece,
                    sight: *sight,
                    note: note.clone(),
                    by,
                    at,
                }));
            }
            Event::EvidenceRetracted { piece, .. } => self.evidence.retain(|shown| shown.piece != *piece),
            Event::SubjectTold { .. } => self.subject_told_at = Some(at),
            Event::DocumentReceived { file, shows } => self.documents.push(Document {
                file: file.clone(),
                shows: *shows,
                received_at: at,
            }),
            Event::DocumentDestroyed { file, .. } => self.documents.retain(|document| document.file != *file),
            Event::ContactConfirmed { card, how, .. } => {
                self.contact = Contact::Confirmed {
                    card: card.clone(),
                    at,
                    how: *how,
                };
            }
            Event::ContactChanged { card, change, .. } => self.move_contact(card, *change, at),
            Event::GroundChosen { item, ground } => {
                self.prepared(recorded);
                self.change(*item, |item| {
                    item.ground = ground.clone();
                    item.decision = None;
                });
            }
            Event::Assessed { item, finding } => {
                self.prepared(recorded);
                let assessment = recorded.by.person().map(|by| Assessment {
                    finding: finding.clone(),
                    by,
                    signed_by: None,
                });
                self.change(*item, |item| {
                    let same = |kept: &Assessment| {
                        kept.finding.exemption == finding.exemption && kept.finding.scope == finding.scope
                    };
                    item.assessments.retain(|kept| !same(kept));
                    item.assessments.extend(assessment);
                    item.decision = None;
                });
            }
            Event::CoSigned { item, exemption, scope } => {
                let signed_by = recorded.by.person();
                self.change_quietly(*item, |item| {
                    for found in &mut item.assessments {
                        if found.finding.exemption == *exemption && found.finding.scope == *scope {
                            found.signed_by = signed_by;
                        }
                    }
                });
            }
            Event::RetentionFound {
                item,
                duty,
                scope,
                until,
                reason,
            } => {
                self.prepared(recorded);
                let found = until.zip(recorded.by.person()).map(|(until, by)| Retention {
                    duty: duty.clone(),
                    scope: scope.clone(),
                    until,
                    reason: reason.clone(),
                    by,
                });
                self.change(*item, |item| {
                    item.retentions
                        .retain(|kept| !(kept.duty == *duty && kept.scope == *scope));
                    item.retentions.extend(found);
                    item.decision = None;
                });
            }
            Event::Decided { item, decision } => {
                self.prepared(recorded);
                let decided = recorded.by.person().map(|by| Decided {
                    decision: decision.clone(),
                    by,
                });
                self.change(*item, |item| item.decision = decided);
                // Whatever the new decision keeps in force begins anew with it.
                self.lasting
                    .retain(|state| state.item != *item || state.lifted.is_some());
            }
            Event::TaskOpened { about, .. } => {
                let number = self.tasks.iter().map(|task| task.number).max().unwrap_or(0) + 1;
                self.tasks.push(Task {
                    number,
                    about: about.clone(),
                    state: TaskState::Planned,
                    opened_at: at,
                    sent: None,
                    answer: None,
                });
            }
            Event::TaskReopened { task, .. } => self.change_task(*task, |task| {
                task.state = TaskState::Planned;
                task.sent = None;
            }),
            Event::TaskSent {
                task,
                due_on,
                letter,
                words,
            } => self.change_task(*task, |task| {
                task.state = TaskState::Open;
                task.sent = Some(Sent {
                    at,
                    due_on: *due_on,
                    letter: *letter,
                    words: words.clone(),
                });
            }),
            Event::TaskAnswered { task, reply } => self.change_task(*task, |task| {
                task.state = match reply.outcome {
                    Outcome::Done | Outcome::NothingHeld => TaskState::Answered { at },
                    Outcome::Cannot => TaskState::Cannot,
                };
                task.answer = Some(TaskAnswer {
                    at,
                    reply: reply.clone(),
                });
            }),
            Event::TaskExplained { task, reason } => self.change_task(*task, |task| {
                task.state = TaskState::Explained {
                    at,
                    reason: reason.clone(),
                };
            }),
            Event::TaskDropped { task, reason } => self.change_task(*task, |task| {
                task.state = TaskState::Dropped { reason: reason.clone() };
            }),
            Event::TaskCancelled { task, why } => self.change_task(*task, |task| {
                task.state = TaskState::Cancelled { why: *why };
            }),
            Event::TaskReminded { number, stage, due_on } => {
                self.task_reminded.insert((*number, stage.clone(), *due_on));
            }
            Event::StateBegan {
                item,
                right,
                since,
                recheck_on,
            } => self.lasting.push(InForce {
                item: *item,
                right: right.clone(),
                since: *since,
                recheck_on: *recheck_on,
                checks: 0,
                lifted: None,
            }),
            Event::StateChecked { item, recheck_on, .. } => self.change_state(*item, |state| {
                state.recheck_on = *recheck_on;
                state.checks += 1;
            }),
            Event::StateLifted { item, reason } => self.change_state(*item, |state| {
                state.lifted = Some(Lifted {
                    at,
                    reason: reason.clone(),
                });
            }),
            Event::Looked { of, shown } => {
                if let Some(by) = recorded.by.person() {
                    self.looks.retain(|look| look.by != by);
                    self.looks.push(Look {
                        by,
                        of: *of,
                        shown: shown.clone(),
                    });
                }
            }
            Event::Approved { of } => {
                self.approval = recorded
                    .by
                    .person()
                    .map_or(Approval::None, |by| Approval::Given { by, of: *of });
            }
            Event::SentBack { .. } => self.approval = Approval::SentBack,
            Event::FileEnclosed {
                file,
                report,
                findings,
                structured,
            } => {
                if let Some(by) = recorded.by.person() {
                    self.release.enclose(file, report, findings, *structured, by);
                }
                self.enclosures_changed(recorded);
            }
            Event::FileTakenOut { enclosure, .. } => {
                self.release.take_out(*enclosure);
                self.enclosures_changed(recorded);
            }
            Event::FindingOverridden {
                enclosure,
                finding,
                reason,
            } => {
                let given = recorded.by.person().map(|by| Override {
                    by,
                    reason: reason.clone(),
                });
                self.release.let_stand(*enclosure, finding, given);
                self.enclosures_changed(recorded);
            }
            Event::HighRiskMarked { reason } => {
                self.release.high_risk = Some(reason.clone());
                self.release.approved_by = None;
            }
            Event::ReleaseApproved => self.release.approved_by = recorded.by.person(),
            Event::Released {
                file,
                expires_at,
                downloads,
                ..
            } => self.release.released(file, at, *expires_at, *downloads),
            Event::PackageFetched { package } => self.release.fetched(*package),
            Event::PackageEnded { package, why, .. } => self.release.ended(*package, *why),
            Event::LetterDrafted {
                letter,
                generated,
                words,
            } => {
                self.prepared(recorded);
                self.draft = recorded.by.person().map(|by| Draft {
                    letter: letter.clone(),
                    generated: generated.clone(),
                    words: words.clone(),
                    by,
                });
                self.approval = Approval::None;
            }
            Event::DraftDropped => {
                self.draft = None;
                self.approval = Approval::None;
            }
            Event::AnswerQueued { letter, .. } => self.stage = Stage::Answering { letter: *letter },
            Event::Answered {
                answered_at, delivery, ..
            } => {
                let letter = match self.stage {
                    Stage::Answering { letter } => Some(letter),
                    _ => None,
                };
                self.stage = Stage::Answered {
                    at: *answered_at,
                    delivery: *delivery,
                    letter,
                };
            }
            Event::AnswerNotDelivered { letter } => self.stage = Stage::NotDelivered { letter: *letter },
            Event::Closed => {
                let answered_at = self.answered_at().unwrap_or(at);
                let letter = match self.stage {
                    Stage::Answered { letter, .. } => letter,
                    _ => None,
                };
                self.stage = Stage::Closed {
                    at,
                    answered_at,
                    letter,
                };
            }
            Event::Reopened { .. } => {
                self.stage = Stage::Open;
                self.approval = Approval::None;
            }
            Event::Withdrawn { .. } => self.stage = Stage::Withdrawn { at },
            Event::ReviewOpened { request, reference } => self.reviews.push((*request, reference.clone())),
            Event::MergedInto { request, reference } => {
                self.stage = Stage::Merged {
                    at,
                    into: *request,
                    reference: reference.clone(),
                };
            }
            Event::MergeTaken {
                deadline, clock, items, ..
            } => {
                if let Some(clock) = clock {
                    self.clock_from = clock.from;
                    self.extensions = clock.extensions;
                    self.pauses = clock.pauses.clone();
                    self.set = clock.set.clone();
                    self.also = clock.also.clone();
                }
                self.proposed = None;
                self.deadline = deadline.clone();
                for item in items {
                    self.add(item);
                }
                self.approval = Approval::None;
            }
            Event::Extended { to, items, .. } => {
                self.extensions += 1;
                self.moved(to, items);
            }
            Event::Paused { pause, since, .. } => self.pauses.push(Pause {
                reason: pause.clone(),
                from: *since,
                until: None,
            }),
            Event::Resumed {
                pause,
                until,
                to,
                items,
                ..
            } => {
                for open in &mut self.pauses {
                    if open.reason == *pause {
                        open.until.get_or_insert(*until);
                    }
                }
                self.moved(to, items);
            }
            Event::PolicyApplied { applied, to, .. } => {
                self.also.push(applied.clone());
                self.moved(to, &[]);
            }
            Event::TargetSet { on } => self.target = *on,
            Event::DeadlineProposed { to, reason } => {
                self.proposed = recorded.by.person().map(|by| Proposed {
                    deadline: to.clone(),
                    reason: reason.clone(),
                    by,
                });
            }
            Event::DeadlineSet { to, .. } => {
                self.proposed = None;
                self.set = Some(to.clone());
                self.deadline = to.clone();
            }
            Event::DeadlineDeclined { .. } => self.proposed = None,
            Event::ReceiptConfirmed { confirmed_at, .. } => self.confirmed_at = Some(*confirmed_at),
            Event::DeadlineMoved { to, items, .. } => self.moved(to, items),
            Event::MessageJoined { message, belonging, .. } => match belonging {
                Belonging::Proven => {
                    self.messages.push(*message);
                    self.unread.push(*message);
                }
                Belonging::Held => self.held.push(*message),
            },
            Event::MessageConfirmed { message } => {
                self.held.retain(|held| held != message);
                self.messages.push(*message);
            }
            Event::MessageReleased { message } => self.held.retain(|held| held != message),
            Event::MessageRead { message } => self.unread.retain(|unread| unread != message),
            Event::MessageReread { card, proposal, .. } => {
                if let Some(card) = card {
                    self.card = card.clone();
                }
                if let Some(proposal) = proposal {
                    self.kind = proposal.kind;
                    self.language = proposal.language.clone();
                    self.act_for(&proposal.on_behalf);
                    self.hints = proposal.hints.clone();
                }
            }
            Event::Reminded { rule, due_on } => {
                self.reminded.insert((rule.clone(), *due_on));
            }
        }
        // Nothing stays in force that no decision carries any more.
        let Self { items, lasting, .. } = &mut self;
        lasting.retain(|state| {
            state.lifted.is_some() || items.iter().any(|item| item.number == state.item && item.gives())
        });
        self
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
            Stage::Open if self.awaits_approval() => Step::Approval,
            Stage::Open => Step::Answer,
        }
    }

    /// Another deadline governs; what two people had set ends with it, unless it is that.
    fn moved(&mut self, to: &Deadline, items: &[(u32, Deadline)]) {
        self.set = self.set.take().filter(|set| set == to);
        self.deadline = to.clone();
        for (number, deadline) in items {
            self.change_quietly(*number, |item| item.deadline = deadline.clone());
        }
    }

    fn decisions(&self) -> impl Iterator<Item = &Decided> {
        self.items.iter().filter_map(|item| item.decision.as_ref())
    }

    fn add(&mut self, new: &NewItem) {
        self.last_item += 1;
        self.items.push(Item {
            number: self.last_item,
            right: new.right.clone(),
            received_at: new.received_at,
            deadline: new.deadline.clone(),
            message: new.message,
            ground: None,
            assessments: Vec::new(),
            retentions: Vec::new(),
            decision: None,
        });
    }

    /// Notes who prepared something of what would leave.
    fn prepared(&mut self, recorded: &Recorded) {
        self.preparers.extend(recorded.by.person());
    }

    /// Other files would leave: until the answer is on its way, what a second person approved is then another thing.
    fn enclosures_changed(&mut self, recorded: &Recorded) {
        self.prepared(recorded);
        if matches!(self.stage, Stage::Open | Stage::NotDelivered { .. }) {
            self.approval = Approval::None;
        }
    }

    /// Changes one item's case; what a second person approved is then another case. A new ground or assessment also
    /// takes back the decision, so that none stands on what is no longer so.
    fn change(&mut self, number: u32, change: impl FnOnce(&mut Item)) {
        self.change_quietly(number, change);
        self.approval = Approval::None;
    }

    /// What was shown for one standing says nothing of another.
    fn act_for(&mut self, on_behalf: &OnBehalfId) {
        if self.on_behalf != *on_behalf {
            self.on_behalf = on_behalf.clone();
            self.evidence.clear();
            self.subject_told_at = None;
        }
    }

    /// What was proven for the old address says nothing of the new one, nor does what a second person approved for it.
    fn move_contact(&mut self, card: &TextRef, change: Change, at: DateTime<Utc>) {
        self.card = card.clone();
        self.contact = Contact::Unconfirmed;
        match change {
            Change::First => {}
            Change::Replaced => {
                self.contact_changed_at = Some(at);
                self.approval = Approval::None;
                if matches!(self.identity, Identity::Confirmed { .. }) {
                    self.identity = Identity::Open;
                }
            }
        }
    }

    /// Who is identified after all is no longer refused for not being so.
    fn void_refusals_for_identity(&mut self) {
        for item in &mut self.items {
            let basis = item.decision.as_ref().and_then(|decided| decided.decision.basis());
            if basis == Some(&Basis::IdentityNotProven) {
                item.decision = None;
                self.approval = Approval::None;
            }
        }
    }

    fn change_task(&mut self, number: u32, change: impl FnOnce(&mut Task)) {
        if let Some(task) = self.tasks.iter_mut().find(|task| task.number == number) {
            change(task);
        }
    }

    fn change_state(&mut self, item: u32, change: impl FnOnce(&mut InForce)) {
        let in_force = |state: &&mut InForce| state.item == item && state.lifted.is_none();
        if let Some(state) = self.lasting.iter_mut().find(in_force) {
            change(state);
        }
    }

    fn change_quietly(&mut self, number: u32, change: impl FnOnce(&mut Item)) {
        if let Some(item) = self.items.iter_mut().find(|item| item.number == number) {
            change(item);
        }
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
