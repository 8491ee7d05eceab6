//! What officers say of mail, where it differs from what recognition proposed, is kept and can be handed on as samples.

use std::collections::BTreeMap;
use std::fs;

use habeas::cli::corrections::{self as command, export};
use habeas::domain::classification::{Kind, classify};
use habeas::domain::command::Command;
use habeas::domain::correction::Correction;
use habeas::domain::event::CaseKind;
use habeas::domain::person::{Actor, PersonId, Role};
use habeas::domain::policy::{OnBehalfId, RightId};
use habeas::domain::score::{Label, score};
use habeas::mail::bring_back::bring_back;
use habeas::mail::parse::parse;
use habeas::store::corrections::{self, Wanted};
use habeas::store::door::{Desk, Door, Seen, StepError};
use habeas::store::messages::{self, Group, Outcome};
use habeas::store::requests::{self, Stored};
use habeas::store::vault::keys;

use crate::harness::house::{Story, mail};

const MEI: Actor = Actor::Person {
    id: PersonId(1),
    role: Role::Officer,
};

const DELETION: &str = "Please delete my account and all personal data you hold about me.";

fn step(
    story: &Story,
    stored: &Stored,
    command: impl FnOnce(&mut Desk<'_, '_>) -> Result<Command, StepError>,
) -> Stored {
    let shelf = story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor: MEI,
        now: story.now(),
    };
    let taken = story
        .house
        .store
        .write(|tx| door.step(tx, stored.id, Seen::Whatever, command));
    taken.unwrap()
}

fn add(story: &Story, stored: &Stored, right: &str, message: i64) -> Stored {
    let (right, received_at) = (RightId::new(right), story.now());
    step(story, stored, |_| {
        Ok(Command::AddItem {
            right,
            received_at,
            message: Some(message),
        })
    })
}

fn drop_item(story: &Story, stored: &Stored, item: u32) -> Stored {
    step(story, stored, |desk| {
        let reason = desk.keep("reason", "Not asked for.")?;
        Ok(Command::DropItem { item, reason })
    })
}

fn set_aside(story: &Story, stored: &Stored) -> Stored {
    step(story, stored, |desk| {
        let reason = desk.keep("reason", "It is about an order.")?;
        Ok(Command::SetAside { reason })
    })
}

fn triage(story: &Story, stored: &Stored, kind: CaseKind, rights: &[&str]) -> Stored {
    let language = stored.request.language.clone();
    let rights = rights.iter().map(|id| RightId::new(id)).collect();
    step(story, stored, |_| {
        Ok(Command::Triage {
            kind,
            rights,
            on_behalf: OnBehalfId::new(OnBehalfId::NONE),
            language,
        })
    })
}

fn listed(story: &Story) -> Vec<Correction> {
    let all = story.house.store.read(corrections::list).unwrap();
    all.into_iter().map(|(_, found)| found).collect()
}

fn rights(correction: &Correction) -> (Vec<&str>, Vec<&str>) {
    (
        correction.proposed.rights.iter().map(RightId::as_str).collect(),
        correction.said.rights.iter().map(RightId::as_str).collect(),
    )
}

fn asks_for_deletion(story: &Story) -> Stored {
    let stored = story.opens(mail("Helen Brook <h@meadow.example>", "My account", DELETION));
    let found: Vec<&str> = stored.request.items.iter().map(|item| item.right.as_str()).collect();
    assert_eq!(found, ["deletion"], "the story begins with what recognition finds");
    stored
}

#[test]
fn a_right_that_an_officer_finds_in_a_message_is_kept_as_a_correction() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let stored = asks_for_deletion(&story);
    assert_eq!(listed(&story), []);
    let stored = add(&story, &stored, "copy", stored.request.messages[0]);
    let found = listed(&story);
    assert_eq!(rights(&found[0]), (vec!["deletion"], vec!["copy", "deletion"]));
    drop_item(&story, &stored, 1);
    let found = listed(&story);
    assert_eq!(found.len(), 1, "the last word counts, not each on the way to it");
    assert_eq!(rights(&found[0]), (vec!["deletion"], vec!["copy"]));
    let rebuilt = story
        .house
        .store
        .write(|tx| requests::rebuild(tx, &*story.house.shelf()))
        .unwrap();
    assert_eq!(rebuilt.differed, Vec::<String>::new());
}

#[test]
fn a_right_dropped_after_the_requester_wrote_again_is_no_correction_of_the_first_message() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let stored = asks_for_deletion(&story);
    let again = mail(
        "Helen Brook <h@meadow.example>",
        "Re: My account",
        "I have changed my mind, thank you.",
    );
    story.receives(again);
    let now = story.request(&stored.request.reference);
    assert_eq!(
        now.request.held.len() + now.request.messages.len(),
        2,
        "the second message is with the first"
    );
    drop_item(&story, &now, 1);
    assert_eq!(listed(&story), []);
}

#[test]
fn what_is_set_aside_and_brought_back_stands_as_it_was_proposed() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let stored = asks_for_deletion(&story);
    let stored = set_aside(&story, &stored);
    assert_eq!(listed(&story)[0].said.kind, Kind::Unrelated);
    let stored = step(&story, &stored, |_| Ok(Command::BringBack));
    assert_eq!(listed(&story), [], "a correction that was taken back stands no more");
    triage(&story, &stored, CaseKind::Request, &["deletion"]);
    assert_eq!(listed(&story), []);
}

#[test]
fn a_message_taken_for_something_else_and_made_a_request_by_a_person_is_a_correction() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    story.receives(mail(
        "Shop <s@meadow.example>",
        "Invoice 4711",
        "Please find attached our invoice 4711 for the last delivery.",
    ));
    let aside = story
        .house
        .store
        .read(|db| messages::list(db, Some(Group::Of(Outcome::SetAside)), None, 10))
        .unwrap();
    let shelf = story.house.shelf();
    let door = Door {
        book: &*shelf,
        actor: MEI,
        now: story.now(),
    };
    let policy = story.house.pack().unwrap().pack.policy.clone();
    let stored = story
        .house
        .store
        .write(|tx| bring_back(tx, &door, &policy, &aside[0]))
        .unwrap();
    let found = listed(&story);
    assert_eq!(
        (found[0].proposed.kind, found[0].said.kind),
        (Kind::Unrelated, Kind::Request)
    );
    triage(&story, &stored, CaseKind::Request, &["access"]);
    let found = listed(&story);
    assert_eq!(found.len(), 1);
    assert_eq!(rights(&found[0]), (vec![], vec!["access"]));
}

#[test]
fn the_list_says_what_was_proposed_and_what_was_said() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let stored = asks_for_deletion(&story);
    add(&story, &stored, "copy", stored.request.messages[0]);
    let mut out = Vec::new();
    command::list(&story.house, false, &mut out).unwrap();
    let line = "DSR-2026-000001  2026-03-02  request (deletion) → request (copy + deletion)\n";
    assert_eq!(String::from_utf8(out).unwrap(), line);
    let mut out = Vec::new();
    command::list(&story.house, true, &mut out).unwrap();
    let object: serde_json::Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(object["said"]["rights"], serde_json::json!(["copy", "deletion"]));
    assert!(
        !object.to_string().contains("meadow"),
        "nothing personal is in a correction"
    );
}

fn exported(story: &Story, wanted: Wanted) -> (tempfile::TempDir, Vec<Label>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut out = Vec::new();
    export::run(&story.house, folder.path(), wanted, &mut out).unwrap();
    let labels = fs::read_to_string(folder.path().join("labels.json")).unwrap();
    (
        folder,
        serde_json::from_str(&labels).unwrap(),
        String::from_utf8(out).unwrap(),
    )
}

#[test]
fn corrected_messages_are_exported_as_samples_that_show_the_miss() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let stored = asks_for_deletion(&story);
    add(&story, &stored, "copy", stored.request.messages[0]);
    let (folder, labels, said) = exported(&story, Wanted::Corrected);
    assert!(said.contains("destroy"), "{said}");
    let raw = fs::read(folder.path().join("0001.eml")).unwrap();
    assert_eq!(
        raw,
        mail("Helen Brook <h@meadow.example>", "My account", DELETION).as_bytes()
    );
    let answer = classify(&parse(&raw), story.house.pack().unwrap().lexicon().unwrap());
    let scores = score([(&labels[0], &answer)]);
    let misses: BTreeMap<&str, usize> = scores
        .rights
        .iter()
        .map(|(id, tally)| (id.as_str(), tally.misses))
        .collect();
    assert_eq!(misses, BTreeMap::from([("copy", 1), ("deletion", 0)]));
}

#[test]
fn what_an_officer_left_as_proposed_is_a_sample_when_asked_for() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let stored = asks_for_deletion(&story);
    let mut counts = Vec::new();
    for wanted in [Wanted::Corrected, Wanted::Confirmed] {
        counts.push(exported(&story, wanted).1.len());
    }
    assert_eq!(counts, [0, 0], "nobody has looked at it yet");
    let stored = set_aside(&story, &stored);
    let stored = step(&story, &stored, |_| Ok(Command::BringBack));
    triage(&story, &stored, CaseKind::Request, &["deletion"]);
    assert_eq!(exported(&story, Wanted::Corrected).1.len(), 0);
    let (_, confirmed, _) = exported(&story, Wanted::Confirmed);
    assert_eq!(confirmed.len(), 1);
    assert_eq!(
        (confirmed[0].kind, &confirmed[0].rights[..]),
        (Kind::Request, &["deletion".to_owned()][..])
    );
}

#[test]
fn an_export_goes_into_a_folder_of_its_own_that_nobody_else_can_open() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let stored = asks_for_deletion(&story);
    set_aside(&story, &stored);
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("samples");
    export::run(&story.house, &folder, Wanted::Corrected, &mut Vec::new()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.clone()), 0o700);
        assert_eq!(mode(folder.join("0001.eml")), 0o600);
    }
    let again = export::run(&story.house, &folder, Wanted::Corrected, &mut Vec::new()).unwrap_err();
    assert!(again.to_string().contains("holds something already"), "{again}");
}

#[test]
fn nothing_of_an_erased_message_is_exported_and_its_correction_still_stands() {
    let story = Story::at("2026-03-02T09:00:00+08:00");
    let stored = asks_for_deletion(&story);
    set_aside(&story, &stored);
    let now = story.now();
    story
        .house
        .store
        .write(|tx| keys::destroy(tx, stored.key_id, now))
        .unwrap();
    assert_eq!(listed(&story).len(), 1);
    let (folder, labels, said) = exported(&story, Wanted::Corrected);
    assert_eq!(labels.len(), 0);
    assert!(said.contains("1 more are erased"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
