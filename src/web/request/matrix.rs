//! What was found about an item as its page shows it: exemption by exemption and part by part, the duties to keep data,
//! and what follows from all of it.

use super::file::File;
use super::items::{CONDITION, IDENTITY_NOT_PROVEN, MISSING_GROUND, hint_of, scope_words, verdict_key};
use super::page::HintView;
use crate::domain::assessment::{Assessment, Scope};
use crate::domain::item::{Item, Outcome, Verdict};
use crate::domain::moves::followups;
use crate::domain::policy::{ConditionId, Exemption, ExemptionId, Policy};
use crate::domain::proposal::{Proposal, Proposed, propose};
use crate::domain::text::TextRef;
use crate::web::frame::look::{Choice, Tone};
use crate::web::frame::say::Say;

/// The exemptions of an item as rows, its parts as columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixView {
    /// The parts that somebody has looked at, the whole first.
    pub columns: Vec<String>,
    /// One per exemption of the policy.
    pub rows: Vec<RowView>,
    /// Something hints at an exemption, or one was assessed: the rows stand open.
    pub stirs: bool,
}

/// One exemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowView {
    /// Its id, for the anchor.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Too weighty to cite without a second signature.
    pub grave: bool,
    /// What hints at it; `None` when nothing does.
    pub hint: Option<HintView>,
    /// Where it is assessed for a further part.
    pub further: String,
    /// One per column.
    pub cells: Vec<CellView>,
}

/// One exemption for one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellView {
    /// Where it is assessed.
    pub href: String,
    /// Yes, partly, no, or not assessed.
    pub words: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// What it is about, for who hears the page.
    pub about: String,
    /// That it waits for a second signature, or when it is looked at again; empty when neither.
    pub note: String,
}

/// What follows from the findings, ready to be taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalView {
    /// The outcome, in words.
    pub words: String,
    /// How it looks.
    pub tone: Tone,
    /// What it rests on and what it leaves out, line by line.
    pub lines: Vec<String>,
    /// The outcome, as the form sends it; empty while nothing follows.
    pub outcome: &'static str,
    /// What a refusal rests on, as the form sends it.
    pub bases: Vec<String>,
    /// The duties of a restriction, as the form sends them.
    pub duties: Vec<String>,
    /// It needs a reason that the requester reads.
    pub needs_reason: bool,
    /// The reason to begin with; empty where the words need care.
    pub reason: String,
    /// What was found can be given all the same.
    pub given: String,
}

/// The duties to keep data of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionView {
    /// Those that were found to run.
    pub found: Vec<RetentionLine>,
    /// Those that the policy knows.
    pub duties: Vec<Choice>,
}

/// A duty that was found to run for a part of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionLine {
    /// The duty.
    pub name: String,
    /// The same, as the form sends it.
    pub duty: String,
    /// The part, in words.
    pub part: String,
    /// The same, as the form sends it.
    pub scope: String,
    /// Until when.
    pub until: String,
    /// The facts.
    pub reason: String,
    /// Who found it.
    pub by: String,
}

/// An item with what its views are made from.
#[derive(Clone, Copy)]
pub(super) struct Findings<'s> {
    pub say: &'s Say<'s>,
    pub file: &'s File,
    pub policy: &'s Policy,
    pub item: &'s Item,
}

impl Findings<'_> {
    pub fn matrix(self) -> MatrixView {
        let scopes = self.scopes();
        let exemptions = self.policy.exemptions.iter();
        let rows: Vec<RowView> = exemptions.map(|exemption| self.row(exemption, &scopes)).collect();
        MatrixView {
            columns: scopes.iter().map(|scope| self.part(scope)).collect(),
            stirs: !self.item.assessments.is_empty() || rows.iter().any(|row| row.hint.is_some()),
            rows,
        }
    }

    /// The parts that somebody has looked at, in order, the whole first.
    fn scopes(self) -> Vec<Scope> {
        let assessed = self.item.assessments.iter().map(|found| &found.finding.scope);
        let mut scopes: Vec<Scope> = assessed.filter(|scope| !scope.is_whole()).cloned().collect();
        scopes.sort();
        scopes.dedup();
        std::iter::once(Scope::Whole).chain(scopes).collect()
    }

    fn row(self, exemption: &Exemption, scopes: &[Scope]) -> RowView {
        RowView {
            id: exemption.id.to_string(),
            name: exemption.name.text(self.say.tag()).to_owned(),
            grave: exemption.grave,
            hint: hint_of(self.file, exemption),
            further: self.href(exemption),
            cells: scopes.iter().map(|scope| self.cell(exemption, scope)).collect(),
        }
    }

    fn cell(self, exemption: &Exemption, scope: &Scope) -> CellView {
        let words = &self.say.words;
        let found = self.item.assessment(&exemption.id, scope);
        let args = [
            ("exemption", exemption.name.text(self.say.tag())),
            ("part", &self.part(scope)),
        ];
        CellView {
            href: format!("{}?part={scope}", self.href(exemption)),
            words: words.t(found.map_or("item-exemption-open", |found| verdict_key(found.finding.verdict))),
            tone: found.map_or(Tone::Quiet, |found| tone_of(found.finding.verdict)),
            about: words.a("matrix-cell", &args),
            note: found.map(|found| self.note(found)).unwrap_or_default(),
        }
    }

    fn note(self, found: &Assessment) -> String {
        let words = &self.say.words;
        match found.finding.review_on {
            _ if found.awaits_signature(self.policy) => words.t("matrix-awaits-signature"),
            Some(day) => words.with("matrix-review", "date", &words.date(day)),
            None => String::new(),
        }
    }

    fn href(self, exemption: &Exemption) -> String {
        format!(
            "/requests/{}/items/{}/assessments/{}",
            self.file.stored.request.reference, self.item.number, exemption.id
        )
    }

    fn part(self, scope: &Scope) -> String {
        scope_words(self.say, self.file, scope)
    }

    fn parts(self, scopes: &[Scope]) -> String {
        let parts: Vec<String> = scopes.iter().map(|scope| self.part(scope)).collect();
        parts.join(" · ")
    }

    /// What follows from the findings.
    pub fn proposal(self) -> ProposalView {
        let proposed = propose(self.item, &self.file.stored.request.identity, self.policy);
        let words = &self.say.words;
        let (outcome, tone) = outcome_of(&proposed.proposal);
        let mut lines = self.lines(&proposed.proposal);
        let unsigned = proposed.unsigned.iter().map(|found| {
            let exemption = self.exemption(found.finding.exemption.as_str());
            words.with("proposal-unsigned", "exemption", &exemption)
        });
        lines.extend(unsigned);
        ProposalView {
            words: words.t(&outcome.map_or_else(
                || "proposal-conditions-open".to_owned(),
                |outcome| format!("outcome-{}", outcome.as_str()),
            )),
            tone,
            lines,
            outcome: outcome.map_or("", Outcome::as_str),
            bases: bases(&proposed.proposal),
            duties: duties(&proposed.proposal),
            needs_reason: outcome != Some(Outcome::Granted),
            reason: self.reason(&proposed),
            given: self.texts(proposed.still_given.iter().copied()),
        }
    }

    fn lines(self, proposal: &Proposal) -> Vec<String> {
        let words = &self.say.words;
        let named = |exemptions: &[ExemptionId], conditions: &[ConditionId]| {
            let exemptions = exemptions.iter().map(|id| self.exemption(id.as_str()));
            let conditions = conditions.iter().map(|id| self.condition_name(id.as_str()));
            exemptions.chain(conditions).collect::<Vec<_>>().join(" · ")
        };
        match proposal {
            Proposal::MissingGround => vec![words.t("proposal-missing-ground")],
            Proposal::Granted => vec![words.t("proposal-granted")],
            Proposal::IdentityNotProven => vec![words.t("basis-identity-not-proven")],
            Proposal::ConditionsOpen { open } => open.iter().map(|id| self.condition_name(id.as_str())).collect(),
            Proposal::Partly {
                exemptions,
                conditions,
                withheld,
            } => {
                let mut lines = vec![words.with("proposal-rests-on", "exemptions", &named(exemptions, conditions))];
                if !withheld.is_empty() {
                    lines.push(words.with("proposal-withheld", "parts", &self.parts(withheld)));
                }
                lines
            }
            Proposal::Refused { exemptions, conditions } => {
                vec![words.with("proposal-rests-on", "exemptions", &named(exemptions, conditions))]
            }
            Proposal::Restricted { duties, until, kept } => {
                let names: Vec<String> = duties.iter().map(|id| self.duty(id.as_str())).collect();
                vec![
                    words.a(
                        "proposal-kept",
                        &[("duties", &names.join(" · ")), ("until", &words.date(*until))],
                    ),
                    words.with("proposal-kept-parts", "parts", &self.parts(kept)),
                ]
            }
        }
    }

    /// The officers' reasons as a beginning. Where a grave exemption stands they stay inside: they may name what the
    /// requester must not learn.
    fn reason(self, proposed: &Proposed<'_>) -> String {
        match &proposed.proposal {
            Proposal::MissingGround
            | Proposal::ConditionsOpen { .. }
            | Proposal::IdentityNotProven
            | Proposal::Granted => String::new(),
            Proposal::Restricted { .. } => self.texts(self.item.retentions.iter().map(|retention| &retention.reason)),
            Proposal::Partly { exemptions, .. } | Proposal::Refused { exemptions, .. } => {
                let grave = |id| self.policy.exemption(id).is_some_and(|exemption| exemption.grave);
                if exemptions.iter().any(grave) {
                    return String::new();
                }
                let findings = self.item.assessments.iter().map(|found| &found.finding);
                let cited = findings.filter(|finding| finding.stands() && exemptions.contains(&finding.exemption));
                self.texts(cited.map(|finding| &finding.reason))
            }
        }
    }

    fn texts<'t>(self, texts: impl Iterator<Item = &'t TextRef>) -> String {
        let mut said: Vec<&str> = Vec::new();
        for text in texts {
            let text = self.file.text(text);
            if !said.contains(&text) {
                said.push(text);
            }
        }
        said.join("\n")
    }

    fn exemption(self, id: &str) -> String {
        let known = self
            .policy
            .exemptions
            .iter()
            .find(|exemption| exemption.id.as_str() == id);
        known
            .map_or(id, |exemption| exemption.name.text(self.say.tag()))
            .to_owned()
    }

    fn duty(self, id: &str) -> String {
        let known = self.policy.retention_duties.iter().find(|duty| duty.id.as_str() == id);
        known.map_or(id, |duty| duty.name.text(self.say.tag())).to_owned()
    }

    /// The duties to keep data; `None` where the right yields to none.
    pub fn retention(self) -> Option<RetentionView> {
        let right = self.policy.right(&self.item.right)?;
        if !right.yields_to_retention {
            return None;
        }
        let found = self.item.retentions.iter().map(|retention| RetentionLine {
            name: self.duty(retention.duty.as_str()),
            duty: retention.duty.to_string(),
            part: self.part(&retention.scope),
            scope: retention.scope.to_string(),
            until: self.say.words.date(retention.until),
            reason: self.file.text(&retention.reason).to_owned(),
            by: self.say.name(retention.by),
        });
        Some(RetentionView {
            found: found.collect(),
            duties: self
                .policy
                .retention_duties
                .iter()
                .map(|duty| self.duty_choice(duty))
                .collect(),
        })
    }

    fn duty_choice(self, duty: &crate::domain::policy::RetentionDuty) -> Choice {
        let (tag, words) = (self.say.tag(), &self.say.words);
        let usually = duty.typical_years.map(|years| words.n("duty-years", years));
        let explanation = duty.explanation.text(tag).to_owned();
        Choice {
            value: duty.id.to_string(),
            label: duty.name.text(tag).to_owned(),
            hint: usually.into_iter().chain([explanation]).collect::<Vec<_>>().join(" "),
            chosen: false,
        }
    }

    /// The rights that this one makes possible and that are not asked for yet.
    pub fn followups(self) -> Vec<Choice> {
        let rights = followups(&self.file.stored.request, self.item, self.policy);
        let choice = |right: &crate::domain::policy::Right| Choice {
            value: right.id.to_string(),
            label: right.name.text(self.say.tag()).to_owned(),
            hint: String::new(),
            chosen: false,
        };
        rights.into_iter().map(choice).collect()
    }
}

/// The parts that an item can be looked at for: the whole, each system that is in use, each category of data in them.
pub(super) fn parts(say: &Say<'_>, file: &File, chosen: &Scope) -> Vec<Choice> {
    let in_use = || {
        file.systems
            .iter()
            .map(|known| &known.system)
            .filter(|system| system.active)
    };
    let categories: std::collections::BTreeSet<_> = in_use().flat_map(|system| system.categories.iter()).collect();
    let systems = in_use().map(|system| Scope::System(system.id.clone()));
    let categories = categories.into_iter().map(|id| Scope::Category(id.clone()));
    let mut scopes: Vec<Scope> = std::iter::once(Scope::Whole).chain(categories).chain(systems).collect();
    if !scopes.contains(chosen) {
        scopes.push(chosen.clone());
    }
    let choice = |scope: Scope| Choice {
        value: scope.to_string(),
        label: scope_words(say, file, &scope),
        hint: String::new(),
        chosen: scope == *chosen,
    };
    scopes.into_iter().map(choice).collect()
}

fn outcome_of(proposal: &Proposal) -> (Option<Outcome>, Tone) {
    match proposal {
        Proposal::ConditionsOpen { .. } => (None, Tone::Today),
        Proposal::MissingGround => (Some(Outcome::Refused), Tone::Today),
        Proposal::Granted => (Some(Outcome::Granted), Tone::Done),
        Proposal::Partly { .. } => (Some(Outcome::PartlyGranted), Tone::Soon),
        Proposal::Restricted { .. } => (Some(Outcome::Restricted), Tone::Soon),
        Proposal::IdentityNotProven | Proposal::Refused { .. } => (Some(Outcome::Refused), Tone::Quiet),
    }
}

fn bases(proposal: &Proposal) -> Vec<String> {
    match proposal {
        Proposal::MissingGround => vec![MISSING_GROUND.to_owned()],
        Proposal::IdentityNotProven => vec![IDENTITY_NOT_PROVEN.to_owned()],
        Proposal::Partly {
            exemptions, conditions, ..
        }
        | Proposal::Refused { exemptions, conditions } => {
            let conditions = conditions.iter().map(|id| format!("{CONDITION}{id}"));
            exemptions.iter().map(ToString::to_string).chain(conditions).collect()
        }
        Proposal::ConditionsOpen { .. } | Proposal::Granted | Proposal::Restricted { .. } => Vec::new(),
    }
}

fn duties(proposal: &Proposal) -> Vec<String> {
    match proposal {
        Proposal::Restricted { duties, .. } => duties.iter().map(ToString::to_string).collect(),
        Proposal::MissingGround
        | Proposal::ConditionsOpen { .. }
        | Proposal::IdentityNotProven
        | Proposal::Granted
        | Proposal::Partly { .. }
        | Proposal::Refused { .. } => Vec::new(),
    }
}

fn tone_of(verdict: Verdict) -> Tone {
    match verdict {
        Verdict::Yes => Tone::Today,
        Verdict::Partly => Tone::Soon,
        Verdict::No => Tone::Done,
    }
}
