//! Where a message belongs: confirmed where it waits, released, made a request of its own; and one request into another.

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use super::case::Case;
use crate::domain::clock::Applied;
use crate::domain::command::Command;
use crate::domain::event::NewItem;
use crate::domain::letter::Occasion;
use crate::domain::moves::{Move as Step, Refusal};
use crate::domain::policy::RightId;
use crate::domain::task_merger::TakenOver;
use crate::house::House;
use crate::mail::bring_back::bring_back;
use crate::mail::letters::Words as LetterWords;
use crate::store::door::{Door, Seen, StepError};
use crate::store::messages::{self, Listed, Outcome as Kept, Standing};
use crate::store::outbox::{self, State};
use crate::store::requests::{self, Stored};
use crate::store::task_mergers::carried_over;
use crate::store::vault::keys;
use crate::store::{StoreError, Tx, mergers};
use crate::web::door::session::{Officer, Reads, Sent};
use crate::web::error::PageError;
use crate::web::{aside, go_on};

type Message = web::Path<(String, i64)>;
type Page = Result<HttpResponse, PageError>;
type Office = web::Data<House>;

/// POST /requests/{reference}/messages/{id}/confirmation: it belongs here.
pub async fn confirmation(who: Reads, house: Office, path: Message, form: Sent) -> Page {
    take_up(&who, &house, path, &form, "placed", |message| Command::ConfirmMessage {
        message,
    })
    .await
}

/// POST /requests/{reference}/messages/{id}/reading: an officer has read what joined by itself.
pub async fn reading(who: Reads, house: Office, path: Message, form: Sent) -> Page {
    take_up(&who, &house, path, &form, "read", |message| Command::ReadMessage {
        message,
    })
    .await
}

/// Takes a message up, and on the same click what it asks for: rights with a clock from its own receipt, or the end of the
/// request. All of it happens or nothing.
async fn take_up(
    who: &Reads,
    house: &Office,
    path: Message,
    form: &Sent,
    said: &str,
    first: fn(i64) -> Command,
) -> Page {
    let (reference, message) = path.into_inner();
    let case = Case::of(who, house, &reference, form)?;
    let rights: Vec<RightId> = form.all("right").iter().map(|id| RightId::new(id)).collect();
    let write = case.writer(Step::Withdraw);
    let withdraws = form.text("withdraws") == "yes";
    let reason = form.text("reason");
    if withdraws && reason.is_empty() {
        return Err(case.refused(who.words.t("message-withdraws-needs")));
    }
    let done = case
        .run(move |tx, door, id, seen| {
            let mut stored = door.step(tx, id, seen, |_| Ok(first(message)))?;
            let listed = messages::find(tx, message)?.ok_or(StoreError::Missing {
                what: "message",
                id: message,
            })?;
            if listed.held {
                messages::change(tx, message, Kept::Joined, &joined("", Some(id), false))?;
            }
            for right in &rights {
                let add = Command::AddItem {
                    right: right.clone(),
                    received_at: listed.received_at,
                    message: Some(message),
                };
                stored = door.step(tx, id, Seen::Whatever, |_| Ok(add))?;
            }
            if withdraws {
                stored = door.step(tx, id, Seen::Whatever, |desk| {
                    write.post_if_possible(desk, Occasion::WithdrawalConfirmed, LetterWords::default())?;
                    let reason = desk.keep("reason", &reason)?;
                    Ok(Command::Withdraw { reason })
                })?;
            }
            Ok(stored)
        })
        .await?;
    let then_identity = form.text("then") == "identity";
    Ok(match (withdraws, then_identity) {
        (true, _) => case.page_of(&done, "withdrawn", ""),
        (false, true) => case.page_of(&done, said, "#move-confirm-identity"),
        (false, false) => case.page_of(&done, said, &format!("#message-{message}")),
    })
}

/// POST /requests/{reference}/letters/{id}/dispatch: lets a letter go that waits, or sends one again that failed.
pub async fn dispatch(who: Reads, house: Office, path: Message, form: Sent) -> Page {
    let (reference, letter) = path.into_inner();
    let case = Case::of(&who, &house, &reference, &form)?;
    let done = case
        .run(move |tx, door, id, seen| {
            let stopped = outbox::find(tx, letter)?.is_some_and(|found| {
                found.request_id == Some(id) && matches!(found.state, State::Waiting | State::Failed | State::Unknown)
            });
            if !stopped {
                return Err(Refusal::NothingChanges.into());
            }
            let stored = door.step(tx, id, seen, |_| Ok(Command::SendLetter { letter }))?;
            outbox::requeue(tx, letter, door.now)?;
            Ok(stored)
        })
        .await?;
    Ok(case.page_of(&done, "dispatched", "#deliveries-title"))
}

/// POST /requests/{reference}/messages/{id}/release: it does not belong here, and is set aside or opens its own request.
pub async fn release(who: Reads, house: Office, path: Message, form: Sent) -> Page {
    let (reference, message) = path.into_inner();
    let case = Case::of(&who, &house, &reference, &form)?;
    let own = form.text("place") == "own";
    let pack = house.pack().map_err(PageError::broken)?;
    let done = case
        .run(move |tx, door, id, seen| {
            let stored = door.step(tx, id, seen, |_| Ok(Command::ReleaseMessage { message }))?;
            let listed = messages::find(tx, message)?.ok_or(StoreError::Missing {
                what: "message",
                id: message,
            })?;
            if own {
                return bring_back(tx, door, &pack.pack.policy, &listed);
            }
            let aside = Standing {
                outcome: Kept::SetAside,
                ..joined("released", None, false)
            };
            messages::change(tx, message, Kept::Joined, &aside)?;
            let (key_id, _) = keys::make(tx)?;
            messages::rekey(tx, message, key_id)?;
            Ok(stored)
        })
        .await?;
    Ok(case.page_of(&done, if own { "opened" } else { "released" }, ""))
}

/// A message that belongs to a request, or to one that was merged into it.
pub(super) fn belonging(tx: &mut Tx<'_>, request: i64, message: i64) -> Result<Option<Listed>, StoreError> {
    let found = messages::find(tx, message)?.filter(|message| !message.held);
    let Some(of) = found.as_ref().and_then(|message| message.request_id) else {
        return Ok(None);
    };
    let stored = requests::find(tx, of)?;
    let goes_on = mergers::goes_on_as(tx, stored)?;
    Ok(found.filter(|_| goes_on.id == request))
}

fn joined(why: &str, request_id: Option<i64>, held: bool) -> Standing {
    Standing {
        outcome: Kept::Joined,
        why: why.to_owned(),
        request_id,
        duplicate_of: None,
        held,
    }
}

/// POST /requests/{reference}/merger: this one ends, the other goes on with the earlier clock of both.
pub async fn merger(who: Reads, house: Office, reference: web::Path<String>, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let into = form.needed("into")?;
    let done = case
        .run(move |tx, door, id, seen| merge(tx, door, id, seen, &into))
        .await?;
    Ok(case.page_of(&done, "merged", ""))
}

fn merge(tx: &mut Tx<'_>, door: &Door<'_>, id: i64, seen: Seen, into: &str) -> Result<Stored, StepError> {
    let target = requests::find_by_reference(tx, into)?.ok_or(Refusal::MergeTarget)?;
    let (target_id, reference) = (target.id, target.request.reference.clone());
    let target_runs = target.request.is_running();
    let before = requests::find(tx, id)?;
    let merged = door.step(tx, id, seen, |_| {
        Ok(Command::Merge {
            into: target_id,
            reference,
            target_runs,
        })
    })?;
    door.step(tx, target_id, Seen::Whatever, |desk| {
        Ok(taking(&merged, carried_over(desk, &before)?))
    })
}

/// What takes a request into another: its clock, its rights with their own receipts and terms, and its tasks.
pub(super) fn taking(merged: &Stored, tasks: Vec<TakenOver>) -> Command {
    let request = &merged.request;
    let items = request.items.iter().map(|item| NewItem {
        right: item.right.clone(),
        received_at: item.received_at,
        message: item.message,
        deadline: item.deadline.clone(),
    });
    let mut clock = request.clock();
    // Where it was promised something by another policy, or by another version, that promise goes along.
    clock.also.push(Applied {
        policy: request.policy.clone(),
        deadline: request.deadline.clone(),
    });
    Command::TakeMerge {
        request: merged.id,
        reference: request.reference.clone(),
        clock,
        items: items.collect(),
        tasks,
    }
}

/// POST /mail/{id}/request: a message that opened nothing becomes a request.
pub async fn from_mail(who: Officer, house: Office, id: web::Path<i64>, _form: Sent) -> Page {
    let pack = house.pack().map_err(PageError::broken)?;
    let (office, actor, id) = (Arc::clone(&house), who.actor(), id.into_inner());
    let opened = aside(move || {
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now: office.now.instant(),
        };
        office
            .store
            .write(|tx| {
                let listed = messages::find(tx, id)?.ok_or(StoreError::Missing { what: "message", id })?;
                bring_back(tx, &door, &pack.pack.policy, &listed)
            })
            .map_err(|error: StepError| match error {
                StepError::Store(StoreError::Conflict) => PageError::Absent,
                StepError::Store(error) => error.into(),
                other => PageError::broken(other),
            })
    })
    .await?;
    Ok(go_on(&format!("/requests/{}?said=opened", opened.request.reference)))
}
