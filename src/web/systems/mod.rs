//! The register of systems and recipients: who holds what, changed by officers, with every version kept.

pub mod restore;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono_tz::Tz;

use crate::domain::event::By;
use crate::domain::policy::{CategoryId, Policy, SystemId};
use crate::domain::system::{FILE_COLUMNS, Flaw, LegalBasis, Part, System, SystemKind, Written, Wrong};
use crate::house::House;
use crate::store::people::Person;
use crate::store::systems::{self, Registered, Restore};
use crate::store::{StoreError, people};
use crate::web::door::session::{Officer, Reads, Sent, Signed};
use crate::web::error::PageError;
use crate::web::frame::look::{Choice, Tone};
use crate::web::frame::say::choices;
use crate::web::frame::words::{Language, Words};
use crate::web::frame::{Frame, Place};
use crate::web::{aside, go_on, show};

type Office = web::Data<House>;
type Page = Result<HttpResponse, PageError>;

/// GET /systems
pub async fn systems(who: Reads, house: Office, request: HttpRequest) -> Page {
    let frame = who.frame(&request, Place::Systems, who.words.t("systems-title"));
    let office = Arc::clone(&house);
    let all = aside(move || Ok(office.store.read(systems::list)?)).await?;
    let (words, pack) = (&who.words, house.pack().ok());
    let policy = pack.as_ref().map(|pack| &pack.pack.policy);
    let lines = all
        .iter()
        .map(|known| SystemRow::of(words, policy, &known.system))
        .collect();
    show(&SystemsPage { frame, lines })
}

/// GET /systems/new
pub async fn entry(who: Officer, request: HttpRequest) -> Page {
    let frame = who.frame(&request, Place::Systems, who.words.t("systems-new"));
    let mut written = Written::default();
    for (column, text) in [
        ("kind", "own"),
        ("part", "holder"),
        ("language", "en"),
        ("active", "yes"),
    ] {
        written.set(column, text);
    }
    show(&SystemPage::of(frame, &written, None, Vec::new()))
}

/// GET /systems/{id}
pub async fn system(who: Reads, house: Office, id: web::Path<String>, request: HttpRequest) -> Page {
    let past = past(&house, SystemId::new(&id)).await?;
    let newest = past.versions.first().ok_or(PageError::Absent)?;
    let frame = who.frame(&request, Place::Systems, newest.system.name.clone());
    show(&SystemPage::of(
        frame,
        &newest.system.written(),
        Some(&past),
        Vec::new(),
    ))
}

/// POST /systems: writes an entry; nothing is written while anything is wrong with it.
pub async fn write(who: Officer, house: Office, request: HttpRequest, sent: Sent) -> Page {
    let mut written = Written::default();
    for column in FILE_COLUMNS {
        written.set(column, &sent.text(column));
    }
    let is_new = sent.text("new") == "yes";
    let id = SystemId::new(written.text("id"));
    match written.read() {
        Err(flaws) => shown_again(&who, &house, &request, &written, is_new, flaws).await,
        Ok(system) => {
            let (office, by) = (Arc::clone(&house), who.actor().to_string());
            let done = aside(move || {
                let now = office.now.instant();
                Ok(office.store.write(|tx| {
                    if is_new == systems::find(tx, &system.id)?.is_some() {
                        return Err(StoreError::Conflict);
                    }
                    systems::put(tx, &system, &by, now)
                }))
            })
            .await?;
            match done {
                Ok(_) => Ok(go_on(&format!("/systems/{id}?said=system-written"))),
                Err(StoreError::Conflict) if is_new => {
                    let taken = Flaw {
                        column: "id",
                        wrong: Wrong::Taken,
                        found: id.to_string(),
                    };
                    shown_again(&who, &house, &request, &written, is_new, vec![taken]).await
                }
                Err(error) => Err(error.into()),
            }
        }
    }
}

async fn shown_again(
    who: &Signed,
    house: &Office,
    request: &HttpRequest,
    written: &Written,
    is_new: bool,
    flaws: Vec<Flaw>,
) -> Page {
    let past = if is_new {
        None
    } else {
        Some(past(house, SystemId::new(written.text("id"))).await?)
    };
    let mut frame = who.frame(request, Place::Systems, who.words.t("systems-title"));
    "/systems".clone_into(&mut frame.here);
    show(&SystemPage::of(frame, written, past.as_ref(), flaws))
}

/// What is known of an entry beside its newest words.
struct Past {
    versions: Vec<Registered>,
    restores: Vec<Restore>,
    people: Vec<Person>,
    /// The zone in which its days are told.
    zone: Tz,
}

async fn past(house: &Office, id: SystemId) -> Result<Past, PageError> {
    let zone = house.pack().map_err(PageError::broken)?.pack.policy.zone;
    let house = Arc::clone(house);
    aside(move || {
        Ok(house.store.read(|db| {
            Ok(Past {
                zone,
                versions: systems::history(db, &id)?,
                restores: systems::restores_of(db, &id)?,
                people: people::list(db)?,
            })
        })?)
    })
    .await
}

/// Who did something, as the journal names them, in words.
fn named(words: &Words, people: &[Person], by: &str) -> String {
    let person = By::from_name(by).and_then(By::person);
    let known = person.and_then(|id| people.iter().find(|person| person.id == id));
    known.map_or_else(|| words.t("systems-by-command"), |person| person.name.clone())
}

/// The page of the register.
#[derive(Debug, Template)]
#[template(path = "systems.html")]
pub struct SystemsPage {
    /// Around the page.
    pub frame: Frame,
    /// Every entry, by name.
    pub lines: Vec<SystemRow>,
}

/// One entry in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemRow {
    /// Where it is shown.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Whose it is, where, and what it has to do with the data.
    pub what: String,
    /// The kinds of data.
    pub categories: Vec<String>,
    /// Who answers for it.
    pub owner: String,
    /// In use or shut down.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
}

impl SystemRow {
    fn of(words: &Words, policy: Option<&Policy>, system: &System) -> Self {
        let (tone, state) = match (system.active, system.owner.mail.is_empty()) {
            (false, _) => (Tone::Quiet, "system-state-retired"),
            (true, true) => (Tone::Soon, "system-state-no-mail"),
            (true, false) => (Tone::Calm, "system-state-active"),
        };
        let name = |id: &CategoryId| {
            let named = policy.map(|policy| policy.category_name(id, words.language.tag()));
            named.unwrap_or_else(|| id.to_string())
        };
        let kind = words.t(&format!("system-kind-{}", system.kind.as_str()));
        let part = words.t(&format!("system-part-{}", system.part.as_str()));
        Self {
            href: format!("/systems/{}", system.id),
            name: system.name.clone(),
            id: system.id.to_string(),
            what: format!("{kind} · {} · {part}", system.country),
            categories: system.categories.iter().map(name).collect(),
            owner: system.owner.name.clone(),
            state: words.t(state),
            tone,
        }
    }
}

/// The page of one entry, or of a new one.
#[derive(Debug, Template)]
#[template(path = "system.html")]
pub struct SystemPage {
    /// Around the page.
    pub frame: Frame,
    /// It is not in the register yet.
    pub is_new: bool,
    /// Its id; empty while it is new.
    pub id: String,
    /// What is wrong with what was written.
    pub mistakes: Vec<String>,
    /// The fields.
    pub fields: SystemFields,
    /// Its versions, newest first: when, by whom, what.
    pub versions: Vec<String>,
    /// Its restores, newest first.
    pub restores: Vec<RestoreLine>,
    /// Whose it may be.
    pub kinds: Vec<Choice>,
    /// What it may have to do with the data.
    pub parts: Vec<Choice>,
    /// The languages of owners.
    pub languages: Vec<Choice>,
    /// The grounds in law, for the hint.
    pub bases: String,
    /// Whether tasks are opened for it.
    pub is_active: bool,
}

/// A restore in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreLine {
    /// Where its list is.
    pub href: String,
    /// Of which day the backup was, and who said so.
    pub what: String,
}

/// The texts of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemFields {
    /// What it is called.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Where it is.
    pub country: String,
    /// Who answers for it.
    pub owner: String,
    /// Where mail reaches them.
    pub mail: String,
    /// The kinds of data.
    pub categories: String,
    /// Purposes with their bases.
    pub purposes: String,
    /// How to exercise rights there, in English.
    pub procedure_en: String,
    /// The same in Chinese.
    pub procedure_zh: String,
    /// How long backups keep what was deleted.
    pub backup_days: String,
}

impl SystemPage {
    fn of(frame: Frame, written: &Written, past: Option<&Past>, flaws: Vec<Flaw>) -> Self {
        let words = frame.words;
        let text = |column: &str| written.text(column).to_owned();
        let id = text("id");
        let mistakes = flaws.iter().map(|flaw| {
            let column = words.t(&format!("system-field-{}", flaw.column));
            words.pair(&column, &words.t(&format!("system-flaw-{}", flaw.wrong.code())))
        });
        Self {
            is_new: past.is_none(),
            mistakes: mistakes.collect(),
            fields: SystemFields {
                name: text("name"),
                id: id.clone(),
                country: text("country"),
                owner: text("owner"),
                mail: text("mail"),
                categories: text("categories"),
                purposes: text("purposes"),
                procedure_en: text("procedure-en"),
                procedure_zh: text("procedure-zh-Hans"),
                backup_days: text("backup-days"),
            },
            versions: past.map(|past| versions(&words, past)).unwrap_or_default(),
            restores: past.map(|past| restores(&words, past)).unwrap_or_default(),
            kinds: choices(
                &words,
                "system-kind",
                SystemKind::ALL.map(SystemKind::as_str),
                &text("kind"),
            ),
            parts: choices(&words, "system-part", Part::ALL.map(Part::as_str), &text("part")),
            languages: Language::ALL
                .map(|language| Choice {
                    value: language.tag().to_owned(),
                    label: language.own_name().to_owned(),
                    hint: String::new(),
                    chosen: language.tag() == written.text("language"),
                })
                .into(),
            bases: LegalBasis::ALL.map(LegalBasis::as_str).join(", "),
            is_active: written.text("active") != "no",
            id,
            frame,
        }
    }
}

fn versions(words: &Words, past: &Past) -> Vec<String> {
    let before = past.versions.iter().skip(1).map(Some).chain(std::iter::once(None));
    past.versions
        .iter()
        .zip(before)
        .map(|(version, before)| {
            let columns: Vec<String> = match before {
                Some(before) => version
                    .system
                    .differs_in(&before.system)
                    .into_iter()
                    .map(|column| words.t(&format!("system-field-{column}")))
                    .collect(),
                None => vec![words.t("systems-first")],
            };
            let by = named(words, &past.people, &version.changed_by);
            format!(
                "{} · {by} · {}",
                words.date(version.changed_at.with_timezone(&past.zone).date_naive()),
                columns.join(", ")
            )
        })
        .collect()
}

fn restores(words: &Words, past: &Past) -> Vec<RestoreLine> {
    let line = |restore: &Restore| RestoreLine {
        href: format!("/systems/{}/restores/{}", restore.system, restore.id),
        what: words.a(
            "restore-line",
            &[
                ("day", &words.date(restore.backup_on)),
                ("by", &named(words, &past.people, &restore.marked_by)),
                (
                    "on",
                    &words.date(restore.marked_at.with_timezone(&past.zone).date_naive()),
                ),
            ],
        ),
    };
    past.restores.iter().map(line).collect()
}
