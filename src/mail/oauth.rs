//! Access tokens for mail servers that take no password: asked for, kept until shortly before they end, and renewed.
//!
//! RFC 6749 (refresh token, section 6; client credentials, section 4.4). One account at one authorisation server is
//! asked once for all who need its token. A refresh token that the server gives anew is kept before it is relied on.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Deserialize;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Error};
use zeroize::Zeroizing;

use super::decode::one_line;
use super::sign_in::Proof;
use crate::config::{GrantKind, OAuth2, is_loopback_url, url_host};
use crate::now::Now;
use crate::store::{Store, StoreError, credentials};

/// A token is not used any more when it has no longer than this.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// For how long a token counts when the server does not say.
const UNSAID: i64 = 300;
/// No longer than this is believed.
const LONGEST: i64 = 24 * 3600;
/// How long the authorisation server may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: u64 = 64 * 1024;
/// How much of what a server says is repeated, in characters.
const LONGEST_WORDS: usize = 300;

/// A token that opens a mailbox. It shows itself to nobody by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// The token, for the mail server alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Why there is no token, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// `invalid_grant`: what was granted is no longer.
    #[error(
        "{host} gives no token any more, because the consent has ended or was taken back ({said}). \
         Consent once more for this account, and write the new refresh_token into the settings."
    )]
    ConsentGone {
        /// The authorisation server.
        host: String,
        /// What it said.
        said: String,
    },
    /// `invalid_client` or `unauthorized_client`: it does not know this program.
    #[error(
        "{host} does not accept the client ({said}). Check client_id; make a new client_secret if the old one has \
         expired, and write it into the settings."
    )]
    ClientRefused {
        /// The authorisation server.
        host: String,
        /// What it said.
        said: String,
    },
    /// `invalid_scope`.
    #[error("{host} does not grant this scope ({said}). Write the scope for IMAP and SMTP that the provider names.")]
    ScopeRefused {
        /// The authorisation server.
        host: String,
        /// What it said.
        said: String,
    },
    /// Any other refusal.
    #[error(
        "{host} gave no token: {said}. If this stays so, compare token_url, client_id and scope with the provider's page."
    )]
    Refused {
        /// The authorisation server.
        host: String,
        /// What it said.
        said: String,
    },
    /// No answer.
    #[error("{host} cannot be asked for a token: {why}. Check token_url, the network and the firewall.")]
    Unreachable {
        /// The authorisation server.
        host: String,
        /// Why.
        why: String,
    },
    /// An answer that is none.
    #[error(
        "{host} answered with something that is no token. Check that token_url is the token address of the provider."
    )]
    Unreadable {
        /// The authorisation server.
        host: String,
    },
    /// The certificate file.
    #[error("The certificate file {path} cannot be used: {why}. It must hold certificates in PEM.")]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// What was kept cannot be read.
    #[error("The refresh token that was kept cannot be read: {0}.")]
    Store(#[from] StoreError),
    /// The program ends.
    #[error("The request for a token was broken off.")]
    BrokenOff,
}

/// The accounts at authorisation servers that this program uses, each of them once.
pub struct Accounts {
    store: Store,
    now: Now,
    known: Mutex<Vec<Arc<Account>>>,
}

impl Accounts {
    /// None yet. Refresh tokens that are given anew are kept in the store.
    pub fn new(store: Store, now: Now) -> Self {
        Self {
            store,
            now,
            known: Mutex::default(),
        }
    }

    /// What lets us in: a token where the settings say how to ask for one, else the password.
    pub fn proof(&self, password: &str, oauth2: Option<&OAuth2>) -> Proof {
        match oauth2 {
            Some(settings) => Proof::Token(self.account(settings)),
            None => Proof::Password(password.to_owned()),
        }
    }

    /// The account of these settings. Equal settings share one, so that no token is asked for twice.
    pub fn account(&self, settings: &OAuth2) -> Arc<Account> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = known.iter().find(|account| account.settings == *settings) {
            return Arc::clone(account);
        }
        let account = Arc::new(Account {
            settings: settings.clone(),
            store: self.store.clone(),
            now: self.now.clone(),
            held: Mutex::default(),
        });
        known.push(Arc::clone(&account));
        account
    }
}

/// An account at an authorisation server, and the token it has now.
pub struct Account {
    settings: OAuth2,
    store: Store,
    now: Now,
    /// Locked while a token is asked for: whoever comes meanwhile waits and gets the same one.
    held: Mutex<Held>,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", url_host(&self.settings.token_url))
    }
}

#[derive(Default)]
struct Held {
    access: Option<(Token, DateTime<Utc>)>,
    /// A refresh token that was given anew and could not be kept yet.
    unkept: Option<Zeroizing<String>>,
}

impl Account {
    /// A token that has at least a minute left.
    ///
    /// # Errors
    /// When the authorisation server gives none.
    pub async fn token(self: &Arc<Self>) -> Result<Token, TokenError> {
        self.aside(|account| account.get(None)).await
    }

    /// A token in place of one that the mail server refused. Only the first who asks has it renewed.
    ///
    /// # Errors
    /// When the authorisation server gives none.
    pub async fn token_instead_of(self: &Arc<Self>, refused: &Token) -> Result<Token, TokenError> {
        let refused = refused.clone();
        self.aside(move |account| account.get(Some(&refused))).await
    }

    /// Off the threads that must not wait. Once begun it ends, so that a refresh token given anew is always kept.
    async fn aside(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<Token, TokenError> + Send + 'static,
    ) -> Result<Token, TokenError> {
        let account = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&account)).await;
        done.unwrap_or(Err(TokenError::BrokenOff))
    }

    fn get(&self, refused: Option<&Token>) -> Result<Token, TokenError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(unkept) = held.unkept.take() {
            held.unkept = self.keep(unkept);
        }
        if let Some((token, until)) = &held.access
            && Some(token) != refused
            && self.now.instant() + MARGIN < *until
        {
            return Ok(token.clone());
        }
        let granted = self.granted(&mut held)?;
        let token = Token(granted.access_token);
        let seconds = granted.expires_in.unwrap_or(UNSAID).clamp(0, LONGEST);
        held.access = Some((token.clone(), self.now.instant() + TimeDelta::seconds(seconds)));
        Ok(token)
    }

    /// Asks the authorisation server, with the newest refresh token there is.
    fn granted(&self, held: &mut Held) -> Result<Granted, TokenError> {
        match self.settings.grant {
            GrantKind::ClientCredentials => self.ask(None),
            GrantKind::RefreshToken => {
                let newest = match &held.unkept {
                    Some(unkept) => unkept.clone(),
                    None => self
                        .kept()?
                        .unwrap_or_else(|| self.settings.refresh_token.clone().into()),
                };
                let granted = match self.ask(Some(&newest)) {
                    // Another instance may have exchanged it in the meantime.
                    Err(TokenError::ConsentGone { host, said }) => match self.kept()? {
                        Some(other) if other != newest => self.ask(Some(&other)),
                        _ => Err(TokenError::ConsentGone { host, said }),
                    },
                    other => other,
                }?;
                if let Some(new) = granted.refresh_token.as_ref().filter(|new| **new != newest) {
                    held.unkept = self.keep(new.clone());
                }
                Ok(granted)
            }
        }
    }

    fn kept(&self) -> Result<Option<Zeroizing<String>>, TokenError> {
        Ok(self.store.read(|db| credentials::find(db, &self.name()))?)
    }

    /// Keeps a refresh token, or returns it to be kept at the next occasion.
    fn keep(&self, token: Zeroizing<String>) -> Option<Zeroizing<String>> {
        let now = self.now.instant();
        let kept = self.store.write(|tx| credentials::keep(tx, &self.name(), &token, now));
        match kept {
            Ok(()) => None,
            Err(error) => {
                tracing::error!(%error, "a new refresh token could not be kept; it is tried again with the next mail");
                Some(token)
            }
        }
    }

    /// What a kept token belongs to. The token of the settings is part of it, so that a new consent is heeded.
    fn name(&self) -> String {
        let OAuth2 {
            token_url,
            client_id,
            refresh_token,
            ..
        } = &self.settings;
        format!("{token_url}\n{client_id}\n{refresh_token}")
    }

    fn ask(&self, refresh_token: Option<&str>) -> Result<Granted, TokenError> {
        let form = form(&self.settings, refresh_token);
        let host = || url_host(&self.settings.token_url).to_owned();
        let unreachable = |error: &Error| TokenError::Unreachable {
            host: host(),
            why: one_line(&error.to_string()),
        };
        let agent = agent(&self.settings)?;
        let request = agent
            .post(&self.settings.token_url)
            .header("Accept", "application/json")
            .content_type("application/x-www-form-urlencoded");
        let mut response = request.send(form.as_str()).map_err(|error| unreachable(&error))?;
        let mut body = Zeroizing::new(Vec::new());
        let read = response
            .body_mut()
            .as_reader()
            .take(LONGEST_ANSWER)
            .read_to_end(&mut body);
        read.map_err(|error| unreachable(&Error::Io(error)))?;
        if response.status().is_success() {
            return granted(&body).ok_or_else(|| TokenError::Unreadable { host: host() });
        }
        let secrets = [refresh_token.unwrap_or(""), &self.settings.client_secret];
        Err(refusal(host(), response.status().as_u16(), &body, &secrets))
    }
}

/// What the server gives (RFC 6749, section 5.1).
struct Granted {
    access_token: Zeroizing<String>,
    expires_in: Option<i64>,
    refresh_token: Option<Zeroizing<String>>,
}

fn granted(body: &[u8]) -> Option<Granted> {
    #[derive(Deserialize)]
    struct Answer {
        access_token: String,
        token_type: String,
        expires_in: Option<Seconds>,
        refresh_token: Option<String>,
    }
    /// Some servers write the number as text.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(i64),
        Text(String),
    }
    let answer: Answer = serde_json::from_slice(body).ok()?;
    let fit = |token: &String| !token.is_empty() && token.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let access_token = Zeroizing::new(answer.access_token);
    if !answer.token_type.eq_ignore_ascii_case("bearer") || !fit(&access_token) {
        return None;
    }
    Some(Granted {
        access_token,
        expires_in: answer.expires_in.and_then(|seconds| match seconds {
            Seconds::Number(number) => Some(number),
            Seconds::Text(text) => text.parse().ok(),
        }),
        refresh_token: answer.refresh_token.filter(fit).map(Zeroizing::new),
    })
}

/// What the server says when it gives nothing (RFC 6749, section 5.2), without what it must not repeat.
fn refusal(host: String, status: u16, body: &[u8], secrets: &[&str]) -> TokenError {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Answer {
        error: String,
        error_description: String,
    }
    let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
    let mut words = if answer.error.is_empty() {
        format!("status {status}")
    } else {
        answer.error.clone()
    };
    if !answer.error_description.is_empty() {
        words = format!("{words}: {}", answer.error_description);
    }
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        words = words.replace(secret, "…");
    }
    let said: String = one_line(&words).chars().take(LONGEST_WORDS).collect();
    let said = said.trim_end_matches(['.', ' ']).to_owned();
    match answer.error.as_str() {
        "invalid_grant" => TokenError::ConsentGone { host, said },
        "invalid_client" | "unauthorized_client" => TokenError::ClientRefused { host, said },
        "invalid_scope" => TokenError::ScopeRefused { host, said },
        _ => TokenError::Refused { host, said },
    }
}

/// The question (RFC 6749, sections 4.4.2 and 6). The client's secret goes in the body, as the large providers want it.
fn form(settings: &OAuth2, refresh_token: Option<&str>) -> Zeroizing<String> {
    let mut fields = vec![("client_id", settings.client_id.as_str())];
    match refresh_token {
        Some(token) => fields.extend([("grant_type", "refresh_token"), ("refresh_token", token)]),
        None => fields.push(("grant_type", "client_credentials")),
    }
    if !settings.client_secret.is_empty() {
        fields.push(("client_secret", &settings.client_secret));
    }
    if !settings.scope.is_empty() {
        fields.push(("scope", &settings.scope));
    }
    let mut form = Zeroizing::new(String::new());
    for (name, value) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        form.push_str(name);
        form.push('=');
        for byte in value.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._*".contains(&byte) {
                form.push(char::from(byte));
            } else {
                form.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    form
}

/// A client that follows nobody elsewhere: a redirect would carry the secrets to another place.
fn agent(settings: &OAuth2) -> Result<Agent, TokenError> {
    let roots = match &settings.ca_file {
        Some(path) => RootCerts::from(certificates(path)?),
        None => RootCerts::WebPki,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let on_this_machine = is_loopback_url(&settings.token_url);
    let config = Agent::config_builder()
        .https_only(!on_this_machine)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(PATIENCE))
        .user_agent("habeas")
        .tls_config(tls);
    let config = if on_this_machine { config.proxy(None) } else { config };
    Ok(config.build().new_agent())
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, TokenError> {
    let unusable = |why: String| TokenError::Certificates {
        path: path.to_owned(),
        why,
    };
    let read = CertificateDer::pem_file_iter(path).map_err(|error| unusable(error.to_string()))?;
    let read: Result<Vec<_>, _> = read.collect();
    let read = read.map_err(|error| unusable(error.to_string()))?;
    if read.is_empty() {
        return Err(unusable("there is no certificate in it".to_owned()));
    }
    Ok(read.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::store::testing::{TestStore, instant, stores};

    /// Questions that an authorisation server got.
    type Questions = Arc<Mutex<Vec<String>>>;

    /// An authorisation server that gives these answers in turn, and notes what it was asked.
    fn server(answers: &[(u16, &str)]) -> (OAuth2, Questions) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut answers: VecDeque<(u16, String)> = answers.iter().map(|(code, body)| (*code, (*body).into())).collect();
        let asked = Questions::default();
        let noted = Arc::clone(&asked);
        std::thread::spawn(move || {
            while let (Some((code, body)), Ok((tcp, _))) = (answers.pop_front(), listener.accept()) {
                let mut lines = BufReader::new(tcp);
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    lines.read_line(&mut line).unwrap();
                    if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                        length = value.trim().parse().unwrap();
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                }
                let mut form = vec![0; length];
                lines.read_exact(&mut form).unwrap();
                noted.lock().unwrap().push(String::from_utf8(form).unwrap());
                let head = format!(
                    "HTTP/1.1 {code} X\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: {}\r\n",
                    body.len()
                );
                write!(lines.get_mut(), "{head}Connection: close\r\n\r\n{body}").unwrap();
            }
        });
        let settings = OAuth2 {
            grant: GrantKind::RefreshToken,
            token_url: format!("http://127.0.0.1:{port}/token"),
            client_id: "habeas".to_owned(),
            client_secret: "s&cret".to_owned(),
            refresh_token: "consent 1".to_owned(),
            scope: "mail offline".to_owned(),
            ca_file: None,
        };
        (settings, asked)
    }

    /// A store, and a clock that stands where it is put.
    struct Ground {
        store: TestStore,
        clock: Arc<Mutex<DateTime<Utc>>>,
    }

    impl Ground {
        fn new() -> Self {
            Self {
                store: stores().remove(0),
                clock: Arc::new(Mutex::new(instant("2026-01-05T00:00:00Z"))),
            }
        }

        fn accounts(&self) -> Accounts {
            let clock = Arc::clone(&self.clock);
            Accounts::new(self.store.clone(), Now::told(move || *clock.lock().unwrap()))
        }

        fn pass(&self, seconds: i64) {
            *self.clock.lock().unwrap() += TimeDelta::seconds(seconds);
        }
    }

    fn token(number: usize) -> String {
        format!(r#"{{"access_token":"access-{number}","token_type":"Bearer","expires_in":3600}}"#)
    }

    #[tokio::test]
    async fn a_token_is_asked_for_once_for_all_and_again_a_minute_before_it_ends() {
        let (settings, asked) = server(&[(200, &token(1)), (200, &token(2))]);
        let ground = Ground::new();
        let accounts = ground.accounts();
        let all: Vec<_> = (0..20).map(|_| accounts.account(&settings)).collect();
        let tokens = futures_util::future::join_all(all.iter().map(Account::token)).await;
        assert!(
            tokens
                .iter()
                .all(|token| token.as_ref().unwrap().reveal() == "access-1")
        );
        ground.pass(3539);
        assert_eq!(all[0].token().await.unwrap().reveal(), "access-1");
        ground.pass(1);
        assert_eq!(all[0].token().await.unwrap().reveal(), "access-2");
        let form = "client_id=habeas&grant_type=refresh_token&refresh_token=consent%201&client_secret=s%26cret&scope=mail%20offline";
        assert_eq!(*asked.lock().unwrap(), [form, form]);
    }

    #[tokio::test]
    async fn a_refused_token_is_renewed_by_the_first_who_asks() {
        let ground = Ground::new();
        let (settings, asked) = server(&[(200, &token(1)), (200, &token(2))]);
        let account = ground.accounts().account(&settings);
        let refused = account.token().await.unwrap();
        for _ in 0..3 {
            assert_eq!(account.token_instead_of(&refused).await.unwrap().reveal(), "access-2");
        }
        assert_eq!(asked.lock().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_refresh_token_given_anew_survives_a_restart_and_a_new_consent_is_heeded() {
        let anew = r#"{"access_token":"a","token_type":"bearer","expires_in":"1","refresh_token":"consent 2"}"#;
        let (settings, asked) = server(&[(200, anew), (200, anew), (200, anew)]);
        let ground = Ground::new();
        ground.accounts().account(&settings).token().await.unwrap();
        let restarted = ground.accounts();
        restarted.account(&settings).token().await.unwrap();
        let consented = OAuth2 {
            refresh_token: "consent 3".to_owned(),
            ..settings
        };
        restarted.account(&consented).token().await.unwrap();
        let used: Vec<bool> = ["consent%201", "consent%202", "consent%203"]
            .iter()
            .zip(asked.lock().unwrap().iter())
            .map(|(token, form)| form.contains(token))
            .collect();
        assert_eq!(used, [true, true, true]);
    }

    #[tokio::test]
    async fn a_refresh_token_that_another_instance_exchanged_meanwhile_is_taken_up() {
        let gone = r#"{"error":"invalid_grant"}"#;
        let (settings, asked) = server(&[(400, gone), (200, &token(1))]);
        let ground = Ground::new();
        let account = ground.accounts().account(&settings);
        let mut held = Held {
            access: None,
            unkept: Some("consent 1".to_owned().into()),
        };
        let (name, now) = (account.name(), account.now.instant());
        ground
            .store
            .write(|tx| credentials::keep(tx, &name, "consent 2", now))
            .unwrap();
        assert!(account.granted(&mut held).is_ok());
        assert!(asked.lock().unwrap()[1].contains("consent%202"));
    }

    #[tokio::test]
    async fn a_refusal_says_what_to_do_and_repeats_no_secret() {
        let ground = Ground::new();
        for (error, remedy) in [
            ("invalid_grant", "Consent once more"),
            ("invalid_client", "client_secret"),
            ("invalid_scope", "scope"),
            ("server_error", "token_url"),
        ] {
            let body =
                format!(r#"{{"error":"{error}","error_description":"AADSTS1: consent 1 of s&cret\r\nis old."}}"#);
            let (settings, _) = server(&[(400, &body)]);
            let refused = ground.accounts().account(&settings).token().await.unwrap_err();
            let said = refused.to_string();
            assert!(
                said.contains(remedy) && said.contains("AADSTS1: … of … is old"),
                "{said}"
            );
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_no_token_gives_none() {
        let ground = Ground::new();
        for (code, body) in [
            (200, "<html>Sign in</html>"),
            (200, r#"{"access_token":"a","token_type":"mac"}"#),
            (200, r#"{"access_token":"a\r\nb","token_type":"Bearer"}"#),
            (200, r#"{"access_token":"","token_type":"Bearer"}"#),
            (302, ""),
            (500, "busy"),
        ] {
            let (settings, asked) = server(&[(code, body), (200, &token(1))]);
            let refused = ground.accounts().account(&settings).token().await;
            assert!(refused.is_err(), "{code} {body}");
            assert_eq!(asked.lock().unwrap().len(), 1, "{code}: nobody is followed elsewhere");
        }
    }

    #[tokio::test]
    async fn client_credentials_need_no_consent() {
        let ground = Ground::new();
        let (settings, asked) = server(&[(200, &token(1))]);
        let settings = OAuth2 {
            grant: GrantKind::ClientCredentials,
            refresh_token: String::new(),
            ..settings
        };
        ground.accounts().account(&settings).token().await.unwrap();
        let form = asked.lock().unwrap()[0].clone();
        assert!(
            form.contains("grant_type=client_credentials") && !form.contains("refresh_token"),
            "{form}"
        );
    }

    #[tokio::test]
    async fn nothing_shows_a_token_by_accident() {
        let ground = Ground::new();
        let (settings, _) = server(&[(200, &token(1))]);
        let account = ground.accounts().account(&settings);
        let shown = format!("{:?} {account:?} {settings:?}", account.token().await.unwrap());
        for secret in ["access-1", "consent 1", "s&cret"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
