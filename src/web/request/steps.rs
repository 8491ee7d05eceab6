//! The steps of a request: each form is one command through the door, and then the page again.

use actix_web::{HttpResponse, web};
use chrono::{NaiveDate, NaiveTime};

use super::case::Case;
use super::decision::DecisionForm;
use super::places::belonging;
use crate::domain::approval::Digest;
use crate::domain::command::Command;
use crate::domain::decide::lengthened;
use crate::domain::event::CaseKind;
use crate::domain::letter::{ExtensionFacts, Occasion};
use crate::domain::moves::Move as Step;
use crate::domain::person::PersonId;
use crate::domain::policy::{GroundId, OnBehalfId, RightId};
use crate::domain::reminder::local_instant;
use crate::house::House;
use crate::mail::letters::{self, Words as LetterWords};
use crate::store::door::Desk;
use crate::web::door::session::{Reads, Sent};
use crate::web::error::PageError;

pub(super) type Ref = web::Path<String>;
pub(super) type Item = web::Path<(String, u32)>;
pub(super) type Page = Result<HttpResponse, PageError>;
pub(super) type Office = web::Data<House>;

/// POST /requests/{reference}/triage
pub async fn triage(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let kind = named(&CaseKind::ALL, CaseKind::as_str, &form.text("kind"))?;
    let rights: Vec<RightId> = form.all("right").iter().map(|id| RightId::new(id)).collect();
    let (on_behalf, language) = (OnBehalfId::new(&form.text("on_behalf")), form.needed("language")?);
    let command = move |_: &mut Desk<'_, '_>| {
        let (rights, on_behalf, language) = (rights.clone(), on_behalf.clone(), language.clone());
        Ok(Command::Triage {
            kind,
            rights,
            on_behalf,
            language,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("triaged", "#items", command)
        .await
}

/// POST /requests/{reference}/assignment
pub async fn assignment(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let to = match form.text("assignee").as_str() {
        "" => None,
        id => Some(PersonId(id.parse().map_err(|_| PageError::Malformed)?)),
    };
    Case::of(&who, &house, &reference, &form)?
        .take("assigned", "", move |_| Ok(Command::Assign { to }))
        .await
}

/// POST /requests/{reference}/items
pub async fn items(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let right = RightId::new(&form.needed("right")?);
    let message: Option<i64> = form.text("message").parse().ok();
    let command = move |desk: &mut Desk<'_, '_>| {
        let request = desk.stored.id;
        let there = match message {
            Some(id) => belonging(desk.tx(), request, id)?,
            None => None,
        };
        Ok(Command::AddItem {
            right: right.clone(),
            received_at: there.as_ref().map_or(desk.now, |message| message.received_at),
            message: there.map(|message| message.id),
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("item-added", "#items", command)
        .await
}

/// POST /requests/{reference}/items/{number}/removal
pub async fn removal(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let ((reference, item), reason) = (path.into_inner(), form.needed("reason")?);
    let command = move |desk: &mut Desk<'_, '_>| {
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::DropItem { item, reason })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("item-dropped", "#items", command)
        .await
}

/// POST /requests/{reference}/items/{number}/ground
pub async fn ground(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let ((reference, item), ground) = (path.into_inner(), GroundId::new(&form.needed("ground")?));
    let command = move |_: &mut Desk<'_, '_>| {
        Ok(Command::ChooseGround {
            item,
            ground: Some(ground.clone()),
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("ground", &format!("#item-{item}"), command)
        .await
}

/// POST /requests/{reference}/items/{number}/decision
pub async fn decision(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let (reference, item) = path.into_inner();
    let case = Case::of(&who, &house, &reference, &form)?;
    let decided = DecisionForm::read(&form, item)?;
    if let Some(key) = decided.lacks() {
        return Err(case.refused(who.words.t(key)));
    }
    let command = move |desk: &mut Desk<'_, '_>| {
        Ok(Command::Decide {
            item,
            decision: decided.sealed(desk)?,
        })
    };
    case.take("decided", &format!("#item-{item}"), command).await
}

/// POST /requests/{reference}/answer
pub async fn answer(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::Answer);
    let reply = form.text("words");
    let command = move |desk: &mut Desk<'_, '_>| {
        let occasion = letters::answer_occasion(desk.stored.request.kind, &desk.stored.request.items);
        let words = LetterWords {
            reply: reply.clone(),
            ..LetterWords::default()
        };
        let (letter, answer) = write.post(desk, occasion, words)?;
        let says = Digest::of_letter(&answer);
        let text = desk.keep("answer", &answer.body)?;
        Ok(Command::Answer { letter, text, says })
    };
    let checked = case.checked_if_it_gives(&form, "").await?;
    case.let_go(checked, "sent", "", command).await
}

/// POST /requests/{reference}/answer-by-hand
pub async fn answer_by_hand(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let day: NaiveDate = form.text("on").parse().map_err(|_| PageError::Malformed)?;
    let time = NaiveTime::parse_from_str(&form.text("at"), "%H:%M").map_err(|_| PageError::Malformed)?;
    let text = form.needed("text")?;
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::AnswerByHand);
    let command = move |desk: &mut Desk<'_, '_>| {
        let at = local_instant(day, time, desk.rules.policy.zone);
        let says = if desk.stored.request.needs_approval() {
            Digest::of_letter(&write.answer(desk, LetterWords::default())?)
        } else {
            Digest::default()
        };
        let text = desk.keep("answer", &text)?;
        Ok(Command::AnswerByHand { at, text, says })
    };
    let checked = case.checked_if_it_gives(&form, "").await?;
    case.let_go(checked, "answered", "", command).await
}

/// POST /requests/{reference}/extension
pub async fn extension(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::Extend);
    let reason = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        let request = &desk.stored.request;
        let mut clock = request.clock();
        clock.extensions += 1;
        let due_on = lengthened(request, desk.rules, &clock).due_on;
        let facts = ExtensionFacts {
            due_on,
            reason: reason.clone(),
        };
        let words = LetterWords {
            extension: Some(facts),
            ..LetterWords::default()
        };
        let letter = write.post_if_possible(desk, Occasion::ExtensionNotice, words)?;
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::Extend { reason, letter })
    };
    case.take("extended", "", command).await
}

/// POST /requests/{reference}/closure
pub async fn closure(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    Case::of(&who, &house, &reference, &form)?
        .take("closed", "", |_| Ok(Command::Close))
        .await
}

/// POST /requests/{reference}/bring-back
pub async fn brought_back(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    Case::of(&who, &house, &reference, &form)?
        .take("back", "", |_| Ok(Command::BringBack))
        .await
}

/// POST /requests/{reference}/retraction: taken back by the requester, who is told that it is done.
pub async fn retraction(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::Withdraw);
    let reason = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        write.post_if_possible(desk, Occasion::WithdrawalConfirmed, LetterWords::default())?;
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::Withdraw { reason })
    };
    case.take("withdrawn", "", command).await
}

/// Declares the steps that are nothing but a command and a text that says why.
macro_rules! steps_with_a_text {
    ($($(#[$meaning:meta])* $name:ident: $purpose:literal, $said:literal, $anchor:literal, $text:ident => $command:expr;)*) => {
        $(
            $(#[$meaning])*
            pub async fn $name(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
                let text = form.needed("reason")?;
                let command = move |desk: &mut Desk<'_, '_>| {
                    let $text = desk.keep($purpose, &text)?;
                    Ok($command)
                };
                Case::of(&who, &house, &reference, &form)?.take($said, $anchor, command).await
            }
        )*
    };
}

steps_with_a_text! {
    /// POST /requests/{reference}/notes
    notes: "note", "noted", "#notes", text => Command::Note { text };
    /// POST /requests/{reference}/reopening
    reopening: "reason", "reopened", "", reason => Command::Reopen { reason };
    /// POST /requests/{reference}/set-aside
    set_aside: "reason", "aside", "", reason => Command::SetAside { reason };
}

/// Finds a value of one of our enumerations by its word.
pub(super) fn named<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str, sent: &str) -> Result<T, PageError> {
    all.iter()
        .copied()
        .find(|value| word(*value) == sent)
        .ok_or(PageError::Malformed)
}
