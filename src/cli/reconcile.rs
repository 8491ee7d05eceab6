//! `habeas reconcile`: counts every mailbox now, and names each message that is unaccounted for.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::{serve, start};
use crate::config::Settings;
use crate::house::House;
use crate::jobs::reconcile::{self, Uncounted};
use crate::store::balance::{self, Balance, Difference, Why};

/// A message may be on its way in just now: what stands out is looked at once more after this time.
const ON_ITS_WAY: Duration = Duration::from_secs(5);

/// Draws the balance.
#[derive(Debug, Clone, clap::Args)]
pub struct ReconcileArgs {
    /// Print one JSON object for each place, for each difference, and for the whole
    #[arg(long)]
    json: bool,
}

/// Runs the command; fails when a message is unaccounted for or a mailbox cannot be counted.
///
/// # Errors
/// When the store fails or the result cannot be printed.
pub fn run(args: &ReconcileArgs, settings: Settings, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let house = Arc::new(start::house(settings)?);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let accounts = serve::accounts(&house);
    let count = || reconcile::count_all(&house, &accounts, runtime.handle());
    let mut uncounted = count()?;
    if !differences(&house)?.is_empty() {
        std::thread::sleep(ON_ITS_WAY);
        uncounted = count()?;
    }
    let drawn = Drawn {
        places: latest(&house)?,
        differences: differences(&house)?,
        uncounted,
    };
    if args.json {
        drawn.print_json(out)?;
    } else {
        drawn.print(out)?;
    }
    Ok(if drawn.adds_up() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What the command found.
struct Drawn {
    places: Vec<Balance>,
    differences: Vec<Difference>,
    uncounted: Vec<Uncounted>,
}

/// The account of each place, as it was drawn just now.
fn latest(house: &House) -> anyhow::Result<Vec<Balance>> {
    let places = reconcile::places(house);
    let day = reconcile::today(house)?;
    let rows = house.store.read(|db| balance::since(db, day))?;
    Ok(rows.into_iter().filter(|row| places.contains(&row.place)).collect())
}

/// Messages that stand out. That a mailbox was silent is the running program's to say.
fn differences(house: &House) -> anyhow::Result<Vec<Difference>> {
    let mut found = house.store.read(balance::differences)?;
    found.retain(|found| found.finding.why != Why::Silent);
    Ok(found)
}

impl Drawn {
    fn missing(&self) -> i64 {
        self.places.iter().map(|row| row.tally.missing).sum()
    }

    fn adds_up(&self) -> bool {
        self.missing() == 0 && self.uncounted.is_empty()
    }

    fn print(&self, out: &mut impl Write) -> anyhow::Result<()> {
        for row in &self.places {
            let tally = row.tally;
            writeln!(
                out,
                "{}: {} messages = {} opened + {} joined + {} set aside + {} duplicate + {} quarantined + {} being placed; difference {}",
                row.place,
                tally.present,
                tally.opened,
                tally.joined,
                tally.set_aside,
                tally.duplicate,
                tally.quarantined,
                tally.placing,
                tally.missing
            )?;
        }
        for found in &self.differences {
            writeln!(out, "{}", in_words(found))?;
        }
        for Uncounted { account, why } in &self.uncounted {
            writeln!(out, "{account} could not be counted: {why}")?;
        }
        if self.adds_up() {
            writeln!(out, "Every message is accounted for.")?;
        }
        Ok(())
    }

    fn print_json(&self, out: &mut impl Write) -> anyhow::Result<()> {
        for row in &self.places {
            let tally = row.tally;
            let place = json!({
                "place": row.place, "messages": tally.present, "opened": tally.opened, "joined": tally.joined,
                "set_aside": tally.set_aside, "duplicate": tally.duplicate, "quarantined": tally.quarantined,
                "placing": tally.placing, "difference": tally.missing,
            });
            writeln!(out, "{place}")?;
        }
        for found in &self.differences {
            let card = found.finding.card.clone().unwrap_or_default();
            let difference = json!({
                "place": found.place, "number": found.finding.no, "why": found.finding.why.as_str(),
                "said": found.finding.said, "since": found.since, "from": card.address, "subject": card.subject,
            });
            writeln!(out, "{}", json!({ "difference": difference }))?;
        }
        for Uncounted { account, why } in &self.uncounted {
            writeln!(out, "{}", json!({ "uncounted": { "account": account, "why": why } }))?;
        }
        writeln!(
            out,
            "{}",
            json!({ "balance": { "difference": self.missing(), "adds_up": self.adds_up() } })
        )?;
        Ok(())
    }
}

fn in_words(found: &Difference) -> String {
    let what = match found.finding.why {
        Why::NotTaken => "is on the server and was not taken in",
        Why::NotPlaced => "was kept and not placed",
        Why::NoRequest => "names no request",
        Why::Silent => "could not be looked into",
    };
    let from = found
        .finding
        .card
        .as_ref()
        .map(|card| format!(" (from {}: {})", card.address, card.subject))
        .unwrap_or_default();
    let said = match found.finding.said.as_str() {
        "" => String::new(),
        said => format!("; the server says: {said}"),
    };
    format!("{}, message {}{from} {what}{said}", found.place, found.finding.no)
}
