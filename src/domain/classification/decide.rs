//! The kind of a mail: the first that fits, in the order in which a mistake would hurt most.

use super::evidence::Evidence;
use super::maker::Maker;
use super::pattern::Strength;
use super::{Classification, Doubt, Kind};
use crate::domain::lexicon::{Lexicon, Sign};
use crate::domain::message::Mail;

/// A mail with no more text than this, in bytes, and a file attached says what it wants in the file.
const LITTLE_TEXT: usize = 140;

/// What stands before a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubjectMark {
    /// Nothing.
    None,
    /// A mark of an answer, such as `Re:`.
    Reply,
    /// A mark of a forward, such as `Fwd:`.
    Forward,
}

/// A subject without its marks.
pub struct Subject<'m> {
    /// The outermost mark, an answer's before a forward's.
    pub mark: SubjectMark,
    /// What follows the marks.
    pub stripped: &'m str,
    /// Our reference stands in it.
    pub has_reference: bool,
}

impl<'m> Subject<'m> {
    /// Takes the marks off a mail's subject.
    pub fn of(mail: &'m Mail, lexicon: &Lexicon) -> Self {
        let mut stripped = mail.subject.trim();
        let mut mark = SubjectMark::None;
        let strip = |subject: &'m str, marks: &[String]| {
            let (before, after) = subject.split_once([':', '：'])?;
            marks
                .contains(&before.trim().to_lowercase())
                .then(|| after.trim_start())
        };
        loop {
            if let Some(rest) = strip(stripped, &lexicon.reply_marks) {
                (stripped, mark) = (rest, SubjectMark::Reply);
            } else if let Some(rest) = strip(stripped, &lexicon.forward_marks) {
                stripped = rest;
                if mark == SubjectMark::None {
                    mark = SubjectMark::Forward;
                }
            } else {
                break;
            }
        }
        Self {
            mark,
            stripped,
            has_reference: lexicon.reference.is_match(&mail.subject),
        }
    }
}

/// Decides the kind: the first that fits, in the order in which a mistake would hurt most.
pub fn decide(
    mail: &Mail,
    subject: &Subject<'_>,
    maker: &Maker,
    evidence: &Evidence,
    lexicon: &Lexicon,
    answer: &mut Classification,
) {
    let rights = evidence.rights(Strength::Plain);
    let invokes = !rights.is_empty();
    match maker {
        Maker::Report(words) => return settle(answer, Kind::Automatic, words),
        Maker::Machine(words) if !invokes || (evidence.reads_like_a_programme() && !evidence.invokes_for_oneself()) => {
            return settle(answer, Kind::Automatic, words);
        }
        Maker::Many(words) if !evidence.invokes_for_oneself() => {
            if invokes && evidence.first_person {
                answer.doubt(Doubt::LooksAutomatic);
            }
            return settle(answer, Kind::Unrelated, words);
        }
        Maker::Machine(_) | Maker::Many(_) => answer.doubt(Doubt::LooksAutomatic),
        Maker::Person => {}
    }
    let answers = !mail.in_reply_to.is_empty() || !mail.references.is_empty() || subject.mark == SubjectMark::Reply;
    if let Some(words) = belongs(mail, subject, answers, evidence, lexicon) {
        answer.rights = rights;
        if !answers && !subject.has_reference {
            answer.doubt(Doubt::MayBelong);
        }
        return settle(answer, Kind::FollowUp, &words);
    }
    if invokes {
        if evidence
            .sign(Sign::FollowUp)
            .is_some_and(|(strength, _)| *strength == Strength::Plain)
        {
            answer.doubt(Doubt::MayBelong);
        }
        let words: Vec<String> = rights.iter().flat_map(|right| right.words.iter().cloned()).collect();
        answer.rights = rights;
        return settle(answer, Kind::Request, &words);
    }
    decide_without_right(mail, answers, evidence, answer);
}

/// Whether a mail belongs to an earlier one, and the words that say so.
fn belongs(
    mail: &Mail,
    subject: &Subject<'_>,
    answers: bool,
    evidence: &Evidence,
    lexicon: &Lexicon,
) -> Option<Vec<String>> {
    let invokes = evidence.invokes();
    if subject.has_reference || (!invokes && lexicon.reference.is_match(&mail.own_text)) {
        let named = lexicon
            .reference
            .find(&mail.subject)
            .or_else(|| lexicon.reference.find(&mail.own_text));
        return named.map(|reference| vec![reference.as_str().to_owned()]);
    }
    if let Some((strength, words)) = evidence.sign(Sign::FollowUp)
        && (answers || (*strength == Strength::Plain && !invokes))
        && (invokes || evidence.on_topic || evidence.sign(Sign::Unrelated).is_none())
    {
        return Some(words.clone());
    }
    let on_topic = evidence.subject_on_topic && subject.mark == SubjectMark::Reply;
    // What is newly asked in an answer to our mail belongs to that conversation; without its headers it may stand alone.
    let threaded = !mail.in_reply_to.is_empty() || !mail.references.is_empty();
    (answers && on_topic && (threaded || !invokes)).then(|| vec![mail.subject.clone()])
}

/// The kind of a mail in which no right is plainly invoked.
fn decide_without_right(mail: &Mail, answers: bool, evidence: &Evidence, answer: &mut Classification) {
    let faint = evidence.rights(Strength::Faint);
    let words_of = |sign| evidence.sign(sign).map(|(_, words)| words.as_slice());
    let elsewhere = words_of(Sign::Unrelated);
    let personal = words_of(Sign::Personal);
    // Someone who speaks of themselves and may mean a right is not merely asking.
    let guessed = evidence.first_person && !evidence.guesses().is_empty();
    if let Some(words) = words_of(Sign::Unspecified) {
        answer.doubt(Doubt::NoRightNamed);
        return settle(answer, Kind::Request, words);
    }
    if let Some(words) = words_of(Sign::Complaint)
        && (evidence.on_topic || personal.is_some())
    {
        return settle(answer, Kind::Complaint, words);
    }
    if let Some((strength, words)) = evidence.sign(Sign::Question)
        && (evidence.on_topic || !faint.is_empty())
        // A question about one's own data is a request, unless it asks how such a thing is done.
        && (*strength == Strength::Plain || (personal.is_none() && !guessed))
    {
        if elsewhere.is_some() {
            answer.doubt(Doubt::FitsNoSort);
        }
        if !faint.is_empty() {
            answer.doubt(Doubt::FaintWords);
        }
        return settle(answer, Kind::Question, words);
    }
    if !faint.is_empty() {
        answer.doubt(Doubt::FaintWords);
        let words: Vec<String> = faint.iter().flat_map(|right| right.words.iter().cloned()).collect();
        answer.rights = faint;
        return settle(answer, Kind::Request, &words);
    }
    // Other business sets a mail aside only if nothing beside it is about the writer's own data.
    if let Some((_, words)) = evidence.sign(Sign::Unrelated)
        && personal.is_none()
        && !guessed
    {
        return settle(answer, Kind::Unrelated, words);
    }
    decide_by_remains(mail, answers, evidence, answer);
}

/// The kind of a mail that names no right, no complaint, no question and no other business: a person decides.
fn decide_by_remains(mail: &Mail, answers: bool, evidence: &Evidence, answer: &mut Classification) {
    let own = mail.own_text.trim();
    if own.len() <= LITTLE_TEXT && !mail.attachments.is_empty() {
        answer.doubt(Doubt::OnlyAttached);
        return settle(answer, Kind::Request, &[]);
    }
    if let Some((_, words)) = evidence.sign(Sign::Personal) {
        answer.doubt(Doubt::NoRightNamed);
        answer.rights = evidence.guesses();
        return settle(answer, Kind::Request, words);
    }
    let silent = own.is_empty() && mail.subject.trim().is_empty();
    answer.doubt(if silent { Doubt::NoText } else { Doubt::FitsNoSort });
    let asks = evidence.sign(Sign::Question).is_some();
    let guesses = evidence.guesses();
    if silent {
        return;
    }
    if answers {
        // Who answers a privacy mailbox without a word of other business most likely goes on with a request.
        answer.doubt(Doubt::MayBelong);
        settle(answer, Kind::FollowUp, &[]);
    } else if evidence.first_person && !guesses.is_empty() {
        answer.rights = guesses;
        settle(answer, Kind::Request, &[]);
    } else if evidence.on_topic && !asks && !evidence.wishes {
        settle(answer, Kind::Complaint, &[]);
    } else if evidence.on_topic || asks {
        settle(answer, Kind::Question, &[]);
    } else if evidence.wishes || evidence.first_person {
        settle(answer, Kind::Request, &[]);
    }
}

fn settle(answer: &mut Classification, kind: Kind, words: &[String]) {
    answer.kind = kind;
    answer.kind_words = words.to_vec();
    answer.kind_words.dedup();
}
