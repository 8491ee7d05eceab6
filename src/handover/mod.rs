//! What is handed over as one archive: the files, what they are, and a page that a person can read. Bytes out of values.

mod index;
mod names;
pub mod package;
