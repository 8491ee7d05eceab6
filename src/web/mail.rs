//! Every mail that opened nothing and joined nothing, why, and how to bring it back; and the balance over all mail.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::DateTime;
use serde::Deserialize;

use crate::domain::classification::Kind;
use crate::domain::person::Role;
use crate::domain::request::PolicyStamp;
use crate::house::House;
use crate::mail::reading::{Opened, Reading};
use crate::packs::LoadedPack;
use crate::store::messages::{self, Cursor, Group, Listed, Outcome};
use crate::store::requests;
use crate::web::door::session::Reads;
use crate::web::error::PageError;
use crate::web::frame::look::{Fact, Link, Tone};
use crate::web::frame::say::Say;
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::request::origin::{Origin, Seen};
use crate::web::request::{MessageView, thread};
use crate::web::{aside, show};

/// How many mails a page holds.
const SIZE: usize = 40;

/// Mails that somebody may want to look at, in the order of the tabs.
const TABS: [Group; 4] = [
    Group::Of(Outcome::SetAside),
    Group::Of(Outcome::Quarantined),
    Group::Of(Outcome::Duplicate),
    Group::Uncertain,
];

/// The word of a tab, in addresses and in the keys of its words.
fn word(group: Group) -> &'static str {
    match group {
        Group::Of(outcome) => outcome.as_str(),
        Group::Uncertain => "uncertain",
    }
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    of: String,
    after: String,
}

/// GET /mail
pub async fn mail(
    who: Reads,
    house: web::Data<House>,
    asked: web::Query<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Mail, who.words.t("mail-title"));
    let pack = house.pack().map_err(PageError::broken)?;
    let group = TABS
        .into_iter()
        .find(|tab| word(*tab) == asked.of)
        .unwrap_or(Group::Of(Outcome::SetAside));
    let after = cursor(&asked.after);
    let (balance, uncertain, rows) = aside({
        let house = Arc::clone(&house);
        // One more than a page shows tells whether there is another.
        let wanted = SIZE as i64 + 1;
        move || {
            Ok(house.store.read(|db| {
                Ok((
                    messages::balance(db)?,
                    messages::count_uncertain(db)?,
                    messages::list(db, Some(group), after, wanted)?,
                ))
            })?)
        }
    })
    .await?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, house.now.instant(), &[]);
    let words = &who.words;
    let key = word(group);
    let shown = rows.get(..SIZE).unwrap_or(&rows);
    let older = shown.last().filter(|_| rows.len() > SIZE).map(|last| Link {
        label: words.t("requests-older"),
        href: format!(
            "/mail?of={key}&after={}.{}",
            last.received_at.timestamp_micros(),
            last.id
        ),
    });
    show(&MailPage {
        balance: Balance::of(words, &balance),
        tabs: TABS
            .map(|tab| Tab::of(words, tab, group, count(tab, &balance, uncertain)))
            .into(),
        tab_note: words.t(&format!("mail-note-{key}")),
        rows: shown
            .iter()
            .map(|listed| row(&say, &stamp(&pack), group, listed))
            .collect(),
        newer: after.map(|_| Link {
            label: words.t("mail-newest"),
            href: format!("/mail?of={key}"),
        }),
        older,
        frame,
    })
}

/// GET /mail/{id}
pub async fn mail_one(
    who: Reads,
    house: web::Data<House>,
    id: web::Path<i64>,
    request: HttpRequest,
) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Mail, who.words.t("mail-title"));
    let pack = house.pack().map_err(PageError::broken)?;
    let found = aside({
        let (house, id) = (Arc::clone(&house), id.into_inner());
        move || Found::look(&house, id)
    })
    .await?;
    let shelf = house.shelf();
    let say = Say::new(who.words, &shelf, house.now.instant(), &[]);
    let works = matches!(who.person.role, Role::Officer | Role::Admin);
    show(&found.page(frame, &say, &stamp(&pack), works))
}

/// A mail with all that its page needs.
struct Found {
    listed: Listed,
    opened: Opened,
    kept: Option<Reading>,
    request: Option<String>,
    /// The controller's domain, which a forger may want to be taken for.
    known: [String; 1],
}

impl Found {
    fn look(house: &House, id: i64) -> Result<Self, PageError> {
        let found = house.store.read(|db| {
            let Some(listed) = messages::find(db, id)? else {
                return Ok(None);
            };
            let request = match listed.request_id {
                Some(request) => Some(requests::find(db, request)?.request.reference),
                None => None,
            };
            Ok(Some(Self {
                opened: Opened::open(db, id)?,
                kept: Reading::kept(db, id)?,
                listed,
                request,
                known: [house.settings.mail_domain().to_owned()],
            }))
        })?;
        found.ok_or(PageError::Absent)
    }

    fn reads_as_request(&self) -> bool {
        let kind = self.kept.as_ref().map(|kept| kept.classification.kind);
        self.opened.chosen.is_some() && kind.is_some_and(Kind::opens_case)
    }

    fn page(&self, mut frame: Frame, say: &Say<'_>, stamp: &PolicyStamp, works: bool) -> MailOnePage {
        let words = &say.words;
        let listed = &self.listed;
        let mail = self.opened.mail();
        let evidence = self.kept.as_ref().map(|kept| {
            let read = &kept.classification;
            let rights = read.rights.iter().flat_map(|found| found.words.iter());
            rights.chain(&read.kind_words).cloned().collect()
        });
        let related = match (&self.request, listed.duplicate_of) {
            (Some(reference), _) => Some(Link {
                label: reference.clone(),
                href: format!("/requests/{reference}"),
            }),
            (None, Some(first)) => Some(Link {
                label: words.t("mail-first-delivery"),
                href: format!("/mail/{first}"),
            }),
            (None, None) => None,
        };
        let seen = Seen {
            mail: &mail,
            raw: &self.opened.raw,
            kept: self.kept.as_ref(),
        };
        let mut message = thread::received(say, stamp, listed, &mail);
        message.origin = Some(Origin::of(words, &seen, &self.known));
        let subject = say.subject(&mail.subject);
        frame.title.clone_from(&subject);
        MailOnePage {
            subject,
            outcome: words.t(&format!("mail-outcome-{}", listed.outcome.as_str())),
            why: why(words, listed),
            evidence: evidence.unwrap_or_default(),
            related,
            due: self.due(say, stamp),
            can_bring_back: works && TABS.contains(&Group::Of(listed.outcome)),
            reads_as_request: self.reads_as_request(),
            is_doubtful: self.kept.as_ref().is_some_and(|kept| kept.classification.needs_triage),
            message,
            frame,
        }
    }
}

impl Found {
    /// What lies in quarantine may be a request, whose clock runs from the receipt of the mail.
    fn due(&self, say: &Say<'_>, stamp: &PolicyStamp) -> Option<String> {
        let rules = say
            .rules(stamp)
            .filter(|_| self.listed.outcome == Outcome::Quarantined)?;
        let due_on = rules.deadline(self.listed.received_at, 0).due_on;
        Some(say.words.with("mail-would-be-due", "date", &say.words.date(due_on)))
    }
}

fn stamp(pack: &LoadedPack) -> PolicyStamp {
    PolicyStamp {
        id: pack.pack.policy.id.clone(),
        version: pack.pack.policy.version.clone(),
    }
}

/// A place in the list as an address carries it: microseconds and number.
fn cursor(text: &str) -> Option<Cursor> {
    let (micros, id) = text.split_once('.')?;
    Some(Cursor {
        received_at: DateTime::from_timestamp_micros(micros.parse().ok()?)?,
        id: id.parse().ok()?,
    })
}

fn row(say: &Say<'_>, stamp: &PolicyStamp, group: Group, listed: &Listed) -> MailRow {
    let card = listed.card.clone().unwrap_or_default();
    MailRow {
        href: match group {
            Group::Of(_) => format!("/mail/{}", listed.id),
            Group::Uncertain => format!("/mail/{}/reading", listed.id),
        },
        at: say.at(listed.received_at, stamp),
        from: say.requester(&card.name, &card.address),
        subject: say.subject(&card.subject),
        why: match group {
            Group::Of(_) => why(&say.words, listed),
            Group::Uncertain => say.words.t(&format!("mail-outcome-{}", listed.outcome.as_str())),
        },
    }
}

/// Why a mail stands where it stands; a code that has no words yet is shown as it is.
fn why(words: &Words, listed: &Listed) -> String {
    if listed.why.is_empty() {
        return words.t("mail-why-not-noted");
    }
    let key = format!("why-{}", listed.why);
    let text = words.t(&key);
    if text == key {
        words.with("why-other", "code", &listed.why)
    } else {
        text
    }
}

impl Balance {
    fn of(words: &Words, balance: &[(Outcome, i64)]) -> Self {
        let received: i64 = balance.iter().map(|(_, count)| count).sum();
        let waiting = balance
            .iter()
            .find(|(outcome, _)| *outcome == Outcome::Kept)
            .map_or(0, |(_, count)| *count);
        let parts = balance
            .iter()
            .filter(|(outcome, count)| *outcome != Outcome::Kept || *count > 0);
        let part = |(outcome, count): &(Outcome, i64)| Fact {
            label: words.t(&format!("mail-{}", outcome.as_str())),
            value: count.to_string(),
        };
        let (tone, said) = match waiting {
            0 => (Tone::Calm, words.t("mail-balance-ok")),
            _ => (Tone::Quiet, words.n("mail-balance-waiting", waiting)),
        };
        Self {
            received,
            parts: parts.map(part).collect(),
            words: said,
            tone,
        }
    }
}

/// How many mails stand in a tab.
fn count(tab: Group, balance: &[(Outcome, i64)], uncertain: i64) -> i64 {
    match tab {
        Group::Of(outcome) => balance
            .iter()
            .find(|(known, _)| *known == outcome)
            .map_or(0, |(_, count)| *count),
        Group::Uncertain => uncertain,
    }
}

impl Tab {
    fn of(words: &Words, tab: Group, current: Group, count: i64) -> Self {
        Self {
            label: words.t(&format!("mail-tab-{}", word(tab))),
            count,
            href: format!("/mail?of={}", word(tab)),
            current: tab == current,
        }
    }
}

/// The page of all mail.
#[derive(Debug, Template)]
#[template(path = "mail.html")]
pub struct MailPage {
    /// Around the page.
    pub frame: Frame,
    /// Received = opened + joined + set aside + duplicates + quarantined.
    pub balance: Balance,
    /// Set aside, quarantined, duplicates.
    pub tabs: Vec<Tab>,
    /// What the mails of this tab have in common.
    pub tab_note: String,
    /// This page of them.
    pub rows: Vec<MailRow>,
    /// The first page, when this is another.
    pub newer: Option<Link>,
    /// The page after.
    pub older: Option<Link>,
}

/// The account of all mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Mails that reached the mailbox.
    pub received: i64,
    /// What became of them.
    pub parts: Vec<Fact>,
    /// Whether it adds up, in words.
    pub words: String,
    /// The same as colour and shape.
    pub tone: Tone,
}

/// One outcome of mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tab {
    /// Which.
    pub label: String,
    /// How many.
    pub count: i64,
    /// Where.
    pub href: String,
    /// It is the one shown.
    pub current: bool,
}

/// One mail in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Its page.
    pub href: String,
    /// When it was received.
    pub at: String,
    /// Who wrote.
    pub from: String,
    /// About what.
    pub subject: String,
    /// Why it stands here.
    pub why: String,
}

/// The page of one mail.
#[derive(Debug, Template)]
#[template(path = "mail_one.html")]
pub struct MailOnePage {
    /// Around the page.
    pub frame: Frame,
    /// Its subject.
    pub subject: String,
    /// What became of it.
    pub outcome: String,
    /// Why.
    pub why: String,
    /// The words that said so.
    pub evidence: Vec<String>,
    /// The request or the mail that it belongs to.
    pub related: Option<Link>,
    /// By when an answer is due if it is a request after all.
    pub due: Option<String>,
    /// It can be made a request.
    pub can_bring_back: bool,
    /// Somebody chose how it is read, and so it asks for something.
    pub reads_as_request: bool,
    /// A person should look: the words are weak, or point two ways.
    pub is_doubtful: bool,
    /// The mail.
    pub message: MessageView,
}
