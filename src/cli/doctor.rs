//! `habeas doctor`: looks at everything that Habeas needs, and says of each whether it works and what to do if not.

use std::io::Write;
use std::process::ExitCode;

use chrono::{Datelike, NaiveDate};

use super::{serve, start};
use crate::config::Settings;
use crate::house::House;
use crate::jobs::collect::imap_settings;
use crate::mail::mailbox;
use crate::mail::oauth::Accounts;

/// What was found about one thing.
enum Finding {
    Good(String),
    Weak(String),
    Broken(String),
}

/// Runs the command; fails when something is broken.
///
/// # Errors
/// When the result cannot be printed.
pub fn run(settings: Settings, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let mut broken = false;
    let mut tell = |name: &str, finding: Finding, out: &mut dyn Write| -> std::io::Result<()> {
        let (mark, words) = match finding {
            Finding::Good(words) => ("ok  ", words),
            Finding::Weak(words) => ("note", words),
            Finding::Broken(words) => {
                broken = true;
                ("FAIL", words)
            }
        };
        writeln!(out, "{mark}  {name:<12} {words}")
    };
    let house = match start::house(settings.clone()) {
        Ok(house) => {
            tell("database", Finding::Good(database(&house)), out)?;
            tell(
                "keys",
                Finding::Good(format!("{} opens this database", settings.master_key_file().display())),
                out,
            )?;
            house
        }
        Err(error) => {
            tell("database", Finding::Broken(format!("{error:#}")), out)?;
            return Ok(ExitCode::FAILURE);
        }
    };
    for (name, finding) in [
        ("policy", policy(&house)),
        ("calendar", calendar(&house)),
        ("time zone", time_zone(&house)),
    ] {
        tell(name, finding, out)?;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if settings.mailbox.is_empty() {
        let words = if settings.drop_folder.as_os_str().is_empty() {
            Finding::Weak("no mailbox and no drop folder is set; mail comes in by `habeas intake` alone".to_owned())
        } else {
            Finding::Good(format!(
                "none; the drop folder {} is watched",
                settings.drop_folder.display()
            ))
        };
        tell("mailbox", words, out)?;
    }
    let accounts = serve::accounts(&house);
    for settings in &settings.mailbox {
        let finding = match runtime.block_on(mailbox::check(&imap_settings(settings, &accounts))) {
            Ok(lines) => Finding::Good(lines.join("; ")),
            Err(error) => Finding::Broken(error.to_string()),
        };
        tell("mailbox", finding, out)?;
    }
    tell("mail out", mail_out(&settings, &accounts, &runtime), out)?;
    Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn database(house: &House) -> String {
    let url = house.settings.database_url();
    let engine = url.split(':').next().unwrap_or("").to_owned();
    let counted = house
        .store
        .read(|db| crate::store::lists::group(db, &crate::store::lists::Filter::default(), 0));
    match counted {
        Ok((open, _)) => format!("{engine}, {open} open requests"),
        Err(error) => format!("{engine}, but it cannot be read: {error}"),
    }
}

fn policy(house: &House) -> Finding {
    match house.pack() {
        Ok(pack) => Finding::Good(format!("{} of {}", pack.pack.policy.id, pack.pack.policy.version)),
        Err(error) => Finding::Broken(error.to_string()),
    }
}

/// The next year's notice is due in November: from then on its absence is worth a word.
fn calendar(house: &House) -> Finding {
    let Ok(pack) = house.pack() else {
        return Finding::Broken("no policy, so no calendar".to_owned());
    };
    let covers_to = pack.calendar.covers_to();
    let today = house.now.instant().with_timezone(&pack.pack.policy.zone).date_naive();
    let words = format!("{} is known to {covers_to}", pack.calendar.region());
    let year_end = NaiveDate::from_ymd_opt(today.year(), 12, 31).unwrap_or(today);
    if covers_to < today {
        Finding::Broken(format!(
            "{words}: every new deadline is provisional. Load the current one with `habeas calendar import FILE`."
        ))
    } else if covers_to <= year_end && today.month() >= 11 {
        Finding::Weak(format!(
            "{words}: deadlines beyond it are provisional. Load the next year with `habeas calendar import FILE` once it is published."
        ))
    } else {
        Finding::Good(words)
    }
}

fn time_zone(house: &House) -> Finding {
    match house.pack() {
        Ok(pack) => {
            let zone = pack.pack.policy.zone;
            let now = house.now.instant().with_timezone(&zone);
            Finding::Good(format!(
                "days begin and end in {zone}, where it is {}",
                now.format("%Y-%m-%d %H:%M")
            ))
        }
        Err(error) => Finding::Broken(error.to_string()),
    }
}

fn mail_out(settings: &Settings, accounts: &Accounts, runtime: &tokio::runtime::Runtime) -> Finding {
    if settings.smtp.is_none() {
        return Finding::Weak(format!(
            "no server is set; letters are written to {}",
            settings.outbox_folder().display()
        ));
    }
    match serve::transport(settings, accounts) {
        Ok(transport) => match runtime.block_on(transport.check()) {
            Ok(words) => Finding::Good(words),
            Err(error) => Finding::Broken(error.to_string()),
        },
        Err(error) => Finding::Broken(format!("{error:#}")),
    }
}
