//! The whole intake on a real mailbox: whatever happens to the mailbox, each mail is one request, and the balance is zero.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use habeas::cli::{serve, start};
use habeas::config::Settings;
use habeas::house::House;
use habeas::jobs::{collect, reconcile};
use habeas::mail::oauth::Accounts;
use habeas::store::Reader;
use habeas::store::balance::{self, Difference, Tally};
use habeas::store::messages::{self, Outcome};
use habeas::store::schema::sightings;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::dovecot::{Dovecot, ImapClient, PASSWORD, USER};
use super::half_dead::{Failure, HalfDead};
use super::watching::DATE;

/// A house with its mailboxes, watched or not.
struct Intake {
    folder: tempfile::TempDir,
    house: Arc<House>,
    accounts: Arc<Accounts>,
    runtime: Runtime,
}

/// Mailboxes that are being watched.
struct Watching {
    stop: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Intake {
    fn new(settings: &str) -> Self {
        Self::at(tempfile::tempdir().unwrap(), settings)
    }

    fn at(folder: tempfile::TempDir, settings: &str) -> Self {
        let text = format!("data = \"{}\"\n{settings}", folder.path().join("data").display());
        std::fs::write(folder.path().join("habeas.toml"), &text).unwrap();
        let settings = Settings::read(&text, "habeas.toml", &BTreeMap::new()).unwrap();
        let house = Arc::new(start::house(settings).unwrap());
        let accounts = Arc::new(serve::accounts(&house));
        let runtime = Runtime::new().unwrap();
        Self {
            folder,
            house,
            accounts,
            runtime,
        }
    }

    /// Watches every mailbox of the settings, so many times over.
    fn watch(&self, times: usize) -> Watching {
        let (stop, stopped) = watch::channel(false);
        let mailboxes = (0..times).flat_map(|_| &self.house.settings.mailbox);
        let tasks = mailboxes.map(|mailbox| {
            let (house, accounts) = (Arc::clone(&self.house), Arc::clone(&self.accounts));
            let watching = collect::watch_mailbox(house, mailbox.clone(), accounts, stopped.clone());
            self.runtime.spawn(watching)
        });
        let tasks = tasks.collect();
        Watching { stop, tasks }
    }

    fn end(&self, watching: Watching) {
        watching.stop.send(true).unwrap();
        for task in watching.tasks {
            self.runtime.block_on(task).unwrap();
        }
    }

    /// How many messages there are of each outcome that has any.
    fn outcomes(&self) -> BTreeMap<&'static str, i64> {
        let counted = self.house.store.read(messages::balance).unwrap();
        counted
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(outcome, count)| (outcome.as_str(), count))
            .collect()
    }

    fn until(&self, what: &[(Outcome, i64)]) {
        let wanted: BTreeMap<&str, i64> = what.iter().map(|(outcome, count)| (outcome.as_str(), *count)).collect();
        let since = Instant::now();
        while self.outcomes() != wanted {
            let reports = self.house.board.reports();
            assert!(
                since.elapsed() < Duration::from_secs(60),
                "{:?} instead of {wanted:?}: {reports:?}",
                self.outcomes()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until so many places are known at which a message was seen.
    fn until_sightings(&self, count: i64) {
        let since = Instant::now();
        let known = |db: &mut Reader<'_>| Ok(sightings::table.count().get_result::<i64>(db.conn)?);
        while self.house.store.read(known).unwrap() < count {
            assert!(
                since.elapsed() < Duration::from_secs(30),
                "the new numbers are not taken up"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Counts every mailbox now: the sum over all folders, and what stands out.
    fn counted(&self) -> (Tally, Vec<Difference>) {
        let uncounted = reconcile::count_all(&self.house, &self.accounts, self.runtime.handle()).unwrap();
        assert!(uncounted.is_empty(), "{uncounted:?}");
        let day = reconcile::today(&self.house).unwrap();
        let rows = self.house.store.read(|db| balance::since(db, day)).unwrap();
        let mut sum = Tally::default();
        for row in rows {
            sum.present += row.tally.present;
            sum.opened += row.tally.opened;
            sum.duplicate += row.tally.duplicate;
            sum.quarantined += row.tally.quarantined;
            sum.placing += row.tally.placing;
            sum.missing += row.tally.missing;
        }
        (sum, self.house.store.read(balance::differences).unwrap())
    }

    /// Waits until a count finds so many messages and each of them settled.
    fn until_settled(&self, present: i64) -> Tally {
        let since = Instant::now();
        loop {
            let (tally, differences) = self.counted();
            if tally.present == present && tally.missing + tally.placing == 0 {
                assert_eq!(differences, []);
                return tally;
            }
            assert!(since.elapsed() < Duration::from_secs(60), "{tally:?} {differences:?}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// `habeas reconcile`, as somebody runs it: whether it is content, and what it prints.
    fn reconcile(&self) -> (bool, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_habeas"))
            .args(["reconcile", "--json"])
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }
}

fn mailbox(server: &Dovecot, user: &str, more: &str) -> String {
    format!(
        "[[mailbox]]\nhost = \"localhost\"\nport = {}\nuser = \"{user}\"\npassword = \"{PASSWORD}\"\nca_file = \"{}\"\n\
         poll_seconds = 5\n{more}\n",
        server.tls_port,
        server.authority.display()
    )
}

fn mail(number: usize) -> Vec<u8> {
    format!(
        "From: Person {number} <person{number}@mail.example>\r\nTo: privacy@example.com\r\nSubject: My data {number}\r\n\
         Message-ID: <{number}@mail.example>\r\n\r\nPlease send me a copy of all personal data you hold about me.\r\n"
    )
    .into_bytes()
}

#[test]
#[ignore = "needs Dovecot; .ci/run runs it"]
fn two_accounts_with_junk_folders_are_read_side_by_side_and_add_up() {
    let server = Dovecot::start();
    let (mut first, mut second) = (server.client(), server.client_of("second"));
    first.command("CREATE Junk");
    first.append("INBOX", "", DATE, &mail(0));
    first.append("Junk", "", DATE, &mail(1));
    second.append("INBOX", "", DATE, &mail(2));
    let junk = "junk_folders = [\"Junk\"]";
    let settings = mailbox(&server, USER, junk) + &mailbox(&server, "second", "");
    let intake = Intake::new(&settings);
    let watching = intake.watch(1);
    intake.until(&[(Outcome::Opened, 2), (Outcome::Quarantined, 1)]);
    let tally = intake.until_settled(3);
    assert_eq!((tally.opened, tally.quarantined), (2, 1));
    let parts: Vec<String> = intake.house.board.reports().into_keys().collect();
    assert_eq!(parts, ["mailbox privacy@localhost", "mailbox second@localhost"]);
    // A person finds it in the junk folder and says that it is none.
    first.command("SELECT Junk");
    first.command("UID MOVE 1 INBOX");
    intake.until(&[(Outcome::Opened, 3)]);
    intake.until_settled(3);
    intake.end(watching);
}

#[test]
#[ignore = "needs Dovecot; .ci/run runs it"]
fn mail_that_is_moved_to_a_folder_that_is_read_too_becomes_no_second_message() {
    let server = Dovecot::start();
    let mut person = server.client();
    person.command("CREATE Done");
    for number in 0..5 {
        person.append("INBOX", "", DATE, &mail(number));
    }
    let more = "folders = [\"INBOX\", \"Done\"]\nafter = \"move\"\nmoved_to = \"Done\"";
    let intake = Intake::new(&mailbox(&server, USER, more));
    let watching = intake.watch(1);
    intake.until(&[(Outcome::Opened, 5)]);
    let since = Instant::now();
    while !person.command("STATUS INBOX (MESSAGES)").contains("MESSAGES 0") {
        assert!(since.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(intake.until_settled(5).opened, 5);
    assert_eq!(intake.outcomes(), BTreeMap::from([("opened", 5)]));
    intake.end(watching);
}

#[test]
#[ignore = "needs Dovecot; .ci/run runs it"]
fn two_intakes_on_one_mailbox_give_no_duplicate_and_no_gap() {
    let server = Dovecot::start();
    let mut person = server.client();
    let intake = Intake::new(&mailbox(&server, USER, ""));
    let watching = intake.watch(2);
    for number in 0..150 {
        person.append("INBOX", "", DATE, &mail(number));
    }
    intake.until(&[(Outcome::Opened, 150)]);
    assert_eq!(intake.until_settled(150).opened, 150);
    intake.end(watching);
}

#[test]
#[ignore = "needs Dovecot; .ci/run runs it"]
fn a_renumbered_mailbox_brings_no_second_request_also_where_equal_mails_got_other_dates() {
    let mut server = Dovecot::start();
    let mut person = server.client();
    for number in 0..5 {
        person.append("INBOX", "", DATE, &mail(number));
    }
    // The same mail twice more, delivered at other times.
    person.append("INBOX", "", "05-Mar-2025 10:00:00 +0800", &mail(0));
    person.append("INBOX", "", "06-Mar-2025 10:00:00 +0800", &mail(0));
    let intake = Intake::new(&mailbox(&server, USER, ""));
    let watching = intake.watch(1);
    intake.until(&[(Outcome::Opened, 5), (Outcome::Duplicate, 2)]);
    let numbering = |person: &mut ImapClient| person.command("STATUS INBOX (UIDVALIDITY)");
    let before = numbering(&mut person);
    server.kill();
    server.renumber();
    server.resume();
    assert_ne!(numbering(&mut server.client()), before);
    intake.until_sightings(14);
    let tally = intake.until_settled(7);
    assert_eq!((tally.opened, tally.duplicate), (5, 2));
    assert_eq!(
        intake.outcomes(),
        BTreeMap::from([("opened", 5), ("duplicate", 2)]),
        "each was known again by its bytes and date"
    );
    // Now the dates change as well, as after a clumsy restore: repetitions, and no request.
    server.kill();
    let touched = Command::new("find")
        .arg(server.mail().join("cur"))
        .arg(server.mail().join("new"))
        .args(["-type", "f", "-exec", "touch", "{}", ";"])
        .status();
    assert!(touched.unwrap().success());
    server.renumber();
    server.resume();
    intake.until(&[(Outcome::Opened, 5), (Outcome::Duplicate, 9)]);
    assert_eq!(intake.until_settled(7).duplicate, 7);
    intake.end(watching);
}

#[test]
#[ignore = "needs Dovecot; .ci/run runs it"]
fn a_mailbox_restored_from_a_backup_gives_numbers_away_again_and_no_mail_is_lost() {
    let mut server = Dovecot::start();
    let mut person = server.client();
    person.append("INBOX", "", DATE, &mail(0));
    let intake = Intake::new(&mailbox(&server, USER, ""));
    let watching = intake.watch(1);
    intake.until(&[(Outcome::Opened, 1)]);
    drop(person);
    server.kill();
    let backup = intake.folder.path().join("backup");
    server.restore(&server.mail(), &backup);
    server.resume();
    let mut person = server.client();
    person.append("INBOX", "", DATE, &mail(1));
    person.append("INBOX", "", DATE, &mail(2));
    intake.until(&[(Outcome::Opened, 3)]);
    drop(person);
    server.kill();
    server.restore(&backup, &server.mail());
    server.resume();
    // It gets the number that another mail had, under the same UIDVALIDITY.
    let mut person = server.client();
    person.append("INBOX", "", "07-Mar-2025 10:00:00 +0800", &mail(3));
    intake.until(&[(Outcome::Opened, 4)]);
    assert_eq!(intake.until_settled(2).opened, 2);
    intake.end(watching);
}

#[test]
#[ignore = "needs Dovecot; .ci/run runs it"]
fn the_command_names_a_message_that_nobody_took_and_is_content_when_it_is_taken() {
    let server = Dovecot::start();
    let mut person = server.client();
    let intake = Intake::new(&mailbox(&server, USER, ""));
    let watching = intake.watch(1);
    person.append("INBOX", "", DATE, &mail(0));
    intake.until(&[(Outcome::Opened, 1)]);
    let (content, said) = intake.reconcile();
    assert!(content, "{said}");
    intake.end(watching);
    person.append("INBOX", "", DATE, &mail(4711));
    let (content, said) = intake.reconcile();
    assert!(!content, "{said}");
    for part in [
        "privacy@localhost/INBOX",
        "\"number\":2",
        "person4711@mail.example",
        "My data 4711",
        "not-taken",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let watching = intake.watch(1);
    intake.until(&[(Outcome::Opened, 2)]);
    assert!(intake.reconcile().0);
    intake.end(watching);
}

#[test]
#[ignore = "belongs to the others; .ci/run runs it"]
fn a_message_that_the_server_refuses_to_hand_over_is_a_difference_with_its_words() {
    let server = HalfDead::start(Failure::Withholds(2), (0..3).map(mail).collect());
    let settings = format!(
        "[[mailbox]]\nhost = \"localhost\"\nport = {}\nline = \"plain-loopback\"\nuser = \"{USER}\"\npassword = \"{PASSWORD}\"",
        server.port
    );
    let intake = Intake::new(&settings);
    let watching = intake.watch(1);
    intake.until(&[(Outcome::Opened, 2)]);
    let (tally, differences) = intake.counted();
    assert_eq!((tally.present, tally.opened, tally.missing), (3, 2, 1));
    assert_eq!(differences[0].finding.no, 2);
    assert!(
        differences[0].finding.said.contains("This one is broken"),
        "{differences:?}"
    );
    intake.end(watching);
}

/// A disk of its own that is nearly full. It goes with the test.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=160m", "tmpfs"])
            .arg(folder.path())
            .status();
        assert!(mounted.unwrap().success(), "a disk can be mounted by root");
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.path()).status());
    }
}

#[test]
#[ignore = "needs Dovecot and root; .ci/run runs it"]
fn a_disk_that_is_nearly_full_stops_the_intake_alone_until_there_is_room() {
    let server = Dovecot::start();
    server.client().append("INBOX", "", DATE, &mail(0));
    let disk = SmallDisk::mount();
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0_u8; 40 * 1024 * 1024]).unwrap();
    let folder = tempfile::tempdir_in(disk.path()).unwrap();
    let intake = Intake::at(folder, &mailbox(&server, USER, ""));
    let watching = intake.watch(1);
    let since = Instant::now();
    while intake.house.board.shortage().is_none() {
        assert!(since.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(intake.outcomes(), BTreeMap::new());
    std::fs::remove_file(ballast).unwrap();
    intake.until(&[(Outcome::Opened, 1)]);
    assert_eq!(intake.house.board.shortage(), None);
    intake.end(watching);
}
