//! What is recorded as the requester's own: the forms, and the look through the files that each of them calls for.

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use super::gate::{Card, Gate};
use crate::disclosure::Own;
use crate::domain::command::Command;
use crate::domain::identifier::{Identifier, IdentifierKind, LookedAgain};
use crate::house::House;
use crate::store::door::{Desk, StepError};
use crate::store::requests::{self, Stored};
use crate::store::vault::texts;
use crate::store::{Reader, StoreError, files};
use crate::web::aside;
use crate::web::door::session::{Reads, Sent};
use crate::web::error::PageError;
use crate::web::request::case::Case;
use crate::web::request::steps::named;

type Ref = web::Path<String>;
type Page = Result<HttpResponse, PageError>;
type Office = web::Data<House>;

/// An identifier with its words.
pub(super) struct Known {
    pub kind: IdentifierKind,
    /// The number, address or name.
    pub text: String,
    /// How it is known to be the requester's; empty for one that is not recorded yet.
    pub source: String,
}

impl Known {
    /// Everything that is recorded for a request, in the order of the numbers.
    pub fn list(db: &mut Reader<'_>, stored: &Stored) -> Result<Vec<Self>, StoreError> {
        let (_, key) = requests::find_with_key(db, stored.id)?;
        let mut read = |own: &Identifier| {
            Ok(Self {
                kind: own.kind,
                text: texts::read_committed(db, &key, &own.text)?,
                source: texts::read_committed(db, &key, &own.source)?,
            })
        };
        stored.request.identifiers.iter().map(&mut read).collect()
    }

    /// What is known of the requester, with this besides.
    pub fn added(mut own: Own, known: &Self) -> Own {
        let list = match known.kind {
            IdentifierKind::Address => &mut own.addresses,
            IdentifierKind::Name => &mut own.names,
            IdentifierKind::Phone
            | IdentifierKind::IdentityNumber
            | IdentifierKind::AccountNumber
            | IdentifierKind::OtherNumber => &mut own.numbers,
        };
        list.push(known.text.clone());
        own
    }
}

/// What is recorded differently from now on.
enum Change {
    More(Known),
    Less(u32),
}

/// POST /requests/{reference}/handover/identifiers
pub async fn identifier(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let kind = named(&IdentifierKind::ALL, IdentifierKind::as_str, &form.text("kind"))?;
    let (text, source) = (form.needed("text")?, form.needed("reason")?);
    let more = Known {
        kind,
        text: text.clone(),
        source: String::new(),
    };
    let cards = looked_again(&house, &reference, Change::More(more)).await?;
    Case::of(&who, &house, &reference, &form)?
        .take_at("identifier", "/handover", move |desk| {
            Ok(Command::RecordIdentifier {
                kind,
                text: desk.keep("identifier", &text)?,
                source: desk.keep("source", &source)?,
                looks: kept(desk, &cards)?,
            })
        })
        .await
}

/// POST /requests/{reference}/handover/identifiers/{number}/retraction
pub async fn retraction(who: Reads, house: Office, path: web::Path<(String, u32)>, form: Sent) -> Page {
    let ((reference, number), reason) = (path.into_inner(), form.needed("reason")?);
    let cards = looked_again(&house, &reference, Change::Less(number)).await?;
    Case::of(&who, &house, &reference, &form)?
        .take_at("identifier-retracted", "/handover", move |desk| {
            Ok(Command::RetractIdentifier {
                number,
                reason: desk.keep("reason", &reason)?,
                looks: kept(desk, &cards)?,
            })
        })
        .await
}

/// Looks through each enclosed file as it will be after the change. The door sees to it that nothing happens meanwhile.
async fn looked_again(house: &Office, reference: &str, change: Change) -> Result<Vec<(u32, Card)>, PageError> {
    let (house, reference) = (Arc::clone(house), reference.to_owned());
    aside(move || {
        let found = house.store.read(|db| {
            let Some(stored) = requests::find_by_reference(db, &reference)? else {
                return Ok(None);
            };
            let mut known = Known::list(db, &stored)?;
            match change {
                Change::More(more) => known.push(more),
                Change::Less(number) => {
                    let place = stored.request.identifiers.iter().position(|own| own.number == number);
                    place.map(|place| known.remove(place));
                }
            }
            let gate = Gate::of(db, &stored, &known)?;
            let (_, key) = requests::find_with_key(db, stored.id)?;
            let mut files = Vec::new();
            for enclosure in &stored.request.release.enclosures {
                let card = Card::read(db, &key, &enclosure.report)?;
                let name = files::find(db, enclosure.file.id)?.name.unwrap_or_default();
                files.push((enclosure.number, name, card, files::read(db, enclosure.file.id)?));
            }
            Ok::<_, StoreError>(Some((gate, files)))
        })?;
        let (gate, files) = found.ok_or(PageError::Absent)?;
        let look = |(number, name, card, bytes): (u32, String, Card, Vec<u8>)| {
            (number, Card::of(&name, &bytes, card.about, card.removed, &gate))
        };
        Ok(files.into_iter().map(look).collect())
    })
    .await
}

fn kept(desk: &mut Desk<'_, '_>, cards: &[(u32, Card)]) -> Result<Vec<LookedAgain>, StepError> {
    let mut keep = |(enclosure, card): &(u32, Card)| {
        Ok(LookedAgain {
            enclosure: *enclosure,
            report: card.keep(desk)?,
            findings: card.findings(),
        })
    };
    cards.iter().map(&mut keep).collect()
}
