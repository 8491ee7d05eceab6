//! What this machine's disk and database can do at most: plain rows in plain commits, for comparison with what Habeas does.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Binary;

use super::StoreError;

/// Writes each value as one row of a table without index, `batch` rows a commit, as durably as the store does.
///
/// # Errors
/// When the database fails.
pub fn plain_commits(file: &Path, rows: &[Vec<u8>], batch: usize) -> Result<(), StoreError> {
    let mut conn = SqliteConnection::establish(&file.display().to_string())
        .map_err(|error| StoreError::Connect(Box::new(error)))?;
    conn.batch_execute(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE plain (value BLOB NOT NULL)",
    )?;
    for rows in rows.chunks(batch.max(1)) {
        conn.batch_execute("BEGIN IMMEDIATE")?;
        for row in rows {
            diesel::sql_query("INSERT INTO plain (value) VALUES (?)")
                .bind::<Binary, _>(row)
                .execute(&mut conn)?;
        }
        conn.batch_execute("COMMIT")?;
    }
    Ok(())
}
