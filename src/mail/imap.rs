//! One signed-in IMAP connection: the questions that watching a mailbox asks, each with a time limit.
//!
//! Folders are opened for reading only and messages are fetched without being marked as read; see `touch` for the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_imap::Session;
use async_imap::error::Error;
use async_imap::extensions::idle::IdleResponse;
use async_imap::types::{Fetch, UnsolicitedResponse};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use tokio::sync::watch;
use tokio::time::timeout;

use super::decode::one_line;
use super::files::MAX_MESSAGE;
use super::folder_name::{from_imap, to_imap};
use super::header::date;
use super::mailbox::{Extent, Fetched, ImapSettings, MailboxError, stopped_within};
use super::mime;
use super::parse::top_received;
use super::sign_in::{self, SignedIn};
use super::tls::Line;

/// How long the server may take to answer one question.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
/// How long it may take to hand over one batch of messages …
const FETCH_PATIENCE: Duration = Duration::from_secs(900);
/// … and how long it may be silent before the next of them, beyond the time that its bytes need on the slowest line.
const SILENCE: Duration = Duration::from_secs(30);
/// Bytes a second of the slowest line.
const SLOWEST_LINE: u64 = 64 * 1024;
/// How long it may take to end an idle that we broke off.
const IDLE_PATIENCE: Duration = Duration::from_secs(15);
/// How long it is asked to tell of new mail by itself before it is asked again.
const LONGEST_IDLE: Duration = Duration::from_secs(5 * 60);
/// Messages handed over at a time.
const BATCH: usize = 50;
/// Bytes handed over at a time, unless one message alone has more.
const BATCH_BYTES: usize = 8 * 1024 * 1024;

/// A message and its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sized {
    /// Its number in the folder.
    pub uid: u32,
    /// Its size as the server tells it.
    pub bytes: u32,
}

impl Sized {
    fn is_too_large(&self) -> bool {
        usize::try_from(self.bytes).is_ok_and(|bytes| bytes > MAX_MESSAGE)
    }
}

/// Parts messages into batches; what is too large to fetch whole comes alone.
pub fn batches(messages: &[Sized]) -> Vec<Vec<Sized>> {
    let mut batches: Vec<Vec<Sized>> = Vec::new();
    let mut bytes = 0;
    for message in messages {
        let size = usize::try_from(message.bytes).unwrap_or(usize::MAX);
        let joins = batches.last().is_some_and(|batch| {
            batch.len() < BATCH && bytes + size <= BATCH_BYTES && !batch.iter().any(Sized::is_too_large)
        });
        if joins && let Some(batch) = batches.last_mut() {
            batch.push(*message);
            bytes += size;
        } else {
            batches.push(vec![*message]);
            bytes = size;
        }
    }
    batches
}

/// Where messages come from.
pub struct Place {
    /// `user@host`.
    pub account: String,
    /// The folder.
    pub folder: String,
    /// Its numbering.
    pub uidvalidity: u32,
}

/// A folder that was opened.
#[derive(Debug, Clone, Copy)]
pub struct Opened {
    /// Its numbering.
    pub uidvalidity: u32,
    /// How many messages it holds.
    pub exists: u32,
}

/// What a server can do beyond the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// It tells of new mail by itself (RFC 2177).
    pub idle: bool,
    /// It moves messages in one step (RFC 6851).
    pub moves: bool,
    /// It removes named messages and no others (RFC 4315).
    pub uidplus: bool,
}

/// A signed-in connection. Every question has a time limit and heeds the stop signal.
pub struct Connection<'a> {
    pub(super) session: Session<Line>,
    pub(super) host: &'a str,
    /// What the server can do beyond the least.
    pub can: Abilities,
    pub(super) stop: watch::Receiver<bool>,
}

impl<'a> Connection<'a> {
    /// Reaches the server and signs in.
    pub async fn open(settings: &'a ImapSettings, stop: watch::Receiver<bool>) -> Result<Self, MailboxError> {
        let host = settings.host.as_str();
        let opening = async {
            let SignedIn { session, capabilities } = sign_in::imap(settings).await?;
            Ok(Self {
                session,
                host,
                can: Abilities {
                    idle: capabilities.has_str("IDLE"),
                    moves: capabilities.has_str("MOVE"),
                    uidplus: capabilities.has_str("UIDPLUS"),
                },
                stop: stop.clone(),
            })
        };
        limited(host, stop.clone(), PATIENCE, opening).await
    }

    /// Opens a folder for reading only.
    pub async fn examine(&mut self, folder: &str) -> Result<Opened, MailboxError> {
        let (host, stop) = (self.host, self.stop.clone());
        let name = to_imap(folder);
        let asked = async { Ok(self.session.examine(&name).await) };
        let mailbox = match limited(host, stop, PATIENCE, asked).await? {
            Ok(mailbox) => mailbox,
            Err(Error::No(why)) => {
                let available = self.folders().await?.join(", ");
                let why = one_line(&why);
                return Err(MailboxError::Folder {
                    folder: folder.to_owned(),
                    why,
                    available,
                });
            }
            Err(error) => return Err(refused(host, &error)),
        };
        let uidvalidity = mailbox.uid_validity.ok_or_else(|| MailboxError::Unnumbered {
            folder: folder.to_owned(),
        })?;
        Ok(Opened {
            uidvalidity,
            exists: mailbox.exists,
        })
    }

    /// The names of the account's folders.
    async fn folders(&mut self) -> Result<Vec<String>, MailboxError> {
        const SHOWN: usize = 50;
        let (host, stop) = (self.host, self.stop.clone());
        let asked = async {
            let names = self
                .session
                .list(None, Some("*"))
                .await
                .map_err(|error| refused(host, &error))?;
            let names: Vec<_> = names.try_collect().await.map_err(|error| refused(host, &error))?;
            Ok(names.iter().take(SHOWN).map(|name| from_imap(name.name())).collect())
        };
        limited(host, stop, PATIENCE, asked).await
    }

    /// All UIDs of a folder that was opened.
    pub async fn uids(&mut self, opened: Opened) -> Result<BTreeSet<u32>, MailboxError> {
        let uids = self.search("ALL").await?;
        // A server that is half dead may answer with nothing at all, which must not pass for an empty folder.
        if uids.is_empty() && opened.exists > 0 {
            return Err(MailboxError::Refused {
                host: self.host.to_owned(),
                why: format!(
                    "it says that it holds {} messages, and names none of them",
                    opened.exists
                ),
            });
        }
        Ok(uids)
    }

    /// The UIDs of the open folder that a search finds (RFC 3501, section 6.4.4).
    pub async fn search(&mut self, what: &str) -> Result<BTreeSet<u32>, MailboxError> {
        let (host, stop) = (self.host, self.stop.clone());
        let asked = async {
            self.session
                .uid_search(what)
                .await
                .map_err(|error| refused(host, &error))
        };
        Ok(limited(host, stop, PATIENCE, asked).await?.into_iter().collect())
    }

    /// When the server says that it took messages; those of which it does not say so are left out.
    pub async fn receipts(&mut self, uids: &[u32]) -> Result<Vec<(u32, DateTime<Utc>)>, MailboxError> {
        let fetches = self
            .ask(uids, "(UID INTERNALDATE)", SILENCE)
            .await?
            .map_err(|error| refused(self.host, &error))?;
        let told = fetches.iter();
        Ok(told
            .filter_map(|fetch| Some((fetch.uid?, fetch.internal_date()?.to_utc())))
            .collect())
    }

    /// Who wrote a message and about what, as its header says; the inner error is what the server says instead.
    pub async fn head(&mut self, uid: u32) -> Result<Result<Vec<u8>, String>, MailboxError> {
        const HEAD: &str = "(UID BODY.PEEK[HEADER])";
        let told = match self.ask(&[uid], HEAD, SILENCE).await? {
            Ok(fetches) => fetches
                .iter()
                .find(|fetch| fetch.uid == Some(uid))
                .and_then(|fetch| fetch.header())
                .map(<[u8]>::to_vec),
            Err(Error::No(_) | Error::Bad(_)) => None,
            Err(error) => return Err(refused(self.host, &error)),
        };
        match told {
            Some(header) => Ok(Ok(header)),
            None => {
                let answer = self.command(&format!("UID FETCH {uid} {HEAD}")).await?;
                Ok(Err(answer.err().unwrap_or_default()))
            }
        }
    }

    /// The sizes of messages, in the order of their UIDs. One of which the server does not tell counts as empty: whether
    /// it is gone or withheld shows when it is fetched.
    pub async fn sizes(&mut self, uids: &[u32]) -> Result<Vec<Sized>, MailboxError> {
        let mut sizes: BTreeMap<u32, u32> = uids.iter().map(|uid| (*uid, 0)).collect();
        let told = match self.ask(uids, "(UID RFC822.SIZE)", SILENCE).await? {
            Ok(fetches) => fetches,
            Err(Error::No(_) | Error::Bad(_)) => Vec::new(),
            Err(error) => return Err(refused(self.host, &error)),
        };
        for (uid, size) in told.iter().filter_map(|fetch| Some((fetch.uid?, fetch.size?))) {
            sizes.entry(uid).and_modify(|known| *known = size);
        }
        Ok(sizes.into_iter().map(|(uid, bytes)| Sized { uid, bytes }).collect())
    }

    /// The messages of a batch, and those that the server does not hand over, with what it says.
    pub async fn fetch(
        &mut self,
        place: &Place,
        batch: &[Sized],
    ) -> Result<(Vec<Fetched>, Vec<(u32, String)>), MailboxError> {
        let mut fetched = self.fetch_some(place, batch).await?;
        let mut withheld = Vec::new();
        let got: BTreeSet<u32> = fetched.iter().map(|message| message.uid).collect();
        // One bad message may spoil the whole answer: ask for each that did not come alone.
        for message in batch.iter().filter(|message| !got.contains(&message.uid)) {
            let alone = self.fetch_some(place, &[*message]).await?;
            if alone.is_empty()
                && let Some(why) = self.why_not(message).await?
            {
                withheld.push((message.uid, why));
            }
            fetched.extend(alone);
        }
        Ok((fetched, withheld))
    }

    async fn fetch_some(&mut self, place: &Place, some: &[Sized]) -> Result<Vec<Fetched>, MailboxError> {
        let uids: Vec<u32> = some.iter().map(|message| message.uid).collect();
        match self.ask(&uids, query(some), silence(some)).await? {
            Ok(fetches) => Ok(messages(place, some, &fetches)),
            Err(Error::No(_) | Error::Bad(_)) => Ok(Vec::new()),
            Err(error) => Err(refused(self.host, &error)),
        }
    }

    /// Why the server does not hand over a message: its no. `None` when it has none, as for a message that is gone.
    async fn why_not(&mut self, message: &Sized) -> Result<Option<String>, MailboxError> {
        let command = format!("UID FETCH {} {}", message.uid, query(&[*message]));
        Ok(self.command(&command).await?.err())
    }

    /// Gives a command of which only the end matters. The inner error is the server's no, which the library's own fetch,
    /// store and expunge take for an end like any other.
    pub async fn command(&mut self, command: &str) -> Result<Result<(), String>, MailboxError> {
        let (host, stop) = (self.host, self.stop.clone());
        let asked = async {
            match self.session.run_command_and_check_ok(command).await {
                Ok(()) => Ok(Ok(())),
                Err(Error::No(why) | Error::Bad(why)) => Ok(Err(one_line(&why))),
                Err(error) => Err(refused(host, &error)),
            }
        };
        limited(host, stop, PATIENCE, asked).await
    }

    /// Asks about messages, and bears so long a silence before each answer. The outer error is the connection's, the inner one the server's answer.
    async fn ask(
        &mut self,
        uids: &[u32],
        what: &str,
        silence: Duration,
    ) -> Result<Result<Vec<Fetch>, Error>, MailboxError> {
        let (host, stop) = (self.host, self.stop.clone());
        let asked = async {
            let limit = silence;
            let slow = |_| MailboxError::Slow {
                host: host.to_owned(),
                limit,
            };
            let mut answers = match timeout(limit, self.session.uid_fetch(uid_set(uids), what))
                .await
                .map_err(slow)?
            {
                Ok(answers) => answers,
                Err(error) => return Ok(Err(error)),
            };
            let mut told = Vec::new();
            loop {
                match timeout(limit, answers.try_next()).await.map_err(slow)? {
                    Ok(Some(answer)) => told.push(answer),
                    Ok(None) => return Ok(Ok(told)),
                    Err(error) => return Ok(Err(error)),
                }
            }
        };
        limited(host, stop, FETCH_PATIENCE, asked).await
    }

    /// Waits until the server tells of something, or until it is time to look by ourselves.
    pub async fn wait(self, pause: Duration) -> Result<Self, MailboxError> {
        if self.was_told_of_more() {
            return Ok(self);
        }
        let Self {
            session,
            host,
            can,
            stop,
        } = self;
        if !can.idle {
            if stopped_within(stop.clone(), pause).await {
                return Err(MailboxError::Stopped);
            }
            return Ok(Self {
                session,
                host,
                can,
                stop,
            });
        }
        let mut idle = session.idle();
        let started = async { idle.init().await.map_err(|error| refused(host, &error)) };
        limited(host, stop.clone(), PATIENCE, started).await?;
        {
            let mut stop = stop.clone();
            let (waiting, _interrupt) = idle.wait_with_timeout(pause.min(LONGEST_IDLE));
            tokio::select! {
                told = waiting => match told {
                    Ok(IdleResponse::NewData(_) | IdleResponse::Timeout | IdleResponse::ManualInterrupt) => {}
                    Err(error) => return Err(refused(host, &error)),
                },
                _ = stop.wait_for(|stop| *stop) => return Err(MailboxError::Stopped),
            }
        }
        let ended = async { idle.done().await.map_err(|error| refused(host, &error)) };
        let session = limited(host, stop.clone(), IDLE_PATIENCE, ended).await?;
        Ok(Self {
            session,
            host,
            can,
            stop,
        })
    }

    /// Whether the server told of new messages beside its answers, and so after they were counted.
    fn was_told_of_more(&self) -> bool {
        let told = std::iter::from_fn(|| self.session.unsolicited_responses.try_recv().ok());
        told.filter(|response| matches!(response, UnsolicitedResponse::Exists(_)))
            .count()
            > 0
    }

    /// Signs out.
    pub async fn close(mut self) {
        // A server that does not say goodbye has been left all the same.
        drop(timeout(Duration::from_secs(5), self.session.logout()).await);
    }
}

/// Lets a question take only so long, and drops it when it is time to stop.
pub(super) async fn limited<R>(
    host: &str,
    mut stop: watch::Receiver<bool>,
    limit: Duration,
    work: impl Future<Output = Result<R, MailboxError>>,
) -> Result<R, MailboxError> {
    tokio::select! {
        done = timeout(limit, work) => done.unwrap_or_else(|_| Err(MailboxError::Slow { host: host.to_owned(), limit })),
        _ = stop.wait_for(|stop| *stop) => Err(MailboxError::Stopped),
    }
}

/// What the library says, without what the server sent: that may be someone's mail.
pub fn refused(host: &str, error: &Error) -> MailboxError {
    let why = match error {
        Error::Io(io) if io.kind() == std::io::ErrorKind::Other => "its answer cannot be read".to_owned(),
        Error::Io(io) => io.kind().to_string(),
        Error::Bad(why) | Error::No(why) => one_line(why),
        Error::ConnectionLost => "the connection was lost".to_owned(),
        Error::Validate(_) => "a name or password has a line break in it".to_owned(),
        _ => "its answer cannot be read".to_owned(),
    };
    MailboxError::Refused {
        host: host.to_owned(),
        why,
    }
}

/// How long the server may be silent while it hands over the largest of these.
fn silence(batch: &[Sized]) -> Duration {
    let largest = batch.iter().map(|message| u64::from(message.bytes)).max();
    SILENCE + Duration::from_secs(largest.unwrap_or(0) / SLOWEST_LINE)
}

/// What to ask for: nothing that marks a message as read.
fn query(batch: &[Sized]) -> &'static str {
    if batch.iter().any(Sized::is_too_large) {
        "(UID INTERNALDATE BODY.PEEK[HEADER])"
    } else {
        "(UID INTERNALDATE BODY.PEEK[])"
    }
}

fn messages(place: &Place, batch: &[Sized], fetches: &[Fetch]) -> Vec<Fetched> {
    let mut fetched: Vec<Fetched> = Vec::new();
    for message in batch {
        let mut answers = fetches.iter().filter(|fetch| fetch.uid == Some(message.uid));
        let found = answers.find_map(|fetch| Some((fetch, bytes(message, fetch)?)));
        let Some((fetch, (raw, extent))) = found else { continue };
        let received_at = fetch
            .internal_date()
            .map(|at| at.to_utc())
            .unwrap_or_else(|| received_by_header(&raw));
        fetched.push(Fetched {
            account: place.account.clone(),
            folder: place.folder.clone(),
            uidvalidity: place.uidvalidity,
            uid: message.uid,
            received_at,
            raw,
            extent,
        });
    }
    fetched
}

fn bytes(message: &Sized, fetch: &Fetch) -> Option<(Vec<u8>, Extent)> {
    if !message.is_too_large() {
        return Some((fetch.body()?.to_vec(), Extent::Whole));
    }
    Some((fetch.header()?.to_vec(), Extent::HeaderOnly { size: message.bytes }))
}

/// For a server that breaks the rules and gives no date: the next best one, and 1970 where there is none, which shows.
fn received_by_header(raw: &[u8]) -> DateTime<Utc> {
    let written = || mime::read(raw).parts.first()?.headers.first("Date").and_then(date);
    top_received(raw).or_else(written).unwrap_or(DateTime::UNIX_EPOCH)
}

/// UIDs as a set of ranges (RFC 3501, section 9).
pub(super) fn uid_set(uids: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for uid in uids {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*uid) => *last = *uid,
            _ => ranges.push((*uid, *uid)),
        }
    }
    let written = ranges.iter().map(|(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}:{last}")
        }
    });
    written.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_of_numbers_are_short() {
        assert_eq!(uid_set(&[1, 2, 3, 5, 7, 8, u32::MAX]), "1:3,5,7:8,4294967295");
    }

    #[test]
    fn batches_stay_small_and_what_is_too_large_comes_alone() {
        let of = |uid, bytes| Sized { uid, bytes };
        let small: Vec<Sized> = (1..=120).map(|uid| of(uid, 1000)).collect();
        assert_eq!(batches(&small).iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20]);
        let mixed = [
            of(1, 6_000_000),
            of(2, 6_000_000),
            of(3, 60_000_000),
            of(4, 10),
            of(5, 10),
        ];
        let uids: Vec<Vec<u32>> = batches(&mixed)
            .iter()
            .map(|batch| batch.iter().map(|m| m.uid).collect())
            .collect();
        assert_eq!(uids, [vec![1], vec![2], vec![3], vec![4, 5]]);
    }
}
