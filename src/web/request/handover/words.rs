//! Where something was found, in words.

use crate::disclosure::place::column_name;
use crate::disclosure::{Place, Spot};
use crate::web::frame::words::Words;

/// A place in the words of the page.
pub fn place(words: &Words, place: &Place) -> String {
    let spot = spot(words, &place.spot);
    if place.inside.is_empty() {
        return spot;
    }
    let inside = words.with("place-inside", "file", &place.inside.join(" / "));
    format!("{spot} · {inside}")
}

fn spot(words: &Words, spot: &Spot) -> String {
    match spot {
        Spot::File => words.t("place-file"),
        Spot::Text { line, .. } => words.with("place-line", "line", &line.to_string()),
        Spot::Cells { sheet, cells } => {
            let names: Vec<String> = cells.iter().map(|cell| cell.name()).collect();
            on_sheet(words, sheet, words.with("place-cells", "cells", &names.join(" + ")))
        }
        Spot::Column { sheet, column, .. } => on_sheet(
            words,
            sheet,
            words.with("place-column", "column", &column_name(*column)),
        ),
        Spot::Sheet(sheet) => words.with("place-sheet", "sheet", sheet),
        Spot::Field { path, .. } => path.clone(),
        Spot::Paragraph { number, .. } => words.with("place-paragraph", "number", &number.to_string()),
        Spot::Part(part) => part.clone(),
        Spot::Page { page, .. } => words.with("place-page", "page", &page.to_string()),
        Spot::Picture { .. } => words.t("place-picture"),
        Spot::Header(name) => words.with("place-header", "name", name),
    }
}

fn on_sheet(words: &Words, sheet: &str, place: String) -> String {
    if sheet.is_empty() {
        place
    } else {
        format!("{} · {place}", words.with("place-sheet", "sheet", sheet))
    }
}
