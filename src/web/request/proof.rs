//! The steps by which it is found out who asks, for whom, and whether answers reach them.

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use super::case::{Case, Writer};
use super::files::download;
use super::steps::named;
use crate::domain::command::Command;
use crate::domain::document::Shows;
use crate::domain::identity::{Change, Confirmation};
use crate::domain::letter::{News, Occasion};
use crate::domain::moves::{Move as Step, Refusal};
use crate::domain::policy::{DatumId, MethodId, OnBehalfId, Way};
use crate::domain::standing::Sight;
use crate::house::House;
use crate::mail::letters::Words as LetterWords;
use crate::mail::news::Addressee;
use crate::store::door::{Desk, Door, Seen, StepError};
use crate::store::requests::{self, Card};
use crate::store::{StoreError, documents};
use crate::web::aside;
use crate::web::door::second_factor;
use crate::web::door::session::{Officer, Reads, Sent};
use crate::web::entry::is_address;
use crate::web::error::PageError;

type Ref = web::Path<String>;
type Page = Result<HttpResponse, PageError>;
type Office = web::Data<House>;

/// POST /requests/{reference}/identity-question. Where a code is to be the answer, it is sent with the question.
pub async fn identity_question(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let method = MethodId::new(&form.needed("method")?);
    let (data, reason) = (data_of(&form, "datum"), form.text("reason"));
    let (question, code) = (case.writer(Step::AskIdentity), case.writer(Step::SendCode));
    let done = case
        .run(move |tx, door, id, seen| {
            let mut asks_for_code = false;
            let asked = door.step(tx, id, seen, |desk| {
                let way = desk.rules.policy.method(&method).map(|method| method.way);
                asks_for_code = way == Some(Way::Code) && !desk.stored.request.has_confirmed_contact();
                ask(&question, desk, &method, &data, &reason)
            })?;
            if asks_for_code {
                door.step(tx, id, Seen::Whatever, |desk| code.invite(desk))
            } else {
                Ok(asked)
            }
        })
        .await?;
    Ok(case.page_of(&done, "identity-asked", "#identity"))
}

fn ask(
    write: &Writer,
    desk: &mut Desk<'_, '_>,
    method: &MethodId,
    data: &[DatumId],
    reason: &str,
) -> Result<Command, StepError> {
    let held = |datum| desk.rules.policy.held_datum(datum).is_some();
    if !data.iter().all(held) {
        return Err(Refusal::NotHeldDatum.into());
    }
    let words = LetterWords {
        method: Some(method.clone()),
        data: data.to_vec(),
        reply: reason.to_owned(),
        ..LetterWords::default()
    };
    let letter = write.post_if_possible(desk, Occasion::IdentityQuestion, words)?;
    let reason = if reason.is_empty() {
        None
    } else {
        Some(desk.keep("reason", reason)?)
    };
    Ok(Command::AskIdentity {
        method: method.clone(),
        data: data.to_vec(),
        reason,
        letter,
    })
}

/// POST /requests/{reference}/identity: the decision. What was shown for it is destroyed, and the requester is told.
pub async fn identity(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let (method, note) = (MethodId::new(&form.needed("method")?), form.needed("reason")?);
    let matched = data_of(&form, "matched");
    let write = case.writer(Step::ConfirmIdentity);
    let command = move |desk: &mut Desk<'_, '_>| {
        tell_of_destruction(&write, desk)?;
        let note = desk.keep("note", &note)?;
        Ok(Command::ConfirmIdentity {
            method: method.clone(),
            matched: matched.clone(),
            note,
        })
    };
    case.take("identity", "#items", command).await
}

/// POST /requests/{reference}/identity-doubt
pub async fn identity_doubt(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let reason = form.needed("reason")?;
    let write = case.writer(Step::DoubtIdentity);
    let command = move |desk: &mut Desk<'_, '_>| {
        tell_of_destruction(&write, desk)?;
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::DoubtIdentity { reason })
    };
    case.take("identity-doubted", "#identity", command).await
}

/// Tells the requester that the copies they sent are gone, when the step about to be taken destroys them.
fn tell_of_destruction(write: &Writer, desk: &mut Desk<'_, '_>) -> Result<(), StepError> {
    let shown = desk.stored.request.documents.iter();
    let goes = shown.filter(|document| document.shows == Shows::Identity).count() > 0;
    if !goes || desk.stored.card.address.is_empty() {
        return Ok(());
    }
    let destroyed_on = desk.now.with_timezone(&desk.rules.policy.zone).date_naive();
    write.tell(desk, &News::DocumentDestroyed { destroyed_on })?;
    Ok(())
}

fn data_of(form: &Sent, field: &str) -> Vec<DatumId> {
    let other = form.text(&format!("{field}-other"));
    let named = form
        .all(field)
        .into_iter()
        .chain(Some(other).filter(|other| !other.is_empty()));
    named.map(|id| DatumId::new(&id)).collect()
}

/// POST /requests/{reference}/code: a code goes to the address, with the page on which it is entered.
pub async fn code(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::SendCode);
    case.take("code-sent", "#identity", move |desk| write.invite(desk))
        .await
}

/// POST /requests/{reference}/contact: the address is on file for this person.
pub async fn contact(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let note = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        if desk.stored.card.address.is_empty() {
            return Err(Refusal::NoAddress.into());
        }
        let note = desk.keep("note", &note)?;
        Ok(Command::ConfirmContact {
            confirmation: Confirmation::OnFile { note },
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("contact", "#identity", command)
        .await
}

/// POST /requests/{reference}/address: answers go elsewhere from now on; both addresses are told.
pub async fn address(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let (address, reason) = (form.needed("address")?, form.needed("reason")?);
    if !is_address(&address) {
        return Err(case.refused(who.words.t("entry-bad-address")));
    }
    let write = case.writer(Step::ChangeContact);
    let command = move |desk: &mut Desk<'_, '_>| {
        let stored = desk.stored;
        let old = stored.card.address.as_str();
        if old.eq_ignore_ascii_case(&address) {
            return Err(Refusal::NothingChanges.into());
        }
        let hours = desk.rules.policy.release_hold_hours();
        let mut told = Vec::new();
        for (to, other) in [(old, address.as_str()), (address.as_str(), old)] {
            if old.is_empty() {
                break;
            }
            let news = if to == old {
                News::AddressChangedOld {
                    address: other.to_owned(),
                    hours,
                }
            } else {
                News::AddressChangedNew {
                    address: other.to_owned(),
                    hours,
                }
            };
            let to = Addressee {
                name: &stored.card.name,
                address: to,
                language: &stored.request.language,
                request: Some(stored),
            };
            told.push(write.tell_other(desk, &to, &news)?);
        }
        let card = Card {
            address: address.clone(),
            ..stored.card.clone()
        };
        Ok(Command::ChangeContact {
            change: if old.is_empty() {
                Change::First
            } else {
                Change::Replaced
            },
            card: desk.keep_card(&card)?,
            reason: desk.keep("reason", &reason)?,
            told,
        })
    };
    case.take("address", "#identity", command).await
}

/// POST /requests/{reference}/standing: for whom the requester acts.
pub async fn standing(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let (on_behalf, reason) = (OnBehalfId::new(&form.needed("on_behalf")?), form.needed("reason")?);
    let command = move |desk: &mut Desk<'_, '_>| {
        Ok(Command::ActFor {
            on_behalf: on_behalf.clone(),
            reason: desk.keep("reason", &reason)?,
        })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("standing", "#identity", command)
        .await
}

/// POST /requests/{reference}/evidence/{piece}
pub async fn evidence(who: Reads, house: Office, path: web::Path<(String, u32)>, form: Sent) -> Page {
    let (reference, piece) = path.into_inner();
    let sight = named(&Sight::ALL, Sight::as_str, &form.text("sight"))?;
    let note = form.needed("reason")?;
    let command = move |desk: &mut Desk<'_, '_>| {
        let note = desk.keep("note", &note)?;
        Ok(Command::RecordEvidence { piece, sight, note })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("evidence", "#identity", command)
        .await
}

/// POST /requests/{reference}/evidence/{piece}/retraction
pub async fn evidence_retraction(who: Reads, house: Office, path: web::Path<(String, u32)>, form: Sent) -> Page {
    let ((reference, piece), reason) = (path.into_inner(), form.needed("reason")?);
    let command = move |desk: &mut Desk<'_, '_>| {
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::RetractEvidence { piece, reason })
    };
    Case::of(&who, &house, &reference, &form)?
        .take("evidence-retracted", "#identity", command)
        .await
}

/// POST /requests/{reference}/subject: the person whose data it is is told, by a letter or in another way.
pub async fn subject(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let (name, address, note) = (form.text("name"), form.text("address"), form.needed("reason")?);
    if !address.is_empty() && !is_address(&address) {
        return Err(case.refused(who.words.t("entry-bad-address")));
    }
    let write = case.writer(Step::TellSubject);
    let command = move |desk: &mut Desk<'_, '_>| {
        let letter = if address.is_empty() {
            None
        } else {
            let stored = desk.stored;
            let request = &stored.request;
            let to = Addressee {
                name: &name,
                address: &address,
                language: &request.language,
                request: Some(stored),
            };
            let news = News::SubjectInformed {
                asked_by: stored.card.name.clone(),
                on_behalf: request.on_behalf.clone(),
                rights: request.items.iter().map(|item| item.right.clone()).collect(),
            };
            Some(write.tell_other(desk, &to, &news)?)
        };
        let note = desk.keep("note", &note)?;
        Ok(Command::TellSubject { letter, note })
    };
    case.take("subject", "#identity", command).await
}

/// POST /requests/{reference}/documents/{file}: the document as a download. Who looked stands in the journal, so it is
/// no GET, and the event commits before a byte leaves.
pub async fn document(who: Officer, house: Office, path: web::Path<(String, i64)>, _form: Sent) -> Page {
    let (reference, file) = path.into_inner();
    let fresh = second_factor::fresh(&who, &house, &format!("/requests/{reference}#documents")).await?;
    let (office, actor) = (Arc::clone(&house), who.actor());
    let seen = aside(move || {
        let shelf = office.shelf();
        let found = office.store.read(|db| requests::find_by_reference(db, &reference))?;
        let found = found.ok_or(PageError::Absent)?;
        let once = || {
            let door = Door {
                book: &*shelf,
                actor,
                now: office.now.instant(),
            };
            office
                .store
                .write(|tx| documents::view(tx, &door, found.id, file, &fresh))
        };
        Ok(match once() {
            Err(StepError::Store(StoreError::Conflict)) => once(),
            done => done,
        })
    })
    .await?;
    match seen {
        Ok((kept, bytes)) => Ok(download(&kept.name.unwrap_or_default(), bytes)),
        Err(StepError::Refused(_)) => Err(PageError::Absent),
        Err(StepError::Store(error)) => Err(error.into()),
        Err(other) => Err(PageError::broken(other)),
    }
}
