//! The link in a letter that asks somebody to prove their address. It names the request, sealed by this house: whoever holds
//! it learns nothing from it, and nobody can make another.

use chrono::{DateTime, TimeDelta, Utc};

use super::vault::keys::{self, HOUSE_KEY};
use super::{Reader, StoreError};

/// A link is good for so long; the codes that are entered on its page are good for minutes.
const LASTS: TimeDelta = TimeDelta::days(30);

const PLACE: &str = "address link";

/// A new link for a request, as it stands in an address.
///
/// # Errors
/// When the store fails.
pub fn write(db: &mut Reader<'_>, request: i64, now: DateTime<Utc>) -> Result<String, StoreError> {
    let mut plain = request.to_be_bytes().to_vec();
    plain.extend_from_slice(&(now + LASTS).timestamp().to_be_bytes());
    let key = keys::find(db, HOUSE_KEY)?;
    Ok(hex::encode(db.vault.seal(&key, PLACE, &plain)?))
}

/// The request of a link; `None` for anything that is none of ours, or whose time is over.
///
/// # Errors
/// When the store fails.
pub fn read(db: &mut Reader<'_>, link: &str, now: DateTime<Utc>) -> Result<Option<i64>, StoreError> {
    let Ok(sealed) = hex::decode(link) else {
        return Ok(None);
    };
    let key = keys::find(db, HOUSE_KEY)?;
    let Ok(plain) = db.vault.open(&key, PLACE, &sealed) else {
        return Ok(None);
    };
    Ok(named(&plain)
        .filter(|(_, until)| now.timestamp() < *until)
        .map(|(request, _)| request))
}

fn named(plain: &[u8]) -> Option<(i64, i64)> {
    let (request, until) = plain.split_first_chunk::<8>()?;
    let until = <[u8; 8]>::try_from(until).ok()?;
    Some((i64::from_be_bytes(*request), i64::from_be_bytes(until)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{instant, stores};

    #[test]
    fn a_link_names_its_request_to_us_alone_and_for_thirty_days() {
        for store in stores() {
            let now = instant("2026-11-24T02:00:00Z");
            let link = store.write(|tx| write(tx, 17, now)).unwrap();
            let read = |link: &str, after| store.read(|db| read(db, link, now + after)).unwrap();
            assert_eq!(read(&link, TimeDelta::zero()), Some(17));
            assert_eq!(read(&link, LASTS - TimeDelta::seconds(1)), Some(17));
            assert_eq!(read(&link, LASTS), None);
            assert_ne!(store.write(|tx| write(tx, 17, now)).unwrap(), link);
            for place in 0..link.len() {
                let mut other = link.clone().into_bytes();
                other[place] = if other[place] == b'0' { b'1' } else { b'0' };
                let other = String::from_utf8(other).unwrap();
                assert_eq!(read(&other, TimeDelta::zero()), None, "{place}");
            }
            for guessed in ["", "17", &"0".repeat(64), "DSR-2026-000017"] {
                assert_eq!(read(guessed, TimeDelta::zero()), None, "{guessed}");
            }
        }
    }
}
