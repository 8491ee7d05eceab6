//! `habeas calendar import`: loads a calendar, shows which deadlines would move, and moves them once a person says so.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use crate::cli::start;
use crate::config::Settings;
use crate::domain::calendar::Calendar;
use crate::domain::decide::recounted;
use crate::domain::rules::RuleBook;
use crate::house::House;
use crate::store::calendars::Added;
use crate::store::office;
use crate::store::requests;

/// Loads a calendar and shows which deadlines would move.
#[derive(Debug, Clone, clap::Args)]
pub struct ImportArgs {
    /// The calendar file
    file: PathBuf,
    /// Put it in force; without this, only show what would happen
    #[arg(long)]
    confirm: bool,
}

/// Runs the command. Deadlines move only when an officer confirms them on the calendar page.
///
/// # Errors
/// When the file or the store cannot be used.
pub fn run(args: &ImportArgs, settings: Settings, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let name = args.file.display().to_string();
    let text = fs::read_to_string(&args.file).with_context(|| format!("{name} cannot be read"))?;
    let calendar = match Calendar::parse(&text, &name) {
        Ok(calendar) => calendar,
        Err(mistakes) => {
            for mistake in mistakes {
                writeln!(out, "{mistake}")?;
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    let house = start::house(settings)?;
    let moving = preview(&house, &calendar, out)?;
    if !args.confirm {
        writeln!(
            out,
            "Nothing was loaded. Run it again with --confirm to put the calendar in force."
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let now = house.now.instant();
    let added = house
        .store
        .write(|tx| office::load_calendar(tx, (calendar.region(), calendar.version()), &text, "console", now))?;
    match added {
        Added::New(_) => writeln!(out, "{} is in force for new requests.", calendar.version())?,
        Added::Same(_) => writeln!(out, "{} was loaded before.", calendar.version())?,
        Added::Differs(_) => anyhow::bail!(
            "Another file with the version {} was loaded before. Change checked_on in the file, so that they can be told apart.",
            calendar.version()
        ),
    }
    if moving > 0 {
        writeln!(
            out,
            "{moving} deadlines wait to be confirmed at {}/calendar",
            house.settings.base_url
        )?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the open requests whose deadline the calendar would move, those that get earlier first.
fn preview(house: &House, calendar: &Calendar, out: &mut impl Write) -> anyhow::Result<usize> {
    let shelf = house.shelf().with_calendar(calendar.clone());
    let open = house
        .store
        .read(|db| requests::counted_otherwise(db, calendar.version()))?;
    let mut moving = Vec::new();
    for stored in &open {
        let stamp = &stored.request.policy;
        let Some(rules) = shelf.rules(stamp) else {
            continue;
        };
        let (from, to) = (&stored.request.deadline, recounted(&stored.request, rules));
        if from.due_on != to.due_on || from.unknown_from != to.unknown_from {
            moving.push((from.due_on, to.due_on, stored.request.reference.clone()));
        }
    }
    moving.sort_by_key(|(from, to, reference)| (*to - *from, reference.clone()));
    for (from, to, reference) in &moving {
        let word = match to.cmp(from) {
            std::cmp::Ordering::Less => "earlier",
            std::cmp::Ordering::Equal => "no longer provisional",
            std::cmp::Ordering::Greater => "later",
        };
        writeln!(out, "{reference}: {from} -> {to} ({word})")?;
    }
    Ok(moving.len())
}
