//! Tables: values in cells, values split over cells, and columns whose heading says what may not go out.

use std::collections::BTreeMap;

use super::super::characters::BETWEEN_CELLS;
use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::labels::{field, tells};
use super::super::numbers::is_resident_number;
use super::super::place::{CellRange, Spot, Stretch};
use super::super::scan::{Certainty, Hit, Sort, scan};

/// A cell with something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The column, from 0.
    pub column: u32,
    /// What it says.
    pub text: String,
    /// Whether the text is not what is written, such as a number written with an exponent: only the whole cell can go.
    pub as_number: bool,
}

impl Cell {
    /// A cell as it is written; a number with an exponent is written out.
    pub fn new(column: u32, text: &str) -> Self {
        match written_out(text) {
            Some(number) => Self {
                column,
                text: number,
                as_number: true,
            },
            None => Self {
                column,
                text: text.to_owned(),
                as_number: false,
            },
        }
    }
}

/// A row with something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The row, from 0.
    pub index: u32,
    /// Its cells from left to right, without the empty ones.
    pub cells: Vec<Cell>,
}

/// The whole number that is written with an exponent: `1.38001380005E10` is 13800138000, without loss.
pub fn written_out(text: &str) -> Option<String> {
    let text = text.trim();
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let exponent: usize = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
    let (whole, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let sound = whole.len() == 1 && digits(whole) && digits(rest) && exponent <= 18 && rest.len() <= exponent;
    sound.then(|| format!("{whole}{rest}{}", "0".repeat(exponent - rest.len())))
}

/// What separates the fields of a table in text; nothing when the text is no table.
pub fn delimiter(text: &str) -> Option<u8> {
    const LOOKED_AT: usize = 20;
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(LOOKED_AT)
        .collect();
    if lines.len() < 2 {
        return None;
    }
    b",;\t|".iter().copied().find(|delimiter| {
        let count = |line: &&str| {
            let mut quoted = false;
            let separates = |byte: &u8| {
                quoted ^= *byte == b'"';
                !quoted && byte == delimiter
            };
            line.bytes()
                .filter(|byte| *byte == b'"' || byte == delimiter)
                .collect::<Vec<u8>>()
                .iter()
                .copied()
                .filter(separates)
                .count()
        };
        let first = lines.first().map_or(0, count);
        let same = lines.iter().filter(|line| count(line) == first).count();
        first > 0 && same * 10 >= lines.len() * 8
    })
}

/// Reads a table in text.
pub fn text(inspector: &mut Inspector<'_>, text: &str) {
    let rows = rows(text, delimiter(text).unwrap_or(b','));
    table(inspector, "", &rows, Remedy::Remove);
}

/// The rows of a table in text.
pub fn rows(text: &str, delimiter: u8) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut index = 0;
    while reader.read_record(&mut record).unwrap_or(false) {
        let cells = record.iter().zip(0..).filter(|(text, _)| !text.is_empty());
        rows.push(Row {
            index,
            cells: cells.map(|(text, column)| Cell::new(column, text)).collect(),
        });
        index = index.saturating_add(1);
    }
    rows
}

/// Looks through a table.
pub fn table(inspector: &mut Inspector<'_>, sheet: &str, rows: &[Row], remedy: Remedy) {
    for row in rows {
        along(inspector, sheet, row, remedy);
    }
    for column in columns(rows) {
        down(inspector, sheet, &column, remedy);
    }
    headed(inspector, sheet, rows, remedy);
}

/// Cells read as one text, and where each lies in it.
#[derive(Debug, Default)]
struct Joined<'t> {
    text: String,
    cells: Vec<(Stretch, u32, &'t Cell)>,
}

impl<'t> Joined<'t> {
    fn push(&mut self, row: u32, cell: &'t Cell) {
        if !self.text.is_empty() {
            self.text.push(BETWEEN_CELLS);
        }
        let start = self.text.len();
        self.text.push_str(&cell.text);
        let end = self.text.len();
        self.cells.push((Stretch { start, end }, row, cell));
    }

    /// The cells that a stretch of the text lies in, with their part of it.
    fn under(&self, hit: &Hit) -> Vec<CellRange> {
        let from = self.cells.partition_point(|(stretch, ..)| stretch.end <= hit.start);
        let touched = self
            .cells
            .iter()
            .skip(from)
            .take_while(|(stretch, ..)| stretch.start < hit.end);
        touched
            .map(|(stretch, row, cell)| {
                let start = hit.start.max(stretch.start) - stretch.start;
                let end = hit.end.min(stretch.end) - stretch.start;
                let whole = cell.as_number || (start == 0 && end == cell.text.len());
                CellRange {
                    column: cell.column,
                    row: *row,
                    stretch: (!whole).then_some(Stretch { start, end }),
                }
            })
            .collect()
    }
}

fn along(inspector: &mut Inspector<'_>, sheet: &str, row: &Row, remedy: Remedy) {
    let mut joined = Joined::default();
    for cell in &row.cells {
        joined.push(row.index, cell);
    }
    let mut hits = scan(&joined.text, &inspector.context.others);
    hits.extend(
        joined
            .cells
            .iter()
            .filter_map(|(stretch, _, cell)| rounded(cell, *stretch)),
    );
    for hit in hits {
        let spot = Spot::Cells {
            sheet: sheet.to_owned(),
            cells: joined.under(&hit),
        };
        inspector.hit(&hit, spot, remedy);
    }
}

/// An identity number of 18 digits that a spreadsheet took for a number, which keeps 15 of them. The rest are zeros now; the
/// region and the date of birth are still there.
fn rounded(cell: &Cell, stretch: Stretch) -> Option<Hit> {
    let digits: Vec<u8> = cell.text.bytes().map(|byte| byte.wrapping_sub(b'0')).collect();
    let head = digits
        .get(..17)
        .filter(|_| digits.len() == 18 && cell.text.ends_with("000"))?;
    let any_check = (0..=10).any(|check| is_resident_number(&[head, &[check]].concat()));
    (any_check && !is_resident_number(&digits)).then(|| Hit {
        sort: Sort::Resident,
        certainty: Certainty::Maybe,
        value: cell.text.clone(),
        start: stretch.start,
        end: stretch.end,
    })
}

fn columns(rows: &[Row]) -> Vec<Joined<'_>> {
    let mut columns: BTreeMap<u32, Joined<'_>> = BTreeMap::new();
    for row in rows {
        for cell in &row.cells {
            columns.entry(cell.column).or_default().push(row.index, cell);
        }
    }
    columns.into_values().collect()
}

/// Numbers split over the cells of a column. What lies in one cell was seen along its row.
fn down(inspector: &mut Inspector<'_>, sheet: &str, column: &Joined<'_>, remedy: Remedy) {
    for hit in scan(&column.text, &Default::default()) {
        let cells = column.under(&hit);
        let single = cells.len() == hit.value.len();
        let split = match hit.sort {
            Sort::Resident | Sort::Iban => true,
            // Sums below each other look like parts of numbers.
            Sort::Mobile | Sort::Card => single || hit.certainty == Certainty::Sure,
            _ => false,
        };
        if split && cells.len() > 1 {
            let spot = Spot::Cells {
                sheet: sheet.to_owned(),
                cells,
            };
            inspector.hit(&hit, spot, remedy);
        }
    }
}

/// Columns and cells whose heading or label says what may not go out.
fn headed(inspector: &mut Inspector<'_>, sheet: &str, rows: &[Row], remedy: Remedy) {
    /// Headings stand within the first rows of a sheet.
    const HEADINGS_WITHIN: usize = 20;
    let mut headings: BTreeMap<u32, (u32, FindingKind)> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        for (place, cell) in row.cells.iter().enumerate() {
            let Some(kind) = field(&cell.text) else { continue };
            let beside = row.cells.get(place + 1).filter(|_| place == 0 && row.cells.len() == 2);
            let heading = at < HEADINGS_WITHIN && (beside.is_none() || at == 0);
            if heading {
                headings.entry(cell.column).or_insert((row.index, kind));
            }
            if let Some(value) = beside.filter(|value| tells(&value.text) && (!heading || says_value(&value.text))) {
                let cells = vec![CellRange {
                    column: value.column,
                    row: row.index,
                    stretch: None,
                }];
                let sheet = sheet.to_owned();
                inspector.found(kind, Spot::Cells { sheet, cells }, &value.text, remedy);
            }
        }
        for cell in &row.cells {
            let heading = headings.get(&cell.column).filter(|(heading, _)| *heading < row.index);
            if let Some((_, kind)) = heading.filter(|_| tells(&cell.text)) {
                let spot = Spot::Column {
                    sheet: sheet.to_owned(),
                    column: cell.column,
                    below: heading.map_or(0, |(heading, _)| *heading),
                };
                inspector.found(*kind, spot, &cell.text, remedy);
            }
        }
    }
}

/// Whether a text is rather a value than a heading: it has a digit or a sign in it.
fn says_value(text: &str) -> bool {
    text.chars()
        .any(|one| one.is_ascii_digit() || (!one.is_alphanumeric() && !one.is_whitespace() && one != '_'))
}
