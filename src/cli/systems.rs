//! `habeas systems`: the register of systems and recipients, from a table and to one.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use super::start;
use crate::config::Settings;
use crate::domain::system::{read_table, write_table};
use crate::store::StoreError;
use crate::store::systems::{self, Put};

/// Who the journal says wrote an entry from the command line.
const BY: &str = "command";

/// What to do with the register.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum SystemsCommand {
    /// Write the systems of a CSV file into the register: all of them, or none when a line is wrong
    Import {
        /// The file, with a first line of column names; see `habeas systems export` for them
        file: PathBuf,
    },
    /// Print the register as CSV
    Export,
}

/// Runs the command.
///
/// # Errors
/// When the file cannot be read or the store fails.
pub fn run(command: &SystemsCommand, settings: Settings, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let house = start::house(settings)?;
    match command {
        SystemsCommand::Export => {
            let all = house.store.read(systems::all)?;
            out.write_all(write_table(&all).as_bytes())?;
            Ok(ExitCode::SUCCESS)
        }
        SystemsCommand::Import { file } => {
            let bytes = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
            let name = file
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let listed = match read_table(&bytes, &name) {
                Ok(listed) => listed,
                Err(mistakes) => {
                    for mistake in &mistakes {
                        writeln!(out, "{mistake}")?;
                    }
                    writeln!(out, "Nothing was imported: {} to mend.", mistakes.len())?;
                    return Ok(ExitCode::FAILURE);
                }
            };
            let now = house.now.instant();
            let done: Vec<Put> = house.store.write(|tx| {
                listed
                    .iter()
                    .map(|system| systems::put(tx, system, BY, now))
                    .collect::<Result<_, StoreError>>()
            })?;
            let count = |put: Put| done.iter().filter(|done| **done == put).count();
            let (added, changed, same) = (count(Put::Added), count(Put::Changed), count(Put::Same));
            writeln!(out, "{added} added, {changed} changed, {same} as they were.")?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
