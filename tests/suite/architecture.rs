//! The house rules that no compiler holds: which layer may use which, and where the outside world comes in.

use std::path::{Path, PathBuf};

use crate::harness::rulebook::root;

fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut pending: Vec<PathBuf> = vec![root().join(folder)];
    while let Some(path) = pending.pop() {
        if path.ends_with("target") {
            // What cargo made of the sources.
        } else if path.is_dir() {
            pending.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            found.push((name, code(&std::fs::read_to_string(&path).unwrap())));
        }
    }
    found.sort();
    assert!(!found.is_empty(), "{folder} has no sources");
    found
}

/// The code of a file without its comments and its own tests.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    lines.join("\n")
}

#[track_caller]
fn none_of(folder: &str, forbidden: &[&str], except: &[&str]) {
    let mut broken = Vec::new();
    for (name, text) in sources(folder) {
        if name.ends_with("tests.rs") {
            continue;
        }
        if except.iter().any(|kept| name.starts_with(kept)) {
            continue;
        }
        broken.extend(
            forbidden
                .iter()
                .filter(|word| text.contains(**word))
                .map(|word| format!("{name}: {word}")),
        );
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_layers_use_only_what_is_below_them() {
    let above_domain = [
        "packs",
        "store",
        "house",
        "board",
        "config",
        "now",
        "disclosure",
        "mail",
        "jobs",
        "web",
        "demo",
        "bench",
        "cli",
    ];
    let uses = |layers: &[&str]| {
        layers
            .iter()
            .map(|layer| format!("crate::{layer}::"))
            .collect::<Vec<_>>()
    };
    let check = |folder: &str, layers: &[&str]| {
        let words = uses(layers);
        none_of(folder, &words.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    };
    check("src/domain", &above_domain);
    check(
        "src/packs",
        &[
            "store", "house", "config", "now", "mail", "jobs", "web", "demo", "bench", "cli",
        ],
    );
    check(
        "src/handover",
        &[
            "packs", "store", "house", "board", "config", "now", "mail", "jobs", "web", "demo", "bench", "cli",
        ],
    );
    check(
        "src/store",
        &[
            "packs", "house", "board", "config", "now", "mail", "jobs", "web", "demo", "bench", "cli",
        ],
    );
    check(
        "src/disclosure",
        &[
            "packs", "store", "house", "board", "config", "now", "mail", "jobs", "web", "demo", "bench", "cli",
        ],
    );
    check("src/mail", &["jobs", "web", "demo", "bench", "cli"]);
    check("src/jobs", &["web", "demo", "bench", "cli"]);
    check("src/web", &["demo", "bench", "cli"]);
    check("src/demo", &["web", "bench", "cli"]);
}

#[test]
fn the_domain_waits_for_nothing_and_touches_nothing() {
    let outside = [
        "std::fs",
        "std::net",
        "std::env",
        "std::io",
        "tokio::",
        "diesel::",
        "actix",
        "lettre::",
        "Utc::now",
        "tracing::",
        "async fn",
    ];
    none_of("src/domain", &outside, &[]);
}

#[test]
fn only_one_file_asks_what_time_it_is() {
    none_of("src", &["Utc::now", "Local::now", "SystemTime::now"], &["src/now.rs"]);
    none_of("src", &["Instant::now"], &["src/now.rs", "src/bench/", "src/mail/"]);
}

#[test]
fn only_the_settings_read_the_environment() {
    none_of(
        "src",
        &["std::env", "env::var"],
        &["src/config.rs", "src/store/testing.rs"],
    );
}

#[test]
fn transactions_begin_and_end_in_one_place() {
    let words = [
        "begin_transaction",
        "commit_transaction",
        "rollback_transaction",
        ".transaction(",
    ];
    none_of("src", &words, &["src/store/mod.rs", "src/store/engine.rs"]);
    none_of(
        "src",
        &["SqliteConnection", "PgConnection"],
        &["src/store/engine", "src/store/testing.rs"],
    );
}

#[test]
fn a_request_changes_through_the_door_alone() {
    none_of(
        "src",
        &[
            "insert_into(requests::table)",
            "update(requests::table",
            "journal::append(",
        ],
        &["src/store/"],
    );
}

#[test]
fn no_code_asks_which_right_or_which_law_it_is() {
    let text = std::fs::read_to_string(root().join("src/packs/cn-statement/statement.toml")).unwrap();
    let statement: toml::Table = text.parse().unwrap();
    let mut words = Vec::new();
    for list in ["rights", "grounds", "exemptions", "laws"] {
        for entry in statement[list].as_array().unwrap() {
            words.push(format!("\"{}\"", entry["id"].as_str().unwrap()));
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // "copy" and "access" would be words of other crafts too, but nothing here needs them as text.
    // The gate reads formats whose elements are called so.
    none_of("src", &words, &["src/demo/", "src/disclosure/read/"]);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |engine: &str| {
        let folder = root().join("migrations").join(engine);
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

#[test]
fn every_template_is_shown_by_a_page_or_another_template() {
    let folder = root().join("templates");
    let shown = sources("src/web").into_iter().chain(sources("src/handover"));
    let mut texts: Vec<String> = shown.map(|(_, text)| text).collect();
    let mut templates = Vec::new();
    let mut pending = vec![folder.clone()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|ending| ending == "html") {
            templates.push(path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned());
            texts.push(std::fs::read_to_string(&path).unwrap());
        }
    }
    for template in templates {
        let named = format!("\"{template}\"");
        assert!(
            texts.iter().any(|text| text.contains(&named)),
            "no page shows {template}"
        );
    }
}

#[test]
fn no_task_is_left_in_the_code_and_every_file_says_what_it_is_for() {
    let left = ["TO", "DO"].concat();
    let mend = ["FIX", "ME"].concat();
    for folder in ["src", "tests"] {
        for entry in sources(folder) {
            let text = std::fs::read_to_string(root().join(&entry.0)).unwrap();
            assert!(
                !text.contains(&left) && !text.contains(&mend),
                "{} leaves a task",
                entry.0
            );
            assert!(text.starts_with("//!"), "{} does not say what it is for", entry.0);
        }
    }
}

#[test]
fn the_settings_in_the_readme_are_those_that_are_read() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let config = std::fs::read_to_string(root().join("src/config.rs")).unwrap();
    let environment = std::fs::read_to_string(root().join("src/config/environment.rs")).unwrap();
    let variables: std::collections::BTreeSet<&str> = environment
        .split('"')
        .filter(|word| word.starts_with("HABEAS_") && word.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .filter(|word| !word.ends_with('_'))
        .collect();
    assert!(variables.len() > 8);
    for variable in variables {
        assert!(readme.contains(variable), "README.md does not tell of {variable}");
    }
    let settings = config
        .split("pub struct Settings {")
        .nth(1)
        .unwrap()
        .split("\n}")
        .next()
        .unwrap();
    for line in settings.lines().filter_map(|line| line.trim().strip_prefix("pub ")) {
        let name = line.split(':').next().unwrap();
        assert!(
            readme.contains(&format!("`{name}")),
            "README.md does not tell of the setting {name}"
        );
    }
}

#[test]
fn the_project_stands_on_its_own() {
    assert!(Path::new(&root().join("Cargo.lock")).exists());
    for (name, text) in sources("src") {
        assert!(
            !text.contains(root().to_str().unwrap()),
            "{name} names the folder it happens to lie in"
        );
    }
}
