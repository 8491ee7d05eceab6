//! Trying mail servers for real, step by step, and saying of each step whether it works and what to do if not.
//!
//! Nothing on a server is changed. Mail is sent by [`round`] alone, to the privacy contact itself.

mod round;

use std::fmt::Display;
use std::time::Duration;

use async_imap::types::{Capabilities, Mailbox, Name, NameAttribute};
use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use tokio::net::lookup_host;
use tokio::time::timeout;

use super::certificate;
use super::folder_name::{from_imap, to_imap};
use super::imap::refused;
use super::mailbox::{ImapSettings, MailboxError};
use super::sign_in::{self, Proof, SignedIn};
use super::tls::{self, Dialect, Security, Server};
use super::touch::After;
use super::transport::{self, SmtpSettings, TransportError, protection};
use crate::config::providers::{self, Provider};

pub use round::round;

/// How long one step may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// A certificate with fewer days left is worth a word.
const FEW_DAYS: i64 = 14;
/// A server that takes no larger mails will refuse answers with attachments, in bytes.
const SMALL: u64 = 10 * 1024 * 1024;

/// How a thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It works.
    Ok,
    /// It works, and something should be done.
    Weak,
    /// It does not work.
    Wrong,
}

impl Mark {
    /// As it is printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Weak => "weak",
            Self::Wrong => "wrong",
        }
    }
}

/// What was found about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it was found.
    pub mark: Mark,
    /// What was looked at, in a word or two.
    pub check: &'static str,
    /// What was found, and what to do.
    pub words: String,
}

impl Finding {
    /// It works.
    pub fn ok(check: &'static str, words: impl Display) -> Self {
        Self::new(Mark::Ok, check, words)
    }

    /// It works, and something should be done.
    pub fn weak(check: &'static str, words: impl Display) -> Self {
        Self::new(Mark::Weak, check, words)
    }

    /// It does not work.
    pub fn wrong(check: &'static str, words: impl Display) -> Self {
        Self::new(Mark::Wrong, check, words)
    }

    fn new(mark: Mark, check: &'static str, words: impl Display) -> Self {
        let words = words.to_string();
        Self { mark, check, words }
    }
}

/// Tries a mailbox: name, line, certificate, sign-in, telling of new mail, and each folder. Ends at what stops the rest.
pub async fn imap(settings: &ImapSettings, provider: Option<&Provider>, now: DateTime<Utc>) -> Vec<Finding> {
    let server = Server {
        host: &settings.host,
        port: settings.port,
        security: settings.security,
        extra_ca: settings.extra_ca.as_deref(),
    };
    let mut findings = line(server, Dialect::Imap, now).await;
    if findings.iter().any(|finding| finding.mark == Mark::Wrong) {
        return findings;
    }
    let opened = timeout(PATIENCE, sign_in::imap(settings)).await;
    match opened {
        Ok(Ok(mut open)) => {
            findings.push(Finding::ok("sign-in", by(&settings.user, &settings.proof)));
            findings.push(if open.capabilities.has_str("IDLE") {
                Finding::ok("new mail", "the server tells of it at once (IDLE)")
            } else {
                let every = settings.poll.as_secs();
                Finding::weak(
                    "new mail",
                    format!("the server does not tell of it (no IDLE); it is looked for every {every} s"),
                )
            });
            match timeout(PATIENCE, folders(settings, provider, &mut open)).await {
                Ok(Ok(found)) => findings.extend(found),
                Ok(Err(error)) => findings.push(Finding::wrong("folders", error)),
                Err(_) => findings.push(Finding::wrong("folders", slow(&settings.host))),
            }
            leave(open).await;
        }
        Ok(Err(error)) => {
            let said = match &error {
                MailboxError::Login { why, .. } | MailboxError::TokenRefused { why, .. } => why.as_str(),
                _ => "",
            };
            findings.push(Finding::wrong("sign-in", with_advice(&error, said, provider)));
        }
        Err(_) => findings.push(Finding::wrong("sign-in", slow(&settings.host))),
    }
    findings
}

/// Tries an SMTP server up to where a mail would be handed over.
pub async fn smtp(settings: &SmtpSettings, provider: Option<&Provider>, now: DateTime<Utc>) -> Vec<Finding> {
    let server = Server {
        host: &settings.host,
        port: settings.port,
        security: settings.security,
        extra_ca: settings.extra_ca.as_deref(),
    };
    let mut findings = line(server, Dialect::Smtp, now).await;
    if findings.iter().any(|finding| finding.mark == Mark::Wrong) {
        return findings;
    }
    let opened = timeout(PATIENCE, async {
        let mut connection = transport::open(settings).await?;
        let offered = sign_in::offers(&mut connection).await.unwrap_or_default();
        connection.abort().await;
        Ok(offered)
    });
    match opened.await {
        Ok(Ok(offered)) => {
            findings.push(match &settings.login {
                Some((user, proof)) => Finding::ok("sign-in", by(user, proof)),
                None => Finding::weak(
                    "sign-in",
                    "no account is set; the server must take mail from this machine without one",
                ),
            });
            findings.push(size(&offered));
            findings.push(letters(&offered));
        }
        Ok(Err(error)) => {
            let said = match &error {
                TransportError::Refused { why, .. } => why.as_str(),
                _ => "",
            };
            findings.push(Finding::wrong("sign-in", with_advice(&error, said, provider)));
        }
        Err(_) => findings.push(Finding::wrong("sign-in", slow(&settings.host))),
    }
    findings
}

/// Name, line and certificate.
async fn line(server: Server<'_>, dialect: Dialect, now: DateTime<Utc>) -> Vec<Finding> {
    let (host, port) = (server.host, server.port);
    let found = match timeout(PATIENCE, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => addresses.map(|address| address.ip().to_string()).collect::<Vec<_>>(),
        Ok(Err(error)) => {
            let words =
                format!("{host} is found nowhere ({error}). Check how the name is written, and the name servers.");
            return vec![Finding::wrong("name", words)];
        }
        Err(_) => {
            return vec![Finding::wrong(
                "name",
                "the name servers did not answer. Check the network.",
            )];
        }
    };
    let mut findings = vec![Finding::ok("name", format!("{host} is {}", found.join(", ")))];
    let connected = match timeout(PATIENCE, tls::connect(server, dialect)).await {
        Ok(Ok(connected)) => connected,
        Ok(Err(error)) => {
            findings.push(Finding::wrong("line", error));
            return findings;
        }
        Err(_) => {
            let words = match server.security {
                // Both sides wait for the other to begin.
                Security::StartTls => {
                    "If the port speaks TLS from the first byte, as 993 and 465 do, set the line to tls."
                }
                Security::Tls | Security::PlainLoopback => "",
            };
            let words = format!("{} {words}", slow(host));
            findings.push(Finding::wrong("line", words.trim_end()));
            return findings;
        }
    };
    findings.push(Finding::ok(
        "line",
        format!("port {port}, {}", protection(server.security)),
    ));
    if let Some(certificate) = connected.line.certificate().and_then(certificate::read) {
        let days = (certificate.not_after - now).num_days();
        let words = format!(
            "for {}, signed by {}, good until {} ({days} days)",
            certificate.names.join(", "),
            certificate.issuer,
            certificate.not_after.format("%Y-%m-%d")
        );
        findings.push(if days < FEW_DAYS {
            Finding::weak("certificate", format!("{words}. Have it renewed on the server."))
        } else {
            Finding::ok("certificate", words)
        });
    }
    findings
}

/// Each folder that is set, and the junk folder that is not.
async fn folders(
    settings: &ImapSettings,
    provider: Option<&Provider>,
    open: &mut SignedIn,
) -> Result<Vec<Finding>, MailboxError> {
    let host = settings.host.as_str();
    let names = open.session.list(None, Some("*")).await;
    let names = names.map_err(|error| refused(host, &error))?;
    let names: Vec<Name> = names.try_collect().await.map_err(|error| refused(host, &error))?;
    let there: Vec<String> = names.iter().map(|name| from_imap(name.name())).collect();
    let mut findings = Vec::new();
    for folder in &settings.folders {
        let changes = settings.after != After::Keep && !settings.untouched.contains(folder);
        // What may be changed is told to those alone who open the folder for that.
        let opened = if changes {
            open.session.select(to_imap(folder)).await
        } else {
            open.session.examine(to_imap(folder)).await
        };
        findings.push(match opened {
            Ok(opened) => held(folder, &opened, changes),
            Err(async_imap::error::Error::No(_)) => Finding::wrong(
                "folder",
                format!(
                    "{folder} is not there. The account has: {}. Write one of these.",
                    there.join(", ")
                ),
            ),
            Err(error) => return Err(refused(host, &error)),
        });
    }
    if let After::Move(target) = &settings.after {
        findings.push(moving(target, &there, &open.capabilities));
    }
    let is_junk = |name: &&Name| {
        name.attributes().contains(&NameAttribute::Junk)
            || provider.is_some_and(|provider| provider.junk == from_imap(name.name()))
    };
    for junk in names.iter().filter(is_junk).map(|name| from_imap(name.name())) {
        if !settings.folders.contains(&junk) {
            let words = format!(
                "{junk} is not watched, and a request that the server takes for junk is missed. Add it to junk_folders."
            );
            findings.push(Finding::weak("junk", words));
        }
    }
    Ok(findings)
}

/// A folder that could be opened.
fn held(folder: &str, opened: &Mailbox, changes: bool) -> Finding {
    match opened.uid_validity {
        None => Finding::wrong(
            "folder",
            format!("{folder} has no lasting numbers (UIDVALIDITY), so nothing can be taken once only"),
        ),
        Some(_) if changes && opened.permanent_flags.is_empty() => Finding::wrong(
            "folder",
            format!("{folder} cannot be changed by this account. Have it given the right, or set after to keep."),
        ),
        Some(numbering) => Finding::ok(
            "folder",
            format!("{folder} holds {} messages, numbering {numbering}", opened.exists),
        ),
    }
}

/// Whether kept messages can go to another folder (RFC 6851, or RFC 4315 in its place).
fn moving(target: &str, there: &[String], can: &Capabilities) -> Finding {
    if !can.has_str("MOVE") && !can.has_str("UIDPLUS") {
        let words = "the server can neither move messages (MOVE) nor remove single ones (UIDPLUS). Set after to mark.";
        return Finding::wrong("moving", words);
    }
    if there.iter().any(|name| name == target) {
        Finding::ok("moving", format!("kept messages go to {target}"))
    } else {
        Finding::ok(
            "moving",
            format!("kept messages go to {target}, which is made with the first of them"),
        )
    }
}

fn by(user: &str, proof: &Proof) -> String {
    match proof {
        Proof::Password(_) => format!("{user} is let in by password"),
        Proof::Token(_) => format!("{user} is let in by token"),
    }
}

/// RFC 1870.
fn size(offered: &[String]) -> Finding {
    let told = offered
        .iter()
        .find_map(|line| line.strip_prefix("SIZE ")?.trim().parse::<u64>().ok());
    match told.filter(|bytes| *bytes > 0) {
        Some(bytes) if bytes < SMALL => {
            let words = format!(
                "no mail beyond {} KiB is taken; an answer with attachments may be refused",
                bytes / 1024
            );
            Finding::weak("size", words)
        }
        Some(bytes) => Finding::ok("size", format!("mail of up to {} MiB is taken", bytes / 1024 / 1024)),
        None => Finding::ok("size", "the server names no limit"),
    }
}

/// RFC 6152, RFC 6531.
fn letters(offered: &[String]) -> Finding {
    let has = |name: &str| offered.iter().any(|line| line.split(' ').next() == Some(name));
    if has("SMTPUTF8") {
        Finding::ok("addresses", "of any script are taken (SMTPUTF8)")
    } else {
        Finding::weak(
            "addresses",
            "with letters beyond ASCII are not taken (no SMTPUTF8); such a requester gets no mail",
        )
    }
}

/// An error with what is known about it, in both languages where it is about the provider.
fn with_advice(error: &dyn Display, said: &str, provider: Option<&Provider>) -> String {
    let mut words = error.to_string();
    if let Some(known) = providers::explain(said) {
        words = format!("{words} {}", known.advice_zh);
    }
    if let Some(provider) = provider {
        words = format!("{words} {}: {} {}", provider.name, provider.advice, provider.advice_zh);
    }
    words
}

fn slow(host: &str) -> String {
    format!(
        "{host} did not answer within {} s. Check the port and the firewall.",
        PATIENCE.as_secs()
    )
}

async fn leave(mut open: SignedIn) {
    // A server that does not say goodbye has been left all the same.
    drop(timeout(Duration::from_secs(5), open.session.logout()).await);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_offers_is_weighed() {
        let offered = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            size(&offered(&["SIZE 33554432"])).words,
            "mail of up to 32 MiB is taken"
        );
        assert_eq!(size(&offered(&["SIZE 1048576"])).mark, Mark::Weak);
        assert_eq!(size(&offered(&["SIZE 0", "8BITMIME"])).mark, Mark::Ok);
        assert_eq!(letters(&offered(&["8BITMIME", "SMTPUTF8"])).mark, Mark::Ok);
        assert_eq!(letters(&offered(&["8BITMIME"])).mark, Mark::Weak);
    }

    #[test]
    fn a_folder_must_be_numbered_and_where_messages_are_touched_open_to_changes() {
        let numbered = Mailbox {
            uid_validity: Some(7),
            ..Mailbox::default()
        };
        assert_eq!(held("INBOX", &numbered, false).mark, Mark::Ok);
        assert_eq!(held("INBOX", &numbered, true).mark, Mark::Wrong);
        assert_eq!(held("INBOX", &Mailbox::default(), false).mark, Mark::Wrong);
    }
}
