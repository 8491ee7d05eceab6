//! A message made a request by a person: set aside or quarantined before, or held at a request that it does not belong to.

use super::reading::Reading;
use crate::domain::classification::{Classification, Kind};
use crate::domain::event::{CaseKind, Channel, Triage};
use crate::domain::policy::{ExemptionId, OnBehalfId, Policy, RightId};
use crate::domain::request::PolicyStamp;
use crate::store::door::{Door, Draft, FirstMessage, StepError};
use crate::store::messages::{self, Listed, Outcome, Standing};
use crate::store::portal::PORTAL;
use crate::store::requests::Stored;
use crate::store::vault::keys;
use crate::store::{StoreError, Tx};

/// Opens a request from a message, with the true time of its receipt; somebody says next what it is.
///
/// A message that stood at another request was sealed under that request's key, so it first gets one of its own: else
/// erasing the one would erase the other.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else was faster, and whatever the door or the store cannot do.
pub fn bring_back(tx: &mut Tx<'_>, door: &Door<'_>, policy: &Policy, message: &Listed) -> Result<Stored, StepError> {
    let key_id = match message.outcome {
        Outcome::Joined | Outcome::Duplicate => {
            let (key_id, _) = keys::make(tx)?;
            messages::rekey(tx, message.id, key_id)?;
            key_id
        }
        Outcome::SetAside | Outcome::Quarantined => messages::key_of(tx, message.id)?,
        Outcome::Kept | Outcome::Opened => return Err(StoreError::Conflict.into()),
    };
    let kept = Reading::kept(tx, message.id)?;
    let stored = door.open(
        tx,
        &draft(policy, message, key_id, kept.as_ref().map(|kept| &kept.classification)),
    )?;
    let standing = Standing {
        outcome: Outcome::Opened,
        why: "by-hand".to_owned(),
        request_id: Some(stored.id),
        duplicate_of: None,
        held: false,
    };
    messages::change(tx, message.id, message.outcome, &standing)?;
    Ok(stored)
}

fn draft(policy: &Policy, message: &Listed, key_id: i64, read: Option<&Classification>) -> Draft {
    let on_behalf = read.map_or(OnBehalfId::NONE, |read| read.on_behalf.id.as_str());
    let rule = policy.on_behalf(&OnBehalfId::new(on_behalf));
    let allowed =
        |right: &RightId| policy.right(right).is_some() && rule.is_none_or(|rule| !rule.excludes.contains(right));
    let rights = read.map(|read| {
        read.rights
            .iter()
            .map(|found| RightId::new(&found.id))
            .filter(allowed)
            .collect()
    });
    let hints = read.map(|read| read.flags.iter().map(|found| ExemptionId::new(&found.id)).collect());
    Draft {
        policy: PolicyStamp {
            id: policy.id.clone(),
            version: policy.version.clone(),
        },
        channel: if message.place == PORTAL {
            Channel::Portal
        } else {
            Channel::Mail
        },
        received_at: message.received_at,
        message: Some(FirstMessage { id: message.id, key_id }),
        language: read.map_or("en", |read| read.language.as_str()).to_owned(),
        kind: read.map_or(CaseKind::Request, |read| case_of(read.kind)),
        triage: Triage::Needed,
        on_behalf: OnBehalfId::new(rule.map_or(OnBehalfId::NONE, |rule| rule.id.as_str())),
        rights: rights.unwrap_or_default(),
        hints: hints.unwrap_or_default(),
        card: message.card.clone().unwrap_or_default(),
        review_of: None,
    }
}

/// What sort of case a mail of a kind opens.
pub(crate) fn case_of(kind: Kind) -> CaseKind {
    match kind {
        Kind::Complaint => CaseKind::Complaint,
        Kind::Question => CaseKind::Question,
        Kind::Request | Kind::FollowUp | Kind::Automatic | Kind::Unrelated => CaseKind::Request,
    }
}
