//! `habeas deadline`: when an answer is due, for one receipt or a file of them, and why.

mod batch;
mod explain;
mod instant;
mod waits;

use std::{
    fs::File,
    io::{self, Write},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context;
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

pub use self::batch::run as run_batch;
use crate::domain::{
    calendar::Calendar,
    deadline::{Deadline, ProofSheet, Term, Unit, proof_sheet},
    policy::Pack,
    rules::Rules,
};

/// Prints the last day on which an answer is in time.
#[derive(Debug, Clone, clap::Args)]
pub struct DeadlineArgs {
    /// When the request was received, with its offset, such as 2025-09-30T20:15:00+08:00
    #[arg(long, value_name = "INSTANT", required_unless_present = "batch")]
    received: Option<String>,
    /// Count this many working days instead of the policy's term
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    working_days: Option<u32>,
    /// The policy that gives the term, the calendar and the time zone
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,
    /// What the term waited for, since when and until when: clarification=INSTANT/INSTANT; can be given again
    #[arg(long, value_name = "REASON=FROM/UNTIL", conflicts_with = "batch")]
    pause: Vec<String>,
    /// How often the term was extended
    #[arg(long, value_name = "TIMES", default_value_t = 0, conflicts_with = "batch")]
    extended: u32,
    /// Show every day from receipt to deadline and why it counts or not
    #[arg(long, conflicts_with_all = ["batch", "json"])]
    explain: bool,
    /// Read a CSV file (- for standard input) with the columns received_at and working_days, and print one with due dates
    #[arg(long, value_name = "FILE", conflicts_with_all = ["received", "json"])]
    batch: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What a policy says about time.
#[derive(Debug, Clone)]
pub struct PolicyTerm {
    /// The policy's name.
    pub name: String,
    /// Its term for an answer.
    pub term: Term,
    /// The calendar it counts with.
    pub calendar: Arc<Calendar>,
    /// The zone of its dates.
    pub zone: Tz,
    /// All that it promises, for its pauses and extensions; `None` where nothing but the term is known.
    pub pack: Option<Arc<Pack>>,
}

/// Something typed or written in a file that cannot be used, with what to write instead. The programme ends with
/// [`BadInput::EXIT_CODE`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadInput(pub String);

impl BadInput {
    /// The exit code of a wrong use, as of wrong arguments.
    pub const EXIT_CODE: u8 = 2;
}

/// Runs the command. `policies` finds the term of a policy by name, or of the default one.
pub fn run(
    args: &DeadlineArgs,
    policies: &dyn Fn(Option<&str>) -> anyhow::Result<PolicyTerm>,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let mut policy = policies(args.policy.as_deref())?;
    if let Some(length) = args.working_days {
        policy.term = in_working_days(policy.term, length);
    }
    if let Some(file) = &args.batch {
        return if file.as_os_str() == "-" {
            batch::run(io::stdin().lock(), &policy, out)
        } else {
            let input = File::open(file).with_context(|| format!("{} cannot be opened", file.display()))?;
            batch::run(input, &policy, out).with_context(|| file.display().to_string())
        };
    }
    let written = args.received.as_deref().unwrap_or_default();
    let received_at = instant::parse(written.as_bytes()).map_err(|bad| BadInput(bad.advice(written, policy.zone)))?;
    let sheet = sheet(args, received_at, &policy)?;
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &as_json(received_at, &policy, &sheet))?;
        writeln!(out)?;
    } else if args.explain {
        explain::write(&sheet, received_at, &policy, out)?;
    } else {
        writeln!(out, "{}", in_words(&sheet.deadline, &policy.calendar))?;
    }
    Ok(())
}

/// The deadline with its days, by all that the policy knows of waits and extensions.
fn sheet(args: &DeadlineArgs, received_at: DateTime<Utc>, term: &PolicyTerm) -> Result<ProofSheet, BadInput> {
    let Some(pack) = &term.pack else {
        return Ok(proof_sheet(received_at, &term.term, None, &term.calendar, term.zone));
    };
    let clock = waits::clock(args, received_at, term, &pack.policy)?;
    let rules = Rules::alone(&pack.policy, &term.calendar);
    Ok(rules.run(&clock, &term.term, clock.extensions, |run| {
        run.proof_sheet(&term.calendar, term.zone)
    }))
}

/// The policy's way of counting, for another number of working days.
fn in_working_days(term: Term, length: u32) -> Term {
    Term {
        length,
        unit: Unit::WorkingDays,
        ..term
    }
}

/// The due date, and that it is provisional when it is.
fn in_words(deadline: &Deadline, calendar: &Calendar) -> String {
    let due_on = deadline.due_on;
    match deadline.unknown_from {
        None => due_on.to_string(),
        Some(unknown_from) => format!(
            "{due_on} (provisional: the working-day calendar {} is unknown from {unknown_from})",
            calendar.region()
        ),
    }
}

fn as_json(received_at: DateTime<Utc>, policy: &PolicyTerm, sheet: &ProofSheet) -> serde_json::Value {
    let deadline = &sheet.deadline;
    serde_json::json!({
        "policy": policy.name,
        "term": policy.term,
        "time_zone": policy.zone.name(),
        "received_at": received_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "begins_at": sheet.received_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "received_on": deadline.received_on,
        "due_date": deadline.due_on,
        "ends_at": deadline.ends_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        "provisional": deadline.is_provisional(),
        "unknown_from": deadline.unknown_from,
        "calendar": deadline.calendar,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::domain::deadline::{FirstDay, Roll};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: DeadlineArgs,
    }

    fn policies(_name: Option<&str>) -> anyhow::Result<PolicyTerm> {
        let calendar = Calendar::parse(include_str!("../packs/calendars/CN.toml"), "CN.toml").unwrap();
        Ok(PolicyTerm {
            name: "test".to_owned(),
            term: Term {
                length: 15,
                unit: Unit::WorkingDays,
                first_day: FirstDay::Next,
                roll: Roll::None,
            },
            calendar: Arc::new(calendar),
            zone: Tz::Asia__Shanghai,
            pack: None,
        })
    }

    fn printed(line: &[&str]) -> anyhow::Result<String> {
        let args = Line::try_parse_from([&["deadline"], line].concat())?.args;
        let mut out = Vec::new();
        run(&args, &policies, &mut out)?;
        Ok(String::from_utf8(out)?)
    }

    #[test]
    fn the_date_is_printed_alone_or_as_provisional() {
        assert_eq!(
            printed(&["--received", "2025-09-30T20:15:00+08:00"]).unwrap(),
            "2025-10-28\n"
        );
        assert_eq!(
            printed(&["--received", "2025-09-30T20:15:00+08:00", "--working-days", "1"]).unwrap(),
            "2025-10-09\n"
        );
        assert_eq!(
            printed(&["--received", "2026-12-11T09:00:00+08:00"]).unwrap(),
            "2027-01-04 (provisional: the working-day calendar CN is unknown from 2027-01-01)\n"
        );
    }

    #[test]
    fn the_explanation_numbers_days_and_gives_the_notice_for_each_exception() {
        let sheet = printed(&["--received", "2025-09-30T20:15:00+08:00", "--explain"]).unwrap();
        for line in [
            "Received  2025-09-30 20:15:00 +08:00 (Asia/Shanghai)",
            "2025-10-01  Wed         National Day, Mid-Autumn Festival 国庆节、中秋节 (国办发明电〔2024〕12号)",
            "2025-10-09  Thu      1",
            "2025-10-28  Tue     15  due",
            "Due       2025-10-28",
            "Late from 2025-10-29 00:00:00 +08:00",
        ] {
            assert!(
                sheet.lines().any(|printed| printed == line),
                "{line}\nis not in\n{sheet}"
            );
        }
    }

    #[test]
    fn json_holds_the_same_date() {
        let json = printed(&["--received", "2026-12-11T09:00:00+08:00", "--json"]).unwrap();
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (&json["due_date"], &json["provisional"]),
            (&"2027-01-04".into(), &true.into())
        );
        assert_eq!(json["unknown_from"], "2027-01-01");
        assert_eq!(json["ends_at"], "2027-01-04T16:00:00Z");
    }

    #[test]
    fn waits_and_extensions_are_those_that_the_policy_knows() {
        let shelf = crate::packs::Shelf::open(&[]).unwrap();
        let of_shelf = |name: Option<&str>| {
            let loaded = shelf.pack(name).unwrap();
            Ok(PolicyTerm {
                name: loaded.pack.policy.id.clone(),
                term: loaded.pack.policy.term,
                calendar: Arc::clone(&loaded.calendar),
                zone: loaded.pack.policy.zone,
                pack: Some(Arc::clone(&loaded.pack)),
            })
        };
        let printed = |policy: &str, line: &[&str]| {
            let given = [
                "deadline",
                "--received",
                "2026-09-01T10:00:00+01:00",
                "--policy",
                policy,
            ];
            let args = Line::try_parse_from([&given[..], line].concat()).unwrap().args;
            let mut out = Vec::new();
            run(&args, &of_shelf, &mut out).map(|()| String::from_utf8(out).unwrap())
        };
        let wait = "clarification=2026-09-05T10:00:00+01:00/2026-09-15T10:00:00+01:00";
        assert_eq!(printed("uk-gdpr", &["--pause", wait]).unwrap(), "2026-10-12\n");
        let identity = "identity-information=2026-09-02T10:00:00+01:00/2026-09-10T10:00:00+01:00";
        assert_eq!(printed("uk-gdpr", &["--pause", identity]).unwrap(), "2026-10-12\n");
        assert_eq!(printed("uk-gdpr", &["--extended", "1"]).unwrap(), "2026-12-01\n");
        let explained = printed("uk-gdpr", &["--pause", wait, "--explain"]).unwrap();
        assert!(
            explained.contains("2026-09-05  Sat         the term waits"),
            "{explained}"
        );
        for (policy, line, said) in [
            ("cn-statement", ["--pause", wait], "This policy has no pause"),
            ("cn-statement", ["--extended", "1"], "without extension"),
            (
                "uk-gdpr",
                ["--pause", "weather=2026-09-05T10:00:00Z/2026-09-06T10:00:00Z"],
                "has no pause `weather`",
            ),
            ("uk-gdpr", ["--pause", "clarification"], "is no wait"),
            ("uk-gdpr", ["--extended", "2"], "as often as the policy allows"),
        ] {
            let error = printed(policy, &line).unwrap_err();
            let bad = error.downcast_ref::<BadInput>().unwrap();
            assert!(bad.0.contains(said), "{bad}");
        }
    }

    #[test]
    fn wrong_input_is_told_apart_from_a_failure() {
        let error = printed(&["--received", "2025-09-30T20:15:00"]).unwrap_err();
        assert!(
            error
                .downcast_ref::<BadInput>()
                .is_some_and(|bad| bad.0.contains("2025-09-30T20:15:00+08:00"))
        );
        let error = printed(&["--batch", "no/such/file.csv"]).unwrap_err();
        assert!(error.downcast_ref::<BadInput>().is_none());
        for line in [
            &[][..],
            &["--received", "x", "--working-days", "0"],
            &["--received", "x", "--batch", "y"],
        ] {
            assert!(
                printed(line).unwrap_err().downcast_ref::<clap::Error>().is_some(),
                "{line:?}"
            );
        }
    }
}
