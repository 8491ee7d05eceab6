//! Short letters, each with one thing to tell: a code, a link, a changed address, a task. Whoever has the facts makes the
//! [`News`]; the pack has the words.

use chrono::NaiveDate;

use super::answer;
use super::bilingual;
use super::catalogue::Part;
use super::compose::Writer;
use super::template::Facts;
use super::topic::Topic;
use super::{LetterText, MissingPart, wording};
use crate::domain::policy::{OnBehalfId, Pack, RightId};

/// What a short letter tells. Dates are in the policy's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A code that proves control of an address. It says nothing of whether the person or a request is known.
    ChallengeCode {
        /// As it is typed in.
        code: String,
        /// For so long it is good.
        minutes: u32,
    },
    /// To an address that somebody gave for an answer, so that they show that they read its mail. It says nothing of whether
    /// the person is known, nor what was asked.
    AddressConfirmation {
        /// The page on which the code is entered, or empty.
        link: String,
        /// The code, or empty.
        code: String,
        /// For so long it is good.
        minutes: u32,
    },
    /// To the address that was used until now: letters go elsewhere from now on.
    AddressChangedOld {
        /// The new address; the letter shows only enough of it to be recognised.
        address: String,
        /// For so long nothing is handed over.
        hours: u32,
    },
    /// To the new address: letters come here from now on.
    AddressChangedNew {
        /// The former address; the letter shows only enough of it to be recognised.
        address: String,
        /// For so long nothing is handed over.
        hours: u32,
    },
    /// A question about what is asked.
    Clarification {
        /// In the officer's words.
        question: String,
        /// What the question does to the term.
        clock: ClockWord,
    },
    /// The term stands still.
    PauseNotice {
        /// Why, in the officer's words.
        reason: String,
        /// From which day on.
        since: NaiveDate,
    },
    /// The term runs again.
    ResumptionNotice {
        /// The last day on which an answer is in time.
        due_on: NaiveDate,
    },
    /// A copy of an identity document no longer exists here.
    DocumentDestroyed {
        /// The day it was destroyed.
        destroyed_on: NaiveDate,
    },
    /// To the person whose data it is: another asks for them.
    SubjectInformed {
        /// The name of the one who asks; only said when it looks like one.
        asked_by: String,
        /// As what they ask.
        on_behalf: OnBehalfId,
        /// What they ask.
        rights: Vec<RightId>,
    },
    /// The answer's files lie ready. Never the files themselves.
    PackageReady {
        /// The page where they can be fetched, with its secret.
        link: String,
        /// The last day on which they can be fetched.
        until: NaiveDate,
        /// How often.
        downloads: u32,
    },
    /// The files can no longer be fetched.
    PackageWithdrawn {
        /// Why, in the officer's words.
        reason: String,
    },
    /// The request is closed.
    Closure {
        /// The day.
        closed_on: NaiveDate,
        /// Until when the file of the request is kept.
        kept_until: NaiveDate,
        /// The officer's own words; may be empty.
        reply: String,
    },
    /// A complaint about an answer arrived and is looked into by somebody else.
    ComplaintReceived {
        /// The reference of the request whose answer it is about.
        about: String,
        /// The last day on which the outcome is told in time.
        due_on: NaiveDate,
    },
    /// To one who received data: something has to be corrected, deleted, restricted or stopped there too.
    RecipientNotice {
        /// The recipient's name.
        recipient: String,
        /// The rights granted.
        rights: Vec<RightId>,
        /// Which data and whose, in the officer's words.
        details: String,
        /// The page where the recipient says that it is done, or empty.
        link: String,
    },
    /// To who looks after a system: something is to be done there. Whose data it is stands on the page alone.
    Task(TaskFacts),
    /// The same once more.
    TaskReminder(TaskFacts),
    /// To who looks after a system: what was asked of it need not be done any more.
    TaskOver {
        /// The system's name.
        system: String,
        /// The rights it was about.
        rights: Vec<RightId>,
    },
    /// To who has to see to it that a task is done.
    TaskEscalation {
        /// The name of who looks after the system.
        owner: String,
        /// The task; its link leads to the dashboard.
        task: TaskFacts,
    },
}

/// What is to be done in one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskFacts {
    /// The system's name.
    pub system: String,
    /// The rights granted; the letter says what each of them takes.
    pub rights: Vec<RightId>,
    /// The last day.
    pub due_on: NaiveDate,
    /// How the time stands, as [`super::standing`] says it; may be empty.
    pub standing: String,
    /// The reader's personal page.
    pub link: String,
}

/// What a question does to the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockWord {
    /// Nothing: the answer is due on this day.
    Runs(NaiveDate),
    /// It stands still until the requester answers.
    Waits,
}

/// Who reads a short letter, which request it is about, and who writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The reader's name; only used when it looks like a name.
    pub name: String,
    /// Such as `DSR-2026-000123`; empty where there is no request.
    pub reference: String,
    /// Who writes.
    pub controller: String,
    /// Where to turn with questions, such as the mailbox's address.
    pub contact: String,
}

impl News {
    /// What it is called in the outbox, and the first part of its text's file name.
    pub fn name(&self) -> &'static str {
        self.topic().spec().stem
    }

    /// Whether a programme tells it of its own accord, without words of an officer in it (RFC 3834).
    pub fn is_automatic(&self) -> bool {
        match self {
            Self::ChallengeCode { .. }
            | Self::AddressConfirmation { .. }
            | Self::AddressChangedOld { .. }
            | Self::AddressChangedNew { .. }
            | Self::ResumptionNotice { .. }
            | Self::DocumentDestroyed { .. }
            | Self::ComplaintReceived { .. }
            | Self::Task(_)
            | Self::TaskReminder(_)
            | Self::TaskOver { .. }
            | Self::TaskEscalation { .. } => true,
            Self::Clarification { .. }
            | Self::PauseNotice { .. }
            | Self::SubjectInformed { .. }
            | Self::PackageReady { .. }
            | Self::PackageWithdrawn { .. }
            | Self::Closure { .. }
            | Self::RecipientNotice { .. } => false,
        }
    }

    fn topic(&self) -> Topic {
        match self {
            Self::ChallengeCode { .. } => Topic::ChallengeCode,
            Self::AddressConfirmation { .. } => Topic::AddressConfirmation,
            Self::AddressChangedOld { .. } => Topic::AddressChangedOld,
            Self::AddressChangedNew { .. } => Topic::AddressChangedNew,
            Self::Clarification { .. } => Topic::Clarification,
            Self::PauseNotice { .. } => Topic::PauseNotice,
            Self::ResumptionNotice { .. } => Topic::ResumptionNotice,
            Self::DocumentDestroyed { .. } => Topic::DocumentDestroyed,
            Self::SubjectInformed { .. } => Topic::SubjectInformed,
            Self::PackageReady { .. } => Topic::PackageReady,
            Self::PackageWithdrawn { .. } => Topic::PackageWithdrawn,
            Self::Closure { .. } => Topic::Closure,
            Self::ComplaintReceived { .. } => Topic::ComplaintReceived,
            Self::RecipientNotice { .. } => Topic::RecipientNotice,
            Self::Task(_) => Topic::Task,
            Self::TaskReminder(_) => Topic::TaskReminder,
            Self::TaskOver { .. } => Topic::TaskOver,
            Self::TaskEscalation { .. } => Topic::TaskEscalation,
        }
    }
}

/// The short letter that tells some news, in the reader's language, or in two of the pack's where it has no texts in that
/// one.
///
/// # Errors
/// What it still lacks: officer's words that are empty, an unknown right, a text that the pack does not bring.
pub fn compose_news(pack: &Pack, language: &str, heading: &Heading, news: &News) -> Result<LetterText, MissingPart> {
    bilingual::written(pack, language, |writer| {
        let facts = Facts::default()
            .with("greeting", writer.greeting(&heading.name)?)
            .with("person", wording::name(&heading.name).unwrap_or_default())
            .with("reference", heading.reference.as_str())
            .with("controller", heading.controller.as_str())
            .with("contact", heading.contact.as_str());
        writer.letter(Part::News(news.topic()), &told(writer, facts, news)?)
    })
}

/// The facts of some news beside those of the heading.
fn told(writer: Writer, facts: Facts, news: &News) -> Result<Facts, MissingPart> {
    let day = |day: NaiveDate| wording::date(writer.language, day);
    Ok(match news {
        News::ChallengeCode { code, minutes } => facts.with("code", needed(code)?).with("minutes", minutes.to_string()),
        News::AddressConfirmation { link, code, minutes } => {
            needed(&format!("{link}{code}"))?;
            facts
                .with("link", link.as_str())
                .with("code", code.as_str())
                .with("minutes", minutes.to_string())
        }
        News::AddressChangedOld { address, hours } | News::AddressChangedNew { address, hours } => facts
            .with("address", wording::masked(needed(address)?))
            .with("hours", hours.to_string()),
        News::Clarification { question, clock } => {
            let clock = match clock {
                ClockWord::Runs(due_on) => {
                    writer.snippet(Part::ClockRuns, &Facts::default().with("due_on", day(*due_on)))?
                }
                ClockWord::Waits => writer.snippet(Part::ClockWaits, &Facts::default())?,
            };
            facts.with("question", needed(question)?).with("clock", clock)
        }
        News::PauseNotice { reason, since } => facts.with("reason", needed(reason)?).with("since", day(*since)),
        News::ResumptionNotice { due_on } => facts.with("due_on", day(*due_on)),
        News::DocumentDestroyed { destroyed_on } => facts.with("destroyed_on", day(*destroyed_on)),
        News::SubjectInformed {
            asked_by,
            on_behalf,
            rights,
        } => {
            let unknown = || MissingPart::Unknown(on_behalf.to_string());
            let rule = writer.pack.policy.on_behalf(on_behalf).ok_or_else(unknown)?;
            facts
                .with("asked_by", wording::name(asked_by).unwrap_or_default())
                .with("on_behalf", rule.name.text(writer.language))
                .with("rights", writer.right_lines(rights)?)
        }
        News::PackageReady { link, until, downloads } => facts
            .with("link", needed(link)?)
            .with("until", day(*until))
            .with("downloads", downloads.to_string()),
        News::PackageWithdrawn { reason } => facts.with("reason", needed(reason)?),
        News::Closure {
            closed_on,
            kept_until,
            reply,
        } => facts
            .with("closed_on", day(*closed_on))
            .with("kept_until", day(*kept_until))
            .with("reply", reply.as_str()),
        News::ComplaintReceived { about, due_on } => facts
            .with("about", needed(about)?)
            .with("due_on", day(*due_on))
            .with("remedies", answer::all_remedies(writer)?),
        News::RecipientNotice {
            recipient,
            rights,
            details,
            link,
        } => facts
            .with("recipient", recipient.as_str())
            .with("work", work(writer, rights)?)
            .with("details", needed(details)?)
            .with("link", link.as_str()),
        News::Task(task) | News::TaskReminder(task) => task_facts(writer, facts, task)?,
        News::TaskOver { system, rights } => {
            if rights.is_empty() {
                return Err(MissingPart::Items);
            }
            facts
                .with("system", needed(system)?)
                .with("rights", writer.right_lines(rights)?)
        }
        News::TaskEscalation { owner, task } => task_facts(writer, facts, task)?.with("owner", needed(owner)?),
    })
}

fn task_facts(writer: Writer, facts: Facts, task: &TaskFacts) -> Result<Facts, MissingPart> {
    Ok(facts
        .with("system", needed(&task.system)?)
        .with("work", work(writer, &task.rights)?)
        .with("due_on", wording::date(writer.language, task.due_on))
        .with("standing", task.standing.as_str())
        .with("link", needed(&task.link)?))
}

/// What granting each of these rights takes, one below the other.
fn work(writer: Writer, rights: &[RightId]) -> Result<String, MissingPart> {
    if rights.is_empty() {
        return Err(MissingPart::Items);
    }
    let lines = rights.iter().map(|id| {
        let unknown = || MissingPart::Unknown(id.to_string());
        let right = writer.pack.policy.right(id).ok_or_else(unknown)?;
        let facts = Facts::default()
            .with("right", right.name.text(writer.language))
            .with("task", right.task.text(writer.language));
        writer.snippet(Part::TaskWork, &facts)
    });
    Ok(lines.collect::<Result<Vec<_>, _>>()?.join("\n\n"))
}

/// A text that the letter cannot do without.
fn needed(text: &str) -> Result<&str, MissingPart> {
    if text.trim().is_empty() {
        Err(MissingPart::Words)
    } else {
        Ok(text)
    }
}
