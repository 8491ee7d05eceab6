//! A million random sequences of commands on the core, under every built-in pack: nothing is released without an identity
//! decision, a confirmed address and the second person that is due, nothing is answered with an undecided item, and no answer
//! that tells whether somebody is known goes to an unproven address.
//!
//! `sequences COUNT [FIRST]` prints what happened; it ends with an error and the seed when a rule is broken.

#[path = "../suite/sequences/world.rs"]
mod world;

use std::process::ExitCode;
use std::sync::Arc;
use std::thread;

use habeas::packs::Shelf;
use world::{Counts, World};

/// Commands in one sequence.
const STEPS: usize = 60;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse().expect("a number"));
    let count: u64 = numbers.next().unwrap_or(1_000_000);
    let first: u64 = numbers.next().unwrap_or(0);
    let shelf = Arc::new(Shelf::open(&[]).expect("the built-in packs are sound"));
    let workers = thread::available_parallelism().map_or(1, |number| number.get() as u64);
    let handles: Vec<_> = (0..workers)
        .map(|worker| {
            let shelf = Arc::clone(&shelf);
            thread::spawn(move || run(&shelf, (first + worker..first + count).step_by(workers as usize)))
        })
        .collect();
    let mut all = Counts::default();
    let mut is_sound = true;
    for handle in handles {
        match handle.join().expect("a worker ends") {
            Ok(counts) => all.add(counts),
            Err(broken) => {
                eprintln!("BROKEN  {broken}");
                is_sound = false;
            }
        }
    }
    println!(
        "{} sequences, {} commands, {} accepted; {} answers, {} releases ({} by two persons), {} downloads; broken: {}",
        all.sequences,
        all.commands,
        all.accepted,
        all.answered,
        all.released,
        all.released_by_two,
        all.fetched,
        if is_sound { 0 } else { 1 }
    );
    ExitCode::from(u8::from(!is_sound))
}

fn run(shelf: &Shelf, seeds: impl Iterator<Item = u64>) -> Result<Counts, String> {
    let mut counts = Counts::default();
    for seed in seeds {
        let packs = shelf.packs();
        let pack = &packs[usize::try_from(seed).unwrap_or_default() % packs.len()].pack;
        let calendar = shelf
            .calendar(&pack.policy.calendar)
            .ok_or_else(|| format!("no calendar {}", pack.policy.calendar))?;
        World::new(&pack.policy, &calendar, seed)
            .run(STEPS, &mut counts)
            .map_err(|broken| format!("seed {seed} under {}: {broken}", pack.policy.id))?;
    }
    Ok(counts)
}
