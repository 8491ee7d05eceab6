//! The second person: what would leave is looked at as a whole, with what changed since their last look, and then approved
//! or sent back.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use similar::{ChangeTag, TextDiff};

use super::case::{Case, Writer};
use super::file::{Desk as FileDesk, File};
use super::items;
use super::no_policy;
use super::page::ItemView;
use super::steps::{Office, Page, Ref};
use crate::domain::approval::{self, Digest};
use crate::domain::command::Command;
use crate::domain::event::By;
use crate::domain::item::{Basis, Decision, Item};
use crate::domain::letter::LetterText;
use crate::domain::moves::{Move as Step, Refusal, may};
use crate::domain::policy::{DutyId, Policy};
use crate::domain::proposal::withheld;
use crate::domain::request::Approval;
use crate::domain::text::TextRef;
use crate::house::House;
use crate::mail::letters::Words as LetterWords;
use crate::store::door::{Desk, Seen, StepError};
use crate::store::files;
use crate::store::requests::Stored;
use crate::store::{Reader, StoreError};
use crate::web::door::session::{Reads, Sent};
use crate::web::error::PageError;
use crate::web::frame::look::Fact;
use crate::web::frame::say::Say;
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

/// GET /requests/{reference}/approval: exactly what would leave.
pub async fn leaving(
    who: Reads,
    house: web::Data<House>,
    reference: web::Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let reference = reference.into_inner();
    let frame = who.frame(&request, Place::Requests, reference.clone());
    let (shelf, now) = (house.shelf(), house.now.instant());
    let found = aside({
        let (house, shelf) = (Arc::clone(&house), Arc::clone(&shelf));
        move || {
            let desk = FileDesk {
                settings: &house.settings,
                shelf: &shelf,
                now,
                unsaved: None,
            };
            Ok(house.store.read(|db| {
                let Some(file) = File::read(db, &desk, &reference)? else {
                    return Ok(None);
                };
                let names = file_names(db, &file.stored)?;
                Ok::<_, StoreError>(Some((file, names)))
            })?)
        }
    })
    .await?;
    let (file, files) = found.ok_or(PageError::Absent)?;
    let say = Say::new(who.words, &shelf, now, &file.people);
    let rules = say.rules(&file.stored.request.policy).ok_or_else(|| no_policy(&who))?;
    let request = &file.stored.request;
    let letter = file.answer.as_ref().ok().map(|answer| &answer.letter);
    let leaving = letter.map(|letter| approval::leaving(request, Digest::of_letter(letter)));
    let approved = matches!(request.approval, Approval::Given { of, .. } if Some(of) == leaving);
    let open = |step| match step {
        Step::Approve if approved => Err(Refusal::AlreadyApproved),
        _ => may(request, step, who.actor(), rules.policy),
    };
    let told = Told {
        words: who.words,
        policy: rules.policy,
        stored: &file.stored,
        files: &files,
    };
    let mut read = |text: &TextRef| Ok(file.text(text).to_owned());
    let shown = letter.and_then(|letter| told.shown(letter, &mut read).ok());
    let me = By::from(who.actor()).person();
    let mine = request.looks.iter().find(|look| Some(look.by) == me);
    let before = mine.map(|look| file.text(&look.shown).to_owned());
    show(&ApprovalPage {
        path: format!("/requests/{}", request.reference),
        reference: request.reference.clone(),
        gives: request.gives(),
        seq: file.stored.seq,
        requester: say.requester(&file.stored.card.name, &file.stored.card.address),
        items: items::items(&say, &file, rules),
        to: file.stored.card.address.clone(),
        tag: letter.map(|letter| letter.language.clone()).unwrap_or_default(),
        subject: letter.map(|letter| letter.subject.clone()).unwrap_or_default(),
        text: letter.map(|letter| letter.body.trim().to_owned()).unwrap_or_default(),
        files: told.file_facts(),
        leaving: leaving.map(|digest| digest.to_string()).unwrap_or_default(),
        looked: before.is_some(),
        changes: before
            .zip(shown)
            .map(|(before, now)| changes(&before, &now))
            .unwrap_or_default(),
        may_look: open(Step::Look).is_ok(),
        may_approve: open(Step::Approve).is_ok(),
        may_send_back: open(Step::SendBack).is_ok(),
        why_not: open(Step::Approve)
            .err()
            .map(|refusal| who.words.t(&format!("refusal-{}", refusal.code())))
            .unwrap_or_default(),
        frame,
    })
}

/// POST /requests/{reference}/look: kept, so that the next look shows what changed since.
pub async fn look(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let (write, words, shown) = (case.writer(Step::Look), who.words, shown_to(&form)?);
    let command = move |desk: &mut Desk<'_, '_>| looked(desk, &write, words, shown);
    case.take("looked", "/approval", command).await
}

/// POST /requests/{reference}/approval: of exactly what the person was shown, which is kept as their look.
pub async fn approval(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let (look, write, words) = (case.writer(Step::Look), case.writer(Step::Approve), who.words);
    let shown = shown_to(&form)?;
    let checked = case.checked_if_it_gives(&form, "/approval").await?;
    let done = case
        .run(move |tx, door, id, seen| {
            door.step(tx, id, seen, |desk| looked(desk, &look, words, shown))?;
            door.let_go(tx, id, Seen::Whatever, checked.as_ref(), |desk| {
                let letter = Digest::of_letter(&write.answer(desk, LetterWords::default())?);
                Ok(Command::Approve { letter })
            })
        })
        .await?;
    Ok(case.page_of(&done, "approved", "#letter"))
}

/// POST /requests/{reference}/return: sent back, with the look that it followed.
pub async fn sent_back(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let (look, words) = (case.writer(Step::Look), who.words);
    let (reason, shown) = (form.needed("reason")?, form.text("leaving"));
    let shown = Digest::from_hex(&shown);
    let done = case
        .run(move |tx, door, id, seen| {
            let seen = match shown {
                Some(shown) => {
                    door.step(tx, id, seen, |desk| looked(desk, &look, words, shown))?;
                    Seen::Whatever
                }
                None => seen,
            };
            door.step(tx, id, seen, |desk| {
                let reason = desk.keep("reason", &reason)?;
                Ok(Command::SendBack { reason })
            })
        })
        .await?;
    Ok(case.page_of(&done, "returned", ""))
}

fn shown_to(form: &Sent) -> Result<Digest, PageError> {
    Digest::from_hex(&form.needed("leaving")?).ok_or(PageError::Malformed)
}

/// The look at what would leave now, when that is still what the person was shown.
fn looked(desk: &mut Desk<'_, '_>, write: &Writer, words: Words, shown: Digest) -> Result<Command, StepError> {
    let answer = write.answer(desk, LetterWords::default())?;
    let letter = Digest::of_letter(&answer);
    if approval::leaving(&desk.stored.request, letter) != shown {
        return Err(Refusal::LeavingChanged.into());
    }
    let (stored, policy) = (desk.stored, desk.rules.policy);
    let files = file_names(desk.tx(), stored)?;
    let told = Told {
        words,
        policy,
        stored,
        files: &files,
    };
    let text = told.shown(&answer, &mut |text| desk.read(text))?;
    Ok(Command::Look {
        letter,
        shown: desk.keep("shown", &text)?,
    })
}

/// The names and sizes of the files that would leave.
fn file_names(db: &mut Reader<'_>, stored: &Stored) -> Result<Vec<(String, u64)>, StoreError> {
    let enclosures = stored.request.release.enclosures.iter();
    enclosures
        .map(|enclosure| {
            let kept = files::find(db, enclosure.file.id)?;
            Ok((kept.name.unwrap_or_default(), kept.size))
        })
        .collect()
}

/// What would leave, with the words to say it.
struct Told<'t> {
    words: Words,
    policy: &'t Policy,
    stored: &'t Stored,
    files: &'t [(String, u64)],
}

impl Told<'_> {
    /// All of it as one text: the decisions, the letter, the files. Two such texts are compared line by line.
    fn shown(
        &self,
        letter: &LetterText,
        read: &mut dyn FnMut(&TextRef) -> Result<String, StepError>,
    ) -> Result<String, StepError> {
        let mut lines = Vec::new();
        for item in &self.stored.request.items {
            if let Some(decided) = &item.decision {
                self.decision(item, &decided.decision, read, &mut lines)?;
                lines.push(String::new());
            }
        }
        lines.push(self.stored.card.address.clone());
        lines.push(letter.subject.clone());
        lines.push(String::new());
        lines.push(letter.body.trim().to_owned());
        lines.push(String::new());
        lines.extend(self.files.iter().map(|(name, size)| format!("{name} ({size})")));
        Ok(lines.join("\n"))
    }

    fn decision(
        &self,
        item: &Item,
        decision: &Decision,
        read: &mut dyn FnMut(&TextRef) -> Result<String, StepError>,
        lines: &mut Vec<String>,
    ) -> Result<(), StepError> {
        let tag = self.words.language.tag();
        let right = self.policy.right(&item.right);
        let name = right.map_or(item.right.as_str(), |right| right.name.text(tag));
        let outcome = self.words.t(&format!("outcome-{}", decision.outcome().as_str()));
        lines.push(format!("{}. {}", item.number, self.words.pair(name, &outcome)));
        let unmet = decision.basis().map_or(&[][..], Basis::conditions);
        lines.extend(unmet.iter().map(|id| {
            let known = right.and_then(|right| right.condition(id));
            known.map_or(id.as_str(), |known| known.name.text(tag)).to_owned()
        }));
        let exemptions = decision.basis().map_or(&[][..], Basis::exemptions);
        if !exemptions.is_empty() {
            let parts: Vec<String> = withheld(item, exemptions).iter().map(ToString::to_string).collect();
            for id in exemptions {
                let known = self.policy.exemption(id);
                lines.push(known.map_or(id.as_str(), |known| known.name.text(tag)).to_owned());
            }
            lines.push(parts.join(" · "));
        }
        if let Decision::Restricted { until, duties, .. } = decision {
            let name = |id: &DutyId| {
                let known = self.policy.duty(id);
                known.map_or(id.as_str(), |known| known.name.text(tag)).to_owned()
            };
            let duties: Vec<String> = duties.iter().map(name).collect();
            lines.push(self.words.pair(&self.words.date(*until), &duties.join(" · ")));
        }
        for text in [decision.reason(), decision.given()].into_iter().flatten() {
            lines.push(read(text)?);
        }
        Ok(())
    }

    fn file_facts(&self) -> Vec<Fact> {
        let fact = |(name, size): &(String, u64)| Fact {
            label: name.clone(),
            value: self.words.size(*size),
        };
        self.files.iter().map(fact).collect()
    }
}

/// One line of what would leave, against an earlier look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineView {
    /// What it says.
    pub text: String,
    /// It was not there at the last look.
    pub is_new: bool,
    /// It was there at the last look, and is not now.
    pub is_gone: bool,
}

/// What changed between two looks, line by line; empty when nothing did.
fn changes(before: &str, now: &str) -> Vec<LineView> {
    if before == now {
        return Vec::new();
    }
    let line = |change: similar::Change<&str>| LineView {
        text: change.value().to_owned(),
        is_new: change.tag() == ChangeTag::Insert,
        is_gone: change.tag() == ChangeTag::Delete,
    };
    TextDiff::from_lines(before, now).iter_all_changes().map(line).collect()
}

/// The page of what would leave.
#[derive(Debug, Template)]
#[template(path = "approval.html")]
pub struct ApprovalPage {
    /// Around the page.
    pub frame: Frame,
    /// `/requests/DSR-2026-000123`.
    pub path: String,
    /// Such as `DSR-2026-000123`.
    pub reference: String,
    /// Something is given, so that a code of the second factor is asked for.
    pub gives: bool,
    /// How many events the page was made from.
    pub seq: i64,
    /// Whose request it is.
    pub requester: String,
    /// Its rights with their decisions.
    pub items: Vec<ItemView>,
    /// The address it goes to; empty where there is none.
    pub to: String,
    /// The letter's language tag.
    pub tag: String,
    /// The letter's subject.
    pub subject: String,
    /// The letter's text; empty while it cannot be written.
    pub text: String,
    /// The files, with their sizes.
    pub files: Vec<Fact>,
    /// The digest of all of it; empty while the letter cannot be written.
    pub leaving: String,
    /// The person has looked before.
    pub looked: bool,
    /// What changed since; empty when nothing did.
    pub changes: Vec<LineView>,
    /// The person may keep this look.
    pub may_look: bool,
    /// The person may approve it.
    pub may_approve: bool,
    /// The person may send it back.
    pub may_send_back: bool,
    /// Why they may not approve it; empty when they may.
    pub why_not: String,
}
