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

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use habeas::domain::classification::features::{Part, Sort, sort_of};
use habeas::domain::classification::leaning::{CLASSES_COUNT, how_much_tells, keys, windows};
use habeas::domain::classification::{Classification, Kind, classify, said};
use habeas::domain::lexicon::{Lexicon, Script};
use habeas::domain::message::Mail;
use habeas::domain::score::{Label, score};

use labelled::{KNOWN, Labelled, RIGHTS, learning_mails, mails_in, numbered_mails, patterns, round4, short_mails};

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
/// Sets by authors of their own, each of which is left out once and measured.
const MEASURED: [&str; 8] = [
    "round4/",
    "blind/",
    "/en_8.",
    "/en_9.",
    "/en_10.",
    "/zh-Hans_6.",
    "/zh-Hans_7.",
    "/zh-Hans_8.",
];
/// The tables of the file.
const SCRIPTS: [(&str, Script); 4] = [
    ("latin", Script::Latin),
    ("han", Script::Han),
    ("kana", Script::Kana),
    ("hangul", Script::Hangul),
];
/// Two words with one between them say something only if several mails have them, and so do two classes in a row.
const FEWEST: usize = 2;
/// Smaller weights are not written.
const SMALLEST: i64 = 5;
/// How much a mail on the wrong side costs, against how much a weight costs.
const COST: f64 = 1.5;
/// What all sentences together cost, against all mails.
const SENTENCES_COST: f64 = 0.7;
/// How often the sentences that say a right most are chosen anew.
const ROUNDS: usize = 2;
/// Passes over all mails; the weights hardly move after these.
const PASSES: usize = 30;
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
    sets.extend(["blind/en-7/", "blind/zh-7/"].map(|folder| (folder.to_owned(), mails_in(folder))));
    let exams = [
        "blind/en-8.toml",
        "blind/zh-8.toml",
        "blind/en-9.toml",
        "blind/zh-9.toml",
    ];
    sets.extend(exams.map(|name| (name.to_owned(), short_mails(name))));
    sets.extend(learning_mails());
    sets
}

/// Measures each batch of the fourth round with what was learned from all other mails.
fn check(sets: &[(String, Labelled)]) {
    let mut answers: Vec<(&str, &Label, Classification)> = Vec::new();
    let measured = |name: &str| MEASURED.iter().any(|part| name.contains(part));
    for (left_out, mails) in sets.iter().filter(|(name, _)| measured(name)) {
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

/// The features of a mail, or of some of its sentences, as numbers in the vocabulary, with what each counts; the last number
/// is there for every mail.
type Example = Vec<(usize, f64)>;

/// A mail to learn from.
struct Lesson<'m> {
    label: &'m Label,
    whole: Example,
    /// Each sentence, and each two in a row; none for a mail of one sentence.
    windows: Vec<Example>,
}

/// The features that are learned.
type Vocabulary = BTreeMap<String, Word>;

/// A feature that is learned.
struct Word {
    number: usize,
    /// How many mails have it.
    with: usize,
    tells: f64,
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
        "# What words lean to: in how many mails each stands, and its weights in hundredths, learned from the labelled mails of\n\
         # tests/corpus. Written by `cargo run --release --example learn`; not for editing.\n\n",
    );
    writeln!(text, "to = [{}]", names.join(", ")).unwrap();
    // Of a mail in two scripts, what is written in the main one is learned from.
    let all: Vec<(&Label, Part)> = mails
        .iter()
        .filter_map(|(label, mail)| Some((label, said(mail, lexicon).into_iter().next()?)))
        .collect();
    for (name, script) in SCRIPTS {
        let of_script: Vec<_> = all.iter().filter(|(_, part)| part.script == script).collect();
        writeln!(text, "\n[script.{name}]\n{}", learn_script(&of_script)).unwrap();
    }
    text
}

fn learn_script(mails: &[&(&Label, Part)]) -> String {
    let vocabulary = vocabulary(mails);
    let lessons: Vec<Lesson> = mails
        .iter()
        .map(|(label, part)| {
            let windows = windows(&part.sentences);
            let windows = windows.iter().filter(|_| part.sentences.len() > 1);
            Lesson {
                label,
                whole: example(&keys(&part.sentences), &vocabulary),
                windows: windows.map(|keys| example(keys, &vocabulary)).collect(),
            }
        })
        .collect();
    let always = vocabulary.len();
    let kinds = Kind::ALL.into_iter().map(|kind| {
        separate(&lessons, always, |label| match label.kind == kind {
            true => Some(true),
            false => (!label.kind_optional.contains(&kind)).then_some(false),
        })
    });
    let rights = RIGHTS.into_iter().map(|right| {
        let named = |ids: &[String]| ids.iter().any(|id| id == right);
        separate_by_sentence(&lessons, always, |label| match named(&label.rights) {
            true => Some(true),
            false => (!named(&label.rights_optional)).then_some(false),
        })
    });
    let columns: Vec<Vec<f64>> = kinds.chain(rights).collect();
    format!("mails = {}\n{}", mails.len(), written(&vocabulary, &columns))
}

/// The rarer a feature is, the more it tells: the logarithm of how many mails there are for each that has it.
fn vocabulary(mails: &[&(&Label, Part)]) -> Vocabulary {
    let mut with: BTreeMap<&str, usize> = BTreeMap::new();
    for key in mails.iter().flat_map(|(_, part)| keys(&part.sentences)) {
        *with.entry(key).or_default() += 1;
    }
    // Runs of three characters are as many as two words.
    let is_long = |key: &str| key.contains(['_', '@']) || (!key.is_ascii() && key.chars().count() > 2);
    let kept = with.into_iter().filter(|(key, with)| *with >= FEWEST || !is_long(key));
    let tells = |with: usize| f64::from(how_much_tells(with as f32, mails.len() as f32));
    kept.enumerate()
        .map(|(number, (key, with))| {
            let tells = tells(with);
            (key.to_owned(), Word { number, with, tells })
        })
        .collect()
}

fn example(keys: &BTreeSet<&str>, vocabulary: &Vocabulary) -> Example {
    let mut example = Example::new();
    for (sort, counts) in [(Sort::Words, 1.0), (Sort::Classes, f64::from(CLASSES_COUNT))] {
        let of_sort = keys.iter().filter(|key| sort_of(key) == sort);
        let known: Vec<&Word> = of_sort.filter_map(|key| vocabulary.get(*key)).collect();
        let length = known.iter().map(|word| word.tells * word.tells).sum::<f64>().sqrt();
        example.extend(known.iter().map(|word| (word.number, word.tells * counts / length)));
    }
    example.push((vocabulary.len(), 1.0));
    example
}

/// An example with its side and what it costs on the wrong one.
struct Sided<'e> {
    example: &'e Example,
    is_ours: bool,
    cost: f64,
}

/// Puts examples on their sides; the rarer side counts for as much as the other.
fn sided<'e>(ours: &[&'e Example], others: &[&'e Example], cost: f64) -> Vec<Sided<'e>> {
    let share = |side: usize| cost / (2.0 * side.max(1) as f64);
    let (of_ours, of_others) = (share(ours.len()), share(others.len()));
    let put = |is_ours: bool, cost: f64| move |example: &'e Example| Sided { example, is_ours, cost };
    let ours = ours.iter().copied().map(put(true, of_ours));
    ours.chain(others.iter().copied().map(put(false, of_others))).collect()
}

/// Weights that tell the mails of one side from the others. A mail without a side is left out.
fn separate(lessons: &[Lesson], always: usize, side: impl Fn(&Label) -> Option<bool>) -> Vec<f64> {
    widest(&sided_mails(lessons, side), always)
}

fn sided_mails<'e>(lessons: &'e [Lesson], side: impl Fn(&Label) -> Option<bool>) -> Vec<Sided<'e>> {
    let of = |is_ours: bool| -> Vec<&Example> {
        let lessons = lessons.iter().filter(|lesson| side(lesson.label) == Some(is_ours));
        lessons.map(|lesson| &lesson.whole).collect()
    };
    let (ours, others) = (of(true), of(false));
    sided(&ours, &others, COST * (ours.len() + others.len()) as f64)
}

/// Weights that tell mails of one side from the others, and their sentences as well: of a mail on this side the sentence, or
/// two in a row, that say it most, of the others all. Which say it most is asked of the weights found before.
fn separate_by_sentence(lessons: &[Lesson], always: usize, side: impl Fn(&Label) -> Option<bool>) -> Vec<f64> {
    let mut weights = separate(lessons, always, &side);
    let others: Vec<&Example> = lessons
        .iter()
        .filter(|lesson| side(lesson.label) == Some(false))
        .flat_map(|lesson| &lesson.windows)
        .collect();
    for _ in 0..ROUNDS {
        let ours: Vec<&Example> = lessons
            .iter()
            .filter(|lesson| side(lesson.label) == Some(true))
            .filter_map(|lesson| {
                let heavier = |one: &&Example, other: &&Example| sum(one, &weights).total_cmp(&sum(other, &weights));
                lesson.windows.iter().max_by(heavier)
            })
            .collect();
        let mut all = sided_mails(lessons, &side);
        let cost = SENTENCES_COST * COST * all.len() as f64;
        all.extend(sided(&ours, &others, cost));
        weights = widest(&all, always);
    }
    weights
}

fn sum(example: &Example, weights: &[f64]) -> f64 {
    example.iter().map(|(number, counts)| weights[*number] * counts).sum()
}

/// The widest margin between two sides: a linear support vector machine with squared loss, by coordinate descent in the dual
/// (Hsieh et al. 2008).
fn widest(examples: &[Sided<'_>], always: usize) -> Vec<f64> {
    let mut weights = vec![0.0; always + 1];
    let mut pull = vec![0.0_f64; examples.len()];
    let lengths: Vec<f64> = examples
        .iter()
        .map(|sided| sided.example.iter().map(|(_, counts)| counts * counts).sum())
        .collect();
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut dice = 1_u64;
    for _ in 0..PASSES {
        for at in (1..order.len()).rev() {
            dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            order.swap(at, (dice >> 33) as usize % (at + 1));
        }
        for at in &order {
            let Sided { example, is_ours, cost } = &examples[*at];
            let sign = if *is_ours { 1.0 } else { -1.0 };
            let give = 0.5 / cost;
            let gradient = sign * sum(example, &weights) - 1.0 + pull[*at] * give;
            let next = (pull[*at] - gradient / (lengths[*at] + give)).max(0.0);
            let step = (next - pull[*at]) * sign;
            if step == 0.0 {
                continue;
            }
            pull[*at] = next;
            for (number, counts) in *example {
                weights[*number] += step * counts;
            }
        }
    }
    weights
}

fn written(vocabulary: &Vocabulary, columns: &[Vec<f64>]) -> String {
    let rounded = |number: usize| columns.iter().map(move |column| (column[number] * UNIT).round() as i64);
    let always: Vec<String> = rounded(vocabulary.len()).map(|number| number.to_string()).collect();
    let mut text = format!("always = \"{}\"\nwords = '''\n", always.join(" "));
    for (key, word) in vocabulary {
        let weights: String = ('a'..)
            .zip(rounded(word.number))
            .filter(|(_, weight)| weight.abs() >= SMALLEST)
            .map(|(letter, weight)| format!("{letter}{weight}"))
            .collect();
        writeln!(text, "{key}|{}{weights}", word.with).unwrap();
    }
    text + "'''"
}
