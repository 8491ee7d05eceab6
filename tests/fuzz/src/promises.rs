//! What must be true of everything that is made of foreign bytes. Each function takes bytes and panics when a promise is
//! broken. The fuzz targets search for such bytes; the test suite holds the promises on every seed and regression.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use habeas::config::{SenderChecks as Wanted, Settings};
use habeas::disclosure::{Context, FindingKind, Own, Remedy, Removal, Report, inspect, redact};
use habeas::domain::authenticity::Verdict;
use habeas::domain::calendar::Calendar;
use habeas::domain::message::{Address, Attachment, Mail, Sender};
use habeas::domain::mistake::Mistake;
use habeas::domain::policy::{LEXICON_FILE, Pack, STATEMENT_FILE};
use habeas::mail::alternatives::alternatives as side_by_side;
use habeas::mail::auth::{Message, SenderChecks, Zone};
use habeas::mail::disclosed::open_mail;
use habeas::mail::files::{self, Found};
use habeas::mail::letters::Thread;
use habeas::mail::parse::{attachment, parse, parse_as};
use habeas::mail::reading::Reading;
use habeas::mail::report;
use habeas::packs::{LoadedPack, Shelf};

static PACK: LazyLock<Arc<LoadedPack>> = LazyLock::new(|| {
    let shelf = Shelf::open(&[]).expect("the built-in packs are sound");
    shelf.pack(None).expect("there is a built-in pack")
});

/// Holds what must be true of the bytes, and panics where it is not.
pub type Promise = fn(&[u8]);

/// What each kind of foreign bytes is held to, by the name of its fuzz target.
pub const PROMISES: &[(&str, Promise)] = &[
    ("mail", mail),
    ("header", header),
    ("text", text),
    ("html", html),
    ("alternatives", alternatives),
    ("report", report),
    ("authentication", authentication),
    ("mailbox", mailbox),
    ("disclosure", disclosure),
    ("calendar", calendar),
    ("policy", policy),
    ("lexicon", lexicon),
];

/// A whole message: read, listed and recognised.
pub fn mail(bytes: &[u8]) {
    let read = parse(bytes);
    assert_eq!(read, parse(bytes), "the same bytes are the same mail");
    shown_text_is_neutral(&read);
    parts_are_listed_once(bytes, &read);
    addresses_are_written_there(bytes, &read);
    own_text_is_part_of_the_text(&read);
    let once = Reading::of(&read, PACK.lexicon().expect("words"));
    assert_eq!(
        once.classification,
        Reading::of(&read, PACK.lexicon().expect("words")).classification
    );
    assert!(Thread::of(&read).references.len() <= 12);
}

/// Header fields: the bytes stand in each field that is taken apart.
pub fn header(bytes: &[u8]) {
    let value: Vec<u8> = bytes.iter().filter(|byte| **byte != b'\n').copied().collect();
    let mut raw = Vec::new();
    for name in [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "References",
        "Content-Type",
        "Content-Disposition",
    ] {
        raw.extend_from_slice(name.as_bytes());
        raw.extend_from_slice(b": ");
        raw.extend_from_slice(&value);
        raw.push(b'\n');
    }
    raw.extend_from_slice(b"\nbody\n");
    mail(&raw);
}

/// A text: the first byte picks the character set it says it is in, the second its transfer encoding.
pub fn text(bytes: &[u8]) {
    const SETS: [&str; 16] = [
        "",
        "utf-8",
        "us-ascii",
        "gb2312",
        "gbk",
        "gb18030",
        "big5",
        "big5-hkscs",
        "iso-2022-jp",
        "shift_jis",
        "euc-kr",
        "iso-8859-1",
        "windows-1251",
        "utf-7",
        "utf-16",
        "nonsense",
    ];
    const ENCODINGS: [&str; 4] = ["8bit", "base64", "quoted-printable", "nonsense"];
    let [set, encoding, body @ ..] = bytes else { return };
    let set = SETS[usize::from(*set) % SETS.len()];
    let encoding = ENCODINGS[usize::from(*encoding) % ENCODINGS.len()];
    let mut raw = format!(
        "From: a@example.org\nContent-Type: text/plain; charset=\"{set}\"; format=flowed\nContent-Transfer-Encoding: {encoding}\n\n"
    )
    .into_bytes();
    raw.extend_from_slice(body);
    mail(&raw);
}

/// An HTML text, alone and beside a plain one.
pub fn html(bytes: &[u8]) {
    let alone = [b"Content-Type: text/html; charset=utf-8\n\n", bytes].concat();
    mail(&alone);
    let start = b"Content-Type: multipart/alternative; boundary=0\n\n--0\n\nPlain text of some words.\n--0\nContent-Type: text/html\n\n";
    mail(&[start.as_slice(), bytes].concat());
}

/// The ways to read a mail, side by side.
pub fn alternatives(bytes: &[u8]) {
    let ways = side_by_side(bytes, None);
    assert_eq!(ways, side_by_side(bytes, None), "the same bytes read in the same ways");
    assert!(ways.len() <= 8);
    for way in ways {
        assert!(!way.text.contains(acts) && !way.subject.contains(acts));
        shown_text_is_neutral(&parse_as(bytes, way.charset));
    }
}

/// A delivery report.
pub fn report(bytes: &[u8]) {
    let read = parse(bytes);
    let found = report::read(bytes, &read);
    assert_eq!(found, report::read(bytes, &read), "the same bytes report the same");
    if let Some(report) = found {
        assert!(report.words.chars().count() <= 301 && !report.words.contains(acts) && !report.words.contains('\n'));
        assert!(report.named.len() <= 20 && !report.named.iter().any(|id| id.contains(char::is_whitespace)));
    }
}

/// Headers that say where a mail is from. Without records, and without the word of the server that the settings name,
/// nothing proves it.
pub fn authentication(bytes: &[u8]) {
    const SERVER: &str = "mx.example.com";
    static CHECKS: LazyLock<SenderChecks> = LazyLock::new(|| {
        let wanted = Wanted {
            authserv_id: SERVER.to_owned(),
            ..Settings::default().sender_checks
        };
        SenderChecks::with_zone(Zone::empty(), &wanted).expect("a thread can be started")
    });
    let read = parse(bytes);
    let message = Message {
        raw: bytes,
        mail: &read,
    };
    let found = CHECKS.check_all(&[message, message]);
    assert_eq!(found[0], found[1], "the same bytes are the same evidence");
    if !String::from_utf8_lossy(bytes).to_lowercase().contains(SERVER) {
        assert_ne!(found[0].verdict(), Verdict::Proven, "nobody vouched for it");
    }
}

/// A file that may be one mail or a whole mailbox.
pub fn mailbox(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("box");
    std::fs::write(&file, bytes).expect("a temporary file can be written");
    let walk = || files::walk(std::slice::from_ref(&file)).collect::<Vec<Found>>();
    let found = walk();
    assert_eq!(found, walk(), "the same file holds the same mail");
    let mut size = 0;
    for found in &found {
        match found {
            Found::Message(message) => size += message.raw.len(),
            Found::PassedOver { source } => panic!("{source} was named and is passed over"),
            Found::Unreadable { why, .. } => assert!(why.contains("Outlook"), "{why}"),
        }
    }
    if !bytes.starts_with(b"From ") {
        assert_eq!(found.len(), 1);
    }
    let separators = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| line.starts_with(b"From "))
        .count();
    assert!(found.len() <= separators.max(1), "a mail was made of nothing");
    assert!(size <= bytes.len(), "bytes were added");
}

/// A file that somebody is about to be given. What is taken out of it is gone, and nothing hidden stays.
pub fn disclosure(bytes: &[u8]) {
    static CONTEXT: LazyLock<Context> =
        LazyLock::new(|| Context::new(&Own::default(), &["李思雨", "Anna Lee"]).with_mail(open_mail));
    let report = inspect("file", bytes, &CONTEXT);
    assert_eq!(report, inspect("file", bytes, &CONTEXT), "the same bytes hold the same");
    assert!(report.findings.len() <= Report::MOST);
    let ids: std::collections::BTreeSet<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(ids.len(), report.findings.len(), "two findings have one id");
    let asked = report
        .findings
        .iter()
        .filter(|finding| finding.remedy == Remedy::Remove);
    let removals: Vec<Removal> = asked.map(Removal::of).collect();
    let mark = |kind: FindingKind| format!("[removed: {}]", kind.as_str());
    if let Ok(done) = redact("file", bytes, &removals, &CONTEXT, &mark) {
        assert_eq!(done.report, inspect("file", &done.bytes, &CONTEXT));
        assert!(
            done.report
                .findings
                .iter()
                .all(|finding| finding.remedy != Remedy::Clean)
        );
    }
}

/// A calendar file.
pub fn calendar(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    match Calendar::parse(text, "XX.toml") {
        Ok(calendar) => {
            let (from, to) = (calendar.covers_from(), calendar.covers_to());
            assert!(from <= to);
            let all = calendar.working_days_between(from, to);
            assert!((0..=(to - from).num_days()).contains(&all));
            let counted = calendar.add_working_days(from, 15);
            assert_eq!(counted.day, calendar.add_working_days(from, 15).day);
            assert!(counted.day > from);
        }
        Err(mistakes) => are_explained(&mistakes),
    }
}

/// A statement, in the pack that the program brings.
pub fn policy(bytes: &[u8]) {
    with_file(STATEMENT_FILE, bytes);
}

/// A lexicon, in the pack that the program brings.
pub fn lexicon(bytes: &[u8]) {
    with_file(LEXICON_FILE, bytes);
}

fn with_file(name: &str, bytes: &[u8]) {
    static FILES: LazyLock<std::collections::BTreeMap<String, String>> = LazyLock::new(|| {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let folder = folder.ancestors().map(|above| above.join("src/packs/cn-statement"));
        let folder = folder
            .into_iter()
            .find(|folder| folder.is_dir())
            .expect("the built-in pack");
        let read = |path: PathBuf| std::fs::read_to_string(path).expect("a readable file");
        let letters = std::fs::read_dir(folder.join("letters")).expect("letters");
        let letters = letters.map(|entry| entry.expect("a letter").path());
        letters
            .map(|path| {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                (format!("letters/{name}"), read(path))
            })
            .chain([STATEMENT_FILE, LEXICON_FILE].map(|name| (name.to_owned(), read(folder.join(name)))))
            .collect()
    });
    let Ok(text) = str::from_utf8(bytes) else { return };
    let mut files = FILES.clone();
    files.insert(name.to_owned(), text.to_owned());
    let shared = [("CN".to_owned(), Arc::clone(&PACK.calendar))].into();
    match LoadedPack::parse(&files, &shared) {
        Ok(loaded) => assert!(!Pack::clone(&loaded.pack).fingerprint.is_empty()),
        Err(mistakes) => are_explained(&mistakes),
    }
}

/// Whoever wrote a wrong file learns what is wrong and what to do.
fn are_explained(mistakes: &[Mistake]) {
    assert!(!mistakes.is_empty(), "refused without a reason");
    for mistake in mistakes {
        assert!(!mistake.to_string().trim().is_empty());
    }
}

fn shown_text_is_neutral(read: &Mail) {
    let addresses = || read.sender().into_iter().chain(&read.to).chain(&read.reply_to);
    let ids = || read.message_id.iter().chain(&read.in_reply_to).chain(&read.references);
    let files = || read.attachments.iter().chain(&read.other_forms);
    let values = read.remarks.iter().flat_map(|remark| remark.values());
    let lines = [read.subject.as_str()]
        .into_iter()
        .chain(match &read.from {
            Sender::Ambiguous { shown } => Some(shown.as_str()),
            Sender::Known(_) | Sender::Missing => None,
        })
        .chain(addresses().flat_map(|address| [address.name.as_str(), address.address.as_str()]))
        .chain(ids().map(String::as_str))
        .chain(files().flat_map(|file| [file.name.as_str(), file.media_type.as_str()]))
        .chain(read.making.auto_submitted.as_deref())
        .chain(read.making.calendar_method.as_deref())
        .chain(values.map(|(_, value)| value));
    for line in lines {
        assert!(!line.contains(['\n', '\t']) && !line.contains(acts), "{line:?}");
    }
    for text in [&read.text, &read.own_text, &read.quoted_text] {
        assert!(!text.contains(acts), "{text:?}");
    }
}

/// Whether a character does something other than being seen.
fn acts(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Every part is shown as text, offered as a file, or listed as another form of the text, and never twice.
fn parts_are_listed_once(bytes: &[u8], read: &Mail) {
    const LOOKED_AT: usize = 20;
    let in_order = |files: &[Attachment]| files.windows(2).all(|pair| pair[0].index < pair[1].index);
    assert!(in_order(&read.attachments) && in_order(&read.other_forms));
    assert!(read.attachments.len() + read.other_forms.len() <= 1000);
    let listed = |index: usize| {
        let mut all = read.attachments.iter().chain(&read.other_forms);
        let found = all.by_ref().find(|file| file.index == index);
        assert!(
            found.is_none() || all.all(|file| file.index != index),
            "part {index} is listed twice"
        );
        found
    };
    for index in 0..LOOKED_AT {
        match (listed(index), attachment(bytes, index)) {
            (Some(file), Some(given)) => {
                assert_eq!((file.size, &file.name), (given.bytes.len(), &given.name));
                assert!(!given.name.is_empty() && given.name.len() <= 255 && !given.name.contains(['/', '\\']));
            }
            (None, Some(given)) => assert!(
                matches!(given.media_type.as_str(), "text/plain" | "text/html"),
                "part {index} is neither shown nor listed: {}",
                given.media_type
            ),
            (Some(file), None) => panic!("part {index} is listed and cannot be had: {}", file.name),
            (None, None) => {}
        }
    }
}

/// No address is made up: in plain bytes each stands as it is read.
fn addresses_are_written_there(bytes: &[u8], read: &Mail) {
    let all: Vec<&Address> = read
        .sender()
        .into_iter()
        .chain(&read.to)
        .chain(&read.reply_to)
        .collect();
    for address in &all {
        let (local, domain) = address.address.rsplit_once('@').expect("an address has an @");
        assert!(!local.is_empty() && !domain.is_empty() && !address.address.contains(char::is_whitespace));
    }
    // Quotes, escapes and comments may stand inside an address without belonging to it.
    if !bytes.iter().any(|byte| b"\"\\()".contains(byte)) {
        let written = String::from_utf8_lossy(bytes).to_lowercase();
        for address in all.into_iter().filter(|one| one.address.is_ascii()) {
            assert!(
                written.contains(&address.address.to_lowercase()),
                "{} is nowhere",
                address.address
            );
        }
    }
}

/// What counts as the writer's own words was written, line by line.
fn own_text_is_part_of_the_text(read: &Mail) {
    for line in read.own_text.lines() {
        assert!(read.text.contains(line), "{line:?} was never written");
    }
}
