//! The small things that pages are made of: a deadline in words, a chip, a choice, and the marks drawn beside them.
//!
//! A status is always said three times: by a word, by a colour and by a shape.

use std::fmt::Write as _;

use askama::filters::Safe;

/// How urgent or how settled a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Past its deadline, or broken.
    Late,
    /// Due today, or needs a look now.
    Today,
    /// Due within the week.
    Soon,
    /// In good time.
    Calm,
    /// Over and done.
    Done,
    /// Waits, is paused, or is only said.
    Quiet,
}

impl Tone {
    /// The name that the style sheet knows it by.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Late => "late",
            Tone::Today => "today",
            Tone::Soon => "soon",
            Tone::Calm => "calm",
            Tone::Done => "done",
            Tone::Quiet => "quiet",
        }
    }

    /// Its shape: diamond, filled disc, half disc, ring, tick, dash.
    pub fn mark(self) -> Safe<&'static str> {
        Safe(match self {
            Tone::Late => {
                r#"<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 0 16 8 8 16 0 8Z"/><path class="cut" d="M7.2 4h1.6v5H7.2zm0 6.2h1.6v1.7H7.2z"/></svg>"#
            }
            Tone::Today => {
                r#"<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7"/><path class="cut" d="M7.2 3.6h1.6v4.1l2.7 2.1-1 1.2-3.3-2.6z"/></svg>"#
            }
            Tone::Soon => {
                r#"<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1a7 7 0 0 1 0 14Z"/><circle class="ring" cx="8" cy="8" r="6.2"/></svg>"#
            }
            Tone::Calm => {
                r#"<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><circle class="ring" cx="8" cy="8" r="6.2"/></svg>"#
            }
            Tone::Done => {
                r#"<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path class="stroke" d="M2.5 8.5 6.3 12.3 13.5 4"/></svg>"#
            }
            Tone::Quiet => {
                r#"<svg class="mark" viewBox="0 0 16 16" aria-hidden="true"><path class="stroke" d="M3 8h10"/></svg>"#
            }
        })
    }
}

/// A term drawn as a ruler: one tick a day that counts, pale when it is used, marked when it is today, and the days
/// beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strip {
    /// Days in the whole term.
    pub total: u32,
    /// Days of it that are over.
    pub used: u32,
    /// Days past its end.
    pub late: u32,
}

/// Ticks are drawn one by one up to this many; longer terms become a bar.
const MOST_TICKS: u32 = 30;

impl Strip {
    /// The drawing, for the eye only: the words beside it say the same.
    pub fn drawing(&self) -> Safe<String> {
        let mut svg = String::new();
        let late = self.late.min(5);
        if self.total == 0 || self.total > MOST_TICKS {
            let used = (u64::from(self.used) * 120)
                .checked_div(u64::from(self.total))
                .unwrap_or(120)
                .min(120);
            let _ = write!(
                svg,
                r#"<svg class="strip" viewBox="0 0 120 10" preserveAspectRatio="none" aria-hidden="true"><rect class="left" y="3" width="120" height="4" rx="2"/><rect class="used" y="3" width="{used}" height="4" rx="2"/></svg>"#
            );
            return Safe(svg);
        }
        let width = (self.total + late) * 6;
        let _ = write!(
            svg,
            r#"<svg class="strip" viewBox="0 0 {width} 10" width="{width}" height="10" aria-hidden="true">"#
        );
        for day in 0..self.total + late {
            let class = match day {
                day if day >= self.total => "over",
                day if day < self.used => "used",
                day if day == self.used && self.late == 0 => "now",
                _ => "left",
            };
            let (y, height) = if day + 1 == self.total { (0, 10) } else { (2, 7) };
            let _ = write!(
                svg,
                r#"<rect class="{class}" x="{}" y="{y}" width="4" height="{height}" rx="1"/>"#,
                day * 6
            );
        }
        svg += "</svg>";
        Safe(svg)
    }
}

/// A deadline, ready to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// How urgent.
    pub tone: Tone,
    /// "3 working days left", "late by 2 working days", "answered in time".
    pub words: String,
    /// The date, with its weekday; empty when nothing runs.
    pub date: String,
    /// It rests on a calendar year that is not yet published.
    pub provisional: bool,
    /// The term as a ruler; `None` when nothing runs.
    pub strip: Option<Strip>,
}

/// A short label, such as a right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// What it says.
    pub label: String,
    /// What it means, shown on pointing; may be empty.
    pub title: String,
}

/// One option of a form field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What it says.
    pub label: String,
    /// A sentence that explains it; may be empty.
    pub hint: String,
    /// It is the one chosen now.
    pub chosen: bool,
}

/// A name and a value, side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What is told.
    pub label: String,
    /// The telling.
    pub value: String,
}

/// A place to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it says.
    pub label: String,
    /// Where it leads, inside Habeas.
    pub href: String,
}

/// A sentence across the page that somebody should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How grave.
    pub tone: Tone,
    /// The sentence.
    pub text: String,
    /// What can be done about it.
    pub link: Option<Link>,
}

/// One request in a list, on the desk and under "Requests".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Such as `DSR-2026-000123`.
    pub reference: String,
    /// Its page.
    pub href: String,
    /// Who asks: a name, or an address without one.
    pub requester: String,
    /// The subject of the first message; a sentence in its place when it is empty.
    pub subject: String,
    /// The rights invoked, or the kind where there are none.
    pub chips: Vec<Chip>,
    /// Its clock.
    pub due: Due,
    /// What comes next, in few words.
    pub todo: String,
    /// Who works on it; `None` when nobody does.
    pub assignee: Option<String>,
    /// Messages held until somebody confirms them.
    pub held: u32,
    /// The words for an assignee that is missing.
    pub nobody: String,
    /// "provisional", in the language of the page.
    pub provisional: String,
    /// "1 message held", in the language of the page; empty when there is none.
    pub held_words: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strip_has_a_tick_for_each_day_and_five_at_most_beyond() {
        let drawn = Strip {
            total: 15,
            used: 15,
            late: 40,
        }
        .drawing()
        .0;
        assert_eq!(drawn.matches("<rect").count(), 20);
        assert_eq!(drawn.matches("over").count(), 5);
        assert_eq!(drawn.matches("left").count(), 0);
    }

    #[test]
    fn a_long_term_and_a_term_of_nothing_are_bars() {
        assert_eq!(
            Strip {
                total: 45,
                used: 9,
                late: 0
            }
            .drawing()
            .0
            .matches("<rect")
            .count(),
            2
        );
        assert!(
            Strip {
                total: 0,
                used: 0,
                late: 0
            }
            .drawing()
            .0
            .contains("<svg")
        );
    }
}
