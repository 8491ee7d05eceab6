//! What every command that needs a house does first: packs, master key, database, log.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use tracing_subscriber::EnvFilter;

use super::deadline::PolicyTerm;
use crate::config::Settings;
use crate::house::House;
use crate::now::Now;
use crate::packs::Shelf;
use crate::store::{Store, Vault, requests};

/// Opens the packs, the master key and the database that the settings name; makes the data folder on first use.
///
/// # Errors
/// The first of them that cannot be used, in words that say what to do.
pub fn house(settings: Settings) -> anyhow::Result<House> {
    std::fs::create_dir_all(&settings.data)
        .with_context(|| format!("the data folder {} cannot be made", settings.data.display()))?;
    let shelf = shelf(&settings)?;
    let vault = Vault::open_or_create(&settings.master_key_file())?;
    let store = Store::open(&settings.database_url(), vault)?;
    Ok(House::new(store, settings, Now::machine(), shelf)?)
}

/// The packs that the program brings and those in the folders named by `policies`.
///
/// # Errors
/// Every mistake in them, one a line.
pub fn shelf(settings: &Settings) -> anyhow::Result<Shelf> {
    Shelf::open(&settings.policies).map_err(|mistakes| anyhow!("{mistakes}"))
}

/// The term of a policy by name, or of the one in the settings.
///
/// # Errors
/// When there is no such policy.
pub fn policy_term(settings: &Settings, name: Option<&str>) -> anyhow::Result<PolicyTerm> {
    let shelf = shelf(settings)?;
    let name = name.unwrap_or(&settings.policy);
    let pack = shelf
        .pack(Some(name))
        .ok_or_else(|| anyhow!("There is no policy {name}. `habeas policy list` shows those there are."))?;
    let policy = &pack.pack.policy;
    Ok(PolicyTerm {
        name: policy.id.clone(),
        term: policy.term,
        calendar: Arc::clone(&pack.calendar),
        zone: policy.zone,
        pack: Some(Arc::clone(&pack.pack)),
    })
}

/// `habeas rebuild`: every request against its journal.
///
/// # Errors
/// When the store fails or an event is not what was written.
pub fn rebuild(settings: Settings, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let house = house(settings)?;
    let shelf = house.shelf();
    let rebuilt = house.store.write(|tx| requests::rebuild(tx, &*shelf))?;
    for reference in &rebuilt.differed {
        writeln!(out, "{reference} was not what its journal says, and is now.")?;
    }
    writeln!(
        out,
        "{} requests, {} differed from their journal.",
        rebuilt.requests,
        rebuilt.differed.len()
    )?;
    Ok(if rebuilt.differed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Starts the log on standard error: ids and counts, never personal data.
pub fn log(settings: &Settings) {
    let filter = EnvFilter::new(&settings.log);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A log that another part of the program started first is the one to keep.
    let started = if settings.log_json {
        log.json().try_init()
    } else {
        log.with_target(false).try_init()
    };
    if let Err(error) = started {
        tracing::debug!(%error, "the log was started before");
    }
}
