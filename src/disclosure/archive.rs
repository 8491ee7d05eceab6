//! Archives, opened within limits: no entry is unpacked before it is known that it may be.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::context::Limits;
use super::finding::FindingKind;

/// How much may still be unpacked from a file and the files in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    limits: Limits,
    entries: usize,
    bytes: u64,
}

impl Budget {
    /// All that the limits allow.
    pub fn of(limits: Limits) -> Self {
        Self {
            limits,
            entries: limits.entries,
            bytes: limits.unpacked,
        }
    }
}

/// An entry of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name as written there; never a path.
    pub name: String,
    /// Its number in the archive.
    pub index: usize,
    /// Whether it is locked.
    pub encrypted: bool,
    /// What the archive says of it beside its bytes.
    pub comment: String,
}

/// An opened archive.
pub struct Archive<'b> {
    zip: ZipArchive<Cursor<&'b [u8]>>,
    size: u64,
}

impl<'b> Archive<'b> {
    /// Opens an archive; nothing when it is none.
    pub fn open(bytes: &'b [u8]) -> Option<Self> {
        let zip = ZipArchive::new(Cursor::new(bytes)).ok()?;
        let size = bytes.len() as u64;
        Some(Self { zip, size })
    }

    /// Its entries that are files.
    ///
    /// # Errors
    /// With what keeps them from being read: more than the limit, or entries that share their bytes, as in bombs, or their
    /// names, so that each program sees another file.
    pub fn entries(&mut self, budget: &mut Budget) -> Result<Vec<Entry>, FindingKind> {
        let count = self.zip.len();
        budget.entries = budget.entries.checked_sub(count).ok_or(FindingKind::TooMany)?;
        if self.zip.has_overlapping_files().unwrap_or(true) {
            return Err(FindingKind::TooDense);
        }
        if self.zip.has_duplicate_names() {
            return Err(FindingKind::Broken);
        }
        let mut entries = Vec::new();
        for index in 0..count {
            let file = self.zip.by_index_raw(index).map_err(|_| FindingKind::Broken)?;
            if file.is_dir() && file.size() == 0 {
                continue;
            }
            let name = match file.name() {
                Ok(name) => name.into_owned(),
                Err(_) => String::from_utf8_lossy(file.name_raw()).into_owned(),
            };
            entries.push(Entry {
                name,
                index,
                encrypted: file.encrypted(),
                comment: file.comment().to_owned(),
            });
        }
        Ok(entries)
    }

    /// The bytes of an entry.
    ///
    /// # Errors
    /// With what keeps it from being read.
    pub fn read(&mut self, entry: &Entry, budget: &mut Budget) -> Result<Vec<u8>, FindingKind> {
        /// An entry smaller than this harms nobody, however well it was packed.
        const FREE_OF_RATIO: u64 = 1 << 20;
        if entry.encrypted {
            return Err(FindingKind::Encrypted);
        }
        let file = self.zip.by_index(entry.index).map_err(|error| match error {
            ZipError::UnsupportedArchive(_) => FindingKind::UnknownFormat,
            _ => FindingKind::Broken,
        })?;
        let by_ratio = file
            .compressed_size()
            .saturating_mul(budget.limits.ratio)
            .max(FREE_OF_RATIO);
        let most = budget.bytes.min(budget.limits.entry);
        let mut bytes = Vec::new();
        let read = file.take(most.min(by_ratio).saturating_add(1)).read_to_end(&mut bytes);
        let length = bytes.len() as u64;
        if length > by_ratio {
            return Err(FindingKind::TooDense);
        }
        if length > most {
            return Err(FindingKind::TooLarge);
        }
        read.map_err(|_| FindingKind::Broken)?;
        budget.bytes -= length;
        Ok(bytes)
    }

    /// Whether there are bytes that belong to no entry, where something may be kept that no program lists.
    pub fn has_stray_bytes(&mut self) -> bool {
        /// A record of sizes may follow an entry (APPNOTE 4.3.9), and a block of a signature the last one.
        const BETWEEN: u64 = 24;
        let mut ranges = Vec::new();
        for index in 0..self.zip.len() {
            if let Ok(file) = self.zip.by_index_raw(index) {
                let start = file.header_start();
                let end = file
                    .data_start()
                    .unwrap_or(start)
                    .saturating_add(file.compressed_size());
                ranges.push((start, end));
            }
        }
        ranges.sort_unstable();
        let directory = self.zip.central_directory_start();
        ranges.push((directory.min(self.size), self.size));
        let mut end = 0;
        for (start, next) in ranges {
            if start.saturating_sub(end) > BETWEEN {
                return true;
            }
            end = end.max(next);
        }
        false
    }

    /// The remark on the whole archive.
    pub fn comment(&self) -> String {
        String::from_utf8_lossy(self.zip.comment()).into_owned()
    }
}
