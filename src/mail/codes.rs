//! Codes to the address of a request: made, mailed and written down in one transaction. The requester asks for one on a page;
//! an officer has one sent, in a letter that leads to the page on which it is entered.

use chrono::{DateTime, Utc};

use super::letters::{Letterhead, pack_of};
use super::news::{self, Addressee};
use super::token::Tokens;
use crate::config::Settings;
use crate::domain::challenge::{LASTS, Purpose};
use crate::domain::command::Command;
use crate::domain::letter::News;
use crate::domain::moves::Refusal;
use crate::domain::person::Actor;
use crate::packs::Shelf;
use crate::store::challenges::{self, Asked, Issued, Party};
use crate::store::door::{Desk, Door, Seen, StepError};
use crate::store::requests::Stored;
use crate::store::{Tx, address_links};

/// The path of the page on which the code of a letter is entered.
pub const ADDRESS_PAGE: &str = "/portal/address";

/// Sends a code to the address of a request; `false` when none is sent: there is no address, it is one of ours, or so many
/// went there today that there is no other.
///
/// # Errors
/// When the letter cannot be written or the store fails.
pub fn send(
    tx: &mut Tx<'_>,
    settings: &Settings,
    shelf: &Shelf,
    stored: &Stored,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Result<bool, StepError> {
    let address = stored.card.address.as_str();
    if address.is_empty() || Tokens::new(tx.vault, settings).is_ours(address) {
        return Ok(false);
    }
    let asked = Asked {
        party: Party::Request(stored.id),
        address,
        purpose,
    };
    let Issued::Code { id, code } = challenges::issue(tx, &asked, now)? else {
        return Ok(false);
    };
    let pack = pack_of(shelf, &stored.request.policy)?;
    let head = Letterhead {
        settings,
        pack: &pack.pack,
        thread: None,
    };
    let news = News::ChallengeCode {
        code: code.grouped(),
        minutes: minutes(),
    };
    let to = Addressee {
        name: "",
        address,
        language: &stored.request.language,
        request: Some(stored),
    };
    let letter = news::tell(tx, head, &to, &news, now)?;
    let requester = Door {
        book: shelf,
        actor: Actor::Requester,
        now,
    };
    let command = Command::SendCode {
        purpose,
        challenge: id,
        letter,
    };
    match requester.step(tx, stored.id, Seen::Whatever, |_| Ok(command)) {
        // A request that is over takes no more steps; who asked for a code may look at it all the same.
        Ok(_) | Err(StepError::Refused(_)) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Has a code sent for the proof of the address, in a letter with the page on which it is entered: that page is there also
/// where the portal is closed, and neither it nor the letter says whether a request is known. Returns the command that says
/// so.
///
/// # Errors
/// [`Refusal::NoAddress`] when there is none that a code could go to, [`Refusal::TooManyCodes`] when enough went there today,
/// or that the letter cannot be written or the store failed.
pub fn invite(desk: &mut Desk<'_, '_>, head: Letterhead<'_>) -> Result<Command, StepError> {
    let (stored, now) = (desk.stored, desk.now);
    let address = stored.card.address.as_str();
    if address.is_empty() || Tokens::new(desk.tx().vault, head.settings).is_ours(address) {
        return Err(Refusal::NoAddress.into());
    }
    let purpose = Purpose::ConfirmAddress;
    let asked = Asked {
        party: Party::Request(stored.id),
        address,
        purpose,
    };
    let Issued::Code { id, code } = challenges::issue(desk.tx(), &asked, now)? else {
        return Err(Refusal::TooManyCodes.into());
    };
    let link = address_links::write(desk.tx(), stored.id, now)?;
    let news = News::AddressConfirmation {
        link: format!("{}{ADDRESS_PAGE}/{link}", head.settings.base_url.trim_end_matches('/')),
        code: code.grouped(),
        minutes: minutes(),
    };
    let to = Addressee {
        name: "",
        address,
        language: &stored.request.language,
        request: Some(stored),
    };
    let letter = news::tell(desk.tx(), head, &to, &news, now)?;
    Ok(Command::SendCode {
        purpose,
        challenge: id,
        letter,
    })
}

fn minutes() -> u32 {
    u32::try_from(LASTS.num_minutes()).unwrap_or_default()
}
