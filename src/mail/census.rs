//! A count of what a mailbox holds, on a connection of its own: every number in every watched folder, and a name for each
//! message that nobody took.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::watch;

use super::imap::Connection;
use super::mailbox::{ImapSettings, MailboxError, Taker, blocking};

/// More messages than these are counted and not named.
const MOST_NAMED: usize = 20;

/// What one folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    /// The folder.
    pub folder: String,
    /// Its numbering.
    pub uidvalidity: u32,
    /// Every message in it.
    pub present: BTreeSet<u32>,
    /// The first of those that were not taken, with what the server hands over of them.
    pub untaken: BTreeMap<u32, Untaken>,
}

/// A message that the server holds and nobody took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Untaken {
    /// Its header.
    Header(Vec<u8>),
    /// Not even that: what the server says, empty when it says nothing.
    Withheld(String),
}

/// Counts all folders of a mailbox.
///
/// # Errors
/// When one of them cannot be counted, in words that say what to do.
pub async fn count<T: Taker>(
    settings: &ImapSettings,
    taker: &Arc<T>,
    stop: watch::Receiver<bool>,
) -> Result<Vec<Census>, MailboxError> {
    let mut connection = Connection::open(settings, stop).await?;
    let mut counted = Vec::new();
    for folder in &settings.folders {
        let opened = connection.examine(folder).await?;
        let present = connection.uids(opened).await?;
        // Asked afterwards: what is taken meanwhile is then known, and what arrives meanwhile was not counted.
        let taken = {
            let (taker, account, folder) = (Arc::clone(taker), settings.account(), folder.clone());
            blocking(move || taker.taken(&account, &folder, opened.uidvalidity)).await?
        };
        let mut untaken = BTreeMap::new();
        for uid in present.iter().filter(|uid| !taken.contains_key(uid)).take(MOST_NAMED) {
            let found = match connection.head(*uid).await? {
                Ok(header) => Untaken::Header(header),
                Err(why) => Untaken::Withheld(why),
            };
            untaken.insert(*uid, found);
        }
        counted.push(Census {
            folder: folder.clone(),
            uidvalidity: opened.uidvalidity,
            present,
            untaken,
        });
    }
    connection.close().await;
    Ok(counted)
}
