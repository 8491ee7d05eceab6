//! The steps of a request's clock: waits, further policies, targets, and deadlines that two people set.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use crate::domain::command::Command;
use crate::domain::deadline::local_date;
use crate::domain::decide::over;
use crate::domain::letter::News;
use crate::domain::moves::Move as Step;
use crate::domain::policy::PauseId;
use crate::domain::reminder::local_instant;
use crate::domain::request::PolicyStamp;
use crate::house::House;
use crate::store::door::Desk;
use crate::web::door::session::{Reads, Sent};
use crate::web::error::PageError;
use crate::web::request::case::Case;

type Ref = web::Path<String>;
type Page = Result<HttpResponse, PageError>;
type Office = web::Data<House>;

/// A day and a time that a person wrote, in the policy's zone; without any of both, the instant of the step.
#[derive(Clone, Copy)]
struct Written(Option<(NaiveDate, NaiveTime)>);

impl Written {
    fn of(form: &Sent) -> Result<Self, PageError> {
        let (on, at) = (form.text("on"), form.text("at"));
        if on.is_empty() {
            return Ok(Self(None));
        }
        let on = on.parse().map_err(|_| PageError::Malformed)?;
        let at = if at.is_empty() { "12:00" } else { &at };
        let at = NaiveTime::parse_from_str(at, "%H:%M").map_err(|_| PageError::Malformed)?;
        Ok(Self(Some((on, at))))
    }

    /// Noon stands for a time that was not written. On the day of what came before, and on this day, it may lie before the
    /// one or after the other: then it is that instant.
    fn instant(self, zone: Tz, after: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        let Some((on, at)) = self.0 else { return now };
        let mut written = local_instant(on, at, zone);
        if on == local_date(after, zone) {
            written = written.max(after);
        }
        if on == local_date(now, zone) {
            written = written.min(now);
        }
        written
    }
}

/// POST /requests/{reference}/clock/pause
pub async fn pause(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::Pause);
    let (pause, reason) = (PauseId::new(&form.needed("pause")?), form.needed("reason")?);
    let since = Written::of(&form)?;
    let command = move |desk: &mut Desk<'_, '_>| {
        let zone = desk.rules.policy.zone;
        let since = since.instant(zone, desk.stored.request.clock_from, desk.now);
        let news = News::PauseNotice {
            reason: reason.clone(),
            since: local_date(since, zone),
        };
        let letter = write.tell_if_possible(desk, &news)?;
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::Pause {
            pause: pause.clone(),
            since,
            reason,
            letter,
        })
    };
    case.take("paused", "#clock", command).await
}

/// POST /requests/{reference}/clock/resumption
pub async fn resumption(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::Resume);
    let (pause, note) = (PauseId::new(&form.needed("pause")?), form.needed("reason")?);
    let until = Written::of(&form)?;
    let command = move |desk: &mut Desk<'_, '_>| {
        let request = &desk.stored.request;
        let began = request.clock().open_pause(&pause).map_or(desk.now, |open| open.from);
        let until = until.instant(desk.rules.policy.zone, began, desk.now);
        let (to, _) = over(request, desk.rules, &pause, until, desk.now)?;
        // While it waits for something else no date can be told.
        let goes_on = request.open_pauses().all(|open| open.reason == pause);
        let letter = if goes_on {
            write.tell_if_possible(desk, &News::ResumptionNotice { due_on: to.due_on })?
        } else {
            None
        };
        let note = desk.keep("note", &note)?;
        Ok(Command::Resume {
            pause: pause.clone(),
            until,
            note,
            letter,
        })
    };
    case.take("resumed", "#clock", command).await
}

/// POST /requests/{reference}/clock/policy
pub async fn policy(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let chosen = form.needed("policy")?;
    let (id, version) = chosen.split_once(' ').ok_or(PageError::Malformed)?;
    let policy = PolicyStamp {
        id: id.to_owned(),
        version: version.to_owned(),
    };
    let reason = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        Ok(Command::ApplyPolicy {
            policy: policy.clone(),
            reason: desk.keep("reason", &reason)?,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("policy-applied", "#clock", command)
        .await
}

/// POST /requests/{reference}/clock/target; without a day, what the policy says is the target again.
pub async fn target(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let on = match form.text("on").as_str() {
        "" => None,
        on => Some(on.parse().map_err(|_| PageError::Malformed)?),
    };
    Case::of(&who, &house, &reference, &form)?
        .take("target", "#clock", move |_| Ok(Command::SetTarget { on }))
        .await
}

/// POST /requests/{reference}/clock/proposal
pub async fn proposal(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let on = form.needed("on")?.parse().map_err(|_| PageError::Malformed)?;
    let reason = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        Ok(Command::ProposeDeadline {
            on,
            reason: desk.keep("reason", &reason)?,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("deadline-proposed", "#clock", command)
        .await
}

/// POST /requests/{reference}/clock/confirmation: a second person confirms the proposed deadline.
pub async fn confirmation(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    Case::of(&who, &house, &reference, &form)?
        .take("deadline-set", "#clock", |_| Ok(Command::ConfirmDeadline))
        .await
}

/// POST /requests/{reference}/clock/refusal: the proposed deadline is off.
pub async fn refusal(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let reason = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        Ok(Command::DeclineDeadline {
            reason: desk.keep("reason", &reason)?,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("deadline-declined", "#clock", command)
        .await
}

/// POST /requests/{reference}/clock/receipt: the receipt was confirmed by hand.
pub async fn receipt(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let (written, note) = (Written::of(&form)?, form.needed("reason")?);
    let command = move |desk: &mut Desk<'_, '_>| {
        Ok(Command::ConfirmReceipt {
            at: written.instant(desk.rules.policy.zone, desk.stored.request.received_at, desk.now),
            note: desk.keep("note", &note)?,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("receipt-confirmed", "#clock", command)
        .await
}
