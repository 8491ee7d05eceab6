//! The answer before it leaves: put together from the decisions, changed by a person, checked for what it may not lose.
//!
//! [`answer`] and [`answer_as_kept`] are the one place that says which letter would leave now. Whoever shows it, approves
//! it or sends it asks here, so that all of them mean the same bytes.

use super::letters::{self, Case, Letterhead, ReadText, Words, answer_occasion};
use crate::domain::command::Command;
use crate::domain::draft::Draft;
use crate::domain::letter::{self, LetterText, Occasion, RequiredPart};
use crate::store::door::{Desk, StepError};
use crate::store::vault::{keys, texts};
use crate::store::{Reader, StoreError};

/// What a person makes of the answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// Own words that are put into the letter; may be empty.
    pub words: String,
    /// The whole letter as the person wrote it; `None` where it is left as it is put together.
    pub letter: Option<Rewritten>,
}

/// A letter as a person wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub body: String,
}

/// The answer as it stands, and what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What would leave.
    pub letter: LetterText,
    /// What was put together from the decisions.
    pub generated: LetterText,
    /// The person's own words in that.
    pub words: String,
    /// What the letter may not lose and has lost; it cannot be saved or sent so.
    pub lost: Vec<RequiredPart>,
}

/// The answer that would leave now.
///
/// # Errors
/// What it still lacks, in words for the officer; [`StepError::Lost`] when a draft has lost what it may not lose.
pub fn answer(desk: &mut Desk<'_, '_>, head: Letterhead<'_>, words: Words) -> Result<LetterText, StepError> {
    let occasion = answer_occasion(desk.stored.request.kind, &desk.stored.request.items);
    letters::write(desk, head, occasion, words)
}

/// The answer as it stands in the store, or as an unsaved edit would make it. Nothing is written.
///
/// # Errors
/// What it still lacks, in words for the officer.
pub fn answer_as_kept(
    db: &mut Reader<'_>,
    case: Case<'_>,
    head: Letterhead<'_>,
    unsaved: Option<&Edit>,
) -> Result<Answer, StepError> {
    let key = keys::find(db, case.stored.key_id)?;
    let read: ReadText<'_> = &mut |text| Ok(texts::read_committed(db, &key, text)?);
    match (unsaved, &case.stored.request.draft) {
        (Some(edit), _) => edited(case, head, edit, read),
        (None, Some(draft)) => kept(case, head, draft, read),
        (None, None) => edited(case, head, &Edit::default(), read),
    }
}

/// The command that saves an edit as the draft of the answer.
///
/// # Errors
/// [`StepError::Lost`] when it has lost what it may not lose, or what the letter itself still lacks.
pub fn save(desk: &mut Desk<'_, '_>, head: Letterhead<'_>, edit: &Edit) -> Result<Command, StepError> {
    let case = Case {
        stored: desk.stored,
        policy: desk.rules.policy,
        now: desk.now,
    };
    let made = edited(case, head, edit, &mut |text| desk.read(text))?;
    let letter = unharmed(made.letter, made.lost)?;
    let words = match edit.words.trim() {
        "" => None,
        words => Some(desk.keep("letter", words)?),
    };
    Ok(Command::DraftLetter {
        letter: desk.keep("letter", &letter.written())?,
        generated: desk.keep("letter", &made.generated.written())?,
        words,
    })
}

/// The letter of a draft, which is sent as it was saved.
pub(super) fn as_saved(
    case: Case<'_>,
    head: Letterhead<'_>,
    draft: &Draft,
    read: ReadText<'_>,
) -> Result<LetterText, StepError> {
    let answer = kept(case, head, draft, read)?;
    unharmed(answer.letter, answer.lost)
}

fn kept(case: Case<'_>, head: Letterhead<'_>, draft: &Draft, read: ReadText<'_>) -> Result<Answer, StepError> {
    let words = draft.words.as_ref().map(&mut *read).transpose()?.unwrap_or_default();
    let letter = parsed(&read(&draft.letter)?)?;
    let generated = parsed(&read(&draft.generated)?)?;
    let lost = lost(case, head, &words, &letter, read)?;
    Ok(Answer {
        letter,
        generated,
        words,
        lost,
    })
}

fn edited(case: Case<'_>, head: Letterhead<'_>, edit: &Edit, read: ReadText<'_>) -> Result<Answer, StepError> {
    let generated = letters::put_together(case, head, occasion(case), reply(&edit.words), read)?;
    let letter = match &edit.letter {
        Some(rewritten) => rewritten.over(&generated),
        None => generated.clone(),
    };
    let lost = lost(case, head, &edit.words, &letter, read)?;
    Ok(Answer {
        letter,
        generated,
        words: edit.words.clone(),
        lost,
    })
}

fn lost(
    case: Case<'_>,
    head: Letterhead<'_>,
    words: &str,
    letter: &LetterText,
    read: ReadText<'_>,
) -> Result<Vec<RequiredPart>, StepError> {
    let facts = letters::facts(case, head, reply(words), read)?;
    let required =
        letter::required(head.pack, &case.stored.request.language, occasion(case), &facts).map_err(StepError::Lacks)?;
    Ok(letter::lost(&required, letter).into_iter().cloned().collect())
}

fn unharmed(letter: LetterText, lost: Vec<RequiredPart>) -> Result<LetterText, StepError> {
    if lost.is_empty() {
        Ok(letter)
    } else {
        Err(StepError::Lost(lost))
    }
}

fn occasion(case: Case<'_>) -> Occasion {
    answer_occasion(case.stored.request.kind, &case.stored.request.items)
}

fn reply(words: &str) -> Words {
    Words {
        reply: words.to_owned(),
        ..Words::default()
    }
}

/// Reads a letter that a draft keeps.
///
/// # Errors
/// When it is none, which would be a fault of ours.
pub fn parsed(text: &str) -> Result<LetterText, StepError> {
    let corrupt = || StoreError::Corrupt("a draft that is no letter".to_owned());
    Ok(LetterText::read(text).ok_or_else(corrupt)?)
}

impl Rewritten {
    /// The letter with these words in place of the ones that were put together.
    fn over(&self, generated: &LetterText) -> LetterText {
        let subject = self.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        LetterText {
            subject: if subject.is_empty() {
                generated.subject.clone()
            } else {
                subject
            },
            body: tidy(&self.body),
            language: generated.language.clone(),
        }
    }
}

/// A text as letters are written: plain line ends, nothing that steers a terminal, one line end at its close.
fn tidy(body: &str) -> String {
    let plain = body.replace("\r\n", "\n").replace('\r', "\n");
    let lines = plain.trim().lines().map(|line| {
        let line: String = line.chars().filter(|letter| !letter.is_control()).collect();
        line.trim_end().to_owned()
    });
    format!("{}\n", lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_sends_becomes_a_plain_letter() {
        assert_eq!(
            tidy("\r\nDear Lin, \r\n\r\nYes.\u{7}\rBye\r\n\r\n"),
            "Dear Lin,\n\nYes.\nBye\n"
        );
    }
}
