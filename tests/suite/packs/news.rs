//! What short letters say, and what they must never say.

use habeas::domain::letter::{ClockWord, Heading, MissingPart, News, TaskFacts, compose_news};
use habeas::domain::policy::{Pack, RightId};

use super::{day, pack, shelf};

fn heading(language: &str) -> Heading {
    Heading {
        name: if language == "zh-Hans" { "林夏" } else { "Lin Xia" }.to_owned(),
        reference: "DSR-2025-000123".to_owned(),
        controller: "Example Ltd".to_owned(),
        contact: "privacy@example.com".to_owned(),
    }
}

fn text(word: &str) -> String {
    word.to_owned()
}

/// One of each, with facts that can be found again in the letter.
fn all(pack: &Pack) -> Vec<News> {
    let rights: Vec<RightId> = pack.policy.rights.iter().map(|right| right.id.clone()).collect();
    let other = pack.policy.on_behalf.iter().find(|rule| !rule.id.is_self()).unwrap();
    let (until, due_on) = (day("2025-11-14"), day("2025-10-28"));
    let task = TaskFacts {
        system: text("CUSTOMERS"),
        rights: rights.clone(),
        due_on,
        standing: text("STANDING"),
        link: text("https://habeas.example/LINK"),
    };
    vec![
        News::ChallengeCode {
            code: text("31415926"),
            minutes: 10,
        },
        News::AddressConfirmation {
            link: text("https://habeas.example/LINK"),
            code: text("31415926"),
            minutes: 30,
        },
        News::AddressChangedOld {
            address: text("new.address@mail.example"),
            hours: 72,
        },
        News::AddressChangedNew {
            address: text("old.address@mail.example"),
            hours: 72,
        },
        News::Clarification {
            question: text("WHICH-ACCOUNT"),
            clock: ClockWord::Runs(due_on),
        },
        News::PauseNotice {
            reason: text("WHY-PAUSED"),
            since: day("2025-10-10"),
        },
        News::ResumptionNotice { due_on },
        News::DocumentDestroyed {
            destroyed_on: day("2025-10-20"),
        },
        News::SubjectInformed {
            asked_by: text("Wang Wei"),
            on_behalf: other.id.clone(),
            rights: rights.clone(),
        },
        News::PackageReady {
            link: text("https://habeas.example/LINK"),
            until,
            downloads: 5,
        },
        News::PackageWithdrawn {
            reason: text("WHY-WITHDRAWN"),
        },
        News::Closure {
            closed_on: day("2025-10-29"),
            kept_until: day("2028-10-29"),
            reply: text("OWN-WORDS"),
        },
        News::ComplaintReceived {
            about: text("DSR-2025-000077"),
            due_on,
        },
        News::RecipientNotice {
            recipient: text("Example Logistics"),
            rights,
            details: text("WHICH-DATA"),
            link: text("https://habeas.example/LINK"),
        },
        News::Task(task.clone()),
        News::TaskReminder(task.clone()),
        News::TaskOver {
            system: task.system.clone(),
            rights: task.rights.clone(),
        },
        News::TaskEscalation {
            owner: text("Zhao Lei"),
            task,
        },
    ]
}

/// Whether a pack brings the text: only laws that let the term stand still have words for it.
fn fits(pack: &Pack, language: &str, news: &News) -> bool {
    let pauses = matches!(news, News::PauseNotice { .. } | News::ResumptionNotice { .. });
    let written = compose_news(pack, language, &heading(language), news);
    !pauses || !matches!(written, Err(MissingPart::Letter { .. }))
}

#[test]
fn all_news_can_be_told_in_each_language_of_each_pack() {
    for loaded in shelf().packs() {
        let pack = &loaded.pack;
        for language in &pack.policy.languages {
            for news in all(pack).iter().filter(|news| fits(pack, language, news)) {
                let letter = compose_news(pack, language, &heading(language), news).unwrap();
                assert_eq!(letter.language, *language);
                for text in [&letter.subject, &letter.body] {
                    assert!(!text.contains(['{', '}']) && !text.contains("\n\n\n"), "{letter:?}");
                    assert!(!text.is_empty(), "{letter:?}");
                }
            }
        }
    }
}

#[test]
fn each_letter_says_the_facts_it_was_given() {
    for loaded in shelf().packs() {
        let pack = &loaded.pack;
        for language in &pack.policy.languages {
            for news in all(pack).iter().filter(|news| fits(pack, language, news)) {
                let said = {
                    let letter = compose_news(pack, language, &heading(language), news).unwrap();
                    format!("{}\n{}", letter.subject, letter.body)
                };
                let facts: &[&str] = match news {
                    News::ChallengeCode { .. } => &["31415926", "10"],
                    News::AddressConfirmation { .. } => &["31415926", "https://habeas.example/LINK", "30"],
                    News::AddressChangedOld { .. } => &["DSR-2025-000123", "n…@mail.example", "72"],
                    News::AddressChangedNew { .. } => &["DSR-2025-000123", "o…@mail.example", "72"],
                    News::Clarification { .. } => &["DSR-2025-000123", "WHICH-ACCOUNT"],
                    News::PauseNotice { .. } => &["DSR-2025-000123", "WHY-PAUSED"],
                    News::ResumptionNotice { .. } | News::DocumentDestroyed { .. } | News::SubjectInformed { .. } => {
                        &["DSR-2025-000123"]
                    }
                    News::PackageReady { .. } => &["DSR-2025-000123", "https://habeas.example/LINK", "5"],
                    News::PackageWithdrawn { .. } => &["DSR-2025-000123", "WHY-WITHDRAWN"],
                    News::Closure { .. } => &["DSR-2025-000123", "OWN-WORDS", "2028"],
                    News::ComplaintReceived { .. } => &["DSR-2025-000123", "DSR-2025-000077"],
                    News::RecipientNotice { .. } => &["DSR-2025-000123", "WHICH-DATA", "Example Logistics"],
                    News::Task(_) => &["DSR-2025-000123", "CUSTOMERS", "https://habeas.example/LINK"],
                    News::TaskReminder(_) => &[
                        "DSR-2025-000123",
                        "CUSTOMERS",
                        "STANDING",
                        "https://habeas.example/LINK",
                    ],
                    News::TaskOver { .. } => &["DSR-2025-000123", "CUSTOMERS"],
                    News::TaskEscalation { .. } => &["DSR-2025-000123", "CUSTOMERS", "Zhao Lei", "STANDING"],
                };
                for fact in facts {
                    assert!(said.contains(fact), "{language}: {fact} is not in\n{said}");
                }
            }
        }
    }
}

#[test]
fn a_code_or_a_confirmation_tells_nobody_whether_a_person_or_a_request_is_known() {
    for loaded in shelf().packs() {
        let pack = &loaded.pack;
        for language in &pack.policy.languages {
            for news in all(pack) {
                if !matches!(news, News::ChallengeCode { .. } | News::AddressConfirmation { .. }) {
                    continue;
                }
                let known = compose_news(pack, language, &heading(language), &news).unwrap();
                let stranger = Heading {
                    name: String::new(),
                    reference: String::new(),
                    ..heading(language)
                };
                let unknown = compose_news(pack, language, &stranger, &news).unwrap();
                assert_eq!(known, unknown, "the letter differs for whom we know");
            }
        }
    }
}

#[test]
fn an_address_is_not_given_away_to_whoever_reads_the_other_mailbox() {
    for loaded in shelf().packs() {
        for language in &loaded.pack.policy.languages {
            for news in all(&loaded.pack) {
                if matches!(news, News::AddressChangedOld { .. } | News::AddressChangedNew { .. }) {
                    let letter = compose_news(&loaded.pack, language, &heading(language), &news).unwrap();
                    assert!(!letter.body.contains(".address"), "{}", letter.body);
                }
            }
        }
    }
}

#[test]
fn news_without_their_facts_cannot_be_told() {
    let loaded = pack("cn-statement");
    let blank = || text("  ");
    for news in [
        News::ChallengeCode {
            code: blank(),
            minutes: 10,
        },
        News::AddressConfirmation {
            link: blank(),
            code: blank(),
            minutes: 10,
        },
        News::Clarification {
            question: blank(),
            clock: ClockWord::Waits,
        },
        News::PackageReady {
            link: blank(),
            until: day("2025-11-14"),
            downloads: 5,
        },
        News::PackageWithdrawn { reason: blank() },
    ] {
        let told = compose_news(&loaded.pack, "en", &heading("en"), &news);
        assert!(
            matches!(told, Err(MissingPart::Words | MissingPart::Letter { .. })),
            "{news:?}"
        );
    }
    let nothing_to_do = News::Task(TaskFacts {
        system: text("CUSTOMERS"),
        rights: Vec::new(),
        due_on: day("2025-10-28"),
        standing: String::new(),
        link: text("https://habeas.example/LINK"),
    });
    let told = compose_news(&loaded.pack, "en", &heading("en"), &nothing_to_do);
    assert_eq!(told, Err(MissingPart::Items));
}

#[test]
fn news_read_as_a_person_would_write_them() {
    for (name, language) in [("cn-statement", "en"), ("cn-statement", "zh-Hans"), ("one-month", "de")] {
        let loaded = pack(name);
        let pack = &loaded.pack;
        let mut told = String::new();
        for mut news in all(pack).into_iter().filter(|news| fits(pack, language, news)) {
            if let News::SubjectInformed { rights, .. }
            | News::RecipientNotice { rights, .. }
            | News::TaskOver { rights, .. } = &mut news
            {
                rights.truncate(2);
            }
            if let News::Task(task) | News::TaskReminder(task) | News::TaskEscalation { task, .. } = &mut news {
                task.rights.truncate(2);
            }
            let letter = compose_news(pack, language, &heading(language), &news).unwrap();
            told += &format!("=== {}\n{}\n\n{}\n", news.name(), letter.subject, letter.body);
        }
        insta::assert_snapshot!(format!("news.{language}"), told);
    }
}
