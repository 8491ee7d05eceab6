//! The public portal: where people ask, prove that an address is theirs, and follow what they asked.
//!
//! Until an address is proven no page tells whether a person or a request is known: every answer is the same, and what differs
//! is done afterwards by a job.

pub mod address;
pub mod around;
pub mod code;
pub mod complaint;
pub mod document;
pub mod home;
pub mod message;
pub mod package;
pub mod request;
pub mod requests;
pub mod seen;
pub mod stamp;
pub mod status;
pub mod visit;
pub mod withdrawal;
