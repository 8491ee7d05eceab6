//! What the portal leaves to be done: forms are placed, and codes are sent to those whose claim is right.
//!
//! It happens here and not on the page, so that what a page does takes as long for those who are known as for those who are not.

use crate::domain::challenge::Purpose;
use crate::domain::person::Actor;
use crate::house::House;
use crate::mail::codes;
use crate::store::challenges::{self, Asked, Party};
use crate::store::door::{Door, StepError};
use crate::store::portal::{self, Waiting};
use crate::store::requests::{self, Stored};
use crate::store::{StoreError, Tx};

use super::intake;

/// How many wishes for a code are looked at in one run.
const BATCH: i64 = 100;

/// Places forms, then looks at wishes for codes. Returns how many of both.
///
/// # Errors
/// When the store fails.
pub fn tend(house: &House) -> anyhow::Result<(usize, usize)> {
    let forms = intake::place_forms(house)?;
    let now = house.now.instant();
    let waiting = house.store.read(|db| portal::waiting(db, now, BATCH))?;
    for one in &waiting {
        let shelf = house.shelf();
        let door = Door {
            book: &*shelf,
            actor: Actor::Requester,
            now,
        };
        let answered = house.store.write(|tx| answer(tx, house, &door, one));
        if let Err(error) = answered {
            // The others do not wait for it, and it is not tried for ever: whoever waits can ask again.
            tracing::error!(%error, "a code could not be sent");
            house.store.write(|tx| portal::dealt_with(tx, &one.visit, None))?;
        }
    }
    Ok((forms, waiting.len()))
}

/// Sends a code where a claim is right. Where it is not one is made all the same and sent to nobody, so that trying it is as
/// much work.
fn answer(tx: &mut Tx<'_>, house: &House, door: &Door<'_>, waiting: &Waiting) -> Result<(), StepError> {
    let claimed = claimed(tx, waiting)?;
    portal::dealt_with(tx, &waiting.visit, claimed.as_ref().map(|stored| stored.id))?;
    match claimed {
        Some(stored) => codes::send(
            tx,
            &house.settings,
            &house.shelf(),
            &stored,
            Purpose::ConfirmAddress,
            door.now,
        )
        .map(drop),
        None => {
            let key = hex::encode(&waiting.visit);
            let asked = Asked {
                party: Party::Key(&key),
                address: &waiting.claim.address,
                purpose: Purpose::ConfirmAddress,
            };
            challenges::issue(tx, &asked, door.now)?;
            Ok(())
        }
    }
}

/// The request that a claim is about, when address and reference belong together.
fn claimed(tx: &mut Tx<'_>, waiting: &Waiting) -> Result<Option<Stored>, StoreError> {
    let found = match waiting.request {
        Some(id) => requests::find(tx, id).map(Some),
        None => requests::find_by_reference(tx, &waiting.claim.reference),
    };
    let theirs = |stored: &Stored| portal::is_same_address(&stored.card.address, &waiting.claim.address);
    match found {
        Ok(stored) => Ok(stored.filter(theirs)),
        Err(StoreError::Erased(_) | StoreError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
