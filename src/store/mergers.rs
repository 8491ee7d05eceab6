//! Following mergers: where a request goes on, and which went into it.

use super::requests::{Stored, find, history};
use super::{Reader, StoreError};
use crate::domain::event::Event;
use crate::domain::request::Stage;

/// More mergers than this are not followed from one request.
const MOST_MERGERS: usize = 32;

/// The request under which a merged one goes on; itself where it was not merged.
///
/// # Errors
/// When the store fails.
pub fn goes_on_as(db: &mut Reader<'_>, mut stored: Stored) -> Result<Stored, StoreError> {
    for _ in 0..MOST_MERGERS {
        let Stage::Merged { into, .. } = stored.request.stage else {
            break;
        };
        stored = find(db, into)?;
    }
    Ok(stored)
}

/// The requests that were merged into one, and those merged into these, the earliest merger first. What was erased since
/// is left out.
///
/// # Errors
/// When the store fails.
pub fn merged_into(db: &mut Reader<'_>, id: i64) -> Result<Vec<Stored>, StoreError> {
    let mut found: Vec<Stored> = Vec::new();
    let mut to_look_at = vec![id];
    while let Some(next) = to_look_at.pop() {
        for recorded in history(db, next)? {
            let Event::MergeTaken { request, .. } = recorded.event else {
                continue;
            };
            let known = found.iter().any(|other| other.id == request);
            if known || found.len() >= MOST_MERGERS {
                continue;
            }
            match find(db, request) {
                Ok(other) => found.push(other),
                Err(StoreError::Erased(_)) => {}
                Err(error) => return Err(error),
            }
            to_look_at.push(request);
        }
    }
    Ok(found)
}
