//! Lines to mail servers: TLS with real certificate checks, or nothing.
//!
//! There is no way to switch the checks off. A private server's own authority is trusted by naming its certificate
//! file; an unprotected line exists for a server on this very machine alone.

use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use chrono::DateTime;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::decode::one_line;

/// How a line is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// Plain until STARTTLS, which must succeed before anything is said.
    StartTls,
    /// Not at all; only to this machine.
    PlainLoopback,
}

/// Where a server is and how to reach it.
#[derive(Debug, Clone, Copy)]
pub struct Server<'a> {
    /// Its name, which its certificate must bear.
    pub host: &'a str,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub security: Security,
    /// Certificates to trust beside the public ones, in PEM.
    pub extra_ca: Option<&'a Path>,
}

/// Which words ask for STARTTLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// RFC 3501, section 6.2.1.
    Imap,
    /// RFC 3207.
    Smtp,
}

/// Why there is no line to a server, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// No connection.
    #[error("{host}:{port} cannot be reached: {source}. Check the name, the port and the firewall.")]
    Unreachable {
        /// The server.
        host: String,
        /// Its port.
        port: u16,
        /// Why.
        source: io::Error,
    },
    /// It is not this machine.
    #[error("{host} is another machine, and mail must not travel unprotected. Set the line to tls or start-tls.")]
    NotLoopback {
        /// The server.
        host: String,
    },
    /// A name that no certificate can bear.
    #[error("{host} is no server name. Write the name that stands in its certificate.")]
    NoServerName {
        /// What was written.
        host: String,
    },
    /// The certificate is another server's.
    #[error(
        "The certificate of {host} is for {names}, so this may be another server. Write the name in the certificate as \
         host, or have a certificate made that bears this one."
    )]
    WrongName {
        /// The server.
        host: String,
        /// The names in the certificate.
        names: String,
    },
    /// The certificate does not count today.
    #[error("The certificate of {host} {why}. Have it renewed on the server; check the clock of this machine as well.")]
    OutOfDate {
        /// The server.
        host: String,
        /// Since or until when.
        why: String,
    },
    /// The certificate is signed by nobody who is trusted.
    #[error(
        "The certificate of {host} is signed by nobody who is trusted here: perhaps by itself, or by an authority of \
         your own. If it is your server, name the authority's certificate file as ca_file."
    )]
    UnknownIssuer {
        /// The server.
        host: String,
    },
    /// No TLS was spoken, or the certificate was refused for another reason.
    #[error(
        "No protected line to {host}: {source}. Check that the port speaks TLS, and set the line to start-tls if not."
    )]
    Handshake {
        /// The server.
        host: String,
        /// What rustls says.
        source: io::Error,
    },
    /// It does not offer STARTTLS.
    #[error("{host} does not accept STARTTLS. Set the line to tls and the port that goes with it.")]
    StartTlsRefused {
        /// The server.
        host: String,
    },
    /// Someone on the way put words into the server's mouth (CVE-2011-0411).
    #[error(
        "{host} sent data before the line was protected. Someone may be tampering with the line; nothing was sent."
    )]
    DataBeforeTls {
        /// The server.
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
}

/// A line to a server.
#[derive(Debug)]
pub enum Line {
    /// Unprotected, to this machine.
    Plain(TcpStream),
    /// Protected.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Line {
    /// The server's certificate in DER, where the line is protected.
    pub fn certificate(&self) -> Option<&[u8]> {
        match self {
            Self::Plain(_) => None,
            Self::Tls(tls) => Some(tls.get_ref().1.peer_certificates()?.first()?.as_ref()),
        }
    }
}

/// A line, and the greeting that the server said on it before it was protected; `None` when it is still to come.
#[derive(Debug)]
pub struct Connected {
    /// The line.
    pub line: Line,
    /// The greeting, with its line end.
    pub greeting: Option<String>,
}

/// Connects to a server and protects the line. Give it a time limit.
///
/// # Errors
/// When there is no line as safe as it was asked for.
pub async fn connect(server: Server<'_>, dialect: Dialect) -> Result<Connected, LineError> {
    let host = || server.host.to_owned();
    let unreachable = |source| LineError::Unreachable {
        host: host(),
        port: server.port,
        source,
    };
    let config = match server.security {
        Security::Tls | Security::StartTls => Some(client_config(server.extra_ca)?),
        Security::PlainLoopback => None,
    };
    let mut tcp = TcpStream::connect((server.host, server.port))
        .await
        .map_err(unreachable)?;
    tcp.set_nodelay(true).map_err(unreachable)?;
    let Some(config) = config else {
        return match tcp.peer_addr() {
            Ok(peer) if peer.ip().is_loopback() => Ok(Connected {
                line: Line::Plain(tcp),
                greeting: None,
            }),
            _ => Err(LineError::NotLoopback { host: host() }),
        };
    };
    let greeting = match server.security {
        Security::Tls | Security::PlainLoopback => None,
        Security::StartTls => Some(start_tls(&mut tcp, server, dialect).await?),
    };
    let name = ServerName::try_from(host()).map_err(|_| LineError::NoServerName { host: host() })?;
    let tls = TlsConnector::from(config).connect(name, tcp).await;
    let tls = tls.map_err(|source| no_handshake(host(), source))?;
    Ok(Connected {
        line: Line::Tls(Box::new(tls)),
        greeting,
    })
}

/// What rustls says, told apart by what there is to do.
fn no_handshake(host: String, source: io::Error) -> LineError {
    let certificate = match source.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(rustls::Error::InvalidCertificate(certificate)) => certificate,
        _ => return LineError::Handshake { host, source },
    };
    let date = |time: &UnixTime| {
        let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        DateTime::from_timestamp(seconds, 0).map_or_else(String::new, |at| at.format(" %Y-%m-%d").to_string())
    };
    match certificate {
        CertificateError::NotValidForName => LineError::WrongName {
            host,
            names: "another name".to_owned(),
        },
        CertificateError::NotValidForNameContext { presented, .. } => LineError::WrongName {
            host,
            names: if presented.is_empty() {
                "no name at all".to_owned()
            } else {
                one_line(&presented.join(", "))
                    .replace("DnsName(\"", "")
                    .replace("\")", "")
            },
        },
        CertificateError::Expired => LineError::OutOfDate {
            host,
            why: "has expired".to_owned(),
        },
        CertificateError::ExpiredContext { not_after, .. } => LineError::OutOfDate {
            host,
            why: format!("expired on{}", date(not_after)),
        },
        CertificateError::NotValidYet => LineError::OutOfDate {
            host,
            why: "does not count yet".to_owned(),
        },
        CertificateError::NotValidYetContext { not_before, .. } => LineError::OutOfDate {
            host,
            why: format!("counts only from{}", date(not_before)),
        },
        CertificateError::UnknownIssuer => LineError::UnknownIssuer { host },
        _ => LineError::Handshake { host, source },
    }
}

/// What is trusted: the public authorities, and those of a file.
///
/// # Errors
/// When the file cannot be read or holds no certificate.
pub fn client_config(extra_ca: Option<&Path>) -> Result<Arc<ClientConfig>, LineError> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(path) = extra_ca {
        let unusable = |why: String| LineError::Certificates {
            path: path.to_owned(),
            why,
        };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|error| unusable(error.to_string()))?;
        let mut found = 0;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
            roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
            found += 1;
        }
        if found == 0 {
            return Err(unusable("there is no certificate in it".to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| LineError::Certificates {
        path: PathBuf::new(),
        why: error.to_string(),
    })?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

/// Has the server start TLS, and returns its greeting.
async fn start_tls(tcp: &mut TcpStream, server: Server<'_>, dialect: Dialect) -> Result<String, LineError> {
    let host = || server.host.to_owned();
    let mut talk = Talk::over(tcp);
    let refused = |_| LineError::StartTlsRefused { host: host() };
    let (greeting, accepted) = match dialect {
        Dialect::Imap => {
            let greeting = talk.line().await.map_err(refused)?;
            talk.say("a1 STARTTLS\r\n").await.map_err(refused)?;
            let answer = talk.until(|line| line.starts_with("a1 ")).await.map_err(refused)?;
            (greeting, answer.to_ascii_uppercase().starts_with("A1 OK"))
        }
        Dialect::Smtp => {
            let is_last = |line: &str| line.as_bytes().get(3) != Some(&b'-');
            let greeting = talk.until(is_last).await.map_err(refused)?;
            talk.say("EHLO localhost\r\n").await.map_err(refused)?;
            talk.until(is_last).await.map_err(refused)?;
            talk.say("STARTTLS\r\n").await.map_err(refused)?;
            let answer = talk.until(is_last).await.map_err(refused)?;
            (greeting, answer.starts_with("220"))
        }
    };
    if !accepted {
        return Err(LineError::StartTlsRefused { host: host() });
    }
    if !talk.is_drained() {
        return Err(LineError::DataBeforeTls { host: host() });
    }
    Ok(greeting)
}

/// Lines over a stream, where it matters what came after the last one.
pub(super) struct Talk<'a, S> {
    stream: &'a mut S,
    pending: Vec<u8>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin> Talk<'a, S> {
    pub(super) fn over(stream: &'a mut S) -> Self {
        Self {
            stream,
            pending: Vec::new(),
        }
    }

    pub(super) async fn say(&mut self, words: &str) -> io::Result<()> {
        self.stream.write_all(words.as_bytes()).await?;
        self.stream.flush().await
    }

    pub(super) async fn line(&mut self) -> io::Result<String> {
        const LONGEST: usize = 8192;
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.pending.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).into_owned());
            }
            if self.pending.len() > LONGEST || self.stream.read_buf(&mut self.pending).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// The first line for which a test holds, of at most 100.
    async fn until(&mut self, test: impl Fn(&str) -> bool) -> io::Result<String> {
        for _ in 0..100 {
            let line = self.line().await?;
            if test(&line) {
                return Ok(line);
            }
        }
        Err(io::ErrorKind::InvalidData.into())
    }

    /// Whether nothing came after the last line.
    pub(super) fn is_drained(&self) -> bool {
        self.pending.is_empty()
    }
}

impl AsyncRead for Line {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_read(cx, buf),
            Self::Tls(tls) => Pin::new(tls).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_write(cx, bytes),
            Self::Tls(tls) => Pin::new(tls).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_flush(cx),
            Self::Tls(tls) => Pin::new(tls).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tcp) => Pin::new(tcp).poll_shutdown(cx),
            Self::Tls(tls) => Pin::new(tls).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A server that says these words, each after a line was said to it, and the first at once.
    async fn server(words: &'static [&'static str]) -> u16 {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut tcp, _) = listener.accept().await.unwrap();
            for words in words {
                tcp.write_all(words.as_bytes()).await.unwrap();
                tcp.read_buf(&mut Vec::new()).await.unwrap();
            }
        });
        port
    }

    async fn refusal(words: &'static [&'static str], dialect: Dialect) -> LineError {
        let port = server(words).await;
        let server = Server {
            host: "localhost",
            port,
            security: Security::StartTls,
            extra_ca: None,
        };
        connect(server, dialect).await.unwrap_err()
    }

    #[tokio::test]
    async fn words_put_into_the_servers_mouth_before_tls_are_not_believed() {
        let smtp: &[&str] = &["220 hi\r\n", "250-me\r\n250 STARTTLS\r\n", "220 go\r\n250 injected\r\n"];
        assert!(matches!(
            refusal(smtp, Dialect::Smtp).await,
            LineError::DataBeforeTls { .. }
        ));
        let imap: &[&str] = &["* OK hi\r\n", "a1 OK go\r\n* OK injected\r\n"];
        assert!(matches!(
            refusal(imap, Dialect::Imap).await,
            LineError::DataBeforeTls { .. }
        ));
    }

    #[tokio::test]
    async fn without_starttls_there_is_no_line() {
        let smtp: &[&str] = &["220 hi\r\n", "250 me\r\n", "502 no\r\n"];
        assert!(matches!(
            refusal(smtp, Dialect::Smtp).await,
            LineError::StartTlsRefused { .. }
        ));
        assert!(matches!(
            refusal(&["* OK hi\r\n", "a1 BAD what\r\n"], Dialect::Imap).await,
            LineError::StartTlsRefused { .. }
        ));
        assert!(matches!(
            refusal(&["* OK hi\r\n"], Dialect::Imap).await,
            LineError::StartTlsRefused { .. }
        ));
    }

    #[tokio::test]
    async fn a_server_without_tls_gets_nothing() {
        let port = server(&["* OK hi\r\n"]).await;
        let server = Server {
            host: "localhost",
            port,
            security: Security::Tls,
            extra_ca: None,
        };
        assert!(matches!(
            connect(server, Dialect::Imap).await,
            Err(LineError::Handshake { .. })
        ));
    }

    #[test]
    fn a_certificate_file_must_hold_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        assert!(client_config(Some(&path)).is_err());
        std::fs::write(&path, "no certificate").unwrap();
        assert!(
            client_config(Some(&path))
                .unwrap_err()
                .to_string()
                .contains("no certificate in it")
        );
        assert!(client_config(None).is_ok());
    }
}
