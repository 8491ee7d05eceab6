//! The balance: every message on a mail server is settled here, or stands out by name and raises an alarm.
//!
//! What a mailbox holds is counted on a connection of its own, so that a watch that misses something does not check
//! itself. An alarm stands on the desk and the health page, and goes to the officers by mail, once a day for each message.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::collect::{Collector, board_name, group, imap_settings};
use super::sweep::recipients;
use crate::config::Mailbox;
use crate::domain::letter::{self, Alarm, AlarmLine};
use crate::domain::policy::Recipient;
use crate::house::House;
use crate::mail::census::{self, Census, Untaken};
use crate::mail::oauth::Accounts;
use crate::mail::parse::parse;
use crate::mail::staff;
use crate::store::balance::{self, Difference, Drawn, FILES, Finding, Why};
use crate::store::door::StepError;
use crate::store::messages::Card;
use crate::store::{Tx, people};

/// A place is counted again after this time. An alarm needs two counts and the time that [`Difference::is_alarm`] gives, so
/// that it is there within a quarter of an hour.
const RHYTHM: TimeDelta = TimeDelta::minutes(5);

/// A mailbox that was looked into within this time is not silent.
const HEARD: TimeDelta = TimeDelta::minutes(3);

/// Counts what is due, notes mailboxes that are silent, and writes to the officers about every alarm. Returns how many
/// mails went out.
///
/// # Errors
/// When a mailbox cannot be counted or the store fails; what was counted before stays.
pub fn watch_over(house: &Arc<House>, accounts: &Accounts, handle: &Handle) -> anyhow::Result<usize> {
    listen(house)?;
    let (now, day) = (house.now.instant(), today(house)?);
    let fresh: BTreeSet<String> = house
        .store
        .read(|db| balance::since(db, day))?
        .into_iter()
        .filter(|row| now - row.checked_at < RHYTHM)
        .map(|row| row.place)
        .collect();
    let mut failed = None;
    for mailbox in &house.settings.mailbox {
        if !places_of(mailbox).iter().all(|place| fresh.contains(place))
            && let Err(error) = count_mailbox(house, mailbox, accounts, handle)
        {
            failed = Some(error);
        }
    }
    if !fresh.contains(FILES) {
        count_files(house)?;
    }
    let mails = tell(house)?;
    failed.map_or(Ok(mails), Err)
}

/// A mailbox that could not be counted.
#[derive(Debug)]
pub struct Uncounted {
    /// Whose mail it is.
    pub account: String,
    /// Why, and what to do.
    pub why: String,
}

/// Counts everything now. Returns the mailboxes that could not be counted.
///
/// # Errors
/// When the store fails.
pub fn count_all(house: &Arc<House>, accounts: &Accounts, handle: &Handle) -> anyhow::Result<Vec<Uncounted>> {
    let mut uncounted = Vec::new();
    for mailbox in &house.settings.mailbox {
        if let Err(error) = count_mailbox(house, mailbox, accounts, handle) {
            uncounted.push(Uncounted {
                account: mailbox.account(),
                why: format!("{error:#}"),
            });
        }
    }
    count_files(house)?;
    Ok(uncounted)
}

/// Every place that is counted.
pub fn places(house: &House) -> Vec<String> {
    let mailboxes = house.settings.mailbox.iter();
    mailboxes.flat_map(places_of).chain([FILES.to_owned()]).collect()
}

fn places_of(mailbox: &Mailbox) -> Vec<String> {
    let folders = mailbox.folders.iter().chain(&mailbox.junk_folders);
    folders.map(|folder| mailbox.place(folder)).collect()
}

fn count_mailbox(house: &Arc<House>, mailbox: &Mailbox, accounts: &Accounts, handle: &Handle) -> anyhow::Result<()> {
    let (_stay, stop) = watch::channel(false);
    let collector = Arc::new(Collector {
        house: Arc::clone(house),
    });
    let settings = imap_settings(mailbox, accounts);
    let counted = handle
        .block_on(census::count(&settings, &collector, stop))
        .with_context(|| format!("{} could not be counted", mailbox.account()))?;
    let (now, day) = (house.now.instant(), today(house)?);
    for census in counted {
        let grp = group(&mailbox.account(), &census.folder, census.uidvalidity);
        let present: BTreeSet<i64> = census.present.iter().map(|uid| i64::from(*uid)).collect();
        house.store.write(|tx| {
            let mut drawn = balance::draw(tx, &grp, &present, now)?;
            name(&mut drawn, &census);
            balance::record(tx, &mailbox.place(&census.folder), day, &drawn, now)
        })?;
    }
    Ok(())
}

fn count_files(house: &House) -> anyhow::Result<()> {
    let (now, day) = (house.now.instant(), today(house)?);
    let mut known = places(house);
    known.extend(house.settings.mailbox.iter().map(Mailbox::account));
    house.store.write(|tx| {
        balance::clear_others(tx, &known)?;
        let drawn = balance::draw_files(tx, now)?;
        balance::record(tx, FILES, day, &drawn, now)
    })?;
    Ok(())
}

/// Says of messages that were not taken who wrote them and about what, as far as the server hands that over.
fn name(drawn: &mut Drawn, census: &Census) {
    for finding in &mut drawn.findings {
        let untaken = u32::try_from(finding.no).ok().and_then(|uid| census.untaken.get(&uid));
        match untaken {
            Some(Untaken::Header(header)) => {
                let mail = parse(header);
                let sender = mail.sender();
                finding.card = Some(Card {
                    name: sender.map(|sender| sender.name.clone()).unwrap_or_default(),
                    address: sender.map(|sender| sender.address.clone()).unwrap_or_default(),
                    subject: mail.subject,
                });
            }
            Some(Untaken::Withheld(said)) => finding.said.clone_from(said),
            None => {}
        }
    }
}

/// Notes which mailboxes nobody has heard of, since when.
fn listen(house: &House) -> anyhow::Result<()> {
    let now = house.now.instant();
    let reports = house.board.reports();
    for mailbox in &house.settings.mailbox {
        let Some(report) = reports.get(&board_name(mailbox)) else {
            continue;
        };
        let finding = Finding {
            grp: format!("mailbox:{}", mailbox.account()),
            no: 0,
            why: Why::Silent,
            said: report.result.as_ref().err().cloned().unwrap_or_default(),
            card: None,
        };
        let heard = report.worked_at.filter(|at| now - *at < HEARD);
        house.store.write(|tx| match heard {
            Some(_) => balance::clear(tx, &finding.grp, finding.no),
            None => balance::note(tx, &mailbox.account(), &finding, report.worked_at.unwrap_or(now)),
        })?;
    }
    Ok(())
}

/// One mail to each officer about every alarm of which nobody was told today.
fn tell(house: &House) -> anyhow::Result<usize> {
    let (now, day) = (house.now.instant(), today(house)?);
    house
        .store
        .write(|tx| {
            let standing = balance::differences(tx)?;
            let untold: Vec<&Difference> = standing
                .iter()
                .filter(|found| found.is_alarm(now) && found.told_on != Some(day))
                .collect();
            if untold.is_empty() {
                return Ok(0);
            }
            let mails = tell_of(tx, house, &untold, now)?;
            // Nobody can be told yet: whoever signs in first learns of it.
            if mails > 0 {
                balance::mark_told(tx, &untold, day)?;
            }
            Ok::<_, StepError>(mails)
        })
        .context("an alarm could not be mailed")
}

/// More alarms than these are counted in the mail and named on the page.
const MOST_TOLD: usize = 30;

fn tell_of(tx: &mut Tx<'_>, house: &House, alarms: &[&Difference], now: DateTime<Utc>) -> Result<usize, StepError> {
    let pack = house.pack().map_err(|error| StepError::Letter(error.to_string()))?;
    let zone = pack.pack.policy.zone;
    let line = |found: &&Difference| AlarmLine {
        alarm: match found.finding.why {
            Why::NotTaken => Alarm::NotTaken,
            Why::NotPlaced | Why::NoRequest => Alarm::NotPlaced,
            Why::Silent => Alarm::Silent,
        },
        place: found.place.clone(),
        number: found.finding.no,
        since: found.since.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(),
    };
    let lines: Vec<AlarmLine> = alarms.iter().take(MOST_TOLD).map(line).collect();
    let link = format!("{}/balance", house.settings.base_url);
    let staff = people::list(tx)?;
    let officers = recipients(Recipient::Officers, None, &staff);
    let mut mails = 0;
    for person in staff.iter().filter(|person| officers.contains(&person.id)) {
        let text = letter::compose_alarm(&pack.pack, &person.language, &lines, &person.name, &link)
            .map_err(StepError::Lacks)?;
        staff::tell(tx, &house.settings, person, "alarm", &text, now)?;
        mails += 1;
    }
    Ok(mails)
}

/// Today in the zone of the policy.
///
/// # Errors
/// When the policy of the settings is not there.
pub fn today(house: &House) -> anyhow::Result<NaiveDate> {
    let zone = house.pack()?.pack.policy.zone;
    Ok(house.now.instant().with_timezone(&zone).date_naive())
}
