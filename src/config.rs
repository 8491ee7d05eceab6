//! The settings: read once from a file and the environment into types, and refused in words when they are wrong.

mod check;
mod environment;
mod mail;
mod oauth2;
pub mod providers;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use check::is_loopback_host;

pub use mail::{Automatic, Dns, Line, Mailbox, Replies, ReplyForm, SenderChecks, Smtp, Then};
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
