//! The settings: read once from a file and the environment into types, and refused in words when they are wrong.

mod oauth2;
pub mod providers;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use oauth2::{GrantKind, OAuth2, is_loopback_url, url_host};

/// A setting that cannot be used: which, what is wrong with it, and what to write.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file could not be read.
    #[error("The settings file {path} cannot be read: {source}. Check its name and its permissions.")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what a settings file looks like.
    #[error("{path}: {what} Correct the line, or compare it with the table of settings in README.md.")]
    Malformed {
        /// The file.
        path: String,
        /// What the reader found.
        what: String,
    },
    /// A value that cannot be used.
    #[error("The setting {name} cannot be used: {what}")]
    Wrong {
        /// Its name in the file, with the variable in brackets if it has one.
        name: &'static str,
        /// What is wrong and what to write.
        what: String,
    },
}

/// All settings, with their defaults.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The address the dashboard listens on.
    pub listen: SocketAddr,
    /// The address people open; links in mails begin with it.
    pub base_url: String,
    /// Where the database, the master key and the folders are, unless they are named one by one.
    pub data: PathBuf,
    /// The database: `sqlite:PATH` or `postgres://…`; empty means `habeas.db` in the data folder.
    pub database: String,
    /// The file with the master key; empty means `master.key` in the data folder.
    pub master_key: PathBuf,
    /// The policy pack that new requests come under.
    pub policy: String,
    /// Folders with further policy packs, one pack each.
    pub policies: Vec<PathBuf>,
    /// Who answers.
    pub controller: Controller,
    /// Mailboxes to watch.
    pub mailbox: Vec<Mailbox>,
    /// A folder to watch for mail files; none when empty.
    pub drop_folder: PathBuf,
    /// Where mail leaves; without it mail is written to `outbox` in the data folder.
    pub smtp: Option<Smtp>,
    /// Whether a mail comes from where it says.
    pub sender_checks: SenderChecks,
    /// Where replies to our letters go.
    pub replies: Replies,
    /// How much mail may leave without a person.
    pub automatic: Automatic,
    /// The public pages on which people make requests and follow them.
    pub portal: Portal,
    /// Addresses of our own web servers in front of Habeas; only of them `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// What is logged, such as `habeas=debug,warn`.
    pub log: String,
    /// Lines of JSON instead of text in the log.
    pub log_json: bool,
    /// Runs although the user is root.
    pub allow_root: bool,
}

/// Who answers, as the letters say it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Controller {
    /// The company's name.
    pub name: String,
    /// The privacy contact's address: sender of every letter, and one that is never answered automatically.
    pub contact: String,
}

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
    const MOST_PER_SENDER: u32 = 10;
    /// More than this in an hour makes us part of an attack on others.
    const MOST_PER_HOUR: u32 = 5000;
}

impl Default for Automatic {
    fn default() -> Self {
        Self {
            per_sender: 3,
            per_hour: 60,
        }
    }
}

/// The public pages on which people make requests and follow them.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Portal {
    /// Whether there are any.
    pub open: bool,
}

impl Default for Portal {
    fn default() -> Self {
        Self { open: true }
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

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: String::new(),
            data: PathBuf::from("habeas-data"),
            database: String::new(),
            master_key: PathBuf::new(),
            policy: "cn-statement".to_owned(),
            policies: Vec::new(),
            controller: Controller::default(),
            mailbox: Vec::new(),
            drop_folder: PathBuf::new(),
            smtp: None,
            sender_checks: SenderChecks::default(),
            replies: Replies::default(),
            automatic: Automatic::default(),
            portal: Portal::default(),
            proxies: Vec::new(),
            log: "habeas=info,warn".to_owned(),
            log_json: false,
            allow_root: false,
        }
    }
}

impl Default for Controller {
    fn default() -> Self {
        Self {
            name: "Example Company".to_owned(),
            contact: "privacy@example.com".to_owned(),
        }
    }
}

impl Settings {
    /// Reads the file named on the command line, by `HABEAS_CONFIG`, or `habeas.toml` if it is there; the environment wins.
    ///
    /// # Errors
    /// The first setting that cannot be used, in words that say what to write.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with("HABEAS_"))
            .collect();
        let named = file
            .map(Path::to_owned)
            .or_else(|| environment.get("HABEAS_CONFIG").map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| PathBuf::from("habeas.toml"));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => String::new(),
            Err(source) => {
                return Err(SettingsError::Unreadable {
                    path: path.display().to_string(),
                    source,
                });
            }
        };
        Self::read(&text, &path.display().to_string(), &environment)
    }

    /// The settings of the demo: this machine alone, a folder of its own among the temporary files, no mail server.
    pub fn demo(listen: SocketAddr) -> Self {
        Self {
            listen,
            base_url: format!("http://{listen}"),
            data: std::env::temp_dir().join(format!("habeas-demo-{}", listen.port())),
            sender_checks: SenderChecks::off(),
            log: "habeas=warn,warn".to_owned(),
            allow_root: true,
            ..Self::default()
        }
    }

    /// Settings from a file's text and an environment.
    ///
    /// # Errors
    /// See [`Settings::load`].
    pub fn read(text: &str, path: &str, environment: &BTreeMap<String, String>) -> Result<Self, SettingsError> {
        let malformed = |what: String| SettingsError::Malformed {
            path: path.to_owned(),
            what,
        };
        let mut table: toml::Table = toml::from_str(text).map_err(|error| malformed(error.to_string()))?;
        // Read from the text where nothing is filled in, so that a mistake is told with its line.
        let read = if providers::fill(&mut table).map_err(malformed)? {
            table.try_into()
        } else {
            toml::from_str(text)
        };
        let mut settings: Self = read.map_err(|error| malformed(error.to_string()))?;
        settings.take(environment)?;
        if settings.base_url.is_empty() {
            settings.base_url = format!("http://{}", settings.listen);
        }
        while settings.base_url.ends_with('/') {
            settings.base_url.pop();
        }
        settings.check()?;
        Ok(settings)
    }

    fn take(&mut self, environment: &BTreeMap<String, String>) -> Result<(), SettingsError> {
        for (name, value) in environment {
            match name.as_str() {
                "HABEAS_CONFIG" => {}
                "HABEAS_LOG" => self.log.clone_from(value),
                "HABEAS_LISTEN" => self.listen = parse("listen [HABEAS_LISTEN]", value)?,
                "HABEAS_BASE_URL" => self.base_url.clone_from(value),
                "HABEAS_DATA" => self.data = PathBuf::from(value),
                "HABEAS_DATABASE" => self.database.clone_from(value),
                "HABEAS_MASTER_KEY" => self.master_key = PathBuf::from(value),
                "HABEAS_POLICY" => self.policy.clone_from(value),
                "HABEAS_DROP_FOLDER" => self.drop_folder = PathBuf::from(value),
                _ if name.starts_with("HABEAS_IMAP_") => self.take_of_mailboxes(name, value)?,
                "HABEAS_SMTP_OAUTH2_SECRET" => {
                    if let Some(oauth2) = self.smtp.as_mut().and_then(|smtp| smtp.oauth2.as_mut()) {
                        oauth2.client_secret.clone_from(value);
                    }
                }
                "HABEAS_SMTP_OAUTH2_REFRESH_TOKEN" => {
                    if let Some(oauth2) = self.smtp.as_mut().and_then(|smtp| smtp.oauth2.as_mut()) {
                        oauth2.refresh_token.clone_from(value);
                    }
                }
                "HABEAS_SMTP_PASSWORD" => {
                    if let Some(smtp) = &mut self.smtp {
                        smtp.password.clone_from(value);
                    }
                }
                "HABEAS_ALLOW_ROOT" => self.allow_root = value == "1",
                _ if name.starts_with("HABEAS_TEST_") => {}
                _ => {
                    return Err(SettingsError::Wrong {
                        name: "environment",
                        what: format!("{name} is no known variable. README.md lists those that are."),
                    });
                }
            }
        }
        Ok(())
    }

    /// A secret of all mailboxes, or with a number behind its name of the one that has this number in the file.
    fn take_of_mailboxes(&mut self, name: &str, value: &str) -> Result<(), SettingsError> {
        let wrong = |what: &str| SettingsError::Wrong {
            name: "environment",
            what: format!("{name} {what}"),
        };
        let numbered = name
            .rsplit_once('_')
            .filter(|(_, end)| end.bytes().all(|byte| byte.is_ascii_digit()));
        let (what, mailboxes) = match numbered {
            None => (name, self.mailbox.as_mut_slice()),
            Some((what, digits)) => {
                let number: Option<usize> = digits.parse().ok();
                let mailbox = number.and_then(|number| self.mailbox.get_mut(number.checked_sub(1)?));
                let none = || wrong("names no mailbox. The number 1 is for the first [[mailbox]] of the file.");
                (what, std::slice::from_mut(mailbox.ok_or_else(none)?))
            }
        };
        let secret: fn(&mut Mailbox) -> Option<&mut String> = match what {
            "HABEAS_IMAP_PASSWORD" => |mailbox| Some(&mut mailbox.password),
            "HABEAS_IMAP_OAUTH2_SECRET" => |mailbox| Some(&mut mailbox.oauth2.as_mut()?.client_secret),
            "HABEAS_IMAP_OAUTH2_REFRESH_TOKEN" => |mailbox| Some(&mut mailbox.oauth2.as_mut()?.refresh_token),
            _ => return Err(wrong("is no known variable. README.md lists those that are.")),
        };
        for place in mailboxes.iter_mut().filter_map(secret) {
            value.clone_into(place);
        }
        Ok(())
    }

    fn check(&self) -> Result<(), SettingsError> {
        let secure = self.base_url.starts_with("https://");
        if !secure && !self.is_loopback() {
            return Err(SettingsError::Wrong {
                name: "base_url [HABEAS_BASE_URL]",
                what: format!(
                    "{} is not protected. Write an https:// address that your web server passes on, or listen on 127.0.0.1.",
                    self.base_url
                ),
            });
        }
        if !self.controller.contact.contains('@') {
            return Err(SettingsError::Wrong {
                name: "controller.contact",
                what: "it is not a mail address. Write the address of the privacy contact.".to_owned(),
            });
        }
        self.check_replies()?;
        for mailbox in &self.mailbox {
            check_line("mailbox.line", mailbox.line, &mailbox.host)?;
            if mailbox.after == Then::Move && mailbox.moved_to.is_empty() {
                return Err(SettingsError::Wrong {
                    name: "mailbox.moved_to",
                    what: "it is empty. Write the folder that kept mail is moved to, or after = \"mark\".".to_owned(),
                });
            }
            if let Some(oauth2) = &mailbox.oauth2 {
                oauth2.check("mailbox.oauth2", "HABEAS_IMAP_OAUTH2")?;
            } else if mailbox.password.is_empty() {
                return Err(SettingsError::Wrong {
                    name: "mailbox.password",
                    what: "it is empty. Write it into the file, or set HABEAS_IMAP_PASSWORD.".to_owned(),
                });
            }
        }
        if let Some(smtp) = &self.smtp {
            check_line("smtp.line", smtp.line, &smtp.host)?;
            if let Some(oauth2) = &smtp.oauth2 {
                oauth2.check("smtp.oauth2", "HABEAS_SMTP_OAUTH2")?;
                if smtp.user.is_empty() {
                    return Err(SettingsError::Wrong {
                        name: "smtp.user",
                        what: "it is empty. Write the account that the token is for.".to_owned(),
                    });
                }
            }
        }
        self.sender_checks.check()
    }

    fn check_replies(&self) -> Result<(), SettingsError> {
        // A tag takes up to 43 characters, and more than 64 before the @ are not carried (RFC 5321, section 4.5.3.1.1).
        const LONGEST_LOCAL: usize = 20;
        let local = self.controller.contact.split('@').next().unwrap_or("");
        let what = match self.replies.address {
            ReplyForm::Domain if !self.replies.domain.contains('.') => {
                "the form \"domain\" needs replies.domain, a domain whose mail all comes to the privacy mailbox."
            }
            ReplyForm::Plus if local.len() > LONGEST_LOCAL => {
                "the contact's name is too long for a tag behind it. Write \"plain\", or \"domain\" with replies.domain."
            }
            ReplyForm::Plain | ReplyForm::Plus | ReplyForm::Domain => {
                let wrong = |name, most| {
                    Err(SettingsError::Wrong {
                        name,
                        what: format!(
                            "Write a number up to {most}; what is beyond waits for a person, nothing is lost."
                        ),
                    })
                };
                if self.automatic.per_sender > Automatic::MOST_PER_SENDER {
                    return wrong("automatic.per_sender", Automatic::MOST_PER_SENDER);
                }
                if self.automatic.per_hour > Automatic::MOST_PER_HOUR {
                    return wrong("automatic.per_hour", Automatic::MOST_PER_HOUR);
                }
                return Ok(());
            }
        };
        Err(SettingsError::Wrong {
            name: "replies.address",
            what: what.to_owned(),
        })
    }

    /// Whether the dashboard can be reached from this machine alone and people open it there.
    pub fn is_loopback(&self) -> bool {
        let host = self.base_url.strip_prefix("http://").unwrap_or("");
        let host = host.split('/').next().unwrap_or("");
        self.listen.ip().is_loopback() && is_loopback_host(host.rsplit_once(':').map_or(host, |(name, _)| name))
    }

    /// Whether a place is a junk folder of a mailbox.
    pub fn is_junk(&self, place: &str) -> bool {
        let mut mailboxes = self.mailbox.iter();
        mailboxes.any(|mailbox| {
            let mut folders = mailbox.junk_folders.iter();
            folders.any(|folder| mailbox.place(folder) == place)
        })
    }

    /// The database's address.
    pub fn database_url(&self) -> String {
        if self.database.is_empty() {
            format!("sqlite:{}", self.data.join("habeas.db").display())
        } else {
            self.database.clone()
        }
    }

    /// The file with the master key.
    pub fn master_key_file(&self) -> PathBuf {
        if self.master_key.as_os_str().is_empty() {
            self.data.join("master.key")
        } else {
            self.master_key.clone()
        }
    }

    /// The folder that outgoing mail is written to without a server.
    pub fn outbox_folder(&self) -> PathBuf {
        self.data.join("outbox")
    }

    /// The domain of the privacy contact, for Message-IDs.
    pub fn mail_domain(&self) -> &str {
        self.controller
            .contact
            .rsplit_once('@')
            .map_or("localhost", |(_, domain)| domain)
    }
}

impl SenderChecks {
    /// Nothing is asked and nothing believed, as where no real mail arrives.
    pub fn off() -> Self {
        Self {
            dns: Dns::Off,
            ..Self::default()
        }
    }

    fn check(&self) -> Result<(), SettingsError> {
        let is_name = |name: &str| !name.contains(|c: char| !c.is_ascii_graphic() || "@;()<>,\"\\".contains(c));
        if !is_name(&self.authserv_id) {
            return Err(SettingsError::Wrong {
                name: "sender_checks.authserv_id",
                what: format!(
                    "{:?} is no name of a server. Write what stands first in the Authentication-Results of mail you receive.",
                    self.authserv_id
                ),
            });
        }
        match self.own_hosts.iter().find(|host| host.is_empty() || !is_name(host)) {
            Some(host) => Err(SettingsError::Wrong {
                name: "sender_checks.own_hosts",
                what: format!(
                    "{host:?} is no name of a server. Write what stands after \"by\" in the topmost Received of mail you receive."
                ),
            }),
            None => Ok(()),
        }
    }
}

/// A folder among the temporary files that no other run of the program uses.
pub fn temporary_folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("{name}-{}-{:08x}", std::process::id(), rand::random::<u32>()))
}

/// The running program's own file.
///
/// # Errors
/// When the system does not tell.
pub fn this_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

fn parse<T: std::str::FromStr>(name: &'static str, value: &str) -> Result<T, SettingsError>
where
    T::Err: std::fmt::Display,
{
    value.parse().map_err(|error| SettingsError::Wrong {
        name,
        what: format!("{value:?} is {error}. Write an address and port such as 127.0.0.1:8080."),
    })
}

fn check_line(name: &'static str, line: Line, host: &str) -> Result<(), SettingsError> {
    match line {
        Line::Tls | Line::StartTls => Ok(()),
        Line::PlainLoopback if is_loopback_host(host) => Ok(()),
        Line::PlainLoopback => Err(SettingsError::Wrong {
            name,
            what: format!(
                "{host} is another machine, and mail must not travel unprotected. Write \"tls\" or \"start-tls\"."
            ),
        }),
    }
}

fn is_loopback_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
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
