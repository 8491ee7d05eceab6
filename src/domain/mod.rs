//! Law and casework as plain values and functions: no time of day, database, mail, web or settings.

pub mod calendar;
pub mod deadline;
pub mod policy;

pub mod message;
pub mod lexicon;
pub mod classification;
pub mod score;
pub mod thread;

pub mod event;
pub mod item;
pub mod request;
pub mod moves;
pub mod decide;
pub mod reminder;
pub mod letter;

pub mod mistake;
pub mod person;
pub mod text;
