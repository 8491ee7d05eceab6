//! What the portal leaves to be done: forms are placed, and codes are sent to those whose claim is right.
//!
//! It happens here and not on the page, so that what a page does takes as long for those who are known as for those who are not.

use crate::domain::challenge::{LASTS, Purpose};
use crate::domain::command::Command;
use crate::domain::letter::News;
use crate::domain::person::Actor;
use crate::house::House;
use crate::mail::letters::Letterhead;
use crate::mail::news::{self, Addressee};
use crate::mail::token::Tokens;
use crate::store::challenges::{self, Asked, Issued, Party};
use crate::store::door::{Door, Seen, StepError};
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
        Some(stored) => send_code(tx, house, door, stored.id),
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

/// Sends a code to the address of a request. So many went there today that there is no other, or the address is one of ours:
/// then none is sent.
///
/// # Errors
/// When the letter cannot be written or the store fails.
pub(super) fn send_code(tx: &mut Tx<'_>, house: &House, door: &Door<'_>, request: i64) -> Result<(), StepError> {
    let stored = requests::find(tx, request)?;
    let address = stored.card.address.as_str();
    if address.is_empty() || Tokens::new(tx.vault, &house.settings).is_ours(address) {
        return Ok(());
    }
    let purpose = Purpose::ConfirmAddress;
    let asked = Asked {
        party: Party::Request(stored.id),
        address,
        purpose,
    };
    let Issued::Code { id, code } = challenges::issue(tx, &asked, door.now)? else {
        return Ok(());
    };
    let policy = &stored.request.policy;
    let shelf = house.shelf();
    let pack = shelf
        .version(&policy.id, &policy.version)
        .ok_or_else(|| StepError::NoPolicy {
            id: policy.id.clone(),
            version: policy.version.clone(),
        })?;
    let head = Letterhead {
        settings: &house.settings,
        pack: &pack.pack,
        thread: None,
    };
    let news = News::ChallengeCode {
        code: code.grouped(),
        minutes: u32::try_from(LASTS.num_minutes()).unwrap_or_default(),
    };
    let to = Addressee {
        name: "",
        address,
        language: &stored.request.language,
        request: Some(&stored),
    };
    let letter = news::tell(tx, head, &to, &news, door.now)?;
    let requester = Door {
        actor: Actor::Requester,
        ..*door
    };
    let command = Command::SendCode {
        purpose,
        challenge: id,
        letter,
    };
    match requester.step(tx, stored.id, Seen::Whatever, |_| Ok(command)) {
        // A request that is over takes no more steps; who asked for it may look at it all the same.
        Ok(_) | Err(StepError::Refused(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
