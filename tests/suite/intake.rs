//! Mail in: each message is taken exactly once and ends in exactly one of five ways, and nothing is lost.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use habeas::domain::request::Stage;
use habeas::jobs::intake::{self, Arrival, Outcome};
use habeas::store::messages;
use habeas::store::requests;

use crate::harness::house::{Story, corpus, mail, mail_with};

const ASK: &str = "Please send me a copy of all personal data you hold about me.";

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
        raw: raw.as_bytes(),
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
