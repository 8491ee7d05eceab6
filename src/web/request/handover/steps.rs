//! What an officer does with the files: each form is one step through the door, and then the page again.

use std::sync::Arc;

use actix_web::{HttpResponse, web};

use super::gate::{Card, Gate};
use super::own::Known;
use super::pack;
use crate::disclosure::{Area, Cannot, FileKind, FindingKind, Place, Removal, Spot, redact};
use crate::domain::command::Command;
use crate::domain::letter::News;
use crate::domain::moves::{Move as Step, Refusal};
use crate::domain::release::{DOWNLOADS, PACKAGE_LASTS};
use crate::domain::text::FileRef;
use crate::house::House;
use crate::store::door::{Desk, Seen, StepError};
use crate::store::files::{self, FileKey, KeptFile, NewFile, Purpose};
use crate::store::packages::{self, Link, Linked};
use crate::store::requests::{self, Stored};
use crate::store::{Reader, StoreError};
use crate::web::aside;
use crate::web::door::session::{Reads, Sent};
use crate::web::error::PageError;
use crate::web::frame::words::{Language, Words};
use crate::web::request::case::Case;
use crate::web::request::files::download;
use crate::web::upload::SentFiles;

type Ref = web::Path<String>;
type Page = Result<HttpResponse, PageError>;
type Office = web::Data<House>;

/// A file that was looked through and waits to be enclosed.
struct Checked {
    name: String,
    media_type: String,
    bytes: Vec<u8>,
    card: Card,
}

/// POST /requests/{reference}/handover/files: files from the officer's own disk.
pub async fn files_sent(who: Reads, house: Office, reference: Ref, sent: SentFiles) -> Page {
    let SentFiles { form, files } = sent;
    let about = form.text("about");
    if files.is_empty() {
        return Err(PageError::Malformed);
    }
    let checked = aside({
        let (house, reference) = (Arc::clone(&house), reference.clone());
        move || {
            let gate = house
                .store
                .read(|db| match requests::find_by_reference(db, &reference)? {
                    Some(stored) => gate_of(db, &stored).map(Some),
                    None => Ok(None),
                })?;
            let gate = gate.ok_or(PageError::Absent)?;
            let look = |file: crate::web::upload::Uploaded| Checked {
                card: Card::of(&file.name, &file.bytes, about.clone(), Vec::new(), &gate),
                name: file.name,
                media_type: file.media_type,
                bytes: file.bytes,
            };
            Ok(files.into_iter().map(look).collect::<Vec<_>>())
        }
    })
    .await?;
    let case = Case::of(&who, &house, &reference, &form)?;
    let done = case
        .run(move |tx, door, id, seen| {
            let mut seen = seen;
            let mut done = requests::find(tx, id)?;
            for file in &checked {
                done = door.step(tx, id, seen, |desk| {
                    let kept = keep(desk, file)?;
                    enclose(desk, kept, &file.card)
                })?;
                seen = Seen::Whatever;
            }
            Ok(done)
        })
        .await?;
    Ok(case.page_below(&done, "enclosed", "/handover"))
}

/// POST /requests/{reference}/handover/enclosures: a file that the request has already, such as one from a system.
pub async fn enclosure(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let file = form.number("file")?;
    let card = aside({
        let (house, reference) = (Arc::clone(&house), reference.clone());
        move || {
            let card = house.store.read(|db| {
                let (Some(stored), kept) = (requests::find_by_reference(db, &reference)?, files::find(db, file)?)
                else {
                    return Ok(None);
                };
                let ours = kept.request_id == stored.id && super::can_leave(kept.purpose);
                let Some(name) = kept.name.filter(|_| ours) else {
                    return Ok(None);
                };
                let bytes = files::read(db, file)?;
                let gate = gate_of(db, &stored)?;
                Ok::<_, StoreError>(Some(Card::of(&name, &bytes, String::new(), Vec::new(), &gate)))
            })?;
            card.ok_or(PageError::Absent)
        }
    })
    .await?;
    Case::of(&who, &house, &reference, &form)?
        .take_at("enclosed", "/handover", move |desk| {
            let kept = files::reference(desk.tx(), file)?;
            enclose(desk, kept, &card)
        })
        .await
}

/// POST /requests/{reference}/handover/removals
pub async fn removal(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let (enclosure, reason) = (numbered(&form, "enclosure")?, form.needed("reason")?);
    Case::of(&who, &house, &reference, &form)?
        .take_at("taken-out", "/handover", move |desk| {
            let reason = desk.keep("reason", &reason)?;
            Ok(Command::TakeOut { enclosure, reason })
        })
        .await
}

/// POST /requests/{reference}/handover/overrides
pub async fn overridden(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let (enclosure, finding) = (numbered(&form, "enclosure")?, form.needed("finding")?);
    let reason = form.needed("reason")?;
    Case::of(&who, &house, &reference, &form)?
        .take_at("overridden", "/handover", move |desk| {
            let reason = desk.keep("reason", &reason)?;
            Ok(Command::OverrideFinding {
                enclosure,
                finding: finding.clone(),
                reason,
            })
        })
        .await
}

/// POST /requests/{reference}/handover/redactions: the file again without what was found, and looked through again.
pub async fn redaction(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let (number, reason) = (numbered(&form, "enclosure")?, form.needed("reason")?);
    let (chosen, drawn) = (form.all("finding"), Drawn::of(&form)?);
    let checked = aside({
        let (house, reference, reason, words) = (Arc::clone(&house), reference.clone(), reason.clone(), who.words);
        move || {
            let found = house.store.read(|db| Enclosed::read(db, &reference, number))?;
            let enclosed = found.ok_or(PageError::Absent)?;
            enclosed
                .redacted(&chosen, drawn, &reason)
                .map_err(|cannot| PageError::Refused {
                    sentence: words.t(cannot_key(&cannot)),
                    back: format!("/requests/{reference}/handover"),
                    kept: reason.clone(),
                })
        }
    })
    .await?;
    let case = Case::of(&who, &house, &reference, &form)?;
    let done = case
        .run(move |tx, door, id, seen| {
            door.step(tx, id, seen, |desk| {
                let reason = desk.keep("reason", &reason)?;
                Ok(Command::TakeOut {
                    enclosure: number,
                    reason,
                })
            })?;
            door.step(tx, id, Seen::Whatever, |desk| {
                let kept = keep(desk, &checked)?;
                enclose(desk, kept, &checked.card)
            })
        })
        .await?;
    Ok(case.page_below(&done, "redacted", "/handover"))
}

/// An enclosed file with what is known of it.
struct Enclosed {
    kept: KeptFile,
    card: Card,
    bytes: Vec<u8>,
    gate: Gate,
    /// The words of the requester's language, for what stands where something was removed.
    words: Words,
}

impl Enclosed {
    fn read(db: &mut Reader<'_>, reference: &str, number: u32) -> Result<Option<Self>, StoreError> {
        let Some(stored) = requests::find_by_reference(db, reference)? else {
            return Ok(None);
        };
        let (_, key) = requests::find_with_key(db, stored.id)?;
        let Some(enclosure) = stored.request.release.enclosure(number) else {
            return Ok(None);
        };
        Ok(Some(Self {
            kept: files::find(db, enclosure.file.id)?,
            card: Card::read(db, &key, &enclosure.report)?,
            bytes: files::read(db, enclosure.file.id)?,
            gate: gate_of(db, &stored)?,
            words: Words::of(Language::of_tag(&stored.request.language).unwrap_or(Language::English)),
        }))
    }

    fn redacted(self, chosen: &[String], drawn: Option<Drawn>, reason: &str) -> Result<Checked, Cannot> {
        let listed = self.card.report.findings.iter();
        let mut removals: Vec<Removal> = listed
            .filter(|finding| chosen.contains(&finding.id))
            .map(Removal::of)
            .collect();
        removals.extend(drawn.map(|drawn| drawn.removal(self.card.report.file_kind)));
        let name = self.kept.name.unwrap_or_default();
        let mark = |kind: FindingKind| self.words.t(&format!("disclosure-{}-mark", kind.as_str()));
        let redacted = redact(&name, &self.bytes, &removals, &self.gate.context, &mark)?;
        let mut removed = self.card.removed;
        removed.push(reason.to_owned());
        let numbered = redacted.numbered.iter();
        let legend = numbered.map(|kind| format!("[{}] {}", kind.number(), mark(*kind)));
        let left_out = redacted.left_out.iter();
        let left_out = left_out.map(|what| self.words.t(&format!("left-out-{}", what.as_str())));
        for line in legend.chain(left_out) {
            if !removed.contains(&line) {
                removed.push(line);
            }
        }
        Ok(Checked {
            card: Card::of(&name, &redacted.bytes, self.card.about, removed, &self.gate),
            name,
            media_type: self.kept.media_type,
            bytes: redacted.bytes,
        })
    }
}

/// An area that a person named on a page or picture, from the lower left corner of a page and the upper left one of a
/// picture, in points or pixels.
#[derive(Clone, Copy)]
struct Drawn {
    page: u32,
    area: Area,
}

impl Drawn {
    /// The area of a form; `None` when its width was left empty.
    fn of(form: &Sent) -> Result<Option<Self>, PageError> {
        if form.text("width").is_empty() {
            return Ok(None);
        }
        let page = u32::try_from(form.number("page").unwrap_or(1)).map_err(|_| PageError::Malformed)?;
        let area = Area {
            left: form.number("left")?,
            bottom: form.number("bottom")?,
            width: form.number("width")?,
            height: form.number("height")?,
        };
        Ok(Some(Self { page, area }))
    }

    fn removal(self, kind: FileKind) -> Removal {
        let spot = if kind == FileKind::Pdf {
            let points = |points: i64| points.saturating_mul(1000);
            Spot::Page {
                page: self.page,
                areas: vec![Area {
                    left: points(self.area.left),
                    bottom: points(self.area.bottom),
                    width: points(self.area.width),
                    height: points(self.area.height),
                }],
            }
        } else {
            Spot::Picture { areas: vec![self.area] }
        };
        Removal {
            place: Place::here(spot),
            reason: FindingKind::PictureContent,
        }
    }
}

/// The sentence for why a file cannot be redacted.
fn cannot_key(cannot: &Cannot) -> &'static str {
    match cannot {
        Cannot::Kind(_) => "cannot-redact-kind",
        Cannot::Unread(_) => "cannot-redact-unread",
        Cannot::NoSuchPlace(_) => "cannot-redact-place",
        Cannot::Page(_) => "cannot-redact-page",
        Cannot::NothingLeft => "cannot-redact-nothing",
        Cannot::StillThere => "cannot-redact-still-there",
        Cannot::Inside(_) => "cannot-redact-inside",
    }
}

/// GET /requests/{reference}/handover/files/{number}: an enclosed file, as a download.
pub async fn file(_who: Reads, house: Office, path: web::Path<(String, u32)>) -> Page {
    let (reference, number) = path.into_inner();
    let house = Arc::clone(&house);
    let (name, bytes) = aside(move || {
        let found = house.store.read(|db| {
            let Some(stored) = requests::find_by_reference(db, &reference)? else {
                return Ok(None);
            };
            let Some(enclosure) = stored.request.release.enclosure(number) else {
                return Ok(None);
            };
            let kept = files::find(db, enclosure.file.id)?;
            let bytes = files::read(db, enclosure.file.id)?;
            Ok::<_, StoreError>(Some((kept.name.unwrap_or_default(), bytes)))
        })?;
        found.ok_or(PageError::Absent)
    })
    .await?;
    Ok(download(&name, bytes))
}

/// POST /requests/{reference}/handover/risk
pub async fn risk(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let reason = form.needed("reason")?;
    Case::of(&who, &house, &reference, &form)?
        .take_at("saved", "/handover", move |desk| {
            let reason = desk.keep("reason", &reason)?;
            Ok(Command::MarkHighRisk { reason })
        })
        .await
}

/// POST /requests/{reference}/handover/approval
pub async fn approval(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let checked = case.checked(&form, "/handover").await?;
    case.let_go(Some(checked), "let-go", "/handover", |_| Ok(Command::ApproveRelease))
        .await
}

/// POST /requests/{reference}/handover/packages: the files leave.
pub async fn package(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let archive = aside({
        let (house, reference) = (Arc::clone(&house), reference.clone());
        move || pack::archive(&house, &reference)?.ok_or(PageError::Absent)
    })
    .await?;
    let case = Case::of(&who, &house, &reference, &form)?;
    let writer = case.writer(Step::Release);
    let base = house.settings.base_url.trim_end_matches('/').to_owned();
    let checked = case.checked(&form, "/handover").await?;
    case.let_go(Some(checked), "handed-over", "/handover", move |desk| {
        // What was packed is what is let go: the door has seen to it that nothing happened since the page was made.
        let link = Link::random();
        let expires_at = desk.now + PACKAGE_LASTS;
        let until = expires_at.with_timezone(&desk.rules.policy.zone).date_naive();
        let letter = writer.tell(
            desk,
            &News::PackageReady {
                link: format!("{base}/portal/package/{}", link.written()),
                until: until.pred_opt().unwrap_or(until),
                downloads: DOWNLOADS,
            },
        )?;
        let (name, now) = (format!("{}.zip", desk.stored.request.reference), desk.now);
        let new = NewFile {
            request_id: desk.stored.id,
            purpose: Purpose::Package,
            key: FileKey::Own,
            name: &name,
            media_type: "application/zip",
            bytes: &archive,
        };
        let file = files::keep(desk.tx(), &new, now)?;
        let release = &desk.stored.request.release;
        let linked = Linked {
            request_id: desk.stored.id,
            package: release.packages.last().map_or(1, |package| package.number + 1),
        };
        packages::keep(desk.tx(), &link, linked, expires_at)?;
        Ok(Command::Release {
            file,
            letter: Some(letter),
        })
    })
    .await
}

/// POST /requests/{reference}/handover/revocations
pub async fn revocation(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let (package, reason) = (numbered(&form, "package")?, form.needed("reason")?);
    let case = Case::of(&who, &house, &reference, &form)?;
    let writer = case.writer(Step::RevokePackage);
    case.take_at("revoked", "/handover", move |desk| {
        let told = News::PackageWithdrawn { reason: reason.clone() };
        match writer.tell(desk, &told) {
            // Without an address nobody is told by mail; the package ends all the same.
            Ok(_) | Err(StepError::Refused(Refusal::NoAddress)) => {}
            Err(error) => return Err(error),
        }
        let reason = desk.keep("reason", &reason)?;
        Ok(Command::RevokePackage { package, reason })
    })
    .await
}

/// The gate with all that is known of the requester.
fn gate_of(db: &mut Reader<'_>, stored: &Stored) -> Result<Gate, StoreError> {
    let known = Known::list(db, stored)?;
    Gate::of(db, stored, &known)
}

fn keep(desk: &mut Desk<'_, '_>, file: &Checked) -> Result<FileRef, StepError> {
    let (request_id, now) = (desk.stored.id, desk.now);
    let new = NewFile {
        request_id,
        purpose: Purpose::Prepared,
        key: FileKey::Own,
        name: &file.name,
        media_type: &file.media_type,
        bytes: &file.bytes,
    };
    Ok(files::keep(desk.tx(), &new, now)?)
}

fn enclose(desk: &mut Desk<'_, '_>, file: FileRef, card: &Card) -> Result<Command, StepError> {
    Ok(Command::Enclose {
        file,
        report: card.keep(desk)?,
        findings: card.findings(),
        structured: card.structured,
    })
}

fn numbered(form: &Sent, name: &str) -> Result<u32, PageError> {
    u32::try_from(form.number(name)?).map_err(|_| PageError::Malformed)
}
