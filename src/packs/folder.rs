//! Packs and calendars in folders: which files count, and their text.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::domain::mistake::Mistake;

/// The largest file that is read, in bytes. A pack is written by hand; what is larger is something else.
const LARGEST_FILE: u64 = 4 * 1024 * 1024;

/// The files of a pack, by their names inside it: `*.toml` at its top, `letters/*.txt` and `calendars/*.toml`. All other
/// files, such as a README, are left alone. Line ends are made `\n`, so that a pack is the same wherever it was edited.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<String, String>, Vec<Mistake>> {
    let mut reader = Reader {
        folder,
        files: BTreeMap::new(),
        mistakes: Vec::new(),
    };
    reader.part("", "toml", Presence::Required);
    reader.part("letters/", "txt", Presence::Optional);
    reader.part("calendars/", "toml", Presence::Optional);
    if reader.mistakes.is_empty() {
        Ok(reader.files)
    } else {
        Err(reader.mistakes)
    }
}

/// The calendar files in a folder that is no pack itself.
pub(super) fn read_calendars(folder: &Path) -> Result<BTreeMap<String, String>, Vec<Mistake>> {
    let mut reader = Reader {
        folder,
        files: BTreeMap::new(),
        mistakes: Vec::new(),
    };
    reader.part("calendars/", "toml", Presence::Optional);
    if reader.mistakes.is_empty() {
        Ok(reader.files)
    } else {
        Err(reader.mistakes)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Presence {
    Required,
    Optional,
}

struct Reader<'a> {
    folder: &'a Path,
    files: BTreeMap<String, String>,
    mistakes: Vec<Mistake>,
}

impl Reader<'_> {
    fn part(&mut self, part: &str, ending: &str, presence: Presence) {
        let entries = match fs::read_dir(self.folder.join(part)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound && presence == Presence::Optional => return,
            Err(error) => return self.unreadable(part, &error),
        };
        for entry in entries {
            let path = match entry {
                Ok(entry) => entry.path(),
                Err(error) => return self.unreadable(part, &error),
            };
            let is_wanted = path.extension().is_some_and(|found| found == ending) && path.is_file();
            match path.file_name().and_then(|name| name.to_str()) {
                Some(name) if is_wanted && !name.starts_with('.') => self.file(&path, format!("{part}{name}")),
                Some(_) | None => {}
            }
        }
    }

    fn file(&mut self, path: &Path, name: String) {
        match text(path) {
            Ok(text) => drop(self.files.insert(name, text)),
            Err(error) => self.unreadable(&name, &error),
        }
    }

    fn unreadable(&mut self, name: &str, error: &io::Error) {
        let file = if name.is_empty() { "." } else { name };
        let cure = "Check that it is there, that it may be read, and that it is text in UTF-8.";
        self.mistakes
            .push(Mistake::new(file, 0, format!("It cannot be read: {error}."), cure));
    }
}

fn text(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > LARGEST_FILE {
        return Err(io::Error::other(format!("it is larger than {LARGEST_FILE} bytes")));
    }
    let text = fs::read_to_string(path)?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).replace("\r\n", "\n"))
}
