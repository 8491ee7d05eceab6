//! The proof sheet of a deadline: each day from receipt to the end, counted or not, and why. Made to be printed.

use askama::Template;

use crate::web::frame::look::Fact;
use crate::web::frame::{Frame, Place};

/// GET /requests/{reference}/clock
#[derive(Debug, Template)]
#[template(path = "clock.html")]
pub struct ClockPage {
    /// Around the page.
    pub frame: Frame,
    /// The request's page.
    pub path: String,
    /// Its reference.
    pub reference: String,
    /// The deadline, as a sentence.
    pub result: String,
    /// From which day on the calendar is not published; `None` when all of it is.
    pub provisional: Option<String>,
    /// Receipt, term, zone, calendar and its version, pauses, extension.
    pub facts: Vec<Fact>,
    /// The days, first to last.
    pub days: Vec<DayLine>,
}

/// One day of a proof sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLine {
    /// With its weekday.
    pub date: String,
    /// Its number in the term; `None` when it does not count.
    pub count: Option<u32>,
    /// "Working day", "Day off: National Day (国办发明电…)", "Made-up working day", "Day of receipt".
    pub why: String,
    /// `off`, `made-up`, `unknown`, `due`, or nothing.
    pub class: &'static str,
}
