//! What the stories share: the two regimes they run under.

pub mod clocked;
pub mod house;
pub mod rulebook;
