//! The account of all mail: what each place holds and what became of it, a row for each day, and every message that
//! stands out of it by name.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;

use super::messages::{Card, Outcome};
use super::schema::{balances, differences, messages, sightings};
use super::vault::keys::{self, HOUSE_KEY};
use super::{Reader, Stamp, StoreError, Tx};

/// The place of all mail that came from files.
pub const FILES: &str = "files";

/// A kept message that was not placed after this time stands out.
const PLACING: TimeDelta = TimeDelta::minutes(5);

/// What a place holds: present = opened + joined + set aside + duplicate + quarantined + placing + missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages that lie there.
    pub present: i64,
    /// They opened a request.
    pub opened: i64,
    /// They joined one.
    pub joined: i64,
    /// They are not a request.
    pub set_aside: i64,
    /// They repeat another message.
    pub duplicate: i64,
    /// They wait in quarantine.
    pub quarantined: i64,
    /// They are kept and being placed just now.
    pub placing: i64,
    /// They stand out: nothing became of them.
    pub missing: i64,
}

/// The account of one place on one day, as it was drawn last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The account and folder, or [`FILES`].
    pub place: String,
    /// The day in the zone of the policy.
    pub day: NaiveDate,
    /// When it was drawn.
    pub checked_at: DateTime<Utc>,
    /// What it says.
    pub tally: Tally,
    /// The most messages that stood out on this day.
    pub worst: i64,
}

/// Why something stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It lies on the server and was not taken in.
    NotTaken,
    /// It was kept and not placed.
    NotPlaced,
    /// It is said to belong to a request and names none.
    NoRequest,
    /// No message at all: a mailbox could not be looked into.
    Silent,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::NotTaken, Self::NotPlaced, Self::NoRequest, Self::Silent];

    /// Its written form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotTaken => "not-taken",
            Self::NotPlaced => "not-placed",
            Self::NoRequest => "no-request",
            Self::Silent => "silent",
        }
    }

    fn stored(word: &str) -> Result<Self, StoreError> {
        let named = Self::ALL.into_iter().find(|why| why.as_str() == word);
        named.ok_or_else(|| StoreError::Corrupt(format!("differences.why is \"{word}\"")))
    }
}

/// Something that stands out, found by a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The series of its number.
    pub grp: String,
    /// Its number: the UID on a mail server.
    pub no: i64,
    /// Why it stands out.
    pub why: Why,
    /// What the server says of it, empty when it says nothing.
    pub said: String,
    /// Who wrote it and about what, as far as that can be told.
    pub card: Option<Card>,
}

/// Something that stands out, with how long it has done so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub finding: Finding,
    /// Where.
    pub place: String,
    /// When it was first found.
    pub since: DateTime<Utc>,
    /// The day on which somebody was last written to about it.
    pub told_on: Option<NaiveDate>,
}

impl Difference {
    /// Whether it stood out long enough to be no message on its way.
    pub fn is_alarm(&self, now: DateTime<Utc>) -> bool {
        let grace = match self.finding.why {
            Why::NotTaken | Why::NotPlaced | Why::NoRequest => TimeDelta::minutes(5),
            Why::Silent => TimeDelta::minutes(15),
        };
        now - self.since >= grace
    }
}

/// What a check finds at a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    /// The account.
    pub tally: Tally,
    /// What stands out.
    pub findings: Vec<Finding>,
}

/// Draws the account of a series: every number that lies there is a sighting of a message that is settled.
pub fn draw(db: &mut Reader<'_>, grp: &str, present: &BTreeSet<i64>, now: DateTime<Utc>) -> Result<Drawn, StoreError> {
    let rows: Vec<(i64, Row)> = sightings::table
        .inner_join(messages::table)
        .filter(sightings::grp.eq(grp))
        .select((
            sightings::no,
            (messages::outcome, messages::kept_at, messages::request_id),
        ))
        .load(db.conn)?;
    let known: BTreeMap<i64, Row> = rows.into_iter().collect();
    let mut drawn = Drawn::default();
    for no in present {
        drawn.add(grp, *no, known.get(no), now)?;
    }
    Ok(drawn)
}

/// Draws the account of what came in from elsewhere than a mail server: every message that was kept is settled.
pub fn draw_files(db: &mut Reader<'_>, now: DateTime<Utc>) -> Result<Drawn, StoreError> {
    let elsewhere = || {
        sightings::table
            .inner_join(messages::table)
            .filter(sightings::grp.not_like("imap:%"))
    };
    let counts: Vec<(String, i64)> = elsewhere()
        .group_by(messages::outcome)
        .select((messages::outcome, diesel::dsl::count_star()))
        .load(db.conn)?;
    let mut drawn = Drawn::default();
    for (outcome, count) in counts {
        drawn.tally.count(Outcome::stored(&outcome)?, count);
    }
    let standing_out = messages::outcome
        .eq(Outcome::Kept.as_str())
        .and(messages::kept_at.le(Stamp::from(now - PLACING)))
        .or(messages::outcome
            .eq_any([Outcome::Opened.as_str(), Outcome::Joined.as_str()])
            .and(messages::request_id.is_null()));
    let rows: Vec<(String, i64, Row)> = elsewhere()
        .filter(standing_out)
        .select((
            sightings::grp,
            sightings::no,
            (messages::outcome, messages::kept_at, messages::request_id),
        ))
        .load(db.conn)?;
    for (grp, no, row) in rows {
        // It was counted above as what it says it is.
        drawn.tally.count(Outcome::stored(&row.0)?, -1);
        drawn.add(&grp, no, Some(&row), now)?;
    }
    Ok(drawn)
}

/// The outcome of a message, when it was kept, and its request.
type Row = (String, Stamp, Option<i64>);

impl Drawn {
    fn add(&mut self, grp: &str, no: i64, row: Option<&Row>, now: DateTime<Utc>) -> Result<(), StoreError> {
        let why = match row {
            None => Why::NotTaken,
            Some((outcome, kept_at, request)) => {
                let outcome = Outcome::stored(outcome)?;
                let kept_at: DateTime<Utc> = (*kept_at).into();
                match outcome {
                    Outcome::Kept if now - kept_at >= PLACING => Why::NotPlaced,
                    Outcome::Opened | Outcome::Joined if request.is_none() => Why::NoRequest,
                    Outcome::Kept
                    | Outcome::Opened
                    | Outcome::Joined
                    | Outcome::SetAside
                    | Outcome::Duplicate
                    | Outcome::Quarantined => {
                        self.tally.count(outcome, 1);
                        return Ok(());
                    }
                }
            }
        };
        self.tally.present += 1;
        self.tally.missing += 1;
        self.findings.push(Finding {
            grp: grp.to_owned(),
            no,
            why,
            said: String::new(),
            card: None,
        });
        Ok(())
    }
}

impl Tally {
    fn count(&mut self, outcome: Outcome, number: i64) {
        self.present += number;
        *match outcome {
            Outcome::Kept => &mut self.placing,
            Outcome::Opened => &mut self.opened,
            Outcome::Joined => &mut self.joined,
            Outcome::SetAside => &mut self.set_aside,
            Outcome::Duplicate => &mut self.duplicate,
            Outcome::Quarantined => &mut self.quarantined,
        } += number;
    }
}

/// More messages than these of one place are counted and not named.
const MOST_NAMED: usize = 100;

/// Writes down what a check found at a place: the row of the day, and what stands out now, with since when.
pub fn record(
    tx: &mut Tx<'_>,
    place: &str,
    day: NaiveDate,
    drawn: &Drawn,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let before: Option<i64> = balances::table
        .find((place, day))
        .select(balances::worst)
        .first(tx.conn)
        .optional()?;
    diesel::delete(balances::table.find((place, day))).execute(tx.conn)?;
    let Tally {
        present,
        opened,
        joined,
        set_aside,
        duplicate,
        quarantined,
        placing,
        missing,
    } = drawn.tally;
    diesel::insert_into(balances::table)
        .values((
            balances::place.eq(place),
            balances::day.eq(day),
            balances::checked_at.eq(Stamp::from(now)),
            balances::present.eq(present),
            balances::opened.eq(opened),
            balances::joined.eq(joined),
            balances::set_aside.eq(set_aside),
            balances::duplicate.eq(duplicate),
            balances::quarantined.eq(quarantined),
            balances::placing.eq(placing),
            balances::missing.eq(missing),
            balances::worst.eq(missing.max(before.unwrap_or(0))),
        ))
        .execute(tx.conn)?;
    let named = &drawn.findings[..drawn.findings.len().min(MOST_NAMED)];
    let standing: Vec<(String, i64)> = differences::table
        .filter(differences::place.eq(place))
        .filter(differences::why.ne(Why::Silent.as_str()))
        .select((differences::grp, differences::no))
        .load(tx.conn)?;
    for (grp, no) in &standing {
        if !named.iter().any(|found| found.grp == *grp && found.no == *no) {
            diesel::delete(differences::table.find((grp, no))).execute(tx.conn)?;
        }
    }
    for finding in named {
        note(tx, place, finding, now)?;
    }
    Ok(())
}

/// Notes that something stands out since an instant, unless that is noted already.
pub fn note(tx: &mut Tx<'_>, place: &str, finding: &Finding, since: DateTime<Utc>) -> Result<(), StoreError> {
    let key = (finding.grp.as_str(), finding.no);
    let there: i64 = differences::table.find(key).count().get_result(tx.conn)?;
    if there > 0 {
        diesel::update(differences::table.find(key))
            .set((
                differences::why.eq(finding.why.as_str()),
                differences::said.eq(&finding.said),
            ))
            .execute(tx.conn)?;
        return Ok(());
    }
    let card = match &finding.card {
        None => None,
        Some(card) => {
            let json = serde_json::to_vec(card).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            let house = keys::find(tx, HOUSE_KEY)?;
            Some(tx.vault.seal(&house, &sealed_place(key), &json)?)
        }
    };
    diesel::insert_into(differences::table)
        .values((
            differences::grp.eq(&finding.grp),
            differences::no.eq(finding.no),
            differences::place.eq(place),
            differences::why.eq(finding.why.as_str()),
            differences::said.eq(&finding.said),
            differences::since.eq(Stamp::from(since)),
            differences::card.eq(card),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Takes back what was noted.
pub fn clear(tx: &mut Tx<'_>, grp: &str, no: i64) -> Result<(), StoreError> {
    diesel::delete(differences::table.find((grp, no))).execute(tx.conn)?;
    Ok(())
}

/// Takes back what was noted of places other than these: they are not looked into any more.
pub fn clear_others(tx: &mut Tx<'_>, places: &[String]) -> Result<(), StoreError> {
    diesel::delete(differences::table.filter(differences::place.ne_all(places))).execute(tx.conn)?;
    Ok(())
}

/// What stands out, the longest first.
pub fn differences(db: &mut Reader<'_>) -> Result<Vec<Difference>, StoreError> {
    type DifferenceRow = (
        String,
        i64,
        String,
        String,
        String,
        Stamp,
        Option<NaiveDate>,
        Option<Vec<u8>>,
    );
    let rows: Vec<DifferenceRow> = differences::table
        .order((differences::since, differences::place, differences::no))
        .load(db.conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for (grp, no, place, why, said, since, told_on, card) in rows {
        let card = match card {
            None => None,
            Some(sealed) => {
                let house = keys::find(db, HOUSE_KEY)?;
                let at = sealed_place((&grp, no));
                let json = db.vault.open(&house, &at, &sealed)?;
                Some(serde_json::from_slice(&json).map_err(|_| StoreError::Corrupt(at))?)
            }
        };
        found.push(Difference {
            finding: Finding {
                grp,
                no,
                why: Why::stored(&why)?,
                said,
                card,
            },
            place,
            since: since.into(),
            told_on,
        });
    }
    Ok(found)
}

/// Notes that somebody was written to about these on a day.
pub fn mark_told(tx: &mut Tx<'_>, told: &[&Difference], day: NaiveDate) -> Result<(), StoreError> {
    for Difference { finding, .. } in told {
        diesel::update(differences::table.find((&finding.grp, finding.no)))
            .set(differences::told_on.eq(day))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// The accounts from a day on, the newest day first.
pub fn since(db: &mut Reader<'_>, day: NaiveDate) -> Result<Vec<Balance>, StoreError> {
    let rows: Vec<BalanceRow> = balances::table
        .filter(balances::day.ge(day))
        .order((balances::day.desc(), balances::place))
        .load(db.conn)?;
    Ok(rows.into_iter().map(Balance::from).collect())
}

#[derive(Queryable)]
struct BalanceRow {
    place: String,
    day: NaiveDate,
    checked_at: Stamp,
    present: i64,
    opened: i64,
    joined: i64,
    set_aside: i64,
    duplicate: i64,
    quarantined: i64,
    placing: i64,
    missing: i64,
    worst: i64,
}

impl From<BalanceRow> for Balance {
    fn from(row: BalanceRow) -> Self {
        Self {
            place: row.place,
            day: row.day,
            checked_at: row.checked_at.into(),
            tally: Tally {
                present: row.present,
                opened: row.opened,
                joined: row.joined,
                set_aside: row.set_aside,
                duplicate: row.duplicate,
                quarantined: row.quarantined,
                placing: row.placing,
                missing: row.missing,
            },
            worst: row.worst,
        }
    }
}

fn sealed_place((grp, no): (&str, i64)) -> String {
    format!("differences/{grp}/{no}/card")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Characters;
    use crate::store::messages::{self as mail, Marks, NewMessage, Settled, Standing};
    use crate::store::testing::{instant, stores};

    const INBOX: &str = "imap:privacy@example.org/INBOX/1";

    fn nine() -> DateTime<Utc> {
        instant("2026-03-02T01:00:00Z")
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn keep(tx: &mut Tx<'_>, grp: &str, numbers: std::ops::RangeInclusive<u8>) {
        for no in numbers {
            let raw = [no];
            let one = NewMessage {
                grp,
                no: i64::from(no),
                place: "privacy@example.org/INBOX",
                received_at: nine(),
                stated_at: None,
                raw: &raw,
                whole_size: None,
            };
            mail::keep(tx, &[one], nine()).unwrap();
        }
    }

    fn settle(tx: &mut Tx<'_>, id: i64, outcome: Outcome, request_id: Option<i64>) {
        let standing = Standing {
            outcome,
            why: String::new(),
            request_id,
            duplicate_of: None,
            held: false,
        };
        let settled = Settled {
            standing,
            marks: Marks::default(),
            card: None,
            reading: None,
            characters: Characters::Certain,
        };
        mail::settle(tx, id, &settled).unwrap();
    }

    #[test]
    fn every_message_on_the_server_is_settled_being_placed_or_named() {
        for store in stores() {
            let drawn = store
                .write::<_, StoreError>(|tx| {
                    keep(tx, INBOX, 1..=6);
                    settle(tx, 1, Outcome::Opened, Some(1));
                    settle(tx, 2, Outcome::Joined, Some(1));
                    settle(tx, 3, Outcome::SetAside, None);
                    settle(tx, 4, Outcome::Duplicate, None);
                    settle(tx, 5, Outcome::Joined, None);
                    // The first is gone from the server, the ninth was never taken.
                    draw(tx, INBOX, &[2, 3, 4, 5, 6, 9].into(), nine())
                })
                .unwrap();
            let Drawn { tally, findings } = drawn;
            assert_eq!((tally.present, tally.placing, tally.missing), (6, 1, 2));
            assert_eq!(
                (tally.opened, tally.joined, tally.set_aside, tally.duplicate),
                (0, 1, 1, 1)
            );
            let why: Vec<(i64, Why)> = findings.iter().map(|found| (found.no, found.why)).collect();
            assert_eq!(why, [(5, Why::NoRequest), (9, Why::NotTaken)]);
            let later = store.read(|db| draw(db, INBOX, &[6].into(), nine() + PLACING)).unwrap();
            assert_eq!(later.findings[0].why, Why::NotPlaced);
        }
    }

    #[test]
    fn mail_from_files_adds_up_without_a_server() {
        for store in stores() {
            let drawn = |at| store.read(|db| draw_files(db, at)).unwrap();
            store
                .write::<_, StoreError>(|tx| {
                    keep(tx, "file:/a.mbox", 1..=3);
                    keep(tx, INBOX, 9..=9);
                    settle(tx, 1, Outcome::Opened, Some(1));
                    Ok(())
                })
                .unwrap();
            let now = drawn(nine());
            assert_eq!((now.tally.present, now.tally.opened, now.tally.placing), (3, 1, 2));
            assert!(now.findings.is_empty());
            let later = drawn(nine() + PLACING);
            assert_eq!(
                (later.tally.present, later.tally.placing, later.tally.missing),
                (3, 0, 2)
            );
            assert_eq!(later.findings.len(), 2);
        }
    }

    #[test]
    fn a_day_keeps_its_last_check_and_its_worst_moment() {
        for store in stores() {
            let finding = Finding {
                grp: INBOX.to_owned(),
                no: 9,
                why: Why::NotTaken,
                said: "[SERVERBUG] no".to_owned(),
                card: Some(Card {
                    name: "李梅".to_owned(),
                    ..Card::default()
                }),
            };
            let bad = Drawn {
                tally: Tally {
                    present: 3,
                    missing: 1,
                    ..Tally::default()
                },
                findings: vec![finding.clone()],
            };
            let good = Drawn {
                tally: Tally {
                    present: 3,
                    ..Tally::default()
                },
                findings: Vec::new(),
            };
            let record_at = |drawn: &Drawn, minutes: i64| {
                let at = nine() + TimeDelta::minutes(minutes);
                store
                    .write(|tx| record(tx, "INBOX", day("2026-03-02"), drawn, at))
                    .unwrap();
            };
            record_at(&bad, 0);
            record_at(&bad, 5);
            let standing = store.read(differences).unwrap();
            assert_eq!(standing.len(), 1);
            assert_eq!((&standing[0].finding, standing[0].since), (&finding, nine()));
            assert!(!standing[0].is_alarm(nine() + TimeDelta::seconds(299)));
            assert!(standing[0].is_alarm(nine() + TimeDelta::minutes(5)));
            record_at(&good, 10);
            assert_eq!(store.read(differences).unwrap(), []);
            let rows = store.read(|db| since(db, day("2026-03-01"))).unwrap();
            assert_eq!((rows.len(), rows[0].tally.missing, rows[0].worst), (1, 0, 1));
            assert_eq!(rows[0].checked_at, nine() + TimeDelta::minutes(10));
            assert_eq!(store.read(|db| since(db, day("2026-03-03"))).unwrap(), []);
        }
    }

    #[test]
    fn what_stands_out_is_told_of_and_goes_with_its_place() {
        for store in stores() {
            let silent = Finding {
                grp: "mailbox:privacy@example.org".to_owned(),
                no: 0,
                why: Why::Silent,
                said: String::new(),
                card: None,
            };
            let standing = store
                .write::<_, StoreError>(|tx| {
                    note(tx, "privacy@example.org", &silent, nine())?;
                    let found = differences(tx)?;
                    mark_told(tx, &[&found[0]], day("2026-03-02"))?;
                    // A check of the place's folders does not end the silence of the mailbox.
                    record(tx, "privacy@example.org", day("2026-03-02"), &Drawn::default(), nine())?;
                    clear_others(tx, &["privacy@example.org".to_owned()])?;
                    differences(tx)
                })
                .unwrap();
            assert_eq!(standing[0].told_on, Some(day("2026-03-02")));
            assert!(!standing[0].is_alarm(nine() + TimeDelta::minutes(14)));
            assert!(standing[0].is_alarm(nine() + TimeDelta::minutes(15)));
            store.write(|tx| clear_others(tx, &[])).unwrap();
            assert_eq!(store.read(differences).unwrap(), []);
        }
    }
}
