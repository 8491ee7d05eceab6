//! Every rule about what may happen to a request: a command in, events or a refusal out.

mod assess;
mod basis;
mod by_hand;
mod clock;
mod conditions;
mod identifier;
mod identity;
pub mod release;
mod task_merger;
mod tasks;
mod waiting;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::approval;
use super::command::Command;
use super::document;
use super::event::{CaseKind, Delivery, Event};
use super::identity::release_hold;
use super::item::Item;
use super::moves::{Refusal, may};
use super::person::Actor;
use super::policy::{GroundId, OnBehalfId, Policy, RightId};
use super::reminder;
use super::request::{Request, Stage};
use super::review;
use super::rules::Rules;

use assess::{approve, co_sign, follow_up, found, is_approved, retain};
use basis::fits;
use clock::{bounced, extend, recount, take_merge, with_moved_deadline};
use identity::{act_for, ask_identity, change_contact, confirm_contact, confirm_identity, known_piece, send_code};

pub use clock::{lengthened, merged, recounted};
pub use tasks::{due_on as task_due_on, follows, kind_for, may_open_tasks};
pub use waiting::over;

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
    let events = taken(request, command, rules, actor, now)?;
    let events = document::with_destroyed(request, rules.policy, events);
    Ok(tasks::with_cancelled(request, events, actor, now))
}

fn taken(
    request: &Request,
    command: &Command,
    rules: Rules<'_>,
    actor: Actor,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    let event = match command {
        Command::Triage {
            kind,
            rights,
            on_behalf,
            language,
        } => {
            let events = triage(request, rules, *kind, rights, on_behalf, language)?;
            return Ok(with_moved_deadline(request, rules, events, now));
        }
        Command::AddItem {
            right,
            received_at,
            message,
        } => {
            let events = add_item(request, rules, right, *received_at, *message, now)?;
            return Ok(with_moved_deadline(request, rules, events, now));
        }
        Command::DropItem { item, reason } => {
            let item = find(request, *item)?.number;
            let dropped = Event::ItemDropped {
                item,
                reason: Some(reason.clone()),
            };
            return Ok(with_moved_deadline(request, rules, vec![dropped], now));
        }
        Command::Assign { to } if *to == request.assignee => return Err(Refusal::NothingChanges),
        Command::Assign { to } => {
            review::assignable(request, *to)?;
            Event::Assigned { to: *to }
        }
        Command::AskIdentity {
            method,
            data,
            reason,
            letter,
        } => return ask_identity(request, rules.policy, method, data, reason.as_ref(), *letter),
        Command::ConfirmIdentity { method, matched, note } => {
            return confirm_identity(request, rules.policy, method, matched, note);
        }
        Command::DoubtIdentity { reason } => Event::IdentityNotProven { reason: reason.clone() },
        Command::ActFor { on_behalf, reason } => return act_for(request, rules.policy, on_behalf, reason),
        Command::RecordEvidence { piece, sight, note } => {
            known_piece(request, rules.policy, *piece)?;
            Event::EvidenceShown {
                on_behalf: request.on_behalf.clone(),
                piece: *piece,
                sight: *sight,
                note: note.clone(),
            }
        }
        Command::RetractEvidence { piece, .. } if request.shown(*piece).is_none() => {
            return Err(Refusal::UnknownEvidence);
        }
        Command::RetractEvidence { piece, reason } => Event::EvidenceRetracted {
            on_behalf: request.on_behalf.clone(),
            piece: *piece,
            reason: reason.clone(),
        },
        Command::TellSubject { letter, note } => Event::SubjectTold {
            letter: *letter,
            note: note.clone(),
        },
        Command::ReceiveDocument { file, shows } => {
            document::wanted(request, rules.policy, *shows)?;
            Event::DocumentReceived {
                file: file.clone(),
                shows: *shows,
            }
        }
        Command::ViewDocument { file } => {
            let mut here = request.documents.iter();
            if !here.any(|document| document.file.id == *file) {
                return Err(Refusal::NoDocument);
            }
            Event::DocumentViewed { file: *file }
        }
        Command::DestroyDocuments => return Ok(document::overdue(request, now)),
        Command::SendCode {
            purpose,
            challenge,
            letter,
        } => send_code(*purpose, *challenge, *letter, actor)?,
        Command::ConfirmContact { confirmation } => return confirm_contact(request, confirmation, actor),
        Command::ChangeContact {
            card,
            change,
            reason,
            told,
        } => return Ok(change_contact(request, card, *change, reason, told)),
        Command::ChooseGround { item, ground } => return choose_ground(request, rules, *item, ground.as_ref()),
        Command::Assess { item, finding } => found(find(request, *item)?, finding, rules, now)?,
        Command::CheckCondition { item, check } => conditions::checked(find(request, *item)?, check, rules.policy)?,
        Command::CoSign { item, exemption, scope } => co_sign(find(request, *item)?, exemption, scope, rules, actor)?,
        Command::Retain {
            item,
            duty,
            scope,
            until,
            reason,
        } => retain(find(request, *item)?, rules, now, duty, scope, *until, reason)?,
        Command::FollowUp { item, right } => return follow_up(request, find(request, *item)?, right, rules),
        Command::Decide { item, decision } => {
            let item = find(request, *item)?;
            fits(request, item, decision, rules.policy)?;
            Event::Decided {
                item: item.number,
                decision: decision.clone(),
            }
        }
        Command::AddTask { item, system, reason } => {
            return tasks::add(request, rules, *item, system, reason.as_ref());
        }
        Command::DropTask { task, reason } => Event::TaskDropped {
            task: tasks::unsettled(request, *task)?.number,
            reason: reason.clone(),
        },
        Command::SendTask { task, letter, words } => {
            return tasks::send(request, rules, *task, *letter, words.as_ref(), now);
        }
        Command::AnswerTask { task, reply } => return tasks::answer(request, *task, reply, actor),
        Command::ViewTaskFile { task, file } => tasks::view_file(request, *task, *file)?,
        Command::ExplainTask { task, reason } => Event::TaskExplained {
            task: tasks::unsettled(request, *task)?.number,
            reason: reason.clone(),
        },
        Command::RepeatTask { task, reason } => return tasks::repeat(request, *task, reason),
        Command::CheckState { item, note, recheck_on } => {
            return tasks::check(request, rules, *item, note, *recheck_on, now);
        }
        Command::LiftState { item, reason } => Event::StateLifted {
            item: request.in_force_by(*item).ok_or(Refusal::NothingInForce)?.item,
            reason: reason.clone(),
        },
        Command::Look { letter, shown } => Event::Looked {
            of: approval::leaving(request, *letter),
            shown: shown.clone(),
        },
        Command::Approve { letter } => approve(request, *letter)?,
        Command::SendBack { reason } => Event::SentBack { reason: reason.clone() },
        Command::DraftLetter {
            letter,
            generated,
            words,
        } => Event::LetterDrafted {
            letter: letter.clone(),
            generated: generated.clone(),
            words: words.clone(),
        },
        Command::DropDraft => Event::DraftDropped,
        Command::Answer { letter, text, says } => {
            if request.gives() {
                release_hold(request, rules.policy, now)?;
            }
            is_approved(request, *says)?;
            Event::AnswerQueued {
                letter: *letter,
                text: text.clone(),
            }
        }
        Command::AnswerByHand { at, text, says } => {
            is_approved(request, *says)?;
            if *at < request.received_at || *at > now {
                return Err(Refusal::ImplausibleAnswer);
            }
            Event::Answered {
                answered_at: *at,
                delivery: Delivery::ByHand,
                text: Some(text.clone()),
            }
        }
        Command::Enclose {
            file,
            report,
            findings,
            structured,
        } => Event::FileEnclosed {
            file: file.clone(),
            report: report.clone(),
            findings: findings.clone(),
            structured: *structured,
        },
        Command::TakeOut { enclosure, reason } => Event::FileTakenOut {
            enclosure: release::enclosure(request, *enclosure)?.number,
            reason: reason.clone(),
        },
        Command::OverrideFinding {
            enclosure,
            finding,
            reason,
        } => return release::let_stand(request, *enclosure, finding, reason),
        Command::RecordIdentifier {
            kind,
            text,
            source,
            looks,
        } => identifier::record(request, *kind, text, source, looks)?,
        Command::RetractIdentifier { number, reason, looks } => identifier::retract(request, *number, reason, looks)?,
        Command::MarkHighRisk { reason } => Event::HighRiskMarked { reason: reason.clone() },
        Command::ApproveRelease => Event::ReleaseApproved,
        Command::Release { file, letter } => return release::release(request, rules.policy, file, *letter, now),
        Command::FetchPackage { package } => return release::fetch(request, rules.policy, *package, now),
        Command::RevokePackage { package, reason } => return release::end(request, *package, Some(reason), now),
        Command::EndPackage { package } => return release::end(request, *package, None, now),
        Command::Extend { reason, letter } => return extend(request, rules, reason, *letter, now),
        Command::Pause {
            pause,
            since,
            reason,
            letter,
        } => {
            waiting::may_begin(request, rules, pause, *since, now)?;
            Event::Paused {
                pause: pause.clone(),
                since: *since,
                reason: reason.clone(),
                letter: *letter,
            }
        }
        Command::Resume {
            pause,
            until,
            note,
            letter,
        } => {
            let (to, items) = waiting::over(request, rules, pause, *until, now)?;
            Event::Resumed {
                pause: pause.clone(),
                until: *until,
                from: request.deadline.clone(),
                to,
                items,
                note: note.clone(),
                letter: *letter,
            }
        }
        Command::ApplyPolicy { policy, reason } => by_hand::apply_policy(request, rules, policy, reason)?,
        Command::SetTarget { on } => by_hand::set_target(request, rules, *on, now)?,
        Command::ProposeDeadline { on, reason } => by_hand::propose(request, rules, *on, reason, now)?,
        Command::ConfirmDeadline => by_hand::confirm(request)?,
        Command::DeclineDeadline { reason } => Event::DeadlineDeclined { reason: reason.clone() },
        Command::ConfirmReceipt { at, note } => by_hand::confirm_receipt(request, *at, note, now)?,
        Command::Close => Event::Closed,
        Command::Reopen { reason } => Event::Reopened { reason: reason.clone() },
        Command::SetAside { reason } => Event::SetAside { reason: reason.clone() },
        Command::BringBack => Event::BroughtBack,
        Command::Withdraw { reason } => Event::Withdrawn { reason: reason.clone() },
        Command::OpenReview {
            request: review,
            reference,
        } => {
            review::openable(request)?;
            Event::ReviewOpened {
                request: *review,
                reference: reference.clone(),
            }
        }
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
            clock,
            items,
            tasks,
        } => {
            let mut events = take_merge(request, rules, *other, reference, clock, items, now)?;
            task_merger::take_over(request, &mut events, tasks);
            return Ok(events);
        }
        Command::ConfirmMessage { message } | Command::ReleaseMessage { message }
            if !request.held.contains(message) =>
        {
            return Err(Refusal::NotThisMessage);
        }
        Command::ConfirmMessage { message } => Event::MessageConfirmed { message: *message },
        Command::ReleaseMessage { message } => Event::MessageReleased { message: *message },
        Command::ReadMessage { message } if !request.unread.contains(message) => {
            return Err(Refusal::NotThisMessage);
        }
        Command::ReadMessage { message } => Event::MessageRead { message: *message },
        Command::SendLetter { letter } if matches!(request.stage, Stage::NotDelivered { letter: answer } | Stage::Answering { letter: answer } if answer == *letter) =>
        {
            return Err(Refusal::NothingChanges);
        }
        Command::SendLetter { letter } => Event::LetterReleased { letter: *letter },
        Command::Reread {
            message,
            charset,
            card,
            proposal,
        } => {
            if !request.held.contains(message) && !request.messages.contains(message) {
                return Err(Refusal::UnknownMessage);
            }
            let began_here = request.messages.first() == Some(message);
            // What a person has said stays said, however the message reads now.
            let is_open_question = began_here && request.stage == Stage::Triage;
            Event::MessageReread {
                message: *message,
                charset: charset.clone(),
                card: card.clone().filter(|_| began_here),
                proposal: is_open_question.then(|| proposal.clone()),
            }
        }
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
    if kind == CaseKind::Request && wanted.is_empty() {
        return Err(Refusal::NeedsItem);
    }
    let mut events = vec![Event::Triaged {
        kind,
        on_behalf: on_behalf.clone(),
        language: language.to_owned(),
    }];
    // What recognition found and the officer did not choose is not asked for.
    let unwanted = request.items.iter().filter(|item| !wanted.contains(&item.right));
    events.extend(unwanted.map(|item| Event::ItemDropped {
        item: item.number,
        reason: None,
    }));
    for right in wanted {
        allowed_for(right, on_behalf, rules.policy)?;
        if request.items.iter().any(|item| &item.right == right) {
            continue;
        }
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

fn remind(request: &Request, rules: Rules<'_>, now: DateTime<Utc>) -> Vec<Event> {
    let of_the_request = reminder::due(request, rules, now)
        .into_iter()
        .map(|due| Event::Reminded {
            rule: due.rule,
            due_on: due.due_on,
        });
    of_the_request.chain(tasks::remind(request, rules, now)).collect()
}

/// Whether a receipt instant is believable: not in the future, with an hour for clocks that run ahead, and not more than
/// ten years ago.
pub fn is_plausible_receipt(received_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    received_at <= now + TimeDelta::hours(1) && received_at >= now - TimeDelta::days(3653)
}
