//! What the stories share: the two regimes they run under.

pub mod house;
pub mod rulebook;
