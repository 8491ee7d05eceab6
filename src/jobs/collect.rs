//! Where mail is picked up: mailboxes that are watched, and the drop folder. Both hand over to the intake.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::intake::{self, Arrival, BATCH};
use super::room;
use crate::config::{Line, Mailbox, Then};
use crate::house::House;
use crate::mail::files::{self, Found};
use crate::mail::mailbox::{self, After, Extent, Fetched, ImapSettings, Taken, Taker, WatchState};
use crate::mail::oauth::Accounts;
use crate::mail::tls::Security;
use crate::store::messages;

/// The intake as a mailbox sees it: it says what it has, and takes what it has not.
pub(super) struct Collector {
    pub house: Arc<House>,
}

impl Taker for Collector {
    type Error = anyhow::Error;

    fn pause(&self) -> Option<String> {
        room::shortage(&self.house).map(|shortage| shortage.to_string())
    }

    fn taken(&self, account: &str, folder: &str, uidvalidity: u32) -> anyhow::Result<BTreeMap<u32, Taken>> {
        let group = group(account, folder, uidvalidity);
        let taken = self.house.store.read(|db| messages::taken(db, &group))?;
        let known = taken.into_iter().filter_map(|(uid, taken)| {
            let extent = match taken.whole_size {
                None => Extent::Whole,
                Some(size) => Extent::HeaderOnly {
                    size: u32::try_from(size).unwrap_or(u32::MAX),
                },
            };
            let received_at = taken.stated_at;
            Some((u32::try_from(uid).ok()?, Taken { received_at, extent }))
        });
        Ok(known.collect())
    }

    fn take(&self, batch: Vec<Fetched>) -> anyhow::Result<()> {
        let arrivals: Vec<Arrival> = batch.into_iter().map(arrival).collect();
        for share in arrivals.chunks(BATCH) {
            let taken = intake::take(&self.house, share)?;
            tracing::info!(messages = taken.len(), "mail taken in");
        }
        Ok(())
    }
}

/// Watches a mailbox until `stop` turns true. What it last saw stands on the board.
pub async fn watch_mailbox(house: Arc<House>, settings: Mailbox, accounts: Arc<Accounts>, stop: watch::Receiver<bool>) {
    let name = board_name(&settings);
    let imap = imap_settings(&settings, &accounts);
    let collector = Arc::new(Collector {
        house: Arc::clone(&house),
    });
    mailbox::watch(&imap, collector, stop, |state| {
        if let WatchState::NotTouched { folder, why } = &state {
            tracing::warn!(
                folder,
                why,
                "kept mail could not be marked or moved; the next round tries again"
            );
        }
        house.board.note(&name, house.now.instant(), state.result());
    })
    .await;
}

/// The name of a mailbox on the board.
pub fn board_name(mailbox: &Mailbox) -> String {
    format!("mailbox {}", mailbox.account())
}

/// A mailbox of the settings as the mail layer knows it.
pub fn imap_settings(settings: &Mailbox, accounts: &Accounts) -> ImapSettings {
    ImapSettings {
        host: settings.host.clone(),
        port: settings.port,
        security: security(settings.line),
        extra_ca: settings.ca_file.clone(),
        user: settings.user.clone(),
        proof: accounts.proof(&settings.password, settings.oauth2.as_ref()),
        folders: settings.folders.iter().chain(&settings.junk_folders).cloned().collect(),
        untouched: settings.junk_folders.clone(),
        after: match settings.after {
            Then::Keep => After::Keep,
            Then::Mark => After::Mark,
            Then::Move => After::Move(settings.moved_to.clone()),
        },
        poll: Duration::from_secs(settings.poll_seconds.clamp(5, 300)),
    }
}

/// How a line is protected, as the mail layer knows it.
pub fn security(line: Line) -> Security {
    match line {
        Line::Tls => Security::Tls,
        Line::StartTls => Security::StartTls,
        Line::PlainLoopback => Security::PlainLoopback,
    }
}

/// Takes the complete files of the drop folder and moves each into its `taken` folder once it is kept.
///
/// # Errors
/// When the folder cannot be read or the store fails; and when a file cannot be taken. Such files stay where they are, so
/// that somebody looks at them.
pub fn drop_folder(house: &House) -> anyhow::Result<usize> {
    let folder = &house.settings.drop_folder;
    if folder.as_os_str().is_empty() {
        return Ok(0);
    }
    let mut count = 0;
    let mut refused = 0_usize;
    for file in files::settled(folder)? {
        let mut is_whole = true;
        let mut batch = Vec::new();
        for found in files::walk(std::slice::from_ref(&file)) {
            match found {
                Found::Message(message) => batch.push(from_file(house, message)),
                Found::PassedOver { source } => tracing::debug!(source, "passed over, it is no mail"),
                Found::Unreadable { source, why } => {
                    tracing::warn!(source, why, "a file could not be read");
                    is_whole = false;
                }
            }
            if batch.len() >= BATCH {
                count += intake::take(house, &std::mem::take(&mut batch))?.len();
            }
        }
        count += intake::take(house, &batch)?.len();
        if is_whole {
            files::move_taken(&file, &folder.join("taken"))?;
        } else {
            refused += 1;
        }
    }
    anyhow::ensure!(
        refused == 0,
        "{refused} files of the drop folder cannot be taken and stay there; see the lines above"
    );
    Ok(count)
}

/// A message found in a file, with the receipt that its topmost `Received` line or its file tells.
pub fn from_file(house: &House, message: files::Message) -> Arrival {
    let digest = house.store.vault().digest("bytes", &message.raw);
    let no = digest
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
        >> 1;
    Arrival {
        grp: format!("file:{}", message.source),
        no: i64::try_from(no).unwrap_or(i64::MAX),
        place: message.source,
        received_at: crate::mail::parse::top_received(&message.raw).or(message.hint_received_at),
        raw: message.raw,
        whole_size: message.whole_size,
    }
}

fn arrival(fetched: Fetched) -> Arrival {
    let whole_size = match fetched.extent {
        Extent::Whole => None,
        Extent::HeaderOnly { size } => {
            tracing::warn!(
                uid = fetched.uid,
                size,
                "a message is too large; its header alone is taken, and it stays on the server"
            );
            Some(u64::from(size))
        }
    };
    Arrival {
        grp: group(&fetched.account, &fetched.folder, fetched.uidvalidity),
        no: i64::from(fetched.uid),
        place: format!("{}/{}", fetched.account, fetched.folder),
        received_at: Some(fetched.received_at),
        raw: fetched.raw,
        whole_size,
    }
}

/// The series that the messages of a folder are numbered in.
pub(super) fn group(account: &str, folder: &str, uidvalidity: u32) -> String {
    format!("imap:{account}/{folder}/{uidvalidity}")
}
