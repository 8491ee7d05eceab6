//! A step planned for several requests, and the commands that it is for one of them.

use crate::domain::command::Command;
use crate::domain::event::CaseKind;
use crate::domain::item::{Basis, Decision};
use crate::domain::letter::Occasion;
use crate::domain::moves::Refusal;
use crate::domain::person::PersonId;
use crate::domain::text::TextRef;
use crate::house::House;
use crate::mail::letters::{self, Letterhead, Words as LetterWords};
use crate::store::Tx;
use crate::store::door::{Desk, Door, Seen, StepError};
use crate::store::outbox::{self, State};
use crate::store::requests::{self, Stored};
use crate::web::door::session::Sent;
use crate::web::frame::say::Say;

/// The steps, as words, in the order of a request's life.
pub(super) const STEPS: [&str; 6] = ["assign", "triage", "acknowledge", "decide", "note", "close"];

/// What can be decided for all alike: what needs no look at each one's data. Whether an exemption stands is assessed case by
/// case, and so is what is granted.
pub(super) const VERDICTS: [&str; 3] = ["nothing-held", "not-for-us", "identity-not-proven"];

/// A step for several requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    /// They are given to somebody.
    Assign { to: Option<PersonId> },
    /// They are what recognition took them for, and of this sort.
    Triage { kind: CaseKind },
    /// Their acknowledgement leaves, where it waits or was never written.
    Acknowledge,
    /// Each item that is not decided is decided so.
    Decide { verdict: &'static str, text: String },
    /// Each gets the same note.
    Note { text: String },
    /// They are closed.
    Close,
}

impl Plan {
    /// What a form asks; the error is the key of a sentence.
    pub(super) fn read(form: &Sent) -> Result<Self, &'static str> {
        let text = form.text("text");
        let needed = |text: String| if text.is_empty() { Err("bulk-no-text") } else { Ok(text) };
        match form.text("step").as_str() {
            "assign" => Ok(Self::Assign {
                to: match form.text("to").as_str() {
                    "" => None,
                    id => Some(PersonId(id.parse().map_err(|_| "bulk-no-step")?)),
                },
            }),
            "triage" => {
                let wanted = form.text("kind");
                let kind = CaseKind::ALL.into_iter().find(|kind| kind.as_str() == wanted);
                kind.map(|kind| Self::Triage { kind }).ok_or("bulk-no-step")
            }
            "acknowledge" => Ok(Self::Acknowledge),
            "decide" => {
                let wanted = form.text("verdict");
                let verdict = VERDICTS.into_iter().find(|verdict| *verdict == wanted);
                Ok(Self::Decide {
                    verdict: verdict.ok_or("bulk-no-verdict")?,
                    text: needed(text)?,
                })
            }
            "note" => Ok(Self::Note { text: needed(text)? }),
            "close" => Ok(Self::Close),
            _ => Err("bulk-no-step"),
        }
    }

    /// The fields that ask the same again.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let step = |step: &str| ("step", step.to_owned());
        match self {
            Self::Assign { to } => vec![
                step("assign"),
                ("to", to.map(|person| person.to_string()).unwrap_or_default()),
            ],
            Self::Triage { kind } => vec![step("triage"), ("kind", kind.as_str().to_owned())],
            Self::Acknowledge => vec![step("acknowledge")],
            Self::Decide { verdict, text } => vec![
                step("decide"),
                ("verdict", (*verdict).to_owned()),
                ("text", text.clone()),
            ],
            Self::Note { text } => vec![step("note"), ("text", text.clone())],
            Self::Close => vec![step("close")],
        }
    }

    /// The step in words.
    pub(super) fn told(&self, say: &Say<'_>) -> String {
        let words = &say.words;
        match self {
            Self::Assign { to: None } => words.t("bulk-told-unassign"),
            Self::Assign { to: Some(person) } => words.with("bulk-told-assign", "name", &say.name(*person)),
            Self::Triage { kind } => {
                let kind = words.t(&format!("kind-{}", kind.as_str()));
                words.with("bulk-told-triage", "kind", &kind)
            }
            Self::Acknowledge => words.t("bulk-step-acknowledge"),
            Self::Decide { verdict, text } => {
                let verdict = words.t(&format!("bulk-verdict-{verdict}"));
                words.a("bulk-told-decide", &[("verdict", &verdict), ("text", text)])
            }
            Self::Note { text } => words.with("bulk-told-note", "text", text),
            Self::Close => words.t("bulk-step-close"),
        }
    }

    /// What the step means for one request as it stands.
    pub(super) fn for_one(&self, say: &Say<'_>, stored: &Stored) -> String {
        let request = &stored.request;
        let words = &say.words;
        match self {
            Self::Assign { .. } => {
                let now = request
                    .assignee
                    .map_or_else(|| words.t("nobody"), |person| say.name(person));
                words.with("bulk-now", "what", &now)
            }
            Self::Acknowledge => words.with("bulk-to", "address", &stored.card.address),
            Self::Triage { .. } | Self::Decide { .. } | Self::Note { .. } | Self::Close => {
                let chips = say.chips(request);
                let labels: Vec<&str> = chips.iter().map(|chip| chip.label.as_str()).collect();
                format!("{} — {}", say.stage(&request.stage), labels.join(" · "))
            }
        }
    }

    /// Takes the step with one request, in the transaction given.
    pub(super) fn take(
        &self,
        tx: &mut Tx<'_>,
        house: &House,
        door: &Door<'_>,
        id: i64,
        seen: Seen,
    ) -> Result<(), StepError> {
        match self {
            Self::Assign { to } => door.step(tx, id, seen, |_| Ok(Command::Assign { to: *to }))?,
            Self::Triage { kind } => door.step(tx, id, seen, |desk| {
                let request = &desk.stored.request;
                Ok(Command::Triage {
                    kind: *kind,
                    rights: request.items.iter().map(|item| item.right.clone()).collect(),
                    on_behalf: request.on_behalf.clone(),
                    language: request.language.clone(),
                })
            })?,
            Self::Acknowledge => return acknowledge(tx, house, door, id, seen),
            Self::Decide { verdict, text } => return decide_all(tx, door, id, seen, verdict, text),
            Self::Note { text } => door.step(tx, id, seen, |desk| {
                Ok(Command::Note {
                    text: desk.keep("note", text)?,
                })
            })?,
            Self::Close => door.step(tx, id, seen, |_| Ok(Command::Close))?,
        };
        Ok(())
    }
}

/// Lets a waiting acknowledgement go, or writes the one that is missing.
fn acknowledge(tx: &mut Tx<'_>, house: &House, door: &Door<'_>, id: i64, seen: Seen) -> Result<(), StepError> {
    let waiting = outbox::of_request(tx, id)?
        .into_iter()
        .find(|letter| letter.state == State::Waiting);
    if let Some(letter) = waiting {
        door.step(tx, id, seen, |_| Ok(Command::SendLetter { letter: letter.id }))?;
        return Ok(outbox::requeue(tx, letter.id, door.now)?);
    }
    let shelf = house.shelf();
    door.step(tx, id, seen, |desk| {
        if desk.stored.request.acknowledgement.is_some() {
            return Err(Refusal::NothingChanges.into());
        }
        let pack = letters::pack_of(&shelf, &desk.stored.request.policy)?;
        let head = Letterhead {
            settings: &house.settings,
            pack: &pack.pack,
            thread: None,
        };
        let letter = written(desk, head)?;
        Ok(Command::Acknowledge { letter })
    })?;
    Ok(())
}

fn written(desk: &mut Desk<'_, '_>, head: Letterhead<'_>) -> Result<i64, StepError> {
    let occasion = if desk.stored.request.items.is_empty() {
        Occasion::AcknowledgementUnclear
    } else {
        Occasion::Acknowledgement
    };
    let text = letters::write(desk, head, occasion, LetterWords::default())?;
    letters::post(desk, head, occasion, &text)
}

/// Decides each item that is not decided, all of them or none.
fn decide_all(
    tx: &mut Tx<'_>,
    door: &Door<'_>,
    id: i64,
    seen: Seen,
    verdict: &str,
    text: &str,
) -> Result<(), StepError> {
    let request = requests::find(tx, id)?.request;
    let undecided: Vec<u32> = request
        .items
        .iter()
        .filter(|item| item.decision.is_none())
        .map(|item| item.number)
        .collect();
    if undecided.is_empty() {
        let refusal = if request.items.is_empty() {
            Refusal::NoItems
        } else {
            Refusal::NothingChanges
        };
        return Err(refusal.into());
    }
    let mut seen = seen;
    for item in undecided {
        door.step(tx, id, seen, |desk| {
            let reason = desk.keep("reason", text)?;
            Ok(Command::Decide {
                item,
                decision: decision(verdict, reason),
            })
        })?;
        seen = Seen::Whatever;
    }
    Ok(())
}

fn decision(verdict: &str, reason: TextRef) -> Decision {
    match verdict {
        "not-for-us" => Decision::NotForUs { reason },
        "identity-not-proven" => Decision::Refused {
            basis: Basis::IdentityNotProven,
            reason,
        },
        _ => Decision::NothingHeld { reason },
    }
}
