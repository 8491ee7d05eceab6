//! Letters to staff: reminders and the daily digest. They name requests by reference and hold no personal data.

use chrono::NaiveDate;

use super::catalogue::Part;
use super::compose::Writer;
use super::template::Facts;
use super::{LetterText, MissingPart, wording};
use crate::domain::policy::{Pack, ReminderId};

/// How many references a subject names before it stops.
const REFERENCES_IN_SUBJECT: usize = 3;

/// One request that somebody is reminded of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderLine {
    /// Such as `DSR-2026-000123`.
    pub reference: String,
    /// The last day on which an answer is in time.
    pub due_on: NaiveDate,
    /// How the clock stands, in the reader's language: "3 working days left".
    pub standing: String,
    /// What calls for it.
    pub cause: Cause,
    /// Where to open the request.
    pub link: String,
}

/// What calls for a line in a mail to staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It stands in the digest.
    Digest,
    /// A line of the reminder schedule.
    Schedule(ReminderId),
    /// Something happened to a letter.
    Alert(Alert),
    /// A system of this name has not done its task.
    TaskLate(String),
    /// What is in force is to be looked at again.
    Recheck,
}

/// What happened to a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alert {
    /// It did not arrive and will not.
    LetterFailed,
    /// It has not arrived yet.
    LetterDelayed,
}

impl Alert {
    const ALL: [Self; 2] = [Self::LetterFailed, Self::LetterDelayed];

    fn word(self) -> &'static str {
        match self {
            Self::LetterFailed => "letter-failed",
            Self::LetterDelayed => "letter-delayed",
        }
    }

    /// As the ledger of notices names it; each letter is told of once.
    pub fn rule(self, letter: i64) -> String {
        format!("{}/{letter}", self.word())
    }

    /// The alert that a rule of the ledger names; `None` for a line of the schedule.
    pub fn of_rule(rule: &str) -> Option<Self> {
        let (word, _) = rule.split_once('/')?;
        Self::ALL.into_iter().find(|alert| alert.word() == word)
    }
}

/// What the daily digest tells one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// The local date of the digest.
    pub today: NaiveDate,
    /// Past their deadline.
    pub late: Vec<ReminderLine>,
    /// Due today or soon.
    pub due: Vec<ReminderLine>,
    /// Waiting for somebody to read them.
    pub unread: Vec<ReminderLine>,
    /// Waiting for a second person.
    pub approval: Vec<ReminderLine>,
    /// How many mails came into quarantine since the last working day.
    pub quarantined: i64,
}

/// What is wrong with the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// A message lies on the server and was not taken in.
    NotTaken,
    /// A message was taken in, and it cannot be told what became of it.
    NotPlaced,
    /// A mailbox could not be looked into.
    Silent,
}

/// One thing that is wrong with the mail, without what anybody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmLine {
    /// What.
    pub alarm: Alarm,
    /// The account and folder.
    pub place: String,
    /// The message's number there.
    pub number: i64,
    /// Since when, in the zone of the policy, as `2026-03-02 09:15`.
    pub since: String,
}

/// An alarm about mail that is unaccounted for; `link` leads to the page that names each message in full.
pub fn compose_alarm(
    pack: &Pack,
    language: &str,
    lines: &[AlarmLine],
    person: &str,
    link: &str,
) -> Result<LetterText, MissingPart> {
    if lines.is_empty() {
        return Err(MissingPart::Items);
    }
    let writer = Writer {
        pack,
        language: pack.letter_language(language),
    };
    let texts = lines.iter().map(|line| {
        let part = match line.alarm {
            Alarm::NotTaken => Part::AlarmNotTaken,
            Alarm::NotPlaced => Part::AlarmNotPlaced,
            Alarm::Silent => Part::AlarmSilent,
        };
        let facts = Facts::default()
            .with("place", line.place.as_str())
            .with("number", line.number.to_string())
            .with("since", line.since.as_str());
        writer.snippet(part, &facts)
    });
    let facts = Facts::default()
        .with("person", person)
        .with("count", lines.len().to_string())
        .with("work", texts.collect::<Result<Vec<_>, _>>()?.join("\n\n"))
        .with("link", link);
    writer.letter(Part::Alarm, &facts)
}

/// A reminder of one or more requests.
pub fn compose_reminder(
    pack: &Pack,
    language: &str,
    lines: &[ReminderLine],
    person: &str,
) -> Result<LetterText, MissingPart> {
    if lines.is_empty() {
        return Err(MissingPart::Items);
    }
    let writer = Writer {
        pack,
        language: pack.letter_language(language),
    };
    let mut references: Vec<&str> = lines
        .iter()
        .take(REFERENCES_IN_SUBJECT)
        .map(|line| line.reference.as_str())
        .collect();
    if lines.len() > REFERENCES_IN_SUBJECT {
        references.push("…");
    }
    let facts = Facts::default()
        .with("person", person)
        .with("references", references.join(" "))
        .with("count", lines.len().to_string())
        .with("work", work(writer, lines)?);
    writer.letter(Part::Reminder, &facts)
}

/// The daily digest.
pub fn compose_digest(pack: &Pack, language: &str, digest: &Digest, person: &str) -> Result<LetterText, MissingPart> {
    let writer = Writer {
        pack,
        language: pack.letter_language(language),
    };
    // A line that has nothing to tell is left out.
    let quarantined = match digest.quarantined {
        0 => String::new(),
        count => count.to_string(),
    };
    let facts = Facts::default()
        .with("person", person)
        .with("today", wording::date(writer.language, digest.today))
        .with("late", work(writer, &digest.late)?)
        .with("late_count", digest.late.len().to_string())
        .with("due", work(writer, &digest.due)?)
        .with("due_count", digest.due.len().to_string())
        .with("unread", work(writer, &digest.unread)?)
        .with("unread_count", digest.unread.len().to_string())
        .with("approval", work(writer, &digest.approval)?)
        .with("approval_count", digest.approval.len().to_string())
        .with("quarantine_count", quarantined);
    writer.letter(Part::Digest, &facts)
}

/// Requests, one below the other.
fn work(writer: Writer, lines: &[ReminderLine]) -> Result<String, MissingPart> {
    let texts = lines.iter().map(|line| {
        let cause = match &line.cause {
            Cause::Digest => String::new(),
            Cause::Schedule(id) => writer
                .pack
                .policy
                .reminder(id)
                .map_or_else(String::new, |rule| rule.name.text(writer.language).to_owned()),
            Cause::Alert(alert) => wording::alert(writer.language, *alert).to_owned(),
            Cause::TaskLate(system) => wording::task_late(writer.language, system),
            Cause::Recheck => wording::recheck(writer.language).to_owned(),
        };
        let facts = Facts::default()
            .with("reference", line.reference.as_str())
            .with("rule", cause)
            .with("due_on", wording::date(writer.language, line.due_on))
            .with("standing", line.standing.as_str())
            .with("link", line.link.as_str());
        writer.snippet(Part::Work, &facts)
    });
    Ok(texts.collect::<Result<Vec<_>, _>>()?.join("\n\n"))
}
