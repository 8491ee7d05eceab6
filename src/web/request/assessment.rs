//! One exemption for one item: its questions, what speaks for it, what was found so far, and the form of a finding.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::file::{Desk, File};
use super::items::{hint_of, scope_words, verdict_key};
use super::matrix;
use super::no_policy;
use super::page::HintView;
use crate::domain::assessment::{Assessment, Scope};
use crate::domain::item::{Item, Verdict};
use crate::domain::moves::{Move as Step, may};
use crate::domain::policy::{Exemption, Policy};
use crate::domain::serial::Series;
use crate::house::House;
use crate::web::door::session::Reads;
use crate::web::error::PageError;
use crate::web::frame::look::Choice;
use crate::web::frame::say::{Say, cited};
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

/// Which part of the item is looked at.
#[derive(Debug, Deserialize)]
pub struct Wanted {
    part: Option<String>,
}

/// GET /requests/{reference}/items/{number}/assessments/{exemption}
pub async fn assessment(
    who: Reads,
    house: web::Data<House>,
    path: web::Path<(String, u32, String)>,
    wanted: web::Query<Wanted>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let (reference, number, exemption) = path.into_inner();
    let scope = match &wanted.part {
        Some(word) => Scope::from_word(word).ok_or(PageError::Absent)?,
        None => Scope::Whole,
    };
    let frame = who.frame(&request, Place::Requests, reference.clone());
    let (shelf, now) = (house.shelf(), house.now.instant());
    let file = aside({
        let (house, shelf) = (Arc::clone(&house), Arc::clone(&shelf));
        move || {
            let desk = Desk {
                settings: &house.settings,
                shelf: &shelf,
                now,
                unsaved: None,
            };
            Ok(house.store.read(|db| File::read(db, &desk, &reference))?)
        }
    })
    .await?
    .ok_or(PageError::Absent)?;
    let say = Say::new(who.words, &shelf, now, &file.people);
    let rules = say.rules(&file.stored.request.policy).ok_or_else(|| no_policy(&who))?;
    let item = file.stored.request.item(number).ok_or(PageError::Absent)?;
    let known = rules
        .policy
        .exemptions
        .iter()
        .find(|known| known.id.as_str() == exemption);
    let looked_at = LookedAt {
        say: &say,
        file: &file,
        policy: rules.policy,
        item,
        exemption: known.ok_or(PageError::Absent)?,
        scope: &scope,
    };
    let open = |step| may(&file.stored.request, step, who.actor(), rules.policy).is_ok();
    show(&looked_at.page(frame, open(Step::Assess), open(Step::CoSign)))
}

struct LookedAt<'s> {
    say: &'s Say<'s>,
    file: &'s File,
    policy: &'s Policy,
    item: &'s Item,
    exemption: &'s Exemption,
    scope: &'s Scope,
}

impl LookedAt<'_> {
    fn page(&self, frame: Frame, may_assess: bool, may_sign: bool) -> AssessmentPage {
        let (tag, words) = (self.say.tag(), &self.say.words);
        let right = self.policy.right(&self.item.right);
        let found = self.item.assessment(&self.exemption.id, self.scope);
        let text = |text: Option<&crate::domain::text::TextRef>| {
            text.map(|text| self.file.text(text).to_owned()).unwrap_or_default()
        };
        let finding = found.map(|found| &found.finding);
        let held = text(finding.and_then(|finding| finding.evidence.as_ref()));
        AssessmentPage {
            path: format!("/requests/{}", self.file.stored.request.reference),
            reference: self.file.stored.request.reference.clone(),
            seq: self.file.stored.seq,
            item: self.item.number,
            right: right
                .map_or(self.item.right.as_str(), |right| right.name.text(tag))
                .to_owned(),
            exemption: self.exemption.id.to_string(),
            name: self.exemption.name.text(tag).to_owned(),
            explanation: self.exemption.explanation.text(tag).to_owned(),
            grave: self.exemption.grave,
            lapses: self.exemption.lapses,
            question: self.exemption.question.text(tag).to_owned(),
            wanted: self.exemption.evidence.text(tag).to_owned(),
            caution: self
                .exemption
                .caution
                .as_ref()
                .map(|caution| caution.text(tag).to_owned())
                .unwrap_or_default(),
            sources: cited(self.policy, &self.exemption.sources, words.language),
            hint: hint_of(self.file, self.exemption),
            counts: self.counts(),
            found: self.found(),
            parts: matrix::parts(self.say, self.file, self.scope),
            verdicts: Verdict::ALL
                .into_iter()
                .map(|verdict| Choice {
                    value: verdict.as_str().to_owned(),
                    label: words.t(verdict_key(verdict)),
                    hint: words.t(&format!("{}-hint", verdict_key(verdict))),
                    chosen: finding.is_some_and(|finding| finding.verdict == verdict),
                })
                .collect(),
            reason: text(finding.map(|finding| &finding.reason)),
            evidence: if held.is_empty() {
                self.counts().join("\n")
            } else {
                held
            },
            still_given: text(finding.and_then(|finding| finding.still_given.as_ref())),
            review_on: finding
                .and_then(|finding| finding.review_on)
                .map(|day| day.to_string())
                .unwrap_or_default(),
            tomorrow: (self.say.now.with_timezone(&self.policy.zone).date_naive() + chrono::Days::new(1)).to_string(),
            may_assess,
            may_sign,
            frame,
        }
    }

    /// Every finding on this exemption for this item, part by part.
    fn found(&self) -> Vec<FoundView> {
        let all = self.item.assessments.iter();
        all.filter(|found| found.finding.exemption == self.exemption.id)
            .map(|found| self.found_one(found))
            .collect()
    }

    fn found_one(&self, found: &Assessment) -> FoundView {
        let words = &self.say.words;
        let finding = &found.finding;
        let text = |text: &Option<crate::domain::text::TextRef>| {
            text.as_ref()
                .map(|text| self.file.text(text).to_owned())
                .unwrap_or_default()
        };
        FoundView {
            part: scope_words(self.say, self.file, &finding.scope),
            scope: finding.scope.to_string(),
            words: words.t(verdict_key(finding.verdict)),
            reason: self.file.text(&finding.reason).to_owned(),
            evidence: text(&finding.evidence),
            still_given: text(&finding.still_given),
            review: finding
                .review_on
                .map(|day| words.with("matrix-review", "date", &words.date(day)))
                .unwrap_or_default(),
            by: self.say.name(found.by),
            signed_by: found.signed_by.map(|id| self.say.name(id)).unwrap_or_default(),
            awaits_signature: found.awaits_signature(self.policy),
        }
    }

    /// How often the same sender asked, with the dates and the ends: the company's own evidence, where the exemption
    /// weighs it. It decides nothing.
    fn counts(&self) -> Vec<String> {
        match &self.file.series {
            Some(series) if self.exemption.weighs_series => self.figures(series),
            Some(_) | None => Vec::new(),
        }
    }

    fn figures(&self, series: &Series) -> Vec<String> {
        let mut figures = super::history::figures(self.say, series, self.policy);
        let stamp = &self.file.stored.request.policy;
        figures.extend(series.others.iter().map(|other| {
            format!(
                "{} · {}",
                other.case.reference,
                self.say.at(other.case.received_at, stamp)
            )
        }));
        figures
    }
}

/// The page of one exemption for one item.
#[derive(Debug, Template)]
#[template(path = "assessment.html")]
pub struct AssessmentPage {
    /// Around the page.
    pub frame: Frame,
    /// `/requests/DSR-2026-000123`.
    pub path: String,
    /// Such as `DSR-2026-000123`.
    pub reference: String,
    /// How many events the page was made from.
    pub seq: i64,
    /// The item's number.
    pub item: u32,
    /// Its right.
    pub right: String,
    /// The exemption, as the form sends it.
    pub exemption: String,
    /// Its name.
    pub name: String,
    /// What the policy says.
    pub explanation: String,
    /// Too weighty to cite without a second signature.
    pub grave: bool,
    /// The reason may lapse, so that a day to look again is needed.
    pub lapses: bool,
    /// What staff must ask themselves.
    pub question: String,
    /// What staff must hold.
    pub wanted: String,
    /// What is easily got wrong; may be empty.
    pub caution: String,
    /// Where it is written.
    pub sources: Vec<String>,
    /// What hints at it.
    pub hint: Option<HintView>,
    /// How often the same sender asked, and when; empty where the exemption does not weigh it.
    pub counts: Vec<String>,
    /// What was found so far.
    pub found: Vec<FoundView>,
    /// The parts it can be looked at for.
    pub parts: Vec<Choice>,
    /// No, partly, yes.
    pub verdicts: Vec<Choice>,
    /// The reason so far.
    pub reason: String,
    /// The evidence so far, or what the house itself counts.
    pub evidence: String,
    /// What can be given all the same, so far.
    pub still_given: String,
    /// The day to look again, so far.
    pub review_on: String,
    /// The first day that can be one.
    pub tomorrow: String,
    /// The person may assess.
    pub may_assess: bool,
    /// The person may sign what others assessed.
    pub may_sign: bool,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundView {
    /// The part, in words.
    pub part: String,
    /// The same, as the form sends it.
    pub scope: String,
    /// Yes, partly or no.
    pub words: String,
    /// Why.
    pub reason: String,
    /// The company's evidence; may be empty.
    pub evidence: String,
    /// What can be given all the same; may be empty.
    pub still_given: String,
    /// When it is looked at again; may be empty.
    pub review: String,
    /// Who assessed.
    pub by: String,
    /// Who signed as a second person; empty when nobody has.
    pub signed_by: String,
    /// It waits for a second signature.
    pub awaits_signature: bool,
}
