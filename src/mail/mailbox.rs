//! Watching a mailbox over IMAP: every message is handed over once, and the server is never asked what was read.
//!
//! A message is (account, folder, UIDVALIDITY, UID). Each round compares all UIDs of the server with those already
//! taken, so that nothing depends on flags that people set, on sequence numbers, or on what happened while nobody
//! watched. Messages are looked at without being marked, and nothing on the server is changed, unless the settings say
//! what becomes of a message there once it is kept for good.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::time::timeout;

use super::imap::{Connection, Opened, Place, Sized, batches};
use super::oauth::TokenError;
use super::sign_in::Proof;
use super::tls::{LineError, Security};
pub use super::touch::After;
use super::touch::Touched;
use super::transport::protection;

/// Pauses after a lost connection double from this one …
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// … to this one, so that new mail is in within a minute of the server's return.
const LAST_PAUSE: Duration = Duration::from_secs(30);
/// So many rounds go by before a message that the server did not hand over is asked for again.
const WITHHELD_ROUNDS: usize = 10;
/// How often to look whether messages can be taken again.
const PAUSED: Duration = Duration::from_secs(10);

/// A mailbox to watch.
#[derive(Clone)]
pub struct ImapSettings {
    /// The server, by the name that its certificate bears.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub security: Security,
    /// Certificates to trust beside the public ones, in PEM.
    pub extra_ca: Option<PathBuf>,
    /// The account.
    pub user: String,
    /// What lets us in.
    pub proof: Proof,
    /// The folders, as people write their names.
    pub folders: Vec<String>,
    /// Those of them on which nothing is ever changed.
    pub untouched: Vec<String>,
    /// What becomes of a message on the server once it is kept.
    pub after: After,
    /// How often to look, also where the server tells of new mail by itself.
    pub poll: Duration,
}

impl ImapSettings {
    /// Whose mail it is: `user@host`.
    pub fn account(&self) -> String {
        format!("{}@{}", self.user, self.host)
    }
}

impl std::fmt::Debug for ImapSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "ImapSettings({}:{}, {:?}, {:?})",
            self.host, self.port, self.security, self.folders
        )
    }
}

/// Who takes the messages. All methods may block.
pub trait Taker: Send + Sync + 'static {
    /// What can go wrong.
    type Error: Display + Send + 'static;

    /// Why nothing can be taken for now; nothing is fetched then.
    fn pause(&self) -> Option<String>;

    /// The messages of a folder that were taken before, by UID.
    ///
    /// # Errors
    /// When that cannot be told; nothing is fetched then.
    fn taken(&self, account: &str, folder: &str, uidvalidity: u32) -> Result<BTreeMap<u32, Taken>, Self::Error>;

    /// Takes messages for good: when this returns, they are on stable storage.
    ///
    /// # Errors
    /// When they are not; they are then offered again.
    fn take(&self, batch: Vec<Fetched>) -> Result<(), Self::Error>;
}

/// A message that was taken before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// When the server said that it took it. A server that was restored from a backup may give a UID away a second time:
    /// then it says something else.
    pub received_at: DateTime<Utc>,
    /// How much of it was fetched.
    pub extent: Extent,
}

/// A message from a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// `user@host`.
    pub account: String,
    /// The folder.
    pub folder: String,
    /// Which numbering of the folder the UID belongs to.
    pub uidvalidity: u32,
    /// Its number there.
    pub uid: u32,
    /// When the server took it: INTERNALDATE.
    pub received_at: DateTime<Utc>,
    /// Its bytes, or what stands for them.
    pub raw: Vec<u8>,
    /// Whether these are all its bytes.
    pub extent: Extent,
}

/// How much of a message was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its header and a line that says so; the message stays on the server.
    HeaderOnly {
        /// Size of the whole message in bytes.
        size: u32,
    },
}

/// What the watching does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchState {
    /// Everything in a folder is taken.
    UpToDate {
        /// The folder.
        folder: String,
        /// How many messages the server holds there.
        on_server: usize,
    },
    /// Messages were taken.
    Took {
        /// The folder.
        folder: String,
        /// How many.
        count: usize,
    },
    /// Kept messages were marked or moved on the server.
    Touched {
        /// The folder.
        folder: String,
        /// How many.
        count: usize,
    },
    /// The server did not mark or move messages, which harms nothing; it is tried again.
    NotTouched {
        /// The folder.
        folder: String,
        /// What it said.
        why: String,
    },
    /// Nothing can be taken for now; the mail stays in the mailbox.
    Paused {
        /// Why.
        why: String,
    },
    /// The server does not hand over a message; the others go on.
    Withheld {
        /// The folder.
        folder: String,
        /// The message's number there.
        uid: u32,
        /// What it said.
        why: String,
    },
    /// The connection is lost; it is tried again.
    Lost {
        /// Why, and what to do.
        why: String,
        /// After this pause.
        again_in: Duration,
    },
    /// It was told to stop and did.
    Stopped,
}

impl WatchState {
    /// As a report: what was done, or what is wrong.
    ///
    /// # Errors
    /// When something is wrong: the sentence that says it.
    pub fn result(&self) -> Result<String, String> {
        match self {
            Self::UpToDate { folder, on_server } => Ok(format!("{folder}: all of {on_server} messages are taken in")),
            Self::Took { folder, count } => Ok(format!("{folder}: {count} taken in")),
            Self::Touched { folder, count } => Ok(format!("{folder}: {count} marked or moved")),
            Self::NotTouched { folder, why } => Ok(format!("{folder}: messages could not be marked or moved: {why}")),
            Self::Stopped => Ok("stopped".to_owned()),
            Self::Paused { why } => Err(why.clone()),
            Self::Withheld { folder, uid, why } => Err(format!("{folder}: message {uid} cannot be fetched: {why}")),
            Self::Lost { why, again_in } => Err(format!("{why} Next attempt in {} s.", again_in.as_secs())),
        }
    }
}

/// Why a mailbox cannot be watched, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// No line.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The account or password is wrong.
    #[error("{host} does not let {user} in: {why}. {advice}")]
    Login {
        /// The server.
        host: String,
        /// The account.
        user: String,
        /// What it said.
        why: String,
        /// What to do.
        advice: String,
    },
    /// There is no token to sign in with.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token is refused although it was renewed.
    #[error("{host} does not let {user} in with a fresh token: {why}. {advice}")]
    TokenRefused {
        /// The server.
        host: String,
        /// The account.
        user: String,
        /// What it said.
        why: String,
        /// What to do.
        advice: String,
    },
    /// There is no such folder.
    #[error("The folder {folder:?} cannot be opened: {why}. The account has: {available}.")]
    Folder {
        /// The folder.
        folder: String,
        /// What the server said.
        why: String,
        /// The folders that are there.
        available: String,
    },
    /// The server does not number its messages for good.
    #[error("The folder {folder:?} has no lasting message numbers (UIDVALIDITY), so nothing can be taken once only.")]
    Unnumbered {
        /// The folder.
        folder: String,
    },
    /// No answer.
    #[error("{host} did not answer within {} s.", limit.as_secs())]
    Slow {
        /// The server.
        host: String,
        /// How long it had.
        limit: Duration,
    },
    /// The server said no, or something that is no IMAP.
    #[error("{host} did not do what it was asked: {why}.")]
    Refused {
        /// The server.
        host: String,
        /// What it said.
        why: String,
    },
    /// The messages could not be kept.
    #[error("The mail could not be kept, and stays in the mailbox: {0}.")]
    Taker(String),
    /// Told to stop.
    #[error("Stopped.")]
    Stopped,
}

/// Watches a mailbox until `stop` turns true, through lost connections and servers that restart.
pub async fn watch<T: Taker>(
    settings: &ImapSettings,
    taker: Arc<T>,
    stop: watch::Receiver<bool>,
    on_state: impl Fn(WatchState) + Send + Sync,
) {
    let mut pause = FIRST_PAUSE;
    while !*stop.borrow() {
        let went_well = AtomicBool::new(false);
        let report = |state: WatchState| {
            if let WatchState::UpToDate { .. } = state {
                went_well.store(true, Ordering::Relaxed);
            }
            on_state(state);
        };
        let mut watcher = Watcher {
            settings,
            taker: Arc::clone(&taker),
            stop: stop.clone(),
            report: &report,
        };
        // A server's nonsense must not end the watching, even where it makes the IMAP library panic.
        let ended = AssertUnwindSafe(watcher.run()).catch_unwind().await;
        let why = match ended {
            Ok(Err(MailboxError::Stopped)) => break,
            Ok(Err(error)) => error.to_string(),
            Ok(Ok(())) => format!("{} closed the connection.", settings.host),
            Err(_) => format!("{} sent something that cannot be read.", settings.host),
        };
        if went_well.into_inner() {
            pause = FIRST_PAUSE;
        }
        on_state(WatchState::Lost { why, again_in: pause });
        if stopped_within(stop.clone(), pause).await {
            break;
        }
        pause = (pause * 2).min(LAST_PAUSE);
    }
    on_state(WatchState::Stopped);
}

/// Reaches a mailbox, signs in and looks at its folders without taking anything, and says what was found.
///
/// # Errors
/// When it cannot be watched, in words that say what to do.
pub async fn check(settings: &ImapSettings) -> Result<Vec<String>, MailboxError> {
    let (sender, stop) = watch::channel(false);
    let mut open = Connection::open(settings, stop).await?;
    let mut lines = vec![format!(
        "{}:{} reached, {}",
        settings.host,
        settings.port,
        protection(settings.security)
    )];
    lines.push(if open.can.idle {
        "tells of new mail at once".to_owned()
    } else {
        format!("looked at every {} s", settings.poll.as_secs())
    });
    if let (After::Move(_), false) = (&settings.after, open.can.moves || open.can.uidplus) {
        lines.push("can neither move messages nor remove single ones: set after = \"mark\"".to_owned());
    }
    for folder in &settings.folders {
        let Opened { exists, .. } = open.examine(folder).await?;
        lines.push(format!("{folder} holds {exists} messages"));
    }
    open.close().await;
    drop(sender);
    Ok(lines)
}

/// Waits, and says whether it was told to stop meanwhile.
pub async fn stopped_within(mut stop: watch::Receiver<bool>, pause: Duration) -> bool {
    timeout(pause, stop.wait_for(|stop| *stop)).await.is_ok()
}

/// One connection's worth of watching.
struct Watcher<'a, T> {
    settings: &'a ImapSettings,
    taker: Arc<T>,
    stop: watch::Receiver<bool>,
    report: &'a (dyn Fn(WatchState) + Send + Sync),
}

/// A folder as it is watched.
struct Watched {
    uidvalidity: u32,
    taken: BTreeMap<u32, Taken>,
    /// Messages that the server did not hand over, with the rounds until they are asked for again.
    withheld: BTreeMap<u32, usize>,
}

impl<T: Taker> Watcher<'_, T> {
    async fn run(&mut self) -> Result<(), MailboxError> {
        let mut connection = Connection::open(self.settings, self.stop.clone()).await?;
        let mut folders: Vec<(String, Option<Watched>)> = self
            .settings
            .folders
            .iter()
            .map(|folder| (folder.clone(), None))
            .collect();
        loop {
            if let Some(why) = self.pause().await? {
                (self.report)(WatchState::Paused { why });
                if stopped_within(self.stop.clone(), PAUSED.min(self.settings.poll)).await {
                    return Err(MailboxError::Stopped);
                }
                continue;
            }
            let mut touched = 0;
            // The folder that comes last stays open: it is the one the server tells of.
            for (folder, watched) in folders.iter_mut().rev() {
                let opened = connection.examine(folder).await?;
                let on_server = connection.uids(opened).await?;
                let watched = match watched {
                    Some(known) if known.uidvalidity == opened.uidvalidity => known,
                    _ => watched.insert(
                        self.look_again(&mut connection, folder, opened.uidvalidity, &on_server)
                            .await?,
                    ),
                };
                self.collect(&mut connection, folder, watched, &on_server).await?;
                touched += self.touch(&mut connection, folder, watched, &on_server).await?;
            }
            // What arrived while a folder was open for change is looked for at once.
            if touched == 0 {
                connection = connection.wait(self.settings.poll.max(FIRST_PAUSE)).await?;
            }
        }
    }

    /// What is known of a folder that is seen for the first time on this connection. A UID that now stands for another
    /// message than the one that was taken is not known.
    async fn look_again(
        &self,
        connection: &mut Connection<'_>,
        folder: &str,
        uidvalidity: u32,
        on_server: &BTreeSet<u32>,
    ) -> Result<Watched, MailboxError> {
        let mut taken = {
            let (taker, account, folder) = (Arc::clone(&self.taker), self.settings.account(), folder.to_owned());
            blocking(move || taker.taken(&account, &folder, uidvalidity)).await?
        };
        let known: Vec<u32> = on_server
            .iter()
            .copied()
            .filter(|uid| taken.contains_key(uid))
            .collect();
        for some in known.chunks(500) {
            for (uid, received_at) in connection.receipts(some).await? {
                if taken.get(&uid).is_some_and(|before| before.received_at != received_at) {
                    taken.remove(&uid);
                }
            }
        }
        Ok(Watched {
            uidvalidity,
            taken,
            withheld: BTreeMap::new(),
        })
    }

    /// Takes what the server holds and we do not, until nothing is left.
    async fn collect(
        &self,
        connection: &mut Connection<'_>,
        folder: &str,
        watched: &mut Watched,
        on_server: &BTreeSet<u32>,
    ) -> Result<(), MailboxError> {
        watched.withheld.retain(|_, rounds| {
            *rounds -= 1;
            *rounds > 0
        });
        let wanted: Vec<u32> = on_server
            .iter()
            .copied()
            .filter(|uid| !watched.taken.contains_key(uid) && !watched.withheld.contains_key(uid))
            .collect();
        for some in wanted.chunks(500) {
            let sizes = connection.sizes(some).await?;
            for batch in batches(&sizes) {
                self.take_batch(connection, folder, watched, &batch).await?;
            }
        }
        (self.report)(WatchState::UpToDate {
            folder: folder.to_owned(),
            on_server: on_server.len(),
        });
        Ok(())
    }

    /// Marks or moves what is kept for good, and returns how many. A message of which only the header was taken stays.
    async fn touch(
        &self,
        connection: &mut Connection<'_>,
        folder: &str,
        watched: &Watched,
        on_server: &BTreeSet<u32>,
    ) -> Result<usize, MailboxError> {
        if self.settings.untouched.iter().any(|untouched| untouched == folder) {
            return Ok(0);
        }
        let whole = |uid: &u32| {
            watched
                .taken
                .get(uid)
                .is_some_and(|taken| taken.extent == Extent::Whole)
        };
        let kept: BTreeSet<u32> = on_server.iter().copied().filter(whole).collect();
        let after = &self.settings.after;
        let (folder, uidvalidity) = (folder.to_owned(), watched.uidvalidity);
        match connection.touch(&folder, uidvalidity, after, &kept).await? {
            Touched::Done(0) => Ok(0),
            Touched::Done(count) => {
                (self.report)(WatchState::Touched { folder, count });
                Ok(count)
            }
            Touched::Not(why) => {
                (self.report)(WatchState::NotTouched { folder, why });
                Ok(0)
            }
        }
    }

    async fn take_batch(
        &self,
        connection: &mut Connection<'_>,
        folder: &str,
        watched: &mut Watched,
        batch: &[Sized],
    ) -> Result<(), MailboxError> {
        let place = Place {
            account: self.settings.account(),
            folder: folder.to_owned(),
            uidvalidity: watched.uidvalidity,
        };
        let (fetched, withheld) = connection.fetch(&place, batch).await?;
        for (uid, why) in withheld {
            watched.withheld.insert(uid, WITHHELD_ROUNDS);
            (self.report)(WatchState::Withheld {
                folder: folder.to_owned(),
                uid,
                why,
            });
        }
        if fetched.is_empty() {
            return Ok(());
        }
        let uids: Vec<(u32, Taken)> = fetched
            .iter()
            .map(|message| {
                let (received_at, extent) = (message.received_at, message.extent);
                (message.uid, Taken { received_at, extent })
            })
            .collect();
        let taker = Arc::clone(&self.taker);
        // Once begun, taking is never broken off: it ends before a stop is heeded.
        blocking(move || taker.take(fetched)).await?;
        (self.report)(WatchState::Took {
            folder: folder.to_owned(),
            count: uids.len(),
        });
        watched.taken.extend(uids);
        if *self.stop.borrow() {
            Err(MailboxError::Stopped)
        } else {
            Ok(())
        }
    }

    async fn pause(&self) -> Result<Option<String>, MailboxError> {
        let taker = Arc::clone(&self.taker);
        blocking(move || Ok::<_, T::Error>(taker.pause())).await
    }
}

/// Lets a taker do what may block.
pub(super) async fn blocking<R: Send + 'static, E: Display + Send + 'static>(
    work: impl FnOnce() -> Result<R, E> + Send + 'static,
) -> Result<R, MailboxError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| MailboxError::Taker(error.to_string())),
        Err(error) => Err(MailboxError::Taker(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_is_wrong() {
        let lost = WatchState::Lost {
            why: "It is gone.".to_owned(),
            again_in: Duration::from_secs(4),
        };
        assert_eq!(lost.result(), Err("It is gone. Next attempt in 4 s.".to_owned()));
        assert!(
            WatchState::Took {
                folder: "INBOX".to_owned(),
                count: 1
            }
            .result()
            .is_ok()
        );
    }
}
