//! How a step is taken: by whom, on what they saw, in one transaction, with its letter, and what is said when it is not.

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use super::file::{self, File};
use super::letter;
use super::story::Story;
use crate::domain::command::Command;
use crate::domain::letter::{LetterText, News, Occasion};
use crate::domain::moves::{Move as Step, may};
use crate::domain::person::Actor;
use crate::house::House;
use crate::mail::codes;
use crate::mail::draft::{self, Edit};
use crate::mail::letters::{self, Letterhead, Thread, Words as LetterWords};
use crate::mail::news::{self, Addressee};
use crate::mail::reading::Reading;
use crate::packs::{LoadedPack, Shelf};
use crate::store::door::{Desk, Door, Seen, StepError};
use crate::store::requests::{self, Stored};
use crate::store::second_factor::Checked;
use crate::store::{StoreError, Tx};
use crate::web::door::second_factor;
use crate::web::door::session::{Sent, Signed};
use crate::web::error::PageError;
use crate::web::frame::say::Say;
use crate::web::{aside, go_on};

/// Writes the letter of a step, once the step itself is open to the person: what is refused writes nothing.
pub(super) struct Writer {
    house: Arc<House>,
    shelf: Arc<Shelf>,
    actor: Actor,
    step: Step,
}

impl Writer {
    /// The command that keeps the answer as somebody wrote it.
    pub fn save(&self, desk: &mut Desk<'_, '_>, edit: &Edit) -> Result<Command, StepError> {
        may(&desk.stored.request, self.step, self.actor, desk.rules.policy)?;
        let pack = self.pack(desk)?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: None,
        };
        draft::save(desk, head, edit)
    }

    /// Writes a letter and puts it into the outbox; returns its number and its text.
    pub fn post(
        &self,
        desk: &mut Desk<'_, '_>,
        occasion: Occasion,
        words: LetterWords,
    ) -> Result<(i64, LetterText), StepError> {
        may(&desk.stored.request, self.step, self.actor, desk.rules.policy)?;
        let pack = self.pack(desk)?;
        let thread = thread_of(desk)?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: thread.as_ref(),
        };
        let text = letters::write(desk, head, occasion, words)?;
        let letter = letters::post(desk, head, occasion, &text)?;
        Ok((letter, text))
    }

    /// The answer as it would read now, with an officer's own words.
    pub fn answer(&self, desk: &mut Desk<'_, '_>, words: LetterWords) -> Result<LetterText, StepError> {
        may(&desk.stored.request, self.step, self.actor, desk.rules.policy)?;
        let pack = self.pack(desk)?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: None,
        };
        letters::answer(desk, head, words)
    }

    fn pack(&self, desk: &Desk<'_, '_>) -> Result<Arc<LoadedPack>, StepError> {
        letters::pack_of(&self.shelf, &desk.stored.request.policy)
    }

    /// Tells the requester some news, once the step itself is open; returns the letter's number.
    pub fn tell(&self, desk: &mut Desk<'_, '_>, news: &News) -> Result<i64, StepError> {
        may(&desk.stored.request, self.step, self.actor, desk.rules.policy)?;
        let pack = self.pack(desk)?;
        let thread = thread_of(desk)?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: thread.as_ref(),
        };
        news::tell_requester(desk, head, news)
    }

    /// Sends a code to the address of the request, with the command that says so.
    pub fn invite(&self, desk: &mut Desk<'_, '_>) -> Result<Command, StepError> {
        may(&desk.stored.request, self.step, self.actor, desk.rules.policy)?;
        let pack = self.pack(desk)?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: None,
        };
        codes::invite(desk, head)
    }

    /// Tells the requester some news where there is an address; without one a person tells them.
    pub fn tell_if_possible(&self, desk: &mut Desk<'_, '_>, news: &News) -> Result<Option<i64>, StepError> {
        if desk.stored.card.address.is_empty() {
            return Ok(None);
        }
        self.tell(desk, news).map(Some)
    }

    /// Writes to the owner of a task, with the command that says so.
    pub fn hand_over(&self, desk: &mut Desk<'_, '_>, task: u32, words: &str) -> Result<Command, StepError> {
        may(&desk.stored.request, self.step, self.actor, desk.rules.policy)?;
        let pack = self.pack(desk)?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: None,
        };
        crate::mail::tasks::hand_over(desk, head, task, words)
    }

    /// Tells somebody outside the requester's thread, and returns the letter's number.
    pub fn tell_other(&self, desk: &mut Desk<'_, '_>, to: &Addressee<'_>, news: &News) -> Result<i64, StepError> {
        may(&desk.stored.request, self.step, self.actor, desk.rules.policy)?;
        let pack = self.pack(desk)?;
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &pack.pack,
            thread: None,
        };
        let now = desk.now;
        news::tell(desk.tx(), head, to, news, now)
    }

    /// The same where there is an address; without one a person tells the requester.
    pub fn post_if_possible(
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
        .map(|message| Reading::kept(desk.tx(), message))
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
    pub fn of(who: &Signed, house: &web::Data<House>, reference: &str, form: &Sent) -> Result<Self, PageError> {
        let texts = ["reason", "given", "text", "words", "subject", "body"].map(|name| form.text(name));
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

    pub fn writer(&self, step: Step) -> Writer {
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
    pub async fn take(
        &self,
        said: &str,
        anchor: &str,
        command: impl Fn(&mut Desk<'_, '_>) -> Result<Command, StepError> + Send + 'static,
    ) -> Result<HttpResponse, PageError> {
        let done = self
            .run(move |tx, door, id, seen| door.step(tx, id, seen, |desk| command(desk)))
            .await?;
        Ok(self.page_of(&done, said, anchor))
    }

    /// The same, going on to a page below the request's, such as `/handover`.
    pub async fn take_at(
        &self,
        said: &str,
        below: &str,
        command: impl Fn(&mut Desk<'_, '_>) -> Result<Command, StepError> + Send + 'static,
    ) -> Result<HttpResponse, PageError> {
        let done = self
            .run(move |tx, door, id, seen| door.step(tx, id, seen, |desk| command(desk)))
            .await?;
        Ok(self.page_below(&done, said, below))
    }

    /// A step that lets something go, going on to the page below the request's; with the check that [`Case::checked`]
    /// or [`Case::checked_if_it_gives`] made.
    pub async fn let_go(
        &self,
        checked: Option<Checked>,
        said: &str,
        below: &str,
        command: impl Fn(&mut Desk<'_, '_>) -> Result<Command, StepError> + Send + 'static,
    ) -> Result<HttpResponse, PageError> {
        let done = self
            .run(move |tx, door, id, seen| door.let_go(tx, id, seen, checked.as_ref(), |desk| command(desk)))
            .await?;
        Ok(self.page_below(&done, said, below))
    }

    /// The check of the second factor, by the code of the form; `below` is the page of the form.
    pub async fn checked(&self, form: &Sent, below: &str) -> Result<Checked, PageError> {
        let back = format!("{}{below}", self.path());
        second_factor::checked(&self.who, &self.house, form, &back, &self.kept).await
    }

    /// The same where the request gives something; who only refuses or replies needs none.
    pub async fn checked_if_it_gives(&self, form: &Sent, below: &str) -> Result<Option<Checked>, PageError> {
        let (house, reference) = (Arc::clone(&self.house), self.reference.clone());
        let found = aside(move || Ok(house.store.read(|db| requests::find_by_reference(db, &reference))?)).await?;
        if found.ok_or(PageError::Absent)?.request.gives() {
            self.checked(form, below).await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// A page below the request's after a step.
    pub fn page_below(&self, done: &Stored, said: &str, below: &str) -> HttpResponse {
        go_on(&format!("/requests/{}{below}?said={said}", done.request.reference))
    }

    /// The page of a request after a step, with the word for what was done.
    pub fn page_of(&self, done: &Stored, said: &str, anchor: &str) -> HttpResponse {
        go_on(&format!("/requests/{}?said={said}{anchor}", done.request.reference))
    }

    /// Runs work of several steps in one transaction; once more when another instance wrote first.
    pub async fn run(
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

    pub fn refused(&self, sentence: String) -> PageError {
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
            StepError::Lacks(missing) => {
                let pack = self.house.pack().ok();
                let policy = pack.as_ref().map(|pack| &pack.pack.policy);
                self.refused(letter::lacks(words, policy, &missing))
            }
            StepError::Letter(why) => self.refused(letter::not_written(words, &why)),
            StepError::Lost(parts) => self.refused(letter::lost(words, &parts).join(" ")),
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
                let desk = file::Desk {
                    settings: &house.settings,
                    shelf: &shelf,
                    now,
                    unsaved: None,
                };
                Ok(house.store.read(|db| File::read(db, &desk, &reference))?)
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
