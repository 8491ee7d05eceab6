//! The whole program between a real mailbox and a real mail server, killed again and again while the mailbox restarts and is
//! numbered anew: nothing lost, nothing doubled.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use habeas::mail::reading::UNREADABLE;
use habeas::store::lists::{self, Filter, From, Life};
use habeas::store::messages::{self, Outcome};
use habeas::store::{Reader, Store, Vault, outbox};
use rand::{RngExt, SeedableRng};

use super::dovecot::{Dovecot, PASSWORD, USER, free_port};
use super::smtp::SmtpSink;

const MAILS: usize = 1000;
const KILLS: usize = 1000;

/// The server restarts at every so many kills …
const RESTART: usize = 50;
/// … and comes back with other numbers at every so many.
const RENUMBER: usize = 100;

/// `habeas serve`, until it is killed.
struct Running(Child);

impl Running {
    fn start(folder: &Path) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_habeas"))
            .arg("serve")
            .current_dir(folder)
            .env("HABEAS_ALLOW_ROOT", "1")
            .env("HABEAS_LISTEN", format!("127.0.0.1:{}", free_port()))
            .stdout(Stdio::piped())
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

    /// Waits until it is up; what it does from then on is what the mail needs.
    fn until_up(&mut self) {
        let lines = BufReader::new(self.0.stdout.take().unwrap()).lines();
        let mut up = lines.map_while(Result::ok);
        assert!(up.any(|line| line.starts_with("Habeas listens")), "it did not start");
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

/// What became of the mail so far.
#[derive(Debug, PartialEq, Eq)]
struct Standing {
    /// Messages that opened a request.
    opened: i64,
    /// All messages.
    kept: i64,
    /// Acknowledgements that the next server took.
    sent: usize,
}

impl Standing {
    fn of(store: &Store) -> Self {
        let balance: BTreeMap<Outcome, i64> = store.read(messages::balance).unwrap().into_iter().collect();
        let sent = store
            .read(|db| outbox::in_state(db, outbox::State::Sent, 5000))
            .unwrap();
        Self {
            opened: balance.get(&Outcome::Opened).copied().unwrap_or(0),
            kept: balance.values().sum(),
            sent: sent.iter().filter(|letter| letter.request_id.is_some()).count(),
        }
    }
}

/// Kills the program again and again while mail arrives. Returns how long that took.
fn kill_again_and_again(folder: &Path, dovecot: &mut Dovecot) -> Duration {
    let seed: u64 = rand::random();
    println!("the seed of the kills is {seed}");
    let mut dice = rand::rngs::StdRng::seed_from_u64(seed);
    let mut client = dovecot.client();
    let since = Instant::now();
    for kill in 1..=KILLS {
        let mut running = Running::start(folder);
        for number in (kill - 1) * MAILS / KILLS..kill * MAILS / KILLS {
            client.append("INBOX", "", "02-Mar-2026 09:00:00 +0800", &mail(number));
        }
        // Every other one while it starts, the others while it works.
        if kill % 2 == 0 {
            running.until_up();
        }
        std::thread::sleep(Duration::from_millis(dice.random_range(0..400)));
        if kill % RESTART == 0 {
            // The mailbox dies first, so that the program is killed while it finds that out.
            dovecot.kill();
            if kill % RENUMBER == 0 {
                dovecot.renumber();
            }
            std::thread::sleep(Duration::from_millis(dice.random_range(0..100)));
            dovecot.resume();
            client = dovecot.client();
        }
        running.kill();
    }
    since.elapsed()
}

#[test]
#[ignore = "needs Dovecot and aiosmtpd; run by .ci/run"]
fn a_thousand_mails_under_a_thousand_kills_are_each_one_request_with_one_acknowledgement() {
    let (mut dovecot, sink) = (Dovecot::start(), SmtpSink::start());
    let folder = tempfile::tempdir().unwrap();
    settings(folder.path(), &dovecot, &sink);
    let killing = kill_again_and_again(folder.path(), &mut dovecot);
    let vault = || Vault::open_or_create(&folder.path().join("data/master.key")).unwrap();
    let url = format!("sqlite://{}", folder.path().join("data/habeas.db").display());
    let store = Store::open(&url, vault()).unwrap();
    let under_kills = Standing::of(&store);

    let running = Running::start(folder.path());
    let since = Instant::now();
    loop {
        let standing = Standing::of(&store);
        let unread = unread(&store).len();
        if standing.opened == MAILS as i64 && standing.sent + unread == MAILS {
            break;
        }
        let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
        let end: Vec<&str> = log.lines().rev().take(8).collect();
        assert!(
            since.elapsed() < Duration::from_secs(300),
            "stuck at {standing:?}, {unread} unread: {end:#?}"
        );
        std::thread::sleep(Duration::from_millis(500));
    }
    let recovery = since.elapsed();
    adds_up(folder.path());
    running.kill();
    assert_eq!(Standing::of(&store).kept, MAILS as i64, "no mail is kept twice");

    let all = Filter {
        life: Life::All,
        ..Filter::default()
    };
    let page = store.read(|db| lists::page(db, &all, From::Start, 2000)).unwrap();
    // A mail at which the program died three times is not read, so that nobody is named and nobody is answered.
    let unread = unread(&store);
    let read = || page.lines.iter().filter(|line| !unread.contains(&line.id));
    let senders: BTreeSet<String> = read().map(|line| line.card.address.clone()).collect();
    assert_eq!(
        (page.lines.len(), senders.len()),
        (MAILS, MAILS - unread.len()),
        "each mail opened exactly one request"
    );
    assert!(read().all(|line| line.request.acknowledgement.is_some()));
    let letters = each_is_acknowledged_once(&sink, MAILS - unread.len());
    println!(
        "{MAILS} mails, {KILLS} kills in {killing:?}: {under_kills:?} when they ended, all settled {recovery:?} later; \
         {} opened unread, {letters} letters on the wire",
        unread.len()
    );
}

/// The requests whose mail was never read.
fn unread(store: &Store) -> BTreeSet<i64> {
    let opened = |db: &mut Reader<'_>| messages::list(db, None, None, 5000);
    let unread = store
        .read(opened)
        .unwrap()
        .into_iter()
        .filter(|listed| listed.outcome == Outcome::Opened && listed.why == UNREADABLE);
    unread.filter_map(|listed| listed.request_id).collect()
}

/// `habeas reconcile` finds every message of the mailbox settled.
fn adds_up(folder: &Path) {
    let output = Command::new(env!("CARGO_BIN_EXE_habeas"))
        .arg("reconcile")
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains(&format!("{MAILS} messages = {MAILS} opened")), "{said}");
}

/// Each requester got one acknowledgement; one that went twice has the same Message-ID. Returns how many letters went.
fn each_is_acknowledged_once(sink: &SmtpSink, requesters: usize) -> usize {
    let mut acknowledged: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut number = 1;
    while let Some((raw, envelope)) = sink.kept(number) {
        let id = habeas::mail::parse::parse(&raw).message_id.unwrap();
        let to = envelope["to"][0].as_str().unwrap().to_owned();
        acknowledged.entry(to).or_default().insert(id);
        number += 1;
    }
    assert_eq!(acknowledged.len(), requesters, "no acknowledgement is missing");
    assert!(
        acknowledged.values().all(|ids| ids.len() == 1),
        "a letter that went twice has the same Message-ID"
    );
    number - 1
}
