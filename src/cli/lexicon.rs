//! `habeas lexicon`: phrases that labelled mail suggests, and what a changed lexicon would make of mail. No pack is changed.

mod trial;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};

use super::start;
use crate::config::Settings;
use crate::domain::classification::{Classification, classify};
use crate::domain::lexicon::Lexicon;
use crate::domain::lexicon_additions::{ADDITIONS_FILE, is_whole, merged};
use crate::domain::lexicon_proposal::{Proposal, Sample, additions, propose};
use crate::domain::message::Mail;
use crate::domain::score::Label;
use crate::mail::files::{self, Found};
use crate::mail::parse::parse;
use crate::packs::LoadedPack;

use trial::Trial;

/// Proposes or tries words of a lexicon.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum LexiconCommand {
    /// Propose phrases from labelled mail in which something was missed, and show what they would change
    Propose(ProposeArgs),
    /// Show what additions to the lexicon, or an edited lexicon, would change
    Try(TryArgs),
}

/// Proposes phrases.
#[derive(Debug, Clone, clap::Args)]
pub struct ProposeArgs {
    /// The labels of the samples
    #[arg(long, value_name = "LABELS")]
    pub from: PathBuf,
    /// The folder with the samples
    #[arg(value_name = "DIR")]
    pub samples: PathBuf,
    /// Where to write the proposals; they are printed without it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// In how many samples a phrase must stand in which something was missed
    #[arg(long, default_value_t = 3, value_name = "N")]
    pub support: usize,
    /// Folders of mail on which to show the changes, with their labels.json where they have one; the samples without it
    #[arg(long, value_name = "DIR")]
    pub on: Vec<PathBuf>,
    /// Show the changes on all mail kept in the house too, as counts and references
    #[arg(long)]
    pub store: bool,
}

/// Tries a lexicon.
#[derive(Debug, Clone, clap::Args)]
pub struct TryArgs {
    /// Additions to the lexicon, or a whole lexicon
    #[arg(value_name = "FILE")]
    pub lexicon: PathBuf,
    /// Folders of mail on which to show the changes, with their labels.json where they have one
    #[arg(long, value_name = "DIR", num_args = 1.., required_unless_present = "store")]
    pub on: Vec<PathBuf>,
    /// Show the changes on all mail kept in the house too, as counts and references
    #[arg(long)]
    pub store: bool,
}

/// Runs the command.
///
/// # Errors
/// When a file cannot be read or is not what it should be, or the store fails.
pub fn run(command: &LexiconCommand, settings: Settings, out: &mut impl Write) -> anyhow::Result<()> {
    let pack = start::shelf(&settings)?.pack(Some(&settings.policy)).ok_or_else(|| {
        anyhow!(
            "There is no policy {}. `habeas policy list` shows those there are.",
            settings.policy
        )
    })?;
    let (lexicon, store) = match command {
        LexiconCommand::Propose(args) => (propose_and_try(args, &pack, out)?, args.store),
        LexiconCommand::Try(args) => (Some(try_file(args, &pack, out)?), args.store),
    };
    match lexicon {
        Some(lexicon) if store => trial::of_house(&start::house(settings)?, pack.lexicon()?, &lexicon, out),
        Some(_) | None => Ok(()),
    }
}

/// Proposes phrases and shows what they would change; returns the lexicon with them, when there are any.
///
/// # Errors
/// When a file cannot be read, or the proposals cannot be written.
pub fn propose_and_try(
    args: &ProposeArgs,
    pack: &Arc<LoadedPack>,
    out: &mut impl Write,
) -> anyhow::Result<Option<Lexicon>> {
    let labels = labels(&args.from)?;
    let mails = mails(&args.samples)?;
    let now = pack.lexicon()?;
    let read: Vec<(&Label, Classification, String)> = labels
        .iter()
        .filter_map(|label| {
            let mail = mails.get(&label.file)?;
            Some((
                label,
                classify(mail, now),
                format!("{}\n\n{}", mail.subject, mail.own_text),
            ))
        })
        .collect();
    if read.is_empty() {
        bail!("{} names no mail in {}.", args.from.display(), args.samples.display());
    }
    let samples: Vec<Sample<'_>> = read
        .iter()
        .map(|(label, answer, text)| Sample { label, answer, text })
        .collect();
    let proposals = propose(&samples, now, args.support);
    if proposals.is_empty() {
        writeln!(
            out,
            "Nothing is proposed: no phrase stands in {} samples in which something was missed and in few others.",
            args.support
        )?;
        return Ok(None);
    }
    show(&proposals, out)?;
    let text = additions(&proposals).context("the proposals cannot be written")?;
    match &args.out {
        Some(file) => {
            let written = fs::File::create_new(file).and_then(|mut new| new.write_all(text.as_bytes()));
            written.with_context(|| {
                let shown = file.display();
                format!("{shown} cannot be written; name a file that is not there yet")
            })?;
            writeln!(out, "\nThey are in {}.", file.display())?;
        }
        None => writeln!(out, "\n{text}")?,
    }
    let lexicon = read_text(&text, pack)?;
    let on = if args.on.is_empty() {
        vec![(args.samples.clone(), Some(args.from.clone()))]
    } else {
        args.on.iter().map(|folder| (folder.clone(), None)).collect()
    };
    try_on(&on, pack, &lexicon, out)?;
    say_how_to_accept(pack, out)?;
    Ok(Some(lexicon))
}

/// Shows what a file would change, and returns the lexicon it makes.
///
/// # Errors
/// When a file cannot be read or is no lexicon.
pub fn try_file(args: &TryArgs, pack: &Arc<LoadedPack>, out: &mut impl Write) -> anyhow::Result<Lexicon> {
    let text =
        fs::read_to_string(&args.lexicon).with_context(|| format!("{} cannot be read", args.lexicon.display()))?;
    let lexicon = read_text(&text, pack)?;
    let on: Vec<_> = args.on.iter().map(|folder| (folder.clone(), None)).collect();
    try_on(&on, pack, &lexicon, out)?;
    say_how_to_accept(pack, out)?;
    Ok(lexicon)
}

fn show(proposals: &[Proposal], out: &mut impl Write) -> std::io::Result<()> {
    writeln!(
        out,
        "Proposed, with how many samples of a miss and of others hold each phrase:"
    )?;
    let mut group = None;
    for proposal in proposals {
        let this = (&proposal.language, &proposal.target);
        if group != Some(this) {
            writeln!(out, "\n{} ({})", proposal.target, proposal.language)?;
            group = Some(this);
        }
        writeln!(
            out,
            "  {:<28} {:>3} missed, {:>3} others, log-odds {:.1}",
            proposal.phrase, proposal.missed_with, proposal.others_with, proposal.log_odds
        )?;
        for example in &proposal.examples {
            writeln!(out, "      … {example} …")?;
        }
    }
    Ok(())
}

fn say_how_to_accept(pack: &LoadedPack, out: &mut impl Write) -> std::io::Result<()> {
    let id = &pack.pack.policy.id;
    writeln!(
        out,
        "\nNothing was changed. To accept additions, take out the phrases that you do not want, name the file \
         {ADDITIONS_FILE} and put it into the pack's folder; for the pack that the program brings, into a folder {id} \
         inside a folder named by `policies`. A whole lexicon takes the place of the pack's own lexicon.toml."
    )
}

/// A lexicon from additions to the pack's, or from a whole one.
fn read_text(text: &str, pack: &LoadedPack) -> anyhow::Result<Lexicon> {
    let (text, file) = if is_whole(text) {
        (text.to_owned(), "lexicon.toml")
    } else {
        let merged = merged(pack.lexicon_text()?, text).map_err(|mistake| anyhow!("{mistake}"))?;
        (merged, ADDITIONS_FILE)
    };
    pack.read_lexicon(&text, file).map_err(|mistakes| {
        let lines: Vec<String> = mistakes
            .iter()
            .map(|mistake| format!("{file}: {} {}", mistake.what, mistake.cure))
            .collect();
        anyhow!("{}", lines.join("\n"))
    })
}

fn try_on(
    on: &[(PathBuf, Option<PathBuf>)],
    pack: &LoadedPack,
    lexicon: &Lexicon,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    for (folder, labelled) in on {
        let beside = folder.join("labels.json");
        let labels = match labelled {
            Some(file) => labels(file)?,
            None if beside.is_file() => labels(&beside)?,
            None => Vec::new(),
        };
        let mut trial = Trial::default();
        for (file, mail) in mails(folder)? {
            let label = labels.iter().find(|label| label.file == file);
            trial.add(&file, label, classify(&mail, pack.lexicon()?), classify(&mail, lexicon));
        }
        writeln!(out, "\nOn {}:", folder.display())?;
        trial.show(out)?;
    }
    Ok(())
}

fn labels(file: &Path) -> anyhow::Result<Vec<Label>> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is not what tests/corpus/README.md describes", file.display()))
}

/// The mails of a folder by file name.
fn mails(folder: &Path) -> anyhow::Result<BTreeMap<String, Mail>> {
    let mut mails = BTreeMap::new();
    for found in files::walk(&[folder.to_owned()]) {
        match found {
            Found::Message(message) => {
                let file = message.source.rsplit('/').next().unwrap_or_default().to_owned();
                mails.insert(file, parse(&message.raw));
            }
            Found::PassedOver { .. } => {}
            Found::Unreadable { source, why } => bail!("{source}: {why}"),
        }
    }
    Ok(mails)
}
