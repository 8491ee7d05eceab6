//! The packs and the calendars that the program brings along, so that it needs no files beside it.

use std::collections::BTreeMap;

/// The calendars, by region.
pub(super) const CALENDARS: [(&str, &str); 4] = [
    ("CN", include_str!("calendars/CN.toml")),
    ("DE", include_str!("calendars/DE.toml")),
    ("GB-EAW", include_str!("calendars/GB-EAW.toml")),
    ("US-CA", include_str!("calendars/US-CA.toml")),
];

/// The words of a pack by its name, for another that takes them in.
pub(super) fn lexicon(pack: &str) -> Option<&'static str> {
    (pack == "cn-statement").then_some(include_str!("cn-statement/lexicon.toml"))
}

/// What the words of a pack were learned to lean to, for another that takes them in.
pub(super) fn leanings(pack: &str) -> Option<&'static str> {
    (pack == "cn-statement").then_some(include_str!("cn-statement/leanings.toml"))
}

/// The files of a pack that are compiled in: the named ones, and each letter in each language. Every pack brings the same
/// letters, and the further ones that its law calls for.
macro_rules! pack {
    ($name:literal, [$($file:literal),+], [$($language:literal),+], further: $further:tt) => {{
        let mut files = BTreeMap::new();
        $(files.insert($file, include_str!(concat!($name, "/", $file)));)+
        $(
            pack!(@letters files, $name, $language, [
                "acknowledgement",
                "acknowledgement-unclear",
                "address-changed-new",
                "address-changed-old",
                "address-confirmation",
                "alarm",
                "alarm-not-placed",
                "alarm-not-taken",
                "alarm-silent",
                "answer",
                "bilingual",
                "challenge-code",
                "clarification",
                "clock-runs",
                "closure",
                "complaint-received",
                "digest",
                "document-destroyed",
                "evidence",
                "exemption",
                "greeting",
                "greeting-unnamed",
                "identity-not-proven",
                "identity-question",
                "item-granted",
                "item-not-for-us",
                "item-nothing-held",
                "item-partly-granted",
                "item-refused",
                "late",
                "missing-ground",
                "note",
                "on-behalf",
                "package-ready",
                "package-withdrawn",
                "provisional",
                "recipient-notice",
                "remedy",
                "reminder",
                "right",
                "subject-informed",
                "task",
                "task-escalation",
                "task-over",
                "task-reminder",
                "task-work",
                "withdrawal-confirmed",
                "work",
            ]);
            pack!(@letters files, $name, $language, $further);
        )+
        files
    }};
    (@letters $files:ident, $name:literal, $language:literal, [$($letter:literal),* $(,)?]) => {
        $($files.insert(
            concat!("letters/", $letter, ".", $language, ".txt"),
            include_str!(concat!($name, "/letters/", $letter, ".", $language, ".txt")),
        );)*
    };
}

/// The packs, each as its files by name.
pub(super) fn packs() -> [BTreeMap<&'static str, &'static str>; 4] {
    [
        pack!(
            "cn-statement",
            ["statement.toml", "lexicon.toml", "leanings.toml"],
            ["en", "zh-Hans"],
            further: ["condition", "duty", "effective", "item-restricted"]
        ),
        pack!(
            "eu-gdpr",
            ["statement.toml", "lexicon.toml"],
            ["en", "zh-Hans"],
            further: ["condition", "effective", "extension-notice"]
        ),
        pack!(
            "uk-gdpr",
            ["statement.toml", "lexicon.toml"],
            ["en", "zh-Hans"],
            further: ["clock-waits", "condition", "effective", "extension-notice", "pause-notice", "resumption-notice"]
        ),
        pack!(
            "us-california",
            ["statement.toml", "lexicon.toml"],
            ["en", "zh-Hans"],
            further: ["extension-notice"]
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::packs::folder;

    #[test]
    fn what_is_compiled_in_is_what_the_folder_holds() {
        let names = ["cn-statement", "eu-gdpr", "uk-gdpr", "us-california"];
        for (name, compiled_in) in names.into_iter().zip(packs()) {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/packs").join(name);
            let on_disk = folder::read(&folder).unwrap();
            let on_disk: Vec<(&str, &str)> = on_disk
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str()))
                .collect();
            assert_eq!(compiled_in.into_iter().collect::<Vec<_>>(), on_disk, "{name}");
        }
    }
}
