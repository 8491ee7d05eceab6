//! The stories that Habeas keeps, in one program.
mod harness;
mod casework;
mod intake;
