//! What can go wrong in the store, as sentences with a cure and never with personal data.

use diesel::result::{DatabaseErrorKind, Error as QueryError};

/// A failed step of the store. Only [`StoreError::Conflict`] is worth deciding again at once.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database address cannot be used.
    #[error("{0}")]
    Address(String),
    /// The database would lose what it confirmed.
    #[error("The database setting {setting} is \"{found}\"; Habeas needs {needed}, or a confirmed step could be lost.")]
    Unsafe {
        /// The engine's own name of the setting.
        setting: &'static str,
        /// What it is.
        found: String,
        /// What it has to be.
        needed: &'static str,
    },
    /// No connection could be had.
    #[error("The database could not be reached")]
    Connect(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The tables could not be brought up to date.
    #[error("The tables could not be brought up to date")]
    Migrate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Somebody else wrote the same thing first: load again and decide once more.
    #[error("The same thing was changed at the same time; load it again and decide once more.")]
    Conflict,
    /// What was asked for is not there.
    #[error("There is no {what} with the number {id}.")]
    Missing {
        /// The noun, such as `message`.
        what: &'static str,
        /// Its number.
        id: i64,
    },
    /// A value in the database is not what was written.
    #[error("A stored value is corrupt: {0}.")]
    Corrupt(String),
    /// The journal holds whole numbers only, so that its bytes are the same everywhere.
    #[error("The event holds a number that the journal cannot write exactly: {0}.")]
    NotCanonical(String),
    /// The master key file cannot be used.
    #[error("{0}")]
    MasterKey(String),
    /// A sealed value does not open: another key, another place, or changed bytes.
    #[error("A sealed value of {place} does not open: it was changed, moved, or sealed under another key.")]
    Sealed {
        /// The table and row it stands in.
        place: String,
    },
    /// The key was destroyed, and with it everything sealed under it.
    #[error("The key {0} was destroyed; what it sealed is erased.")]
    Erased(i64),
    /// The disk failed once; nothing more is written until the next start.
    #[error("The disk failed earlier; nothing more is written until Habeas has been started again.")]
    Halted,
    /// The database refused a statement.
    #[error("The database refused a statement")]
    Query(#[source] QueryError),
}

impl StoreError {
    /// Whether the disk itself failed, so that no later write can be trusted.
    pub(super) fn is_disk_failure(&self) -> bool {
        match self {
            Self::Query(QueryError::DatabaseError(_, detail)) => {
                let message = detail.message();
                message.starts_with("disk I/O error") || message.contains("could not fsync")
            }
            _ => false,
        }
    }
}

/// The outcome of a conditional update of one row: when it found none, somebody else was first.
pub(super) fn exactly_one(changed: usize) -> Result<(), StoreError> {
    match changed {
        1 => Ok(()),
        _ => Err(StoreError::Conflict),
    }
}

impl From<QueryError> for StoreError {
    fn from(error: QueryError) -> Self {
        match &error {
            QueryError::DatabaseError(
                DatabaseErrorKind::UniqueViolation | DatabaseErrorKind::SerializationFailure,
                _,
            ) => Self::Conflict,
            QueryError::DatabaseError(_, detail)
                if detail.message().starts_with("database is locked")
                    || detail.message().starts_with("deadlock detected") =>
            {
                Self::Conflict
            }
            _ => Self::Query(error),
        }
    }
}

impl From<diesel::r2d2::PoolError> for StoreError {
    fn from(error: diesel::r2d2::PoolError) -> Self {
        Self::Connect(Box::new(error))
    }
}
