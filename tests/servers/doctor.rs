//! `habeas doctor --mail` against real servers: good ones, and each of the ways in which they are set up wrongly.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::authorisation::Authorisation;
use super::dovecot::{Dovecot, Kind, PASSWORD, USER, free_port};
use super::smtp::SmtpSink;

/// A mailbox's settings, of which a test changes some.
struct Mailbox<'a> {
    server: &'a Dovecot,
    host: &'a str,
    port: u16,
    line: &'a str,
    password: &'a str,
    folders: &'a str,
    trusts: bool,
    more: String,
}

impl<'a> Mailbox<'a> {
    fn of(server: &'a Dovecot) -> Self {
        Self {
            server,
            host: "localhost",
            port: server.tls_port,
            line: "tls",
            password: PASSWORD,
            folders: "[\"INBOX\"]",
            trusts: true,
            more: String::new(),
        }
    }

    fn written(&self) -> String {
        let Self {
            host,
            port,
            line,
            password,
            folders,
            more,
            ..
        } = self;
        let authority = if self.trusts {
            format!("ca_file = \"{}\"\n", self.server.authority.display())
        } else {
            String::new()
        };
        format!(
            "[[mailbox]]\nhost = \"{host}\"\nport = {port}\nline = \"{line}\"\nuser = \"{USER}\"\n\
             password = \"{password}\"\nfolders = {folders}\n{authority}{more}"
        )
    }
}

fn smtp(sink: &SmtpSink) -> String {
    format!(
        "[smtp]\nhost = \"localhost\"\nport = {}\nline = \"start-tls\"\nuser = \"{USER}\"\npassword = \"{PASSWORD}\"\n\
         ca_file = \"{}\"\n",
        sink.port,
        sink.authority.display()
    )
}

fn command(folder: &Path, servers: &str, arguments: &[&str]) -> Command {
    let settings = format!("data = \"data\"\n[controller]\ncontact = \"privacy@example.com\"\n{servers}");
    std::fs::write(folder.join("habeas.toml"), settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_habeas"));
    command
        .args(["doctor", "--mail", "--json"])
        .args(arguments)
        .current_dir(folder);
    command
}

/// What was found: the mark and the words of each check of a part.
struct Found(Output, Value);

impl Found {
    fn by(mut command: Command) -> Self {
        let output = command.output().unwrap();
        let told = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        Self(output, told)
    }

    fn of(servers: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::by(command(folder.path(), servers, &[]))
    }

    #[track_caller]
    fn says(&self, part: &str, check: &str, mark: &str, words: &str) {
        let findings = self.1["findings"].as_array().unwrap();
        let found = findings.iter().find(|finding| {
            finding["part"].as_str().unwrap().starts_with(part)
                && finding["check"] == check
                && finding["mark"] == mark
                && finding["words"].as_str().unwrap().contains(words)
        });
        assert!(
            found.is_some(),
            "no {mark} {part} {check} with {words:?} in {findings:#?}"
        );
    }

    #[track_caller]
    fn works(&self, works: bool) {
        assert_eq!(
            (self.1["works"].as_bool(), self.0.status.success()),
            (Some(works), works),
            "{:#?}",
            self.1
        );
    }
}

#[test]
#[ignore = "needs Dovecot and aiosmtpd; .ci/run runs it"]
fn good_servers_are_good_at_every_step_and_a_mail_to_ourselves_proves_the_round() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::start());
    let mailbox = Mailbox {
        more: "after = \"move\"\nmoved_to = \"Taken\"\n".to_owned(),
        ..Mailbox::of(&dovecot)
    };
    let servers = format!("[replies]\naddress = \"plus\"\n{}{}", mailbox.written(), smtp(&sink));
    let folder = tempfile::tempdir().unwrap();
    let mut doctor = command(folder.path(), &servers, &["--send"]);
    let running = std::thread::spawn(move || {
        Found::by({
            doctor.env("HABEAS_LOG", "off");
            doctor
        })
    });
    // The mail server hands over to the mailbox, as a real one would.
    let since = Instant::now();
    for (number, to) in [(1, "privacy@example.com"), (2, "privacy+doctor@example.com")] {
        let (raw, envelope) = loop {
            assert!(since.elapsed() < Duration::from_secs(60), "no mail was sent");
            match sink.kept(number) {
                Some(kept) => break kept,
                None => std::thread::sleep(Duration::from_millis(100)),
            }
        };
        assert_eq!(envelope["to"][0], to);
        let date = chrono::Utc::now().format("%d-%b-%Y %H:%M:%S +0000").to_string();
        dovecot.client().append("INBOX", "", &date, &raw);
    }
    let found = running.join().unwrap();
    found.works(true);
    for (part, check, words) in [
        ("mailbox localhost", "name", "localhost is"),
        ("mailbox localhost", "line", "TLS"),
        ("mailbox localhost", "sign-in", "privacy is let in by password"),
        ("mailbox localhost", "new mail", "at once"),
        ("mailbox localhost", "folder", "INBOX holds 0 messages, numbering "),
        ("mail out localhost", "line", "STARTTLS"),
        ("mail out localhost", "sign-in", "privacy is let in by password"),
        ("mail out localhost", "size", "MiB"),
        ("mailbox localhost", "moving", "kept messages go to Taken"),
        ("round", "probe", "handed over to privacy@example.com"),
        ("round", "probe", "handed over to privacy+doctor@example.com"),
        ("round", "arrival", "in INBOX after "),
        ("round", "clock", "differs by "),
    ] {
        found.says(part, check, "ok", words);
    }
    found.says(
        "mailbox localhost",
        "certificate",
        "weak",
        "for localhost, signed by Habeas test authority",
    );
}

#[test]
#[ignore = "needs Dovecot; .ci/run runs it"]
fn each_way_to_set_a_mailbox_up_wrongly_is_told_with_what_to_do() {
    let dovecot = Dovecot::start();
    let good = || Mailbox::of(&dovecot);
    for (wrong, check, words) in [
        (
            Mailbox {
                password: "wrong",
                ..good()
            },
            "sign-in",
            "Check the account and its password",
        ),
        (
            Mailbox {
                folders: "[\"Datenschutz\"]",
                ..good()
            },
            "folder",
            "The account has: INBOX",
        ),
        (
            Mailbox {
                host: "127.0.0.1",
                ..good()
            },
            "line",
            "is for localhost",
        ),
        (
            Mailbox {
                trusts: false,
                ..good()
            },
            "line",
            "ca_file",
        ),
        (
            Mailbox {
                port: free_port(),
                ..good()
            },
            "line",
            "cannot be reached",
        ),
        (
            Mailbox {
                line: "start-tls",
                ..good()
            },
            "line",
            "set the line to tls",
        ),
        (
            Mailbox {
                port: dovecot.port,
                ..good()
            },
            "line",
            "start-tls",
        ),
        (
            Mailbox {
                host: "no-such-host.invalid",
                ..good()
            },
            "name",
            "is found nowhere",
        ),
    ] {
        let found = Found::of(&wrong.written());
        found.works(false);
        found.says("mailbox", check, "wrong", words);
    }
    let expired = Dovecot::start_as(&Kind::Expired);
    for (port, line) in [(expired.tls_port, "tls"), (expired.port, "start-tls")] {
        let found = Found::of(
            &Mailbox {
                port,
                line,
                ..Mailbox::of(&expired)
            }
            .written(),
        );
        found.says("mailbox", "line", "wrong", "expired");
    }
    let stripped = Dovecot::start_as(&Kind::NoTls);
    let found = Found::of(
        &Mailbox {
            port: stripped.port,
            line: "start-tls",
            ..Mailbox::of(&stripped)
        }
        .written(),
    );
    found.says("mailbox", "line", "wrong", "does not accept STARTTLS");
}

#[test]
#[ignore = "needs Dovecot; .ci/run runs it"]
fn tokens_last_over_several_runs_and_a_consent_that_is_gone_is_told() {
    let authorisation = Authorisation::start();
    let dovecot = Dovecot::start_as(&Kind::Tokens(&authorisation, "xoauth2"));
    let more = format!(
        "[mailbox.oauth2]\ntoken_url = \"{}\"\nclient_id = \"habeas\"\nrefresh_token = \"consent-0\"\n",
        authorisation.token_url()
    );
    let servers = Mailbox {
        more,
        ..Mailbox::of(&dovecot)
    }
    .written();
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        let found = Found::by(command(folder.path(), &servers, &[]));
        found.works(true);
        found.says("mailbox", "sign-in", "ok", "privacy is let in by token");
    }
    authorisation.take_consent_back();
    let found = Found::by(command(folder.path(), &servers, &[]));
    found.works(false);
    found.says("mailbox", "sign-in", "wrong", "Consent once more");
}

#[test]
#[ignore = "needs aiosmtpd; .ci/run runs it"]
fn a_mail_server_that_is_set_up_wrongly_is_told_too() {
    let sink = SmtpSink::start();
    let good = smtp(&sink);
    for (from, to, check, words) in [
        ("not-a-secret", "wrong", "sign-in", "Check the account"),
        ("localhost", "127.0.0.1", "line", "is for localhost"),
        ("start-tls", "tls", "line", "start-tls"),
    ] {
        let found = Found::of(&good.replace(from, to));
        found.works(false);
        found.says("mail out", check, "wrong", words);
    }
}
