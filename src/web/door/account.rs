//! Changes to an account that its person is told of by mail, so that one they did not make does not go unnoticed.

use chrono::{DateTime, Utc};

use crate::domain::letter::LetterText;
use crate::house::House;
use crate::mail::staff;
use crate::store::people::Person;
use crate::store::{Tx, second_factor};
use crate::web::error::PageError;
use crate::web::frame::words::{Language, Words};

/// What happened to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A second factor counts from now on.
    SetUp,
    /// An administrator took the second factor away.
    Reset,
}

impl Change {
    fn word(self) -> &'static str {
        match self {
            Self::SetUp => "second-factor-set-up",
            Self::Reset => "second-factor-reset",
        }
    }
}

/// Puts a mail to the person into the outbox; it is sent once the change is committed.
///
/// # Errors
/// When their address cannot be one, or the store fails.
pub fn tell(
    tx: &mut Tx<'_>,
    house: &House,
    person: &Person,
    change: Change,
    now: DateTime<Utc>,
) -> Result<(), PageError> {
    let words = Words::of(Language::of_tag(&person.language).unwrap_or(Language::English));
    let word = change.word();
    let text = LetterText {
        subject: words.t(&format!("account-{word}-subject")),
        body: format!(
            "{}\n\n{}",
            words.with("account-hello", "name", &person.name),
            words.t(&format!("account-{word}-text"))
        ),
        language: words.language.tag().to_owned(),
    };
    let _letter = staff::tell(tx, &house.settings, person, word, &text, now).map_err(PageError::broken)?;
    Ok(())
}

/// Takes a person's second factor away, and with it their sessions, and tells them. Says whether there was one.
///
/// # Errors
/// When the store fails.
pub fn reset_second_factor(
    tx: &mut Tx<'_>,
    house: &House,
    person: &Person,
    by: &str,
    now: DateTime<Utc>,
) -> Result<bool, PageError> {
    let was_there = second_factor::reset(tx, (person.id, person.role), by, now)?;
    if was_there {
        tell(tx, house, person, Change::Reset, now)?;
    }
    Ok(was_there)
}
