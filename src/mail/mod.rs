//! Bytes in, bytes out: reading mail, watching mailboxes, writing and sending letters.

mod address;
mod body;
mod decode;
mod header;
mod html;
mod mime;
pub mod parse;
mod quote;

pub mod compose;
pub mod files;
pub mod letters;
pub mod transport;
pub mod tls;
