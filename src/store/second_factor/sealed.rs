//! Keys of authenticators under the key of the house, each bound to its person and to what it is there for.

use zeroize::Zeroizing;

use crate::domain::authenticator::AuthenticatorKey;
use crate::domain::person::PersonId;
use crate::store::vault::keys::{self, HOUSE_KEY};
use crate::store::{Reader, StoreError, Tx};

/// Where a key stands; what is sealed for one place opens at no other.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Counts,
    Offered,
}

impl Place {
    fn of(self, person: PersonId) -> String {
        match self {
            Self::Counts => format!("factors/{person}/sealed"),
            Self::Offered => format!("factors/{person}/offered"),
        }
    }
}

pub(super) fn seal(tx: &mut Tx<'_>, person: PersonId, place: Place, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let key = keys::find(tx, HOUSE_KEY)?;
    tx.vault.seal(&key, &place.of(person), bytes)
}

pub(super) fn open(
    db: &mut Reader<'_>,
    person: PersonId,
    place: Place,
    sealed: &[u8],
) -> Result<AuthenticatorKey, StoreError> {
    let key = keys::find(db, HOUSE_KEY)?;
    let bytes = Zeroizing::new(db.vault.open(&key, &place.of(person), sealed)?);
    AuthenticatorKey::read(&bytes).ok_or_else(|| StoreError::Corrupt("the key of an authenticator".to_owned()))
}
