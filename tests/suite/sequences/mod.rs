//! However commands follow each other, nothing leaves to somebody unknown, nothing is answered undecided, and nobody is told
//! anything at an address that was not proven.

mod world;

use world::{Counts, World};

use crate::harness::rulebook::{DEFAULT, ONE_MONTH};

/// `tests/fuzz/run sequences` does the same a million times over every pack.
#[test]
fn no_sequence_of_commands_releases_or_answers_what_it_must_not() {
    let mut counts = Counts::default();
    for seed in 0..2_000 {
        let regime = if seed % 4 == 0 { &ONE_MONTH } else { &DEFAULT };
        World::new(regime.policy(), regime.calendar(), seed)
            .run(120, &mut counts)
            .unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
    }
    assert!(
        counts.answered > 100 && counts.released > 20 && counts.released_by_two > 2 && counts.fetched > 5,
        "too little happened to prove anything: {counts:?}"
    );
}
