//! `habeas policy`: what a policy pack promises, or every mistake in it; and which packs there are.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::config::{Settings, SettingsError};
use crate::domain::deadline::{Term, Unit};
use crate::domain::policy::{Listing, Localized, Policy, Then};
use crate::packs::{LoadedPack, Shelf};

/// Check or list policy packs.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum PolicyCommand {
    /// Read a pack and say what it promises, or every mistake in it
    Check(CheckArgs),
    /// List the packs that requests can come under
    List,
}

/// Reads a pack and prints what it promises, or each mistake with its place and a cure.
#[derive(Debug, Clone, clap::Args)]
pub struct CheckArgs {
    /// The folder with the pack's statement.toml
    folder: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// When the settings or a pack named by them cannot be used, or nothing can be printed.
pub fn run(
    command: &PolicyCommand,
    settings: impl FnOnce() -> Result<Settings, SettingsError>,
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    match command {
        PolicyCommand::Check(args) => check(&args.folder, out),
        PolicyCommand::List => {
            list(&Shelf::open(&settings()?.policies)?, out)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Checks a pack's folder; fails when it has a mistake.
///
/// # Errors
/// When nothing can be printed.
pub fn check(folder: &Path, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    match LoadedPack::open(folder) {
        Ok(loaded) => {
            describe(&loaded, out)?;
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

fn list(shelf: &Shelf, out: &mut impl Write) -> anyhow::Result<()> {
    for loaded in shelf.packs() {
        let policy = &loaded.pack.policy;
        let (name, from) = (text(&policy.name), policy.in_force_from);
        writeln!(out, "{} {} ({name}), in force from {from}", policy.id, policy.version)?;
    }
    Ok(())
}

fn describe(loaded: &LoadedPack, out: &mut impl Write) -> anyhow::Result<()> {
    let pack = &loaded.pack;
    let policy = &pack.policy;
    writeln!(out, "{} ({})", text(&policy.name), policy.id)?;
    writeln!(
        out,
        "Version {}, in force from {}; fingerprint {}",
        policy.version, policy.in_force_from, pack.fingerprint
    )?;
    writeln!(out, "Languages: {}", policy.languages.join(", "))?;
    writeln!(
        out,
        "An answer within {}; calendar {}, zone {}",
        length(&policy.term),
        policy.calendar,
        policy.zone
    )?;
    match &policy.extension {
        Some(extension) => {
            let times = if extension.times == 1 {
                "once".to_owned()
            } else {
                format!("{} times", extension.times)
            };
            writeln!(out, "Extension: {}, {times}", counted(extension.length, extension.unit))?;
        }
        None => writeln!(out, "Extension: none")?,
    }
    clock(policy, out)?;
    let (requests, journal) = (policy.retention.request_months, policy.retention.journal_months);
    writeln!(
        out,
        "Kept after closing: requests {requests} months, journal {journal} months"
    )?;
    lists(policy, out)?;
    for remark in &pack.remarks {
        writeln!(out, "\n{}:{}: {}", remark.file, remark.line, remark.what)?;
    }
    Ok(())
}

/// What the policy says of time beyond its term.
fn clock(policy: &Policy, out: &mut impl Write) -> anyhow::Result<()> {
    match &policy.confirmation {
        Some(confirmation) => writeln!(out, "Receipt confirmed within {}", length(&confirmation.term))?,
        None => writeln!(out, "Confirmation of receipt: no limit")?,
    }
    if let Some(target) = &policy.target {
        writeln!(out, "The house's own target: {}", length(target))?;
    }
    for right in &policy.rights {
        if let Some(term) = &right.term {
            writeln!(out, "{} within {}", text(&right.name), length(term))?;
        }
    }
    if policy.pauses.is_empty() {
        writeln!(out, "Pauses: none; the time to ask and to wait counts")?;
    } else {
        let pauses = policy.pauses.iter().map(|pause| {
            let then = match pause.then {
                Then::Begins => "the term begins when it comes",
                Then::GoesOn => "the days are given back",
            };
            (pause.id.as_str(), format!("{}; {then}", text(&pause.name)))
        });
        section("Pauses", pauses, out)?;
    }
    Ok(())
}

fn lists(policy: &Policy, out: &mut impl Write) -> anyhow::Result<()> {
    let rights = policy
        .rights
        .iter()
        .map(|right| (right.id.as_str(), listed(&right.name, right.listed)));
    section("Rights", rights, out)?;
    for right in policy.rights.iter().filter(|right| !right.conditions.is_empty()) {
        let conditions = right.conditions.iter().map(|condition| {
            let basis = condition.sources.iter().map(|source| policy.cite(source, LANGUAGE));
            let basis = basis.collect::<Vec<_>>().join("; ");
            (
                condition.id.as_str(),
                format!("{}; legal basis: {basis}", text(&condition.name)),
            )
        });
        section(&format!("Conditions of `{}`", right.id), conditions, out)?;
    }
    let grounds = policy
        .grounds
        .iter()
        .map(|ground| (ground.id.as_str(), listed(&ground.name, ground.listed)));
    section("Grounds", grounds, out)?;
    let exemptions = policy.exemptions.iter().map(|exemption| {
        let basis = exemption.sources.iter().map(|source| policy.cite(source, LANGUAGE));
        let basis = basis.collect::<Vec<_>>().join("; ");
        (
            exemption.id.as_str(),
            format!("{}; legal basis: {basis}", text(&exemption.name)),
        )
    });
    section("Exemptions", exemptions, out)?;
    let on_behalf = policy.on_behalf.iter().map(|rule| {
        let excludes: Vec<&str> = rule.excludes.iter().map(|right| right.as_str()).collect();
        let without = if excludes.is_empty() {
            String::new()
        } else {
            format!("; without {}", excludes.join(", "))
        };
        (rule.id.as_str(), format!("{}{without}", text(&rule.name)))
    });
    section("Who may ask", on_behalf, out)?;
    let identity = policy
        .identity
        .iter()
        .map(|method| (method.id.as_str(), text(&method.name).to_owned()));
    section("Proof of identity", identity, out)?;
    let remedies = policy
        .remedies
        .iter()
        .map(|remedy| (text(&remedy.name), text(&remedy.text).to_owned()));
    section("Remedies", remedies, out)?;
    let reminders = policy
        .reminders
        .iter()
        .map(|rule| (rule.id.as_str(), text(&rule.name).to_owned()));
    section("Reminders", reminders, out)
}

fn section<'a>(
    title: &str,
    entries: impl Iterator<Item = (&'a str, String)>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let entries: Vec<_> = entries.collect();
    writeln!(out, "\n{title}: {}", entries.len())?;
    for (id, words) in entries {
        writeln!(out, "  {id}: {words}")?;
    }
    Ok(())
}

fn listed(name: &Localized, listing: Listing) -> String {
    match listing {
        Listing::Statement => text(name).to_owned(),
        Listing::LawOnly => format!("{} (by law, not in the statement)", text(name)),
    }
}

fn length(term: &Term) -> String {
    counted(term.length, term.unit)
}

fn counted(length: u32, unit: Unit) -> String {
    let unit = match unit {
        Unit::WorkingDays => "working day",
        Unit::CalendarDays => "calendar day",
        Unit::Months => "month",
    };
    if length == 1 {
        format!("1 {unit}")
    } else {
        format!("{length} {unit}s")
    }
}

/// The command line speaks English.
const LANGUAGE: &str = "en";

fn text(words: &Localized) -> &str {
    words.text(LANGUAGE)
}
