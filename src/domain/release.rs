//! Handing over: which files leave, what was found in them, who let them go, and what becomes of the package.
//!
//! The rules of who may receive it stand in `decide/release.rs`; every way out of the house goes through them.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::identifier::LookedAgain;
use super::person::PersonId;
use super::text::{FileRef, TextRef};

/// For how long a package can be fetched.
pub const PACKAGE_LASTS: TimeDelta = TimeDelta::days(14);

/// How often a package can be fetched.
pub const DOWNLOADS: u32 = 5;

/// What is being put together to be handed over, and what was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// The files that leave with the next package, in the order of their numbers.
    pub enclosures: Vec<Enclosure>,
    /// The highest number of an enclosure ever used.
    pub last_enclosure: u32,
    /// Why the contents are of high risk, when an officer said so.
    pub high_risk: Option<TextRef>,
    /// The second person who let these very contents go; void when anything about them changes.
    pub approved_by: Option<PersonId>,
    /// Every package that was made, oldest first.
    pub packages: Vec<Package>,
}

/// One file that leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enclosure {
    /// Its number inside the request, from 1; never used again.
    pub number: u32,
    /// The file.
    pub file: FileRef,
    /// Who enclosed it.
    pub by: PersonId,
    /// What was found in it, sealed: the whole report of the disclosure gate.
    pub report: TextRef,
    /// What was found, by its id, with the answer that somebody gave.
    pub findings: Vec<Finding>,
    /// It is in a common structured format, which another controller's programs can read.
    pub structured: bool,
}

/// Something in a file that must not leave unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Its id in the report; fixed by the file's bytes, the kind and the place.
    pub id: String,
    /// The officer who lets it stand, and why.
    pub overridden: Option<Override>,
}

/// A finding that somebody lets stand, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Who.
    pub by: PersonId,
    /// Why.
    pub reason: TextRef,
}

/// What was handed over as one archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its number inside the request, from 1.
    pub number: u32,
    /// The archive, under a key of its own.
    pub file: FileRef,
    /// Since when it can be fetched.
    pub released_at: DateTime<Utc>,
    /// Until when, exclusive.
    pub expires_at: DateTime<Utc>,
    /// How often it can still be fetched.
    pub left: u32,
    /// Why it cannot be fetched any more; its key is destroyed then.
    pub ended: Option<Ended>,
}

/// Why a package can no longer be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// Its time was over.
    Expired,
    /// It was fetched as often as it can be.
    Used,
    /// An officer took it back.
    Revoked,
}

impl Ended {
    /// The word used on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Used => "used",
            Self::Revoked => "revoked",
        }
    }
}

impl Release {
    /// The enclosure with a number.
    pub fn enclosure(&self, number: u32) -> Option<&Enclosure> {
        self.enclosures.iter().find(|enclosure| enclosure.number == number)
    }

    /// The package with a number.
    pub fn package(&self, number: u32) -> Option<&Package> {
        self.packages.iter().find(|package| package.number == number)
    }

    /// The package that can be fetched now or waits for its end, if there is one.
    pub fn live(&self) -> Option<&Package> {
        self.packages.iter().find(|package| package.ended.is_none())
    }

    /// Whether a finding waits for an answer: the file is redacted, taken out, or the finding let stand by name.
    pub fn has_open_findings(&self) -> bool {
        self.findings().any(|finding| finding.overridden.is_none())
    }

    /// Whether something that was found leaves all the same.
    pub fn has_overrides(&self) -> bool {
        self.findings().any(|finding| finding.overridden.is_some())
    }

    /// Everyone who had a hand in what leaves.
    pub fn preparers(&self) -> BTreeSet<PersonId> {
        let overriders = self.findings().filter_map(|finding| finding.overridden.as_ref());
        let enclosers = self.enclosures.iter().map(|enclosure| enclosure.by);
        enclosers.chain(overriders.map(|given| given.by)).collect()
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.enclosures.iter().flat_map(|enclosure| &enclosure.findings)
    }

    pub(super) fn enclose(
        &mut self,
        file: &FileRef,
        report: &TextRef,
        findings: &[String],
        structured: bool,
        by: PersonId,
    ) {
        self.last_enclosure += 1;
        self.enclosures.push(Enclosure {
            number: self.last_enclosure,
            file: file.clone(),
            by,
            report: report.clone(),
            findings: findings
                .iter()
                .map(|id| Finding {
                    id: id.clone(),
                    overridden: None,
                })
                .collect(),
            structured,
        });
        self.approved_by = None;
    }

    pub(super) fn take_out(&mut self, number: u32) {
        self.enclosures.retain(|enclosure| enclosure.number != number);
        self.approved_by = None;
    }

    pub(super) fn let_stand(&mut self, number: u32, id: &str, given: Option<Override>) {
        let enclosure = self.enclosures.iter_mut().find(|enclosure| enclosure.number == number);
        let finding = enclosure.and_then(|enclosure| enclosure.findings.iter_mut().find(|finding| finding.id == id));
        if let Some(finding) = finding {
            finding.overridden = given;
        }
        self.approved_by = None;
    }

    /// Takes over what was found when the files were looked through again. What somebody let stand and is still found stands.
    pub(super) fn looked_again(&mut self, looks: &[LookedAgain]) {
        for look in looks {
            let enclosure = self
                .enclosures
                .iter_mut()
                .find(|enclosure| enclosure.number == look.enclosure);
            let Some(enclosure) = enclosure else { continue };
            enclosure.report = look.report.clone();
            let before = std::mem::take(&mut enclosure.findings);
            let overridden = |id: &str| {
                let known = before.iter().find(|finding| finding.id == id);
                known.and_then(|finding| finding.overridden.clone())
            };
            enclosure.findings = look
                .findings
                .iter()
                .map(|id| Finding {
                    id: id.clone(),
                    overridden: overridden(id),
                })
                .collect();
        }
        self.approved_by = None;
    }

    pub(super) fn released(&mut self, file: &FileRef, at: DateTime<Utc>, expires_at: DateTime<Utc>, downloads: u32) {
        let number = self.packages.last().map_or(1, |package| package.number + 1);
        self.packages.push(Package {
            number,
            file: file.clone(),
            released_at: at,
            expires_at,
            left: downloads,
            ended: None,
        });
        // What leaves next is put together and let go anew.
        self.approved_by = None;
    }

    pub(super) fn fetched(&mut self, number: u32) {
        if let Some(package) = self.packages.iter_mut().find(|package| package.number == number) {
            package.left = package.left.saturating_sub(1);
        }
    }

    pub(super) fn ended(&mut self, number: u32, why: Ended) {
        if let Some(package) = self.packages.iter_mut().find(|package| package.number == number) {
            package.ended = Some(why);
        }
    }
}
