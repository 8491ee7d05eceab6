//! Letting a mail server know who we are: by password, or by a token (XOAUTH2; OAUTHBEARER, RFC 7628).
//!
//! A token that the server refuses is renewed and tried once more on a fresh line. What the server says about a refused
//! token comes as one more challenge, which is answered, so that its words can be told.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use async_imap::error::Error;
use async_imap::types::Capabilities;
use async_imap::{Authenticator, Client, Session};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, Mechanism as PasswordMechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

use super::decode::one_line;
use super::imap::refused;
use super::mailbox::{ImapSettings, MailboxError};
use super::oauth::{Account, Token};
use super::tls::{self, Dialect, Line, Server, Talk};
use crate::config::providers;

/// What proves to a server who we are.
#[derive(Clone)]
pub enum Proof {
    /// A password.
    Password(String),
    /// A token that an authorisation server gives.
    Token(Arc<Account>),
}

/// How a token is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mechanism {
    /// Google's and Microsoft's own.
    XOAuth2,
    /// RFC 7628.
    OAuthBearer,
}

impl Mechanism {
    /// The one to use with a server that offers these; Google's own first, since it is what the large providers test.
    fn among<'a>(offered: impl Iterator<Item = &'a str> + Clone) -> Option<Self> {
        let has = |name: &str| offered.clone().any(|word| word.eq_ignore_ascii_case(name));
        if has("XOAUTH2") {
            Some(Self::XOAuth2)
        } else {
            has("OAUTHBEARER").then_some(Self::OAuthBearer)
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }

    /// The first words, with the token in them.
    fn opening(self, user: &str, host: &str, port: u16, token: &Token) -> String {
        let token = token.reveal();
        match self {
            Self::XOAuth2 => format!("user={user}\x01auth=Bearer {token}\x01\x01"),
            Self::OAuthBearer => {
                // RFC 5801, section 4: commas part the header.
                let user = user.replace('=', "=3D").replace(',', "=2C");
                format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01")
            }
        }
    }

    /// The answer to a challenge that says what is wrong: nothing, or RFC 7628, section 3.2.3.
    fn farewell(self) -> &'static [u8] {
        match self {
            Self::XOAuth2 => b"",
            Self::OAuthBearer => b"\x01",
        }
    }
}

/// A session that was let in, and what the server can do.
pub struct SignedIn {
    /// The session.
    pub session: Session<Line>,
    /// What the server offers to those inside.
    pub capabilities: Capabilities,
}

/// Reaches an IMAP server and signs in.
///
/// # Errors
/// When there is no line, or the server does not let us in.
pub async fn imap(settings: &ImapSettings) -> Result<SignedIn, MailboxError> {
    let host = settings.host.as_str();
    let mut session = match &settings.proof {
        Proof::Password(password) => by_password(settings, password).await?,
        Proof::Token(account) => {
            let token = account.token().await?;
            match by_token(settings, &token).await {
                Err(MailboxError::TokenRefused { .. }) => {
                    let renewed = account.token_instead_of(&token).await?;
                    by_token(settings, &renewed).await?
                }
                other => other?,
            }
        }
    };
    let capabilities = session.capabilities().await.map_err(|error| refused(host, &error))?;
    if capabilities.has_str("ID") {
        // RFC 2971. Some Chinese providers open no folder for a program that does not give its name.
        let told = session.id([("name", Some("Habeas")), ("version", Some(env!("CARGO_PKG_VERSION")))]);
        if let Err(error) = told.await {
            tracing::debug!(host, "the server does not want to know our name");
            match error {
                Error::No(_) | Error::Bad(_) => {}
                other => return Err(refused(host, &other)),
            }
        }
    }
    Ok(SignedIn { session, capabilities })
}

async fn by_password(settings: &ImapSettings, password: &str) -> Result<Session<Line>, MailboxError> {
    let (client, offered) = reach(settings).await?;
    if offered.iter().any(|word| word.eq_ignore_ascii_case("LOGINDISABLED")) {
        return Err(MailboxError::Login {
            host: settings.host.clone(),
            user: settings.user.clone(),
            why: "it takes no passwords (LOGINDISABLED)".to_owned(),
            advice: "Set up oauth2, or ask the administrator of the server.".to_owned(),
        });
    }
    let signed_in = client.login(&settings.user, password).await;
    signed_in.map_err(|(error, _)| match error {
        Error::No(why) | Error::Bad(why) => MailboxError::Login {
            host: settings.host.clone(),
            user: settings.user.clone(),
            advice: advice(
                &why,
                "Check the account and its password; some providers want an app password.",
            ),
            why: trimmed(&why),
        },
        other => refused(&settings.host, &other),
    })
}

async fn by_token(settings: &ImapSettings, token: &Token) -> Result<Session<Line>, MailboxError> {
    let (client, offered) = reach(settings).await?;
    let host = || settings.host.clone();
    let mechanisms = offered.iter().filter_map(|word| word.get(..5).zip(word.get(5..)));
    let mechanisms = mechanisms
        .filter(|(auth, _)| auth.eq_ignore_ascii_case("AUTH="))
        .map(|(_, name)| name);
    let Some(mechanism) = Mechanism::among(mechanisms) else {
        return Err(MailboxError::Login {
            host: host(),
            user: settings.user.clone(),
            why: "it takes no tokens (neither XOAUTH2 nor OAUTHBEARER)".to_owned(),
            advice: "Write a password in place of oauth2.".to_owned(),
        });
    };
    let opening = mechanism.opening(&settings.user, &settings.host, settings.port, token);
    let challenge = Mutex::default();
    let bearer = Bearer {
        opening: Some(opening),
        farewell: mechanism.farewell(),
        challenge: &challenge,
    };
    let signed_in = client.authenticate(mechanism.name(), bearer).await;
    signed_in.map_err(|(error, _)| match error {
        Error::No(why) | Error::Bad(why) => {
            let said = challenge.lock().unwrap_or_else(PoisonError::into_inner);
            let why = words(&why, &said);
            MailboxError::TokenRefused {
                host: host(),
                user: settings.user.clone(),
                advice: advice(
                    &why,
                    "Check that user is the account that consented, that IMAP is switched on for it, and that scope \
                     covers IMAP.",
                ),
                why,
            }
        }
        other => refused(&settings.host, &other),
    })
}

/// Reaches the server, hears its greeting, and asks what it offers to those outside.
async fn reach(settings: &ImapSettings) -> Result<(Client<Line>, Vec<String>), MailboxError> {
    let server = Server {
        host: &settings.host,
        port: settings.port,
        security: settings.security,
        extra_ca: settings.extra_ca.as_deref(),
    };
    let refused = |why: &str| MailboxError::Refused {
        host: settings.host.clone(),
        why: why.to_owned(),
    };
    let lost = |error: std::io::Error| refused(&format!("the connection was lost ({})", error.kind()));
    let connected = tls::connect(server, Dialect::Imap).await?;
    let mut line = connected.line;
    let mut talk = Talk::over(&mut line);
    if connected.greeting.is_none() {
        let greeting = talk.line().await.map_err(lost)?;
        // PREAUTH would make us someone else's guest without having said who we are.
        if !greeting.to_ascii_uppercase().starts_with("* OK") {
            let said: String = one_line(&greeting).chars().take(LONGEST_WORDS).collect();
            return Err(refused(&format!("it greets with {said:?}")));
        }
    }
    talk.say("h1 CAPABILITY\r\n").await.map_err(lost)?;
    let mut offered = Vec::new();
    for _ in 0..MOST_LINES {
        let said = talk.line().await.map_err(lost)?;
        let mut words = said.split_ascii_whitespace();
        match (words.next(), words.next().unwrap_or("")) {
            (Some("h1"), end) if end.eq_ignore_ascii_case("OK") && talk.is_drained() => {
                return Ok((Client::new(line), offered));
            }
            (Some("h1"), _) => return Err(refused("it does not say what it can do")),
            (Some("*"), kind) if kind.eq_ignore_ascii_case("CAPABILITY") => {
                offered.extend(words.map(str::to_owned));
            }
            _ => {}
        }
    }
    Err(refused("it does not say what it can do"))
}

/// Lines before the answer to a question, at most.
const MOST_LINES: usize = 100;
/// How much of what a server says is repeated, in characters.
const LONGEST_WORDS: usize = 300;

/// Hands over a token, and hears what is said against it.
struct Bearer<'a> {
    opening: Option<String>,
    farewell: &'static [u8],
    challenge: &'a Mutex<Vec<u8>>,
}

impl Authenticator for Bearer<'_> {
    type Response = Vec<u8>;

    fn process(&mut self, challenge: &[u8]) -> Vec<u8> {
        match self.opening.take() {
            Some(opening) => opening.into_bytes(),
            None => {
                *self.challenge.lock().unwrap_or_else(PoisonError::into_inner) = challenge.to_vec();
                self.farewell.to_vec()
            }
        }
    }
}

/// Why an SMTP server did not let us in.
#[derive(Debug)]
pub enum SmtpRefusal {
    /// The line, or a refusal of the password.
    Smtp(SmtpError),
    /// It refuses the token, with these words.
    Token(String),
    /// It takes no tokens.
    NoMechanism,
}

/// Signs in to an SMTP server by password.
///
/// # Errors
/// What the server says.
pub async fn smtp_by_password(
    connection: &mut AsyncSmtpConnection,
    user: &str,
    password: &str,
) -> Result<(), SmtpRefusal> {
    let credentials = Credentials::new(user.to_owned(), password.to_owned());
    let mechanisms = [PasswordMechanism::Plain, PasswordMechanism::Login];
    let signed_in = connection.auth(&mechanisms, &credentials).await;
    signed_in.map(drop).map_err(SmtpRefusal::Smtp)
}

/// Signs in to an SMTP server with a token (RFC 4954).
///
/// # Errors
/// What the server says.
pub async fn smtp_by_token(
    connection: &mut AsyncSmtpConnection,
    place: (&str, u16),
    user: &str,
    token: &Token,
) -> Result<(), SmtpRefusal> {
    // The library knows one of the two mechanisms alone, so the server is asked again.
    let offered = offers(connection).await.map_err(SmtpRefusal::Smtp)?;
    let auth = offered.iter().find_map(|line| line.strip_prefix("AUTH "));
    let mechanism = Mechanism::among(auth.unwrap_or("").split_ascii_whitespace()).ok_or(SmtpRefusal::NoMechanism)?;
    let opening = BASE64_STANDARD.encode(mechanism.opening(user, place.0, place.1, token));
    let said = connection
        .command(format!("AUTH {} {opening}\r\n", mechanism.name()))
        .await;
    let refusal = |error: SmtpError, challenge: &[u8]| match error.status() {
        Some(_) => SmtpRefusal::Token(words(&error, challenge)),
        None => SmtpRefusal::Smtp(error),
    };
    let said = said.map_err(|error| refusal(error, b""))?;
    if !said.has_code(334) {
        return Ok(());
    }
    let challenge = BASE64_STANDARD
        .decode(said.message().collect::<String>())
        .unwrap_or_default();
    let farewell = BASE64_STANDARD.encode(mechanism.farewell());
    match connection.command(format!("{farewell}\r\n")).await {
        Ok(_) => Ok(()),
        Err(error) => Err(refusal(error, &challenge)),
    }
}

/// What an SMTP server offers, one extension a line (RFC 5321, section 4.1.1.1), keywords in capitals.
///
/// # Errors
/// What the server says.
pub async fn offers(connection: &mut AsyncSmtpConnection) -> Result<Vec<String>, SmtpError> {
    let said: Response = connection.command(format!("EHLO {}\r\n", ClientId::default())).await?;
    Ok(said.message().skip(1).map(str::to_ascii_uppercase).collect())
}

/// What to do about a refusal: as its words tell, or in general.
pub fn advice(said: &str, general: &str) -> String {
    providers::explain(said).map_or_else(|| general.to_owned(), |known| known.advice.clone())
}

/// A server's words and what its challenge holds: JSON in both mechanisms.
fn words(said: &impl Display, challenge: &[u8]) -> String {
    let mut words = trimmed(&said.to_string());
    let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(challenge).unwrap_or_default();
    for name in ["status", "error_description", "scope"] {
        if let Some(serde_json::Value::String(value)) = fields.get(name) {
            words.push_str(&format!(", {name} {}", trimmed(value)));
        }
    }
    words.chars().take(LONGEST_WORDS).collect()
}

fn trimmed(said: &str) -> String {
    let said: String = one_line(said).chars().take(LONGEST_WORDS).collect();
    said.trim_end_matches(['.', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::mail::tls::Security;
    use crate::mail::touch::After;

    #[test]
    fn the_mechanism_that_large_providers_test_comes_first() {
        for (offered, expected) in [
            ("PLAIN XOAUTH2 OAUTHBEARER", Some(Mechanism::XOAuth2)),
            ("plain oauthbearer", Some(Mechanism::OAuthBearer)),
            ("PLAIN LOGIN", None),
        ] {
            assert_eq!(Mechanism::among(offered.split(' ')), expected, "{offered}");
        }
    }

    /// What comes of signing in to a server that says these words, one after each line it hears and the first at once.
    async fn refusal(words: &'static [&'static str]) -> String {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut tcp, _) = listener.accept().await.unwrap();
            for words in words {
                tcp.write_all(words.as_bytes()).await.unwrap();
                tcp.read_buf(&mut Vec::new()).await.unwrap();
            }
        });
        let settings = ImapSettings {
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::PlainLoopback,
            extra_ca: None,
            user: "privacy".to_owned(),
            proof: Proof::Password("secret".to_owned()),
            folders: Vec::new(),
            untouched: Vec::new(),
            after: After::Keep,
            poll: Duration::from_secs(60),
        };
        imap(&settings).await.map(drop).unwrap_err().to_string()
    }

    #[tokio::test]
    async fn no_password_is_said_to_a_server_that_does_not_ask_who_we_are_or_takes_none() {
        for (words, says) in [
            (&["* PREAUTH welcome\r\n"][..], "PREAUTH"),
            (&["* BYE too busy\r\n"], "too busy"),
            (
                &["* OK\r\n", "* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nh1 OK\r\n"],
                "LOGINDISABLED",
            ),
            (
                &["* OK\r\n", "* CAPABILITY IMAP4rev1\r\nh1 OK\r\n* more\r\n"],
                "what it can do",
            ),
            (&["* OK\r\n", "h1 BAD\r\n"], "what it can do"),
        ] {
            let said = refusal(words).await;
            assert!(said.contains(says), "{said}");
        }
    }

    #[test]
    fn what_a_challenge_holds_is_told_in_one_line() {
        let challenge = br#"{"status":"401","schemes":"bearer mac","scope":"https://mail.google.com/"}"#;
        assert_eq!(
            words(&"[AUTHENTICATIONFAILED] Invalid credentials.", challenge),
            "[AUTHENTICATIONFAILED] Invalid credentials, status 401, scope https://mail.google.com/"
        );
        assert_eq!(words(&"no\r\nmore", b"not JSON"), "no more");
    }
}
