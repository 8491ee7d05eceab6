//! What two lexicons make of the same mail, one beside the other.

use std::io::Write;

use crate::domain::classification::{Classification, classify};
use crate::domain::lexicon::Lexicon;
use crate::domain::lexicon_proposal::{Effect, effect};
use crate::domain::score::{Label, score};
use crate::house::House;
use crate::mail::reading::Opened;
use crate::store::messages::{self, Cursor};
use crate::store::{Reader, StoreError, requests};

/// So many kept messages are looked at in one go.
const PAGE: i64 = 100;

/// Answers of two lexicons to the same mails.
#[derive(Default)]
pub(super) struct Trial<'l> {
    mails: Vec<Tried<'l>>,
}

struct Tried<'l> {
    name: String,
    label: Option<&'l Label>,
    old: Classification,
    new: Classification,
}

impl<'l> Trial<'l> {
    pub fn add(&mut self, name: &str, label: Option<&'l Label>, old: Classification, new: Classification) {
        self.mails.push(Tried {
            name: name.to_owned(),
            label,
            old,
            new,
        });
    }

    /// Every mail whose kind or rights change, how many become better and worse, and the scores before and after.
    pub fn show(&self, out: &mut impl Write) -> std::io::Result<()> {
        let mut counts = [0_usize; 3];
        for tried in &self.mails {
            let (word, count) = match effect(tried.label, &tried.old, &tried.new) {
                Effect::Better => ("better", 0),
                Effect::Worse => ("WORSE", 1),
                Effect::Different => ("different", 2),
                Effect::None => continue,
            };
            if let Some(count) = counts.get_mut(count) {
                *count += 1;
            }
            writeln!(
                out,
                "  {:<9} {}: {} → {}",
                word,
                tried.name,
                in_words(&tried.old),
                in_words(&tried.new)
            )?;
        }
        let [better, worse, different] = counts;
        writeln!(
            out,
            "  {} mails: {better} better, {worse} worse, {different} different, {} as before.",
            self.mails.len(),
            self.mails.len() - better - worse - different
        )?;
        let labelled = || self.mails.iter().filter_map(|tried| Some((tried.label?, tried)));
        if labelled().next().is_some() {
            let before = score(labelled().map(|(label, tried)| (label, &tried.old)));
            let after = score(labelled().map(|(label, tried)| (label, &tried.new)));
            writeln!(out, "\nBefore:\n{before}\nAfter:\n{after}")?;
        }
        Ok(())
    }
}

fn in_words(answer: &Classification) -> String {
    let rights: Vec<&str> = answer.rights.iter().map(|right| right.id.as_str()).collect();
    if rights.is_empty() {
        answer.kind.to_string()
    } else {
        format!("{} ({})", answer.kind, rights.join(" + "))
    }
}

/// Shows what would change of all mail kept in the house, by counts and references alone.
pub(super) fn of_house(house: &House, old: &Lexicon, new: &Lexicon, out: &mut impl Write) -> anyhow::Result<()> {
    let (mut looked_at, mut erased, mut changed) = (0_usize, 0_usize, Vec::new());
    let mut after = None;
    loop {
        let page = house.store.read(|db| read_page(db, after))?;
        let Some(last) = page.last() else { break };
        after = Some(last.cursor);
        for kept in page {
            let Some(opened) = kept.opened else {
                erased += 1;
                continue;
            };
            let mail = opened.mail();
            looked_at += 1;
            let (before, now) = (classify(&mail, old), classify(&mail, new));
            if effect(None, &before, &now) != Effect::None {
                changed.push(format!("  {}: {} → {}", kept.name, in_words(&before), in_words(&now)));
            }
        }
    }
    writeln!(out, "\nOn all mail kept in the house:")?;
    changed.iter().try_for_each(|line| writeln!(out, "{line}"))?;
    writeln!(
        out,
        "  {looked_at} mails: {} would be taken for something else. {erased} more are erased.",
        changed.len()
    )?;
    Ok(())
}

/// A kept message by a name that says nothing of it.
struct KeptMail {
    name: String,
    cursor: Cursor,
    opened: Option<Opened>,
}

fn read_page(db: &mut Reader<'_>, after: Option<Cursor>) -> Result<Vec<KeptMail>, StoreError> {
    let mut page = Vec::new();
    for listed in messages::list(db, None, after, PAGE)? {
        let opened = match Opened::open(db, listed.id) {
            Ok(opened) => Some(opened),
            Err(StoreError::Erased(_)) => None,
            Err(error) => return Err(error),
        };
        let request = match listed.request_id {
            Some(id) if opened.is_some() => Some(requests::find(db, id)?.request.reference),
            Some(_) | None => None,
        };
        page.push(KeptMail {
            name: request.map_or_else(
                || format!("message {}", listed.id),
                |reference| format!("{reference}, message {}", listed.id),
            ),
            cursor: Cursor {
                received_at: listed.received_at,
                id: listed.id,
            },
            opened,
        });
    }
    Ok(page)
}
