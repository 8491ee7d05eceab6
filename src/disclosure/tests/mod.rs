//! The gate as a whole: what is planted is found, what is clean is not.

mod made;
mod numbers;
mod planted;
mod rules;

use super::{Context, FindingKind, Own, Report, inspect};

/// The requester of these tests, and another one.
fn context() -> Context {
    let own = Own {
        names: vec!["王小明".to_owned(), "Wang Xiaoming".to_owned()],
        addresses: vec!["xiaoming@example.com".to_owned()],
        numbers: vec!["+86 139 0000 1111".to_owned(), numbers::OWN_ID.to_owned()],
    };
    Context::new(&own, &["李思雨", "Anna Lee", "王小明"])
}

fn look(bytes: &[u8]) -> Report {
    inspect("file", bytes, &context())
}

fn kinds(bytes: &[u8]) -> Vec<FindingKind> {
    look(bytes).kinds().into_iter().collect()
}
