//! Mail to the people who use the dashboard: it belongs to no request, and stands under the key of the house.

use chrono::{DateTime, Utc};

use super::compose::Automatic;
use super::letters::{Envelope, Writing};
use super::token::Tokens;
use crate::config::Settings;
use crate::domain::letter::LetterText;
use crate::domain::message::Address;
use crate::store::door::StepError;
use crate::store::outbox::{self, Leave};
use crate::store::people::Person;
use crate::store::vault::keys::HOUSE_KEY;
use crate::store::{Tx, marks};

/// Puts a mail to a member of staff into the outbox; returns its number there.
///
/// # Errors
/// When the address cannot be one, or the store fails.
pub fn tell(
    tx: &mut Tx<'_>,
    settings: &Settings,
    person: &Person,
    occasion: &str,
    text: &LetterText,
    now: DateTime<Utc>,
) -> Result<i64, StepError> {
    let to = Address {
        name: person.name.clone(),
        address: person.email.clone(),
    };
    let mail = Envelope::of(&Writing {
        tokens: Tokens::new(tx.vault, settings),
        request: None,
        to: &to,
        text,
        automatic: Automatic::Generated,
        thread: None,
        now,
    })?;
    let mail = outbox::NewMail {
        request_id: None,
        key_id: HOUSE_KEY,
        occasion,
        message_id: &mail.message_id,
        token: Some(marks::token(tx.vault, &mail.token)),
        recipient: &person.email,
        raw: &mail.raw,
        automatic: true,
        leave: Leave::At(now),
    };
    Ok(outbox::enqueue(tx, &mail, now)?)
}
