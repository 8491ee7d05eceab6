//! What happens by itself: one table of jobs with their rhythm, and the loop that runs them.
//!
//! A job takes no input, looks at the state, does what is due in bounded steps, is safe to run twice, and reports what it
//! did. The next run is the retry.

mod alarm;
pub mod collect;
mod contain;
pub mod deliver;
pub mod digest;
pub mod documents;
pub mod expire;
pub mod intake;
mod place;
pub mod portal;
pub mod reconcile;
pub mod room;
pub mod sweep;
mod tasks;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::house::House;
use crate::mail::oauth::Accounts;
use crate::mail::transport::Transport;
use crate::store::{StoreError, outbox};

/// What a job may use.
pub struct Workshop {
    /// The house it works in.
    pub house: Arc<House>,
    /// Where tokens for mail servers come from.
    pub accounts: Arc<Accounts>,
    /// How mail leaves.
    pub transport: Transport,
    /// The name of this instance, for leases.
    pub owner: String,
    /// Where work that waits for the network runs.
    pub handle: Handle,
    /// Why the last letter that was tried found no way out: it stands on the board until one is tried again.
    pub held_up: Mutex<Option<String>>,
}

/// One line of the table.
pub struct Job {
    /// Its name on the operation page and in the log.
    pub name: &'static str,
    /// The pause between two runs.
    pub every: Duration,
    /// What it does; returns what it did in a few words, empty when there was nothing to do.
    pub work: fn(&Workshop) -> anyhow::Result<String>,
}

/// All jobs. Watching a mailbox is not among them: it runs all the time, see [`collect`].
pub const JOBS: [Job; 10] = [
    Job {
        name: "catch-up",
        every: Duration::from_secs(30),
        work: catch_up,
    },
    Job {
        name: "drop-folder",
        every: Duration::from_secs(5),
        work: drop_folder,
    },
    Job {
        name: "portal",
        every: Duration::from_secs(2),
        work: tend_portal,
    },
    Job {
        name: "deliver",
        every: Duration::from_secs(5),
        work: deliver_due,
    },
    Job {
        name: "remind",
        every: Duration::from_secs(20),
        work: remind,
    },
    Job {
        name: "expire",
        every: Duration::from_secs(60),
        work: expire_packages,
    },
    Job {
        name: "documents",
        every: Duration::from_secs(300),
        work: destroy_documents,
    },
    Job {
        name: "digest",
        every: Duration::from_secs(60),
        work: send_digest,
    },
    Job {
        name: "balance",
        every: Duration::from_secs(60),
        work: draw_balance,
    },
    Job {
        name: "calendars",
        every: Duration::from_secs(60),
        work: calendars,
    },
];

/// Starts every job on its own thread; each ends, with its step finished, soon after `stop` turns true.
pub fn start(workshop: &Arc<Workshop>, stop: &watch::Receiver<bool>) -> Vec<std::thread::JoinHandle<()>> {
    JOBS.iter()
        .filter_map(|job| {
            let workshop = Arc::clone(workshop);
            let mut stop = stop.clone();
            let run = move || {
                while !*stop.borrow() {
                    run_once(job, &workshop);
                    let handle = workshop.handle.clone();
                    handle.block_on(async {
                        // A closed channel means that the program ends, as a stop does.
                        let _ended = tokio::time::timeout(job.every, stop.wait_for(|stop| *stop)).await;
                    });
                }
            };
            match std::thread::Builder::new().name(job.name.to_owned()).spawn(run) {
                Ok(thread) => Some(thread),
                Err(error) => {
                    tracing::error!(job = job.name, %error, "a job could not be started");
                    None
                }
            }
        })
        .collect()
}

fn run_once(job: &Job, workshop: &Workshop) {
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (job.work)(workshop)))
        .unwrap_or_else(|_| Err(anyhow::anyhow!("the job ended unexpectedly; its next run goes on")));
    if let Err(error) = &done
        && error
            .chain()
            .any(|cause| matches!(cause.downcast_ref(), Some(StoreError::Halted)))
    {
        tracing::error!("the disk failed; Habeas ends, and recovers at its next start");
        std::process::exit(1);
    }
    match &done {
        Ok(did) if did.is_empty() => {}
        Ok(did) => tracing::info!(job = job.name, did, "done"),
        Err(error) => tracing::error!(
            job = job.name,
            error = format!("{error:#}"),
            "failed; the next run tries again"
        ),
    }
    workshop.house.board.note(
        job.name,
        workshop.house.now.instant(),
        done.map_err(|error| format!("{error:#}")),
    );
}

fn catch_up(workshop: &Workshop) -> anyhow::Result<String> {
    // Looked at here too, so that a shortage shows where no mail comes in by itself.
    room::shortage(&workshop.house);
    Ok(count(intake::catch_up(&workshop.house)?, "kept messages placed"))
}

fn drop_folder(workshop: &Workshop) -> anyhow::Result<String> {
    Ok(count(
        collect::drop_folder(&workshop.house)?,
        "messages taken from the drop folder",
    ))
}

fn tend_portal(workshop: &Workshop) -> anyhow::Result<String> {
    let (forms, codes) = portal::tend(&workshop.house)?;
    if forms + codes == 0 {
        return Ok(String::new());
    }
    Ok(format!("{forms} forms placed, {codes} wishes for a code looked at"))
}

fn deliver_due(workshop: &Workshop) -> anyhow::Result<String> {
    let delivered =
        workshop
            .handle
            .block_on(deliver::deliver(&workshop.house, &workshop.transport, &workshop.owner))?;
    let nothing_tried = delivered == deliver::Delivered::default();
    let mut held_up = workshop.held_up.lock().unwrap_or_else(PoisonError::into_inner);
    if !nothing_tried {
        *held_up = delivered.held_up;
    }
    if let Some(why) = held_up.as_ref() {
        let counts = workshop.house.store.read(outbox::counts)?;
        let queued = counts.iter().find(|(state, _)| *state == outbox::State::Queued);
        let waiting = queued.map_or(0, |(_, count)| *count);
        anyhow::ensure!(waiting == 0, "{why} Letters that wait and are tried again: {waiting}.");
        *held_up = None;
    }
    if nothing_tried {
        return Ok(String::new());
    }
    Ok(format!(
        "{} sent, {} to try again, {} failed",
        delivered.sent, delivered.postponed, delivered.failed
    ))
}

fn remind(workshop: &Workshop) -> anyhow::Result<String> {
    let swept = sweep::sweep(&workshop.house)?;
    if swept == sweep::Swept::default() {
        return Ok(String::new());
    }
    Ok(format!("{} requests due, {} mails", swept.requests, swept.mails))
}

fn expire_packages(workshop: &Workshop) -> anyhow::Result<String> {
    Ok(count(expire::expire(&workshop.house)?, "packages ended"))
}

fn destroy_documents(workshop: &Workshop) -> anyhow::Result<String> {
    Ok(count(
        documents::destroy_overdue(&workshop.house)?,
        "requests whose documents were destroyed",
    ))
}

fn send_digest(workshop: &Workshop) -> anyhow::Result<String> {
    Ok(count(digest::digest(&workshop.house)?, "digests"))
}

fn draw_balance(workshop: &Workshop) -> anyhow::Result<String> {
    Ok(count(
        reconcile::watch_over(&workshop.house, &workshop.accounts, &workshop.handle)?,
        "alarms mailed",
    ))
}

fn calendars(workshop: &Workshop) -> anyhow::Result<String> {
    workshop.house.refresh_calendars()?;
    Ok(String::new())
}

fn count(number: usize, of_what: &str) -> String {
    if number == 0 {
        String::new()
    } else {
        format!("{number} {of_what}")
    }
}
