//! Every rule about what may happen to a request: a command in, events or a refusal out.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::calendar::Calendar;
use super::deadline::{self, Deadline, Term};
use super::event::{Belonging, CaseKind, Delivery, Event, NewItem};
use super::item::{Basis, Decision, Item, Verdict};
use super::moves::{Move, Refusal, may};
use super::person::{Actor, PersonId};
use super::policy::{ExemptionId, GroundId, MethodId, OnBehalfId, Policy, RightId};
use super::reminder;
use super::request::{Identity, PolicyStamp, Request, Stage};
use super::text::TextRef;

/// What governs a request: the policy it stays with, and the calendar as it is known now.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The policy in force at receipt.
    pub policy: &'a Policy,
    /// The working-day calendar that the policy names.
    pub calendar: &'a Calendar,
}

impl Rules<'_> {
    /// The end of the policy's term from a receipt, with extensions so far.
    pub fn deadline(&self, received_at: DateTime<Utc>, extensions: u32) -> Deadline {
        let extension = self.extension_term(extensions);
        deadline::deadline(
            received_at,
            &self.policy.term,
            extension.as_ref(),
            self.calendar,
            self.policy.zone,
        )
    }

    /// The added length of so many extensions, as one term; `None` for none.
    pub fn extension_term(&self, extensions: u32) -> Option<Term> {
        let extension = self.policy.extension.as_ref()?;
        (extensions > 0).then(|| Term {
            length: extension.length.saturating_mul(extensions),
            unit: extension.unit,
            ..self.policy.term
        })
    }

    /// An item for a right invoked by a message, or by hand, with its own term.
    pub fn new_item(&self, right: RightId, received_at: DateTime<Utc>, message: Option<i64>) -> NewItem {
        NewItem {
            right,
            received_at,
            message,
            deadline: self.deadline(received_at, 0),
        }
    }
}

/// Finds what governs a request. Held by whoever knows the packs and the calendars.
pub trait RuleBook {
    /// The rules of one version of one policy, with the calendar in force now; `None` when its pack is not there.
    fn rules(&self, policy: &PolicyStamp) -> Option<Rules<'_>>;
}

/// What someone wants to happen to a request. Texts are sealed before; a command that is refused leaves none behind.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields are those of the events they cause, and documented there"
)]
pub enum Command {
    Triage {
        kind: CaseKind,
        rights: Vec<RightId>,
        on_behalf: OnBehalfId,
        language: String,
    },
    AddItem {
        right: RightId,
        received_at: DateTime<Utc>,
        message: Option<i64>,
    },
    DropItem {
        item: u32,
        reason: TextRef,
    },
    Assign {
        to: Option<PersonId>,
    },
    AskIdentity {
        method: MethodId,
        reason: Option<TextRef>,
        letter: Option<i64>,
    },
    ConfirmIdentity {
        method: MethodId,
        note: TextRef,
    },
    DoubtIdentity {
        reason: TextRef,
    },
    ChooseGround {
        item: u32,
        ground: Option<GroundId>,
    },
    Assess {
        item: u32,
        exemption: ExemptionId,
        verdict: Verdict,
        reason: TextRef,
    },
    Decide {
        item: u32,
        decision: Decision,
    },
    Approve,
    SendBack {
        reason: TextRef,
    },
    Answer {
        letter: i64,
        text: TextRef,
    },
    AnswerByHand {
        at: DateTime<Utc>,
        text: TextRef,
    },
    Extend {
        reason: TextRef,
        letter: Option<i64>,
    },
    Close,
    Reopen {
        reason: TextRef,
    },
    SetAside {
        reason: TextRef,
    },
    BringBack,
    Withdraw {
        reason: TextRef,
    },
    /// `target_runs` says whether the other request is open; the door looks it up in the same transaction.
    Merge {
        into: i64,
        reference: String,
        target_runs: bool,
    },
    TakeMerge {
        request: i64,
        reference: String,
        received_at: DateTime<Utc>,
        items: Vec<NewItem>,
    },
    ConfirmMessage {
        message: i64,
    },
    ReleaseMessage {
        message: i64,
    },
    Note {
        text: TextRef,
    },
    Join {
        message: i64,
        received_at: DateTime<Utc>,
        belonging: Belonging,
    },
    Acknowledge {
        letter: i64,
    },
    Delivered {
        letter: i64,
        at: DateTime<Utc>,
    },
    Bounced {
        letter: i64,
    },
    Recount,
    Remind,
}

/// Decides a command. Nothing else changes a request.
///
/// # Errors
/// A refusal in words for an officer; then nothing has happened.
pub fn decide(
    request: &Request,
    command: &Command,
    rules: Rules<'_>,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    if let Some(step) = command.step() {
        may(request, step, actor, rules.policy)?;
    }
    let event = match command {
        Command::Triage {
            kind,
            rights,
            on_behalf,
            language,
        } => {
            return triage(request, rules, *kind, rights, on_behalf, language);
        }
        Command::AddItem {
            right,
            received_at,
            message,
        } => {
            return add_item(request, rules, right, *received_at, *message, now);
        }
        Command::DropItem { item, reason } => {
            let item = find(request, *item)?.number;
            Event::ItemDropped {
                item,
                reason: reason.clone(),
            }
        }
        Command::Assign { to } if *to == request.assignee => return Err(Refusal::NothingChanges),
        Command::Assign { to } => Event::Assigned { to: *to },
        Command::AskIdentity { method, reason, letter } => {
            let known = rules.policy.method(method).ok_or(Refusal::UnknownMethod)?;
            if known.needs_reason && reason.is_none() {
                return Err(Refusal::MethodNeedsReason);
            }
            Event::IdentityAsked {
                method: method.clone(),
                reason: reason.clone(),
                letter: *letter,
            }
        }
        Command::ConfirmIdentity { method, note } => {
            rules.policy.method(method).ok_or(Refusal::UnknownMethod)?;
            Event::IdentityConfirmed {
                method: method.clone(),
                note: note.clone(),
            }
        }
        Command::DoubtIdentity { reason } => Event::IdentityNotProven { reason: reason.clone() },
        Command::ChooseGround { item, ground } => return choose_ground(request, rules, *item, ground.as_ref()),
        Command::Assess {
            item,
            exemption,
            verdict,
            reason,
        } => {
            let item = find(request, *item)?.number;
            rules.policy.exemption(exemption).ok_or(Refusal::UnknownExemption)?;
            Event::Assessed {
                item,
                exemption: exemption.clone(),
                verdict: *verdict,
                reason: reason.clone(),
            }
        }
        Command::Decide { item, decision } => {
            let item = find(request, *item)?;
            fits(request, item, decision, rules.policy)?;
            Event::Decided {
                item: item.number,
                decision: decision.clone(),
            }
        }
        Command::Approve => Event::Approved,
        Command::SendBack { reason } => Event::SentBack { reason: reason.clone() },
        Command::Answer { letter, text } => Event::AnswerQueued {
            letter: *letter,
            text: text.clone(),
        },
        Command::AnswerByHand { at, text } => {
            if *at < request.received_at || *at > now {
                return Err(Refusal::ImplausibleAnswer);
            }
            Event::Answered {
                answered_at: *at,
                delivery: Delivery::ByHand,
                text: Some(text.clone()),
            }
        }
        Command::Extend { reason, letter } => return extend(request, rules, reason, *letter, now),
        Command::Close => Event::Closed,
        Command::Reopen { reason } => Event::Reopened { reason: reason.clone() },
        Command::SetAside { reason } => Event::SetAside { reason: reason.clone() },
        Command::BringBack => Event::BroughtBack,
        Command::Withdraw { reason } => Event::Withdrawn { reason: reason.clone() },
        Command::Merge {
            reference, target_runs, ..
        } if !target_runs || *reference == request.reference => {
            return Err(Refusal::MergeTarget);
        }
        Command::Merge { into, reference, .. } => Event::MergedInto {
            request: *into,
            reference: reference.clone(),
        },
        Command::TakeMerge {
            request: other,
            reference,
            received_at,
            items,
        } => {
            return take_merge(request, rules, *other, reference, *received_at, items);
        }
        Command::ConfirmMessage { message } | Command::ReleaseMessage { message }
            if !request.held.contains(message) =>
        {
            return Err(Refusal::NotThisMessage);
        }
        Command::ConfirmMessage { message } => Event::MessageConfirmed { message: *message },
        Command::ReleaseMessage { message } => Event::MessageReleased { message: *message },
        Command::Note { text } => Event::Noted { text: text.clone() },
        Command::Join {
            message,
            received_at,
            belonging,
        } => {
            if request.held.contains(message) || request.messages.contains(message) {
                return Err(Refusal::NothingChanges);
            }
            Event::MessageJoined {
                message: *message,
                received_at: *received_at,
                belonging: *belonging,
            }
        }
        Command::Acknowledge { .. } if request.acknowledgement.is_some() => return Err(Refusal::NothingChanges),
        Command::Acknowledge { letter } => Event::AcknowledgementQueued { letter: *letter },
        Command::Delivered { letter, at } => match request.stage {
            Stage::Answering { letter: waiting } if waiting == *letter => Event::Answered {
                answered_at: *at,
                delivery: Delivery::Mail,
                text: None,
            },
            _ => return Err(Refusal::NothingChanges),
        },
        Command::Bounced { letter } => return bounced(request, *letter),
        Command::Recount => return recount(request, rules),
        Command::Remind => return Ok(remind(request, rules, now)),
    };
    Ok(vec![event])
}

impl Command {
    /// The move a person makes with it; `None` for what happens by itself.
    pub fn step(&self) -> Option<Move> {
        Some(match self {
            Self::Triage { .. } => Move::Triage,
            Self::AddItem { .. } => Move::AddItem,
            Self::DropItem { .. } => Move::DropItem,
            Self::Assign { .. } => Move::Assign,
            Self::AskIdentity { .. } => Move::AskIdentity,
            Self::ConfirmIdentity { .. } => Move::ConfirmIdentity,
            Self::DoubtIdentity { .. } => Move::DoubtIdentity,
            Self::ChooseGround { .. } => Move::ChooseGround,
            Self::Assess { .. } => Move::Assess,
            Self::Decide { .. } => Move::Decide,
            Self::Approve => Move::Approve,
            Self::SendBack { .. } => Move::SendBack,
            Self::Answer { .. } => Move::Answer,
            Self::AnswerByHand { .. } => Move::AnswerByHand,
            Self::Extend { .. } => Move::Extend,
            Self::Close => Move::Close,
            Self::Reopen { .. } => Move::Reopen,
            Self::SetAside { .. } => Move::SetAside,
            Self::BringBack => Move::BringBack,
            Self::Withdraw { .. } => Move::Withdraw,
            Self::Merge { .. } => Move::Merge,
            Self::ConfirmMessage { .. } => Move::ConfirmMessage,
            Self::ReleaseMessage { .. } => Move::ReleaseMessage,
            Self::Note { .. } => Move::Note,
            Self::TakeMerge { .. }
            | Self::Join { .. }
            | Self::Acknowledge { .. }
            | Self::Delivered { .. }
            | Self::Bounced { .. }
            | Self::Recount
            | Self::Remind => return None,
        })
    }
}

fn find(request: &Request, number: u32) -> Result<&Item, Refusal> {
    request.item(number).ok_or(Refusal::UnknownItem)
}

fn triage(
    request: &Request,
    rules: Rules<'_>,
    kind: CaseKind,
    rights: &[RightId],
    on_behalf: &OnBehalfId,
    language: &str,
) -> Result<Vec<Event>, Refusal> {
    rules.policy.on_behalf(on_behalf).ok_or(Refusal::UnknownOnBehalf)?;
    let wanted: BTreeSet<&RightId> = rights.iter().collect();
    if kind == CaseKind::Request && wanted.is_empty() && request.items.is_empty() {
        return Err(Refusal::NeedsItem);
    }
    let mut events = vec![Event::Triaged {
        kind,
        on_behalf: on_behalf.clone(),
        language: language.to_owned(),
    }];
    for right in wanted {
        if request.items.iter().any(|item| &item.right == right) {
            continue;
        }
        allowed_for(right, on_behalf, rules.policy)?;
        let message = request.messages.first().copied();
        events.push(Event::ItemAdded(rules.new_item(
            right.clone(),
            request.received_at,
            message,
        )));
    }
    Ok(events)
}

fn allowed_for(right: &RightId, on_behalf: &OnBehalfId, policy: &Policy) -> Result<(), Refusal> {
    policy.right(right).ok_or(Refusal::UnknownRight)?;
    let excluded = policy
        .on_behalf(on_behalf)
        .is_some_and(|rule| rule.excludes.contains(right));
    if excluded { Err(Refusal::RightExcluded) } else { Ok(()) }
}

fn add_item(
    request: &Request,
    rules: Rules<'_>,
    right: &RightId,
    received_at: DateTime<Utc>,
    message: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    allowed_for(right, &request.on_behalf, rules.policy)?;
    if request.items.iter().any(|item| &item.right == right) {
        return Err(Refusal::RightThere);
    }
    if received_at > now {
        return Err(Refusal::FutureReceipt);
    }
    Ok(vec![Event::ItemAdded(rules.new_item(
        right.clone(),
        received_at,
        message,
    ))])
}

fn choose_ground(
    request: &Request,
    rules: Rules<'_>,
    number: u32,
    ground: Option<&GroundId>,
) -> Result<Vec<Event>, Refusal> {
    let item = find(request, number)?;
    let right = rules.policy.right(&item.right).ok_or(Refusal::UnknownRight)?;
    if !right.needs_ground {
        return Err(Refusal::NoGroundNeeded);
    }
    if let Some(ground) = ground {
        rules.policy.ground(ground).ok_or(Refusal::UnknownGround)?;
    }
    if item.ground.as_ref() == ground {
        return Err(Refusal::NothingChanges);
    }
    Ok(vec![Event::GroundChosen {
        item: number,
        ground: ground.cloned(),
    }])
}

/// Whether a decision stands on what was found about the item.
fn fits(request: &Request, item: &Item, decision: &Decision, policy: &Policy) -> Result<(), Refusal> {
    let needs_ground = policy.right(&item.right).is_some_and(|right| right.needs_ground);
    if decision.gives() && needs_ground && item.ground.is_none() {
        return Err(Refusal::GroundMissing);
    }
    match decision.basis() {
        None => Ok(()),
        Some(Basis::MissingGround) if needs_ground && item.ground.is_none() => Ok(()),
        Some(Basis::MissingGround) => Err(Refusal::GroundNotMissing),
        Some(Basis::IdentityNotProven) => match request.identity {
            Identity::NotProven { .. } => Ok(()),
            Identity::Open | Identity::Asked { .. } | Identity::Confirmed { .. } => Err(Refusal::IdentityNotDoubted),
        },
        Some(Basis::Exemptions { exemptions }) => exempt(item, decision, exemptions, policy),
    }
}

/// The narrowest refusal: an exemption that covers a part only cannot carry the refusal of the whole.
fn exempt(item: &Item, decision: &Decision, exemptions: &[ExemptionId], policy: &Policy) -> Result<(), Refusal> {
    if exemptions.is_empty() {
        return Err(Refusal::NoBasis);
    }
    let mut whole = false;
    for exemption in exemptions {
        policy.exemption(exemption).ok_or(Refusal::UnknownExemption)?;
        match item.assessment(exemption).map(|assessment| assessment.verdict) {
            Some(Verdict::Yes) => whole = true,
            Some(Verdict::Partly) => {}
            Some(Verdict::No) | None => return Err(Refusal::ExemptionNotAssessed),
        }
    }
    if !whole && !decision.gives() {
        Err(Refusal::OnlyPartly)
    } else {
        Ok(())
    }
}

fn extend(
    request: &Request,
    rules: Rules<'_>,
    reason: &TextRef,
    letter: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    if now >= request.deadline.ends_at {
        return Err(Refusal::ExtensionTooLate);
    }
    let to = rules.deadline(request.clock_from, request.extensions + 1);
    Ok(vec![Event::Extended {
        reason: reason.clone(),
        from: request.deadline.clone(),
        to,
        letter,
    }])
}

/// The earlier receipt governs, so that a merge never moves a deadline later.
fn take_merge(
    request: &Request,
    rules: Rules<'_>,
    other: i64,
    reference: &str,
    received_at: DateTime<Utc>,
    items: &[NewItem],
) -> Result<Vec<Event>, Refusal> {
    not_sending(request)?;
    let theirs = rules.deadline(received_at, 0);
    let deadline = if theirs.ends_at < request.deadline.ends_at {
        theirs
    } else {
        request.deadline.clone()
    };
    let items = items
        .iter()
        .filter(|new| request.items.iter().all(|item| item.right != new.right))
        .cloned()
        .collect();
    Ok(vec![Event::MergeTaken {
        request: other,
        reference: reference.to_owned(),
        received_at,
        deadline,
        items,
    }])
}

fn not_sending(request: &Request) -> Result<(), Refusal> {
    match request.stage {
        Stage::Triage | Stage::Open | Stage::NotDelivered { .. } => Ok(()),
        Stage::Answering { .. } => Err(Refusal::AnswerOnItsWay),
        Stage::Answered { .. }
        | Stage::Closed { .. }
        | Stage::SetAside { .. }
        | Stage::Withdrawn { .. }
        | Stage::Merged { .. } => Err(Refusal::MergeTarget),
    }
}

/// A later permanent failure takes the answer back, whatever the first hop had said.
fn bounced(request: &Request, letter: i64) -> Result<Vec<Event>, Refusal> {
    let ours = match request.stage {
        Stage::Answering { letter: waiting } => waiting == letter,
        Stage::Answered { letter: sent, .. } => sent == Some(letter),
        Stage::Triage
        | Stage::Open
        | Stage::NotDelivered { .. }
        | Stage::Closed { .. }
        | Stage::SetAside { .. }
        | Stage::Withdrawn { .. }
        | Stage::Merged { .. } => false,
    };
    if ours {
        Ok(vec![Event::AnswerNotDelivered { letter }])
    } else {
        Err(Refusal::NothingChanges)
    }
}

/// The deadlines by the calendar as it is now; refused when nothing moves.
fn recount(request: &Request, rules: Rules<'_>) -> Result<Vec<Event>, Refusal> {
    if !request.is_running() {
        return Err(Refusal::NotRunning);
    }
    let to = recounted(request, rules);
    let items: Vec<(u32, Deadline)> = request
        .items
        .iter()
        .map(|item| (item.number, rules.deadline(item.received_at, request.extensions)))
        .filter(|(number, deadline)| request.item(*number).is_some_and(|item| item.deadline != *deadline))
        .collect();
    if to == request.deadline && items.is_empty() {
        return Err(Refusal::NothingChanges);
    }
    Ok(vec![Event::DeadlineMoved {
        from: request.deadline.clone(),
        to,
        items,
    }])
}

/// A request's deadline by the calendar as it is now.
pub fn recounted(request: &Request, rules: Rules<'_>) -> Deadline {
    rules.deadline(request.clock_from, request.extensions)
}

fn remind(request: &Request, rules: Rules<'_>, now: DateTime<Utc>) -> Vec<Event> {
    reminder::due(request, rules, now)
        .into_iter()
        .map(|due| Event::Reminded {
            rule: due.rule,
            due_on: due.due_on,
        })
        .collect()
}

/// Whether a receipt instant is believable: not in the future, with an hour for clocks that run ahead.
pub fn is_plausible_receipt(received_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    received_at <= now + TimeDelta::hours(1)
}
