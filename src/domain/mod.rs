//! Law and casework as plain values and functions: no time of day, database, mail, web or settings.

pub mod calendar;
pub mod deadline;
pub mod policy;

pub mod authenticator;
pub mod authenticity;
pub mod classification;
pub mod correction;
pub mod courtesy;
pub mod lexicon;
pub mod lexicon_additions;
pub mod lexicon_proposal;
pub mod lexicon_shared;
pub mod lookalike;
pub mod message;
pub mod score;
pub mod thread;

pub mod approval;
pub mod assessment;
pub mod campaign;
pub mod cell;
pub mod challenge;
pub mod clock;
pub mod command;
pub mod condition;
pub mod decide;
pub mod document;
pub mod draft;
pub mod event;
pub mod identifier;
pub mod identity;
pub mod item;
pub mod lasting;
pub mod letter;
pub mod moves;
pub mod portal;
pub mod proposal;
pub mod release;
pub mod reminder;
pub mod request;
pub mod review;
pub mod rules;
pub mod second_factor;
pub mod serial;
pub mod standing;
pub mod system;
pub mod task;
pub mod task_merger;
pub mod task_reminder;

pub mod mistake;
pub mod person;
pub mod text;
