//! Where in a file something is, precise enough to remove it.

use serde::{Deserialize, Serialize};

/// A place, seen from the file that is handed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The files on the way, from the outside in: entries of archives, attachments. Empty in the file itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<String>,
    /// The place in the innermost file.
    pub spot: Spot,
}

/// A stretch of a text, in bytes of its UTF-8 form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stretch {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// A rectangle, in pixels from the upper left corner of a picture, or in thousandths of a point from the lower left
/// corner of a page's coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Area {
    /// The left edge.
    pub left: i64,
    /// The edge with the smaller second coordinate.
    pub bottom: i64,
    /// How wide.
    pub width: i64,
    /// How high.
    pub height: i64,
}

/// One cell of a table, with the stretch of its text that is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellRange {
    /// The column, from 0.
    pub column: u32,
    /// The row, from 0.
    pub row: u32,
    /// The stretch; the whole cell when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stretch: Option<Stretch>,
}

impl CellRange {
    /// The name of the cell as spreadsheets write it: `B7`.
    pub fn name(&self) -> String {
        format!("{}{}", column_name(self.column), u64::from(self.row) + 1)
    }
}

/// The name of a column as spreadsheets write it: `A` is 0.
pub fn column_name(column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = u64::from(column) + 1;
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    letters.iter().rev().collect()
}

/// A place in one file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// The file as a whole.
    File,
    /// A stretch of a text.
    Text {
        /// The line, from 1.
        line: usize,
        /// The stretch of the whole text.
        stretch: Stretch,
    },
    /// Cells of a table; more than one where a value is split over them.
    Cells {
        /// The sheet; empty in a file that is one table.
        sheet: String,
        /// Which cells.
        cells: Vec<CellRange>,
    },
    /// Everything in a column below its heading.
    Column {
        /// The sheet; empty in a file that is one table.
        sheet: String,
        /// The column, from 0.
        column: u32,
        /// The row of the heading, from 0.
        below: u32,
    },
    /// A sheet of a workbook.
    Sheet(String),
    /// A value in a JSON text, by its path (RFC 6901), and the stretch of the text that it takes.
    Field {
        /// The path.
        path: String,
        /// The value as it is written, in the whole text.
        stretch: Stretch,
    },
    /// A stretch of a paragraph's text.
    Paragraph {
        /// The part of the file, such as `word/document.xml`.
        part: String,
        /// The paragraph in that part, from 1.
        number: usize,
        /// The stretch of its visible text.
        stretch: Stretch,
    },
    /// A part of a file, by its name there.
    Part(String),
    /// A page, or an area of it.
    Page {
        /// The page, from 1.
        page: u32,
        /// The areas; the whole page when there are none.
        areas: Vec<Area>,
    },
    /// Areas of a picture.
    Picture {
        /// The areas; the whole picture when there are none.
        areas: Vec<Area>,
    },
    /// A header field of a mail.
    Header(String),
}

impl Place {
    /// A place in the file itself.
    pub fn here(spot: Spot) -> Self {
        Self {
            inside: Vec::new(),
            spot,
        }
    }
}
