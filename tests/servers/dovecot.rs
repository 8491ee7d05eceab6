//! A Dovecot of one's own: on free ports of this machine, in a temporary folder, without rights of root.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::authorisation::Authorisation;
use super::certificates::Certificates;

/// The one account of the server, as it signs in.
pub const USER: &str = "privacy";
/// Its password.
pub const PASSWORD: &str = "not-a-secret";

/// A running server. It ends when this is dropped.
pub struct Dovecot {
    folder: TempDir,
    /// Port for plain lines and STARTTLS.
    pub port: u16,
    /// Port for TLS from the first byte.
    pub tls_port: u16,
    /// What a client has to trust.
    pub authority: PathBuf,
    child: Option<Child>,
}

/// How a server differs from the usual one.
pub enum Kind<'a> {
    /// Not at all.
    Usual,
    /// It takes the tokens of an authorisation server, by these mechanisms.
    Tokens(&'a Authorisation, &'static str),
    /// Its certificate expired yesterday.
    Expired,
    /// It speaks no TLS, as after someone on the way took STARTTLS out.
    NoTls,
    /// It cannot move messages in one step (RFC 6851).
    WithoutMove,
}

impl Dovecot {
    /// Starts a server with an empty INBOX.
    pub fn start() -> Self {
        Self::start_as(&Kind::Usual)
    }

    /// Starts a server that differs from the usual one.
    pub fn start_as(kind: &Kind<'_>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let certificates = match kind {
            Kind::Expired => Certificates::expired(folder.path()),
            Kind::Usual | Kind::Tokens(..) | Kind::NoTls | Kind::WithoutMove => Certificates::make(folder.path()),
        };
        let (port, tls_port) = (free_port(), free_port());
        let mut server = Self {
            folder,
            port,
            tls_port,
            authority: certificates.authority.clone(),
            child: None,
        };
        let mut configuration = server.configuration(&certificates);
        match kind {
            Kind::Usual | Kind::Expired => {}
            Kind::NoTls => configuration.push_str("ssl = no\n"),
            Kind::WithoutMove => {
                configuration.push_str("imap_capability = IMAP4rev1 SASL-IR LITERAL+ ID ENABLE IDLE UIDPLUS\n")
            }
            Kind::Tokens(authorisation, mechanisms) => {
                let introspection = format!(
                    "introspection_mode = post\nintrospection_url = {}\nusername_attribute = username\n\
                     active_attribute = active\nactive_value = true\n",
                    authorisation.introspection_url()
                );
                fs::write(server.path("oauth2.conf"), introspection).unwrap();
                let path = server.path("oauth2.conf");
                configuration = configuration.replace("passdb {\n", "passdb {\n mechanisms = plain login\n");
                configuration.push_str(&format!(
                    "auth_mechanisms = plain login {mechanisms}\n\
                     passdb {{\n driver = oauth2\n mechanisms = {mechanisms}\n args = {}\n}}\n",
                    path.display()
                ));
            }
        }
        fs::write(server.path("dovecot.conf"), configuration).unwrap();
        if is_root() {
            let given = Command::new("chown")
                .args(["-R", "dovecot:dovecot"])
                .arg(server.folder.path())
                .status();
            assert!(given.unwrap().success());
        }
        server.resume();
        server
    }

    /// Ends the server as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Its children are of its group.
            let group = format!("-{}", child.id());
            let killed = Command::new("kill").args(["-KILL", "--", &group]).status();
            assert!(killed.unwrap().success());
            child.wait().unwrap();
        }
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
            assert!(since.elapsed() < Duration::from_secs(10), "Dovecot does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
        drop(fs::remove_dir_all(self.path("run")));
    }

    /// Starts the server again, with the mail it had.
    pub fn resume(&mut self) {
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=dovecot", "--regid=dovecot", "--init-groups", "dovecot"]);
            command
        } else {
            Command::new("dovecot")
        };
        command.arg("-F").arg("-c").arg(self.path("dovecot.conf"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0);
        let child = command.spawn().expect("Dovecot is installed (package dovecot-imapd)");
        self.child = Some(child);
        let since = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            let log = fs::read_to_string(self.path("log")).unwrap_or_default();
            assert!(
                since.elapsed() < Duration::from_secs(20),
                "Dovecot does not start: {log}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A conversation with the server beside the one under test.
    pub fn client(&self) -> ImapClient {
        self.client_of(USER)
    }

    /// The same for another account; the server lets in everybody with the password.
    pub fn client_of(&self, user: &str) -> ImapClient {
        ImapClient::connect(self.port, user)
    }

    /// The folder with the mail of the one account.
    pub fn mail(&self) -> PathBuf {
        self.path("mail").join(USER)
    }

    /// Puts a copy of a folder in the place of another, as the server's own user.
    pub fn restore(&self, from: &Path, to: &Path) {
        drop(fs::remove_dir_all(to));
        let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
        assert!(copied.unwrap().success());
    }

    /// Gives the INBOX another UIDVALIDITY, and its messages other numbers, while the server is down.
    pub fn renumber(&self) {
        let list = self.mail().join("dovecot-uidlist");
        let text = fs::read_to_string(&list).unwrap();
        let mut lines = text.lines();
        let head = lines
            .next()
            .unwrap()
            .split(' ')
            .map(|word| match word.strip_prefix('V') {
                Some(validity) => format!("V{}", validity.parse::<u32>().unwrap() + 1),
                None => word.to_owned(),
            });
        let mut renumbered = head.collect::<Vec<_>>().join(" ");
        // The file alone names a message; a line without it gets the next number when the server comes back.
        renumbered.push('\n');
        for entry in fs::read_dir(self.mail()).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_string_lossy().starts_with("dovecot.index") {
                fs::remove_file(path).unwrap();
            }
        }
        let owner = fs::metadata(&list).unwrap();
        fs::write(&list, renumbered).unwrap();
        std::os::unix::fs::chown(&list, Some(owner.uid()), Some(owner.gid())).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configuration(&self, certificates: &Certificates) -> String {
        let (user, group) = if is_root() {
            ("dovecot".to_owned(), "dovecot".to_owned())
        } else {
            (id("-un"), id("-gn"))
        };
        let folder = self.folder.path().display();
        format!(
            "base_dir = {folder}/run\n\
             state_dir = {folder}/state\n\
             log_path = {folder}/log\n\
             protocols = imap\n\
             listen = 127.0.0.1\n\
             default_internal_user = {user}\n\
             default_internal_group = {group}\n\
             default_login_user = {user}\n\
             first_valid_uid = 1\n\
             mail_location = maildir:{folder}/mail/%u\n\
             mail_max_userip_connections = 100\n\
             ssl = yes\n\
             ssl_cert = <{certificate}\n\
             ssl_key = <{key}\n\
             passdb {{\n driver = static\n args = password={PASSWORD}\n}}\n\
             userdb {{\n driver = static\n args = uid={user} gid={group} home={folder}/home/%u\n}}\n\
             service anvil {{\n chroot =\n}}\n\
             service stats {{\n chroot =\n}}\n\
             service imap-login {{\n chroot =\n\
             inet_listener imap {{\n port = {port}\n}}\n\
             inet_listener imaps {{\n port = {tls_port}\n ssl = yes\n}}\n}}\n",
            certificate = certificates.certificate.display(),
            key = certificates.key.display(),
            port = self.port,
            tls_port = self.tls_port,
        )
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// A plain IMAP client, so that the tests do not look through the eyes of the code they test.
pub struct ImapClient {
    lines: BufReader<TcpStream>,
    number: usize,
}

impl ImapClient {
    fn connect(port: u16, user: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut client = Self {
            lines: BufReader::new(stream),
            number: 0,
        };
        client.line();
        client.command(&format!("LOGIN {user} {PASSWORD}"));
        client
    }

    /// Gives a command, and returns what was answered before its end.
    pub fn command(&mut self, words: &str) -> String {
        let tag = self.say(words);
        self.answer(&tag)
    }

    /// Puts a message into a folder.
    pub fn append(&mut self, folder: &str, flags: &str, date: &str, raw: &[u8]) {
        let tag = self.say(&format!("APPEND {folder} ({flags}) \"{date}\" {{{}}}", raw.len()));
        assert!(self.line().starts_with('+'));
        let stream = self.lines.get_mut();
        stream.write_all(raw).unwrap();
        stream.write_all(b"\r\n").unwrap();
        self.answer(&tag);
    }

    fn say(&mut self, words: &str) -> String {
        self.number += 1;
        let tag = format!("t{}", self.number);
        self.lines
            .get_mut()
            .write_all(format!("{tag} {words}\r\n").as_bytes())
            .unwrap();
        tag
    }

    fn answer(&mut self, tag: &str) -> String {
        let mut said = String::new();
        loop {
            let line = self.line();
            if let Some(end) = line.strip_prefix(&format!("{tag} ")) {
                assert!(end.starts_with("OK"), "{end}");
                return said;
            }
            said.push_str(&line);
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(self.lines.read_line(&mut line).unwrap() > 0, "Dovecot closed the line");
        line
    }
}

/// A port that is free now.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn is_root() -> bool {
    id("-u") == "0"
}

fn id(what: &str) -> String {
    let output = Command::new("id").arg(what).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
