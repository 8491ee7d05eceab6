//! How fast deadlines are counted: one addition of working days, and a batch of a million lines beside plain copying.

use std::{
    fmt::Write as _,
    hint::black_box,
    io::{self, BufRead, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use chrono::{NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::{
    cli::deadline::{PolicyTerm, run_batch},
    domain::{
        calendar::Calendar,
        deadline::{FirstDay, Roll, Term, Unit},
    },
};

const RUNS: usize = 7;
const ADDITIONS: u32 = 2_000_000;
const LINES: u32 = 1_000_000;
const TERM: Term = Term {
    length: 15,
    unit: Unit::WorkingDays,
    first_day: FirstDay::Next,
    roll: Roll::None,
};

/// Measures and prints one line per result.
pub fn run(out: &mut impl Write) -> anyhow::Result<()> {
    let calendar = Calendar::parse(include_str!("../packs/calendars/CN.toml"), "CN.toml");
    let calendar = calendar.map_err(|mistakes| anyhow!("the built-in calendar has {} mistakes", mistakes.len()))?;
    let addition = per_addition(&calendar);
    writeln!(
        out,
        "add 15 working days: {addition:.1} ns each (median of {RUNS} runs of {ADDITIONS})"
    )?;

    let zone = calendar.zone();
    let policy = PolicyTerm {
        name: "bench".to_owned(),
        term: TERM,
        calendar: Arc::new(calendar),
        zone,
        pack: None,
    };
    let input = million_lines(zone)?;
    let counted = median(|| {
        let started = Instant::now();
        run_batch(black_box(input.as_bytes()), &policy, &mut io::sink())?;
        Ok(started.elapsed())
    })?;
    let copied = median(|| copy_lines(black_box(input.as_bytes())))?;
    let ratio = counted.as_secs_f64() / copied.as_secs_f64();
    writeln!(out, "batch of {LINES} lines: {counted:.2?}")?;
    writeln!(
        out,
        "copying the same {} bytes line by line: {copied:.2?} (the batch takes {ratio:.1} times that)",
        input.len()
    )?;
    Ok(())
}

/// Nanoseconds for one addition, over receipts spread across the covered years.
fn per_addition(calendar: &Calendar) -> f64 {
    let (from, to) = (calendar.covers_from(), calendar.covers_to());
    let days: Vec<NaiveDate> = from.iter_days().take_while(|day| *day <= to).collect();
    let mut mixed = Mixed(1);
    let receipts: Vec<NaiveDate> = (0..4096)
        .filter_map(|_| days.get(mixed.below(days.len() as u64) as usize).copied())
        .collect();
    let one_run = || {
        let started = Instant::now();
        for day in receipts.iter().cycle().take(ADDITIONS as usize) {
            black_box(calendar.add_working_days(black_box(*day), black_box(15)));
        }
        Ok(started.elapsed())
    };
    let run = median(one_run).unwrap_or_default();
    run.as_secs_f64() * 1e9 / f64::from(ADDITIONS)
}

/// A million receipts with different instants, offsets and terms.
fn million_lines(zone: Tz) -> anyhow::Result<String> {
    let first = "2019-01-01T00:00:00Z".parse::<chrono::DateTime<Utc>>()?;
    let mut mixed = Mixed(2);
    let mut text = String::from("received_at,working_days\n");
    for _ in 0..LINES {
        let at = first + TimeDelta::seconds(mixed.below(240_000_000) as i64);
        let days = [15, 15, 1, 5, 10, 30]
            .get(mixed.below(6) as usize)
            .copied()
            .unwrap_or(15);
        if mixed.below(2) == 0 {
            writeln!(text, "{},{days}", at.format("%Y-%m-%dT%H:%M:%SZ"))?;
        } else {
            writeln!(
                text,
                "{},{days}",
                at.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%:z")
            )?;
        }
    }
    Ok(text)
}

/// What the machine needs at least: to find each line and copy it.
fn copy_lines(mut input: &[u8]) -> anyhow::Result<Duration> {
    let started = Instant::now();
    let mut line = Vec::new();
    let mut copy = Vec::with_capacity(1 << 16);
    while input.read_until(b'\n', &mut line)? > 0 {
        copy.extend_from_slice(&line);
        line.clear();
        if copy.len() >= 1 << 16 {
            black_box(&copy);
            copy.clear();
        }
    }
    black_box(&copy);
    Ok(started.elapsed())
}

fn median(mut measure: impl FnMut() -> anyhow::Result<Duration>) -> anyhow::Result<Duration> {
    let mut times = (0..RUNS).map(|_| measure()).collect::<anyhow::Result<Vec<_>>>()?;
    times.sort();
    times
        .get(RUNS / 2)
        .copied()
        .ok_or_else(|| anyhow!("nothing was measured"))
}

/// Numbers that look random and are the same on each run (splitmix64).
struct Mixed(u64);

impl Mixed {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }
}
