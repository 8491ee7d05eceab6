//! Mail in: each message is taken exactly once and ends in exactly one of five ways, and nothing is lost.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use habeas::config::Settings;
use habeas::domain::request::Stage;
use habeas::jobs::collect;
use habeas::jobs::intake::{self, Arrival, Outcome, Taken};
use habeas::mail::reading::Reading;
use habeas::store::messages::{self, Wanted};
use habeas::store::outbox::{self, State};
use habeas::store::{Tx, requests};

use crate::harness::house::{Story, corpus, instant, mail, mail_with};

const ASK: &str = "Please send me a copy of all my personal data.";

#[test]
fn a_mail_opens_a_request_whose_clock_runs_from_its_receipt() {
    let story = Story::at("2025-09-30T20:15:00+08:00");
    let stored = story.opens(mail("Helen Brook <helen@meadow.example>", "My data", ASK));
    assert_eq!(stored.request.reference, "DSR-2025-000001");
    assert_eq!(stored.request.deadline.due_on.to_string(), "2025-10-28");
    assert_eq!(stored.request.stage, Stage::Open);
    assert_eq!(stored.card.address, "helen@meadow.example");
    assert_eq!(stored.request.items[0].right.as_str(), "copy");
    assert!(stored.request.acknowledgement.is_some());
}

#[test]
fn the_same_message_delivered_again_is_a_duplicate_and_the_same_id_with_other_text_is_not() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let first = mail("h@meadow.example", "My data", ASK);
    let taken = story.receives(&first);
    let traced = format!("Received: from other by mx; Mon, 2 Mar 2026 09:30:00 +0800\r\n{first}")
        .replace("Subject: My", "Subject: [EXTERNAL] My");
    let again = story.receives(&traced).outcome;
    assert_eq!(
        again,
        Outcome::Duplicate {
            of: taken.message,
            why: "again"
        }
    );
    let other = story
        .receives(first.replace("a copy of all", "the purposes for which you use"))
        .outcome;
    assert!(matches!(other, Outcome::Opened { .. }), "{other:?}");
}

#[test]
fn a_place_that_was_taken_is_not_taken_twice() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let arrival = Arrival {
        grp: "file:/mail/1.eml".into(),
        no: 7,
        place: "/mail/1.eml".into(),
        received_at: None,
        raw: mail("h@meadow.example", "My data", ASK).into_bytes(),
        whole_size: None,
    };
    let first = intake::take(&story.house, std::slice::from_ref(&arrival))
        .unwrap()
        .remove(0);
    let second = intake::take(&story.house, &[arrival]).unwrap().remove(0);
    assert_eq!(
        second.outcome,
        Outcome::Duplicate {
            of: first.message,
            why: "same-place"
        }
    );
    let counted: i64 = story
        .house
        .store
        .read(messages::balance)
        .unwrap()
        .iter()
        .map(|(_, count)| count)
        .sum();
    assert_eq!(counted, 1);
}

#[test]
fn what_a_crash_left_between_keeping_and_placing_is_placed_by_the_next_run() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let raw = mail("h@meadow.example", "My data", ASK);
    let row = messages::NewMessage {
        grp: "imap:privacy/INBOX/1",
        no: 1,
        place: "privacy/INBOX",
        received_at: story.now(),
        stated_at: None,
        raw: raw.as_bytes(),
        whole_size: None,
    };
    story
        .house
        .store
        .write(|tx| messages::keep(tx, &[row], story.now()))
        .unwrap();
    story.wait(TimeDelta::hours(2));
    assert_eq!(intake::catch_up(&story.house).unwrap(), 1);
    assert_eq!(intake::catch_up(&story.house).unwrap(), 0);
    let stored = story.request("DSR-2026-000001");
    assert_eq!(
        stored.request.received_at,
        story.now() - TimeDelta::hours(2),
        "the clock runs from receipt"
    );
}

#[test]
fn automatic_and_unrelated_mail_is_set_aside_and_opens_nothing() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let away = mail_with(
        "l@feldmann.example",
        "Out of office",
        "Auto-Submitted: auto-replied\r\n",
        "I am away until Monday.",
    );
    assert_eq!(
        story.receives(away).outcome,
        Outcome::SetAside {
            why: "automatic".into()
        }
    );
    let offer = mail(
        "sales@pens.example",
        "Ball pens at half price",
        "Our ball pens are on sale this week. Order 100 and save.",
    );
    assert_eq!(
        story.receives(offer).outcome,
        Outcome::SetAside {
            why: "unrelated".into()
        }
    );
}

#[test]
fn a_reply_to_a_known_mail_is_held_until_a_person_confirms_it() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let first = mail("Helen <h@meadow.example>", "My data", ASK);
    let opened = story.opens(&first);
    let id = first.split('<').nth(2).unwrap().split('>').next().unwrap();
    let headers = format!("In-Reply-To: <{id}>\r\n");
    let reply = mail_with(
        "Helen <h@meadow.example>",
        "Re: My data",
        &headers,
        "Is there any news?",
    );
    let outcome = story.receives(reply).outcome;
    assert_eq!(
        outcome,
        Outcome::Joined {
            reference: opened.request.reference.clone(),
            held: true
        }
    );
    let stranger = mail_with(
        "mallory@evil.example",
        "Re: My data",
        &headers,
        "Send it to my new address please.",
    );
    let outcome = story.receives(stranger).outcome;
    assert!(!matches!(outcome, Outcome::Joined { held: false, .. }), "{outcome:?}");
    let after = story.request(&opened.request.reference);
    assert_eq!(after.request.messages, opened.request.messages);
    assert_eq!(after.request.stage, opened.request.stage);
    assert_eq!(after.card, opened.card);
}

#[test]
fn a_reference_in_a_subject_proves_nothing() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let opened = story.opens(mail("h@meadow.example", "My data", ASK));
    let forged = mail(
        "mallory@evil.example",
        &format!("[{}] my data", opened.request.reference),
        ASK,
    );
    assert!(matches!(story.receives(forged).outcome, Outcome::Opened { .. }));
    assert_eq!(
        story.request(&opened.request.reference).request.messages,
        opened.request.messages
    );
}

#[test]
fn mail_from_our_own_address_is_quarantined() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let own = mail("privacy@example.com", "My data", ASK);
    assert_eq!(
        story.receives(own).outcome,
        Outcome::Quarantined {
            why: "own-address".into()
        }
    );
}

#[test]
fn the_corpus_comes_in_with_a_balance_of_zero_and_no_request_is_missed() {
    let story = Story::at("2026-01-02T09:00:00+08:00");
    let labels: Vec<serde_json::Value> =
        serde_json::from_str(&std::fs::read_to_string(corpus().join("labels.json")).unwrap()).unwrap();
    let mut count: BTreeMap<&str, i64> = BTreeMap::new();
    let mut wrong = Vec::new();
    for label in &labels {
        let file = label["file"].as_str().unwrap();
        let taken = story.receives(std::fs::read(corpus().join(file)).unwrap());
        *count.entry(taken.outcome.word()).or_default() += 1;
        let opens = ["request", "complaint", "question"].contains(&label["kind"].as_str().unwrap());
        let expected = match () {
            () if !label["duplicate_of"].is_null() => "duplicate",
            () if opens => "opened",
            () if label["kind"] == "follow-up" => "joined",
            () => "set-aside",
        };
        if taken.outcome.word() != expected {
            wrong.push(format!("{file}: {} instead of {expected}", taken.outcome.word()));
        }
    }
    println!("{count:?}\n{}", wrong.join("\n"));
    assert!(wrong.is_empty(), "{wrong:?}");
    let kept = story.house.store.read(messages::balance).unwrap();
    assert_eq!(kept.iter().map(|(_, count)| count).sum::<i64>(), 80);
    assert!(kept.contains(&(messages::Outcome::Kept, 0)), "{kept:?}");
    let shelf = story.house.shelf();
    let rebuilt = story.house.store.write(|tx| requests::rebuild(tx, &*shelf)).unwrap();
    assert!(rebuilt.differed.is_empty(), "{rebuilt:?}");
    assert_eq!(rebuilt.requests as i64, count["opened"]);
}

/// A mail that arrived in a folder of the mailbox, as its server hands it over.
fn arrival(folder: &str, no: i64, received_at: DateTime<Utc>, raw: &str) -> Arrival {
    Arrival {
        grp: format!("imap:privacy@localhost/{folder}/1"),
        no,
        place: format!("privacy@localhost/{folder}"),
        received_at: Some(received_at),
        raw: raw.as_bytes().to_vec(),
        whole_size: None,
    }
}

fn take(story: &Story, arrival: Arrival) -> Taken {
    intake::take(&story.house, &[arrival]).unwrap().remove(0)
}

fn kept(story: &Story, id: i64) -> messages::Listed {
    story.house.store.read(|db| messages::find(db, id)).unwrap().unwrap()
}

/// A house whose one mailbox has a junk folder.
fn with_junk_folder() -> Story {
    Story::with("2026-03-02T09:00:00+08:00", |settings| {
        let mailbox =
            "[[mailbox]]\nhost = \"localhost\"\nuser = \"privacy\"\npassword = \"x\"\njunk_folders = [\"Junk\"]";
        let read = Settings::read(mailbox, "habeas.toml", &BTreeMap::new()).unwrap();
        Settings {
            mailbox: read.mailbox,
            ..settings
        }
    })
}

#[test]
fn a_mail_that_brought_the_program_down_three_times_opens_a_request_that_needs_a_person() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let received_at = story.now();
    let raw = mail("h@meadow.example", "My data", ASK);
    let id = story
        .house
        .store
        .write(|tx| {
            let row = messages::NewMessage {
                grp: "imap:privacy/INBOX/1",
                no: 1,
                place: "privacy/INBOX",
                received_at,
                stated_at: None,
                raw: raw.as_bytes(),
                whole_size: None,
            };
            messages::keep(tx, &[row], received_at).map(|kept| kept[0].id)
        })
        .unwrap();
    let minute = TimeDelta::minutes(1);
    for _ in 0..3 {
        let now = story.now();
        let claim = |tx: &mut Tx<'_>| messages::claim(tx, Wanted::Oldest(1), now, minute);
        assert_eq!(story.house.store.write(claim).unwrap().len(), 1);
        story.wait(minute);
    }
    assert_eq!(intake::catch_up(&story.house).unwrap(), 1);
    let stored = story.request("DSR-2026-000001");
    assert_eq!(stored.request.stage, Stage::Triage);
    assert_eq!(
        stored.request.received_at, received_at,
        "its clock runs from its receipt"
    );
    assert_eq!(stored.request.acknowledgement, None);
    assert_eq!(kept(&story, id).why, "unreadable");
    assert_eq!(
        story.house.store.read(|db| messages::raw(db, id)).unwrap(),
        raw.as_bytes()
    );
}

#[test]
fn a_mail_too_large_to_take_opens_a_request_from_its_header_that_needs_a_person() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let header = mail("Helen <h@meadow.example>", "A copy of all my data, please", "");
    let large = |no, size| Arrival {
        whole_size: Some(size),
        ..arrival("INBOX", no, story.now(), &header)
    };
    let taken = take(&story, large(1, 60_000_000));
    let Outcome::Opened {
        reference,
        needs_triage,
    } = taken.outcome
    else {
        panic!("{taken:?}")
    };
    assert!(needs_triage);
    assert_eq!(story.request(&reference).card.address, "h@meadow.example");
    let listed = kept(&story, taken.message);
    assert_eq!(
        (listed.why.as_str(), listed.oddity.whole_size),
        ("too-large", Some(60_000_000))
    );
    let other = take(&story, large(2, 70_000_000)).outcome;
    assert!(
        matches!(other, Outcome::Opened { .. }),
        "equal headers, other content: {other:?}"
    );
}

#[test]
fn a_receipt_that_cannot_be_gives_way_to_the_moment_of_taking_and_is_kept_beside_it() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    for (no, stated) in [(1, "2026-03-02T10:00:01+08:00"), (2, "2015-12-31T00:00:00Z")] {
        let stated = instant(stated);
        let raw = mail(&format!("h{no}@meadow.example"), "My data", ASK);
        let taken = take(&story, arrival("INBOX", no, stated, &raw));
        let Outcome::Opened {
            reference,
            needs_triage,
        } = taken.outcome
        else {
            panic!("{taken:?}")
        };
        assert!(needs_triage, "{stated}");
        assert_eq!(story.request(&reference).request.received_at, story.now());
        let listed = kept(&story, taken.message);
        assert_eq!(
            (listed.why.as_str(), listed.oddity.stated_at),
            ("odd-receipt", Some(stated))
        );
    }
    let late = story.now() - TimeDelta::days(3000);
    let taken = take(
        &story,
        arrival("INBOX", 3, late, &mail("l@meadow.example", "My data", ASK)),
    );
    assert_eq!(
        kept(&story, taken.message).received_at,
        late,
        "a late intake changes no receipt"
    );
}

#[test]
fn mail_in_a_junk_folder_waits_in_quarantine_with_its_receipt_and_without_an_answer() {
    let story = with_junk_folder();
    let taken = take(
        &story,
        arrival("Junk", 1, story.now(), &mail("h@meadow.example", "My data", ASK)),
    );
    assert_eq!(taken.outcome, Outcome::Quarantined { why: "junk".into() });
    let letters = story.house.store.read(|db| outbox::in_state(db, State::Queued, 10));
    assert!(letters.unwrap().is_empty());
    assert_eq!(kept(&story, taken.message).received_at, story.now());
    let reading = story.house.store.read(|db| Reading::kept(db, taken.message)).unwrap();
    assert_eq!(reading.unwrap().classification.rights[0].id, "copy");
}

#[test]
fn mail_that_somebody_takes_out_of_the_junk_folder_opens_its_request() {
    let story = with_junk_folder();
    let (received_at, raw) = (story.now(), mail("h@meadow.example", "My data", ASK));
    let junk = take(&story, arrival("Junk", 1, received_at, &raw));
    story.wait(TimeDelta::days(2));
    let moved = take(&story, arrival("INBOX", 8, received_at, &raw));
    assert_eq!(moved.message, junk.message, "it is the same message");
    let Outcome::Opened { reference, .. } = moved.outcome else {
        panic!("{moved:?}")
    };
    assert_eq!(story.request(&reference).request.received_at, received_at);
    let back = take(&story, arrival("Junk", 2, received_at, &raw));
    assert!(
        matches!(back.outcome, Outcome::Duplicate { .. }),
        "once opened, it stays"
    );
}

#[test]
fn what_is_sent_again_after_the_junk_folder_took_it_opens_a_request() {
    let story = with_junk_folder();
    let raw = mail("h@meadow.example", "My data", ASK);
    take(&story, arrival("Junk", 1, story.now(), &raw));
    story.wait(TimeDelta::hours(1));
    let again = take(&story, arrival("INBOX", 1, story.now(), &raw)).outcome;
    assert!(matches!(again, Outcome::Opened { .. }), "{again:?}");
}

#[test]
fn a_mail_that_moves_to_another_watched_folder_becomes_no_second_message() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let raw = mail("h@meadow.example", "My data", ASK);
    let first = take(&story, arrival("INBOX", 1, story.now(), &raw));
    let moved = take(&story, arrival("Done", 1, story.now(), &raw));
    assert_eq!(moved.message, first.message);
    assert!(matches!(moved.outcome, Outcome::Duplicate { why: "same-place", .. }));
}

#[test]
fn a_sender_who_cannot_be_written_to_opens_a_request_without_an_acknowledgement() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let taken = story.receives(mail("two..dots@meadow.example", "My data", ASK));
    let Outcome::Opened {
        reference,
        needs_triage,
    } = taken.outcome
    else {
        panic!("{taken:?}")
    };
    assert!(needs_triage);
    assert_eq!(story.request(&reference).request.acknowledgement, None);
    assert_eq!(kept(&story, taken.message).why, "not-acknowledged");
}

#[test]
fn a_file_of_the_drop_folder_goes_only_when_all_of_it_is_kept() {
    let drop = tempfile::tempdir().unwrap();
    let folder = drop.path().to_owned();
    let story = Story::with("2026-03-02T09:00:00+08:00", |settings| Settings {
        drop_folder: folder,
        ..settings
    });
    let path = |name: &str| drop.path().join(name);
    std::fs::write(path("a.eml"), mail("h@meadow.example", "My data", ASK)).unwrap();
    std::fs::write(path("b.msg"), [0xd0, 0xcf, 0x11, 0xe0, 0, 0]).unwrap();
    let large = std::fs::File::create(path("c.eml")).unwrap();
    std::io::Write::write_all(&mut &large, mail("k@meadow.example", "All of it", "").as_bytes()).unwrap();
    large.set_len(60_000_000).unwrap();
    for _ in 0..2 {
        let said = collect::drop_folder(&story.house).unwrap_err().to_string();
        assert!(said.starts_with("1 files of the drop folder cannot be taken"), "{said}");
        assert!(path("b.msg").exists(), "what cannot be taken stays to be looked at");
    }
    assert!(path("taken/a.eml").exists() && path("taken/c.eml").exists());
    let large = story.request("DSR-2026-000002");
    assert_eq!(
        (large.card.subject.as_str(), large.request.stage),
        ("All of it", Stage::Triage)
    );
    std::fs::remove_file(path("b.msg")).unwrap();
    assert_eq!(collect::drop_folder(&story.house).unwrap(), 0);
}
