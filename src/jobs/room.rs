//! Whether there is room for more mail: a full disk must stop the intake before it stops the answers.

use std::path::Path;

use crate::board::Shortage;
use crate::house::House;
use crate::mail::files::MAX_MESSAGE;

/// Bytes that have to be free: one and a half of the largest message, and 64 MiB for everything else.
pub const NEEDED: u64 = MAX_MESSAGE as u64 * 3 / 2 + 64 * 1024 * 1024;

/// The disk with too little room, if there is one; noted on the board. A disk of which nothing is told is passed over.
pub fn shortage(house: &House) -> Option<Shortage> {
    let settings = &house.settings;
    let url = settings.database_url();
    let database = url.strip_prefix("sqlite:").and_then(|path| Path::new(path).parent());
    let folders = [
        Some(settings.data.as_path()),
        database,
        Some(settings.drop_folder.as_path()),
    ];
    let free = folders
        .into_iter()
        .flatten()
        .filter(|folder| !folder.as_os_str().is_empty())
        .filter_map(|folder| house.space.free(folder).ok())
        .min();
    let shortage = free
        .filter(|free| *free < NEEDED)
        .map(|free| Shortage { free, needed: NEEDED });
    house.board.note_shortage(shortage);
    shortage
}

/// Refuses while there is too little room.
///
/// # Errors
/// The shortage; it passes by itself when there is room again.
pub fn ensure(house: &House) -> Result<(), Shortage> {
    shortage(house).map_or(Ok(()), Err)
}
