//! Packages whose time is over: their end is written down, and their key destroyed with it.

use crate::domain::command::Command;
use crate::domain::moves::Refusal;
use crate::domain::person::Actor;
use crate::house::House;
use crate::store::door::{Door, Seen, StepError};
use crate::store::packages;

/// How many packages are ended before the next look.
const BATCH: i64 = 100;

/// Ends every package whose time is over; returns how many.
///
/// # Errors
/// When the store fails; what was ended before stays so. A package that cannot be ended holds up no other.
pub fn expire(house: &House) -> anyhow::Result<usize> {
    let now = house.now.instant();
    let over = house.store.read(|db| packages::over(db, now, BATCH))?;
    let shelf = house.shelf();
    let door = Door {
        book: &*shelf,
        actor: Actor::Clock,
        now,
    };
    let mut ended = 0;
    for linked in over {
        let package = linked.package;
        let done = house.store.write(|tx| {
            door.step(tx, linked.request_id, Seen::Whatever, |_| {
                Ok(Command::EndPackage { package })
            })
        });
        match done {
            Ok(_) => ended += 1,
            Err(StepError::Refused(Refusal::PackageEnded)) => {}
            Err(error) => {
                tracing::error!(request = linked.request_id, %error, "a package could not be ended; the next run tries again");
            }
        }
    }
    Ok(ended)
}
