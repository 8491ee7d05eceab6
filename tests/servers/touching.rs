//! What is done on a server to mail that is kept: only after it is kept, only to that mail, and without harm when it fails.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use habeas::mail::mailbox::{After, ImapSettings, WatchState};

use super::dovecot::{Dovecot, ImapClient, Kind};
use super::watching::{DATE, Keeper, Watch, letter, settings};

/// The numbers that a search of a folder gives.
fn found(client: &mut ImapClient, folder: &str, what: &str) -> Vec<u32> {
    client.command(&format!("EXAMINE {folder}"));
    let said = client.command(&format!("UID SEARCH {what}"));
    let numbers = said.lines().filter_map(|line| line.trim_end().strip_prefix("* SEARCH"));
    numbers
        .flat_map(|line| line.split_whitespace())
        .map(|word| word.parse().unwrap())
        .collect()
}

/// Whether a folder was made yet.
fn is_there(client: &mut ImapClient, folder: &str) -> bool {
    client.command(&format!("LIST \"\" {folder}")).contains("* LIST")
}

/// Waits until a folder is there and a search of it gives so many numbers.
fn until_found(client: &mut ImapClient, folder: &str, what: &str, count: usize) -> Vec<u32> {
    let since = Instant::now();
    loop {
        let numbers = if is_there(client, folder) {
            found(client, folder, what)
        } else {
            Vec::new()
        };
        if numbers.len() == count {
            return numbers;
        }
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "{folder} {what}: {numbers:?}"
        );
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn after(settings: ImapSettings, after: After) -> ImapSettings {
    ImapSettings {
        after,
        poll: Duration::from_secs(1),
        ..settings
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn kept_mail_is_marked_once_it_is_kept_and_stays_unread() {
    let server = Dovecot::start();
    let mut person = server.client();
    person.append("INBOX", "", DATE, &letter(0));
    let keeper = Arc::new(Keeper::failing(2));
    let watch = Watch::start(after(settings(&server, &["INBOX"]), After::Mark), &keeper);
    watch
        .until_state(|state| matches!(state, WatchState::Lost { why, .. } if why.contains("the disk is full")))
        .await;
    assert_eq!(
        found(&mut person, "INBOX", "KEYWORD $Habeas"),
        [0; 0],
        "it is not kept yet"
    );
    watch.until(1).await;
    person.append("INBOX", "", DATE, &letter(1));
    watch.until(2).await;
    until_found(&mut person, "INBOX", "KEYWORD $Habeas UNSEEN UNFLAGGED", 2);
    watch.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn kept_mail_is_moved_to_a_folder_that_is_made_for_it_and_no_other_mail_is_touched() {
    // In one step (RFC 6851), and in three on a server that lacks it (RFC 4315).
    for kind in [Kind::Usual, Kind::WithoutMove] {
        let server = Dovecot::start_as(&kind);
        let mut person = server.client();
        // Too large to be taken whole; and somebody deleted it without clearing it away, which is not for us to do.
        let mut large = letter(0);
        large.resize(51 * 1024 * 1024, b'x');
        person.append("INBOX", "\\Deleted", DATE, &large);
        person.append("INBOX", "", DATE, &letter(1));
        let moving = After::Move("处理完毕".to_owned());
        let watch = Watch::start(after(settings(&server, &["INBOX"]), moving), &Arc::default());
        watch.until(2).await;
        until_found(&mut person, "&WQR0BluMa9U-", "ALL", 1);
        person.append("INBOX", "", DATE, &letter(2));
        watch.until(3).await;
        until_found(&mut person, "&WQR0BluMa9U-", "UNSEEN UNDELETED", 2);
        assert_eq!(
            found(&mut person, "INBOX", "DELETED"),
            found(&mut person, "INBOX", "ALL"),
            "what was not taken whole stays as it was"
        );
        assert_eq!(found(&mut person, "INBOX", "ALL"), [1]);
        watch.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Dovecot; .ci/run runs it"]
async fn a_move_that_fails_is_tried_again_and_harms_nothing() {
    let server = Dovecot::start();
    let mut person = server.client();
    person.append("INBOX", "", DATE, &letter(0));
    // A folder that cannot be made: its name would lie outside of the account.
    let nowhere = After::Move("../outside".to_owned());
    let watch = Watch::start(after(settings(&server, &["INBOX"]), nowhere), &Arc::default());
    watch
        .until_state(|state| matches!(state, WatchState::NotTouched { .. }))
        .await;
    person.append("INBOX", "", DATE, &letter(1));
    watch.until(2).await;
    let states = watch.states.lock().unwrap().clone();
    assert!(
        !states.iter().any(|state| matches!(state, WatchState::Lost { .. })),
        "{states:?}"
    );
    let uids: BTreeSet<u32> = found(&mut person, "INBOX", "ALL").into_iter().collect();
    assert_eq!(uids, BTreeSet::from([1, 2]));
    watch.stop().await;
}
