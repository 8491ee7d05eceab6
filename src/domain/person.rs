//! Who acts: a person with a role, or one of the parts of Habeas that act by themselves.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a person may do. Each person has exactly one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Runs requests: assesses, decides, answers.
    Officer,
    /// The second person: approves or returns what an officer decided.
    Reviewer,
    /// Does the tasks of the systems they own, and sees nothing else.
    SystemOwner,
    /// Reads the journal and the requests, and changes nothing.
    Auditor,
    /// Runs the house: people, calendars, settings.
    Admin,
}

impl Role {
    /// Every role, in the order they are offered.
    pub const ALL: [Self; 5] = [
        Self::Officer,
        Self::Reviewer,
        Self::SystemOwner,
        Self::Auditor,
        Self::Admin,
    ];

    /// Its written form, the same in tables, pages and the journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Reviewer => "reviewer",
            Self::SystemOwner => "system-owner",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownRole(pub String);

impl fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "There is no role \"{}\"; use one of officer, reviewer, system-owner, auditor, admin.",
            self.0
        )
    }
}

impl std::error::Error for UnknownRole {}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == word)
            .ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

/// The number of a person's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub i64);

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Who takes a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A person who is signed in, with the role they have at that moment.
    Person {
        /// Whose account.
        id: PersonId,
        /// What they may do.
        role: Role,
    },
    /// The intake, on behalf of a mail that arrived.
    Mail,
    /// The sweeper, because an instant was reached.
    Clock,
    /// The delivery, because an outgoing mail was accepted or refused.
    Post,
    /// The owner of a system, by the personal link of a task.
    Owner {
        /// The link, by its number.
        link: i64,
        /// The one task that it opens.
        task: u32,
    },
    /// Whoever proved, by a code sent there, that they read the mail of the request's address.
    Requester,
}

/// As the journal names the actor: `person:7`, `mail`, `clock`, `post`, `requester`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person { id, .. } => write!(f, "person:{id}"),
            Self::Mail => f.write_str("mail"),
            Self::Clock => f.write_str("clock"),
            Self::Post => f.write_str("post"),
            Self::Owner { link, .. } => write!(f, "owner:{link}"),
            Self::Requester => f.write_str("requester"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_back_from_its_written_form() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
            assert_eq!(serde_json::to_value(role).unwrap(), serde_json::json!(role.as_str()));
        }
        assert!("root".parse::<Role>().is_err());
    }

    #[test]
    fn the_journal_names_a_person_by_number_only() {
        let officer = Actor::Person {
            id: PersonId(7),
            role: Role::Officer,
        };
        assert_eq!(officer.to_string(), "person:7");
        assert_eq!(Actor::Clock.to_string(), "clock");
    }
}
