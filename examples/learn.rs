//! Learns from the labelled mails of `tests/corpus` what words lean to, and writes it beside the lexicon.
//!
//! `cargo run --release --example learn` writes `src/packs/cn-statement/leanings.toml`. With `-- check` it writes
//! nothing: it leaves out one batch of the fourth round after the other, learns from all other mails, and prints how
//! well the batch left out is recognised, so that no mail is measured with what was learned from it. With a part of a
//! batch's name as `SHOW` in the environment the mistakes are shown, never those of batches nobody has looked at.

#![allow(
    clippy::unwrap_used,
    reason = "a tool for whoever works on the corpus; it stops where something is wrong"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use habeas::domain::classification::leaning::features;
use habeas::domain::classification::text::Text;
use habeas::domain::classification::{Classification, Kind, classify, words_with_marks};
use habeas::domain::lexicon::{Lexicon, Script};
use habeas::domain::message::Mail;
use habeas::domain::score::{Label, score};

use labelled::{KNOWN, Labelled, RIGHTS, learning_mails, numbered_mails, patterns, round4, short_mails};

#[path = "../tests/corpus/labelled.rs"]
#[allow(dead_code, reason = "the stories read more of it")]
mod labelled;

/// The last batch of each language is measured only, never learned from.
const HELD_BACK: [&str; 2] = ["round4/en-6.toml", "round4/zh-6.toml"];
/// Batches whose mistakes nobody has looked at while working on words and patterns.
const NEVER_LOOKED_AT: [&str; 5] = [
    "round4/en-5.toml",
    "round4/en-6.toml",
    "round4/zh-4.toml",
    "round4/zh-5.toml",
    "round4/zh-6.toml",
];
/// The tables of the file.
const SCRIPTS: [(&str, Script); 4] = [
    ("latin", Script::Latin),
    ("han", Script::Han),
    ("kana", Script::Kana),
    ("hangul", Script::Hangul),
];
/// Two words with one between them say something only if several mails have them.
const FEWEST_WITH_GAP: usize = 2;
/// Smaller weights are not written.
const SMALLEST: i64 = 5;
/// How much a mail on the wrong side costs, against how much a weight costs.
const COST: f64 = 0.7;
/// Passes over all mails; the weights hardly move after these.
const PASSES: usize = 40;
/// Weights are written in hundredths.
const UNIT: f64 = 100.0;

fn main() {
    let patterns = patterns();
    let sets = sets();
    if std::env::args().any(|word| word == "check") {
        return check(&sets);
    }
    let learned: Vec<&(Label, Mail)> = sets
        .iter()
        .filter(|(name, _)| !HELD_BACK.contains(&name.as_str()))
        .flat_map(|(_, mails)| mails)
        .collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/packs/cn-statement/leanings.toml");
    std::fs::write(file, learn(&learned, &patterns)).unwrap();
}

fn sets() -> Vec<(String, Labelled)> {
    let short = [
        "own.toml",
        "blind.toml",
        "blind2.toml",
        "blind3.toml",
        "learning-en.toml",
        "learning-other.toml",
    ]
    .map(str::to_owned);
    let names = short.into_iter().chain(round4());
    let mut sets: Vec<(String, Labelled)> = names.map(|name| (name.clone(), short_mails(&name))).collect();
    sets.push(("labels.json".to_owned(), numbered_mails()));
    sets.extend(learning_mails());
    sets
}

/// Measures each batch of the fourth round with what was learned from all other mails.
fn check(sets: &[(String, Labelled)]) {
    let mut answers: Vec<(&str, &Label, Classification)> = Vec::new();
    for (left_out, mails) in sets.iter().filter(|(name, _)| name.starts_with("round4/")) {
        let others = sets.iter().filter(|(name, _)| name != left_out);
        let patterns = patterns();
        let text = learn(&others.flat_map(|(_, mails)| mails).collect::<Vec<_>>(), &patterns);
        let lexicon = patterns.with_leanings(&text, "leanings.toml", &KNOWN).unwrap();
        let batch: Vec<_> = mails
            .iter()
            .map(|(label, mail)| (label, classify(mail, &lexicon)))
            .collect();
        let scores = score(batch.iter().map(|(label, answer)| (*label, answer)));
        println!(
            "{left_out}: kind {:.3}, macro-F1 {:.3}, to a person {}, lost {:?}",
            scores.kind_accuracy(),
            scores.macro_f1(),
            scores.triaged,
            scores.lost
        );
        if std::env::var("SHOW").is_ok_and(|part| left_out.contains(&part))
            && !NEVER_LOOKED_AT.contains(&left_out.as_str())
        {
            batch.iter().for_each(|(label, answer)| show_mistake(label, answer));
        }
        answers.extend(
            batch
                .into_iter()
                .map(|(label, answer)| (left_out.as_str(), label, answer)),
        );
    }
    let print = |what: &str, wanted: &dyn Fn(&str, &Label) -> bool| {
        let chosen = answers.iter().filter(|(name, label, _)| wanted(name, label));
        println!("\n{what}\n{}", score(chosen.map(|(_, label, answer)| (*label, answer))));
    };
    let in_chinese = |label: &Label| label.language.starts_with("zh");
    let unseen = |name: &str| NEVER_LOOKED_AT.contains(&name);
    print("English, never looked at", &|name, label| {
        unseen(name) && label.language == "en"
    });
    print("Chinese, never looked at", &|name, label| {
        unseen(name) && in_chinese(label)
    });
    print("English", &|_, label| label.language == "en");
    print("Chinese", &|_, label| in_chinese(label));
    print("all languages", &|_, _| true);
}

fn show_mistake(label: &Label, answer: &Classification) {
    let one = score([(label, answer)]);
    if one.kinds < 1 || one.rights.values().any(|tally| tally.misses + tally.false_alarms > 0) {
        let rights: Vec<_> = answer.rights.iter().map(|right| (&right.id, &right.words)).collect();
        println!("{} is {} {:?}", label.file, label.kind, label.rights);
        println!("  taken for {} {rights:?} {:?}", answer.kind, answer.doubts);
    }
}

/// The words of one mail, as numbers in the vocabulary; the last number is there for every mail.
struct Example {
    words: Vec<usize>,
    each: f64,
}

/// The text of `leanings.toml`: each script learns from its own mails.
fn learn(mails: &[&(Label, Mail)], lexicon: &Lexicon) -> String {
    let names: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| kind.as_str())
        .chain(RIGHTS)
        .map(|name| format!("\"{name}\""))
        .collect();
    let mut text = String::from(
        "# What words lean to: weights in hundredths, learned from the labelled mails of tests/corpus.\n\
         # Written by `cargo run --release --example learn`; not for editing.\n\n",
    );
    writeln!(text, "to = [{}]", names.join(", ")).unwrap();
    for (name, script) in SCRIPTS {
        let is_in = |label: &Label| lexicon.tongue(&label.language).unwrap().script == script;
        let mails: Vec<_> = mails.iter().filter(|(label, _)| is_in(label)).copied().collect();
        writeln!(text, "\n[script.{name}]\n{}", learn_script(&mails, lexicon)).unwrap();
    }
    text
}

fn learn_script(mails: &[&(Label, Mail)], lexicon: &Lexicon) -> String {
    let said: Vec<Vec<String>> = mails.iter().map(|(_, mail)| words_of(mail, lexicon)).collect();
    let vocabulary = vocabulary(&said);
    let always = vocabulary.len();
    let examples: Vec<Example> = said
        .iter()
        .map(|said| {
            let mut words: Vec<usize> = said
                .iter()
                .filter_map(|word| vocabulary.get(word.as_str()).copied())
                .collect();
            let each = 1.0 / (words.len().max(1) as f64).sqrt();
            words.push(always);
            Example { words, each }
        })
        .collect();
    let kinds = Kind::ALL.into_iter().map(|kind| {
        let side = |label: &Label| match label.kind == kind {
            true => Some(true),
            false => (!label.kind_optional.contains(&kind)).then_some(false),
        };
        separate(&examples, &sides(mails, side), always)
    });
    let rights = RIGHTS.into_iter().map(|right| {
        let named = |ids: &[String]| ids.iter().any(|id| id == right);
        let side = |label: &Label| match named(&label.rights) {
            true => Some(true),
            false => (!named(&label.rights_optional)).then_some(false),
        };
        separate(&examples, &sides(mails, side), always)
    });
    let columns: Vec<Vec<f64>> = kinds.chain(rights).collect();
    written(&vocabulary, &columns)
}

fn words_of(mail: &Mail, lexicon: &Lexicon) -> Vec<String> {
    let written = words_with_marks(mail);
    let text = Text::read(&written, &lexicon.folding);
    features(&text).into_iter().map(|feature| feature.key).collect()
}

fn vocabulary(said: &[Vec<String>]) -> BTreeMap<&str, usize> {
    let mut mails: BTreeMap<&str, usize> = BTreeMap::new();
    for word in said.iter().flatten() {
        *mails.entry(word).or_default() += 1;
    }
    let kept = mails
        .into_iter()
        .filter(|(word, mails)| *mails >= FEWEST_WITH_GAP || !word.contains('_'));
    kept.enumerate().map(|(number, (word, _))| (word, number)).collect()
}

fn sides(mails: &[&(Label, Mail)], side: impl Fn(&Label) -> Option<bool>) -> Vec<Option<bool>> {
    mails.iter().map(|(label, _)| side(label)).collect()
}

/// Weights that separate the mails of one side from the others with the widest margin: a linear support vector machine
/// with squared loss, by coordinate descent in the dual (Hsieh et al. 2008). A mail without a side is left out; the rarer
/// side counts for as much as the other.
fn separate(examples: &[Example], sides: &[Option<bool>], always: usize) -> Vec<f64> {
    let sided: Vec<(&Example, bool)> = examples
        .iter()
        .zip(sides)
        .filter_map(|(example, side)| Some((example, (*side)?)))
        .collect();
    let all = sided.len() as f64;
    let ours = sided.iter().filter(|(_, ours)| *ours).count() as f64;
    let cost_of = |is_ours: bool| {
        let same = if is_ours { ours } else { all - ours };
        COST * all / (2.0 * same.max(1.0))
    };
    let mut weights = vec![0.0; always + 1];
    let mut pull = vec![0.0_f64; sided.len()];
    let mut order: Vec<usize> = (0..sided.len()).collect();
    let mut dice = 1_u64;
    for _ in 0..PASSES {
        for at in (1..order.len()).rev() {
            dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            order.swap(at, (dice >> 33) as usize % (at + 1));
        }
        for at in &order {
            let (example, is_ours) = sided[*at];
            let sign = if is_ours { 1.0 } else { -1.0 };
            let size = |word: usize| if word == always { 1.0 } else { example.each };
            let sum: f64 = example.words.iter().map(|word| weights[*word] * size(*word)).sum();
            let give = 0.5 / cost_of(is_ours);
            let length: f64 = example.words.iter().map(|word| size(*word).powi(2)).sum();
            let gradient = sign * sum - 1.0 + pull[*at] * give;
            let next = (pull[*at] - gradient / (length + give)).max(0.0);
            let step = (next - pull[*at]) * sign;
            pull[*at] = next;
            for word in &example.words {
                weights[*word] += step * size(*word);
            }
        }
    }
    weights
}

fn written(vocabulary: &BTreeMap<&str, usize>, columns: &[Vec<f64>]) -> String {
    let rounded = |number: usize| columns.iter().map(move |column| (column[number] * UNIT).round() as i64);
    let always: Vec<String> = rounded(vocabulary.len()).map(|number| number.to_string()).collect();
    let mut text = format!("always = \"{}\"\nwords = '''\n", always.join(" "));
    for (word, number) in vocabulary {
        let weights: String = ('a'..)
            .zip(rounded(*number))
            .filter(|(_, weight)| weight.abs() >= SMALLEST)
            .map(|(letter, weight)| format!("{letter}{weight}"))
            .collect();
        writeln!(text, "{word}|{weights}").unwrap();
    }
    text + "'''"
}
