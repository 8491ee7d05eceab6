//! Threads that cannot be guessed: only our signature from the requester's own address changes a request by itself.

use chrono::TimeDelta;
use habeas::config::{Replies, ReplyForm, Settings};
use habeas::domain::command::Command;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::request::Request;
use habeas::jobs::intake::Outcome;
use habeas::mail::parse::parse;
use habeas::mail::token::Tokens;
use habeas::store::door::{Door, Seen};
use habeas::store::outbox::{self, State};
use habeas::store::requests::Stored;

use crate::harness::house::{Story, mail};

const ANN: &str = "Ann Hill <ann@meadow.example>";
const EVE: &str = "eve@storm.example";

/// Ann has a request, and so has Eve, who wants to get into Ann's.
struct Scene {
    story: Story,
    ann: Stored,
    /// What Ann's first mail called itself.
    first_id: String,
    /// Our letter to Ann, and the address she replies to.
    letter: String,
    replies: String,
    /// The same of Eve.
    eves_letter: String,
    eves_replies: String,
}

impl Scene {
    fn set() -> Self {
        let story = Story::with("2026-03-02T09:00:00+08:00", |mut settings: Settings| {
            settings.replies = Replies {
                address: ReplyForm::Plus,
                domain: String::new(),
            };
            settings.sender_checks.authserv_id = "mx.example.com".to_owned();
            settings
        });
        let first = mail(ANN, "My data", "Please send me a copy of all my personal data.");
        let first_id = parse(first.as_bytes()).message_id.unwrap();
        let ann = story.opens(first);
        let eve = story.opens(mail(EVE, "About me", "Please send me a copy of my personal data."));
        let (letter, replies) = letter_to(&story, &ann);
        let (eves_letter, eves_replies) = letter_to(&story, &eve);
        let ann = story.request(&ann.request.reference);
        Self {
            story,
            ann,
            first_id,
            letter,
            replies,
            eves_letter,
            eves_replies,
        }
    }

    fn letters(&self) -> Vec<(i64, State)> {
        let letters = self
            .story
            .house
            .store
            .read(|db| outbox::of_request(db, self.ann.id))
            .unwrap();
        letters.into_iter().map(|letter| (letter.id, letter.state)).collect()
    }

    fn anns_request(&self) -> Request {
        self.story.request(&self.ann.request.reference).request
    }
}

/// The Message-ID of our letter about a request, and the address to reply to.
fn letter_to(story: &Story, stored: &Stored) -> (String, String) {
    let letter = story
        .house
        .store
        .read(|db| outbox::of_request(db, stored.id))
        .unwrap()
        .remove(0);
    let tokens = Tokens::new(story.house.store.vault(), &story.house.settings);
    (letter.message_id, tokens.reply_address(stored.id).unwrap())
}

const TEXT: &str = "Please delete my data as well. My new address is eve@storm.example.";

/// A mail by its header lines; `To` is the contact's unless they say otherwise.
fn written(headers: &str, body: &str) -> String {
    let to = if headers.contains("\nTo:") || headers.starts_with("To:") {
        ""
    } else {
        "To: privacy@example.com\n"
    };
    format!("{headers}\n{to}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{body}\n")
        .replace('\n', "\r\n")
}

/// A report that a letter to Ann did not arrive.
fn report(to: &str, returned: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.meadow.example\nTo: {to}\nSubject: Undelivered\nAuto-Submitted: auto-replied\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nIt \
         failed.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.meadow.example\n\nFinal-Recipient: \
         rfc822; ann@meadow.example\nAction: failed\nStatus: 5.1.1\n\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: \
         <{returned}>\n\n--b--\n"
    )
    .replace('\n', "\r\n")
}

/// Ways into Ann's request that have been tried on others, each with its trick.
fn attacks(scene: &Scene) -> Vec<(&'static str, String)> {
    let Scene {
        first_id,
        letter,
        replies,
        eves_letter,
        eves_replies,
        ..
    } = scene;
    let reference = &scene.ann.request.reference;
    let from_ann = "From: ann@meadow.example";
    let token = format!("In-Reply-To: <{letter}>");
    let reply = |lines: &str| written(&format!("{lines}\nSubject: Re: My data"), TEXT);
    let (eves_name, domain) = eves_letter.rsplit_once('@').unwrap();
    let anns_number = letter.split('.').nth(1).unwrap();
    let eves_tail: Vec<&str> = eves_name.split('.').skip(2).collect();
    let pasted = format!("habeas.{anns_number}.{}@{domain}", eves_tail.join("."));
    let mut changed = letter.clone().into_bytes();
    let last = changed.iter().position(|byte| *byte == b'@').unwrap() - 1;
    changed[last] = if changed[last] == b'0' { b'1' } else { b'0' };
    let changed = String::from_utf8(changed).unwrap();
    let eves_signature = eves_replies.split('.').nth(1).unwrap();
    let forged_replies = format!("privacy+r{anns_number}.{eves_signature}");
    let failing = "Authentication-Results: mx.example.com; dmarc=fail header.from=meadow.example";
    vec![
        (
            "the reference in the subject",
            written(&format!("From: {EVE}\nSubject: {reference}"), TEXT),
        ),
        (
            "the reference in the text",
            written(&format!("From: {EVE}\nSubject: Hello"), &format!("{reference}: {TEXT}")),
        ),
        (
            "Ann's own Message-ID as what is replied to",
            reply(&format!("From: {EVE}\nIn-Reply-To: <{first_id}>")),
        ),
        (
            "Ann's own Message-ID among the references",
            reply(&format!("From: {EVE}\nReferences: <{first_id}>")),
        ),
        (
            "Ann's address and her own Message-ID",
            reply(&format!("{from_ann}\nIn-Reply-To: <{first_id}>")),
        ),
        ("Ann's address and her subject", reply(from_ann)),
        (
            "Ann's address and the reference in the subject",
            written(&format!("{from_ann}\nSubject: {reference}"), TEXT),
        ),
        (
            "Ann's address as a display name",
            reply(&format!("From: \"ann@meadow.example\" <{EVE}>\n{token}")),
        ),
        (
            "two authors in one field",
            reply(&format!("From: ann@meadow.example, {EVE}\n{token}")),
        ),
        (
            "a group of authors",
            reply(&format!("From: us: ann@meadow.example, {EVE};\n{token}")),
        ),
        ("two From fields", reply(&format!("{from_ann}\nFrom: {EVE}\n{token}"))),
        (
            "two From fields, Ann's below",
            reply(&format!("From: {EVE}\n{from_ann}\n{token}")),
        ),
        (
            "Ann's address in a comment",
            reply(&format!("From: {EVE} (ann@meadow.example)\n{token}")),
        ),
        (
            "Ann as the sender for somebody else",
            reply(&format!("From: {EVE}\nSender: ann@meadow.example\n{token}")),
        ),
        (
            "Ann as where replies go",
            reply(&format!("From: {EVE}\nReply-To: ann@meadow.example\n{token}")),
        ),
        (
            "Ann as who sent it again",
            reply(&format!("From: {EVE}\nResent-From: ann@meadow.example\n{token}")),
        ),
        ("a leaked Message-ID of ours", reply(&format!("From: {EVE}\n{token}"))),
        (
            "a leaked address to reply to",
            reply(&format!("From: {EVE}\nTo: {replies}")),
        ),
        (
            "a signature with one digit changed",
            reply(&format!("{from_ann}\nIn-Reply-To: <{changed}>")),
        ),
        (
            "Ann's number before Eve's signature",
            reply(&format!("{from_ann}\nIn-Reply-To: <{pasted}>")),
        ),
        (
            "Eve's signed Message-ID under Ann's address",
            reply(&format!("{from_ann}\nIn-Reply-To: <{eves_letter}>")),
        ),
        (
            "Ann's number before Eve's address",
            reply(&format!("{from_ann}\nTo: {forged_replies}@example.com")),
        ),
        (
            "a signature in capitals",
            reply(&format!("{from_ann}\nIn-Reply-To: <{}>", letter.to_uppercase())),
        ),
        (
            "the signed name in the subject",
            written(&format!("{from_ann}\nSubject: {letter}"), TEXT),
        ),
        (
            "the signed name in the text",
            written(&format!("{from_ann}\nSubject: Hello"), &format!("<{letter}> {TEXT}")),
        ),
        (
            "the signed name as its own",
            reply(&format!("{from_ann}\nMessage-ID: <{letter}>")),
        ),
        (
            "the signed name in a field of another name",
            reply(&format!("{from_ann}\nX-In-Reply-To: <{letter}>")),
        ),
        (
            "the signed name at another domain",
            reply(&format!(
                "{from_ann}\nIn-Reply-To: <{}>",
                letter.replace("example.com", "storm.example")
            )),
        ),
        (
            "a look-alike of Ann's address",
            reply(&format!("From: ann@mead\u{43e}w.example\n{token}")),
        ),
        (
            "Ann's address as the beginning of another",
            reply(&format!("From: ann@meadow.example.storm.example\n{token}")),
        ),
        (
            "Ann's address with a tag",
            reply(&format!("From: ann+new@meadow.example\n{token}")),
        ),
        (
            "a mail that Ann's domain disowns",
            reply(&format!("{failing}\n{from_ann}\n{token}")),
        ),
        (
            "a mail that Ann's domain disowns, with praise of its own",
            reply(&format!(
                "{failing}\nAuthentication-Results: mx.example.com; dmarc=pass header.from=meadow.example\n{from_ann}\n{token}"
            )),
        ),
        (
            "a report without our name",
            report("privacy@example.com", "something@meadow.example"),
        ),
        (
            "a report that returns Ann's own mail",
            report("privacy@example.com", first_id),
        ),
        (
            "a report with a signature changed",
            report("privacy@example.com", &changed),
        ),
        (
            "a report with Ann's number before Eve's signature",
            report("privacy@example.com", &pasted),
        ),
        (
            "a report to Ann's address to reply to",
            report(replies, "something@meadow.example"),
        ),
        (
            "a programme's answer",
            reply(&format!("{from_ann}\nAuto-Submitted: auto-replied\n{token}")),
        ),
    ]
}

#[test]
fn no_way_into_a_strangers_request_changes_anything_in_it() {
    let tried = attacks(&Scene::set()).len();
    assert!(tried >= 30, "only {tried} ways are tried");
    for number in 0..tried {
        let scene = Scene::set();
        let (trick, raw) = attacks(&scene).swap_remove(number);
        let (before, letters) = (scene.anns_request(), scene.letters());
        scene.story.wait(TimeDelta::minutes(5));
        let taken = scene.story.receives(raw);
        let after = scene.anns_request();
        assert_eq!(after.messages, before.messages, "{trick}: {:?}", taken.outcome);
        assert_eq!(after.items, before.items, "{trick}");
        assert_eq!(
            (&after.stage, &after.identity),
            (&before.stage, &before.identity),
            "{trick}"
        );
        assert_eq!(after.unread, before.unread, "{trick}");
        assert_eq!(scene.letters(), letters, "{trick}");
        let card = scene.story.request(&scene.ann.request.reference).card;
        assert_eq!(card, scene.ann.card, "{trick}");
    }
}

#[test]
fn a_reply_under_our_signature_from_the_requester_belongs_and_what_it_adds_has_its_own_clock() {
    let ways: [fn(&Scene) -> String; 3] = [
        |scene| format!("In-Reply-To: <{}>", scene.letter),
        |scene| format!("References: <a@b.example> <{}>", scene.letter),
        |scene| format!("To: {}", scene.replies),
    ];
    for way in ways {
        let scene = Scene::set();
        scene.story.wait(TimeDelta::days(3));
        let head = format!("From: {ANN}\nSubject: Re: My data\n{}", way(&scene));
        let taken = scene
            .story
            .receives(written(&head, "Please also delete my account and all my data."));
        assert!(
            matches!(taken.outcome, Outcome::Joined { held: false, .. }),
            "{head}: {:?}",
            taken.outcome
        );
        let request = scene.anns_request();
        assert_eq!(request.unread, [taken.message]);
        let added = request
            .items
            .iter()
            .find(|item| item.right.as_str() == "deletion")
            .unwrap();
        assert_eq!(added.received_at, scene.story.now());
        assert_eq!(added.message, Some(taken.message));
        assert!(added.deadline.due_on > request.items[0].deadline.due_on);
        assert_eq!(request.items[0].received_at, scene.ann.request.received_at);
    }
}

#[test]
fn a_proven_reply_waits_for_a_person_while_the_clock_stands() {
    let scene = Scene::set();
    let mei = Actor::Person {
        id: PersonId(1),
        role: Role::Officer,
    };
    let shelf = scene.story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor: mei,
        now: scene.story.now(),
    };
    let withdrawn = scene.story.house.store.write(|tx| {
        door.step(tx, scene.ann.id, Seen::Whatever, |desk| {
            Ok(Command::Withdraw {
                reason: desk.keep("reason", "She wrote so.")?,
            })
        })
    });
    withdrawn.unwrap();
    let head = format!("From: {ANN}\nSubject: Re: My data\nIn-Reply-To: <{}>", scene.letter);
    let taken = scene
        .story
        .receives(written(&head, "Please also delete my account and all my data."));
    assert!(
        matches!(taken.outcome, Outcome::Joined { held: true, .. }),
        "{:?}",
        taken.outcome
    );
    assert_eq!(scene.anns_request().held, [taken.message]);
    assert_eq!(scene.anns_request().items, scene.ann.request.items);
}
