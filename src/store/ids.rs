//! Numbers for new rows, taken in blocks from one table, so that both engines count alike.

use diesel::prelude::*;

use super::schema::counters;
use super::{StoreError, Tx};

/// Takes `count` numbers in a row and returns the first. A name that was never used starts at 1.
pub fn take(tx: &mut Tx<'_>, name: &str, count: i64) -> Result<i64, StoreError> {
    let last = diesel::update(counters::table.find(name))
        .set(counters::value.eq(counters::value + count))
        .returning(counters::value)
        .get_result::<i64>(tx.conn)
        .optional()?;
    if let Some(last) = last {
        return Ok(last - count + 1);
    }
    diesel::insert_into(counters::table)
        .values((counters::name.eq(name), counters::value.eq(count)))
        .execute(tx.conn)?;
    Ok(1)
}
