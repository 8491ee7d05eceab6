//! The form of a decision, read and then sealed into what the core can write down.

use super::items::{CONDITION, IDENTITY_NOT_PROVEN, MISSING_GROUND};
use super::steps::named;
use crate::domain::item::{Basis, Decision, Outcome};
use crate::domain::moves::Refusal;
use crate::domain::policy::{ConditionId, DutyId, ExemptionId};
use crate::domain::proposal::kept_by;
use crate::domain::text::TextRef;
use crate::store::door::{Desk, StepError};
use crate::web::door::session::Sent;
use crate::web::error::PageError;

/// The fields of a decision, before they are sealed.
pub(super) struct DecisionForm {
    item: u32,
    outcome: Outcome,
    bases: Vec<String>,
    duties: Vec<DutyId>,
    reason: String,
    given: String,
}

impl DecisionForm {
    pub fn read(form: &Sent, item: u32) -> Result<Self, PageError> {
        Ok(Self {
            item,
            outcome: named(&Outcome::ALL, Outcome::as_str, &form.text("outcome"))?,
            bases: form.all("basis"),
            duties: form.all("duty").iter().map(|id| DutyId::new(id)).collect(),
            reason: form.text("reason"),
            given: form.text("given"),
        })
    }

    /// The key of the sentence for what is not filled in; the core could not write such a decision down.
    pub fn lacks(&self) -> Option<&'static str> {
        match self.outcome {
            Outcome::Granted => None,
            Outcome::PartlyGranted
            | Outcome::Restricted
            | Outcome::Refused
            | Outcome::NothingHeld
            | Outcome::NotForUs
                if self.reason.is_empty() =>
            {
                Some("decision-needs-reason")
            }
            Outcome::PartlyGranted if self.given.is_empty() => Some("decision-needs-given"),
            Outcome::PartlyGranted
            | Outcome::Restricted
            | Outcome::Refused
            | Outcome::NothingHeld
            | Outcome::NotForUs => None,
        }
    }

    fn basis(&self) -> Basis {
        let is = |word: &str| self.bases.iter().any(|basis| basis == word);
        if is(IDENTITY_NOT_PROVEN) {
            Basis::IdentityNotProven
        } else if is(MISSING_GROUND) {
            Basis::MissingGround
        } else {
            self.found()
        }
    }

    /// Exemptions, and conditions of the right that are not met.
    fn found(&self) -> Basis {
        let (mut conditions, mut exemptions) = (Vec::new(), Vec::new());
        for basis in &self.bases {
            match basis.strip_prefix(CONDITION) {
                Some(id) => conditions.push(ConditionId::new(id)),
                None => exemptions.push(ExemptionId::new(basis)),
            }
        }
        if conditions.is_empty() {
            Basis::Exemptions { exemptions }
        } else {
            Basis::Conditions { conditions, exemptions }
        }
    }

    fn kept_given(&self, desk: &mut Desk<'_, '_>) -> Result<Option<TextRef>, StepError> {
        let said = !self.given.is_empty();
        said.then(|| desk.keep("given", &self.given)).transpose()
    }

    pub fn sealed(&self, desk: &mut Desk<'_, '_>) -> Result<Decision, StepError> {
        Ok(match self.outcome {
            Outcome::Granted => Decision::Granted {
                given: self.kept_given(desk)?,
            },
            Outcome::Restricted => {
                let item = desk.stored.request.item(self.item).ok_or(Refusal::UnknownItem)?;
                let kept = kept_by(item, &self.duties)?;
                let until = kept.iter().map(|retention| retention.until).max();
                Decision::Restricted {
                    until: until.ok_or(Refusal::RetentionMissing)?,
                    duties: self.duties.clone(),
                    reason: desk.keep("reason", &self.reason)?,
                    given: self.kept_given(desk)?,
                }
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
