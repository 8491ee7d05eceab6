//! Bytes in, bytes out: reading mail, watching mailboxes, writing and sending letters.

pub mod charset;
pub mod parse;

pub mod auth;

mod address;
mod body;
mod decode;
pub mod disclosed;
mod fit;
mod guess;
mod header;
mod html;
mod mime;
mod quote;
mod transfer;

pub mod census;
pub mod files;
pub mod mailbox;

mod certificate;
mod folder_name;
mod imap;
mod touch;

pub mod alternatives;
pub mod bring_back;
pub mod codes;
pub mod compose;
pub mod draft;
pub mod form;
pub mod letters;
pub mod news;
pub mod oauth;
pub mod probe;
pub mod reading;
pub mod report;
pub mod reread;
pub mod sign_in;
pub mod staff;
pub mod tasks;
pub mod tls;
pub mod token;
pub mod transport;
