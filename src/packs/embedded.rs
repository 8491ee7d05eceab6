//! The packs and calendars that the program brings with it.

/// The files of the default pack, by their names inside it.
pub(super) fn cn_statement() -> Vec<(&'static str, &'static str)> {
    let mut files = vec![
        ("statement.toml", include_str!("cn-statement/statement.toml")),
        ("lexicon.toml", include_str!("cn-statement/lexicon.toml")),
    ];
    files.extend(LETTERS.into_iter().flatten());
    files
}

/// The working days of mainland China.
pub(super) const CN: &str = include_str!("calendars/CN.toml");

macro_rules! letter {
    ($stem:literal) => {
        [
            (concat!("letters/", $stem, ".en.txt"), include_str!(concat!("cn-statement/letters/", $stem, ".en.txt"))),
            (
                concat!("letters/", $stem, ".zh-Hans.txt"),
                include_str!(concat!("cn-statement/letters/", $stem, ".zh-Hans.txt")),
            ),
        ]
    };
}

const LETTERS: [[(&str, &str); 2]; 25] = [
    letter!("acknowledgement"),
    letter!("acknowledgement-unclear"),
    letter!("answer"),
    letter!("digest"),
    letter!("evidence"),
    letter!("exemption"),
    letter!("greeting"),
    letter!("greeting-unnamed"),
    letter!("identity-not-proven"),
    letter!("identity-question"),
    letter!("item-granted"),
    letter!("item-not-for-us"),
    letter!("item-nothing-held"),
    letter!("item-partly-granted"),
    letter!("item-refused"),
    letter!("late"),
    letter!("missing-ground"),
    letter!("note"),
    letter!("on-behalf"),
    letter!("provisional"),
    letter!("remedy"),
    letter!("reminder"),
    letter!("right"),
    letter!("withdrawal-confirmed"),
    letter!("work"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    /// A letter that is written but not listed would be missing from the program alone.
    #[test]
    fn every_file_of_the_pack_is_embedded() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/packs/cn-statement/letters");
        let written: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| format!("letters/{}", entry.unwrap().file_name().to_str().unwrap()))
            .collect();
        let embedded: BTreeSet<String> = super::cn_statement()
            .into_iter()
            .map(|(name, _)| name.to_owned())
            .filter(|name| name.starts_with("letters/"))
            .collect();
        assert_eq!(written, embedded);
    }
}
