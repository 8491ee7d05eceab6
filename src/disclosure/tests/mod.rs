//! The gate as a whole: what is planted is found, what is clean is not.

mod hostile;
mod made;
mod numbers;
mod pages;
mod planted;
mod redacted;
mod rules;

use super::{Context, FindingKind, OpenedMail, Own, Report, inspect};

/// The requester of these tests, and another one.
fn context() -> Context {
    let own = Own {
        names: vec!["王小明".to_owned(), "Wang Xiaoming".to_owned()],
        addresses: vec!["xiaoming@example.com".to_owned()],
        numbers: vec!["+86 139 0000 1111".to_owned(), numbers::OWN_ID.to_owned()],
    };
    Context::new(&own, &["李思雨", "Anna Lee", "王小明"]).with_mail(opened)
}

/// A mail taken apart, as simply as these tests need it.
fn opened(bytes: &[u8]) -> OpenedMail {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
    let (body, file) = body.split_once("--file--\n").unwrap_or((body, ""));
    OpenedMail {
        headers: head
            .lines()
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        text: body.to_owned(),
        files: if file.is_empty() {
            vec![]
        } else {
            vec![("a.txt".to_owned(), file.as_bytes().to_vec())]
        },
        ..OpenedMail::default()
    }
}

fn look(bytes: &[u8]) -> Report {
    inspect("file", bytes, &context())
}

/// Every row of a table, and then all that differ at once.
#[track_caller]
fn each(rows: Vec<(&str, Vec<u8>, Vec<FindingKind>)>) {
    let wrong: Vec<String> = rows
        .into_iter()
        .filter_map(|(what, bytes, expected)| {
            let found = kinds(&bytes);
            (found != expected).then(|| format!("{what}: {found:?}, not {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn kinds(bytes: &[u8]) -> Vec<FindingKind> {
    look(bytes).kinds().into_iter().collect()
}
