//! The settings of mail: where it comes from, how it leaves, whom we believe, and how much goes by itself.

use std::path::PathBuf;

use serde::Deserialize;

use super::OAuth2;

/// The address that people reply to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Replies {
    /// Its form.
    pub address: ReplyForm,
    /// The domain whose mail all comes to the privacy mailbox, for the form `domain`.
    pub domain: String,
}

/// Whether each request has an address of its own to reply to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReplyForm {
    /// The privacy contact's own; replies are known by the Message-ID they name.
    #[default]
    Plain,
    /// The contact's with a signed tag behind a plus sign, where the mail server takes such addresses (RFC 5233).
    Plus,
    /// A signed name at a domain of its own.
    Domain,
}

/// How much mail may leave without a person; what is beyond waits for one (RFC 3834, section 2).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Automatic {
    /// Automatic letters to one address within 24 hours.
    pub per_sender: u32,
    /// Automatic letters to anyone within an hour.
    pub per_hour: u32,
}

impl Automatic {
    /// More than this to one address a day is no courtesy any more, whatever the settings say.
    pub(super) const MOST_PER_SENDER: u32 = 10;
    /// More than this in an hour makes us part of an attack on others.
    pub(super) const MOST_PER_HOUR: u32 = 5000;
}

impl Default for Automatic {
    fn default() -> Self {
        Self {
            per_sender: 3,
            per_hour: 60,
        }
    }
}

/// How a mail server's line is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// TLS from the first byte.
    Tls,
    /// STARTTLS, required.
    StartTls,
    /// No protection; only to a server on this machine.
    PlainLoopback,
}

/// What becomes of a message on its server once it is kept for good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Then {
    /// Nothing.
    #[default]
    Keep,
    /// It is marked there.
    Mark,
    /// It is moved there.
    Move,
}

/// A mailbox to watch over IMAP.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// The provider, as [`providers`] calls it: what is left out here is as it is there.
    #[serde(default)]
    pub provider: String,
    /// The server.
    pub host: String,
    /// Its port.
    #[serde(default = "imap_port")]
    pub port: u16,
    /// How the line is protected.
    #[serde(default = "tls")]
    pub line: Line,
    /// The account.
    pub user: String,
    /// Its password; or the variable `HABEAS_IMAP_PASSWORD`.
    #[serde(default)]
    pub password: String,
    /// How a token is asked for in place of a password.
    pub oauth2: Option<OAuth2>,
    /// The folders to take mail from.
    #[serde(default = "inbox")]
    pub folders: Vec<String>,
    /// Folders that the server fills with what looks like junk to it; mail from them is quarantined.
    #[serde(default)]
    pub junk_folders: Vec<String>,
    /// What becomes of a message on the server once it is kept for good.
    #[serde(default)]
    pub after: Then,
    /// The folder that messages are moved to.
    #[serde(default)]
    pub moved_to: String,
    /// Seconds between looks, also where the server tells of new mail by itself.
    #[serde(default = "poll_seconds")]
    pub poll_seconds: u64,
    /// A file with further certificates to trust, in PEM.
    pub ca_file: Option<PathBuf>,
}

impl Mailbox {
    /// Whose mail it is: `user@host`.
    pub fn account(&self) -> String {
        format!("{}@{}", self.user, self.host)
    }

    /// Where the mail of a folder was found, in words for a person.
    pub fn place(&self, folder: &str) -> String {
        format!("{}/{folder}", self.account())
    }
}

/// The server that takes outgoing mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    /// The provider, as [`providers`] calls it: what is left out here is as it is there.
    #[serde(default)]
    pub provider: String,
    /// The server.
    pub host: String,
    /// Its port.
    #[serde(default = "smtp_port")]
    pub port: u16,
    /// How the line is protected.
    #[serde(default = "start_tls")]
    pub line: Line,
    /// The account; none when the server needs none.
    #[serde(default)]
    pub user: String,
    /// Its password; or the variable `HABEAS_SMTP_PASSWORD`.
    #[serde(default)]
    pub password: String,
    /// How a token is asked for in place of a password.
    pub oauth2: Option<OAuth2>,
    /// A file with further certificates to trust, in PEM.
    pub ca_file: Option<PathBuf>,
}

/// How it is checked whether a mail comes from where it says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SenderChecks {
    /// Whom we ask for the keys and policies of domains.
    pub dns: Dns,
    /// The name under which our own mail server writes `Authentication-Results`; without it no such field is believed.
    pub authserv_id: String,
    /// Our receiving servers, as they name themselves after "by" in `Received`.
    pub own_hosts: Vec<String>,
}

/// Whom we ask for the keys and policies of domains.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dns {
    /// The name servers that this machine uses.
    #[default]
    System,
    /// Nobody: we check nothing ourselves.
    Off,
}

impl SenderChecks {
    /// Nothing is asked and nothing believed, as where no real mail arrives.
    pub fn off() -> Self {
        Self {
            dns: Dns::Off,
            ..Self::default()
        }
    }
}

fn imap_port() -> u16 {
    993
}

fn smtp_port() -> u16 {
    587
}

fn tls() -> Line {
    Line::Tls
}

fn start_tls() -> Line {
    Line::StartTls
}

fn inbox() -> Vec<String> {
    vec!["INBOX".to_owned()]
}

fn poll_seconds() -> u64 {
    45
}
