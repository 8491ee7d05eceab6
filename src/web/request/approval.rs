//! The second person: what would leave is looked at, approved, or sent back.

use super::case::Case;
use super::steps::{Office, Page, Ref};
use crate::domain::approval::{self, Digest};
use crate::domain::command::Command;
use crate::domain::moves::{Move as Step, Refusal};
use crate::mail::letters::Words as LetterWords;
use crate::store::door::Desk;
use crate::web::door::session::{Reads, Sent};
use crate::web::error::PageError;

/// POST /requests/{reference}/approval: of exactly what the person was shown.
pub async fn approval(who: Reads, house: Office, reference: Ref, form: Sent) -> Page {
    let case = Case::of(&who, &house, &reference, &form)?;
    let write = case.writer(Step::Approve);
    let shown = Digest::from_hex(&form.needed("leaving")?).ok_or(PageError::Malformed)?;
    let command = move |desk: &mut Desk<'_, '_>| {
        let letter = write.answer_digest(desk, LetterWords::default())?;
        if approval::leaving(&desk.stored.request, letter) != shown {
            return Err(Refusal::LeavingChanged.into());
        }
        Ok(Command::Approve { letter })
    };
    case.take("approved", "#letter", command).await
}
