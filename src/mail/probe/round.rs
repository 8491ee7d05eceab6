//! A mail to ourselves, out by the mail server and in by a mailbox: that the whole round works, and how clocks differ.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::TryStreamExt;
use tokio::time::timeout;

use super::{Finding, PATIENCE, leave, slow};
use crate::domain::message::Address;
use crate::mail::compose::{Automatic, Outgoing, compose};
use crate::mail::folder_name::to_imap;
use crate::mail::imap::refused;
use crate::mail::mailbox::{ImapSettings, MailboxError};
use crate::mail::parse::parse;
use crate::mail::sign_in::{self, SignedIn};
use crate::mail::touch::After;
use crate::mail::transport::{Sent, Transport};
use crate::now::Now;

/// How long the mail to ourselves may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(120);
/// The pause between two looks for it.
const LOOK: Duration = Duration::from_secs(2);
/// A clock that is off by more than this is worth a word.
const CLOCK: TimeDelta = TimeDelta::minutes(2);
/// New messages among which the mail to ourselves is looked for, at most, counted from the newest.
const NEWEST: usize = 50;

/// Sends one mail from the privacy contact to an address of ours and waits until it is in one of the mailboxes: the whole
/// round.
pub async fn round(
    transport: &Transport,
    mailboxes: &[ImapSettings],
    contact: &str,
    to: &str,
    now: &Now,
) -> Vec<Finding> {
    let mut before = Vec::new();
    for settings in mailboxes {
        match timeout(PATIENCE, Watch::begin(settings)).await {
            Ok(Ok(watch)) => before.push(watch),
            Ok(Err(error)) => return vec![Finding::wrong("probe", error)],
            Err(_) => return vec![Finding::wrong("probe", slow(&settings.host))],
        }
    }
    let domain = contact.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    let id = format!("habeas-probe.{:032x}@{domain}", rand::random::<u128>());
    let written = now.instant();
    let raw = match probe_mail(contact, to, &id, written) {
        Ok(raw) => raw,
        Err(error) => return vec![Finding::wrong("probe", error)],
    };
    let mut findings = match transport.send(Some(contact), to, &raw).await {
        Sent::Accepted { reply } => vec![Finding::ok("probe", format!("handed over to {to}: {reply}"))],
        Sent::Temporary { why } | Sent::Permanent { why } | Sent::NoWay { why } | Sent::Unknown { why } => {
            return vec![Finding::wrong("probe", format!("could not be sent: {why}"))];
        }
    };
    let arrived = timeout(ARRIVAL, arrival(&mut before, &id)).await;
    findings.extend(match arrived {
        Ok(Ok((folder, received))) => arrived_findings(&folder, received, now.instant() - written, now.instant()),
        Ok(Err(error)) => vec![Finding::wrong("arrival", error)],
        Err(_) => vec![Finding::wrong(
            "arrival",
            format!(
                "the mail was accepted and is in none of the mailboxes after {} s. Check that mail to {to} arrives \
                 in one of them, and look into its junk folder.",
                ARRIVAL.as_secs()
            ),
        )],
    });
    for watch in before {
        leave(watch.open).await;
    }
    findings
}

fn arrived_findings(folder: &str, received: DateTime<Utc>, took: TimeDelta, now: DateTime<Utc>) -> Vec<Finding> {
    let took = took.num_seconds();
    let mut findings = vec![Finding::ok(
        "arrival",
        format!("in {folder} after {took} s: the whole round works"),
    )];
    let difference = received - now;
    let seconds = difference.num_seconds();
    findings.push(if difference.abs() > CLOCK {
        Finding::weak(
            "clock",
            format!(
                "the mail server's clock differs by {seconds} s. Deadlines count from its time: have both set by NTP."
            ),
        )
    } else {
        Finding::ok("clock", format!("the mail server's clock differs by {seconds} s"))
    });
    findings
}

/// A mailbox as it was before the mail was sent.
struct Watch<'a> {
    settings: &'a ImapSettings,
    open: SignedIn,
    /// Each folder and the lowest number that a new message can have.
    folders: Vec<(&'a str, u32)>,
}

impl<'a> Watch<'a> {
    async fn begin(settings: &'a ImapSettings) -> Result<Self, MailboxError> {
        let mut open = sign_in::imap(settings).await?;
        let mut folders = Vec::new();
        for folder in &settings.folders {
            let opened = open.session.examine(to_imap(folder)).await;
            let opened = opened.map_err(|error| refused(&settings.host, &error))?;
            folders.push((folder.as_str(), opened.uid_next.unwrap_or(1)));
        }
        // A Habeas that runs meanwhile may have moved it before we look.
        if let After::Move(target) = &settings.after
            && let Ok(opened) = open.session.examine(to_imap(target)).await
        {
            folders.push((target.as_str(), opened.uid_next.unwrap_or(1)));
        }
        Ok(Self {
            settings,
            open,
            folders,
        })
    }

    /// The folder and the receipt of the message with this Message-ID. Read by us: not every server searches well.
    async fn find(&mut self, id: &str) -> Result<Option<(String, DateTime<Utc>)>, MailboxError> {
        let refused = |error: async_imap::error::Error| refused(&self.settings.host, &error);
        for (folder, from) in &self.folders {
            let session = &mut self.open.session;
            session.examine(to_imap(folder)).await.map_err(refused)?;
            let new = session.uid_search(format!("UID {from}:*")).await.map_err(refused)?;
            let mut new: Vec<u32> = new.into_iter().filter(|uid| uid >= from).collect();
            new.sort_unstable();
            for uid in new.iter().rev().take(NEWEST) {
                let fetched = session
                    .uid_fetch(uid.to_string(), "(UID INTERNALDATE BODY.PEEK[HEADER])")
                    .await;
                let fetched: Vec<_> = fetched.map_err(refused)?.try_collect().await.map_err(refused)?;
                for message in fetched {
                    let header = parse(message.header().unwrap_or_default());
                    if header.message_id.as_deref() == Some(id) {
                        let received = message.internal_date().map(|at| at.to_utc());
                        return Ok(Some(((*folder).to_owned(), received.unwrap_or_default())));
                    }
                }
            }
        }
        Ok(None)
    }
}

async fn arrival(before: &mut [Watch<'_>], id: &str) -> Result<(String, DateTime<Utc>), MailboxError> {
    loop {
        for watch in before.iter_mut() {
            if let Some(found) = watch.find(id).await? {
                return Ok(found);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// A mail that says what it is, and that no programme answers.
fn probe_mail(contact: &str, to: &str, id: &str, now: DateTime<Utc>) -> Result<Vec<u8>, String> {
    let address = |address: &str| Address {
        name: String::new(),
        address: address.to_owned(),
    };
    let mail = Outgoing {
        from: &address(contact),
        to: &address(to),
        subject: "Habeas: a mail to ourselves / 致本邮箱的测试邮件",
        body: "Somebody ran `habeas doctor --mail --send` to see that mail goes out and comes in. Nothing is to be done.\n\
               有人运行了 habeas doctor --mail --send，以确认邮件可以正常收发。无需处理。\n",
        message_id: id,
        reply_to: None,
        in_reply_to: None,
        references: &[],
        automatic: Automatic::Generated,
        language: "en",
        date: now,
    };
    compose(&mail).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::probe::Mark;

    #[test]
    fn the_mail_to_ourselves_is_answered_by_no_programme() {
        let raw = probe_mail(
            "privacy@example.com",
            "privacy+doctor@example.com",
            "habeas-probe.1@example.com",
            DateTime::UNIX_EPOCH,
        )
        .unwrap();
        let text = String::from_utf8_lossy(&raw);
        assert!(text.contains("Auto-Submitted: auto-generated"), "{text}");
        assert!(parse(&raw).message_id.as_deref() == Some("habeas-probe.1@example.com"));
        assert!(probe_mail("nobody", "nobody", "x", DateTime::UNIX_EPOCH).is_err());
    }

    #[test]
    fn a_clock_that_differs_is_worth_a_word() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(1);
        for (seconds, mark) in [(-100, Mark::Ok), (100, Mark::Ok), (-200, Mark::Weak), (200, Mark::Weak)] {
            let received = now + TimeDelta::seconds(seconds);
            let findings = arrived_findings("INBOX", received, TimeDelta::seconds(3), now);
            assert_eq!(findings[1].mark, mark, "{seconds}");
        }
    }
}
