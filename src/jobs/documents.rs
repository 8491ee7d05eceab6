//! Destroys copies of documents that lay here for as long as they may, and tells the requester.

use anyhow::Context;

use crate::domain::command::Command;
use crate::domain::letter::News;
use crate::domain::person::Actor;
use crate::house::House;
use crate::mail::letters::Letterhead;
use crate::mail::news;
use crate::store::door::{Desk, Door, Seen, StepError};
use crate::store::{StoreError, documents};

/// Destroys what is over and returns how many requests it was of.
///
/// # Errors
/// When the store fails; what was done stays done, and the next run goes on.
pub fn destroy_overdue(house: &House) -> anyhow::Result<usize> {
    let now = house.now.instant();
    let overdue = house.store.read(|db| documents::overdue(db, now))?;
    let mut done = 0;
    for request in overdue {
        let shelf = house.shelf();
        let door = Door {
            book: &*shelf,
            actor: Actor::Clock,
            now,
        };
        let step = house.store.write(|tx| {
            door.step(tx, request, Seen::Whatever, |desk| {
                tell(house, desk)?;
                Ok(Command::DestroyDocuments)
            })
        });
        match step {
            Ok(_) => done += 1,
            // Another instance does the same, or somebody works on the request: the next run looks again.
            Err(StepError::Store(StoreError::Conflict)) => {}
            Err(error) => return Err(error).with_context(|| format!("documents of request {request}")),
        }
    }
    Ok(done)
}

fn tell(house: &House, desk: &mut Desk<'_, '_>) -> Result<(), StepError> {
    if desk.stored.card.address.is_empty() {
        return Ok(());
    }
    let stamp = &desk.stored.request.policy;
    let Some(pack) = house.shelf().version(&stamp.id, &stamp.version) else {
        return Ok(());
    };
    let head = Letterhead {
        settings: &house.settings,
        pack: &pack.pack,
        thread: None,
    };
    let destroyed_on = desk.now.with_timezone(&desk.rules.policy.zone).date_naive();
    news::tell_requester(desk, head, &News::DocumentDestroyed { destroyed_on })?;
    Ok(())
}
