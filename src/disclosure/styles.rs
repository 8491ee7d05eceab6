//! The forms of a workbook's cells, as far as they keep a text from sight.

use std::collections::BTreeSet;

use super::xml::{Element, Piece, pieces};

/// The forms in which a cell's text cannot be seen: white on white, of no size, or shown as nothing.
pub fn unseen_styles(text: &str) -> BTreeSet<usize> {
    let mut reader = StyleReader::default();
    for piece in pieces(text) {
        match piece {
            Piece::Open(element) => reader.open(&element),
            Piece::Close(name) => reader.close(&name),
            Piece::Text(_) => {}
        }
    }
    reader.unseen
}

#[derive(Debug, Default)]
struct StyleReader {
    list: String,
    blank_formats: BTreeSet<String>,
    unseen_fonts: BTreeSet<usize>,
    coloured_fills: BTreeSet<usize>,
    count: usize,
    unseen: BTreeSet<usize>,
}

impl StyleReader {
    fn open(&mut self, element: &Element<'_>) {
        let number = |name: &str| element.attribute(name).and_then(|value| value.parse::<usize>().ok());
        match (self.list.as_str(), element.name()) {
            (_, name @ ("fonts" | "fills" | "cellXfs" | "cellStyleXfs" | "dxfs" | "borders")) => {
                self.list = name.to_owned();
                self.count = 0;
            }
            (_, "numFmt") => {
                let code = element.attribute("formatCode").unwrap_or_default();
                let blank = !code.is_empty() && code.chars().all(|one| matches!(one, ';' | ' ' | '"'));
                self.blank_formats
                    .extend(element.attribute("numFmtId").filter(|_| blank));
            }
            ("fonts", "color") if is_white(element) => drop(self.unseen_fonts.insert(self.count)),
            ("fonts", "sz") => {
                let size = element.attribute("val").and_then(|size| size.parse::<f64>().ok());
                if size.is_some_and(|size| size <= 1.0) {
                    self.unseen_fonts.insert(self.count);
                }
            }
            ("fills", "fgColor") if !is_white(element) => drop(self.coloured_fills.insert(self.count)),
            ("cellXfs", "xf") => {
                let font = number("fontId").is_some_and(|font| self.unseen_fonts.contains(&font));
                let fill = number("fillId").is_some_and(|fill| self.coloured_fills.contains(&fill));
                let blank = element
                    .attribute("numFmtId")
                    .is_some_and(|format| self.blank_formats.contains(&format));
                if blank || (font && !fill) {
                    self.unseen.insert(self.count);
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match (self.list.as_str(), name) {
            ("fonts", "font") | ("fills", "fill") | ("cellXfs", "xf") => self.count += 1,
            (list, name) if list == name => self.list.clear(),
            _ => {}
        }
    }
}

fn is_white(element: &Element<'_>) -> bool {
    let rgb = element
        .attribute("rgb")
        .is_some_and(|rgb| rgb.to_ascii_uppercase().ends_with("FFFFFF"));
    let first = element.attribute("theme").as_deref() == Some("0") && element.attribute("tint").is_none();
    rgb || first || element.attribute("indexed").as_deref() == Some("9")
}
