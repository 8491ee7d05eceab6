//! The narrowest refusal: what follows from what was found about an item, and no more.

use chrono::NaiveDate;

use super::assessment::{Assessment, Finding, Retention, Scope};
use super::condition::{self, Checked, Fulfilment};
use super::item::Item;
use super::moves::Refusal;
use super::policy::{Condition, ConditionId, DutyId, ExemptionId, Policy};
use super::request::Identity;
use super::text::TextRef;

/// What the findings on an item lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// The right needs a ground and none is there.
    MissingGround,
    /// Conditions of the right are open, so that nothing follows yet.
    ConditionsOpen {
        /// Those.
        open: Vec<ConditionId>,
    },
    /// Nothing stands against it.
    Granted,
    /// Something stands against a part of it, and the rest is given.
    Partly {
        /// The exemptions that stand.
        exemptions: Vec<ExemptionId>,
        /// The conditions that are not met for all of the data.
        conditions: Vec<ConditionId>,
        /// The parts that they cover, in full or partly.
        withheld: Vec<Scope>,
    },
    /// Data have to be kept for a time: they are restricted, and the rest is deleted.
    Restricted {
        /// The duties that run.
        duties: Vec<DutyId>,
        /// The local date on which the last of them ends.
        until: NaiveDate,
        /// The parts that are kept.
        kept: Vec<Scope>,
    },
    /// The requester did not show who they are, and the right is owed to nobody else.
    IdentityNotProven,
    /// Something stands against the whole.
    Refused {
        /// The exemptions that do.
        exemptions: Vec<ExemptionId>,
        /// The conditions that are not met.
        conditions: Vec<ConditionId>,
    },
}

/// A proposal and what goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed<'i> {
    /// What follows.
    pub proposal: Proposal,
    /// What officers found can be given all the same.
    pub still_given: Vec<&'i TextRef>,
    /// Grave assessments that wait for a second signature; they count for nothing until then.
    pub unsigned: Vec<&'i Assessment>,
}

/// How far exemptions reach into an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// At least one of them covers all of it.
    Whole,
    /// Together they cover a part.
    Part,
}

/// What follows from the findings on an item.
pub fn propose<'i>(item: &'i Item, identity: &Identity, policy: &Policy) -> Proposed<'i> {
    let (unsigned, usable): (Vec<_>, Vec<_>) = standing(item).partition(|found| found.awaits_signature(policy));
    let findings: Vec<&Finding> = usable.iter().map(|found| &found.finding).collect();
    let proposal = follows(item, &findings, identity, policy);
    let still_given = match &proposal {
        Proposal::Partly { .. } | Proposal::Restricted { .. } => {
            let by_conditions = item
                .conditions
                .iter()
                .filter_map(|found| found.check.still_given.as_ref());
            let by_findings = findings.iter().filter_map(|finding| finding.still_given.as_ref());
            by_findings.chain(by_conditions).collect()
        }
        Proposal::MissingGround
        | Proposal::ConditionsOpen { .. }
        | Proposal::Granted
        | Proposal::IdentityNotProven
        | Proposal::Refused { .. } => Vec::new(),
    };
    Proposed {
        proposal,
        still_given,
        unsigned,
    }
}

fn follows(item: &Item, findings: &[&Finding], identity: &Identity, policy: &Policy) -> Proposal {
    let needs_ground = policy.right(&item.right).is_some_and(|right| right.needs_ground);
    if needs_ground && item.ground.is_none() {
        return Proposal::MissingGround;
    }
    let named =
        |findings: &mut dyn Iterator<Item = &&Finding>| once_each(findings.map(|finding| finding.exemption.clone()));
    let against_all = named(&mut findings.iter().filter(|finding| finding.is_against_all()));
    let unmet = condition::unmet(item, policy);
    let barred = condition::bars(item, &unmet) && !gives_instead(item);
    if !against_all.is_empty() || barred {
        return Proposal::Refused {
            exemptions: against_all,
            conditions: unmet,
        };
    }
    if let Some(proposal) = unsettled(item, identity, policy) {
        return proposal;
    }
    if !findings.is_empty() || !unmet.is_empty() {
        return Proposal::Partly {
            exemptions: named(&mut findings.iter()),
            conditions: unmet,
            withheld: once_each(findings.iter().map(|finding| finding.scope.clone())),
        };
    }
    match item.retentions.iter().map(|retention| retention.until).max() {
        None => Proposal::Granted,
        Some(until) => Proposal::Restricted {
            duties: once_each(item.retentions.iter().map(|retention| retention.duty.clone())),
            until,
            kept: once_each(item.retentions.iter().map(|retention| retention.scope.clone())),
        },
    }
}

/// What stands in the way while a condition of the right is open, or since the one on identity is not met.
fn unsettled(item: &Item, identity: &Identity, policy: &Policy) -> Option<Proposal> {
    let on_identity = |condition: &&Condition| condition.identity;
    let mut of_identity = condition::conditions(item, policy).iter().filter(on_identity);
    if of_identity.any(|known| condition::fulfilment(item, known, identity) == Some(Fulfilment::NotMet)) {
        return Some(Proposal::IdentityNotProven);
    }
    let open = condition::open(item, identity, policy);
    (!open.is_empty()).then(|| Proposal::ConditionsOpen {
        open: open.iter().map(|condition| condition.id.clone()).collect(),
    })
}

/// Whether officers wrote down, beside a condition that is not met, what is given instead.
fn gives_instead(item: &Item) -> bool {
    let unmet = |found: &&Checked| found.check.fulfilment == Fulfilment::NotMet;
    item.conditions
        .iter()
        .filter(unmet)
        .all(|found| found.check.still_given.is_some())
}

/// How far the exemptions that a refusal cites reach into an item.
///
/// # Errors
/// When none is cited, or one that the policy does not know, that was not found to stand, or that is grave and lacks
/// its second signature.
pub fn reach(item: &Item, exemptions: &[ExemptionId], policy: &Policy) -> Result<Reach, Refusal> {
    if exemptions.is_empty() {
        return Err(Refusal::NoBasis);
    }
    let mut reach = Reach::Part;
    for exemption in exemptions {
        policy.exemption(exemption).ok_or(Refusal::UnknownExemption)?;
        let mut found = standing(item)
            .filter(|found| found.finding.exemption == *exemption)
            .peekable();
        if found.peek().is_none() {
            return Err(Refusal::ExemptionNotAssessed);
        }
        for one in found {
            if one.awaits_signature(policy) {
                return Err(Refusal::SignatureMissing);
            }
            if one.finding.is_against_all() {
                reach = Reach::Whole;
            }
        }
    }
    Ok(reach)
}

/// The parts of an item that a refusal withholds: those for which the exemptions it cites were found to stand.
pub fn withheld(item: &Item, exemptions: &[ExemptionId]) -> Vec<Scope> {
    let cited = standing(item).filter(|found| exemptions.contains(&found.finding.exemption));
    once_each(cited.map(|found| found.finding.scope.clone()))
}

/// The records of the duties that a restriction names.
///
/// # Errors
/// When none is named, or one that was not found to run.
pub fn kept_by<'i>(item: &'i Item, duties: &[DutyId]) -> Result<Vec<&'i Retention>, Refusal> {
    let runs = |duty: &DutyId| item.retentions.iter().any(|retention| retention.duty == *duty);
    if duties.is_empty() || !duties.iter().all(runs) {
        return Err(Refusal::RetentionMissing);
    }
    let named = item.retentions.iter();
    Ok(named.filter(|retention| duties.contains(&retention.duty)).collect())
}

fn standing(item: &Item) -> impl Iterator<Item = &Assessment> {
    item.assessments.iter().filter(|found| found.finding.stands())
}

fn once_each<T: PartialEq>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut once = Vec::new();
    for value in values {
        if !once.contains(&value) {
            once.push(value);
        }
    }
    once
}
