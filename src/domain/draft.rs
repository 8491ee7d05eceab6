//! The answer as a person wrote it before it leaves, beside the one that was put together from the decisions.

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::person::PersonId;
use super::text::TextRef;

/// A draft of the answer. It is of the decisions as they stood when it was saved, and is void when one of them changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The letter that leaves, in the form of `LetterText::written`.
    pub letter: TextRef,
    /// What was put together, in the same form, so that the changes stay visible.
    pub generated: TextRef,
    /// The officer's own words in what was put together.
    pub words: Option<TextRef>,
    /// Who saved it.
    pub by: PersonId,
}

/// Whether a letter written before an event no longer says what is so after it: another decision, another reader.
pub(super) fn outdates(event: &Event) -> bool {
    matches!(
        event,
        Event::Triaged { .. }
            | Event::ItemAdded(_)
            | Event::ItemDropped { .. }
            | Event::GroundChosen { .. }
            | Event::Assessed { .. }
            | Event::ConditionChecked { .. }
            | Event::RetentionFound { .. }
            | Event::Decided { .. }
            | Event::IdentityConfirmed { .. }
            | Event::IdentityNotProven { .. }
            | Event::MergeTaken { .. }
            | Event::MessageReread { .. }
            | Event::Reopened { .. }
            | Event::BroughtBack
    )
}
