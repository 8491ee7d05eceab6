//! What officers find about an item, what a second person signs, and what is looked at again: each form is one command.

use chrono::NaiveDate;

use super::case::Case;
use super::steps::{Item, Office, Page, named};
use crate::domain::assessment::{Finding, Scope};
use crate::domain::command::Command;
use crate::domain::condition::{Check, Fulfilment};
use crate::domain::item::Verdict;
use crate::domain::policy::{ConditionId, DutyId, ExemptionId, RightId};
use crate::domain::text::TextRef;
use crate::store::door::{Desk, StepError};
use crate::web::door::session::{Reads, Sent};
use crate::web::error::PageError;

/// POST /requests/{reference}/items/{number}/assessments
pub async fn assessments(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let (reference, item) = path.into_inner();
    let exemption = ExemptionId::new(&form.needed("exemption")?);
    let scope = scope(&form)?;
    let verdict = named(&Verdict::ALL, Verdict::as_str, &form.text("verdict"))?;
    let review_on = day(&form, "review_on")?;
    let (reason, evidence, still_given) = (form.needed("reason")?, form.text("evidence"), form.text("still_given"));
    let anchor = format!("#item-{item}");
    let command = move |desk: &mut Desk<'_, '_>| {
        let finding = Finding {
            exemption: exemption.clone(),
            scope: scope.clone(),
            verdict,
            reason: desk.keep("reason", &reason)?,
            evidence: kept(desk, "evidence", &evidence)?,
            still_given: kept(desk, "given", &still_given)?,
            review_on,
        };
        Ok(Command::Assess { item, finding })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("assessed", &anchor, command)
        .await
}

/// POST /requests/{reference}/items/{number}/signature
pub async fn signature(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let (reference, item) = path.into_inner();
    let (exemption, scope) = (ExemptionId::new(&form.needed("exemption")?), scope(&form)?);
    let command = move |_: &mut Desk<'_, '_>| {
        Ok(Command::CoSign {
            item,
            exemption: exemption.clone(),
            scope: scope.clone(),
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("signed", &format!("#item-{item}"), command)
        .await
}

/// POST /requests/{reference}/items/{number}/conditions
pub async fn conditions(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let (reference, item) = path.into_inner();
    let condition = ConditionId::new(&form.needed("condition")?);
    let fulfilment = named(&Fulfilment::ALL, Fulfilment::as_str, &form.text("fulfilment"))?;
    let (evidence, still_given) = (form.needed("evidence")?, form.text("still_given"));
    let command = move |desk: &mut Desk<'_, '_>| {
        let check = Check {
            condition: condition.clone(),
            fulfilment,
            evidence: desk.keep("evidence", &evidence)?,
            still_given: kept(desk, "given", &still_given)?,
        };
        Ok(Command::CheckCondition { item, check })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("condition-checked", &format!("#item-{item}-conditions"), command)
        .await
}

/// POST /requests/{reference}/items/{number}/retention: without a date the duty does not run.
pub async fn retention(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let (reference, item) = path.into_inner();
    let (duty, scope, until) = (DutyId::new(&form.needed("duty")?), scope(&form)?, day(&form, "until")?);
    let reason = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        Ok(Command::Retain {
            item,
            duty: duty.clone(),
            scope: scope.clone(),
            until,
            reason: desk.keep("reason", &reason)?,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("retained", &format!("#item-{item}"), command)
        .await
}

/// POST /requests/{reference}/items/{number}/follow-up
pub async fn follow_up(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let (reference, item) = path.into_inner();
    let right = RightId::new(&form.needed("right")?);
    let command = move |_: &mut Desk<'_, '_>| {
        Ok(Command::FollowUp {
            item,
            right: right.clone(),
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("item-added", "#items", command)
        .await
}

/// A text of a form, sealed; `None` when it was left empty.
fn kept(desk: &mut Desk<'_, '_>, purpose: &str, text: &str) -> Result<Option<TextRef>, StepError> {
    (!text.is_empty()).then(|| desk.keep(purpose, text)).transpose()
}

fn scope(form: &Sent) -> Result<Scope, PageError> {
    Scope::from_word(&form.needed("scope")?).ok_or(PageError::Malformed)
}

/// A local date of a form; `None` when it was left empty.
fn day(form: &Sent, name: &str) -> Result<Option<NaiveDate>, PageError> {
    let text = form.text(name);
    let day = (!text.is_empty()).then(|| text.parse());
    day.transpose().map_err(|_| PageError::Malformed)
}
