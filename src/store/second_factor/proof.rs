//! What a check of the second factor leaves in the hand. Nothing outside of this layer can make one, and the door takes
//! no step that asks for one without it.

use chrono::{DateTime, Utc};

use crate::domain::person::{Actor, PersonId};
use crate::domain::second_factor::RECENT;

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
    pub(in crate::store) fn counts_for(&self, actor: Actor, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (is(self.person, actor) && self.at <= now && now - self.at < RECENT).then_some(self.at)
    }
}

impl Fresh {
    pub(super) fn new(person: PersonId, checked_at: DateTime<Utc>) -> Self {
        Self { person, checked_at }
    }

    /// When the check was, if it counts for a step of this actor now.
    pub(in crate::store) fn counts_for(&self, actor: Actor, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (is(self.person, actor) && now - self.checked_at < RECENT).then_some(self.checked_at)
    }
}

fn is(person: PersonId, actor: Actor) -> bool {
    match actor {
        Actor::Person { id, .. } => id == person,
        Actor::Mail | Actor::Clock | Actor::Post | Actor::Owner { .. } | Actor::Requester => false,
    }
}
