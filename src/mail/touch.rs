//! What may be done on a mail server to a message that is kept for good: mark it, or move it to another folder.
//!
//! Only ever by UID, so that no other message is touched. What is still to be done is what the server still shows, so
//! that nothing has to be remembered, and an attempt that failed is made again by the next round.

use std::collections::BTreeSet;

use async_imap::error::Error;
use async_imap::types::Flag;

use super::decode::one_line;
use super::folder_name::to_imap;
use super::imap::{Connection, PATIENCE, limited, refused, uid_set};
use super::mailbox::MailboxError;

/// The keyword that says that Habeas has a message.
const KEYWORD: &str = "$Habeas";

/// So many messages are named in one command.
const AT_A_TIME: usize = 300;

/// What is done to a message on the server once it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Nothing.
    Keep,
    /// It gets the keyword `$Habeas`, or a flag where the server has no room for keywords.
    Mark,
    /// It goes to this folder, which is made when it is not there.
    Move(String),
}

/// What came of touching messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// So many were touched.
    Done(usize),
    /// The server did not do it: its words.
    Not(String),
}

/// The server's no, which harms nothing, or the end of the connection.
enum Trouble {
    No(String),
    Lost(MailboxError),
}

impl Connection<'_> {
    /// Does to kept messages of the folder that is open for reading what is to be done, and has not been.
    pub async fn touch(
        &mut self,
        folder: &str,
        uidvalidity: u32,
        after: &After,
        kept: &BTreeSet<u32>,
    ) -> Result<Touched, MailboxError> {
        let done = match after {
            After::Keep => Ok(0),
            After::Move(target) if target == folder => Ok(0),
            After::Move(target) => self.move_all(folder, uidvalidity, target, kept).await,
            After::Mark => self.mark_all(folder, uidvalidity, kept).await,
        };
        match done {
            Ok(count) => Ok(Touched::Done(count)),
            Err(Trouble::No(why)) => Ok(Touched::Not(why)),
            Err(Trouble::Lost(error)) => Err(error),
        }
    }

    async fn mark_all(&mut self, folder: &str, uidvalidity: u32, kept: &BTreeSet<u32>) -> Result<usize, Trouble> {
        let without = async |this: &mut Self, search: &str| -> Result<Vec<u32>, Trouble> {
            let found = this.search(search).await.map_err(Trouble::Lost)?;
            Ok(kept.intersection(&found).copied().collect())
        };
        let mut wanted = without(self, &format!("UNKEYWORD {KEYWORD}")).await?;
        if wanted.is_empty() {
            return Ok(0);
        }
        let flags = self.select(folder, uidvalidity).await?;
        let has_room = |flag: &Flag<'_>| match flag {
            Flag::MayCreate => true,
            Flag::Custom(name) => name.eq_ignore_ascii_case(KEYWORD),
            Flag::Seen | Flag::Answered | Flag::Flagged | Flag::Deleted | Flag::Draft | Flag::Recent => false,
        };
        let mut mark = KEYWORD;
        if !flags.iter().any(has_room) {
            mark = "\\Flagged";
            wanted = without(self, "UNFLAGGED").await?;
        }
        for some in wanted.chunks(AT_A_TIME) {
            self.store(some, mark).await?;
        }
        Ok(wanted.len())
    }

    async fn move_all(
        &mut self,
        folder: &str,
        uidvalidity: u32,
        target: &str,
        kept: &BTreeSet<u32>,
    ) -> Result<usize, Trouble> {
        if kept.is_empty() {
            return Ok(0);
        }
        if !self.can.moves && !self.can.uidplus {
            let why = "it can neither move messages (RFC 6851) nor remove single ones (RFC 4315); use \"mark\"";
            return Err(Trouble::No(why.to_owned()));
        }
        self.select(folder, uidvalidity).await?;
        let kept: Vec<u32> = kept.iter().copied().collect();
        let target = to_imap(target);
        for some in kept.chunks(AT_A_TIME) {
            if let Err(Trouble::No(why)) = self.move_some(some, &target).await {
                // The folder may not be there yet; when making it does not help, the first answer says why.
                let made = self.make(&target).await;
                if matches!(made, Err(Trouble::No(_))) {
                    return Err(Trouble::No(why));
                }
                made?;
                self.move_some(some, &target).await?;
            }
        }
        Ok(kept.len())
    }

    async fn move_some(&mut self, uids: &[u32], target: &str) -> Result<(), Trouble> {
        let (host, stop) = (self.host, self.stop.clone());
        let set = uid_set(uids);
        if self.can.moves {
            let asked = async { answer(host, self.session.uid_mv(&set, target).await) };
            return outcome(limited(host, stop, PATIENCE, asked).await);
        }
        let asked = async { answer(host, self.session.uid_copy(&set, target).await) };
        outcome(limited(host, stop, PATIENCE, asked).await)?;
        self.store(uids, "\\Deleted").await?;
        outcome(self.command(&format!("UID EXPUNGE {set}")).await)
    }

    async fn store(&mut self, uids: &[u32], flag: &str) -> Result<(), Trouble> {
        let command = format!("UID STORE {} +FLAGS.SILENT ({flag})", uid_set(uids));
        outcome(self.command(&command).await)
    }

    async fn make(&mut self, target: &str) -> Result<(), Trouble> {
        let (host, stop) = (self.host, self.stop.clone());
        let asked = async { answer(host, self.session.create(target).await) };
        outcome(limited(host, stop, PATIENCE, asked).await)
    }

    /// Opens a folder for change, and returns the flags that stay. A numbering other than the one that was read is refused.
    async fn select(&mut self, folder: &str, uidvalidity: u32) -> Result<Vec<Flag<'static>>, Trouble> {
        let (host, stop) = (self.host, self.stop.clone());
        let name = to_imap(folder);
        let asked = async { Ok(self.session.select(&name).await) };
        let opened = limited(host, stop, PATIENCE, asked).await.map_err(Trouble::Lost)?;
        let opened = opened.map_err(|error| match error {
            Error::No(why) | Error::Bad(why) => Trouble::No(one_line(&why)),
            other => Trouble::Lost(refused(host, &other)),
        })?;
        if opened.uid_validity == Some(uidvalidity) {
            Ok(opened.permanent_flags)
        } else {
            Err(Trouble::No("the folder was numbered anew just now".to_owned()))
        }
    }
}

/// A server's no is an answer; anything else ends the connection.
fn answer(host: &str, result: Result<(), Error>) -> Result<Result<(), String>, MailboxError> {
    match result {
        Ok(()) => Ok(Ok(())),
        Err(Error::No(why) | Error::Bad(why)) => Ok(Err(one_line(&why))),
        Err(error) => Err(refused(host, &error)),
    }
}

fn outcome(answered: Result<Result<(), String>, MailboxError>) -> Result<(), Trouble> {
    answered.map_err(Trouble::Lost)?.map_err(Trouble::No)
}
