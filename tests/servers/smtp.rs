//! An SMTP server of one's own that keeps what it gets, and misbehaves when told to (`smtp_sink.py`).

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::authorisation::Authorisation;
use super::certificates::Certificates;
use super::dovecot::free_port;

/// A running server. It ends when this is dropped.
pub struct SmtpSink {
    folder: TempDir,
    /// Port for plain lines and STARTTLS.
    pub port: u16,
    /// Port for TLS from the first byte.
    pub tls_port: u16,
    /// What a client has to trust.
    pub authority: PathBuf,
    child: Child,
}

/// How the server answers a mail.
#[derive(Debug, Clone, Copy)]
pub enum Manner {
    /// Takes it.
    Accept,
    /// Not now.
    Defer,
    /// Never.
    Refuse,
    /// Never, for this recipient.
    RefuseRecipient,
    /// Takes it and cuts the line before it says so.
    Drop,
    /// Takes it and never says so.
    Silent,
    /// Does not answer before the content is sent.
    SilentRecipient,
}

impl SmtpSink {
    /// Starts a server that accepts.
    pub fn start() -> Self {
        Self::start_with(None)
    }

    /// Starts a server that accepts, and takes the tokens of an authorisation server as well as the password.
    pub fn with_tokens(authorisation: &Authorisation) -> Self {
        Self::start_with(Some(authorisation))
    }

    fn start_with(authorisation: Option<&Authorisation>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::make(folder.path());
        let (port, tls_port) = (free_port(), free_port());
        fs::write(folder.path().join("mode"), "accept").unwrap();
        let python = std::env::var("HABEAS_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/smtp_sink.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(folder.path())
            .args([&certificates.certificate, &certificates.key])
            .args([port.to_string(), tls_port.to_string()])
            .args(authorisation.map(Authorisation::introspection_url))
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python is installed");
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut ready)
            .unwrap();
        assert_eq!(
            ready.trim(),
            "ready",
            "the SMTP server does not start; is aiosmtpd installed?"
        );
        Self {
            folder,
            port,
            tls_port,
            authority: certificates.authority,
            child,
        }
    }

    /// Changes how it answers from now on.
    pub fn answer(&self, manner: Manner) {
        let word = match manner {
            Manner::Accept => "accept",
            Manner::Defer => "defer",
            Manner::Refuse => "refuse",
            Manner::RefuseRecipient => "refuse-recipient",
            Manner::Drop => "drop",
            Manner::Silent => "silent",
            Manner::SilentRecipient => "silent-recipient",
        };
        fs::write(self.folder.path().join("mode"), word).unwrap();
    }

    /// The n-th mail it kept, counted from 1: its bytes, and its envelope as JSON.
    pub fn kept(&self, number: usize) -> Option<(Vec<u8>, serde_json::Value)> {
        let raw = fs::read(self.folder.path().join(format!("{number}.eml"))).ok()?;
        let envelope = fs::read(self.folder.path().join(format!("{number}.json"))).ok()?;
        Some((raw, serde_json::from_slice(&envelope).unwrap()))
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
