//! What a letter may not lose when a person changes it: what its reader is owed by law (PIPL, Art. 50; GDPR, Art. 12(4)),
//! and what the decisions say. Who wants to say something else changes the decision.

use super::compose::Writer;
use super::{CaseFacts, ItemFacts, LetterText, MissingPart, Occasion, OutcomeWord, answer, bilingual};
use crate::domain::policy::Pack;

/// A part that has to stand in a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredPart {
    /// What it is.
    pub kind: RequiredKind,
    /// The name of the right it is about; empty where it is about the whole letter.
    pub about: String,
    /// Its words, which may be broken into lines otherwise.
    pub text: String,
}

/// What a required part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequiredKind {
    /// The reference of the request.
    Reference,
    /// What was decided on an item.
    Outcome,
    /// What is given or was done.
    Given,
    /// The facts of a refusal.
    Reason,
    /// The exemption with its legal basis, the missing ground or proof, the duty to keep.
    Basis,
    /// The day until which data are kept instead of deleted.
    Until,
    /// What the policy says whenever this right is granted.
    Note,
    /// Where the reader can turn.
    Remedy,
    /// Where the company can be reached.
    Contact,
}

impl RequiredKind {
    /// The word used for it in messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Outcome => "outcome",
            Self::Given => "given",
            Self::Reason => "reason",
            Self::Basis => "basis",
            Self::Until => "until",
            Self::Note => "note",
            Self::Remedy => "remedy",
            Self::Contact => "contact",
        }
    }
}

/// What a letter about a case may not lose.
///
/// # Errors
/// What the letter itself lacks.
pub fn required(
    pack: &Pack,
    language: &str,
    occasion: Occasion,
    case: &CaseFacts,
) -> Result<Vec<RequiredPart>, MissingPart> {
    let mut parts = Vec::new();
    let whole = |kind, text: &str| RequiredPart {
        kind,
        about: String::new(),
        text: text.to_owned(),
    };
    for language in bilingual::languages(pack, language) {
        let writer = Writer { pack, language };
        parts.push(whole(RequiredKind::Reference, &case.reference));
        if occasion == Occasion::Answer {
            for item in &case.items {
                of_item(writer, item, &mut parts)?;
            }
            let remedies = answer::remedies(writer, &case.items)?;
            parts.extend(remedies.lines().map(|line| whole(RequiredKind::Remedy, line)));
        }
        parts.push(whole(RequiredKind::Contact, &case.contact));
    }
    // What the pack's own letter leaves out is not asked of a person.
    let letter = super::compose(pack, language, occasion, case)?;
    let said = said(&letter);
    parts.retain(|part| !plain(&part.text).is_empty() && said.contains(&plain(&part.text)));
    Ok(parts)
}

/// Those of the required parts that a letter has lost.
pub fn lost<'r>(required: &'r [RequiredPart], letter: &LetterText) -> Vec<&'r RequiredPart> {
    let said = said(letter);
    let mut lost = Vec::new();
    for (index, part) in required.iter().enumerate() {
        // Two items that are refused for the same reason each say so.
        let wanted = plain(&part.text);
        let before = required.iter().take(index).filter(|other| plain(&other.text) == wanted);
        if said.matches(&wanted).count() <= before.count() {
            lost.push(part);
        }
    }
    lost
}

fn of_item(writer: Writer, item: &ItemFacts, parts: &mut Vec<RequiredPart>) -> Result<(), MissingPart> {
    let about = writer.right_name(&item.right)?;
    let mut need = |kind, text: &str| {
        parts.push(RequiredPart {
            kind,
            about: about.to_owned(),
            text: text.to_owned(),
        });
    };
    let text = answer::one_item(writer, item, 0)?;
    let first = text.lines().next().unwrap_or_default();
    // The number is not part of the outcome: who adds a paragraph may number anew.
    need(
        RequiredKind::Outcome,
        first.trim_start_matches(|letter: char| !letter.is_alphabetic()),
    );
    for (kind, words) in [(RequiredKind::Given, &item.given), (RequiredKind::Reason, &item.reason)] {
        need(kind, words);
    }
    for line in answer::basis_lines(writer, item)?.lines() {
        need(RequiredKind::Basis, line);
    }
    if item.outcome == OutcomeWord::Restricted {
        need(RequiredKind::Until, &answer::restriction(writer, item)?.0);
    }
    if let Some(right) = writer.pack.policy.right(&item.right) {
        for line in answer::note(writer, item, right)?.lines() {
            need(RequiredKind::Note, line);
        }
    }
    Ok(())
}

fn said(letter: &LetterText) -> String {
    plain(&format!("{}\n{}", letter.subject, letter.body))
}

/// A text without the signs of a list and with one space wherever there is any.
fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().filter(|word| *word != "-").collect();
    words.join(" ")
}
