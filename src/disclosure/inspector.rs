//! Collects the findings of one file and of the files inside it, within the limits.

use std::collections::BTreeMap;

use super::archive::Budget;
use super::characters::masked;
use super::context::Context;
use super::finding::{Finding, FindingKind, Remedy, Report, Severity};
use super::place::{Place, Spot, Stretch};
use super::read;
use super::scan::{Certainty, Hit, Sort, scan};

/// What looks through a file, and what it has found so far.
pub(super) struct Inspector<'c> {
    /// What is known beforehand.
    pub context: &'c Context,
    file: &'c str,
    inside: Vec<String>,
    findings: BTreeMap<String, Finding>,
    more: bool,
    /// What may still be unpacked.
    pub budget: Budget,
    /// The most that can be done for anything in the file being read: what lies in a file that cannot be rewritten cannot
    /// be removed from it.
    reach: Remedy,
}

impl<'c> Inspector<'c> {
    /// Begins with a file, given by its SHA-256.
    pub fn new(context: &'c Context, file: &'c str) -> Self {
        Self {
            context,
            file,
            inside: Vec::new(),
            findings: BTreeMap::new(),
            more: false,
            budget: Budget::of(context.limits),
            reach: Remedy::Remove,
        }
    }

    /// The findings by place, and whether there were more than are listed.
    pub fn into_findings(self) -> (Vec<Finding>, bool) {
        let mut findings: Vec<Finding> = self.findings.into_values().collect();
        findings.sort_by(|one, other| (&one.place, one.kind).cmp(&(&other.place, other.kind)));
        (findings, self.more)
    }

    /// Notes what was found, with a glimpse of the value.
    pub fn found(&mut self, kind: FindingKind, spot: Spot, value: &str, remedy: Remedy) {
        self.note(kind, spot, masked(value), remedy, Certainty::Sure);
    }

    /// Notes what goes whenever the file is rewritten; its name is no secret.
    pub fn hidden(&mut self, kind: FindingKind, spot: Spot, shown: &str) {
        let shown: String = shown.chars().filter(|one| !one.is_control()).take(80).collect();
        self.note(kind, spot, shown, Remedy::Clean, Certainty::Sure);
    }

    /// Notes what cannot be looked at.
    pub fn unchecked(&mut self, kind: FindingKind, spot: Spot) {
        self.note(kind, spot, String::new(), Remedy::Decide, Certainty::Sure);
    }

    fn note(&mut self, kind: FindingKind, spot: Spot, excerpt: String, remedy: Remedy, certainty: Certainty) {
        let place = Place {
            inside: self.inside.clone(),
            spot,
        };
        // A file inside an archive can be left out whole.
        let remedy = match remedy {
            Remedy::Decide if place.spot == Spot::File && !place.inside.is_empty() => Remedy::Remove,
            remedy => remedy,
        };
        let remedy = match (self.reach, remedy) {
            (Remedy::Remove, remedy) => remedy,
            (Remedy::Clean, Remedy::Decide) | (Remedy::Decide, _) => Remedy::Decide,
            (Remedy::Clean, _) => Remedy::Clean,
        };
        let mut finding = Finding::new(self.file, kind, place, excerpt, remedy);
        if certainty == Certainty::Maybe {
            finding.severity = match finding.severity {
                Severity::High => Severity::Medium,
                Severity::Medium | Severity::Low => Severity::Low,
            };
        }
        if self.findings.len() < Report::MOST {
            self.findings.entry(finding.id.clone()).or_insert(finding);
        } else if !self.findings.contains_key(&finding.id) {
            self.more = true;
        }
    }

    /// Looks through a text for what names a person. The place is made for the stretch of the text.
    pub fn text(&mut self, text: &str, remedy: Remedy, spot: &dyn Fn(Stretch) -> Spot) {
        for hit in scan(text, &self.context.others) {
            let stretch = Stretch {
                start: hit.start,
                end: hit.end,
            };
            self.hit(&hit, spot(stretch), remedy);
        }
    }

    /// Notes what was recognised in a text, if it is not the requester's own.
    pub fn hit(&mut self, hit: &Hit, spot: Spot, remedy: Remedy) {
        if let Some(kind) = self.kind_of(hit) {
            self.note(kind, spot, masked(&hit.value), remedy, hit.certainty);
        }
    }

    /// What a hit is about: data of somebody else, or what goes to nobody. The requester's own address is neither.
    fn kind_of(&self, hit: &Hit) -> Option<FindingKind> {
        let own = match hit.sort {
            Sort::Email => self.context.is_own_address(&hit.value),
            Sort::Name | Sort::Secret => false,
            _ => self.context.is_own_number(&hit.value),
        };
        match (hit.sort, own) {
            (Sort::Resident, false) => Some(FindingKind::OtherIdNumber),
            (Sort::Card, false) => Some(FindingKind::OtherBankCard),
            (Sort::Iban, false) => Some(FindingKind::OtherIban),
            (Sort::Passport, false) => Some(FindingKind::OtherPassport),
            (Sort::Mobile, false) => Some(FindingKind::OtherMobile),
            (Sort::Phone, false) => Some(FindingKind::OtherPhone),
            (Sort::Email, false) => Some(FindingKind::OtherEmail),
            (Sort::Mobile | Sort::Phone | Sort::Email, true) => None,
            (Sort::Resident | Sort::Passport, true) | (Sort::Government, _) => Some(FindingKind::GovernmentNumber),
            (Sort::Card | Sort::Iban, true) => Some(FindingKind::AccountNumber),
            (Sort::Secret, _) => Some(FindingKind::Secret),
            (Sort::Name, _) => Some(FindingKind::OtherName),
        }
    }

    /// Limits what can be done for what is found until the work is done.
    pub fn reaching<T>(&mut self, reach: Remedy, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.reach;
        self.reach = match (before, reach) {
            (Remedy::Decide, _) | (_, Remedy::Decide) => Remedy::Decide,
            (Remedy::Clean, _) | (_, Remedy::Clean) => Remedy::Clean,
            (Remedy::Remove, Remedy::Remove) => Remedy::Remove,
        };
        let result = work(self);
        self.reach = before;
        result
    }

    /// Looks through a file inside this one.
    pub fn inner(&mut self, name: &str, bytes: &[u8]) {
        let too_deep = self.inside.len() >= self.context.limits.depth;
        self.within(name, |inspector| match too_deep {
            true => inspector.unchecked(FindingKind::TooDeep, Spot::File),
            false => {
                read::file(inspector, bytes);
            }
        });
    }

    /// Does some work on a file inside this one.
    pub fn within<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.inside.push(name.to_owned());
        let result = work(self);
        self.inside.pop();
        result
    }
}
