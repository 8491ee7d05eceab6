//! A message read anew as a person chose: its view, its card and what recognition makes of it change, its bytes never do.

use super::bring_back::case_of;
use super::charset::Charset;
use super::parse::parse_as;
use super::reading::{Opened, Reading, card_of, thread_mark};
use crate::domain::classification::Classification;
use crate::domain::command::Command;
use crate::domain::event::Proposal;
use crate::domain::lexicon::Lexicon;
use crate::domain::message::Characters;
use crate::domain::moves::Refusal;
use crate::domain::policy::{ExemptionId, OnBehalfId, Policy};
use crate::store::door::{Desk, Door, Seen, StepError};
use crate::store::messages::{self, Card, Listed, Reread};
use crate::store::requests::Stored;
use crate::store::{StoreError, Tx, office};

/// Reads a message by a character set from now on, or as it says itself. Returns its request, when it has one.
///
/// The choice is an event of that request, else of the house. What a person has decided stays; a request that waits for
/// triage is proposed as what the message reads as now.
///
/// # Errors
/// [`Refusal::NothingChanges`] when it is read so already, and whatever the door or the store cannot do.
pub fn reread(
    tx: &mut Tx<'_>,
    door: &Door<'_>,
    lexicon: &Lexicon,
    message: &Listed,
    chosen: Option<Charset>,
) -> Result<Option<Stored>, StepError> {
    let opened = Opened::open(tx, message.id)?;
    let stands_so = opened.chosen == chosen && message.characters == Characters::Certain;
    if stands_so || opened.is_poisoned {
        return Err(Refusal::NothingChanges.into());
    }
    let mail = parse_as(&opened.raw, chosen);
    let reading = Reading::of(&mail, lexicon);
    let card = card_of(&mail);
    let written = serde_json::to_value(&reading)
        .map_err(|error| StoreError::Corrupt(format!("a reading that cannot be written: {error}")))?;
    let charset = chosen.map(Charset::name);
    let reread = Reread {
        charset,
        thread: thread_mark(tx.vault, &mail),
        card: &card,
        reading: &written,
    };
    messages::reread(tx, message.id, &reread)?;
    let Some(request) = message.request_id else {
        office::note_reading(tx, message.id, charset, &door.actor.to_string(), door.now)?;
        return Ok(None);
    };
    let stored = door.step(tx, request, Seen::Whatever, |desk| {
        let began_here = desk.stored.request.messages.first() == Some(&message.id);
        let card = if began_here {
            // Whom an answer goes to is not a matter of how the mail looks.
            let address = desk.stored.card.address.clone();
            Some(desk.keep_card(&Card {
                address,
                ..card.clone()
            })?)
        } else {
            None
        };
        Ok(Command::Reread {
            message: message.id,
            charset: charset.map(str::to_owned),
            card,
            proposal: proposal(desk, &reading.classification),
        })
    })?;
    Ok(Some(stored))
}

fn proposal(desk: &Desk<'_, '_>, read: &Classification) -> Proposal {
    let policy: &Policy = desk.rules.policy;
    let on_behalf = policy.on_behalf(&OnBehalfId::new(&read.on_behalf.id));
    Proposal {
        kind: case_of(read.kind),
        language: read.language.clone(),
        on_behalf: OnBehalfId::new(on_behalf.map_or(OnBehalfId::NONE, |rule| rule.id.as_str())),
        hints: read.flags.iter().map(|found| ExemptionId::new(&found.id)).collect(),
    }
}
