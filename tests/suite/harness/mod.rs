//! What the stories share: the two regimes they run under.

pub mod clocked;
pub mod factor;
pub mod house;
pub mod rulebook;
