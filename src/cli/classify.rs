//! `habeas classify`: what recognition makes of a mail, and how good it is on labelled mail. Nothing is kept.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use serde_json::{Value, json};

use super::start;
use crate::config::Settings;
use crate::domain::classification::{Classification, classify};
use crate::domain::lexicon::Lexicon;
use crate::domain::score::{Label, score};
use crate::mail::files::{self, Found};
use crate::mail::parse::parse;

/// Says what mails invoke.
#[derive(Debug, Clone, clap::Args)]
pub struct ClassifyArgs {
    /// Mail files, mbox files, Maildirs, folders of these, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print one JSON object a file
    #[arg(long)]
    json: bool,
    /// Compare with a file of labels and print how often recognition was right
    #[arg(long, value_name = "LABELS", conflicts_with = "json")]
    score: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// When a file cannot be read.
pub fn run(args: &ClassifyArgs, settings: &Settings, out: &mut impl Write) -> anyhow::Result<()> {
    let pack = start::shelf(settings)?.pack(Some(&settings.policy)).ok_or_else(|| {
        anyhow!(
            "There is no policy {}. `habeas policy list` shows those there are.",
            settings.policy
        )
    })?;
    let lexicon = pack.lexicon()?;
    let mut found: BTreeMap<String, Classification> = BTreeMap::new();
    let mut unreadable = 0;
    for source in files::walk(&args.paths) {
        match source {
            Found::Message(message) => {
                let file = file_name(&message.source);
                let classification = classification(&message.raw, lexicon);
                match args.score {
                    Some(_) => drop(found.insert(file, classification)),
                    None if args.json => writeln!(out, "{}", written(&file, &classification))?,
                    None => writeln!(out, "{}", in_words(&file, &classification))?,
                }
            }
            Found::PassedOver { source } => eprintln!("habeas: {source}: passed over, it is no mail"),
            Found::Unreadable { source, why } => {
                unreadable += 1;
                eprintln!("habeas: {source}: {why}");
            }
        }
    }
    if let Some(labels) = &args.score {
        let text = std::fs::read_to_string(labels).with_context(|| format!("{} cannot be read", labels.display()))?;
        let labels: Vec<Label> =
            serde_json::from_str(&text).context("the labels are not what tests/corpus/README.md describes")?;
        let pairs = labels.iter().filter_map(|label| Some((label, found.get(&label.file)?)));
        write!(out, "{}", score(pairs))?;
        let missing = labels.iter().filter(|label| !found.contains_key(&label.file)).count();
        anyhow::ensure!(
            missing == 0,
            "{missing} labelled mails were not among the files given and are in no figure."
        );
    }
    anyhow::ensure!(unreadable == 0, "{unreadable} files could not be read; see above.");
    Ok(())
}

fn classification(raw: &[u8], lexicon: &Lexicon) -> Classification {
    classify(&parse(raw), lexicon)
}

/// A message in an mbox is named by the file and its number in it.
fn file_name(source: &str) -> String {
    source.rsplit('/').next().unwrap_or(source).to_owned()
}

fn written(file: &str, found: &Classification) -> Value {
    json!({
        "file": file,
        "kind": found.kind.as_str(),
        "needs_triage": found.needs_triage,
        "rights": found.rights.iter().map(|right| &right.id).collect::<Vec<_>>(),
        "language": found.language,
        "on_behalf": found.on_behalf.id,
        "flags": found.flags.iter().map(|flag| &flag.id).collect::<Vec<_>>(),
        "evidence": evidence(found),
    })
}

/// The words behind each finding, by what they say.
fn evidence(found: &Classification) -> Value {
    let words: BTreeMap<&str, &Vec<String>> = found
        .rights
        .iter()
        .chain(&found.flags)
        .chain([&found.on_behalf])
        .filter(|found| !found.words.is_empty())
        .map(|found| (found.id.as_str(), &found.words))
        .collect();
    let mut evidence = json!(words);
    if let Value::Object(evidence) = &mut evidence {
        evidence.insert("kind".to_owned(), json!(found.kind_words));
        evidence.insert("triage".to_owned(), json!(found.doubts));
    }
    evidence
}

fn in_words(file: &str, found: &Classification) -> String {
    let rights: Vec<String> = found
        .rights
        .iter()
        .map(|right| format!("{} (\"{}\")", right.id, right.words.join("\", \"")))
        .collect();
    let triage = if found.needs_triage { ", a person must look" } else { "" };
    format!(
        "{file}: {}{triage}; {}; {}",
        found.kind.as_str(),
        found.language,
        rights.join(", ")
    )
}
