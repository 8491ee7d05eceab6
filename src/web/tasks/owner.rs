//! The page on which the owner of a system answers one task: by the personal link of its mail, or signed in.
//!
//! Looking changes nothing, since programs open links too; answering is a form of its own.

use std::sync::Arc;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{Answer, OF_OWNERS, outcomes};
use crate::domain::letter;
use crate::domain::moves::Refusal;
use crate::domain::person::Actor;
use crate::domain::rules::{RuleBook, Rules};
use crate::domain::system::System;
use crate::domain::task::{Task, TaskKind, TaskState};
use crate::domain::task_reminder::standing;
use crate::house::House;
use crate::mail::tasks::OWNERS_PAGE;
use crate::store::door::{Door, Seen, StepError};
use crate::store::requests::{self, Stored};
use crate::store::task_links::{self, Link};
use crate::store::vault::{keys, texts};
use crate::store::{Reader, StoreError, systems};
use crate::web::door::cookie;
use crate::web::door::session::Signed;
use crate::web::error::PageError;
use crate::web::frame::look::{Choice, Fact};
use crate::web::frame::words::{Language, Words};
use crate::web::frame::{Frame, Place, said};
use crate::web::upload::{self, SentFiles, Uploaded};
use crate::web::{aside, go_on, show};

type Office = web::Data<House>;
type Page = Result<HttpResponse, PageError>;

/// GET /task/{token}
pub async fn by_link(house: Office, token: web::Path<String>, request: HttpRequest) -> Page {
    let token = token.into_inner();
    let opened = open(&house, token.clone()).await?;
    let mut frame = frame_for(&request, &opened.system);
    if request.query_string() == "said=task-answered" {
        frame.said = said(&frame.words, "task-answered");
    }
    show(&TaskPage::of(
        frame,
        &house,
        &opened,
        format!("{OWNERS_PAGE}/{token}"),
        None,
    )?)
}

/// POST /task/{token}: the answer. Whoever has the link is the owner; it opens this one task.
pub async fn answer_by_link(house: Office, token: web::Path<String>, request: HttpRequest, form: Multipart) -> Page {
    let token = token.into_inner();
    let path = format!("{OWNERS_PAGE}/{token}");
    // Nothing is read from somebody whose link opens nothing.
    let opened = open(&house, token.clone()).await?;
    let frame = frame_for(&request, &opened.system);
    let (fields, files) = upload::read(form, OF_OWNERS)
        .await
        .map_err(|why| why.explained(&frame.words, &path))?;
    let answer = read_answer(&fields, files)?;
    let office = Arc::clone(&house);
    let outcome = aside(move || {
        let shelf = office.shelf();
        let now = office.now.instant();
        let done = office.store.write(|tx| {
            let Link { id, request_id, task } =
                task_links::find(tx, &token, now)?.ok_or(StoreError::Missing { what: "link", id: 0 })?;
            let door = Door {
                book: &*shelf,
                actor: Actor::Owner { link: id, task },
                now,
            };
            door.step(tx, request_id, Seen::Whatever, |desk| answer.command(desk, task))
        });
        settled(done)
    })
    .await?;
    match outcome {
        None => Ok(go_on(&format!("{path}?said=task-answered"))),
        Some(refusal) => show(&TaskPage::of(frame, &house, &opened, path, Some(refusal))?),
    }
}

/// GET /tasks/{reference}/{number}: the same for an owner who is signed in.
pub async fn signed(who: Signed, house: Office, path: web::Path<(String, u32)>, request: HttpRequest) -> Page {
    let (reference, number) = path.into_inner();
    let frame = who.frame(&request, Place::Tasks, who.words.t("task-title"));
    let opened = of_owner(&house, &who, reference, number).await?;
    let path = format!("/tasks/{}/{number}", opened.stored.request.reference);
    show(&TaskPage::of(frame, &house, &opened, path, None)?)
}

/// POST /tasks/{reference}/{number}
pub async fn answer_signed(
    who: Signed,
    house: Office,
    path: web::Path<(String, u32)>,
    request: HttpRequest,
    sent: SentFiles,
) -> Page {
    let (reference, number) = path.into_inner();
    let opened = of_owner(&house, &who, reference, number).await?;
    let path = format!("/tasks/{}/{number}", opened.stored.request.reference);
    let answer = Answer::read(|name| sent.form.text(name), sent.files)?;
    let (office, actor, id) = (Arc::clone(&house), who.actor(), opened.stored.id);
    let outcome = aside(move || {
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now: office.now.instant(),
        };
        let done = office
            .store
            .write(|tx| door.step(tx, id, Seen::Whatever, |desk| answer.command(desk, number)));
        settled(done)
    })
    .await?;
    match outcome {
        None => Ok(go_on(&format!("{path}?said=task-answered"))),
        Some(refusal) => {
            let frame = who.frame(&request, Place::Tasks, who.words.t("task-title"));
            show(&TaskPage::of(frame, &house, &opened, path, Some(refusal))?)
        }
    }
}

/// A step as an owner meets it: done, or the rule that was in the way.
fn settled(done: Result<Stored, StepError>) -> Result<Option<Refusal>, PageError> {
    match done {
        Ok(_) => Ok(None),
        Err(StepError::Refused(refusal)) => Ok(Some(refusal)),
        Err(StepError::Store(error)) => Err(error.into()),
        Err(error) => Err(PageError::broken(error)),
    }
}

fn read_answer(fields: &[(String, String)], files: Vec<Uploaded>) -> Result<Answer, PageError> {
    let text = |name: &str| {
        let found = fields.iter().find(|(field, _)| field == name);
        found.map_or_else(String::new, |(_, value)| value.replace("\r\n", "\n").trim().to_owned())
    };
    Answer::read(text, files)
}

/// A task with what its owner may see of the request.
pub(super) struct Opened {
    pub stored: Stored,
    pub task: Task,
    pub system: System,
    /// The officer's words to the owner; may be empty.
    words: String,
}

impl Opened {
    /// Reads a task that was handed to its owner at some time; `None` for any other.
    pub fn read(db: &mut Reader<'_>, request_id: i64, number: u32) -> Result<Option<Self>, StoreError> {
        let stored = requests::find(db, request_id)?;
        let Some(task) = stored.request.task(number).cloned() else {
            return Ok(None);
        };
        let Some(found) = systems::find(db, &task.about.system)? else {
            return Ok(None);
        };
        let key = keys::find(db, stored.key_id)?;
        let words = match task.sent.as_ref().and_then(|sent| sent.words.as_ref()) {
            Some(words) => texts::read_committed(db, &key, words)?,
            None => String::new(),
        };
        Ok(Some(Self {
            stored,
            task,
            system: found.system,
            words,
        }))
    }
}

/// What a link opens. An unknown, expired or revoked one is answered like a page that is not there.
async fn open(house: &Office, token: String) -> Result<Opened, PageError> {
    let (house, now) = (Arc::clone(house), house.now.instant());
    aside(move || {
        let found = house.store.read(|db| match task_links::find(db, &token, now)? {
            Some(link) => Opened::read(db, link.request_id, link.task),
            None => Ok(None),
        })?;
        found.ok_or(PageError::Absent)
    })
    .await
}

/// A task of a system that somebody who is signed in owns: the register names their address.
async fn of_owner(house: &Office, who: &Signed, reference: String, number: u32) -> Result<Opened, PageError> {
    let (house, mail) = (Arc::clone(house), who.person.email.clone());
    aside(move || {
        let found = house.store.read(|db| {
            let Some(stored) = requests::find_by_reference(db, &reference)? else {
                return Ok(None);
            };
            Opened::read(db, stored.id, number)
        })?;
        let own = found.filter(|opened| opened.task.sent.is_some() && is_owned_by(&opened.system, &mail));
        own.ok_or(PageError::Absent)
    })
    .await
}

/// Whether the register names an address as the owner's.
pub(super) fn is_owned_by(system: &System, mail: &str) -> bool {
    !mail.is_empty() && system.owner.mail.eq_ignore_ascii_case(mail)
}

/// The language chosen in the footer, else the one that the register says the owner reads.
fn frame_for(request: &HttpRequest, system: &System) -> Frame {
    let mut frame = Frame::bare(request, Place::Outside);
    if let (None, Some(language)) = (
        cookie::chosen_language(request),
        Language::of_tag(&system.owner.language),
    ) {
        frame.words = Words::of(language);
    }
    frame.title = frame.t("task-title");
    frame
}

/// The page of one task for its owner.
#[derive(Debug, Template)]
#[template(path = "task.html")]
pub struct TaskPage {
    /// Around the page.
    pub frame: Frame,
    /// Where the form is sent.
    pub path: String,
    /// The system.
    pub system: String,
    /// What is asked, in few words.
    pub what: String,
    /// What it takes, step by step.
    pub instruction: String,
    /// The officer's words; may be empty.
    pub words: String,
    /// Reference, last day, whose data.
    pub facts: Vec<Fact>,
    /// What was answered before; may be empty.
    pub before: String,
    /// Why it cannot be answered any more; empty while it can.
    pub over: String,
    /// The answer is a notice to a recipient, so that none is waited for.
    pub is_notice: bool,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// The form.
    pub task: AnswerForm,
}

/// The form of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerForm {
    /// Names its fields.
    pub no: u32,
    /// How it may go.
    pub outcomes: Vec<Choice>,
}

impl TaskPage {
    fn of(
        frame: Frame,
        house: &House,
        opened: &Opened,
        path: String,
        refusal: Option<Refusal>,
    ) -> Result<Self, PageError> {
        let shelf = house.shelf();
        let request = &opened.stored.request;
        let (words, task) = (frame.words, &opened.task);
        let tag = words.language.tag();
        let rules = shelf.rules(&request.policy).ok_or(PageError::Absent)?;
        let right = rules.policy.right(&task.about.right);
        let name = right.map_or(task.about.right.as_str(), |right| right.name.text(tag));
        let kind = words.t(&format!("task-kind-{}", task.about.kind.as_str()));
        Ok(Self {
            path,
            system: opened.system.name.clone(),
            what: format!("{name} · {kind}"),
            instruction: right.map(|right| right.task.text(tag).to_owned()).unwrap_or_default(),
            words: opened.words.clone(),
            facts: facts(&words, opened, rules, house.now.instant()),
            before: task
                .answer
                .as_ref()
                .map(|answer| words.t(&format!("task-outcome-{}", answer.reply.outcome.as_str())))
                .unwrap_or_default(),
            over: over(&words, opened),
            is_notice: task.about.kind == TaskKind::Notice,
            mistake: refusal.map(|refusal| words.t(&format!("refusal-{}", refusal.code()))),
            task: AnswerForm {
                no: task.number,
                outcomes: outcomes(&words, ""),
            },
            frame,
        })
    }
}

/// What the owner needs to find the person, and nothing more.
fn facts(words: &Words, opened: &Opened, rules: Rules<'_>, now: DateTime<Utc>) -> Vec<Fact> {
    let fact = |key: &str, value: String| Fact {
        label: words.t(key),
        value,
    };
    let request = &opened.stored.request;
    let card = &opened.stored.card;
    let due = opened.task.due_on(request).map(|due_on| {
        let standing = letter::standing(words.language.tag(), standing(due_on, rules, now));
        if opened.task.is_awaited() {
            format!("{} · {standing}", words.date(due_on))
        } else {
            words.date(due_on)
        }
    });
    let mut facts = vec![fact("task-reference", request.reference.clone())];
    facts.extend(due.map(|due| fact("task-due-on", due)));
    if opened.task.takes_answers() {
        let asks_for_another = !request.on_behalf.is_self();
        let key = if asks_for_another {
            "task-requester-behalf"
        } else {
            "task-requester"
        };
        let person = [card.name.as_str(), card.address.as_str()];
        let person: Vec<&str> = person.into_iter().filter(|part| !part.is_empty()).collect();
        facts.push(fact(key, person.join(" · ")));
    }
    facts
}

/// Why a task takes no answer any more; empty while it does.
fn over(words: &Words, opened: &Opened) -> String {
    match &opened.task.state {
        TaskState::Cancelled { .. } | TaskState::Dropped { .. } | TaskState::Planned => words.t("task-over-cancelled"),
        TaskState::Explained { .. } => words.t("task-over-explained"),
        TaskState::Answered { .. } if !opened.stored.request.is_running() => words.t("task-over-answered"),
        TaskState::Open | TaskState::Answered { .. } | TaskState::Cannot => String::new(),
    }
}
