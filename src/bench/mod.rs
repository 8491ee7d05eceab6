//! Figures that the documentation claims, measured again by anyone: each beside this machine's own limit for the same work.

pub mod deadline;
mod fill;
mod http;
mod intake;
mod pages;
mod portal;
mod start;
mod sweep;

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use clap::Subcommand;

use crate::config::{Automatic, SenderChecks, Settings};
use crate::house::House;
use crate::now::Now;
use crate::packs::Shelf;
use crate::store::{Store, Vault};

/// What is measured.
#[derive(Debug, Clone, Subcommand)]
pub enum BenchCommand {
    /// Adding 15 working days, and a file of a million deadlines
    Deadline,
    /// Mail from bytes to durable requests, beside plain commits of the same bytes
    Intake {
        /// How many mails
        #[arg(long, default_value_t = 4000)]
        mails: usize,
    },
    /// Desk, list and request page over HTTP with many requests stored
    Pages {
        /// How many requests
        #[arg(long, default_value_t = 100_000)]
        requests: usize,
        /// How often each page is fetched
        #[arg(long, default_value_t = 200)]
        fetches: usize,
    },
    /// What the portal answers to those who are known and to those who are not, over HTTP
    Portal {
        /// How often each is asked
        #[arg(long, default_value_t = 400)]
        rounds: usize,
    },
    /// Time from start to the first page, and memory when idle
    Start,
    /// A sweep with some requests due among many stored
    Sweep {
        /// How many requests
        #[arg(long, default_value_t = 100_000)]
        requests: usize,
        /// How many of them are due
        #[arg(long, default_value_t = 1000)]
        due: usize,
    },
}

/// Measures and prints.
///
/// # Errors
/// When the store or the output fails.
pub fn run(command: &BenchCommand, out: &mut impl Write) -> anyhow::Result<()> {
    match command {
        BenchCommand::Deadline => deadline::run(out),
        BenchCommand::Intake { mails } => intake::run(*mails, out),
        BenchCommand::Pages { requests, fetches } => pages::run(*requests, *fetches, out),
        BenchCommand::Portal { rounds } => portal::run(*rounds, out),
        BenchCommand::Start => start::run(out),
        BenchCommand::Sweep { requests, due } => sweep::run(*requests, *due, out),
    }
}

/// A fresh house on SQLite in a folder, with the default policy.
fn house(folder: &Path) -> anyhow::Result<Arc<House>> {
    let settings = Settings {
        data: folder.to_owned(),
        base_url: "http://127.0.0.1:8080".to_owned(),
        sender_checks: SenderChecks::off(),
        // Every mail is to be acknowledged, as in a house that raised its limit; what waits would cost the same.
        automatic: Automatic {
            per_sender: u32::MAX,
            per_hour: u32::MAX,
        },
        ..Settings::default()
    };
    let vault = Vault::open_or_create(&settings.master_key_file())?;
    let store = Store::open(&settings.database_url(), vault)?;
    let shelf = Shelf::open(&[])?;
    Ok(Arc::new(House::new(store, settings, Now::machine(), shelf)?))
}

/// A folder for one measurement, removed at its end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new() -> anyhow::Result<Self> {
        let path = crate::config::temporary_folder("habeas-bench");
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, folder = %self.0.display(), "a folder of a measurement is left");
        }
    }
}
