//! Placing what came through the portal: a request, a message about one, or a complaint about a decision.
//!
//! Where a form belongs is not guessed: the visit that sent it says so. Its words are read as those of a mail are.

use super::super::intake::Outcome;
use super::findings::first_other;
use super::{Kept, Placing, Way};
use crate::domain::challenge::Purpose;
use crate::domain::command::Command;
use crate::domain::event::{Belonging, CaseKind, Channel, Triage};
use crate::domain::identity::ContactProof;
use crate::domain::letter::News;
use crate::domain::person::Actor;
use crate::domain::policy::{OnBehalfId, RightId};
use crate::domain::portal::Form;
use crate::domain::request::{Request, Stage};
use crate::domain::review::{self, ReviewOf};
use crate::mail::bring_back::case_of;
use crate::mail::codes;
use crate::mail::letters::Letterhead;
use crate::mail::news;
use crate::store::Tx;
use crate::store::door::{Door, Draft, Seen, StepError};
use crate::store::mergers;
use crate::store::messages::{self, Look};
use crate::store::portal::{self, KeptForm};
use crate::store::requests::{self, Stored};

impl Placing<'_> {
    /// Places a form.
    pub(super) fn form(&self, tx: &mut Tx<'_>, kept: &KeptForm) -> Result<Outcome, StepError> {
        let id = self.read.claimed.id;
        let again = match &self.clues.marks.fingerprint {
            Some(print) => first_other(tx, Look::Fingerprint(print), id)?,
            None => None,
        };
        let outcome = match (&kept.form, again) {
            (_, Some(of)) => {
                self.settle(tx, Kept::Duplicate, "again", None, Some(of))?;
                Outcome::Duplicate { of, why: "again" }
            }
            (Form::Request { waits: Some(why), .. }, None) => {
                self.settle(tx, Kept::Quarantined, why.as_str(), None, None)?;
                Outcome::Quarantined {
                    why: why.as_str().to_owned(),
                }
            }
            (
                Form::Request {
                    rights,
                    on_behalf,
                    language,
                    waits: None,
                },
                None,
            ) => self.asked(tx, kept, (rights, on_behalf, language))?,
            (Form::Message { request }, None) => self.written(tx, *request)?,
            (Form::Complaint { request, language }, None) => self.complained(tx, *request, language)?,
        };
        portal::form_placed(tx, id)?;
        Ok(outcome)
    }

    /// A request, with the acknowledgement and, in a mail of its own, the code that proves the address.
    fn asked(
        &self,
        tx: &mut Tx<'_>,
        kept: &KeptForm,
        (rights, on_behalf, language): (&[RightId], &OnBehalfId, &str),
    ) -> Result<Outcome, StepError> {
        let shelf = self.house.shelf();
        let door = self.door(&shelf, Actor::Mail);
        let key_id = messages::key_of(tx, self.read.claimed.id)?;
        let draft = self.draft(key_id, self.case_kind(), Triage::Needed);
        let stored = door.open(tx, &self.as_ticked(draft, rights, on_behalf, language))?;
        if self.way == Way::Usual {
            self.acknowledge(tx, &door, &stored)?;
            codes::send(
                tx,
                &self.house.settings,
                &shelf,
                &stored,
                Purpose::ConfirmAddress,
                door.now,
            )?;
        }
        self.note_text(tx, &stored)?;
        if let Some(visit) = &kept.visit {
            portal::dealt_with(tx, visit, Some(stored.id))?;
        }
        self.opened(tx, &stored)
    }

    /// What was ticked is what is asked; where that leaves a question, a person looks first.
    fn as_ticked(&self, draft: Draft, rights: &[RightId], on_behalf: &OnBehalfId, language: &str) -> Draft {
        let governing = self.governing();
        let policy = &governing.pack.policy;
        let excluded = policy.on_behalf(on_behalf).map_or(&[][..], |rule| &rule.excludes);
        let can_be_asked = |right: &&RightId| policy.right(right).is_some() && !excluded.contains(right);
        let allowed: Vec<RightId> = rights.iter().filter(can_be_asked).cloned().collect();
        // What the words plainly ask beyond the ticks is not left out; somebody compares them.
        let more = draft.rights.iter().any(|right| !rights.contains(right));
        let clear = !allowed.is_empty() && allowed.len() == rights.len() && !more && self.trouble().is_none();
        Draft {
            channel: Channel::Portal,
            language: language.to_owned(),
            kind: if rights.is_empty() {
                draft.kind
            } else {
                CaseKind::Request
            },
            triage: if clear { Triage::Clear } else { Triage::Needed },
            on_behalf: on_behalf.clone(),
            rights: if rights.is_empty() { draft.rights } else { allowed },
            ..draft
        }
    }

    /// What the words are taken for where no right was ticked.
    fn case_kind(&self) -> CaseKind {
        let reading = self.read.mail.as_ref().map(|(_, reading)| reading);
        reading.map_or(CaseKind::Request, |reading| case_of(reading.classification.kind))
    }

    /// A message about a request: it belongs there, and adds what it plainly asks for.
    fn written(&self, tx: &mut Tx<'_>, request: i64) -> Result<Outcome, StepError> {
        let found = requests::find(tx, request)?;
        let goes_on = mergers::goes_on_as(tx, found)?;
        let mut plain = false;
        let outcome = self.joined(tx, goes_on.id, |stored| {
            plain = self.is_plain(stored);
            Belonging::Proven
        })?;
        if plain {
            self.add_new_rights(tx, goes_on.id)?;
        }
        Ok(outcome)
    }

    /// A complaint about a decision: a review of its own begins, and both say so. Where there is no decision any more, since
    /// the request was taken up again meanwhile, it is a message about it.
    fn complained(&self, tx: &mut Tx<'_>, request: i64, language: &str) -> Result<Outcome, StepError> {
        let original = requests::find(tx, request)?;
        if review::openable(&original.request).is_err() {
            return self.written(tx, request);
        }
        let shelf = self.house.shelf();
        let door = self.door(&shelf, Actor::Requester);
        let key_id = messages::key_of(tx, self.read.claimed.id)?;
        let history = requests::history(tx, request)?;
        let draft = self.draft(key_id, CaseKind::Complaint, Triage::Clear);
        let review = door.open(
            tx,
            &Draft {
                policy: original.request.policy.clone(),
                channel: Channel::Portal,
                language: language.to_owned(),
                kind: CaseKind::Complaint,
                triage: Triage::Clear,
                on_behalf: original.request.on_behalf.clone(),
                rights: Vec::new(),
                card: original.card.clone(),
                review_of: Some(ReviewOf {
                    request,
                    reference: original.request.reference.clone(),
                    deciders: review::deciders(&history),
                    contact: proven_for_good(&original.request),
                }),
                ..draft
            },
        )?;
        door.step(tx, request, Seen::Whatever, |_| {
            Ok(Command::OpenReview {
                request: review.id,
                reference: review.request.reference.clone(),
            })
        })?;
        if self.way == Way::Usual {
            self.tell_of_review(tx, &door, &original, &review)?;
        }
        self.opened(tx, &review)
    }

    fn tell_of_review(
        &self,
        tx: &mut Tx<'_>,
        door: &Door<'_>,
        original: &Stored,
        review: &Stored,
    ) -> Result<(), StepError> {
        let head = Letterhead {
            settings: &self.house.settings,
            pack: &self.pack.pack,
            thread: self.read.mail.as_ref().map(|(_, reading)| &reading.thread),
        };
        let news = News::ComplaintReceived {
            about: original.request.reference.clone(),
            due_on: review.request.deadline.due_on,
        };
        door.step(tx, review.id, Seen::Whatever, |desk| {
            let letter = news::tell_requester(desk, head, &news)?;
            Ok(Command::Acknowledge { letter })
        })?;
        Ok(())
    }

    fn opened(&self, tx: &mut Tx<'_>, stored: &Stored) -> Result<Outcome, StepError> {
        self.settle(tx, Kept::Opened, self.trouble().unwrap_or(""), Some(stored.id), None)?;
        Ok(Outcome::Opened {
            reference: stored.request.reference.clone(),
            needs_triage: stored.request.stage == Stage::Triage,
        })
    }
}

/// How the address of a request was shown to be the requester's, where it never took the place of another: what a changed
/// address holds back is not let go by a complaint.
fn proven_for_good(request: &Request) -> Option<ContactProof> {
    request.contact_proof().filter(|_| request.contact_changed_at.is_none())
}
