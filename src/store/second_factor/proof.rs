//! What a check of the second factor leaves in the hand. Nothing outside of this layer can make one, and the door takes
//! no step that asks for one without it.

use chrono::{DateTime, Utc};

use crate::domain::person::{Actor, PersonId};
use crate::domain::second_factor::{Asks, RECENT};

/// A code was right, and is used up by it. It stands for one step of the person who gave it: it cannot be copied.
#[derive(Debug)]
pub struct Checked {
    person: PersonId,
    at: DateTime<Utc>,
}

/// In the session of a person a code was right a short while ago.
#[derive(Debug)]
pub struct Fresh {
    person: PersonId,
    checked_at: DateTime<Utc>,
}

impl Checked {
    pub(super) fn new(person: PersonId, at: DateTime<Utc>) -> Self {
        Self { person, at }
    }

    /// Whose code it was.
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// When, if it counts for a step of this actor now. A step follows its check at once.
    fn counts_for(&self, actor: Actor, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (is(self.person, actor) && now - self.at < RECENT).then_some(self.at)
    }
}

impl Fresh {
    pub(super) fn new(person: PersonId, checked_at: DateTime<Utc>) -> Self {
        Self { person, checked_at }
    }

    /// When the check was, if it counts for a step of this actor now.
    fn counts_for(&self, actor: Actor, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (is(self.person, actor) && now - self.checked_at < RECENT).then_some(self.checked_at)
    }
}

/// What is in the hand of whoever takes a step.
#[derive(Clone, Copy)]
pub(in crate::store) enum Proof<'p> {
    /// Nothing.
    None,
    /// A check a short while ago.
    Fresh(&'p Fresh),
    /// A check for this step.
    Checked(&'p Checked),
}

impl Proof<'_> {
    /// When the check was that this asks for; `None` when it is missing, of somebody else, or too long ago.
    pub(in crate::store) fn at(self, asks: Asks, actor: Actor, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match (self, asks) {
            (Self::Checked(checked), _) => checked.counts_for(actor, now),
            (Self::Fresh(fresh), Asks::Nothing | Asks::RecentCheck) => fresh.counts_for(actor, now),
            (Self::Fresh(_), Asks::OwnCheck) | (Self::None, _) => None,
        }
    }
}

fn is(person: PersonId, actor: Actor) -> bool {
    match actor {
        Actor::Person { id, .. } => id == person,
        Actor::Mail | Actor::Clock | Actor::Post | Actor::Owner { .. } | Actor::Requester => false,
    }
}
