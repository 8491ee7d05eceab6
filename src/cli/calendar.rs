//! `habeas calendar`: what a calendar file holds, or every mistake in it; and loading one.

mod import;

use std::{fs, io::Write, path::PathBuf, process::ExitCode};

use anyhow::Context;
use chrono::{Datelike, NaiveDate};

use crate::config::{Settings, SettingsError};
use crate::domain::calendar::{Calendar, Day, WhyOff, WhyWorking};

/// Check or load a calendar of working days.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum CalendarCommand {
    /// Read a calendar file and say what it holds, or every mistake in it
    Check(CheckArgs),
    /// Load a calendar and show which deadlines it would move
    Import(import::ImportArgs),
}

/// Runs the command.
///
/// # Errors
/// When the settings, the file or the store cannot be used.
pub fn run(
    command: &CalendarCommand,
    settings: impl FnOnce() -> Result<Settings, SettingsError>,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    match command {
        CalendarCommand::Check(args) => check(args, out),
        CalendarCommand::Import(args) => import::run(args, settings()?, out),
    }
}

/// Reads a calendar file and prints what it holds, or each mistake with its place and a cure.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// The calendar file
    file: PathBuf,
}

/// Checks a calendar file; fails when it has a mistake.
pub fn check(args: &CheckArgs, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let name = args.file.display().to_string();
    let text = fs::read_to_string(&args.file).with_context(|| format!("{name} cannot be read"))?;
    match Calendar::parse(&text, &name) {
        Ok(calendar) => {
            describe(&calendar, out)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(mistakes) => {
            for mistake in mistakes {
                writeln!(out, "{mistake}")?;
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

fn describe(calendar: &Calendar, out: &mut impl Write) -> anyhow::Result<()> {
    let (from, to) = (calendar.covers_from(), calendar.covers_to());
    writeln!(out, "Calendar {}", calendar.version())?;
    writeln!(
        out,
        "Covers {from} to {to}; time zone {}; last checked {}",
        calendar.zone(),
        calendar.checked_on()
    )?;
    for year in from.year()..=to.year() {
        let holidays = holidays(calendar, year);
        let working_days = working_days_in(calendar, year);
        writeln!(out)?;
        writeln!(out, "{year}: {working_days} working days, {} holidays", holidays.len())?;
        for holiday in holidays {
            writeln!(out, "  {}", holiday.in_words(calendar))?;
        }
    }
    Ok(())
}

fn working_days_in(calendar: &Calendar, year: i32) -> i64 {
    match (
        NaiveDate::from_ymd_opt(year - 1, 12, 31),
        NaiveDate::from_ymd_opt(year, 12, 31),
    ) {
        (Some(eve), Some(last)) => calendar.working_days_between(eve, last),
        (None, _) | (_, None) => 0,
    }
}

/// A holiday's days within one year.
struct Holiday<'a> {
    name: &'a str,
    off: Vec<NaiveDate>,
    worked: Vec<NaiveDate>,
}

impl Holiday<'_> {
    fn in_words(&self, calendar: &Calendar) -> String {
        let english = calendar.english_name(self.name).unwrap_or(self.name);
        let off = match (self.off.first(), self.off.last()) {
            (Some(first), Some(last)) if first != last => format!(", off {first} to {last}"),
            (Some(only), _) => format!(", off {only}"),
            (None, _) => String::new(),
        };
        let worked: Vec<String> = self
            .worked
            .iter()
            .map(|day| day.format("%A %Y-%m-%d").to_string())
            .collect();
        let worked = if worked.is_empty() {
            String::new()
        } else {
            format!(", worked {}", worked.join(" and "))
        };
        format!("{} ({english}){off}{worked}", self.name)
    }
}

/// The holidays that a year's days belong to, in order of their first day of either kind.
fn holidays(calendar: &Calendar, year: i32) -> Vec<Holiday<'_>> {
    let mut holidays: Vec<Holiday> = Vec::new();
    for (day, said) in calendar.marked_days(year) {
        let (name, is_off) = match said {
            Day::Off(WhyOff::Holiday { name, .. }) => (name, true),
            Day::Working(WhyWorking::MadeUp { holiday, .. }) => (holiday, false),
            Day::Off(WhyOff::Weekend) | Day::Working(WhyWorking::Weekday) | Day::Unknown { .. } => continue,
        };
        let known = holidays.iter().position(|holiday| holiday.name == &**name);
        let index = known.unwrap_or_else(|| {
            holidays.push(Holiday {
                name,
                off: Vec::new(),
                worked: Vec::new(),
            });
            holidays.len() - 1
        });
        if let Some(holiday) = holidays.get_mut(index) {
            if is_off {
                holiday.off.push(day)
            } else {
                holiday.worked.push(day)
            }
        }
    }
    holidays
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHINA: &str = include_str!("../packs/calendars/CN.toml");

    fn checked(text: &str) -> (ExitCode, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("CN.toml");
        fs::write(&file, text).unwrap();
        let mut out = Vec::new();
        let code = check(&CheckArgs { file }, &mut out).unwrap();
        (code, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_sound_file_is_told_year_by_year() {
        let (code, told) = checked(CHINA);
        assert_eq!(code, ExitCode::SUCCESS);
        assert!(told.contains("2026: 248 working days, 7 holidays"), "{told}");
        let spring = "春节 (Spring Festival), off 2026-02-15 to 2026-02-23, \
                      worked Saturday 2026-02-14 and Saturday 2026-02-28";
        assert!(told.contains(spring), "{told}");
    }

    #[test]
    fn a_faulty_file_fails_with_a_line_for_each_mistake() {
        let faulty = CHINA
            .replace("working_days = 251", "working_days = 250")
            .replace("working_days = 249", "working_days = 1");
        let (code, told) = checked(&faulty);
        assert_eq!(code, ExitCode::FAILURE);
        assert_eq!(told.lines().count(), 4);
        assert!(told.lines().all(|line| line.contains("CN.toml:")), "{told}");
    }
}
