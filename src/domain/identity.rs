//! Who asks, and whether what they are given reaches them: the proof that a release waits for.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::challenge::RightCode;
use super::event::Opening;
use super::moves::Refusal;
use super::policy::{IdentityMethod, Policy};
use super::request::{Identity, Request};
use super::standing::may_stand_for;
use super::text::TextRef;

/// The shortest time for which a changed address holds a release, in hours; a policy may ask for more.
pub const HOLD_HOURS: u32 = 72;

/// Whether the address that answers go to is known to be the requester's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "contact", rename_all = "kebab-case")]
pub enum Contact {
    /// Nobody has shown that they read what arrives there.
    #[default]
    Unconfirmed,
    /// Shown. It holds for the card it was shown for and for no later one.
    Confirmed {
        /// The card with the address.
        card: TextRef,
        /// Since when.
        at: DateTime<Utc>,
        /// How.
        how: ContactProof,
    },
}

impl Contact {
    /// What is known of the address at the beginning: nothing, but for a review of a decision, whose address was shown there.
    pub fn of_opening(opening: &Opening, at: DateTime<Utc>) -> Self {
        match opening.review_of.as_ref().and_then(|of| of.contact) {
            Some(how) => Self::Confirmed {
                card: opening.card.clone(),
                at,
                how,
            },
            None => Self::Unconfirmed,
        }
    }
}

/// How an address was shown to be the requester's, as the journal says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum ContactProof {
    /// The right code was given for it.
    Code {
        /// The code's number.
        challenge: i64,
    },
    /// The company had it on file for this person.
    OnFile,
}

/// What an address is confirmed by: a right code, which only the check of a code can make, or a person's word that it
/// is on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmation {
    /// The right code was given.
    Code(RightCode),
    /// An officer found it on file.
    OnFile {
        /// Where it stands, and for whom.
        note: TextRef,
    },
}

/// Whether a new address takes the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// There was none: nothing that was proven is lost.
    First,
    /// There was one: what was proven for it says nothing of the new one.
    Replaced,
}

impl Request {
    /// How the address was shown to be the requester's, as it stands on the card now; `None` while it was not.
    pub fn contact_proof(&self) -> Option<ContactProof> {
        match &self.contact {
            Contact::Confirmed { card, how, .. } if *card == self.card => Some(*how),
            Contact::Confirmed { .. } | Contact::Unconfirmed => None,
        }
    }

    /// Whether answers go to an address that is known to be the requester's, as it stands on the card now.
    pub fn has_confirmed_contact(&self) -> bool {
        self.contact_proof().is_some()
    }

    /// Until when a changed address holds a release; `None` when it never changed.
    pub fn held_until(&self, policy: &Policy) -> Option<DateTime<Utc>> {
        self.contact_changed_at.map(|at| at + hold(policy))
    }
}

/// Whether it is certain who receives what is given: identity decided, the standing of one who asks for another shown, and
/// the address confirmed. The time of a changed address is left out.
///
/// # Errors
/// What is missing, in words for the officer.
pub fn receiver(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    identified(request)?;
    may_stand_for(request, policy)?;
    if request.has_confirmed_contact() {
        Ok(())
    } else {
        Err(Refusal::ContactFirst)
    }
}

/// Whether what is given may leave to the requester now, as far as it depends on who and where they are: what
/// [`receiver`] asks, and no recent change of the address.
///
/// # Errors
/// What is missing, in words for the officer.
pub fn release_hold(request: &Request, policy: &Policy, now: DateTime<Utc>) -> Result<(), Refusal> {
    receiver(request, policy)?;
    match request.held_until(policy) {
        Some(until) if now < until => Err(Refusal::AddressChanged),
        Some(_) | None => Ok(()),
    }
}

/// Whether something may be given to this requester at all, in whatever way.
///
/// # Errors
/// What is missing, in words for the officer.
pub(in crate::domain) fn identified(request: &Request) -> Result<(), Refusal> {
    match request.identity {
        Identity::Confirmed { .. } => Ok(()),
        Identity::Open | Identity::Asked { .. } | Identity::NotProven { .. } => Err(Refusal::IdentifyFirst),
    }
}

/// Whether the answer may go by mail: one that tells whether the person is known here goes to a proven address alone.
///
/// # Errors
/// [`Refusal::AnswerTells`].
pub(in crate::domain) fn may_be_told_by_mail(request: &Request) -> Result<(), Refusal> {
    if request.tells() && !request.has_confirmed_contact() {
        return Err(Refusal::AnswerTells);
    }
    Ok(())
}

/// Whether the answer may be handed over, posted or told: one that tells whether the person is known here goes to
/// somebody who showed who they are, or to an address that is theirs. No e-mail address is needed for that.
///
/// # Errors
/// [`Refusal::AnswerTellsByHand`].
pub(in crate::domain) fn may_be_told_by_hand(request: &Request) -> Result<(), Refusal> {
    if request.tells() && !request.has_confirmed_contact() && identified(request).is_err() {
        return Err(Refusal::AnswerTellsByHand);
    }
    Ok(())
}

/// The methods that ask less of the person than this one and were not tried.
pub fn milder_untried<'p>(
    request: &'p Request,
    policy: &'p Policy,
    method: &'p IdentityMethod,
) -> impl Iterator<Item = &'p IdentityMethod> {
    let milder = policy
        .identity
        .iter()
        .filter(|other| other.intrusive < method.intrusive);
    milder.filter(|other| !request.tried.contains(&other.id))
}

/// The method to try next: the least intrusive that was not; once all were, the least intrusive of all.
pub fn proposed<'p>(request: &Request, policy: &'p Policy) -> Option<&'p IdentityMethod> {
    let ladder = policy.ladder();
    let next = ladder.iter().find(|method| !request.tried.contains(&method.id));
    next.or(ladder.first()).copied()
}

/// For how long a changed address holds a release.
fn hold(policy: &Policy) -> TimeDelta {
    TimeDelta::hours(i64::from(policy.release_hold_hours()))
}
