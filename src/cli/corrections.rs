//! `habeas corrections`: where officers said otherwise than recognition proposed, listed or exported as labelled samples.

pub mod export;

use std::io::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::start;
use crate::config::Settings;
use crate::domain::correction::{Correction, TakenFor};
use crate::house::House;
use crate::store::corrections::{self, Wanted};

/// Lists corrections, or exports them.
#[derive(Debug, Clone, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct CorrectionsArgs {
    #[command(subcommand)]
    command: Option<CorrectionsCommand>,
    /// Print one JSON object a correction
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, clap::Subcommand)]
enum CorrectionsCommand {
    /// Write corrected messages into a new folder, as they came in, with what officers said of each in `labels.json`
    Export {
        /// A folder that is not there yet, or is empty
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Also messages that officers worked with as recognition had proposed
        #[arg(long)]
        confirmed: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// When the store fails, or the folder cannot be written or holds something already.
pub fn run(args: &CorrectionsArgs, settings: Settings, out: &mut impl Write) -> anyhow::Result<()> {
    let house = start::house(settings)?;
    match &args.command {
        None => list(&house, args.json, out),
        Some(CorrectionsCommand::Export { folder, confirmed }) => {
            let wanted = if *confirmed {
                Wanted::Confirmed
            } else {
                Wanted::Corrected
            };
            export::run(&house, folder, wanted, out)
        }
    }
}

/// Lists the corrections that stand.
///
/// # Errors
/// When the store fails.
pub fn list(house: &House, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let zone = house.pack()?.pack.policy.zone;
    let all = house.store.read(corrections::list)?;
    for (reference, found) in &all {
        if json {
            writeln!(out, "{}", written(reference, found))?;
        } else {
            let on = found.at.with_timezone(&zone).date_naive();
            writeln!(out, "{reference}  {on}  {}", in_words(&found.proposed, &found.said))?;
        }
    }
    if all.is_empty() && !json {
        writeln!(out, "No officer has corrected what recognition proposed.")?;
    }
    Ok(())
}

fn written(reference: &str, found: &Correction) -> Value {
    json!({
        "reference": reference,
        "at": found.at,
        "message": found.message,
        "proposed": found.proposed,
        "said": found.said,
    })
}

/// What was proposed and what was said, by what differs.
fn in_words(proposed: &TakenFor, said: &TakenFor) -> String {
    let rights = |taken: &TakenFor| {
        let rights: Vec<&str> = taken.rights.iter().map(|right| right.as_str()).collect();
        let rights = if rights.is_empty() {
            "no right".to_owned()
        } else {
            rights.join(" + ")
        };
        format!("{} ({rights})", taken.kind)
    };
    let mut differences = Vec::new();
    if (proposed.kind, &proposed.rights) != (said.kind, &said.rights) {
        differences.push(format!("{} → {}", rights(proposed), rights(said)));
    }
    if proposed.language != said.language {
        differences.push(format!("language {} → {}", proposed.language, said.language));
    }
    if proposed.on_behalf != said.on_behalf {
        differences.push(format!("on behalf {} → {}", proposed.on_behalf, said.on_behalf));
    }
    differences.join("; ")
}
