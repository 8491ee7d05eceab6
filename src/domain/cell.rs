//! Cells of tables that people open in spreadsheets: none becomes a formula, and what was meant is read back.

use std::borrow::Cow;

/// A cell that no spreadsheet calculates: with an apostrophe before it where one would (OWASP, CSV injection).
pub fn harmless(cell: &str) -> Cow<'_, str> {
    if is_formula(cell) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

/// What was meant by a cell: without the apostrophe that keeps a spreadsheet from calculating it.
pub fn meant(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

/// Whether a spreadsheet takes a cell for a formula. Apostrophes before one count with it, so that what already bears one is
/// read back with it.
fn is_formula(cell: &str) -> bool {
    let rest = cell.trim_start_matches('\'').trim_start_matches(' ');
    rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_cell_becomes_a_formula() {
        for cell in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "＠x", " =1", "'=1", "''=1",
        ] {
            assert!(harmless(cell).starts_with('\''), "{cell:?}");
            assert_ne!(harmless(cell), cell, "{cell:?}");
        }
        assert_eq!(harmless("orders of 2025"), "orders of 2025");
        assert_eq!(harmless("'tis"), "'tis");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(cell in "[=+' @a\t字-]{0,6}") {
            let written = harmless(&cell);
            prop_assert_eq!(meant(&written), &cell);
        }
    }
}
