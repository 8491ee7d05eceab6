//! Where mail leaves: an SMTP server, or a folder of files.
//!
//! The one thing that matters about a failed attempt is whether the server may have taken the mail. So the steps are
//! taken one by one: before the content is sent nothing has happened; after it, a lost answer means it is unknown.

use std::cell::Cell;
use std::error::Error as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::timeout;

use super::header::ids;
use super::mime;
use super::oauth::TokenError;
use super::sign_in::{self, Proof, SmtpRefusal};
use super::tls::{self, Connected, Dialect, Line, LineError, Security, Server};

/// Where mail leaves.
#[derive(Debug)]
pub enum Transport {
    /// To an SMTP server.
    Smtp(SmtpSettings),
    /// Into a folder, one file a mail, named after its Message-ID.
    Folder(PathBuf),
}

/// A server that takes outgoing mail.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Its name, which its certificate must bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub security: Security,
    /// Certificates to trust beside the public ones, in PEM.
    pub extra_ca: Option<PathBuf>,
    /// The account and what lets it in; `None` when it needs none.
    pub login: Option<(String, Proof)>,
    /// How long one mail may take.
    pub timeout: Duration,
}

impl std::fmt::Debug for SmtpSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SmtpSettings({}:{}, {:?})", self.host, self.port, self.security)
    }
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The next hop answers for it now.
    Accepted {
        /// What it said.
        reply: String,
    },
    /// Not now: it may go later.
    Temporary {
        /// Why.
        why: String,
    },
    /// No server took it in hand, because there is no line or we are not let in: the operator mends that.
    NoWay {
        /// What is wrong and what to do.
        why: String,
    },
    /// Refused for good.
    Permanent {
        /// Why.
        why: String,
    },
    /// The content was sent and the answer was lost: it may or may not arrive.
    Unknown {
        /// Why.
        why: String,
    },
}

/// Why a way out cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No line.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The server answered otherwise than it should.
    #[error("{host} was reached, but: {why}. {advice}")]
    Refused {
        /// The server.
        host: String,
        /// What it said.
        why: String,
        /// What to do.
        advice: String,
    },
    /// There is no token to sign in with.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// It did not answer in time.
    #[error("{host} did not answer within {seconds} s. Check the port and the firewall.")]
    Slow {
        /// The server.
        host: String,
        /// How long it had.
        seconds: u64,
    },
    /// The folder.
    #[error("The folder {path} cannot be written: {source}. Create it, or give its owner the right to write.")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Transport {
    /// A way out over SMTP. What can be wrong without asking the server is refused at once.
    ///
    /// # Errors
    /// When the certificate file cannot be used.
    pub fn smtp(settings: &SmtpSettings) -> Result<Self, TransportError> {
        tls::client_config(settings.extra_ca.as_deref())?;
        Ok(Self::Smtp(settings.clone()))
    }

    /// A way out into a folder, which is made if it is not there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn folder(path: &Path) -> Result<Self, TransportError> {
        fs::create_dir_all(path).map_err(|source| TransportError::Folder {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self::Folder(path.to_owned()))
    }

    /// Sends a mail to one recipient. `None` as sender is the null sender of mail that must not be answered.
    pub async fn send(&self, envelope_from: Option<&str>, to: &str, raw: &[u8]) -> Sent {
        let envelope = match envelope(envelope_from, to) {
            Ok(envelope) => envelope,
            Err(why) => return Sent::Permanent { why },
        };
        match self {
            Self::Smtp(settings) => {
                let content_sent = Cell::new(false);
                let attempt = deliver(settings, &envelope, raw, &content_sent);
                match timeout(settings.timeout, attempt).await {
                    Ok(Ok(response)) => Sent::Accepted {
                        reply: reply(&response),
                    },
                    Ok(Err(failure)) => failure.outcome(content_sent.get()),
                    Err(_) if content_sent.get() => Sent::Unknown {
                        why: "The answer did not come in time.".to_owned(),
                    },
                    Err(_) => Sent::Temporary {
                        why: "The server did not answer in time.".to_owned(),
                    },
                }
            }
            Self::Folder(folder) => {
                let (folder, raw) = (folder.clone(), raw.to_vec());
                match tokio::task::spawn_blocking(move || write_file(&folder, &raw)).await {
                    Ok(Ok(())) => Sent::Accepted {
                        reply: "written to the outbox folder".to_owned(),
                    },
                    Ok(Err(error)) => Sent::Temporary { why: error.to_string() },
                    Err(error) => Sent::Unknown { why: error.to_string() },
                }
            }
        }
    }

    /// Looks whether the way out can be used, without sending anything, and says what was found.
    ///
    /// # Errors
    /// When it cannot, in words that say what to do.
    pub async fn check(&self) -> Result<String, TransportError> {
        match self {
            Self::Smtp(settings) => {
                let seconds = settings.timeout.as_secs();
                let host = || settings.host.clone();
                let opened = timeout(settings.timeout, open(settings)).await;
                let opened = opened.map_err(|_| TransportError::Slow { host: host(), seconds })?;
                opened?.abort().await;
                let login = if settings.login.is_some() {
                    "signed in"
                } else {
                    "no account"
                };
                Ok(format!(
                    "{}:{} reached, {}, {login}",
                    settings.host,
                    settings.port,
                    protection(settings.security)
                ))
            }
            Self::Folder(path) => {
                let probe = tempfile_name(path, "check");
                let written = File::create(&probe)
                    .and_then(|file| file.sync_all())
                    .and_then(|()| fs::remove_file(&probe));
                written.map_err(|source| TransportError::Folder {
                    path: path.clone(),
                    source,
                })?;
                Ok(format!("mail is written to {}", path.display()))
            }
        }
    }
}

/// How a line is protected, in words.
pub fn protection(security: Security) -> &'static str {
    match security {
        Security::Tls => "TLS",
        Security::StartTls => "STARTTLS",
        Security::PlainLoopback => "unprotected on this machine",
    }
}

fn envelope(from: Option<&str>, to: &str) -> Result<Envelope, String> {
    let parse = |address: &str| address.parse().map_err(|_| format!("{address:?} is no mail address."));
    Envelope::new(from.map(parse).transpose()?, vec![parse(to)?]).map_err(|error| error.to_string())
}

/// What went wrong on the way to a server's acceptance.
enum Failure {
    /// No line, or not let in.
    NoWay(TransportError),
    Smtp(SmtpError),
    /// The server lacks what this mail needs.
    Unable(&'static str),
}

impl Failure {
    fn outcome(self, content_sent: bool) -> Sent {
        match self {
            // A wrong certificate or password is mended by the operator, and the mail then goes.
            Self::NoWay(error) => Sent::NoWay { why: error.to_string() },
            Self::Unable(why) => Sent::Permanent { why: why.to_owned() },
            Self::Smtp(error) if error.is_permanent() && !is_about_login(&error) => {
                Sent::Permanent { why: describe(&error) }
            }
            Self::Smtp(error) if error.status().is_some() || !content_sent => Sent::Temporary { why: describe(&error) },
            Self::Smtp(error) => Sent::Unknown { why: describe(&error) },
        }
    }
}

/// RFC 4954, section 6: authentication required, too weak, failed, or needs encryption.
fn is_about_login(error: &SmtpError) -> bool {
    error
        .status()
        .is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538))
}

/// An error with its causes, on one line.
fn describe(error: &SmtpError) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words.push_str(": ");
            words.push_str(&cause_words);
        }
        source = cause.source();
    }
    super::decode::one_line(&words)
}

fn reply(response: &Response) -> String {
    let words: Vec<&str> = response.message().collect();
    super::decode::one_line(&format!("{} {}", response.code(), words.join(" ")))
}

/// Opens a line and signs in. A token that is refused is renewed and tried once more, on a fresh line.
pub(super) async fn open(settings: &SmtpSettings) -> Result<AsyncSmtpConnection, TransportError> {
    let mut connection = connect(settings).await?;
    match &settings.login {
        None => Ok(connection),
        Some((user, Proof::Password(password))) => {
            let signed_in = sign_in::smtp_by_password(&mut connection, user, password).await;
            signed_in
                .map(|()| connection)
                .map_err(|refusal| not_let_in(settings, refusal))
        }
        Some((user, Proof::Token(account))) => {
            let place = (settings.host.as_str(), settings.port);
            let token = account.token().await?;
            match sign_in::smtp_by_token(&mut connection, place, user, &token).await {
                Ok(()) => return Ok(connection),
                Err(SmtpRefusal::Token(_)) => connection.abort().await,
                Err(refusal) => return Err(not_let_in(settings, refusal)),
            }
            let renewed = account.token_instead_of(&token).await?;
            let mut connection = connect(settings).await?;
            let signed_in = sign_in::smtp_by_token(&mut connection, place, user, &renewed).await;
            signed_in
                .map(|()| connection)
                .map_err(|refusal| not_let_in(settings, refusal))
        }
    }
}

/// Opens a line and hears what the server offers.
async fn connect(settings: &SmtpSettings) -> Result<AsyncSmtpConnection, TransportError> {
    let server = Server {
        host: &settings.host,
        port: settings.port,
        security: settings.security,
        extra_ca: settings.extra_ca.as_deref(),
    };
    let Connected { line, greeting } = tls::connect(server, Dialect::Smtp).await?;
    let line = Greeted {
        line,
        greeting: greeting.unwrap_or_default().into_bytes(),
        said: 0,
    };
    let connection = AsyncSmtpConnection::connect_with_transport(Box::new(line), &ClientId::default()).await;
    connection.map_err(|error| TransportError::Refused {
        host: settings.host.clone(),
        why: describe(&error),
        advice: "Check the port.".to_owned(),
    })
}

/// A refusal at the door, with what to do about it.
fn not_let_in(settings: &SmtpSettings, refusal: SmtpRefusal) -> TransportError {
    let (why, general) = match refusal {
        SmtpRefusal::Smtp(error) => (
            describe(&error),
            "Check the account, its password and the port; some providers want an app password.",
        ),
        SmtpRefusal::Token(said) => (
            format!("it refuses a fresh token: {said}"),
            "Check that user is the account that consented, that SMTP AUTH is switched on for it, and that scope covers \
             SMTP.",
        ),
        SmtpRefusal::NoMechanism => (
            "it takes no tokens (neither XOAUTH2 nor OAUTHBEARER)".to_owned(),
            "Write a password in place of oauth2.",
        ),
    };
    TransportError::Refused {
        host: settings.host.clone(),
        advice: sign_in::advice(&why, general),
        why,
    }
}

/// Hands a mail to a server, and notes when its content goes out.
async fn deliver(
    settings: &SmtpSettings,
    envelope: &Envelope,
    raw: &[u8],
    content_sent: &Cell<bool>,
) -> Result<Response, Failure> {
    let mut connection = open(settings).await.map_err(Failure::NoWay)?;
    let offers = |feature| connection.server_info().supports_feature(feature);
    let mut options = Vec::new();
    if envelope
        .to()
        .iter()
        .chain(envelope.from())
        .any(|address| !AsRef::<str>::as_ref(address).is_ascii())
    {
        if !offers(Extension::SmtpUtfEight) {
            return Err(Failure::Unable(
                "The server does not take addresses with letters beyond ASCII.",
            ));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if !raw.is_ascii() {
        if !offers(Extension::EightBitMime) {
            return Err(Failure::Unable("The server does not take mail with 8-bit characters."));
        }
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    connection
        .command(Mail::new(envelope.from().cloned(), options))
        .await
        .map_err(Failure::Smtp)?;
    for recipient in envelope.to() {
        connection
            .command(Rcpt::new(recipient.clone(), Vec::new()))
            .await
            .map_err(Failure::Smtp)?;
    }
    connection.command(Data).await.map_err(Failure::Smtp)?;
    content_sent.set(true);
    let content = raw.strip_suffix(b"\r\n").unwrap_or(raw);
    let response = connection.message(content).await.map_err(Failure::Smtp)?;
    connection.abort().await;
    Ok(response)
}

/// A line on which the server's greeting is heard again, when it came before the line was protected.
#[derive(Debug)]
struct Greeted {
    line: Line,
    greeting: Vec<u8>,
    said: usize,
}

impl AsyncTokioStream for Greeted {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.line {
            Line::Plain(tcp) => tcp.peer_addr(),
            Line::Tls(tls) => tls.get_ref().0.peer_addr(),
        }
    }
}

impl AsyncRead for Greeted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let rest = self.greeting.get(self.said..).unwrap_or_default();
        if rest.is_empty() {
            return Pin::new(&mut self.line).poll_read(cx, buf);
        }
        let heard = rest.len().min(buf.remaining());
        buf.put_slice(rest.get(..heard).unwrap_or_default());
        self.said += heard;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Greeted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.line).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.line).poll_shutdown(cx)
    }
}

/// Writes a mail as a file that is whole or not there. The same mail written again is the same file.
fn write_file(folder: &Path, raw: &[u8]) -> io::Result<()> {
    let name = name_of(raw);
    let path = folder.join(format!("{name}.eml"));
    let unfinished = tempfile_name(folder, &name);
    let mut file = File::create(&unfinished)?;
    file.write_all(raw)?;
    file.sync_all()?;
    fs::rename(&unfinished, &path)?;
    File::open(folder)?.sync_all()
}

fn tempfile_name(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!(".{name}.tmp"))
}

/// A file name made of the Message-ID, or of the content where there is none.
fn name_of(raw: &[u8]) -> String {
    const LONGEST: usize = 150;
    let structure = mime::read(raw);
    let id = structure
        .parts
        .first()
        .and_then(|part| part.headers.first("Message-ID"))
        .map(ids);
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '.' | '@' | '-') {
            c
        } else {
            '_'
        }
    };
    let name: String = id
        .unwrap_or_default()
        .first()
        .map(|id| id.chars().map(safe).take(LONGEST).collect())
        .unwrap_or_default();
    let name = name.trim_start_matches('.');
    if name.is_empty() {
        hex::encode(Sha256::digest(raw))
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_folder_holds_each_mail_once_under_its_message_id() {
        let folder = tempfile::tempdir().unwrap();
        let transport = Transport::folder(&folder.path().join("outbox")).unwrap();
        let raw = b"Message-ID: <../habeas.ab@example.com>\r\n\r\nHello.\r\n";
        for _ in 0..2 {
            let sent = transport.send(None, "ann@example.org", raw).await;
            assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
        }
        let files: Vec<_> = fs::read_dir(folder.path().join("outbox"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files, [folder.path().join("outbox/_habeas.ab@example.com.eml")]);
        assert_eq!(fs::read(&files[0]).unwrap(), raw);
        assert!(transport.check().await.unwrap().contains("outbox"));
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_refused_for_good() {
        let folder = tempfile::tempdir().unwrap();
        let transport = Transport::folder(folder.path()).unwrap();
        for to in ["", "ann", "ann@example.org>\r\nRCPT TO:<bo@example.org"] {
            assert!(
                matches!(transport.send(None, to, b"").await, Sent::Permanent { .. }),
                "{to:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_tried_again() {
        let settings = SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: 1,
            security: Security::PlainLoopback,
            extra_ca: None,
            login: None,
            timeout: Duration::from_secs(5),
        };
        let transport = Transport::smtp(&settings).unwrap();
        assert!(matches!(
            transport.send(None, "a@example.org", b"").await,
            Sent::NoWay { .. }
        ));
        assert!(
            transport
                .check()
                .await
                .unwrap_err()
                .to_string()
                .contains("cannot be reached")
        );
    }
}
