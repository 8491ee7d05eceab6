//! Policy packs: what holds for each of them, the letters they write, and what is said to the author of a broken one.

mod answers;
mod broken;
mod letters;
mod news;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use habeas::domain::deadline::{Term, due};
use habeas::domain::letter::Occasion;
use habeas::domain::policy::{Listing, Localized, Pack};
use habeas::packs::{LoadedPack, Shelf};

/// The folder of packs beside these tests.
fn further() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs")
}

fn shelf() -> Shelf {
    Shelf::open(&[further()]).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn pack(name: &str) -> Arc<LoadedPack> {
    shelf().pack(Some(name)).unwrap_or_else(|| panic!("no pack {name}"))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The files of the small pack.
fn small_pack() -> BTreeMap<String, String> {
    let folder = further().join("one-month");
    let mut files = BTreeMap::new();
    for part in ["", "letters/", "calendars/"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = format!("{part}{}", path.file_name().unwrap().to_str().unwrap());
                files.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    files
}

#[test]
fn a_pack_in_a_folder_is_used_beside_the_built_in_one() {
    let shelf = shelf();
    let ids: Vec<&str> = shelf
        .packs()
        .iter()
        .map(|loaded| loaded.pack.policy.id.as_str())
        .collect();
    assert_eq!(
        ids,
        ["cn-statement", "eu-gdpr", "one-month", "uk-gdpr", "us-california"]
    );
    assert_eq!(shelf.pack(None).unwrap().pack.policy.id, "cn-statement");
    assert_eq!(shelf.pack(Some("one-month")).unwrap().calendar.region(), "DE");
    assert!(shelf.version("one-month", "2026-01-01").is_some());
    assert!(shelf.version("one-month", "2025-01-01").is_none());
    assert!(shelf.pack(Some("no-such-pack")).is_none());
}

#[test]
fn a_folder_can_be_a_pack_itself() {
    let shelf = Shelf::open(&[further().join("one-month")]).unwrap();
    assert!(shelf.pack(Some("one-month")).is_some());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let mistakes = Shelf::open(&[PathBuf::from("no/such/folder")]).unwrap_err();
    assert!(
        mistakes
            .to_string()
            .starts_with("no/such/folder/.:0: It cannot be read"),
        "{mistakes}"
    );
}

#[test]
fn one_version_has_one_text() {
    let folder = further().join("one-month");
    let mistakes = Shelf::open(&[folder.clone(), folder]).unwrap_err().to_string();
    assert!(
        mistakes.contains("Version 2026-01-01 of `one-month` is there already."),
        "{mistakes}"
    );
}

#[test]
fn the_version_in_force_is_the_newest_that_has_begun() {
    let folder = tempfile::tempdir().unwrap();
    for version in ["2026-01-01", "2027-01-01"] {
        for (name, text) in small_pack() {
            let path = folder.path().join(version).join(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let text = if name == "statement.toml" {
                text.replace("2026-01-01", version)
            } else {
                text
            };
            std::fs::write(path, text).unwrap();
        }
    }
    let shelf = Shelf::open(&[folder.path().to_owned()]).unwrap();
    let in_force = |on| {
        shelf
            .in_force(Some("one-month"), day(on))
            .unwrap()
            .pack
            .policy
            .version
            .clone()
    };
    assert_eq!(in_force("2026-12-31"), "2026-01-01");
    assert_eq!(in_force("2027-01-01"), "2027-01-01");
    assert_eq!(in_force("2025-12-31"), "2026-01-01");
    assert_eq!(shelf.pack(Some("one-month")).unwrap().pack.policy.version, "2027-01-01");
}

#[test]
fn a_newer_calendar_replaces_the_old_one_in_the_packs_that_name_it() {
    let shelf = shelf();
    let text = small_pack()["calendars/DE.toml"].replace("checked_on = \"2026-11-24\"", "checked_on = \"2026-11-25\"");
    let calendar = habeas::domain::calendar::Calendar::parse(&text, "DE.toml").unwrap();
    let (version, before) = (
        calendar.version().to_owned(),
        shelf.pack(None).unwrap().calendar.version().to_owned(),
    );
    let shelf = shelf.with_calendar(calendar);
    assert_eq!(shelf.calendar("DE").unwrap().version(), version);
    assert_eq!(shelf.pack(Some("one-month")).unwrap().calendar.version(), version);
    assert_eq!(shelf.pack(None).unwrap().calendar.version(), before);
}

#[test]
fn the_deadline_follows_from_the_pack_alone() {
    for (name, received_on, extended, due_on) in [
        // Fifteen working days across the eight days off of October 2025; Saturday the 11th is worked.
        ("cn-statement", "2025-09-30", false, "2025-10-28"),
        ("cn-statement", "2026-02-14", false, "2026-03-13"),
        // One month, rolled over a Sunday; the last day of a shorter month; three months from receipt when extended.
        ("one-month", "2027-01-31", false, "2027-03-01"),
        ("one-month", "2025-11-30", false, "2025-12-30"),
        ("one-month", "2025-11-30", true, "2026-03-02"),
    ] {
        let loaded = pack(name);
        let term = loaded.pack.policy.term;
        let extension = loaded.pack.policy.extension.as_ref();
        let extension = extension.map(|extension| Term {
            length: extension.length,
            unit: extension.unit,
            ..term
        });
        let counted = due(
            day(received_on),
            &term,
            extension.as_ref().filter(|_| extended),
            &loaded.calendar,
        );
        assert_eq!(counted.day, day(due_on), "{name} {received_on}");
    }
}

#[test]
fn everything_has_a_name_of_its_own_in_each_language() {
    for loaded in shelf().packs() {
        let policy = &loaded.pack.policy;
        let lists: [Vec<&Localized>; 5] = [
            policy.rights.iter().map(|right| &right.name).collect(),
            policy.grounds.iter().map(|ground| &ground.name).collect(),
            policy.exemptions.iter().map(|exemption| &exemption.name).collect(),
            policy.on_behalf.iter().map(|rule| &rule.name).collect(),
            policy.identity.iter().map(|method| &method.name).collect(),
        ];
        for language in &policy.languages {
            for list in &lists {
                let names: BTreeSet<&str> = list.iter().map(|name| name.exact(language).unwrap()).collect();
                assert_eq!(names.len(), list.len(), "two of {names:?} have the same name");
            }
        }
    }
}

#[test]
fn ways_to_prove_identity_go_from_the_mildest_up_and_the_harsh_ones_need_a_reason() {
    for loaded in shelf().packs() {
        let steps: Vec<u32> = loaded
            .pack
            .policy
            .identity
            .iter()
            .map(|method| method.intrusive)
            .collect();
        assert!(steps.is_sorted_by(|a, b| a < b), "{steps:?}");
        let reasons: Vec<bool> = loaded
            .pack
            .policy
            .identity
            .iter()
            .map(|method| method.needs_reason)
            .collect();
        assert!(
            reasons.is_sorted(),
            "a milder way needs a reason and a harsher one does not: {reasons:?}"
        );
    }
}

#[test]
fn the_default_statement_promises_what_it_says_and_no_more() {
    let loaded = pack("cn-statement");
    let policy = &loaded.pack.policy;
    let promised = policy.rights.iter().filter(|right| right.listed == Listing::Statement);
    assert_eq!(
        promised.map(|right| right.id.as_str()).collect::<Vec<_>>(),
        [
            "know",
            "access",
            "copy",
            "transfer",
            "correction",
            "addition",
            "restriction",
            "deletion",
            "withdrawal"
        ]
    );
    let grounds = policy
        .grounds
        .iter()
        .map(|ground| (ground.id.as_str(), ground.listed == Listing::Statement));
    assert_eq!(
        grounds.collect::<Vec<_>>(),
        [
            ("unlawful", true),
            ("without-consent", true),
            ("agreement-breached", true),
            ("service-ended", true),
            ("retention-expired", true),
            ("consent-withdrawn", true),
            ("other-law", true),
            ("purpose-ended", false),
        ]
    );
    let exemptions = policy.exemptions.iter().map(|exemption| exemption.id.as_str());
    assert_eq!(
        exemptions.collect::<Vec<_>>(),
        [
            "national-security",
            "public-interest",
            "criminal",
            "abuse",
            "third-party"
        ]
    );
    assert_eq!(policy.extension, None);
    assert_eq!(loaded.pack.remarks, []);
}

#[test]
fn a_ground_that_is_printed_twice_in_the_same_words_is_taken_once_and_reported() {
    let mut files = small_pack();
    let statement = files.get_mut("statement.toml").unwrap();
    let start = statement.find("[[grounds]]").unwrap();
    let end = start + statement[start..].find("\n\n").unwrap() + 2;
    let ground = statement[start..end].to_owned();
    statement.insert_str(end, &ground);
    let first = statement[..start].matches('\n').count() + 1;
    let second = statement[..end].matches('\n').count() + 1;

    let pack = Pack::parse(&files).unwrap();
    assert_eq!(pack.policy.grounds.len(), 2);
    let [remark] = &pack.remarks[..] else {
        panic!("{:?}", pack.remarks)
    };
    assert_eq!((remark.file.as_str(), remark.line), ("statement.toml", second));
    assert!(
        remark.what.contains("`no-longer-necessary`") && remark.what.contains(&format!("line {first}")),
        "{remark:?}"
    );
}

#[test]
fn the_fingerprint_changes_with_every_file() {
    let files = small_pack();
    let whole = Pack::parse(&files).unwrap().fingerprint;
    for name in files.keys() {
        let mut changed = files.clone();
        changed.get_mut(name).unwrap().push('\n');
        assert_ne!(Pack::parse(&changed).unwrap().fingerprint, whole, "{name}");
    }
}

#[test]
fn letters_fall_back_to_the_nearest_language() {
    for (pack_name, wanted, found) in [
        ("cn-statement", "en", "en"),
        ("cn-statement", "zh-Hans", "zh-Hans"),
        ("cn-statement", "zh-Hant", "zh-Hans"),
        ("cn-statement", "fr", "en"),
        ("one-month", "de", "de"),
        ("one-month", "zh-Hans", "en"),
    ] {
        assert_eq!(
            pack(pack_name).pack.letter_language(wanted),
            found,
            "{pack_name} {wanted}"
        );
    }
}

/// Occasions that a pack can meet: a longer term only where there is one.
fn occasions(pack: &Pack) -> impl Iterator<Item = Occasion> {
    let has_extension = pack.policy.extension.is_some();
    Occasion::ALL
        .iter()
        .copied()
        .filter(move |occasion| has_extension || *occasion != Occasion::ExtensionNotice)
}
