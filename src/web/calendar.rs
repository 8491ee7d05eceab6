//! The working-day calendar: its years and their sources, what a new one would move, and how one is loaded.

use std::fmt::Write as _;

use askama::Template;
use askama::filters::Safe;

use crate::web::frame::look::{Notice, Tone};
use crate::web::frame::{Frame, Place};

/// GET /calendar, and POST /calendar with a check result
#[derive(Debug, Template)]
#[template(path = "calendar.html")]
pub struct CalendarPage {
    /// Around the page.
    pub frame: Frame,
    /// Which calendar is in force, and up to when it is known.
    pub lead: String,
    /// The alarm for a year that is missing.
    pub notices: Vec<Notice>,
    /// Deadlines that the calendar in force would move; those that get earlier or late stand first.
    pub changes: Vec<ChangeLine>,
    /// The calendar that the changes follow from, so that a confirmation means exactly this list.
    pub changes_of: String,
    /// What the button that confirms them says; `None` when the person may not.
    pub confirm: Option<String>,
    /// The years that can be looked at.
    pub years: Vec<YearLink>,
    /// The years looked at.
    pub shown: Vec<YearView>,
    /// The person may load a calendar.
    pub can_load: bool,
    /// What was found in the text below.
    pub check: Option<CheckView>,
    /// The text of a new calendar.
    pub content: String,
    /// The text was found to be sound and may be loaded.
    pub checked: bool,
}

/// One deadline that would move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLine {
    /// Of which request.
    pub reference: String,
    /// Its page.
    pub href: String,
    /// The date that stands.
    pub old: String,
    /// The date that would stand.
    pub new: String,
    /// "1 working day earlier", "late at once".
    pub effect: String,
    /// The same as colour and shape.
    pub tone: Tone,
}

/// A year to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearLink {
    /// The year.
    pub label: String,
    /// Where.
    pub href: String,
    /// It is shown.
    pub current: bool,
}

/// One year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearView {
    /// Which.
    pub year: i32,
    /// Published, amended, not yet published.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// The notice that it rests on.
    pub source: String,
    /// What a reader of the picture would say of it.
    pub summary: String,
    /// The first day's weekday: 0 is Monday.
    pub first_weekday: u32,
    /// Every day of the year, in order.
    pub days: Vec<DayMark>,
    /// Names of the months, for the top edge, with the column that each starts in.
    pub months: Vec<(u32, String)>,
    /// Days off, with name and source.
    pub off: Vec<String>,
    /// Weekend days that are worked, with name and source.
    pub made_up: Vec<String>,
}

/// What a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayMark {
    /// Worked.
    Working,
    /// A free weekend day.
    Weekend,
    /// A day off by the notice.
    Off,
    /// A weekend day that is worked.
    MadeUp,
    /// Not published yet.
    Unknown,
}

impl DayMark {
    fn class(self) -> &'static str {
        match self {
            DayMark::Working => "w",
            DayMark::Weekend => "e",
            DayMark::Off => "o",
            DayMark::MadeUp => "m",
            DayMark::Unknown => "u",
        }
    }
}

/// What was found in a calendar file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckView {
    /// Sound or not.
    pub tone: Tone,
    /// The same in words.
    pub title: String,
    /// Mistakes with their lines, or what the file would change.
    pub lines: Vec<String>,
}

impl YearView {
    /// The year as a grid: a column a week, a row a weekday, Monday on top.
    pub fn drawing(&self) -> Safe<String> {
        let mut svg = String::from(r#"<svg class="grid" viewBox="0 0 742 116" role="img" aria-label=""#);
        let _ = write!(svg, "{}\">", askama_escape(&self.summary));
        for (column, name) in &self.months {
            let _ = write!(
                svg,
                r#"<text x="{}" y="10">{}</text>"#,
                column * 14,
                askama_escape(name)
            );
        }
        for (offset, day) in (self.first_weekday..).zip(&self.days) {
            let (x, y) = (offset / 7 * 14, offset % 7 * 14 + 17);
            let _ = write!(
                svg,
                r#"<rect class="{}" x="{x}" y="{y}" width="12" height="12" rx="2"/>"#,
                day.class()
            );
            if *day == DayMark::MadeUp {
                let _ = write!(svg, r#"<circle class="dot" cx="{}" cy="{}" r="2.5"/>"#, x + 6, y + 6);
            }
        }
        svg += "</svg>";
        Safe(svg)
    }
}

/// Text made safe to stand in the drawing, also inside an attribute.
fn askama_escape(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html).map_or_else(|_| String::new(), |safe| safe.to_string())
}
