//! What officers find about an item, what a second person signs, and whether what leaves is what was approved.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::approval::{self, Digest};
use crate::domain::assessment::{Finding, Scope};
use crate::domain::event::Event;
use crate::domain::item::Item;
use crate::domain::moves::{Refusal, followups};
use crate::domain::person::Actor;
use crate::domain::policy::{DutyId, ExemptionId, RightId};
use crate::domain::request::{Approval, Request};
use crate::domain::rules::Rules;
use crate::domain::text::TextRef;

/// A finding on one exemption. One that stands needs evidence of the company's; one that covers a part says what can be
/// given all the same; one whose reason may lapse says when to look again.
pub(super) fn found(item: &Item, finding: &Finding, rules: Rules<'_>, now: DateTime<Utc>) -> Result<Event, Refusal> {
    let exemption = rules
        .policy
        .exemption(&finding.exemption)
        .ok_or(Refusal::UnknownExemption)?;
    if finding.stands() {
        if finding.evidence.is_none() {
            return Err(Refusal::EvidenceMissing);
        }
        if !finding.is_against_all() && finding.still_given.is_none() {
            return Err(Refusal::StillGivenMissing);
        }
        if exemption.lapses && finding.review_on.is_none() {
            return Err(Refusal::ReviewMissing);
        }
    }
    if finding.review_on.is_some_and(|day| !is_ahead(day, rules, now)) {
        return Err(Refusal::DatePast);
    }
    Ok(Event::Assessed {
        item: item.number,
        finding: finding.clone(),
    })
}

/// The second signature under a grave assessment; never of the person who made it.
pub(super) fn co_sign(
    item: &Item,
    exemption: &ExemptionId,
    scope: &Scope,
    rules: Rules<'_>,
    actor: Actor,
) -> Result<Event, Refusal> {
    let found = item
        .assessment(exemption, scope)
        .filter(|found| found.awaits_signature(rules.policy))
        .ok_or(Refusal::NothingToSign)?;
    match actor {
        Actor::Person { id, .. } if id == found.by => Err(Refusal::SamePerson),
        Actor::Person { .. } => Ok(Event::CoSigned {
            item: item.number,
            exemption: exemption.clone(),
            scope: scope.clone(),
        }),
        Actor::Mail | Actor::Clock | Actor::Post | Actor::Requester | Actor::Owner { .. } => Err(Refusal::NotYourRole),
    }
}

/// Whether a duty to keep data runs for a part of an item, and until when (PIPL 47(2)).
pub(super) fn retain(
    item: &Item,
    rules: Rules<'_>,
    now: DateTime<Utc>,
    duty: &DutyId,
    scope: &Scope,
    until: Option<NaiveDate>,
    reason: &TextRef,
) -> Result<Event, Refusal> {
    let right = rules.policy.right(&item.right).ok_or(Refusal::UnknownRight)?;
    if !right.yields_to_retention {
        return Err(Refusal::NoRetention);
    }
    rules.policy.duty(duty).ok_or(Refusal::UnknownDuty)?;
    let there = item
        .retentions
        .iter()
        .any(|kept| kept.duty == *duty && kept.scope == *scope);
    match until {
        Some(day) if !is_ahead(day, rules, now) => return Err(Refusal::DatePast),
        None if !there => return Err(Refusal::NothingChanges),
        Some(_) | None => {}
    }
    Ok(Event::RetentionFound {
        item: item.number,
        duty: duty.clone(),
        scope: scope.clone(),
        until,
        reason: reason.clone(),
    })
}

/// Adds a right that an item makes possible, on the receipt of that item, with the ground that its right offers. Where
/// the right is there and lacks a ground, only the ground is chosen.
pub(super) fn follow_up(
    request: &Request,
    item: &Item,
    right: &RightId,
    rules: Rules<'_>,
) -> Result<Vec<Event>, Refusal> {
    if !followups(request, item, rules.policy)
        .iter()
        .any(|offered| offered.id == *right)
    {
        return Err(Refusal::NothingOffered);
    }
    let ground = rules
        .policy
        .right(&item.right)
        .and_then(|offering| offering.offers_ground.clone())
        .ok_or(Refusal::NothingOffered)?;
    let there = request.items.iter().find(|other| other.right == *right);
    let chosen = Event::GroundChosen {
        item: there.map_or(request.last_item + 1, |other| other.number),
        ground: Some(ground),
    };
    if there.is_some() {
        return Ok(vec![chosen]);
    }
    let added = rules.new_item(right.clone(), item.received_at, item.message);
    Ok(vec![Event::ItemAdded(added), chosen])
}

/// A second person's approval of exactly what would leave. One of something else does not stand in its way: a letter may
/// have changed by itself since, such as when its term ran out.
pub(super) fn approve(request: &Request, letter: Digest) -> Result<Event, Refusal> {
    let now = approval::leaving(request, letter);
    match request.approval {
        Approval::Given { of, .. } if of == now => Err(Refusal::AlreadyApproved),
        Approval::Given { .. } | Approval::None | Approval::SentBack => Ok(Event::Approved { of: now }),
    }
}

/// Whether the letter that leaves is the one that was approved, where an approval is needed at all.
pub(super) fn is_approved(request: &Request, says: Digest) -> Result<(), Refusal> {
    match request.approval {
        _ if !request.needs_approval() => Ok(()),
        Approval::Given { of, .. } if of == approval::leaving(request, says) => Ok(()),
        Approval::Given { .. } => Err(Refusal::LeavingChanged),
        Approval::SentBack => Err(Refusal::SentBack),
        Approval::None => Err(Refusal::ApprovalMissing),
    }
}

fn is_ahead(day: NaiveDate, rules: Rules<'_>, now: DateTime<Utc>) -> bool {
    day > now.with_timezone(&rules.policy.zone).date_naive()
}
