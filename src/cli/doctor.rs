//! `habeas doctor`: looks at everything that Habeas needs, and says of each whether it works and what to do if not.

mod mail;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use clap::Args;

use super::start;
use crate::config::Settings;
use crate::house::House;
use crate::mail::probe::{Finding, Mark};

/// What to look at, and how to say it.
#[derive(Debug, Clone, Copy, Args)]
pub struct DoctorArgs {
    /// Try every mailbox and the mail server step by step: name, line, certificate, sign-in, folders
    #[arg(long)]
    mail: bool,
    /// Send one mail to the privacy contact as well, and wait until it is in a mailbox (up to 2 minutes)
    #[arg(long, requires = "mail")]
    send: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What was found, told as it is found or as JSON at the end.
struct Report<'a> {
    out: &'a mut dyn Write,
    told: Option<Vec<serde_json::Value>>,
    worst: Mark,
}

impl Report<'_> {
    /// Tells of a part of the house, such as `database` or `mailbox imap.example.com`.
    fn tell(&mut self, part: &str, finding: &Finding) -> std::io::Result<()> {
        let Finding { mark, check, words } = finding;
        if *mark == Mark::Wrong {
            self.worst = Mark::Wrong;
        }
        match &mut self.told {
            Some(told) => {
                told.push(serde_json::json!({ "mark": mark.as_str(), "part": part, "check": check, "words": words }));
                Ok(())
            }
            None => {
                let name = format!("{part} {check}");
                writeln!(self.out, "{:<5}  {:<12} {words}", mark.as_str(), name.trim_end())?;
                self.out.flush()
            }
        }
    }
}

/// Runs the command; fails when something is wrong.
///
/// # Errors
/// When the result cannot be printed.
pub fn run(args: DoctorArgs, settings: Settings, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let mut report = Report {
        out,
        told: args.json.then(Vec::new),
        worst: Mark::Ok,
    };
    look(args, settings, &mut report)?;
    let works = report.worst != Mark::Wrong;
    if let Some(findings) = report.told {
        let told = serde_json::json!({ "works": works, "findings": findings });
        writeln!(report.out, "{told:#}")?;
    }
    Ok(if works { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn look(args: DoctorArgs, settings: Settings, report: &mut Report<'_>) -> anyhow::Result<()> {
    let master_key = settings.master_key_file();
    let house = match start::house(settings) {
        Ok(house) => Arc::new(house),
        Err(error) => {
            report.tell("database", &Finding::wrong("", format!("{error:#}")))?;
            return Ok(());
        }
    };
    report.tell("database", &database(&house))?;
    let keys = format!("{} opens this database", master_key.display());
    report.tell("keys", &Finding::ok("", keys))?;
    report.tell("policy", &policy(&house))?;
    report.tell("calendar", &calendar(&house))?;
    report.tell("time zone", &time_zone(&house))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if args.mail {
        runtime.block_on(mail::thorough(&house, args.send, report))?;
    } else {
        runtime.block_on(mail::brief(&house, report))?;
    }
    Ok(())
}

fn database(house: &House) -> Finding {
    let url = house.settings.database_url();
    let engine = url.split(':').next().unwrap_or("").to_owned();
    let counted = house
        .store
        .read(|db| crate::store::lists::group(db, &crate::store::lists::Filter::default(), 0));
    match counted {
        Ok((open, _)) => Finding::ok("", format!("{engine}, {open} open requests")),
        Err(error) => Finding::wrong("", format!("{engine}, but it cannot be read: {error}")),
    }
}

fn policy(house: &House) -> Finding {
    match house.pack() {
        Ok(pack) => Finding::ok("", format!("{} of {}", pack.pack.policy.id, pack.pack.policy.version)),
        Err(error) => Finding::wrong("", error),
    }
}

/// The next year's notice is due in November: from then on its absence is worth a word.
fn calendar(house: &House) -> Finding {
    let Ok(pack) = house.pack() else {
        return Finding::wrong("", "no policy, so no calendar".to_owned());
    };
    let covers_to = pack.calendar.covers_to();
    let today = house.now.instant().with_timezone(&pack.pack.policy.zone).date_naive();
    let words = format!("{} is known to {covers_to}", pack.calendar.region());
    let year_end = NaiveDate::from_ymd_opt(today.year(), 12, 31).unwrap_or(today);
    if covers_to < today {
        Finding::wrong(
            "",
            format!(
                "{words}: every new deadline is provisional. Load the current one with `habeas calendar import FILE`."
            ),
        )
    } else if covers_to <= year_end && today.month() >= 11 {
        Finding::weak(
            "",
            format!(
                "{words}: deadlines beyond it are provisional. Load the next year with `habeas calendar import FILE` once it is published."
            ),
        )
    } else {
        Finding::ok("", words)
    }
}

fn time_zone(house: &House) -> Finding {
    match house.pack() {
        Ok(pack) => {
            let zone = pack.pack.policy.zone;
            let now = house.now.instant().with_timezone(&zone);
            Finding::ok(
                "",
                format!(
                    "days begin and end in {zone}, where it is {}",
                    now.format("%Y-%m-%d %H:%M")
                ),
            )
        }
        Err(error) => Finding::wrong("", error),
    }
}
