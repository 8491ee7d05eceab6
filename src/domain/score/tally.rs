//! Hits, misses and false alarms, and the shares made of them.

use std::collections::BTreeMap;

/// Hits, misses and false alarms of one right, flag or kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Invoked and found.
    pub hits: usize,
    /// Invoked and not found.
    pub misses: usize,
    /// Found and neither invoked nor optional.
    pub false_alarms: usize,
}

impl Tally {
    /// The share of what was found that is right; 1 when nothing was found.
    pub fn precision(&self) -> f64 {
        share(self.hits, self.hits + self.false_alarms)
    }

    /// The share of what is there that was found; 1 when nothing is there.
    pub fn recall(&self) -> f64 {
        share(self.hits, self.hits + self.misses)
    }

    /// The harmonic mean of the two.
    pub fn f1(&self) -> f64 {
        share(2 * self.hits, 2 * self.hits + self.misses + self.false_alarms)
    }
}

/// The mean F1 over what occurs; 1 when nothing does.
pub fn mean_f1(rights: &BTreeMap<String, Tally>) -> f64 {
    let sum: f64 = rights.values().map(Tally::f1).sum();
    if rights.is_empty() {
        1.0
    } else {
        sum / rights.len() as f64
    }
}

/// A part of a whole; 1 when there is no whole.
pub fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}
