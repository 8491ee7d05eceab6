//! Who may receive what: the one rule that stands between a file and the street.

use chrono::{DateTime, Utc};

use crate::domain::condition;
use crate::domain::event::{CaseKind, Event};
use crate::domain::identity::{identified, release_hold};
use crate::domain::item::{Basis, Item};
use crate::domain::moves::{Refusal, approved};
use crate::domain::person::PersonId;
use crate::domain::policy::{Policy, SecondPerson};
use crate::domain::release::{DOWNLOADS, Enclosure, Ended, PACKAGE_LASTS, Package};
use crate::domain::request::{Request, Stage};
use crate::domain::standing::may_stand_for;
use crate::domain::text::{FileRef, TextRef};

/// Files can be put together while the request is open or an answer on its way, and after it was answered.
pub(in crate::domain) fn preparable(request: &Request) -> Result<(), Refusal> {
    match request.stage {
        Stage::Open | Stage::NotDelivered { .. } | Stage::Answering { .. } | Stage::Answered { .. } => Ok(()),
        Stage::Triage => Err(Refusal::TriageFirst),
        Stage::Merged { .. } => Err(Refusal::Merged),
        Stage::Closed { .. } | Stage::SetAside { .. } | Stage::Withdrawn { .. } => Err(Refusal::NotRunning),
    }
}

/// Whether the contents may leave now, but for the time: something is given, to a requester who is known, each finding
/// has an answer, and a second person agreed where one is due.
pub(in crate::domain) fn releasable(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    preparable(request)?;
    decided(request)?;
    identified(request)?;
    may_stand_for(request, policy)?;
    if !request.has_confirmed_contact() {
        return Err(Refusal::ContactFirst);
    }
    if request.release.live().is_some() {
        return Err(Refusal::PackageOut);
    }
    complete(request, policy)?;
    match request.release.approved_by {
        _ if !needs_second_person(request, policy) => Ok(()),
        Some(by) if !request.was_prepared_by(by) => Ok(()),
        Some(_) | None => Err(Refusal::ReleaseApprovalMissing),
    }
}

/// Whether a person may let the contents go as the second one.
pub(in crate::domain) fn approvable(request: &Request, policy: &Policy, person: PersonId) -> Result<(), Refusal> {
    preparable(request)?;
    decided(request)?;
    complete(request, policy)?;
    if !needs_second_person(request, policy) {
        return Err(Refusal::NoSecondPersonDue);
    }
    if request.release.approved_by.is_some() {
        return Err(Refusal::AlreadyApproved);
    }
    if request.was_prepared_by(person) {
        return Err(Refusal::SamePerson);
    }
    Ok(())
}

/// A second person is due for what an officer calls a high risk, for what leaves in spite of a finding, for whoever asks in
/// another's name, and wherever the policy says always.
pub fn needs_second_person(request: &Request, policy: &Policy) -> bool {
    let release = &request.release;
    policy.handover.second_person == SecondPerson::Always
        || release.high_risk.is_some()
        || release.has_overrides()
        || !request.on_behalf.is_self()
}

/// Whether the one who holds the link and a fresh code may have the package now.
pub(super) fn fetch(
    request: &Request,
    policy: &Policy,
    number: u32,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    let package = live(request, number)?;
    if now >= package.expires_at || package.left == 0 {
        return Err(Refusal::PackageEnded);
    }
    release_hold(request, policy, now)?;
    match request.stage {
        Stage::SetAside { .. } | Stage::Withdrawn { .. } | Stage::Merged { .. } | Stage::Triage => {
            return Err(Refusal::NotRunning);
        }
        Stage::Open
        | Stage::NotDelivered { .. }
        | Stage::Answering { .. }
        | Stage::Answered { .. }
        | Stage::Closed { .. } => {}
    }
    let mut events = vec![Event::PackageFetched { package: number }];
    if package.left == 1 {
        events.push(Event::PackageEnded {
            package: number,
            why: Ended::Used,
            reason: None,
        });
    }
    Ok(events)
}

/// The end of a package: taken back by a person, or over by time.
pub(super) fn end(
    request: &Request,
    number: u32,
    reason: Option<&TextRef>,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    let package = live(request, number)?;
    if reason.is_none() && now < package.expires_at {
        return Err(Refusal::NothingChanges);
    }
    Ok(vec![Event::PackageEnded {
        package: number,
        why: if reason.is_some() {
            Ended::Revoked
        } else {
            Ended::Expired
        },
        reason: reason.cloned(),
    }])
}

pub(super) fn release(
    request: &Request,
    policy: &Policy,
    file: &FileRef,
    letter: Option<i64>,
    now: DateTime<Utc>,
) -> Result<Vec<Event>, Refusal> {
    releasable(request, policy)?;
    release_hold(request, policy, now)?;
    Ok(vec![Event::Released {
        file: file.clone(),
        letter,
        expires_at: now + PACKAGE_LASTS,
        downloads: DOWNLOADS,
    }])
}

pub(super) fn let_stand(
    request: &Request,
    number: u32,
    finding: &str,
    reason: &TextRef,
) -> Result<Vec<Event>, Refusal> {
    let enclosure = enclosure(request, number)?;
    let found = enclosure.findings.iter().find(|known| known.id == finding);
    match found.ok_or(Refusal::UnknownFinding)?.overridden {
        Some(_) => Err(Refusal::NothingChanges),
        None => Ok(vec![Event::FindingOverridden {
            enclosure: number,
            finding: finding.to_owned(),
            reason: reason.clone(),
        }]),
    }
}

pub(super) fn enclosure(request: &Request, number: u32) -> Result<&Enclosure, Refusal> {
    request.release.enclosure(number).ok_or(Refusal::UnknownEnclosure)
}

fn live(request: &Request, number: u32) -> Result<&Package, Refusal> {
    let package = request.release.package(number).ok_or(Refusal::UnknownPackage)?;
    match package.ended {
        None => Ok(package),
        Some(_) => Err(Refusal::PackageEnded),
    }
}

/// Everything is decided, with the approvals that the refusals need, and something is given.
fn decided(request: &Request) -> Result<(), Refusal> {
    if request.kind != CaseKind::Request || request.items.is_empty() {
        return Err(Refusal::NoItems);
    }
    if !request.is_decided() {
        return Err(Refusal::Undecided);
    }
    if !request.gives() {
        return Err(Refusal::NothingGiven);
    }
    approved(request)
}

fn complete(request: &Request, policy: &Policy) -> Result<(), Refusal> {
    if request.release.enclosures.is_empty() {
        return Err(Refusal::NothingEnclosed);
    }
    if request.release.has_open_findings() {
        return Err(Refusal::FindingsOpen);
    }
    // Where a condition bars the right itself, what is given all the same is another thing, such as a copy.
    let asks_for_structure = |item: &Item| {
        let given = item.decision.as_ref().filter(|decided| decided.decision.gives());
        let as_asked = given.is_some_and(|decided| {
            let unmet = decided.decision.basis().map_or(&[][..], Basis::conditions);
            !condition::bars(item, unmet)
        });
        as_asked && policy.right(&item.right).is_some_and(|right| right.structured)
    };
    let is_structured = request.release.enclosures.iter().any(|enclosure| enclosure.structured);
    if request.items.iter().any(asks_for_structure) && !is_structured {
        return Err(Refusal::NotStructured);
    }
    Ok(())
}
