//! A request that came by telephone, by letter or at the counter, entered by hand with its true time of receipt.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use crate::domain::command::Command;
use crate::domain::event::{CaseKind, Channel, Triage};
use crate::domain::policy::{OnBehalfId, Policy, RightId};
use crate::domain::reminder::local_instant;
use crate::domain::request::PolicyStamp;
use crate::house::House;
use crate::store::door::{Door, Draft, Seen, StepError};
use crate::store::requests::Card;
use crate::web::door::session::{Officer, Sent};
use crate::web::error::PageError;
use crate::web::frame::look::Choice;
use crate::web::frame::say::choices;
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::requests::LANGUAGES;
use crate::web::{aside, go_on, show};

/// The channels that a person enters.
const CHANNELS: [Channel; 3] = [Channel::Phone, Channel::Letter, Channel::Counter];

/// GET /requests/new
pub async fn entry(who: Officer, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Requests, who.words.t("entry-title"));
    let pack = house.pack().map_err(PageError::broken)?;
    let now = house.now.instant().with_timezone(&pack.pack.policy.zone);
    let form = EntryForm {
        channel: Channel::Phone.as_str().to_owned(),
        received_on: now.format("%Y-%m-%d").to_string(),
        received_at: now.format("%H:%M").to_string(),
        language: who.words.language.tag().to_owned(),
        on_behalf: OnBehalfId::NONE.to_owned(),
        ..EntryForm::default()
    };
    show(&EntryPage::of(
        frame,
        &pack.pack.policy,
        house.now.instant(),
        form,
        None,
    ))
}

/// POST /requests
pub async fn enter(
    who: Officer,
    house: web::Data<House>,
    request: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, PageError> {
    let pack = house.pack().map_err(PageError::broken)?;
    let now = house.now.instant();
    let form = EntryForm::read(&sent);
    let draft = match form.draft(&who.words, &pack.pack.policy, now) {
        Ok(draft) => draft,
        Err(mistake) => {
            let mut frame = who.frame(&request, Place::Requests, who.words.t("entry-title"));
            frame.here = "/requests/new".to_owned();
            return show(&EntryPage::of(frame, &pack.pack.policy, now, form, Some(mistake)));
        }
    };
    let (office, actor) = (Arc::clone(&house), who.actor());
    let reference = aside(move || {
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now,
        };
        let opened = office.store.write(|tx| {
            let opened = door.open(tx, &draft)?;
            if form.text.is_empty() {
                return Ok(opened);
            }
            door.step(tx, opened.id, Seen::Whatever, |desk| {
                Ok(Command::Note {
                    text: desk.keep("note", &form.text)?,
                })
            })
        });
        opened
            .map(|stored| stored.request.reference)
            .map_err(|error: StepError| PageError::broken(error))
    })
    .await?;
    Ok(go_on(&format!("/requests/{reference}?said=opened")))
}

impl EntryPage {
    fn of(frame: Frame, policy: &Policy, now: DateTime<Utc>, form: EntryForm, mistake: Option<String>) -> Self {
        let words = frame.words;
        let tag = words.language.tag();
        let rights = policy.rights.iter().map(|right| Choice {
            value: right.id.to_string(),
            label: right.name.text(tag).to_owned(),
            hint: right.explanation.text(tag).to_owned(),
            chosen: form.rights.iter().any(|id| id == right.id.as_str()),
        });
        let on_behalf = policy.on_behalf.iter().map(|rule| Choice {
            value: rule.id.to_string(),
            label: rule.name.text(tag).to_owned(),
            hint: String::new(),
            chosen: rule.id.as_str() == form.on_behalf,
        });
        Self {
            mistake,
            channels: choices(&words, "channel", CHANNELS.map(Channel::as_str), &form.channel),
            kinds: choices(&words, "kind", CaseKind::ALL.map(CaseKind::as_str), &form.kind),
            latest_on: now.with_timezone(&policy.zone).format("%Y-%m-%d").to_string(),
            zone_note: words.with("entry-zone", "zone", policy.zone.name()),
            languages: choices(&words, "language", LANGUAGES, &form.language),
            on_behalf: on_behalf.collect(),
            rights: rights.collect(),
            form,
            frame,
        }
    }
}

impl EntryForm {
    fn read(sent: &Sent) -> Self {
        Self {
            channel: sent.text("channel"),
            kind: sent.text("kind"),
            received_on: sent.text("received_on"),
            received_at: sent.text("received_at"),
            name: sent.text("name"),
            address: sent.text("address"),
            language: sent.text("language"),
            on_behalf: sent.text("on_behalf"),
            subject: sent.text("subject"),
            text: sent.text("text"),
            rights: sent.all("rights"),
        }
    }

    /// What the request is opened from, or the sentence for what is wrong.
    fn draft(&self, words: &Words, policy: &Policy, now: DateTime<Utc>) -> Result<Draft, String> {
        let channel = CHANNELS.into_iter().find(|channel| channel.as_str() == self.channel);
        let day: Option<NaiveDate> = self.received_on.parse().ok();
        let time = NaiveTime::parse_from_str(&self.received_at, "%H:%M").ok();
        let (Some(channel), Some(day), Some(time)) = (channel, day, time) else {
            return Err(words.t("entry-bad-time"));
        };
        let received_at = local_instant(day, time, policy.zone);
        if received_at > now {
            return Err(words.t("entry-future"));
        }
        if self.name.is_empty() || self.subject.is_empty() {
            return Err(words.t("entry-gaps"));
        }
        if !self.address.is_empty() && !is_address(&self.address) {
            return Err(words.t("entry-bad-address"));
        }
        let kind = if self.rights.is_empty() {
            let named = CaseKind::ALL.into_iter().find(|kind| kind.as_str() == self.kind);
            named
                .filter(|kind| *kind != CaseKind::Request)
                .ok_or_else(|| words.t("entry-needs-right"))?
        } else {
            CaseKind::Request
        };
        let on_behalf = OnBehalfId::new(&self.on_behalf);
        let rule = policy
            .on_behalf(&on_behalf)
            .ok_or_else(|| words.t("refusal-unknown-on-behalf"))?;
        let rights: Vec<RightId> = self.rights.iter().map(|id| RightId::new(id)).collect();
        if rights.iter().any(|right| policy.right(right).is_none()) {
            return Err(words.t("refusal-unknown-right"));
        }
        if rights.iter().any(|right| rule.excludes.contains(right)) {
            return Err(words.t("refusal-right-excluded"));
        }
        Ok(Draft {
            policy: PolicyStamp {
                id: policy.id.clone(),
                version: policy.version.clone(),
            },
            channel,
            received_at,
            message: None,
            language: self.language.clone(),
            kind,
            triage: Triage::Clear,
            on_behalf,
            rights,
            hints: Vec::new(),
            card: Card {
                name: self.name.clone(),
                address: self.address.clone(),
                subject: self.subject.clone(),
            },
            review_of: None,
        })
    }
}

/// Whether a text can be one mail address; the letter's composer has the last word.
pub(super) fn is_address(text: &str) -> bool {
    let plain = text.len() <= 254 && text.bytes().all(|byte| byte.is_ascii_graphic());
    plain
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
}

/// The page to enter a request on.
#[derive(Debug, Template)]
#[template(path = "entry.html")]
pub struct EntryPage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// What was filled in so far.
    pub form: EntryForm,
    /// Telephone, letter, counter.
    pub channels: Vec<Choice>,
    /// Request, complaint, question: where no right is invoked.
    pub kinds: Vec<Choice>,
    /// Today in the policy's zone: a receipt cannot lie in the future.
    pub latest_on: String,
    /// Which zone date and time are in.
    pub zone_note: String,
    /// Languages that letters are written in.
    pub languages: Vec<Choice>,
    /// For whom the person acts.
    pub on_behalf: Vec<Choice>,
    /// The rights of the policy.
    pub rights: Vec<Choice>,
}

/// What was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryForm {
    /// `phone`, `letter` or `counter`.
    pub channel: String,
    /// `complaint` or `question` where no right is invoked.
    pub kind: String,
    /// `2026-11-24`, in the policy's zone.
    pub received_on: String,
    /// `09:30`, in the policy's zone.
    pub received_at: String,
    /// Who asks.
    pub name: String,
    /// Where the answer goes; empty when there is no e-mail address.
    pub address: String,
    /// The language of the letters.
    pub language: String,
    /// For whom the person acts: an id of the policy.
    pub on_behalf: String,
    /// What it is about, on one line.
    pub subject: String,
    /// What was said or written.
    pub text: String,
    /// Ids of the rights invoked; none for a question or a complaint.
    pub rights: Vec<String>,
}
