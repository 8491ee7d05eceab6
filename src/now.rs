//! The only place that asks what time it is. Everything else gets the instant handed down.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, Utc};

/// Where the time comes from: the machine, or a test that sets it.
#[derive(Clone)]
pub struct Now(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Now {
    /// The machine's clock, cut to microseconds as the store keeps them.
    pub fn machine() -> Self {
        Self(Arc::new(|| Utc::now().trunc_subsecs(6)))
    }

    /// A clock that a test turns.
    pub fn told(tell: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    /// The instant, in UTC.
    pub fn instant(&self) -> DateTime<Utc> {
        (self.0)()
    }
}

/// A stopwatch for figures that are printed; never for what is decided.
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts it.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
