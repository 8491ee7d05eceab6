//! The dashboard: handlers translate a request into a command or a question, and the result into a page.

pub mod calendar;
pub mod desk;
pub mod door;
pub mod entry;
pub mod error;
pub mod frame;
pub mod mail;
pub mod policy;
pub mod request;
pub mod requests;
