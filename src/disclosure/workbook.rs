//! A workbook as values in cells: what its parts say, without formulas, pictures and whatever else programs add.

use super::xml::{Element, Piece, pieces};

/// How a sheet is kept from sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Seen.
    Shown,
    /// Hidden; a menu shows it again.
    Hidden,
    /// Hidden so that no menu shows it.
    VeryHidden,
}

/// A sheet as the workbook lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// The reference that leads to its part.
    pub relation: String,
    /// Whether it is seen.
    pub visibility: Visibility,
}

/// What the main part of a workbook says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workbook {
    /// The sheets in their order.
    pub sheets: Vec<Listed>,
    /// Defined names: name, what it stands for, whether it is hidden.
    pub names: Vec<(String, String, bool)>,
    /// Whether dates count from 1904.
    pub from_1904: bool,
    /// Whether it could not be read to its end.
    pub broken: bool,
}

impl Workbook {
    /// Reads the main part.
    pub fn parse(text: &str) -> Self {
        let mut workbook = Self::default();
        let mut defined: Option<(String, String, bool)> = None;
        let mut all = pieces(text);
        for piece in all.by_ref() {
            match piece {
                Piece::Open(element) => match element.name() {
                    "sheet" => workbook.sheets.push(listed(&element)),
                    "workbookPr" => workbook.from_1904 = element.is_on("date1904"),
                    "definedName" => {
                        let name = element.attribute("name").unwrap_or_default();
                        defined = Some((name, String::new(), element.is_on("hidden")));
                    }
                    _ => {}
                },
                Piece::Text(text) => {
                    if let Some((_, stands_for, _)) = &mut defined {
                        stands_for.push_str(&text);
                    }
                }
                Piece::Close(name) if name == "definedName" => workbook.names.extend(defined.take()),
                Piece::Close(_) => {}
            }
        }
        workbook.broken = all.is_broken();
        workbook
    }
}

fn listed(element: &Element<'_>) -> Listed {
    Listed {
        name: element.attribute("name").unwrap_or_default(),
        relation: element.attribute("id").unwrap_or_default(),
        visibility: match element.attribute("state").as_deref() {
            None | Some("visible") => Visibility::Shown,
            Some("hidden") => Visibility::Hidden,
            Some(_) => Visibility::VeryHidden,
        },
    }
}

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// A number as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// A text by its place in the table of shared texts.
    Shared(usize),
    /// True or false, `1` or `0`.
    Truth(String),
    /// An error, such as `#N/A`.
    Error(String),
}

/// A cell with something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetCell {
    /// The column, from 0.
    pub column: u32,
    /// Its form, by number.
    pub style: usize,
    /// What it holds.
    pub held: Held,
}

/// A row of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SheetRow {
    /// The row, from 0.
    pub index: u32,
    /// Whether it is not shown.
    pub hidden: bool,
    /// How high, in points, where that is set.
    pub height: Option<String>,
    /// Its cells.
    pub cells: Vec<SheetCell>,
}

/// Columns with a width of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The first, from 0.
    pub first: u32,
    /// The last, from 0.
    pub last: u32,
    /// How wide, where that is set.
    pub width: Option<String>,
    /// Whether they are not shown.
    pub hidden: bool,
}

/// A sheet's values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Columns with a width of their own.
    pub columns: Vec<Columns>,
    hidden: Vec<(u32, u32)>,
    /// The rows with something in them.
    pub rows: Vec<SheetRow>,
    /// Cells that are shown as one: `A1:B2`.
    pub merged: Vec<String>,
    /// What else the sheet says in words: formulas, lists to choose from, headers of the printed page.
    pub beside: String,
    /// Whether it could not be read to its end.
    pub broken: bool,
}

impl Sheet {
    /// Whether a column is shown.
    pub fn shows_column(&self, column: u32) -> bool {
        let before = self.hidden.partition_point(|(first, _)| *first <= column);
        let nearest = before.checked_sub(1).and_then(|at| self.hidden.get(at));
        nearest.is_none_or(|(_, last)| *last < column)
    }

    /// The hidden columns as ranges that do not touch.
    fn collect_hidden(&mut self) {
        let mut ranges: Vec<(u32, u32)> = self
            .columns
            .iter()
            .filter(|one| one.hidden)
            .map(|one| (one.first, one.last))
            .collect();
        ranges.sort_unstable();
        for (first, last) in ranges {
            match self.hidden.last_mut() {
                Some((_, end)) if first <= *end => *end = last.max(*end),
                _ => self.hidden.push((first, last)),
            }
        }
    }
}

/// The rows and columns that a workbook can have (ECMA-376, as programs limit it).
const LAST_ROW: u32 = 1_048_575;
const LAST_COLUMN: u32 = 16_383;

/// Reads a sheet's part.
pub fn sheet(text: &str) -> Sheet {
    let mut reader = SheetReader::default();
    let mut all = pieces(text);
    for piece in all.by_ref() {
        match piece {
            Piece::Open(element) => reader.open(&element),
            Piece::Close(name) => reader.close(&name),
            Piece::Text(text) => reader.text(&text),
        }
    }
    reader.sheet.broken = all.is_broken();
    reader.sheet.collect_hidden();
    reader.sheet
}

#[derive(Debug, Default)]
struct SheetReader {
    sheet: Sheet,
    /// The row after the last one read.
    next_row: u32,
    next_column: u32,
    cell: Option<Reading>,
    within: Within,
}

/// What of a cell is being read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Nothing that a reader of the sheet sees.
    #[default]
    Beside,
    /// The value or the text itself.
    Value,
    /// How a text is spoken, which is not shown.
    Phonetic,
}

#[derive(Debug)]
struct Reading {
    column: u32,
    style: usize,
    form: String,
    value: String,
}

impl SheetReader {
    fn open(&mut self, element: &Element<'_>) {
        match element.name() {
            "col" => self.column(element),
            "row" => self.row(element),
            "c" => self.begin_cell(element),
            "v" if self.cell.is_some() => self.within = Within::Value,
            "t" if self.cell.is_some() && self.within != Within::Phonetic => self.within = Within::Value,
            "rPh" => self.within = Within::Phonetic,
            "mergeCell" => self.sheet.merged.extend(element.attribute("ref")),
            _ => {}
        }
    }

    fn column(&mut self, element: &Element<'_>) {
        let number = |name: &str| element.attribute(name).and_then(|value| value.parse::<u32>().ok());
        let width = element.attribute("width");
        let narrow = width
            .as_deref()
            .and_then(|width| width.parse::<f64>().ok())
            .is_some_and(|width| width <= 0.0);
        if let (Some(first), Some(last)) = (number("min"), number("max")) {
            self.sheet.columns.push(Columns {
                first: first.saturating_sub(1).min(LAST_COLUMN),
                last: last.saturating_sub(1).min(LAST_COLUMN),
                hidden: element.is_on("hidden") || narrow,
                width,
            });
        }
    }

    fn row(&mut self, element: &Element<'_>) {
        let number = element.attribute("r").and_then(|value| value.parse::<u32>().ok());
        let index = number
            .map_or(self.next_row, |number| number.saturating_sub(1))
            .min(LAST_ROW);
        let height = element.attribute("ht");
        let flat = height
            .as_deref()
            .and_then(|height| height.parse::<f64>().ok())
            .is_some_and(|height| height <= 0.0);
        self.next_row = index + 1;
        self.next_column = 0;
        self.sheet.rows.push(SheetRow {
            index,
            hidden: element.is_on("hidden") || flat,
            height,
            cells: Vec::new(),
        });
    }

    fn begin_cell(&mut self, element: &Element<'_>) {
        let column = element
            .attribute("r")
            .and_then(|name| column_of(&name))
            .unwrap_or(self.next_column);
        self.next_column = column.saturating_add(1);
        self.within = Within::Beside;
        self.cell = Some(Reading {
            column: column.min(LAST_COLUMN),
            style: element.attribute("s").and_then(|style| style.parse().ok()).unwrap_or(0),
            form: element.attribute("t").unwrap_or_default(),
            value: String::new(),
        });
    }

    fn text(&mut self, text: &str) {
        match (&mut self.cell, self.within) {
            (Some(cell), Within::Value) => cell.value.push_str(text),
            _ => self.sheet.beside.push_str(text),
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "v" | "t" if self.within == Within::Value => self.within = Within::Beside,
            "rPh" => self.within = Within::Beside,
            "c" => {
                if let Some(cell) = self.cell.take() {
                    self.keep(cell);
                }
                self.within = Within::Beside;
            }
            _ => {}
        }
        if !self.sheet.beside.is_empty() && !self.sheet.beside.ends_with('\n') {
            self.sheet.beside.push('\n');
        }
    }

    fn keep(&mut self, cell: Reading) {
        let held = match cell.form.as_str() {
            "s" => cell.value.trim().parse().map_or(Held::Text(cell.value), Held::Shared),
            "b" => Held::Truth(cell.value),
            "e" => Held::Error(cell.value),
            "" | "n" => Held::Number(cell.value),
            _ => Held::Text(cell.value),
        };
        let empty = matches!(&held, Held::Number(text) | Held::Text(text) if text.is_empty());
        if let Some(row) = self.sheet.rows.last_mut().filter(|_| !empty) {
            row.cells.push(SheetCell {
                column: cell.column,
                style: cell.style,
                held,
            });
        }
    }
}

/// The column of a cell's name: `B7` is in column 1.
fn column_of(name: &str) -> Option<u32> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).take(4);
    let column = letters.fold(0u32, |column, letter| {
        column * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    column.checked_sub(1)
}

/// The shared texts of a workbook, without how they are spoken.
pub fn shared_texts(text: &str) -> (Vec<String>, bool) {
    let mut texts = Vec::new();
    let mut current: Option<String> = None;
    let mut within = Within::Beside;
    let mut all = pieces(text);
    for piece in all.by_ref() {
        match piece {
            Piece::Open(element) => match element.name() {
                "si" => current = Some(String::new()),
                "t" if within != Within::Phonetic => within = Within::Value,
                "rPh" => within = Within::Phonetic,
                _ => {}
            },
            Piece::Text(text) => {
                if let (Some(current), Within::Value) = (&mut current, within) {
                    current.push_str(&text);
                }
            }
            Piece::Close(name) => match name.as_str() {
                "si" => texts.extend(current.take()),
                "t" if within == Within::Value => within = Within::Beside,
                "rPh" => within = Within::Beside,
                _ => {}
            },
        }
    }
    (texts, all.is_broken())
}
