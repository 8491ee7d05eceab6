//! The steps of a request: each form is one command through the door, and then the page again.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use chrono::{NaiveDate, NaiveTime};

use super::items::{IDENTITY_NOT_PROVEN, MISSING_GROUND};
use super::story::Story;
use crate::domain::decide::Command;
use crate::domain::event::CaseKind;
use crate::domain::item::{Basis, Decision, Outcome, Verdict};
use crate::domain::letter::{ExtensionFacts, Occasion};
use crate::domain::moves::{Move as Step, Refusal, may};
use crate::domain::person::{Actor, PersonId};
use crate::domain::policy::{ExemptionId, GroundId, MethodId, OnBehalfId, RightId};
use crate::domain::reminder::local_instant;
use crate::house::House;
use crate::mail::bring_back::{self, bring_back};
use crate::mail::compose::Automatic;
use crate::mail::letters::{self, Letterhead, Thread, Words as LetterWords};
use crate::packs::Shelf;
use crate::store::door::{Desk, Door, Seen, StepError};
use crate::store::messages::{self, Outcome as Kept, Standing};
use crate::store::requests::{self, Stored};
use crate::store::{StoreError, Tx};
use crate::web::door::session::{Officer, Reads, Sent, Signed};
use crate::web::error::PageError;
use crate::web::frame::say::Say;
use crate::web::{aside, go_on};

type Ref = web::Path<String>;
type Item = web::Path<(String, u32)>;
type Message = web::Path<(String, i64)>;
type Page = Result<HttpResponse, PageError>;
type Office = web::Data<House>;

/// POST /requests/{reference}/triage
pub async fn triage(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let kind = named(&CaseKind::ALL, CaseKind::as_str, &form.text("kind"))?;
    let rights: Vec<RightId> = form.all("right").iter().map(|id| RightId::new(id)).collect();
    let (on_behalf, language) = (OnBehalfId::new(&form.text("on_behalf")), form.needed("language")?);
    let command = move |_: &mut Desk<'_, '_>| {
        let (rights, on_behalf, language) = (rights.clone(), on_behalf.clone(), language.clone());
        Ok(Command::Triage {
            kind,
            rights,
            on_behalf,
            language,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("triaged", "#items", command)
        .await
}

/// POST /requests/{reference}/assignment
pub async fn assignment(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let to = match form.text("assignee").as_str() {
        "" => None,
        id => Some(PersonId(id.parse().map_err(|_| PageError::Malformed)?)),
    };
    Case::of(&who, &house, &reference, &form)?
        .take("assigned", "", move |_| Ok(Command::Assign { to }))
        .await
}

/// POST /requests/{reference}/items
pub async fn items(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let right = RightId::new(&form.needed("right")?);
    let message: Option<i64> = form.text("message").parse().ok();
    let command = move |desk: &mut Desk<'_, '_>| {
        let there = message.filter(|id| desk.stored.request.messages.contains(id));
        let received_at = match there {
            Some(id) => messages::find(desk.tx(), id)?.map(|message| message.received_at),
            None => None,
        };
        let received_at = received_at.unwrap_or(desk.now);
        Ok(Command::AddItem {
            right: right.clone(),
            received_at,
            message: there,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("item-added", "#items", command)
        .await
}

/// POST /requests/{reference}/items/{number}/removal
pub async fn removal(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let ((reference, item), reason) = (path.into_inner(), form.needed("reason")?);
    let command = move |desk: &mut Desk<'_, '_>| {
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::DropItem { item, reason })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("item-dropped", "#items", command)
        .await
}

/// POST /requests/{reference}/items/{number}/ground
pub async fn ground(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let ((reference, item), ground) = (path.into_inner(), GroundId::new(&form.needed("ground")?));
    let command = move |_: &mut Desk<'_, '_>| {
        Ok(Command::ChooseGround {
            item,
            ground: Some(ground.clone()),
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("ground", &format!("#item-{item}"), command)
        .await
}

/// POST /requests/{reference}/items/{number}/assessments
pub async fn assessments(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let (reference, item) = path.into_inner();
    let exemption = ExemptionId::new(&form.needed("exemption")?);
    let verdict = match form.text("verdict").as_str() {
        "yes" => Verdict::Yes,
        "partly" => Verdict::Partly,
        "no" => Verdict::No,
        _ => return Err(PageError::Malformed),
    };
    let reason = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::Assess {
            item,
            exemption: exemption.clone(),
            verdict,
            reason,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("assessed", &format!("#item-{item}"), command)
        .await
}

/// POST /requests/{reference}/items/{number}/decision
pub async fn decision(who: Reads, house: Office, path: Item, form: Sent) -> Page {
    let (reference, item) = path.into_inner();
    let case = Case::of(&who, &house, &reference, &form)?;
    let decided = DecisionForm::read(&form)?;
    if let Some(key) = decided.lacks() {
        return Err(case.refused(who.words.t(key)));
    }
    let command = move |desk: &mut Desk<'_, '_>| {
        Ok(Command::Decide {
            item,
            decision: decided.sealed(desk)?,
        })
    };
    case.take("decided", &format!("#item-{item}"), command).await
}

/// POST /requests/{reference}/identity-question
pub async fn identity_question(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let method = MethodId::new(&form.needed("method")?);
    let reason = form.text("reason");
    let write = case.writer(Step::AskIdentity);
    let command = move |desk: &mut Desk<'_, '_>| {
        let words = LetterWords {
            method: Some(method.clone()),
            reply: reason.clone(),
            extension: None,
        };
        let letter = write.post_if_possible(desk, Occasion::IdentityQuestion, words)?;
        let reason = if reason.is_empty() {
            None
        } else {
            Some(desk.keep("reason", &reason)?)
        };
        Ok(Command::AskIdentity {
            method: method.clone(),
            reason,
            letter,
        })
    };
    case.take("identity-asked", "", command).await
}

/// POST /requests/{reference}/identity
pub async fn identity(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let (method, note) = (MethodId::new(&form.needed("method")?), form.needed("reason")?);
    let command = move |desk: &mut Desk<'_, '_>| {
        let note = desk.keep("note", &note)?;
        Ok(Command::ConfirmIdentity {
            method: method.clone(),
            note,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("identity", "#items", command)
        .await
}

/// POST /requests/{reference}/approval
pub async fn approval(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    Case::of(&who, &house, &reference, &form)?
        .take("approved", "#letter", |_| Ok(Command::Approve))
        .await
}

/// POST /requests/{reference}/answer
pub async fn answer(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::Answer);
    let reply = form.text("words");
    let command = move |desk: &mut Desk<'_, '_>| {
        let occasion = letters::answer_occasion(desk.stored.request.kind, &desk.stored.request.items);
        let words = LetterWords {
            reply: reply.clone(),
            ..LetterWords::default()
        };
        let (letter, body) = write.post(desk, occasion, words)?;
        let text = desk.keep("answer", &body)?;
        Ok(Command::Answer { letter, text })
    };
    case.take("sent", "", command).await
}

/// POST /requests/{reference}/answer-by-hand
pub async fn answer_by_hand(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let day: NaiveDate = form.text("on").parse().map_err(|_| PageError::Malformed)?;
    let time = NaiveTime::parse_from_str(&form.text("at"), "%H:%M").map_err(|_| PageError::Malformed)?;
    let text = form.needed("text")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        let at = local_instant(day, time, desk.rules.policy.zone);
        let text = desk.keep("answer", &text)?;
        Ok(Command::AnswerByHand { at, text })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("answered", "", command)
        .await
}

/// POST /requests/{reference}/extension
pub async fn extension(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::Extend);
    let reason = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        let request = &desk.stored.request;
        let due_on = desk.rules.deadline(request.clock_from, request.extensions + 1).due_on;
        let facts = ExtensionFacts {
            due_on,
            reason: reason.clone(),
        };
        let words = LetterWords {
            extension: Some(facts),
            ..LetterWords::default()
        };
        let letter = write.post_if_possible(desk, Occasion::ExtensionNotice, words)?;
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::Extend { reason, letter })
    };
    case.take("extended", "", command).await
}

/// POST /requests/{reference}/closure
pub async fn closure(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    Case::of(&who, &house, &reference, &form)?
        .take("closed", "", |_| Ok(Command::Close))
        .await
}

/// POST /requests/{reference}/bring-back
pub async fn brought_back(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    Case::of(&who, &house, &reference, &form)?
        .take("back", "", |_| Ok(Command::BringBack))
        .await
}

/// POST /requests/{reference}/retraction: taken back by the requester, who is told that it is done.
pub async fn retraction(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::Withdraw);
    let reason = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        write.post_if_possible(desk, Occasion::WithdrawalConfirmed, LetterWords::default())?;
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::Withdraw { reason })
    };
    case.take("withdrawn", "", command).await
}

/// Declares the steps that are nothing but a command and a text that says why.
macro_rules! steps_with_a_text {
    ($($(#[$meaning:meta])* $name:ident: $purpose:literal, $said:literal, $anchor:literal, $text:ident => $command:expr;)*) => {
        $(
            $(#[$meaning])*
            pub async fn $name(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
                let text = form.needed("reason")?;
                let command = move |desk: &mut Desk<'_, '_>| {
                    let $text = desk.keep($purpose, &text)?;
                    Ok($command)
                };
                Case::of(&who, &house, &reference, &form)?.take($said, $anchor, command).await
            }
        )*
    };
}

steps_with_a_text! {
    /// POST /requests/{reference}/notes
    notes: "note", "noted", "#notes", text => Command::Note { text };
    /// POST /requests/{reference}/identity-doubt
    identity_doubt: "reason", "identity-doubted", "", reason => Command::DoubtIdentity { reason };
    /// POST /requests/{reference}/return
    sent_back: "reason", "returned", "", reason => Command::SendBack { reason };
    /// POST /requests/{reference}/reopening
    reopening: "reason", "reopened", "", reason => Command::Reopen { reason };
    /// POST /requests/{reference}/set-aside
    set_aside: "reason", "aside", "", reason => Command::SetAside { reason };
}

/// POST /requests/{reference}/messages/{id}/confirmation
pub async fn confirmation(who: Reads, house: Office, path: Message, form: Sent) -> Page {
    let (reference, message) = path.into_inner();
    let case = Case::of(&who, &house, &reference, &form)?;
    let anchor = format!("#message-{message}");
    let done = case
        .run(move |tx, door, id, seen| {
            let stored = door.step(tx, id, seen, |_| Ok(Command::ConfirmMessage { message }))?;
            messages::change(tx, message, Kept::Joined, &joined("", Some(id), false))?;
            Ok(stored)
        })
        .await?;
    Ok(case.page_of(&done, "placed", &anchor))
}

/// POST /requests/{reference}/messages/{id}/release: it does not belong here, and is set aside or opens its own request.
pub async fn release(who: Reads, house: Office, path: Message, form: Sent) -> Page {
    let (reference, message) = path.into_inner();
    let case = Case::of(&who, &house, &reference, &form)?;
    let own = form.text("place") == "own";
    let pack = house.pack().map_err(PageError::broken)?;
    let done = case
        .run(move |tx, door, id, seen| {
            let stored = door.step(tx, id, seen, |_| Ok(Command::ReleaseMessage { message }))?;
            let listed = messages::find(tx, message)?.ok_or(StoreError::Missing {
                what: "message",
                id: message,
            })?;
            if own {
                return bring_back(tx, door, &pack.pack.policy, &listed);
            }
            let aside = Standing {
                outcome: Kept::SetAside,
                ..joined("released", None, false)
            };
            messages::change(tx, message, Kept::Joined, &aside)?;
            let (key_id, _) = crate::store::vault::keys::make(tx)?;
            messages::rekey(tx, message, key_id)?;
            Ok(stored)
        })
        .await?;
    Ok(case.page_of(&done, if own { "opened" } else { "released" }, ""))
}

fn joined(why: &str, request_id: Option<i64>, held: bool) -> Standing {
    Standing {
        outcome: Kept::Joined,
        why: why.to_owned(),
        request_id,
        duplicate_of: None,
        held,
    }
}

/// POST /requests/{reference}/merger: this one ends, the other goes on with the earlier clock of both.
pub async fn merger(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let into = form.needed("into")?;
    let done = case
        .run(move |tx, door, id, seen| merge(tx, door, id, seen, &into))
        .await?;
    Ok(case.page_of(&done, "merged", ""))
}

fn merge(tx: &mut Tx<'_>, door: &Door<'_>, id: i64, seen: Seen, into: &str) -> Result<Stored, StepError> {
    let target = requests::find_by_reference(tx, into)?.ok_or(Refusal::MergeTarget)?;
    let (target_id, reference) = (target.id, target.request.reference.clone());
    let target_runs = target.request.is_running();
    let merged = door.step(tx, id, seen, |_| {
        Ok(Command::Merge {
            into: target_id,
            reference,
            target_runs,
        })
    })?;
    let request = merged.request;
    door.step(tx, target_id, Seen::Whatever, |desk| {
        let items = request
            .items
            .iter()
            .map(|item| desk.rules.new_item(item.right.clone(), item.received_at, item.message));
        Ok(Command::TakeMerge {
            request: id,
            reference: request.reference.clone(),
            received_at: request.clock_from,
            items: items.collect(),
        })
    })
}

/// The fields of a decision, before they are sealed.
struct DecisionForm {
    outcome: Outcome,
    bases: Vec<String>,
    reason: String,
    given: String,
}

impl DecisionForm {
    fn read(form: &Sent) -> Result<Self, PageError> {
        Ok(Self {
            outcome: named(&Outcome::ALL, Outcome::as_str, &form.text("outcome"))?,
            bases: form.all("basis"),
            reason: form.text("reason"),
            given: form.text("given"),
        })
    }

    /// The key of the sentence for what is not filled in; the core could not write such a decision down.
    fn lacks(&self) -> Option<&'static str> {
        match self.outcome {
            Outcome::Granted => None,
            Outcome::PartlyGranted | Outcome::Refused | Outcome::NothingHeld | Outcome::NotForUs
                if self.reason.is_empty() =>
            {
                Some("decision-needs-reason")
            }
            Outcome::PartlyGranted if self.given.is_empty() => Some("decision-needs-given"),
            Outcome::PartlyGranted | Outcome::Refused | Outcome::NothingHeld | Outcome::NotForUs => None,
        }
    }

    fn basis(&self) -> Basis {
        let is = |word: &str| self.bases.iter().any(|basis| basis == word);
        if is(IDENTITY_NOT_PROVEN) {
            Basis::IdentityNotProven
        } else if is(MISSING_GROUND) {
            Basis::MissingGround
        } else {
            Basis::Exemptions {
                exemptions: self.bases.iter().map(|id| ExemptionId::new(id)).collect(),
            }
        }
    }

    fn sealed(&self, desk: &mut Desk<'_, '_>) -> Result<Decision, StepError> {
        Ok(match self.outcome {
            Outcome::Granted => {
                let given = if self.given.is_empty() {
                    None
                } else {
                    Some(desk.keep("given", &self.given)?)
                };
                Decision::Granted { given }
            }
            Outcome::PartlyGranted => Decision::PartlyGranted {
                basis: self.basis(),
                reason: desk.keep("reason", &self.reason)?,
                given: desk.keep("given", &self.given)?,
            },
            Outcome::Refused => Decision::Refused {
                basis: self.basis(),
                reason: desk.keep("reason", &self.reason)?,
            },
            Outcome::NothingHeld => Decision::NothingHeld {
                reason: desk.keep("reason", &self.reason)?,
            },
            Outcome::NotForUs => Decision::NotForUs {
                reason: desk.keep("reason", &self.reason)?,
            },
        })
    }
}

/// Finds a value of one of our enumerations by its word.
fn named<T: Copy>(all: &[T], word: impl Fn(T) -> &'static str, sent: &str) -> Result<T, PageError> {
    all.iter()
        .copied()
        .find(|value| word(*value) == sent)
        .ok_or(PageError::Malformed)
}

/// Writes the letter of a step, once the step itself is open to the person: what is refused writes nothing.
struct Writer {
    house: Arc<House>,
    shelf: Arc<Shelf>,
    actor: Actor,
    step: Step,
}

impl Writer {
    /// Writes a letter and puts it into the outbox; returns its number and its text.
    fn post(
        &self,
        desk: &mut Desk<'_, '_>,
        occasion: Occasion,
        words: LetterWords,
    ) -> Result<(i64, String), StepError> {
        may(&desk.stored.request, self.step, self.actor, desk.rules.policy)?;
        let policy = &desk.stored.request.policy;
        let pack = self
            .shelf
            .version(&policy.id, &policy.version)
            .ok_or_else(|| StepError::NoPolicy {
                id: policy.id.clone(),
                version: policy.version.clone(),
            })?;
        let thread = thread_of(desk)?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: thread.as_ref(),
        };
        let text = letters::write(desk, head, occasion, words)?;
        let letter = letters::post(desk, head, occasion, Automatic::No, &text)?;
        Ok((letter, text.body))
    }

    /// The same where there is an address; without one a person tells the requester.
    fn post_if_possible(
        &self,
        desk: &mut Desk<'_, '_>,
        occasion: Occasion,
        words: LetterWords,
    ) -> Result<Option<i64>, StepError> {
        if desk.stored.card.address.is_empty() {
            return Ok(None);
        }
        self.post(desk, occasion, words).map(|(letter, _)| Some(letter))
    }
}

/// The reply headers of the newest message that belongs to the request.
fn thread_of(desk: &mut Desk<'_, '_>) -> Result<Option<Thread>, StepError> {
    let newest = desk.stored.request.messages.last().copied();
    let kept = newest
        .map(|message| bring_back::kept(desk.tx(), message))
        .transpose()?
        .flatten();
    Ok(kept.map(|kept| kept.thread))
}

/// A step about to be taken: by whom, with which request, on what they saw.
pub(super) struct Case {
    who: Signed,
    house: Arc<House>,
    reference: String,
    seq: i64,
    /// What the person wrote, given back when the step cannot be taken.
    kept: String,
}

impl Case {
    fn of(who: &Signed, house: &Office, reference: &str, form: &Sent) -> Result<Self, PageError> {
        let texts = ["reason", "given", "text", "words"].map(|name| form.text(name));
        let kept = texts
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n\n");
        Ok(Self {
            who: who.clone(),
            house: Arc::clone(house),
            reference: reference.to_owned(),
            seq: form.number("seq")?,
            kept,
        })
    }

    fn writer(&self, step: Step) -> Writer {
        Writer {
            house: Arc::clone(&self.house),
            shelf: self.house.shelf(),
            actor: self.who.actor(),
            step,
        }
    }

    fn path(&self) -> String {
        format!("/requests/{}", self.reference)
    }

    /// Takes a step that is one command, and goes on to the page.
    async fn take(
        &self,
        said: &str,
        anchor: &str,
        command: impl Fn(&mut Desk<'_, '_>) -> Result<Command, StepError> + Send + 'static,
    ) -> Page {
        let done = self
            .run(move |tx, door, id, seen| door.step(tx, id, seen, |desk| command(desk)))
            .await?;
        Ok(self.page_of(&done, said, anchor))
    }

    /// The page of a request after a step, with the word for what was done.
    fn page_of(&self, done: &Stored, said: &str, anchor: &str) -> HttpResponse {
        go_on(&format!("/requests/{}?said={said}{anchor}", done.request.reference))
    }

    /// Runs work of several steps in one transaction; once more when another instance wrote first.
    async fn run(
        &self,
        work: impl Fn(&mut Tx<'_>, &Door<'_>, i64, Seen) -> Result<Stored, StepError> + Send + 'static,
    ) -> Result<Stored, PageError> {
        let (house, reference, seq, actor) = (
            Arc::clone(&self.house),
            self.reference.clone(),
            self.seq,
            self.who.actor(),
        );
        let outcome = aside(move || {
            let shelf = house.shelf();
            let found = house
                .store
                .read(|db| requests::find_by_reference(db, &reference))?
                .ok_or(PageError::Absent)?;
            let once = || {
                let door = Door {
                    book: &*shelf,
                    actor,
                    now: house.now.instant(),
                };
                house.store.write(|tx| work(tx, &door, found.id, Seen::Events(seq)))
            };
            Ok(match once() {
                Err(StepError::Store(StoreError::Conflict)) => once(),
                done => done,
            })
        })
        .await?;
        match outcome {
            Ok(done) => Ok(done),
            Err(error) => Err(self.explained(error).await),
        }
    }

    fn refused(&self, sentence: String) -> PageError {
        PageError::Refused {
            sentence,
            back: self.path(),
            kept: self.kept.clone(),
        }
    }

    /// Why a step was not taken, in the person's language.
    async fn explained(&self, error: StepError) -> PageError {
        let words = &self.who.words;
        match error {
            StepError::Refused(refusal) => self.refused(words.t(&format!("refusal-{}", refusal.code()))),
            StepError::Letter(sentence) => self.refused(sentence),
            StepError::NoPolicy { .. } => self.refused(words.t("error-no-policy")),
            StepError::Changed => match self.meanwhile().await {
                Ok(lines) => PageError::Faster {
                    reference: self.reference.clone(),
                    lines,
                    kept: self.kept.clone(),
                },
                Err(error) => error,
            },
            StepError::Store(StoreError::Conflict) => PageError::Busy,
            StepError::Store(error) => error.into(),
        }
    }

    /// What happened since the person looked.
    async fn meanwhile(&self) -> Result<Vec<String>, PageError> {
        let (house, reference, now) = (
            Arc::clone(&self.house),
            self.reference.clone(),
            self.house.now.instant(),
        );
        let shelf = house.shelf();
        let file = aside({
            let shelf = Arc::clone(&shelf);
            move || {
                let desk = super::file::Desk {
                    settings: &house.settings,
                    shelf: &shelf,
                    now,
                    own_words: "",
                };
                Ok(house.store.read(|db| super::file::File::read(db, &desk, &reference))?)
            }
        })
        .await?
        .ok_or(PageError::Absent)?;
        let say = Say::new(self.who.words, &shelf, now, &file.people);
        let story = Story::of(&say, &file);
        let seen = usize::try_from(self.seq).unwrap_or(0);
        let lines = file
            .history
            .iter()
            .skip(seen)
            .map(|recorded| story.line(&file, recorded));
        Ok(lines
            .map(|line| format!("{} · {} {}", line.at, line.actor, line.what))
            .collect())
    }
}

/// POST /mail/{id}/request: a message that opened nothing becomes a request.
pub async fn from_mail(who: Officer, house: Office, id: web::Path<i64>, _form: Sent) -> Page {
    let pack = house.pack().map_err(PageError::broken)?;
    let (office, actor, id) = (Arc::clone(&house), who.actor(), id.into_inner());
    let opened = aside(move || {
        let shelf = office.shelf();
        let door = Door {
            book: &*shelf,
            actor,
            now: office.now.instant(),
        };
        office
            .store
            .write(|tx| {
                let listed = messages::find(tx, id)?.ok_or(StoreError::Missing { what: "message", id })?;
                bring_back(tx, &door, &pack.pack.policy, &listed)
            })
            .map_err(|error: StepError| match error {
                StepError::Store(StoreError::Conflict) => PageError::Absent,
                StepError::Store(error) => error.into(),
                other => PageError::broken(other),
            })
    })
    .await?;
    Ok(go_on(&format!("/requests/{}?said=opened", opened.request.reference)))
}
