//! The daily balance: what each mailbox holds against what became of it, and every message that is unaccounted for.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Days, Utc};
use chrono_tz::Tz;

use crate::board::Shortage;
use crate::house::House;
use crate::store::balance::{self, Balance, Difference, FILES, Why};
use crate::store::messages;
use crate::web::door::session::Reads;
use crate::web::error::PageError;
use crate::web::frame::look::{Link, Notice, Tone};
use crate::web::frame::words::Words;
use crate::web::frame::{Frame, Place};
use crate::web::{aside, show};

/// How many days the page goes back.
const DAYS: u64 = 31;

/// What the numbers of a line count, in their order.
const COLUMNS: [&str; 7] = [
    "balance-present",
    "balance-opened",
    "balance-joined",
    "balance-set-aside",
    "balance-duplicate",
    "balance-quarantined",
    "balance-placing",
];

/// GET /balance
pub async fn balance(who: Reads, house: web::Data<House>, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let frame = who.frame(&request, Place::Mail, who.words.t("balance-title"));
    let zone = house.pack().map_err(PageError::broken)?.pack.policy.zone;
    let now = house.now.instant();
    let today = now.with_timezone(&zone).date_naive();
    let first = today - Days::new(DAYS - 1);
    let (rows, differences) = aside({
        let house = Arc::clone(&house);
        move || {
            Ok(house
                .store
                .read(|db| Ok((balance::since(db, first)?, balance::differences(db)?)))?)
        }
    })
    .await?;
    let page = Writer {
        words: who.words,
        zone,
        now,
    };
    let (current, past): (Vec<&Balance>, Vec<&Balance>) = rows.iter().partition(|row| row.day == today);
    show(&BalancePage {
        standing: page.standing(&current, &differences),
        findings: differences.iter().map(|found| page.finding(found)).collect(),
        current: current
            .into_iter()
            .map(|row| page.row(row, row.tally.missing))
            .collect(),
        past: past.into_iter().map(|row| page.row(row, row.worst)).collect(),
        columns: COLUMNS.map(|column| who.words.t(column)),
        frame,
    })
}

/// What everybody at the desk must know of the mail: room on the disk, messages unaccounted for or too large, quarantine.
pub(super) fn notices(words: &Words, house: &House, found: &Mail) -> Vec<Notice> {
    let now = house.now.instant();
    let look = |href: &str| Link {
        label: words.t("alarm-look"),
        href: href.to_owned(),
    };
    let mut notices: Vec<Notice> = house
        .board
        .shortage()
        .map(|short| shortage(words, short))
        .into_iter()
        .collect();
    let alarms: Vec<&Difference> = found.differences.iter().filter(|found| found.is_alarm(now)).collect();
    if let Some(first) = alarms.first() {
        let mut text = sentence(words, first);
        if alarms.len() > 1 {
            text = format!("{text} {}", words.n("alarm-more", small(alarms.len() - 1)));
        }
        notices.push(Notice {
            tone: Tone::Late,
            text,
            link: Some(look("/balance")),
        });
    }
    for listed in &found.too_large {
        let card = listed.card.clone().unwrap_or_default();
        let values = [
            ("from", card.address.as_str()),
            ("subject", card.subject.as_str()),
            ("place", listed.place.as_str()),
        ];
        notices.push(Notice {
            tone: Tone::Late,
            text: words.a("alarm-too-large", &values),
            link: Some(look(&format!("/mail/{}", listed.id))),
        });
    }
    if house.board.left_behind() > 0 {
        notices.push(Notice {
            tone: Tone::Today,
            text: words.n("alarm-left-behind", small(house.board.left_behind())),
            link: None,
        });
    }
    if found.quarantined > 0 {
        notices.push(Notice {
            tone: Tone::Quiet,
            text: words.n("alarm-quarantined", found.quarantined),
            link: Some(look("/mail?of=quarantined")),
        });
    }
    notices
}

/// What the desk asks the store about the mail.
pub(super) struct Mail {
    differences: Vec<Difference>,
    too_large: Vec<messages::Listed>,
    quarantined: i64,
}

impl Mail {
    /// Quarantine is spoken of for a week.
    pub fn look(db: &mut crate::store::Reader<'_>, now: DateTime<Utc>) -> Result<Self, crate::store::StoreError> {
        Ok(Self {
            differences: balance::differences(db)?,
            too_large: messages::too_large(db)?,
            quarantined: messages::quarantined_since(db, now - chrono::TimeDelta::days(7))?,
        })
    }
}

fn shortage(words: &Words, short: Shortage) -> Notice {
    let (free, needed) = (words.size(short.free), words.size(short.needed));
    Notice {
        tone: Tone::Late,
        text: words.a("alarm-shortage", &[("free", &free), ("needed", &needed)]),
        link: None,
    }
}

/// What stands out, in one sentence that names it.
fn sentence(words: &Words, found: &Difference) -> String {
    let number = found.finding.no.to_string();
    let values = [("place", found.place.as_str()), ("number", number.as_str())];
    words.a(&format!("alarm-{}", found.finding.why.as_str()), &values)
}

fn small(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Writes the page in one language and zone.
struct Writer {
    words: Words,
    zone: Tz,
    now: DateTime<Utc>,
}

impl Writer {
    /// Whether it adds up, in one line.
    fn standing(&self, current: &[&Balance], differences: &[Difference]) -> Notice {
        let alarms = differences.iter().filter(|found| found.is_alarm(self.now)).count();
        let (tone, text) = match (alarms, current.is_empty()) {
            (1.., _) => (Tone::Late, self.words.n("balance-off", small(alarms))),
            (0, true) => (Tone::Quiet, self.words.t("balance-none")),
            (0, false) => (Tone::Calm, self.words.t("balance-ok")),
        };
        Notice { tone, text, link: None }
    }

    fn finding(&self, found: &Difference) -> FindingLine {
        let alarm = found.is_alarm(self.now);
        let card = found.finding.card.clone().unwrap_or_default();
        let said = match found.finding.said.as_str() {
            "" => String::new(),
            said => self.words.with("balance-said", "said", said),
        };
        let todo = match (found.finding.why, alarm) {
            (Why::NotTaken | Why::NotPlaced | Why::NoRequest, false) => "balance-on-its-way",
            (Why::NotTaken, true) => "balance-todo-not-taken",
            (Why::NotPlaced | Why::NoRequest, true) => "balance-todo-not-placed",
            (Why::Silent, _) => "balance-todo-silent",
        };
        FindingLine {
            tone: if alarm { Tone::Late } else { Tone::Quiet },
            text: sentence(&self.words, found),
            from: [card.name, card.address, card.subject]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" · "),
            since: self
                .words
                .with("balance-since", "at", &self.words.instant(found.since, self.zone)),
            said,
            todo: self.words.t(todo),
        }
    }

    fn row(&self, row: &Balance, difference: i64) -> BalanceLine {
        let tally = row.tally;
        BalanceLine {
            day: self.words.date(row.day),
            place: if row.place == FILES {
                self.words.t("balance-files")
            } else {
                row.place.clone()
            },
            at: self.words.instant(row.checked_at, self.zone),
            numbers: [
                tally.present,
                tally.opened,
                tally.joined,
                tally.set_aside,
                tally.duplicate,
                tally.quarantined,
                tally.placing,
            ],
            difference,
            tone: if difference == 0 { Tone::Calm } else { Tone::Late },
        }
    }
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "balance.html")]
pub struct BalancePage {
    /// Around the page.
    pub frame: Frame,
    /// Whether everything is accounted for.
    pub standing: Notice,
    /// What stands out.
    pub findings: Vec<FindingLine>,
    /// What the numbers of a line count.
    pub columns: [String; 7],
    /// The account of each place today.
    pub current: Vec<BalanceLine>,
    /// The days before.
    pub past: Vec<BalanceLine>,
}

/// Something that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingLine {
    /// How urgent.
    pub tone: Tone,
    /// What and where.
    pub text: String,
    /// Who wrote it and about what, as far as the server told.
    pub from: String,
    /// Since when.
    pub since: String,
    /// What the server says.
    pub said: String,
    /// What to do about it.
    pub todo: String,
}

/// The account of a place on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BalanceLine {
    /// The day.
    pub day: String,
    /// The account and folder.
    pub place: String,
    /// When it was drawn.
    pub at: String,
    /// As the columns say.
    pub numbers: [i64; 7],
    /// How many stand out.
    pub difference: i64,
    /// Whether any does.
    pub tone: Tone,
}
