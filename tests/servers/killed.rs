//! The whole program between a real mailbox and a real mail server, killed again and again: nothing lost, nothing doubled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use habeas::store::lists::{self, Filter, From, Life};
use habeas::store::messages::{self, Outcome};
use habeas::store::{Store, Vault, outbox};

use super::dovecot::{Dovecot, PASSWORD, USER, free_port};
use super::smtp::SmtpSink;

const MAILS: usize = 500;
const KILLS: usize = 50;

/// `habeas serve`, until it is killed.
struct Running(Child);

impl Running {
    fn start(folder: &Path) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_habeas"))
            .arg("serve")
            .current_dir(folder)
            .env("HABEAS_ALLOW_ROOT", "1")
            .env("HABEAS_LISTEN", format!("127.0.0.1:{}", free_port()))
            .stdout(Stdio::null())
            .stderr(
                std::fs::OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(folder.join("log"))
                    .unwrap(),
            )
            .spawn()
            .unwrap();
        Self(child)
    }

    /// SIGKILL: nothing of it may finish.
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn settings(folder: &Path, dovecot: &Dovecot, sink: &SmtpSink) {
    let text = format!(
        "data = \"data\"\n[controller]\nname = \"Example\"\ncontact = \"privacy@example.com\"\n\
         [[mailbox]]\nhost = \"localhost\"\nport = {imap}\nline = \"tls\"\nuser = \"{USER}\"\npassword = \"{PASSWORD}\"\n\
         poll_seconds = 5\nca_file = \"{imap_ca}\"\n\
         [automatic]\nper_hour = 5000\n[smtp]\nhost = \"localhost\"\nport = {smtp}\nline = \"start-tls\"\nca_file = \"{smtp_ca}\"\n[sender_checks]\ndns = \"off\"\n",
        imap = dovecot.tls_port,
        imap_ca = dovecot.authority.display(),
        smtp = sink.port,
        smtp_ca = sink.authority.display(),
    );
    std::fs::write(folder.join("habeas.toml"), text).unwrap();
}

fn mail(number: usize) -> Vec<u8> {
    format!(
        "From: Person {number} <person{number}@mail.example>\r\nTo: privacy@example.com\r\nSubject: My data {number}\r\n\
         Message-ID: <{number}@mail.example>\r\n\r\nPlease send me a copy of all personal data you hold about me.\r\n"
    )
    .into_bytes()
}

#[test]
#[ignore = "needs Dovecot and aiosmtpd; run by .ci/run"]
fn five_hundred_mails_under_fifty_kills_are_each_one_request_with_one_acknowledgement() {
    let (dovecot, sink) = (Dovecot::start(), SmtpSink::start());
    let folder = tempfile::tempdir().unwrap();
    settings(folder.path(), &dovecot, &sink);
    let mut client = dovecot.client();
    let mut sent = 0;
    for round in 0..KILLS {
        let running = Running::start(folder.path());
        for _ in 0..MAILS / KILLS {
            client.append("INBOX", "", "02-Mar-2026 09:00:00 +0800", &mail(sent));
            sent += 1;
        }
        // From hardly started to well at work, in another order each time.
        std::thread::sleep(Duration::from_millis(30 + (round as u64 * 389) % 1100));
        running.kill();
    }
    assert_eq!(sent, MAILS);
    let running = Running::start(folder.path());
    let since = Instant::now();
    let vault = || Vault::open_or_create(&folder.path().join("data/master.key")).unwrap();
    let url = format!("sqlite://{}", folder.path().join("data/habeas.db").display());
    let store = Store::open(&url, vault()).unwrap();
    let settled = || {
        let balance: BTreeMap<Outcome, i64> = store.read(messages::balance).unwrap().into_iter().collect();
        let sent = store
            .read(|db| outbox::in_state(db, outbox::State::Sent, 2000))
            .unwrap();
        let sent = sent.iter().filter(|letter| letter.request_id.is_some()).count();
        let opened = balance.get(&Outcome::Opened).copied().unwrap_or(0);
        (opened, balance.values().sum::<i64>(), sent)
    };
    while settled() != (MAILS as i64, MAILS as i64, MAILS) {
        let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
        let end: Vec<&str> = log.lines().rev().take(8).collect();
        assert!(
            since.elapsed() < Duration::from_secs(300),
            "stuck at {:?}: {end:#?}",
            settled()
        );
        std::thread::sleep(Duration::from_millis(500));
    }
    running.kill();

    let all = Filter {
        life: Life::All,
        ..Filter::default()
    };
    let page = store.read(|db| lists::page(db, &all, From::Start, 1000)).unwrap();
    let senders: BTreeSet<String> = page.lines.iter().map(|line| line.card.address.clone()).collect();
    assert_eq!(
        (page.lines.len(), senders.len()),
        (MAILS, MAILS),
        "each mail opened exactly one request"
    );
    assert!(page.lines.iter().all(|line| line.request.acknowledgement.is_some()));

    let mut acknowledged: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut number = 1;
    while let Some((raw, envelope)) = sink.kept(number) {
        let id = habeas::mail::parse::parse(&raw).message_id.unwrap();
        acknowledged
            .entry(envelope["to"][0].as_str().unwrap().to_owned())
            .or_default()
            .insert(id);
        number += 1;
    }
    assert_eq!(acknowledged.len(), MAILS, "no acknowledgement is missing");
    assert!(
        acknowledged.values().all(|ids| ids.len() == 1),
        "a letter that went twice has the same Message-ID"
    );
    println!(
        "{MAILS} mails, {KILLS} kills: {MAILS} requests, {} letters on the wire",
        number - 1
    );
}
