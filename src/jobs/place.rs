//! Placing a read message: duplicate, joined, opened, set aside or quarantined, with its acknowledgement, in one transaction.

mod findings;
mod form;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::alarm;
use super::intake::{Outcome, Read};
use crate::domain::authenticity::Verdict;
use crate::domain::command::Command;
use crate::domain::courtesy::{Courtesy, Limits, Recent, Repeated, Trust, courtesy};
use crate::domain::event::{Belonging, CaseKind, Channel, Triage};
use crate::domain::letter::Occasion;
use crate::domain::message::Characters;
use crate::domain::person::Actor;
use crate::domain::policy::{ExemptionId, OnBehalfId, RightId};
use crate::domain::request::{PolicyStamp, Stage};
use crate::domain::rules::RuleBook;
use crate::domain::thread::{Fate, Placed, answerable, place};
use crate::house::House;
use crate::mail::letters::{self, Letterhead, Words};
use crate::mail::reading::{UNREADABLE, card_of};
use crate::mail::token::Tokens;
use crate::packs::{LoadedPack, Shelf};
use crate::store::campaigns;
use crate::store::door::{Door, Draft, FirstMessage, Seen, StepError};
use crate::store::marks;
use crate::store::messages::{self, Look, Outcome as Kept, Settled, Standing};
use crate::store::outbox::{Leave, Reported, State};
use crate::store::portal;
use crate::store::requests::{self, Stored};
use crate::store::{StoreError, Tx, outbox};

use findings::{Clues, findings, is_doubtful_where_it_belongs, own_mentioned};

/// Why a message is held: a person must say whether it belongs.
const HELD: &str = "held";

/// How a message is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// By what was found out about it.
    Usual,
    /// It opens a request for a person, and no acknowledgement is written: a rule or a letter stood in the way before.
    WithoutLetter,
}

/// Places one message. On an error nothing of it is stored, and it stays kept.
pub(super) fn place_one(
    tx: &mut Tx<'_>,
    house: &House,
    pack: &LoadedPack,
    read: &Read,
    way: Way,
    now: DateTime<Utc>,
) -> Result<(i64, Outcome), StepError> {
    let tokens = Tokens::new(tx.vault, &house.settings);
    let mut clues = read
        .mail
        .as_ref()
        .map(|(mail, _)| Clues::of(tx.vault, tokens, mail))
        .unwrap_or_default();
    if read.claimed.oddity.whole_size.is_some() {
        // Its content is not here, so that equal headers do not make it a second delivery.
        clues.marks.fingerprint = None;
    }
    let placing = Placing {
        house,
        pack,
        read,
        clues: &clues,
        way,
        now,
    };
    if let Some(form) = portal::form_of(tx, read.claimed.id)? {
        return Ok((read.claimed.id, placing.form(tx, &form)?));
    }
    let findings = findings(tx, read, &clues, tokens)?;
    let placed = match way {
        Way::Usual => place(&findings),
        Way::WithoutLetter => Placed::Opened {
            kind: CaseKind::Request,
            triage: Triage::Needed,
        },
    };
    let outcome = match placed {
        Placed::Opened { kind, triage } => placing.open(tx, kind, triage)?,
        Placed::Joined { request, belonging } => placing.join(tx, request, belonging)?,
        Placed::Reported { request, letter, fate } => placing.reported(tx, request, letter, fate)?,
        Placed::Duplicate { of } => {
            placing.settle(tx, Kept::Duplicate, "again", None, Some(of))?;
            Outcome::Duplicate { of, why: "again" }
        }
        Placed::SetAside { why } => {
            placing.settle(tx, Kept::SetAside, why, None, None)?;
            Outcome::SetAside { why: why.to_owned() }
        }
        Placed::Quarantined { why } => {
            placing.settle(tx, Kept::Quarantined, why, None, None)?;
            Outcome::Quarantined { why: why.to_owned() }
        }
    };
    Ok((read.claimed.id, outcome))
}

/// One message on its way to its place.
struct Placing<'p> {
    house: &'p House,
    pack: &'p LoadedPack,
    read: &'p Read,
    clues: &'p Clues,
    way: Way,
    now: DateTime<Utc>,
}

impl Placing<'_> {
    fn door<'d>(&self, shelf: &'d Shelf, actor: Actor) -> Door<'d> {
        Door {
            book: shelf,
            actor,
            now: self.now,
        }
    }

    fn open(&self, tx: &mut Tx<'_>, kind: CaseKind, triage: Triage) -> Result<Outcome, StepError> {
        let shelf = self.house.shelf();
        let door = self.door(&shelf, Actor::Mail);
        let key_id = messages::key_of(tx, self.read.claimed.id)?;
        let trouble = self.trouble();
        let triage = if trouble.is_some() { Triage::Needed } else { triage };
        let stored = door.open(tx, &self.draft(key_id, kind, triage))?;
        if self.way == Way::Usual {
            self.acknowledge(tx, &door, &stored)?;
        }
        self.note_text(tx, &stored)?;
        self.settle(tx, Kept::Opened, trouble.unwrap_or(""), Some(stored.id), None)?;
        let needs_triage = stored.request.stage == Stage::Triage;
        Ok(Outcome::Opened {
            reference: stored.request.reference,
            needs_triage,
        })
    }

    /// Notes the words, so that requests which are nearly the same are found together.
    fn note_text(&self, tx: &mut Tx<'_>, stored: &Stored) -> Result<(), StoreError> {
        match &self.read.mail {
            Some((mail, _)) => campaigns::note(tx, stored.id, &mail.own_text, self.now),
            None => Ok(()),
        }
    }

    /// Why a person must look at the message itself, as a short code.
    fn trouble(&self) -> Option<&'static str> {
        let oddity = self.read.claimed.oddity;
        match (&self.read.mail, self.way) {
            (None, _) => Some(UNREADABLE),
            (Some(_), _) if oddity.whole_size.is_some() => Some("too-large"),
            (Some(_), Way::WithoutLetter) => Some("not-acknowledged"),
            (Some(_), Way::Usual) => oddity.stated_at.map(|_| "odd-receipt"),
        }
    }

    /// Joins a message, and adds what it plainly asks for beyond that, with a clock from its own receipt.
    fn join(&self, tx: &mut Tx<'_>, request: i64, belonging: Belonging) -> Result<Outcome, StepError> {
        let outcome = self.joined(tx, request, |stored| match belonging {
            Belonging::Proven if self.is_plain(stored) => Belonging::Proven,
            Belonging::Proven | Belonging::Held => Belonging::Held,
        })?;
        if matches!(outcome, Outcome::Joined { held: false, .. }) {
            self.add_new_rights(tx, request)?;
        }
        Ok(outcome)
    }

    fn add_new_rights(&self, tx: &mut Tx<'_>, request: i64) -> Result<(), StepError> {
        let shelf = self.house.shelf();
        let door = self.door(&shelf, Actor::Mail);
        let (message, received_at) = (self.read.claimed.id, self.read.claimed.received_at);
        for right in self.new_rights(&requests::find(tx, request)?) {
            let add = Command::AddItem {
                right,
                received_at,
                message: Some(message),
            };
            door.step(tx, request, Seen::Whatever, |_| Ok(add))?;
        }
        Ok(())
    }

    fn joined(
        &self,
        tx: &mut Tx<'_>,
        request: i64,
        belonging: impl FnOnce(&Stored) -> Belonging,
    ) -> Result<Outcome, StepError> {
        let shelf = self.house.shelf();
        let door = self.door(&shelf, Actor::Mail);
        let message = self.read.claimed.id;
        let received_at = self.read.claimed.received_at;
        let mut held = true;
        let stored = door.step(tx, request, Seen::Whatever, |desk| {
            let belonging = belonging(desk.stored);
            held = belonging == Belonging::Held;
            Ok(Command::Join {
                message,
                received_at,
                belonging,
            })
        })?;
        messages::rekey(tx, message, stored.key_id)?;
        self.settle(tx, Kept::Joined, if held { HELD } else { "" }, Some(request), None)?;
        Ok(Outcome::Joined {
            reference: stored.request.reference,
            held,
        })
    }

    /// A server's report on a letter: written down at the letter, told to whoever works on the request, and, where it was
    /// the answer that failed, the request is open again.
    fn reported(&self, tx: &mut Tx<'_>, request: i64, letter: i64, fate: Fate) -> Result<Outcome, StepError> {
        let words = self.read.report.as_ref().map_or("", |report| report.words.as_str());
        let state = match fate {
            Fate::Failed => State::Failed,
            Fate::Delayed | Fate::Unclear | Fate::Arrived => State::Delayed,
        };
        let shelf = self.house.shelf();
        let door = self.door(&shelf, Actor::Post);
        if outbox::report(tx, letter, state, words, self.now)? == Reported::News {
            match fate {
                Fate::Failed => alarm::letter_failed(tx, &door, request, letter)?,
                Fate::Delayed | Fate::Unclear | Fate::Arrived => alarm::letter_delayed(tx, &door, request, letter)?,
            }
        }
        self.joined(tx, request, |_| Belonging::Proven)
    }

    /// What its sender's own domain disowns, cannot be understood with confidence, comes when the clock stands, or asks for more of a request that is not yet
    /// sorted waits for a person even from a proven sender.
    fn is_plain(&self, stored: &Stored) -> bool {
        let Some((mail, reading)) = &self.read.mail else {
            return false;
        };
        let open = matches!(stored.request.stage, Stage::Open | Stage::NotDelivered { .. });
        let nothing_new = reading.classification.rights.is_empty() && stored.request.is_running();
        let whole = self.read.claimed.oddity.whole_size.is_none();
        whole && self.trust() == Trust::Plain && !is_doubtful_where_it_belongs(mail, reading) && (open || nothing_new)
    }

    /// The rights that the message invokes and the request has not, as far as its policy allows them.
    fn new_rights(&self, stored: &Stored) -> Vec<RightId> {
        let Some((_, reading)) = &self.read.mail else {
            return Vec::new();
        };
        let shelf = self.house.shelf();
        let Some(rules) = RuleBook::rules(&*shelf, &stored.request.policy) else {
            return Vec::new();
        };
        let rule = rules.policy.on_behalf(&stored.request.on_behalf);
        let rights = reading
            .classification
            .rights
            .iter()
            .map(|found| RightId::new(&found.id));
        rights
            .filter(|right| rules.policy.right(right).is_some())
            .filter(|right| rule.is_none_or(|rule| !rule.excludes.contains(right)))
            .filter(|right| stored.request.items.iter().all(|item| item.right != *right))
            .collect()
    }

    /// The version of the policy in force on the day of receipt.
    fn governing(&self) -> Arc<LoadedPack> {
        let zone = self.pack.pack.policy.zone;
        let received_on = self.read.claimed.received_at.with_timezone(&zone).date_naive();
        let id = &self.pack.pack.policy.id;
        self.house
            .shelf()
            .in_force(Some(id), received_on)
            .unwrap_or_else(|| Arc::new(self.pack.clone()))
    }

    fn draft(&self, key_id: i64, kind: CaseKind, triage: Triage) -> Draft {
        let governing = self.governing();
        let policy = &governing.pack.policy;
        let classification = self.read.mail.as_ref().map(|(_, reading)| &reading.classification);
        let on_behalf = classification.map_or(OnBehalfId::NONE, |found| found.on_behalf.id.as_str());
        let rule = policy.on_behalf(&OnBehalfId::new(on_behalf));
        let rights: Vec<RightId> = classification
            .map(|found| found.rights.iter().map(|right| RightId::new(&right.id)).collect())
            .unwrap_or_default();
        let allowed =
            |right: &RightId| policy.right(right).is_some() && rule.is_none_or(|rule| !rule.excludes.contains(right));
        let rights: Vec<RightId> = rights.into_iter().filter(allowed).collect();
        let unsaid = kind == CaseKind::Request && rights.is_empty();
        Draft {
            policy: PolicyStamp {
                id: policy.id.clone(),
                version: policy.version.clone(),
            },
            channel: Channel::Mail,
            received_at: self.read.claimed.received_at,
            message: Some(FirstMessage {
                id: self.read.claimed.id,
                key_id,
            }),
            language: classification.map_or("en", |found| found.language.as_str()).to_owned(),
            kind,
            triage: if unsaid { Triage::Needed } else { triage },
            on_behalf: OnBehalfId::new(rule.map_or(OnBehalfId::NONE, |rule| rule.id.as_str())),
            rights,
            hints: classification
                .map(|found| found.flags.iter().map(|flag| ExemptionId::new(&flag.id)).collect())
                .unwrap_or_default(),
            card: self
                .read
                .mail
                .as_ref()
                .map(|(mail, _)| card_of(mail))
                .unwrap_or_default(),
            review_of: None,
        }
    }

    /// One acknowledgement a request, and none to what RFC 3834 says must not be answered.
    fn acknowledge(&self, tx: &mut Tx<'_>, door: &Door<'_>, stored: &Stored) -> Result<(), StepError> {
        let Some((mail, reading)) = &self.read.mail else {
            return Ok(());
        };
        let tokens = Tokens::new(tx.vault, &self.house.settings);
        let Ok(address) = answerable(mail, |address| tokens.is_ours(address)) else {
            return Ok(());
        };
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &self.pack.pack,
            thread: Some(&reading.thread),
        };
        let trust = self.trust();
        let unclear = stored.request.stage == Stage::Triage || stored.request.items.is_empty();
        let occasion = if unclear || trust == Trust::Failing {
            Occasion::AcknowledgementUnclear
        } else {
            Occasion::Acknowledgement
        };
        let recent = recent(tx, address, self.clues, trust, self.now)?;
        let limits = Limits {
            per_sender: self.house.settings.automatic.per_sender,
            per_hour: self.house.settings.automatic.per_hour,
        };
        let leave = match courtesy(recent, limits) {
            Courtesy::Send => Leave::At(self.now),
            Courtesy::Wait(why) => Leave::WhenReleased(why.as_str()),
        };
        door.step(tx, stored.id, Seen::Whatever, |desk| {
            let text = letters::write(desk, head, occasion, Words::default())?;
            let letter = letters::post_by_itself(desk, head, occasion, &text, leave)?;
            Ok(Command::Acknowledge { letter })
        })?;
        Ok(())
    }

    /// Whether anything speaks against the sender's address.
    fn trust(&self) -> Trust {
        match self
            .read
            .mail
            .as_ref()
            .map(|(_, reading)| reading.authenticity.verdict())
        {
            Some(Verdict::Failing) => Trust::Failing,
            Some(Verdict::Proven | Verdict::Unknown) | None => Trust::Plain,
        }
    }

    fn settle(
        &self,
        tx: &mut Tx<'_>,
        outcome: Kept,
        why: &str,
        request_id: Option<i64>,
        duplicate_of: Option<i64>,
    ) -> Result<(), StoreError> {
        let unwritable = |error| StoreError::Corrupt(format!("a reading that cannot be written: {error}"));
        let reading = self
            .read
            .mail
            .as_ref()
            .map(|(_, reading)| serde_json::to_value(reading));
        let settled = Settled {
            standing: Standing {
                outcome,
                why: why.to_owned(),
                request_id,
                duplicate_of,
                held: why == HELD,
            },
            marks: self.clues.marks,
            card: self.read.mail.as_ref().map(|(mail, _)| card_of(mail)),
            reading: reading.transpose().map_err(unwritable)?,
            characters: match &self.read.mail {
                // A second delivery is read as the first is.
                Some((mail, _)) if outcome != Kept::Duplicate => mail.characters,
                Some(_) | None => Characters::Certain,
            },
        };
        messages::settle(tx, self.read.claimed.id, &settled)
    }
}

/// What left automatically before: to this address within a day, and to anyone within an hour.
fn recent(
    tx: &mut Tx<'_>,
    address: &str,
    clues: &Clues,
    trust: Trust,
    now: DateTime<Utc>,
) -> Result<Recent, StoreError> {
    let to_sender = outbox::automatic_since(tx, Some(address), now - TimeDelta::days(1))?;
    let sender = marks::address(tx.vault, address);
    let seen = match &clues.marks.thread {
        Some(thread) => messages::look_up(
            tx,
            Look::Thread {
                thread,
                sender: &sender,
            },
        )?
        .into_iter()
        .any(|found| found.outcome == Kept::Opened && found.received_at > now - TimeDelta::days(1)),
        // Without a subject there is nothing to compare by.
        None => true,
    };
    Ok(Recent {
        to_sender,
        in_all: outbox::automatic_since(tx, None, now - TimeDelta::hours(1))?,
        repeated: if to_sender > 0 && (seen || own_mentioned(tx, &clues.mentioned, address)?.is_some()) {
            Repeated::SinceOurLetter
        } else {
            Repeated::No
        },
        trust,
    })
}
