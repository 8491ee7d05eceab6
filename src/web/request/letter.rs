//! The answer in the hands of a person: what was changed by hand, what it may not lose, and the forms that change it.

use actix_web::web;

use super::case::Case;
use super::file::File;
use super::page::{DraftView, StretchView};
use crate::domain::command::Command;
use crate::domain::event::{Event, Recorded};
use crate::domain::letter::{self, LetterText, MissingPart, RequiredPart, Stretch};
use crate::domain::moves::Move as Step;
use crate::domain::policy::Policy;
use crate::house::House;
use crate::mail::draft::{Edit, Rewritten};
use crate::store::door::Desk;
use crate::web::door::session::{Reads, Sent};
use crate::web::error::PageError;
use crate::web::frame::say::Say;
use crate::web::frame::words::Words;

type Page = Result<actix_web::HttpResponse, PageError>;

/// POST /requests/{reference}/draft: keeps the letter as it was written; an approval of another one is void.
pub async fn save(who: Reads, house: web::Data<House>, reference: web::Path<String>, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::DraftLetter);
    let edit = edit_of(&form);
    let command = move |desk: &mut Desk<'_, '_>| write.save(desk, &edit);
    case.take("drafted", "#letter", command).await
}

/// POST /requests/{reference}/draft/removal: the letter reads again as it is put together.
pub async fn remove(who: Reads, house: web::Data<House>, reference: web::Path<String>, form: Sent) -> Page {
    Case::of(&who, &house, &reference, &form)?
        .take("draft-dropped", "#letter", |_| Ok(Command::DropDraft))
        .await
}

/// What a form makes of the answer: own words, or the whole letter.
pub(super) fn edit_of(form: &Sent) -> Edit {
    let body = form.text("body");
    Edit {
        words: form.text("words"),
        letter: (!body.is_empty()).then(|| Rewritten {
            subject: form.text("subject"),
            body,
        }),
    }
}

/// The sentence for what a letter still lacks; a right by its name in the policy.
pub(in crate::web) fn lacks(words: &Words, policy: Option<&Policy>, missing: &MissingPart) -> String {
    let right = missing.right().and_then(|id| policy?.right(id));
    let name = right.map_or_else(
        || missing.about(),
        |right| right.name.text(words.language.tag()).to_owned(),
    );
    let language = match missing {
        MissingPart::Letter { language, .. } => language.as_str(),
        _ => "",
    };
    let key = format!("letter-lacks-{}", missing.code());
    words.a(&key, &[("name", &name), ("language", language)])
}

/// The sentence for a letter that cannot be written though nothing in it is missing. Why stands in the log.
pub(in crate::web) fn not_written(words: &Words, why: &str) -> String {
    tracing::error!(why, "a letter could not be written");
    words.t("letter-not-written")
}

/// The sentence for what a letter has lost.
pub(in crate::web) fn lost(words: &Words, parts: &[RequiredPart]) -> Vec<String> {
    let sentence = |part: &RequiredPart| {
        let key = format!("letter-lost-{}", part.kind.as_str());
        words.a(&key, &[("right", &part.about), ("text", &part.text)])
    };
    parts.iter().map(sentence).collect()
}

/// The answer as it is being written; `None` where it cannot be put together yet.
pub(super) fn view(say: &Say<'_>, file: &File, unsaved: Option<&Edit>) -> Option<DraftView> {
    let answer = file.answer.as_ref().ok()?;
    let is_saved = file.stored.request.draft.is_some();
    let earlier = match (unsaved, is_saved) {
        (None, false) => earlier(file),
        _ => None,
    };
    let carried = earlier.map(|(was, edited)| letter::carried(&was.body, &edited.body, &answer.generated.body));
    let saved_by = file
        .history
        .iter()
        .rev()
        .find(|recorded| matches!(recorded.event, Event::LetterDrafted { .. }))
        .filter(|_| is_saved && unsaved.is_none());
    Some(DraftView {
        is_saved,
        is_unsaved: unsaved.is_some_and(|edit| edit.letter.is_some()),
        by: saved_by.map(|recorded| by(say, file, recorded)).unwrap_or_default(),
        changes: changes(&answer.generated, &answer.letter),
        subject: answer.letter.subject.clone(),
        body: match &carried {
            Some(carried) => carried.text.trim().to_owned(),
            None => answer.letter.body.trim().to_owned(),
        },
        words: answer.words.clone(),
        is_carried: carried.is_some(),
        homeless: carried.map(|carried| carried.homeless).unwrap_or_default(),
    })
}

fn by(say: &Say<'_>, file: &File, recorded: &Recorded) -> String {
    let name = recorded.by.person().map(|id| say.name(id)).unwrap_or_default();
    format!("{name} · {}", say.at(recorded.at, &file.stored.request.policy))
}

/// What a person changed, stretch by stretch; empty when nothing.
fn changes(generated: &LetterText, letter: &LetterText) -> Vec<StretchView> {
    let whole = |letter: &LetterText| format!("{}\n\n{}", letter.subject, letter.body);
    let (before, after) = (whole(generated), whole(letter));
    if !letter::is_changed(&before, &after) {
        return Vec::new();
    }
    let shown = |stretch| match stretch {
        Stretch::Same(text) => StretchView {
            text,
            is_new: false,
            is_gone: false,
        },
        Stretch::Gone(text) => StretchView {
            text,
            is_new: false,
            is_gone: true,
        },
        Stretch::New(text) => StretchView {
            text,
            is_new: true,
            is_gone: false,
        },
    };
    letter::difference(&before, &after).into_iter().map(shown).collect()
}

/// The changes of a draft as one line of the history: what went and what came.
pub(super) fn told(letter: &str, generated: &str) -> String {
    let (Some(generated), Some(letter)) = (LetterText::read(generated), LetterText::read(letter)) else {
        return String::new();
    };
    let lines = changes(&generated, &letter).into_iter().filter_map(|stretch| {
        let mark = match (stretch.is_gone, stretch.is_new) {
            (true, _) => "−",
            (_, true) => "+",
            (false, false) => return None,
        };
        Some(format!("{mark} {}", stretch.text.trim()))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The last draft that a later change of the decisions made void, with what it was made from.
fn earlier(file: &File) -> Option<(LetterText, LetterText)> {
    let mut found = None;
    for recorded in &file.history {
        match &recorded.event {
            Event::LetterDrafted { letter, generated, .. } => {
                let read = |text| LetterText::read(file.text(text));
                found = read(generated).zip(read(letter));
            }
            Event::DraftDropped | Event::AnswerQueued { .. } | Event::Answered { .. } => found = None,
            _ => {}
        }
    }
    found.filter(|(was, edited)| letter::is_changed(&was.body, &edited.body))
}
