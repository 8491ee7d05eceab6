//! What the author of a broken pack is told: the file, the line and the cure.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use habeas::cli::policy;
use habeas::domain::mistake::Mistake;
use habeas::packs::LoadedPack;

use super::{further, small_pack};

/// The mistakes in a pack whose calendars are all its own.
fn mistakes(files: &BTreeMap<String, String>) -> Vec<Mistake> {
    LoadedPack::parse(files, &BTreeMap::new()).expect_err("the pack is broken")
}

/// The small pack with one text in one file replaced.
fn with(file: &str, from: &str, to: &str) -> BTreeMap<String, String> {
    let mut files = small_pack();
    let text = files.get_mut(file).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    *text = text.replacen(from, to, 1);
    files
}

/// The line, from 1, on which a text first stands.
fn line(text: &str, what: &str) -> usize {
    text[..text.find(what).unwrap()].matches('\n').count() + 1
}

#[track_caller]
fn expect(files: &BTreeMap<String, String>, file: &str, line: usize, what: &str) {
    let found = mistakes(files);
    let named = found
        .iter()
        .find(|mistake| mistake.file == file && mistake.line == line && mistake.what.contains(what));
    let named = named.unwrap_or_else(|| panic!("{file}:{line}: {what}: not among {found:#?}"));
    assert!(named.cure.ends_with('.') && named.cure.len() > 8, "no cure: {named:?}");
}

#[test]
fn each_mistake_in_a_statement_names_its_line_and_a_cure() {
    let file = "statement.toml";
    for (from, to, at, what) in [
        ("relayed = true", "relaid = true", "relaid", "unknown field `relaid`"),
        (
            ", de = \"Auskunft\"",
            "",
            "name = { en = \"Access\"",
            "A text has no `de`.",
        ),
        (
            "de = \"Auskunft\"",
            "de = \"\"",
            "name = { en = \"Access\"",
            "A text is empty in `de`.",
        ),
        (
            "de = \"Auskunft\"",
            "de = \"Auskunft\", fr = \"Accès\"",
            "name = { en = \"Access\"",
            "in `fr`, which is not among",
        ),
        (
            "offers-ground = \"consent-withdrawn\"",
            "offers-ground = \"mood\"",
            "offers-ground",
            "There is no ground `mood`.",
        ),
        (
            "excludes = [\"consent-withdrawal\"]",
            "excludes = [\"transfer\"]",
            "excludes",
            "There is no right `transfer`.",
        ),
        (
            "{ law = \"gdpr\", article = { en = \"Article 15\"",
            "{ law = \"ccpa\", article = { en = \"Article 15\"",
            "\"ccpa\"",
            "There is no law `ccpa`.",
        ),
        ("length = 1", "length = 0", "length = 0", "The term has no length."),
        ("length = 2", "length = 0", "[extension]", "The extension adds nothing."),
        (
            "Europe/Berlin",
            "Europe/Bonn",
            "zone =",
            "`Europe/Bonn` is no time zone.",
        ),
        ("\"08:30\"", "\"8.30\"", "digest-at", "`8.30` is no time of day."),
        (
            "in-force-from = \"2026-01-01\"",
            "in-force-from = \"1.1.2026\"",
            "in-force-from",
            "`1.1.2026` is no date.",
        ),
        (
            "calendar = \"DE\"",
            "calendar = \"FR\"",
            "calendar =",
            "There is no calendar `FR`.",
        ),
        (
            "to = \"assignee\"\n",
            "",
            "[[reminders]]\nid = \"due-in-5\"",
            "missing field `to`",
        ),
        (
            "to = \"manager\"",
            "to = \"boss\"",
            "to = \"boss\"",
            "unknown variant `boss`",
        ),
        (
            "offset-working-days = 2",
            "offset-working-days = 0",
            "offset-working-days = 0",
            "would go before the request arrives",
        ),
        (
            "id = \"consent-withdrawn\"",
            "id = \"no-longer-necessary\"",
            "[[grounds]]\nid = \"no-longer-necessary\"\nlisted = \"statement\"\nname = { en = \"Consent",
            "in other words",
        ),
        (
            "about = \"excessive\"",
            "about = \"weather\"",
            "about = \"weather\"",
            "nothing called `weather`",
        ),
        (
            "id = \"none\"",
            "id = \"self\"",
            "[[on-behalf]]",
            "no rule for people who ask for themselves",
        ),
        (
            "evidence = [{ en = \"Proof of parental responsibility\", de = \"Nachweis des Sorgerechts\" }]\n",
            "",
            "[[on-behalf]]\nid = \"guardian\"",
            "shows nothing for it",
        ),
        (
            "request-months = 24",
            "request-months = 48",
            "[retention]",
            "The journal would go before the requests",
        ),
        ("[[rights]]", "[[rights]", "[[rights]", "unclosed"),
    ] {
        let files = with(file, from, to);
        let line = line(&files[file], at);
        expect(&files, file, line, what);
    }
}

#[test]
fn an_exemption_has_a_legal_basis_and_a_right_that_needs_a_ground_has_one() {
    let sources = "sources = [{ law = \"gdpr\", article = { en = \"Article 12(5)\", de = \"Artikel 12 Absatz 5\" } }]";
    let files = with("statement.toml", sources, "sources = []");
    let at = line(&files["statement.toml"], "sources = []");
    expect(&files, "statement.toml", at, "An exemption has no legal basis.");

    let mut files = small_pack();
    let statement = files.get_mut("statement.toml").unwrap();
    let (start, end) = (
        statement.find("[[grounds]]").unwrap(),
        statement.find("[[exemptions]]").unwrap(),
    );
    statement.replace_range(start..end, "");
    let at = line(statement, "needs-ground");
    expect(
        &files,
        "statement.toml",
        at,
        "The right `erasure` needs a ground and there is none.",
    );

    let statement = files.get_mut("statement.toml").unwrap();
    let (start, end) = (
        statement.find("[[remedies]]").unwrap(),
        statement.find("[[cautions]]").unwrap(),
    );
    statement.replace_range(start..end, "");
    statement.insert_str(0, "remedies = []\n");
    expect(&files, "statement.toml", 1, "There is no remedy.");
}

#[test]
fn each_mistake_in_a_letter_names_its_line_and_a_cure() {
    for (file, from, to, at, what) in [
        (
            "letters/answer.de.txt",
            "{reference}.",
            "{refrence}.",
            "{refrence}",
            "There is no placeholder {refrence} here.",
        ),
        (
            "letters/answer.de.txt",
            "{reply}",
            "{reply",
            "{reply",
            "A brace stands alone.",
        ),
        (
            "letters/answer.en.txt",
            "Subject: ",
            "",
            "Our answer",
            "The letter has no subject.",
        ),
        (
            "letters/answer.en.txt",
            "Subject: Our answer ({reference})",
            "Subject:",
            "Subject:",
            "The subject is empty.",
        ),
        (
            "letters/answer.en.txt",
            "{remedies}",
            "",
            "\n",
            "The text never says {remedies}.",
        ),
        (
            "letters/item-refused.de.txt",
            "{basis}",
            "",
            "{number}",
            "The text never says {basis}.",
        ),
    ] {
        let files = with(file, from, to);
        let at = line(&files[file], at) + usize::from(at == "\n");
        expect(&files, file, at, what);
    }
}

#[test]
fn a_condition_of_a_right_is_named_once_with_a_legal_basis_that_the_statement_knows_and_has_its_letter() {
    let condition = |id: &str, sources: &str| {
        format!(
            "\n[[rights.conditions]]\nid = \"{id}\"\nname = {{ en = \"The data are in a computer\", de = \"Die Daten sind elektronisch\" }}\n\
             question = {{ en = \"Are they?\", de = \"Sind sie es?\" }}\nsources = [{sources}]\n"
        )
    };
    let good = "{ law = \"gdpr\", article = { en = \"Article 20\", de = \"Artikel 20\" } }";
    let unknown = good.replace("gdpr", "moon-law");
    let after = "sources = [{ law = \"gdpr\", article = { en = \"Article 15\", de = \"Artikel 15\" } }]\n";
    for (added, at, what) in [
        (
            condition("automated", ""),
            "sources = []",
            "The condition `automated` has no legal basis.",
        ),
        (
            condition("automated", &unknown),
            "moon-law",
            "There is no law `moon-law`.",
        ),
    ] {
        let files = with("statement.toml", after, &format!("{after}{added}"));
        let at = line(&files["statement.toml"], at);
        expect(&files, "statement.toml", at, what);
    }
    let twice = format!(
        "{after}{}{}",
        condition("automated", good),
        condition("automated", good)
    );
    let files = with("statement.toml", after, &twice);
    let text = &files["statement.toml"];
    let second = text.rfind("id = \"automated\"").unwrap();
    let at = text[..second].matches('\n').count() + 1;
    expect(
        &files,
        "statement.toml",
        at,
        "The right `access` has the condition `automated` twice.",
    );
    expect(
        &files,
        "letters/condition.de.txt",
        0,
        "The text `condition` is missing in `de`.",
    );
}

#[test]
fn a_missing_or_unknown_file_is_named() {
    for (file, what) in [
        ("statement.toml", "The file is missing."),
        ("lexicon.toml", "The file is missing."),
        ("letters/remedy.de.txt", "The text `remedy` is missing in `de`."),
        (
            "letters/extension-notice.en.txt",
            "The text `extension-notice` is missing in `en`.",
        ),
    ] {
        let mut files = small_pack();
        files.remove(file).unwrap();
        expect(&files, file, 0, what);
    }
    let mut files = small_pack();
    files.insert("letters/farewell.en.txt".to_owned(), "Bye.".to_owned());
    expect(&files, "letters/farewell.en.txt", 0, "No letter has this name.");
    let mut files = small_pack();
    let calendar = files.remove("calendars/DE.toml").unwrap();
    files.insert("calendars/AT.toml".to_owned(), calendar);
    expect(&files, "calendars/AT.toml", 0, "The file holds the calendar of `DE`.");
}

#[test]
fn a_lexicon_that_names_what_the_statement_does_not_know_is_refused() {
    let files = with(
        "lexicon.toml",
        "erasure = [\"erase >6 thing\"]",
        "forgetting = [\"erase >6 thing\"]",
    );
    let at = line(&files["lexicon.toml"], "forgetting");
    expect(&files, "lexicon.toml", at, "forgetting");
}

#[test]
fn several_mistakes_are_told_at_once() {
    let mut files = with(
        "statement.toml",
        "offers-ground = \"consent-withdrawn\"",
        "offers-ground = \"mood\"",
    );
    files.remove("letters/remedy.de.txt");
    let letter = files.get_mut("letters/note.en.txt").unwrap();
    *letter = letter.replace("{reply}", "{words}");
    let found: Vec<String> = mistakes(&files).into_iter().map(|mistake| mistake.file).collect();
    assert_eq!(
        found,
        ["statement.toml", "letters/note.en.txt", "letters/remedy.de.txt"]
    );
}

#[test]
fn the_command_says_what_a_pack_promises() {
    let (code, said) = check(&further().join("one-month"));
    assert_eq!(code, ExitCode::SUCCESS);
    for part in [
        "One-month statement (one-month)\n",
        "An answer within 1 month; calendar DE, zone Europe/Berlin\n",
        "Extension: 2 months, once\n",
        "Rights: 4\n",
        "  consent-withdrawal: Withdrawal of consent (by law, not in the statement)\n",
        "legal basis: General Data Protection Regulation, Article 12(5)\n",
        "  guardian: Holder of parental responsibility; without consent-withdrawal\n",
    ] {
        assert!(said.contains(part), "{part:?} not in {said}");
    }
}

#[test]
fn the_command_names_the_conditions_of_a_right_with_their_legal_basis() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (code, said) = check(&root.join("src/packs/cn-statement"));
    assert_eq!(code, ExitCode::SUCCESS, "{said}");
    assert!(said.contains("Conditions of `transfer`: 4\n"), "{said}");
    let third = "  technically-feasible: the transfer is technically feasible; legal basis: \
                 Network Data Security Management Regulation, Article 25, item 3\n";
    assert!(said.contains(third), "{said}");
}

#[test]
fn the_command_names_file_line_and_cure_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in with("statement.toml", "Europe/Berlin", "Europe/Bonn") {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (code, said) = check(folder.path());
    assert_eq!(code, ExitCode::FAILURE);
    let line = line(&small_pack()["statement.toml"], "zone =");
    let expected = "`Europe/Bonn` is no time zone. Use a name of the tz database, such as `Europe/Berlin`.";
    assert_eq!(said, format!("statement.toml:{line}: {expected}\n"));
}

fn check(folder: &Path) -> (ExitCode, String) {
    let mut out = Vec::new();
    let code = policy::check(folder, &mut out).unwrap();
    (code, String::from_utf8(out).unwrap())
}
