//! What may not happen on a password alone: identity documents are seen, and files or an answer that gives something
//! leave, only by somebody whose second factor was checked for it.

use chrono::TimeDelta;

use super::event::{Delivery, Event};
use super::request::Request;

/// How long after a check of the second factor a document can still be seen.
pub const RECENT: TimeDelta = TimeDelta::minutes(15);

/// Which check an event asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asks {
    /// None.
    Nothing,
    /// One within [`RECENT`].
    RecentCheck,
    /// One for this very step.
    OwnCheck,
}

/// What events about to happen to a request ask of the person who causes them. It is asked of events and not of
/// commands, so that no new way to the same event can forget it.
pub fn asked_by(request: &Request, events: &[Event]) -> Asks {
    let asked = events.iter().map(|event| asks(request, event));
    asked.max().unwrap_or(Asks::Nothing)
}

fn asks(request: &Request, event: &Event) -> Asks {
    let shows = matches!(event, Event::DocumentViewed { .. });
    let lets_go = matches!(event, Event::ReleaseApproved | Event::Released { .. });
    // An answer by mail leaves when it is queued; that it arrived is told later, by the post.
    let answers = matches!(
        event,
        Event::Approved { .. }
            | Event::AnswerQueued { .. }
            | Event::Answered {
                delivery: Delivery::ByHand,
                ..
            }
    );
    if lets_go || (answers && request.gives()) {
        Asks::OwnCheck
    } else if shows {
        Asks::RecentCheck
    } else {
        Asks::Nothing
    }
}
