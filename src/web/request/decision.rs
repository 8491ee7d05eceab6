//! The form of a decision, read and then sealed into what the core can write down.

use super::items::{IDENTITY_NOT_PROVEN, MISSING_GROUND};
use super::steps::named;
use crate::domain::item::{Basis, Decision, Outcome};
use crate::domain::policy::ExemptionId;
use crate::store::door::{Desk, StepError};
use crate::web::door::session::Sent;
use crate::web::error::PageError;

/// The fields of a decision, before they are sealed.
pub(super) struct DecisionForm {
    outcome: Outcome,
    bases: Vec<String>,
    reason: String,
    given: String,
}

impl DecisionForm {
    pub fn read(form: &Sent) -> Result<Self, PageError> {
        Ok(Self {
            outcome: named(&Outcome::ALL, Outcome::as_str, &form.text("outcome"))?,
            bases: form.all("basis"),
            reason: form.text("reason"),
            given: form.text("given"),
        })
    }

    /// The key of the sentence for what is not filled in; the core could not write such a decision down.
    pub fn lacks(&self) -> Option<&'static str> {
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

    pub fn sealed(&self, desk: &mut Desk<'_, '_>) -> Result<Decision, StepError> {
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
