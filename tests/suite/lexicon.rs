//! Words are proposed from labelled mail, tried on all of it, and count once somebody puts them beside a pack.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use habeas::cli::lexicon::{ProposeArgs, TryArgs, propose_and_try, try_file};
use habeas::domain::classification::classify;
use habeas::mail::parse::parse;
use habeas::packs::{LoadedPack, Shelf};

use crate::harness::house::mail;

/// Words for a deletion that no lexicon knows.
const PLANTED: &str = "moonwalk the folder";

fn pack() -> Arc<LoadedPack> {
    Shelf::open(&[]).unwrap().pack(None).unwrap()
}

/// A folder of mails in which four planted deletions are missed, with labels.
fn samples() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bodies = [
        (
            "request",
            "deletion",
            format!("Good morning, please {PLANTED} this week. Anna"),
        ),
        (
            "request",
            "deletion",
            format!("Hello, I want you to {PLANTED} at last. Regards, Bob"),
        ),
        ("request", "deletion", format!("As I left the club, {PLANTED} please.")),
        (
            "request",
            "deletion",
            format!("Dear Sirs, kindly {PLANTED} without delay."),
        ),
        (
            "request",
            "access",
            "Please let me see all personal data that you hold about me.".to_owned(),
        ),
        (
            "request",
            "copy",
            "Please send me a copy of all personal data you hold about me.".to_owned(),
        ),
        (
            "unrelated",
            "",
            "Please find attached our invoice for the pump, kindly pay it this week.".to_owned(),
        ),
        (
            "unrelated",
            "",
            "Good morning, when will my parcel arrive? Regards".to_owned(),
        ),
    ];
    let mut labels = Vec::new();
    for ((kind, right, body), number) in bodies.iter().zip(1..) {
        let file = format!("{number:04}.eml");
        fs::write(folder.path().join(&file), mail("a@meadow.example", "Hello", body)).unwrap();
        let rights: Vec<&str> = [*right].into_iter().filter(|right| !right.is_empty()).collect();
        labels.push(serde_json::json!({
            "file": file, "kind": kind, "rights": rights, "language": "en", "rights_optional": ["know"],
        }));
    }
    fs::write(
        folder.path().join("labels.json"),
        serde_json::to_string(&labels).unwrap(),
    )
    .unwrap();
    folder
}

fn proposed(folder: &Path, out: Option<PathBuf>) -> String {
    let args = ProposeArgs {
        from: folder.join("labels.json"),
        samples: folder.to_owned(),
        out,
        support: 3,
        on: Vec::new(),
        store: false,
    };
    let mut said = Vec::new();
    propose_and_try(&args, &pack(), &mut said).unwrap();
    String::from_utf8(said).unwrap()
}

fn tried(additions: &str, folder: &Path) -> anyhow::Result<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), additions).unwrap();
    let args = TryArgs {
        lexicon: file.path().to_owned(),
        on: vec![folder.to_owned()],
        store: false,
    };
    let mut said = Vec::new();
    try_file(&args, &pack(), &mut said)?;
    Ok(String::from_utf8(said)?)
}

#[test]
fn a_phrase_that_marks_missed_deletions_is_proposed_first_and_makes_them_better() {
    let folder = samples();
    let out = tempfile::tempdir().unwrap().path().with_extension("toml");
    let said = proposed(folder.path(), Some(out.clone()));
    let after = said.split("deletion (en)\n").nth(1).unwrap();
    assert!(after.trim_start().starts_with(PLANTED), "{said}");
    // What words lean to may guess one of the four without the phrase.
    assert!(after.contains(" missed,   0 others"), "{said}");
    assert!(said.matches("  better    000").count() >= 3, "{said}");
    assert!(said.contains(" better, 0 worse"), "{said}");
    assert!(said.contains("Nothing was changed."), "{said}");
    let written = fs::read_to_string(&out).unwrap();
    assert!(written.contains(PLANTED));
    assert!(
        !written.contains("Anna") && !written.contains("club"),
        "what people wrote around it stays out: {written}"
    );
    fs::remove_file(out).unwrap();
}

#[test]
fn a_phrase_that_would_break_others_is_shown_as_worse() {
    let folder = samples();
    let said = tried(
        "[language.en.rights]\ndeletion = [\"'personal data'\"]\n",
        folder.path(),
    )
    .unwrap();
    // What else is read in the mail may change as recognition learns; that the phrase breaks it may not.
    let broken = said
        .lines()
        .find(|line| line.contains("WORSE     0005.eml: request (access"));
    let after = broken.and_then(|line| line.split_once('→'));
    assert!(after.is_some_and(|(_, after)| after.contains("deletion")), "{said}");
    assert!(said.contains("0 better, 2 worse"), "{said}");
}

#[test]
fn additions_that_no_lexicon_can_take_are_refused_in_words() {
    let folder = samples();
    for (additions, why) in [
        (
            "[language.en.rights]\nescape = [\"'let me out'\"]\n",
            "no right `escape`",
        ),
        ("[language.en.rights]\ndeletion = [\"nonesuch > own\"]\n", "nonesuch"),
        (
            "[language.tlh.rights]\ndeletion = [\"'nuqneH'\"]\n",
            "no language `tlh`",
        ),
        ("colour = \"blue\"\n", "colour"),
    ] {
        let refused = tried(additions, folder.path()).unwrap_err().to_string();
        assert!(refused.contains(why), "{why}: {refused}");
    }
}

#[test]
fn additions_count_once_they_lie_in_a_folder_named_after_the_pack() {
    let folder = samples();
    let policies = tempfile::tempdir().unwrap();
    let beside = policies.path().join("cn-statement");
    fs::create_dir(&beside).unwrap();
    let mut text = String::new();
    writeln!(text, "[language.en.rights]\ndeletion = [\"'{PLANTED}'\"]").unwrap();
    fs::write(beside.join("lexicon-additions.toml"), &text).unwrap();
    let raw = fs::read(folder.path().join("0001.eml")).unwrap();
    // What words lean to may guess the right without the phrase; it then names others, and a person must look.
    let found = |folders: &[PathBuf]| {
        let pack = Shelf::open(folders).unwrap().pack(None).unwrap();
        let answer = classify(&parse(&raw), pack.lexicon().unwrap());
        let said = |words: &[String]| words.iter().any(|word| word == PLANTED);
        answer
            .rights
            .iter()
            .any(|right| right.id == "deletion" && said(&right.words))
            && !answer.needs_triage
    };
    assert!(!found(&[]));
    assert!(found(&[policies.path().to_owned()]));

    fs::rename(&beside, policies.path().join("cn-statment")).unwrap();
    let refused = Shelf::open(&[policies.path().to_owned()]).unwrap_err().to_string();
    assert!(refused.contains("There is no pack `cn-statment`"), "{refused}");
}
