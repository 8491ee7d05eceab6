//! A free text that events point to: the words themselves are kept apart, under the request's key.

use serde::{Deserialize, Serialize};

/// A free text as the journal knows it: where it is kept and what it commits to. When the key is destroyed the text is
/// gone, and the journal still verifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextRef {
    /// Its row in the table of texts.
    pub id: i64,
    /// SHA-256 of a random salt of 32 bytes followed by the text in UTF-8, in lower-case hex.
    pub commitment: String,
}

/// A sealed file, by its row, with a salted commitment to its bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileRef {
    /// The row.
    pub id: i64,
    /// Lower-case hex of SHA-256 over the sealed salt and the bytes.
    pub commitment: String,
}
