//! The demo fills a house with requests at every stage, through the real path, whatever the day is.

use std::collections::BTreeSet;

use habeas::demo;
use habeas::domain::person::Role;
use habeas::domain::policy::SystemId;
use habeas::mail::transport::Transport;
use habeas::store::lists::{self, Filter, From, Life};
use habeas::store::tasks;

use crate::harness::house::Story;

#[test]
fn the_demo_shows_every_stage_on_any_day_of_the_year() {
    for day in [
        "2026-11-24T19:33:00Z",
        "2026-02-15T01:00:00Z",
        "2026-01-01T12:00:00Z",
        "2026-10-11T03:00:00Z",
        "2027-03-01T03:00:00Z",
    ] {
        let story = Story::at(day);
        let folder = tempfile::tempdir().unwrap();
        let transport = Transport::folder(folder.path()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let logins = runtime.block_on(demo::fill(&story.house, &transport)).unwrap();
        assert_eq!(logins.len(), Role::ALL.len(), "{day}: each role can sign in");
        let of_the_shop = story
            .house
            .store
            .read(|db| tasks::of_systems(db, &[SystemId::new("shop")], 100))
            .unwrap();
        assert!(
            !of_the_shop.is_empty(),
            "{day}: the owner of a system has nothing to do"
        );
        let all = Filter {
            life: Life::All,
            ..Filter::default()
        };
        let page = story
            .house
            .store
            .read(|db| lists::page(db, &all, From::Start, 100))
            .unwrap();
        let stages: BTreeSet<&str> = page.lines.iter().map(|line| line.request.stage.as_str()).collect();
        for stage in ["triage", "open", "answered", "closed"] {
            assert!(stages.contains(stage), "{day}: no request is {stage}");
        }
        assert!(
            page.lines.iter().any(|line| line.request.awaits_approval()),
            "{day}: nothing awaits approval"
        );
        assert_eq!(page.lines.len(), 14, "{day}");
    }
}
