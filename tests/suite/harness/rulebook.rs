//! The two policies that the same tests run under: the default pack, and a small one with a term in months.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use habeas::domain::calendar::Calendar;
use habeas::domain::policy::{Pack, Policy};
use habeas::domain::rules::Rules;

/// A policy with the calendar it counts by.
pub struct Regime {
    pack: Pack,
    calendar: Calendar,
}

impl Regime {
    pub fn policy(&self) -> &Policy {
        &self.pack.policy
    }

    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    pub fn rules(&self) -> Rules<'_> {
        Rules::alone(&self.pack.policy, &self.calendar)
    }
}

pub static DEFAULT: LazyLock<Regime> = LazyLock::new(|| {
    regime(
        &root().join("src/packs/cn-statement"),
        &root().join("src/packs/calendars/CN.toml"),
    )
});

pub static ONE_MONTH: LazyLock<Regime> = LazyLock::new(|| {
    let directory = root().join("tests/packs/one-month");
    regime(&directory, &directory.join("calendars/DE.toml"))
});

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn regime(directory: &Path, calendar: &Path) -> Regime {
    let mut files = BTreeMap::new();
    for folder in ["", "letters/"] {
        for entry in std::fs::read_dir(directory.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                files.insert(format!("{folder}{name}"), std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let text = std::fs::read_to_string(calendar).unwrap();
    Regime {
        pack: Pack::parse(&files).unwrap(),
        calendar: Calendar::parse(&text, "calendar").unwrap(),
    }
}
