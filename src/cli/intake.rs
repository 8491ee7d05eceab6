//! `habeas intake`: takes mail from files, prints what became of each message, and closes with a balance.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::start;
use crate::config::Settings;
use crate::house::House;
use crate::jobs::collect::from_file;
use crate::jobs::intake::{self, Arrival, BATCH, Outcome, Taken};
use crate::mail::files::{self, Found};

/// Takes in mail.
#[derive(Debug, Clone, clap::Args)]
pub struct IntakeArgs {
    /// Mail files, mbox files, Maildirs, folders of these, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print one JSON object a message and one for the balance
    #[arg(long)]
    json: bool,
}

/// The closing balance: each message is counted exactly once.
#[derive(Debug, Default, Serialize)]
struct Balance {
    messages: usize,
    opened: usize,
    joined: usize,
    set_aside: usize,
    duplicate: usize,
    quarantined: usize,
    waiting: usize,
    unreadable_files: usize,
    difference: i64,
}

/// Runs the command.
///
/// # Errors
/// When the store fails, a file could not be read, or the balance does not add up.
pub fn run(args: &IntakeArgs, settings: Settings, out: &mut impl Write) -> anyhow::Result<()> {
    let house = start::house(settings)?;
    intake::catch_up(&house)?;
    let mut balance = Balance::default();
    let mut batch: Vec<Arrival> = Vec::new();
    let mut unreadable: BTreeMap<String, String> = BTreeMap::new();
    for found in files::walk(&args.paths) {
        match found {
            Found::Message(message) => batch.push(from_file(&house, message)),
            Found::PassedOver { source } => eprintln!("habeas: {source}: passed over, it is no mail"),
            Found::Unreadable { source, why } => {
                unreadable.insert(source, why);
            }
        }
        if batch.len() >= BATCH {
            take(&house, &mut batch, &mut balance, args.json, out)?;
        }
    }
    take(&house, &mut batch, &mut balance, args.json, out)?;
    for (source, why) in &unreadable {
        balance.unreadable_files += 1;
        eprintln!("habeas: {source}: {why}");
    }
    close(&mut balance, args.json, out)?;
    anyhow::ensure!(
        balance.difference == 0,
        "The balance does not add up: {} messages are unaccounted for.",
        balance.difference
    );
    anyhow::ensure!(
        unreadable.is_empty(),
        "{} could not be read; see above. Everything else was taken in.",
        unreadable.len()
    );
    Ok(())
}

fn take(
    house: &House,
    batch: &mut Vec<Arrival>,
    balance: &mut Balance,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    balance.messages += batch.len();
    for taken in intake::take(house, batch)? {
        match &taken.outcome {
            Outcome::Opened { .. } => balance.opened += 1,
            Outcome::Joined { .. } => balance.joined += 1,
            Outcome::SetAside { .. } => balance.set_aside += 1,
            Outcome::Duplicate { .. } => balance.duplicate += 1,
            Outcome::Quarantined { .. } => balance.quarantined += 1,
            Outcome::Waiting => balance.waiting += 1,
        }
        if json {
            writeln!(out, "{}", serde_json::to_string(&taken)?)?;
        } else {
            writeln!(out, "{}", in_words(&taken))?;
        }
    }
    batch.clear();
    Ok(())
}

fn in_words(taken: &Taken) -> String {
    let what = match &taken.outcome {
        Outcome::Opened {
            reference,
            needs_triage: false,
        } => format!("opened {reference}"),
        Outcome::Opened {
            reference,
            needs_triage: true,
        } => format!("opened {reference}, waits for triage"),
        Outcome::Joined { reference, held: false } => format!("joined {reference}"),
        Outcome::Joined { reference, held: true } => format!("joined {reference}, waits to be confirmed"),
        Outcome::SetAside { why } => format!("set aside: {why}"),
        Outcome::Duplicate { of, why: "same-place" } => format!("taken before as message {of}"),
        Outcome::Duplicate { of, .. } => format!("delivered again, kept with message {of}"),
        Outcome::Quarantined { why } => format!("quarantined: {why}"),
        Outcome::Waiting => "kept; it is placed by the next run".to_owned(),
    };
    format!("{}: {what}", taken.place)
}

fn close(balance: &mut Balance, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let accounted =
        balance.opened + balance.joined + balance.set_aside + balance.duplicate + balance.quarantined + balance.waiting;
    balance.difference = i64::try_from(balance.messages)? - i64::try_from(accounted)?;
    if json {
        writeln!(out, "{}", serde_json::json!({ "balance": balance }))?;
    } else {
        writeln!(
            out,
            "{} messages = {} opened + {} joined + {} set aside + {} duplicate + {} quarantined + {} waiting; difference {}",
            balance.messages,
            balance.opened,
            balance.joined,
            balance.set_aside,
            balance.duplicate,
            balance.quarantined,
            balance.waiting,
            balance.difference
        )?;
    }
    Ok(())
}
