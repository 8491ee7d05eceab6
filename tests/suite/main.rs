//! The stories that Habeas keeps, in one program.

mod harness;

mod casework;
mod deadlines;
mod intake;
mod packs;
