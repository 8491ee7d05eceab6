//! Who works here, for the administrator: invite, change a role, let go.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use validator::Validate;

use super::account;
use super::invitation::first_of;
use super::session::{Admin, Sent};
use crate::domain::person::{PersonId, Role};
use crate::house::House;
use crate::store::people::{self, NewPerson, Person};
use crate::store::{StoreError, Tx, office, second_factor};
use crate::web::error::PageError;
use crate::web::frame::look::{Choice, Fact, Tone};
use crate::web::frame::say::choices;
use crate::web::frame::words::{Language, Words};
use crate::web::frame::{Frame, Place};
use crate::web::{aside, go_on, show};

type Office = web::Data<House>;

/// GET /people
pub async fn people(who: Admin, house: Office, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let form = InviteForm {
        language: who.words.language.tag().to_owned(),
        ..InviteForm::default()
    };
    page(&who, &house, &request, form, None, None).await
}

/// POST /people: adds a person and shows their link, once.
pub async fn invite(who: Admin, house: Office, request: HttpRequest, sent: Sent) -> Result<HttpResponse, PageError> {
    let form = InviteForm::read(&sent);
    let role: Role = form.role.parse().map_err(|_| PageError::Malformed)?;
    if let Some(key) = form.mistake(&house.settings.controller.contact) {
        return page(&who, &house, &request, form, None, Some(key)).await;
    }
    let (new, by) = (form.clone(), who.actor().to_string());
    let added = house_step(&house, move |tx, now| {
        let (name, email, language) = (new.name.as_str(), new.email.as_str(), new.language.as_str());
        let id = people::create(
            tx,
            &NewPerson {
                name,
                email,
                role,
                language,
                manager: new.manager,
            },
            now,
        )?;
        office::note_person(tx, "person-added", id, role, &by, now)?;
        people::invite(tx, id, now)
    })
    .await;
    match added {
        Ok(token) => {
            let invited = Invited::of(&who.words, &house, &form.name, &token);
            page(&who, &house, &request, InviteForm::default(), Some(invited), None).await
        }
        Err(StoreError::Conflict) => page(&who, &house, &request, form, None, Some("people-taken")).await,
        Err(error) => Err(error.into()),
    }
}

/// POST /people/{id}/invitation: a new link for somebody who lost theirs or their password.
pub async fn invite_again(
    who: Admin,
    house: Office,
    id: web::Path<i64>,
    request: HttpRequest,
    _sent: Sent,
) -> Result<HttpResponse, PageError> {
    let other = other(&who, &house, *id).await?;
    let person = other.id;
    let token = house_step(&house, move |tx, now| people::invite(tx, person, now)).await?;
    let invited = Invited::of(&who.words, &house, &other.name, &token);
    page(&who, &house, &request, InviteForm::default(), Some(invited), None).await
}

/// POST /people/{id}
pub async fn change(who: Admin, house: Office, id: web::Path<i64>, sent: Sent) -> Result<HttpResponse, PageError> {
    let other = other(&who, &house, *id).await?;
    let role: Role = sent.text("role").parse().map_err(|_| PageError::Malformed)?;
    let language = Language::of_tag(&sent.text("language")).ok_or(PageError::Malformed)?;
    let (manager, by) = (sent.text("manager") == "yes", who.actor().to_string());
    house_step(&house, move |tx, now| {
        people::set_language(tx, other.id, language.tag())?;
        if (other.role, other.manager) != (role, manager) {
            people::change_role(tx, other.id, role, manager)?;
            office::note_person(tx, "role-changed", other.id, role, &by, now)?;
        }
        Ok(())
    })
    .await?;
    Ok(go_on("/people?said=saved"))
}

/// POST /people/{id}/activity
pub async fn activity(who: Admin, house: Office, id: web::Path<i64>, sent: Sent) -> Result<HttpResponse, PageError> {
    let other = other(&who, &house, *id).await?;
    let (active, what) = match sent.text("active").as_str() {
        "yes" => (true, "person-activated"),
        "no" => (false, "person-deactivated"),
        _ => return Err(PageError::Malformed),
    };
    let by = who.actor().to_string();
    house_step(&house, move |tx, now| {
        people::set_active(tx, other.id, active)?;
        office::note_person(tx, what, other.id, other.role, &by, now)
    })
    .await?;
    Ok(go_on("/people?said=saved"))
}

/// POST /people/{id}/second-factor: takes the second factor of somebody away who lost theirs; they are told by mail.
pub async fn reset_second_factor(
    who: Admin,
    house: Office,
    id: web::Path<i64>,
    _sent: Sent,
) -> Result<HttpResponse, PageError> {
    let other = other(&who, &house, *id).await?;
    let (office, by, now) = (Arc::clone(&house), who.actor().to_string(), house.now.instant());
    aside(move || {
        office
            .store
            .write(|tx| account::reset_second_factor(tx, &office, &other, &by, now))
    })
    .await?;
    Ok(go_on("/people?said=saved"))
}

/// Somebody else: nobody takes their own rights away, so that the house is never without an administrator.
async fn other(who: &Admin, house: &Office, id: i64) -> Result<Person, PageError> {
    let house = Arc::clone(house);
    let found = aside(move || Ok(house.store.read(|db| people::find(db, PersonId(id)))?)).await?;
    found
        .filter(|person| person.id != who.person.id)
        .ok_or(PageError::Absent)
}

/// Runs one change of the house in a transaction.
async fn house_step<T: Send + 'static>(
    house: &Office,
    step: impl FnOnce(&mut Tx<'_>, chrono::DateTime<chrono::Utc>) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let (house, now) = (Arc::clone(house), house.now.instant());
    let done = web::block(move || house.store.write(|tx| step(tx, now))).await;
    done.unwrap_or(Err(StoreError::Conflict))
}

async fn page(
    who: &Admin,
    house: &Office,
    request: &HttpRequest,
    form: InviteForm,
    invited: Option<Invited>,
    mistake: Option<&str>,
) -> Result<HttpResponse, PageError> {
    let mut frame = who.frame(request, Place::People, who.words.t("people-title"));
    "/people".clone_into(&mut frame.here);
    let office = Arc::clone(house);
    let (everybody, with_factor) = aside(move || {
        Ok(office
            .store
            .read(|db| Ok((people::list(db)?, second_factor::everybody(db)?)))?)
    })
    .await?;
    let words = &who.words;
    let mut rows: Vec<PersonRow> = everybody
        .iter()
        .map(|person| PersonRow {
            has_factor: with_factor.contains(&person.id),
            ..PersonRow::of(words, person, person.id == who.person.id)
        })
        .collect();
    rows.sort_by_key(|row| !row.active);
    show(&PeoplePage {
        mistake: mistake.map(|key| words.t(key)),
        invited,
        people: rows,
        roles: roles(words, &form.role),
        languages: languages(&form.language),
        form,
        role_notes: Role::ALL
            .map(|role| Fact {
                label: words.t(&format!("role-{role}")),
                value: words.t(&format!("people-role-{role}-note")),
            })
            .into(),
        frame,
    })
}

fn roles(words: &Words, chosen: &str) -> Vec<Choice> {
    choices(words, "role", Role::ALL.map(Role::as_str), chosen)
}

fn languages(chosen: &str) -> Vec<Choice> {
    let choice = |language: Language| Choice {
        value: language.tag().to_owned(),
        label: language.own_name().to_owned(),
        hint: String::new(),
        chosen: language.tag() == chosen,
    };
    Language::ALL.map(choice).into()
}

impl InviteForm {
    /// What is wrong with it, as the key of a sentence.
    fn mistake(&self, contact: &str) -> Option<&'static str> {
        if let Err(errors) = self.validate() {
            return Some(first_of(&errors, &["people-gaps", "people-email-wrong"]));
        }
        if self.email.trim().eq_ignore_ascii_case(contact) {
            return Some("people-email-contact");
        }
        Language::of_tag(&self.language).is_none().then_some("people-gaps")
    }

    fn read(sent: &Sent) -> Self {
        Self {
            name: sent.text("name"),
            email: sent.text("email"),
            role: sent.text("role"),
            language: sent.text("language"),
            manager: sent.text("manager") == "yes",
        }
    }
}

impl Invited {
    fn of(words: &Words, house: &House, name: &str, token: &str) -> Self {
        let base = house.settings.base_url.trim_end_matches('/');
        Self {
            title: words.with("people-invited", "name", name),
            link: format!("{base}/invitation/{token}"),
        }
    }
}

impl PersonRow {
    fn of(words: &Words, person: &Person, is_me: bool) -> Self {
        let (tone, key) = match (person.active, person.has_password) {
            (false, _) => (Tone::Quiet, "people-inactive"),
            (true, false) => (Tone::Soon, "people-invited-state"),
            (true, true) => (Tone::Done, "people-active"),
        };
        Self {
            id: person.id.0,
            name: person.name.clone(),
            email: person.email.clone(),
            role: words.t(&format!("role-{}", person.role)),
            manager: person.manager,
            active: person.active,
            state: words.t(key),
            tone,
            can_change: !is_me,
            has_factor: false,
            roles: roles(words, person.role.as_str()),
            languages: languages(&person.language),
        }
    }
}

/// The page of the people.
#[derive(Debug, Template)]
#[template(path = "people.html")]
pub struct PeoplePage {
    /// Around the page.
    pub frame: Frame,
    /// Why the last attempt was not accepted.
    pub mistake: Option<String>,
    /// The invitation just made; its link is shown once.
    pub invited: Option<Invited>,
    /// Everybody, active ones first.
    pub people: Vec<PersonRow>,
    /// What was filled in so far.
    pub form: InviteForm,
    /// The roles.
    pub roles: Vec<Choice>,
    /// The languages.
    pub languages: Vec<Choice>,
    /// What each role may do.
    pub role_notes: Vec<Fact>,
}

/// An invitation just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// For whom.
    pub title: String,
    /// The link, with its secret.
    pub link: String,
}

/// One person in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Their number.
    pub id: i64,
    /// Their name.
    pub name: String,
    /// Their address, with which they sign in.
    pub email: String,
    /// Their role, in words.
    pub role: String,
    /// They get what escalates.
    pub manager: bool,
    /// They may sign in.
    pub active: bool,
    /// Active, invited, let go.
    pub state: String,
    /// The same as colour and shape.
    pub tone: Tone,
    /// The administrator may change them; nobody changes themselves.
    pub can_change: bool,
    /// They have a second factor.
    pub has_factor: bool,
    /// The roles, with theirs chosen.
    pub roles: Vec<Choice>,
    /// The languages, with theirs chosen.
    pub languages: Vec<Choice>,
}

/// What was filled in to invite somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Validate)]
pub struct InviteForm {
    /// Their name.
    #[validate(length(min = 1, max = 200, code = "people-gaps"))]
    pub name: String,
    /// Their address.
    #[validate(email(code = "people-email-wrong"), length(max = 254, code = "people-email-wrong"))]
    pub email: String,
    /// Their role.
    pub role: String,
    /// The language of their pages and notices.
    pub language: String,
    /// They get what escalates.
    pub manager: bool,
}
