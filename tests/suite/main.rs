//! The stories that Habeas keeps, in one program.

#![expect(clippy::type_complexity, reason = "a table of rows says its type where it stands")]

mod harness;

mod addresses;
mod answers;
mod architecture;
mod assess;
mod authenticity;
mod automatic;
mod balance;
mod bulk;
mod casework;
mod clock;
mod clock_pages;
mod corrections;
mod deadlines;
mod demo;
mod disclosure;
mod drafts;
mod followups;
mod handover;
mod hints;
mod hostile;
mod identity;
mod intake;
mod law;
mod lexicon;
mod packs;
mod portable;
mod portal;
mod proof;
mod proposals;
mod readable;
mod recognition;
mod reminders;
mod second_factor;
mod sequences;
mod systems;
mod task_mergers;
mod tasks;
mod threads;
mod web;
