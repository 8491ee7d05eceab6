//! Hostile and broken mail: what it can cost, what it can hide, and whom it can pretend to be. All of it: nothing.

mod bombs;

#[path = "../fuzz/src/promises.rs"]
mod promises;

use std::path::PathBuf;
use std::time::Duration;

use actix_web::test::init_service;
use habeas::domain::lexicon::Lexicon;
use habeas::domain::message::{Mail, Remark, Sender};
use habeas::domain::person::Role;
use habeas::mail::parse::{attachment, parse};
use habeas::mail::reading::Reading;
use habeas::packs::Shelf;
use habeas::web::app;

use crate::harness::house::Story;
use crate::web::{get, hire, send, visit};

/// Processor time of this thread where the system tells it: other work on the machine does not count.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    match told.split(' ').next().and_then(|nanos| nanos.parse().ok()) {
        Some(nanos) => Duration::from_nanos(nanos),
        None => std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap(),
    }
}

/// What reading and recognising a mail costs.
fn cost(mail: &[u8], lexicon: &Lexicon) -> Duration {
    let started = processor_time();
    std::hint::black_box(Reading::of(&parse(mail), lexicon));
    processor_time() - started
}

#[test]
fn twice_the_mail_costs_at_most_twice_the_time() {
    // Below this, noise is larger than what is measured.
    const SLACK: Duration = Duration::from_millis(40);
    const SIZE: usize = 25_000;
    const TRIES: usize = 3;
    let pack = Shelf::open(&[]).unwrap().pack(None).unwrap();
    let lexicon = pack.lexicon().unwrap();
    let is_in_proportion = |make: bombs::Make| {
        let (one, two) = (cost(&make(SIZE), lexicon), cost(&make(2 * SIZE), lexicon));
        two < one * 3 + SLACK
    };
    for (name, make) in bombs::BOMBS {
        assert!((0..TRIES).any(|_| is_in_proportion(*make)), "{name}");
    }
}

/// Every file in a folder, and none when there is no such folder.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

#[test]
fn every_promise_holds_for_the_seeds_of_the_fuzzer_and_for_all_that_it_has_found() {
    for (name, promise) in promises::PROMISES {
        let seeds = files(&format!("tests/fuzz/seeds/{name}"));
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for file in seeds
            .into_iter()
            .chain(files(&format!("tests/fuzz/regressions/{name}")))
        {
            println!("{}", file.display());
            promise(&std::fs::read(file).unwrap());
        }
    }
}

#[test]
fn every_promise_holds_for_the_corpus_and_for_small_bombs() {
    const SIZE: usize = 3000;
    for file in files("tests/corpus") {
        println!("{}", file.display());
        promises::mail(&std::fs::read(file).unwrap());
    }
    for (name, make) in bombs::BOMBS {
        println!("{name}");
        promises::mail(&make(SIZE));
    }
}

/// A mail whose parts stand in a `multipart/mixed`.
fn parts(parts: &str) -> Mail {
    parse(format!("From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n{parts}").as_bytes())
}

fn content(raw: &str, index: usize) -> String {
    String::from_utf8(attachment(raw.as_bytes(), index).unwrap().bytes).unwrap()
}

#[test]
fn a_header_is_read_to_its_limits_and_no_sender_hides_behind_them() {
    let lines = |count: usize| format!("From: a@example.org\n{}Subject: late\n", "X-A: b\n".repeat(count));
    let within = parse(format!("{}\nbody", lines(998)).as_bytes());
    assert_eq!((within.subject.as_str(), within.remarks.as_slice()), ("late", &[][..]));
    let beyond = parse(format!("{}From: boss@example.com\n\nbody", lines(1000)).as_bytes());
    assert_eq!((beyond.subject.as_str(), beyond.text.as_str()), ("", "body"));
    assert_eq!(beyond.remarks, [Remark::HeaderTooLong, Remark::SenderAmbiguous]);
    let block = format!("X-A: {}\n", "b".repeat(1000)).repeat(262);
    let long = parse(format!("Subject: early\n{block}Cc: c@example.org\nFrom: a@example.org\n\nbody").as_bytes());
    assert_eq!(
        (long.subject.as_str(), long.to.len(), long.text.as_str()),
        ("early", 0, "body")
    );
    assert!(long.sender().is_some());
    assert_eq!(long.remarks, [Remark::HeaderTooLong]);
}

#[test]
fn a_field_that_is_cut_gives_no_half_address() {
    let crowd = |field: &str| format!("{field}: {}b@example.org\n\n", "name <a@example.org>, ".repeat(3000));
    let to = parse(crowd("To").as_bytes());
    assert!(
        to.to.iter().all(|to| to.address == "a@example.org"),
        "{:?}",
        to.to.last()
    );
    assert!(to.remarks.contains(&Remark::FieldTooLong));
    let from = parse(format!("From: {}a@example.org\n\n", " ".repeat(70_000)).as_bytes());
    assert!(from.sender().is_none());
    let subject = parse(format!("From: a@example.org\nSubject: {}\n\n", "x".repeat(70_000)).as_bytes());
    assert_eq!(subject.subject.len(), 64 * 1024 - 1);
    assert_eq!(subject.remarks, [Remark::FieldTooLong]);
}

#[test]
fn a_thousand_addresses_are_read_and_more_are_said() {
    let mail = |count: usize| {
        let to: String = (1..count).map(|n| format!(", r{n}@example.org")).collect();
        parse(format!("From: a@example.org\nTo: r0@example.org{to}\n\n").as_bytes())
    };
    let (just, more) = (mail(1000), mail(1001));
    assert_eq!((just.to.len(), just.remarks.as_slice()), (1000, &[][..]));
    assert_eq!(
        (more.to.len(), more.remarks.as_slice()),
        (1000, &[Remark::TooManyAddresses][..])
    );
}

#[test]
fn parts_too_deep_are_files_as_they_came() {
    let mut raw = "From: a@example.org\n".to_owned();
    for level in 0..25 {
        raw += &format!("Content-Type: multipart/mixed; boundary=b{level}x\n\n--b{level}x\n");
    }
    raw += "\nPlease delete my data.\n";
    let mail = parse(raw.as_bytes());
    assert!(mail.remarks.contains(&Remark::TooDeep), "{:?}", mail.remarks);
    let [file] = mail.attachments.as_slice() else {
        panic!("{:?}", mail.attachments)
    };
    assert!(content(&raw, file.index).contains("delete my data"));
}

#[test]
fn the_parts_beyond_the_thousandth_are_one_file_as_they_came() {
    let raw = format!(
        "From: a@example.org\nContent-Type: multipart/mixed; boundary=b\n\n{}--b\n\nlast one\n--b--\n",
        "--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n".repeat(2000)
    );
    let mail = parse(raw.as_bytes());
    assert_eq!(mail.remarks, [Remark::TooManyParts]);
    assert!(mail.attachments.len() <= 1000);
    let rest = content(&raw, mail.attachments.last().unwrap().index);
    assert!(rest.starts_with("--b\n") && rest.ends_with("last one\n--b--\n"));
    assert_eq!(rest.matches("image/png").count() + mail.attachments.len() - 1, 2000);
}

#[test]
fn what_stands_outside_the_parts_is_a_file_and_is_said() {
    let before = parts("Delete my data.\n--b\n\nHello.\n--b--\n");
    assert_eq!(
        (before.remarks.as_slice(), before.attachments.len()),
        (&[Remark::BeforeFirstPart][..], 1)
    );
    let after = parts("--b\n\nHello.\n--b--\nDelete my data.\n");
    assert_eq!(
        (after.remarks.as_slice(), after.attachments.len()),
        (&[Remark::AfterLastPart][..], 1)
    );
    let usual = parts("This is a multi-part message in MIME format.\n--b\n\nHello.\n--b--\n\n");
    assert_eq!((usual.remarks.as_slice(), usual.attachments.len()), (&[][..], 0));
    let cut = parts("--b\n\nHello.\n--b\nContent-Type: application/pdf\n\nx");
    assert_eq!(
        (cut.remarks.as_slice(), cut.attachments.len()),
        (&[Remark::EndMissing][..], 1)
    );
}

#[test]
fn every_part_is_shown_or_listed_whatever_it_says_it_is() {
    let raw = [
        "From: a@example.org",
        "Content-Type: multipart/alternative; boundary=b",
        "",
        "--b",
        "Content-Type: text/plain",
        "",
        "Hello.",
        "--b",
        "Content-Type: text/html",
        "",
        "<p>Hello.",
        "--b",
        "Content-Type: x/y; z",
        "",
        "1",
        "--b",
        "Content-Type: text/plain",
        "Content-Type: application/pdf",
        "Content-Disposition: attachment; filename=\"../x\u{202e}fdp.exe\0\"",
        "",
        "2",
        "--b",
        "Content-Type: nonsense",
        "Content-Disposition: attachment",
        "",
        "3",
        "--b",
        "Content-Type: application/pkcs7-mime; name=smime.p7m",
        "",
        "4",
        "--b--",
        "5",
    ]
    .join("\n");
    let mail = parse(raw.as_bytes());
    let names: Vec<&str> = mail.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        ["part-3.bin", "_xfdp.exe", "part-5.txt", "smime.p7m", "part-7.txt"]
    );
    let other: Vec<&str> = mail.other_forms.iter().map(|file| file.name.as_str()).collect();
    assert_eq!((mail.text.as_str(), other.as_slice()), ("Hello.", &["part-2.html"][..]));
    assert_eq!(
        mail.remarks,
        [Remark::Contradictory, Remark::AfterLastPart, Remark::Encrypted]
    );
}

#[test]
fn a_long_file_name_is_shortened_and_said() {
    let mail = parts(&format!(
        "--b\nContent-Disposition: attachment; filename=\"{}.pdf\"\n\nx\n--b--\n",
        "信".repeat(200)
    ));
    assert_eq!(mail.remarks, [Remark::FileNameTooLong]);
    let name = &mail.attachments[0].name;
    assert!(name.len() <= 255 && name.ends_with("….pdf"), "{name}");
}

#[test]
fn encrypted_mail_says_that_it_cannot_be_read() {
    let armored = parse(b"From: a@example.org\n\n-----BEGIN PGP MESSAGE-----\n\nhQEM\n-----END PGP MESSAGE-----\n");
    assert_eq!(armored.remarks, [Remark::Encrypted]);
    let enveloped = parts("--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--\n");
    assert_eq!(enveloped.remarks, [Remark::Encrypted]);
}

#[test]
fn a_mail_without_a_line_feed_is_read_by_its_carriage_returns() {
    let mail = parse(b"From: a@example.org\rSubject: My\r data\r\rPlease delete it.\rThank you.\r");
    assert_eq!(mail.subject, "My data");
    assert_eq!(mail.text, "Please delete it.\nThank you.");
    assert!(mail.sender().is_some());
}

#[test]
fn a_mail_without_a_header_is_all_text() {
    assert_eq!(
        parse(b" Please delete my data.\nThank you.").text,
        " Please delete my data.\nThank you."
    );
    assert_eq!(parse(b"\n\nPlease delete my data.").text, "Please delete my data.");
}

#[test]
fn no_address_is_made_of_what_is_none() {
    for field in [
        "boss@example.com\u{200b}.evil.example",
        "bo\u{200b}ss@example.com",
        "<=?utf-8?Q?boss=40example.com?=>",
        "=?utf-8?Q?boss=40example.com?=",
        "boss@exam\rple.com",
        "boss\0@example.com",
        "bo(x)ss@example.com",
        "boss@example.com, boss@example.com",
        "boss@example.com:;",
        "\"boss@example.com\" <>",
    ] {
        let mail = parse(format!("From: {field}\nTo: {field}\n\n").as_bytes());
        assert!(mail.sender().is_none(), "{field:?}: {:?}", mail.from);
        assert!(!matches!(mail.from, Sender::Known(_)));
    }
}

#[actix_web::test]
async fn files_that_could_act_are_handed_over_and_never_opened_and_their_names_are_text() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let kinds = [
        "text/html",
        "image/svg+xml",
        "application/xml",
        "application/pdf",
        "message/rfc822",
    ];
    let parts: String = kinds
        .iter()
        .map(|kind| {
            format!("--b\nContent-Type: {kind}\nContent-Disposition: attachment; filename=\"<b>x\\\"&\u{202e}.exe\"\n\n<a>\n\n")
        })
        .collect();
    let ask = "Please send me a copy of all personal data you hold about me.";
    let mail = format!(
        "From: a@example.org\nSubject: My data\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n{ask}\n{parts}--b--\n"
    );
    let message = story.receives(mail).message;
    let officer = visit(&story, hire(&story, "mei@example.com", Role::Officer, "zh-Hans"));
    let app = init_service(app(story.house.clone())).await;
    let page = send(&app, get(&format!("/mail/{message}"), Some(&officer)).to_request())
        .await
        .body;
    assert!(
        page.contains("&#60;b&#62;x&#34;&#38;.exe") && !page.contains("<b>x"),
        "{page}"
    );
    let offered: Vec<&str> = page
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| path.starts_with(&format!("/messages/{message}/")))
        .collect();
    assert_eq!(
        offered.len(),
        kinds.len() + 1,
        "each file and the original: {offered:?}"
    );
    for path in offered {
        let file = send(&app, get(path, Some(&officer)).to_request()).await;
        for (name, value) in [
            ("content-type", "application/octet-stream"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(file.header(name), value, "{path}");
        }
        assert!(file.header("content-disposition").starts_with("attachment; "), "{path}");
        assert!(file.header("content-security-policy").contains("sandbox"), "{path}");
    }
}

#[actix_web::test]
async fn what_is_odd_about_a_mail_is_said_in_the_language_of_who_reads_it() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let message = story
        .receives("From: a@example.org, b@example.org\nSubject: x\n\nPlease delete my data.\n")
        .message;
    let app = init_service(app(story.house.clone())).await;
    for (language, words) in [
        ("en", "more than one way who it is from"),
        ("zh-Hans", "发件人有多种解读"),
    ] {
        let officer = visit(
            &story,
            hire(&story, &format!("{language}@example.com"), Role::Officer, language),
        );
        let page = send(&app, get(&format!("/mail/{message}"), Some(&officer)).to_request())
            .await
            .body;
        assert!(page.contains(words), "{page}");
    }
}
