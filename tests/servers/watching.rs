//! Watching a real mailbox: every message once, whatever people, servers and lines do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use habeas::mail::mailbox::{self, After, Extent, Fetched, ImapSettings, MailboxError, Taken, Taker, WatchState};
use habeas::mail::sign_in::Proof;
use habeas::mail::tls::Security;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::dovecot::{Dovecot, PASSWORD, USER};
use super::half_dead::{Failure, HalfDead};

pub const DATE: &str = "04-Mar-2025 10:00:00 +0800";

/// Keeps messages as the store does: for good, by their numbers, and fails when told to.
#[derive(Default)]
pub struct Keeper {
    pub kept: Mutex<BTreeMap<(String, u32, u32), Fetched>>,
    fails: Mutex<usize>,
    paused: Mutex<Option<String>>,
}

impl Keeper {
    /// One that fails so often before it keeps anything.
    pub fn failing(times: usize) -> Self {
        Self {
            fails: Mutex::new(times),
            ..Self::default()
        }
    }
}

impl Taker for Keeper {
    type Error = String;

    fn pause(&self) -> Option<String> {
        self.paused.lock().unwrap().clone()
    }

    fn taken(&self, account: &str, folder: &str, uidvalidity: u32) -> Result<BTreeMap<u32, Taken>, String> {
        assert_eq!(account, format!("{USER}@localhost"));
        let kept = self.kept.lock().unwrap();
        Ok(kept
            .iter()
            .filter(|((f, v, _), _)| f == folder && *v == uidvalidity)
            .map(|((_, _, uid), message)| {
                let (received_at, extent) = (message.received_at, message.extent);
                (*uid, Taken { received_at, extent })
            })
            .collect())
    }

    fn take(&self, batch: Vec<Fetched>) -> Result<(), String> {
        let mut fails = self.fails.lock().unwrap();
        if *fails > 0 {
            *fails -= 1;
            return Err("the disk is full".to_owned());
        }
        let mut kept = self.kept.lock().unwrap();
        for message in batch {
            let key = (message.folder.clone(), message.uidvalidity, message.uid);
            assert_eq!(kept.insert(key, message), None, "taken twice");
        }
        Ok(())
    }
}

/// A watched mailbox.
pub struct Watch {
    keeper: Arc<Keeper>,
    pub states: Arc<Mutex<Vec<WatchState>>>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Watch {
    pub fn start(settings: ImapSettings, keeper: &Arc<Keeper>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let states: Arc<Mutex<Vec<WatchState>>> = Arc::default();
        let (heard, taker) = (Arc::clone(&states), Arc::clone(keeper));
        let task = tokio::spawn(async move {
            mailbox::watch(&settings, taker, stopped, |state| heard.lock().unwrap().push(state)).await;
        });
        Self {
            keeper: Arc::clone(keeper),
            states,
            stop,
            task,
        }
    }

    /// Waits until so many messages are kept, and returns how long it took.
    pub async fn until(&self, count: usize) -> Duration {
        let since = Instant::now();
        while self.keeper.kept.lock().unwrap().len() < count {
            let states = self.states.lock().unwrap().clone();
            assert!(since.elapsed() < Duration::from_secs(30), "only so far: {states:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        since.elapsed()
    }

    pub async fn until_state(&self, test: impl Fn(&WatchState) -> bool) {
        let since = Instant::now();
        while !self.states.lock().unwrap().iter().any(&test) {
            assert!(
                since.elapsed() < Duration::from_secs(30),
                "only so far: {:?}",
                self.states.lock().unwrap()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn stop(self) {
        self.stop.send(true).unwrap();
        let since = Instant::now();
        self.task.await.unwrap();
        assert!(since.elapsed() < Duration::from_secs(2));
        assert_eq!(self.states.lock().unwrap().last(), Some(&WatchState::Stopped));
    }
}

pub fn settings(server: &Dovecot, folders: &[&str]) -> ImapSettings {
    ImapSettings {
        host: "localhost".to_owned(),
        port: server.tls_port,
        security: Security::Tls,
        extra_ca: Some(server.authority.clone()),
        user: USER.to_owned(),
        proof: Proof::Password(PASSWORD.to_owned()),
        folders: folders.iter().map(|folder| (*folder).to_owned()).collect(),
        untouched: Vec::new(),
        after: After::Keep,
        poll: Duration::from_secs(600),
    }
}

pub fn letter(number: usize) -> Vec<u8> {
    format!("From: ann{number}@example.org\r\nSubject: {number}\r\n\r\n\u{1}raw \\ \"bytes\" {number}\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn waiting_mail_and_new_mail_are_taken_once_and_stay_as_they_were() {
    let server = Dovecot::start();
    let mut person = server.client();
    for number in 0..120 {
        person.append("INBOX", if number == 7 { "\\Seen" } else { "" }, DATE, &letter(number));
    }
    let watch = Watch::start(settings(&server, &["INBOX"]), &Arc::default());
    watch.until(120).await;
    watch
        .until_state(|state| matches!(state, WatchState::UpToDate { on_server: 120, .. }))
        .await;
    person.append("INBOX", "", DATE, &letter(120));
    let waited = watch.until(121).await;
    assert!(
        waited < Duration::from_secs(3),
        "the server told at once, but it took {waited:?}"
    );
    let kept = watch.keeper.kept.lock().unwrap().clone();
    for (number, message) in kept.values().enumerate() {
        assert_eq!(message.raw, letter(number));
        assert_eq!(message.received_at.to_rfc3339(), "2025-03-04T02:00:00+00:00");
        assert_eq!(message.extent, Extent::Whole);
    }
    person.command("SELECT INBOX");
    let seen = person.command("SEARCH SEEN");
    assert_eq!(
        seen.split_whitespace().collect::<Vec<_>>(),
        ["*", "SEARCH", "8"],
        "looking marked something as read"
    );
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn a_server_that_dies_and_comes_back_loses_nothing() {
    let mut server = Dovecot::start();
    server.client().append("INBOX", "", DATE, &letter(0));
    let watch = Watch::start(settings(&server, &["INBOX"]), &Arc::default());
    watch.until(1).await;
    server.kill();
    watch
        .until_state(|state| matches!(state, WatchState::Lost { .. }))
        .await;
    server.resume();
    server.client().append("INBOX", "\\Seen", DATE, &letter(1));
    watch.until(2).await;
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn what_cannot_be_kept_is_offered_again() {
    let server = Dovecot::start();
    let mut person = server.client();
    for number in 0..3 {
        person.append("INBOX", "", DATE, &letter(number));
    }
    let keeper = Arc::new(Keeper::failing(2));
    let watch = Watch::start(settings(&server, &["INBOX"]), &keeper);
    watch.until(3).await;
    watch
        .until_state(|state| matches!(state, WatchState::Lost { why, .. } if why.contains("the disk is full")))
        .await;
    watch.stop().await;
    let again = Watch::start(settings(&server, &["INBOX"]), &keeper);
    again
        .until_state(|state| matches!(state, WatchState::UpToDate { on_server: 3, .. }))
        .await;
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn a_folder_that_is_numbered_anew_is_read_anew() {
    let server = Dovecot::start();
    let mut person = server.client();
    person.command("CREATE &TipOuk,hYG8-");
    person.append("&TipOuk,hYG8-", "", DATE, &letter(0));
    let settings = ImapSettings {
        poll: Duration::from_secs(1),
        ..settings(&server, &["INBOX", "个人信息"])
    };
    let watch = Watch::start(settings, &Arc::default());
    watch.until(1).await;
    person.command("DELETE &TipOuk,hYG8-");
    // Dovecot numbers folders by the second they are made in.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    person.command("CREATE &TipOuk,hYG8-");
    person.append("&TipOuk,hYG8-", "", DATE, &letter(1));
    watch.until(2).await;
    person.append("INBOX", "", DATE, &letter(2));
    watch.until(3).await;
    let numberings: BTreeSet<(String, u32)> = watch
        .keeper
        .kept
        .lock()
        .unwrap()
        .keys()
        .map(|(folder, numbering, _)| (folder.clone(), *numbering))
        .collect();
    assert_eq!(numberings.len(), 3);
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn a_message_that_is_too_large_is_named_and_the_next_one_taken() {
    let server = Dovecot::start();
    let mut person = server.client();
    let mut huge = letter(0);
    huge.resize(51 * 1024 * 1024, b'x');
    person.append("INBOX", "", DATE, &huge);
    person.append("INBOX", "", DATE, &letter(1));
    let watch = Watch::start(settings(&server, &["INBOX"]), &Arc::default());
    watch.until(2).await;
    let kept: Vec<Fetched> = watch.keeper.kept.lock().unwrap().values().cloned().collect();
    assert!(matches!(kept[0].extent, Extent::HeaderOnly { size } if size >= 51 * 1024 * 1024));
    let mail = habeas::mail::parse::parse(&kept[0].raw);
    assert_eq!(mail.subject, "0");
    assert_eq!(kept[1].raw, letter(1));
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn a_check_says_what_is_there_or_what_to_do() {
    let server = Dovecot::start();
    server.client().append("INBOX", "", DATE, &letter(0));
    for (security, port) in [
        (Security::Tls, server.tls_port),
        (Security::StartTls, server.port),
        (Security::PlainLoopback, server.port),
    ] {
        let good = ImapSettings {
            security,
            port,
            ..settings(&server, &["INBOX"])
        };
        let lines = mailbox::check(&good).await.unwrap();
        assert_eq!(
            lines[1..],
            ["tells of new mail at once", "INBOX holds 1 messages"],
            "{security:?}"
        );
    }
    let good = settings(&server, &["INBOX"]);
    let told = |settings: ImapSettings| async move { mailbox::check(&settings).await.unwrap_err() };
    let error = told(ImapSettings {
        proof: Proof::Password("wrong".to_owned()),
        ..good.clone()
    })
    .await;
    assert!(matches!(error, MailboxError::Login { .. }), "{error}");
    let error = told(settings(&server, &["Absent"])).await;
    assert!(error.to_string().contains("The account has: INBOX"), "{error}");
    for security in [Security::Tls, Security::StartTls] {
        let port = if security == Security::Tls {
            server.tls_port
        } else {
            server.port
        };
        let unknown = ImapSettings {
            extra_ca: None,
            security,
            port,
            ..good.clone()
        };
        let other_name = ImapSettings {
            host: "127.0.0.1".to_owned(),
            security,
            port,
            ..good.clone()
        };
        for wrong in [unknown, other_name] {
            let error = told(wrong).await;
            assert!(error.to_string().contains("The certificate of"), "{error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn while_nothing_can_be_taken_the_mail_waits_and_then_all_of_it_comes() {
    let server = Dovecot::start();
    server.client().append("INBOX", "", DATE, &letter(0));
    let keeper: Arc<Keeper> = Arc::default();
    *keeper.paused.lock().unwrap() = Some("The disk is nearly full.".to_owned());
    let quick = ImapSettings {
        poll: Duration::from_secs(1),
        ..settings(&server, &["INBOX"])
    };
    let watch = Watch::start(quick, &keeper);
    watch
        .until_state(|state| matches!(state, WatchState::Paused { why } if why == "The disk is nearly full."))
        .await;
    server.client().append("INBOX", "", DATE, &letter(1));
    assert_eq!(keeper.kept.lock().unwrap().len(), 0);
    *keeper.paused.lock().unwrap() = None;
    watch.until(2).await;
    watch.stop().await;
}

/// Watches a server that fails once and then behaves, and says how long the mail took.
async fn through(failure: Failure) -> (HalfDead, Watch, Duration) {
    let server = HalfDead::start(failure, (0..5).map(letter).collect());
    let settings = ImapSettings {
        host: "localhost".to_owned(),
        port: server.port,
        security: Security::PlainLoopback,
        extra_ca: None,
        user: USER.to_owned(),
        proof: Proof::Password(PASSWORD.to_owned()),
        folders: vec!["INBOX".to_owned()],
        untouched: Vec::new(),
        after: After::Keep,
        poll: Duration::from_secs(1),
    };
    let watch = Watch::start(settings, &Arc::default());
    let whole = if matches!(failure, Failure::Withholds(_)) { 4 } else { 5 };
    let since = Instant::now();
    while watch.keeper.kept.lock().unwrap().len() < whole {
        let states = watch.states.lock().unwrap().clone();
        assert!(since.elapsed() < Duration::from_secs(60), "{failure:?}: {states:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (server, watch, since.elapsed())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes a minute; .ci/run runs it"]
async fn a_server_that_is_half_dead_costs_a_minute_at_most_and_no_mail() {
    for failure in [
        Failure::HangsInFetch,
        Failure::EndsInFetch,
        Failure::EndsAfterLogin,
        Failure::Garbage,
        Failure::NamesNone,
    ] {
        let (server, watch, took) = through(failure).await;
        let kept: Vec<Vec<u8>> = watch
            .keeper
            .kept
            .lock()
            .unwrap()
            .values()
            .map(|message| message.raw.clone())
            .collect();
        assert_eq!(kept, (0..5).map(letter).collect::<Vec<_>>(), "{failure:?}");
        assert!(server.connections() >= 2, "{failure:?} was not noticed");
        println!("{failure:?}: {took:?}");
        watch.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "belongs to the others; .ci/run runs it"]
async fn a_message_that_the_server_refuses_to_hand_over_holds_up_no_other_and_is_said() {
    let (_server, watch, _) = through(Failure::Withholds(3)).await;
    watch
        .until_state(|state| matches!(state, WatchState::Withheld { uid: 3, why, .. } if why.contains("broken")))
        .await;
    let uids: Vec<u32> = watch.keeper.kept.lock().unwrap().keys().map(|key| key.2).collect();
    assert_eq!(uids, [1, 2, 4, 5]);
    watch.stop().await;
}
