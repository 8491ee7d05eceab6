//! How each event changes a request. Events come from `decide`, so that each one fits.

use chrono::{DateTime, Utc};

use super::{Approval, Identity, Request, Stage};
use crate::domain::approval::Look;
use crate::domain::assessment::{Assessment, Retention};
use crate::domain::clock::{Pause, Proposed};
use crate::domain::condition::Checked;
use crate::domain::deadline::Deadline;
use crate::domain::document::Document;
use crate::domain::draft::{self, Draft};
use crate::domain::event::{Belonging, Event, NewItem, Recorded};
use crate::domain::identifier::{Identifier, LookedAgain};
use crate::domain::identity::{Change, Contact};
use crate::domain::item::{Basis, Decided, Item};
use crate::domain::lasting::{InForce, Lifted};
use crate::domain::policy::OnBehalfId;
use crate::domain::release::Override;
use crate::domain::standing::Shown;
use crate::domain::task::{Outcome, Sent, Task, TaskAnswer, TaskState};
use crate::domain::task_reminder;
use crate::domain::text::TextRef;

impl Request {
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
            | Event::SecondFactorChecked { .. }
            | Event::CodeSent { .. }
            | Event::DocumentViewed { .. }
            | Event::TaskFileViewed { .. } => {}
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
            Event::ConditionChecked { item, check } => {
                self.prepared(recorded);
                let checked = recorded.by.person().map(|by| Checked {
                    check: check.clone(),
                    by,
                });
                self.change(*item, |item| {
                    item.conditions.retain(|kept| kept.check.condition != check.condition);
                    item.conditions.extend(checked);
                    item.decision = None;
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
            } => {
                // Should it be cancelled again, its owner is told again.
                let over = task_reminder::Stage::Over.name();
                self.task_reminded
                    .retain(|(number, stage, _)| number != task || *stage != over);
                self.change_task(*task, |task| {
                    task.state = TaskState::Open;
                    task.sent = Some(Sent {
                        at,
                        due_on: *due_on,
                        letter: *letter,
                        words: words.clone(),
                    });
                });
            }
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
                task.state = TaskState::Dropped {
                    reason: reason.clone(),
                    at: Some(at),
                };
            }),
            Event::TaskCancelled { task, why } => self.change_task(*task, |task| {
                task.state = TaskState::Cancelled {
                    why: *why,
                    at: Some(at),
                };
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
            Event::IdentifierRecorded {
                kind,
                text,
                source,
                looks,
            } => {
                self.last_identifier += 1;
                let number = self.last_identifier;
                self.identifiers.extend(recorded.by.person().map(|by| Identifier {
                    number,
                    kind: *kind,
                    text: text.clone(),
                    source: source.clone(),
                    by,
                    at,
                }));
                self.looked_again(looks, recorded);
            }
            Event::IdentifierRetracted { number, looks, .. } => {
                self.identifiers.retain(|known| known.number != *number);
                self.looked_again(looks, recorded);
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
                deadline,
                clock,
                items,
                tasks,
                ..
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
                for taken in tasks {
                    let number = taken.task.number;
                    let told = taken.told.iter().cloned();
                    self.task_reminded
                        .extend(told.map(|(stage, due_on)| (number, stage, due_on)));
                    self.tasks.push(taken.task.clone());
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

    /// Another deadline governs; what two people had set ends with it, unless it is that.
    fn moved(&mut self, to: &Deadline, items: &[(u32, Deadline)]) {
        self.set = self.set.take().filter(|set| set == to);
        self.deadline = to.clone();
        for (number, deadline) in items {
            self.change_quietly(*number, |item| item.deadline = deadline.clone());
        }
    }

    pub(super) fn add(&mut self, new: &NewItem) {
        self.last_item += 1;
        self.items.push(Item {
            number: self.last_item,
            right: new.right.clone(),
            received_at: new.received_at,
            deadline: new.deadline.clone(),
            message: new.message,
            ground: None,
            assessments: Vec::new(),
            conditions: Vec::new(),
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

    /// Another thing is somebody else's in the files, or no longer: whoever says so prepared what leaves.
    fn looked_again(&mut self, looks: &[LookedAgain], recorded: &Recorded) {
        self.release.looked_again(looks);
        self.enclosures_changed(recorded);
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
            self.release.approved_by = None;
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
                // Whoever let the files go, let them go to the other address.
                self.release.approved_by = None;
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
