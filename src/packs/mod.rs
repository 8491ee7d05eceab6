//! The shelf of policy packs and working-day calendars: those that the program brings, and those read from folders.
//!
//! A pack in a folder named by the settings is used without a rebuild.

mod embedded;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::calendar::Calendar;
use crate::domain::decide::{RuleBook, Rules};
use crate::domain::lexicon::{KnownIds, Lexicon};
use crate::domain::mistake::Mistake;
use crate::domain::policy::Pack;
use crate::domain::request::PolicyStamp;

/// A pack ready for use: its words compiled, its calendar beside it.
#[derive(Clone)]
pub struct LoadedPack {
    /// The policy and its letters.
    pub pack: Arc<Pack>,
    /// What recognises rights in mail.
    pub lexicon: Arc<Lexicon>,
    /// The calendar in force for it.
    pub calendar: Arc<Calendar>,
}

/// All packs and calendars there are.
#[derive(Clone, Default)]
pub struct Shelf {
    packs: Vec<Arc<LoadedPack>>,
    calendars: BTreeMap<String, Arc<Calendar>>,
}

/// The mistakes of a pack, with the folder they are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPack {
    /// The folder, or the name of an embedded pack.
    pub folder: String,
    /// What is wrong in it.
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for BadPack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.mistakes.iter().map(|mistake| format!("{}/{mistake}", self.folder)).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for BadPack {}

/// The files of a pack, by their names inside it, `/` between the parts.
pub type PackFiles = BTreeMap<String, String>;

impl Shelf {
    /// The embedded packs, and one from each folder. A later pack of the same name and version replaces an earlier one.
    ///
    /// # Errors
    /// The mistakes of the first pack that has any.
    pub fn open(folders: &[PathBuf]) -> Result<Self, BadPack> {
        let mut shelf = Self::default();
        shelf.put_calendar(calendar("CN.toml", embedded::CN).map_err(|mistakes| bad("calendars", mistakes))?);
        let files = embedded::cn_statement().into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        shelf.put(&files).map_err(|mistakes| bad("cn-statement", mistakes))?;
        for folder in folders {
            let name = folder.display().to_string();
            let files = read_folder(folder).map_err(|mistake| bad(&name, vec![mistake]))?;
            shelf.put(&files).map_err(|mistakes| bad(&name, mistakes))?;
        }
        Ok(shelf)
    }

    /// Puts a pack and the calendars it brings on the shelf.
    ///
    /// # Errors
    /// All its mistakes; then nothing has changed.
    pub fn put(&mut self, files: &PackFiles) -> Result<Arc<LoadedPack>, Vec<Mistake>> {
        let mut next = self.clone();
        for (name, text) in files.iter().filter(|(name, _)| name.starts_with("calendars/")) {
            next.put_calendar(calendar(name, text)?);
        }
        let pack = Pack::parse(files)?;
        let lexicon = lexicon(&pack)?;
        let region = &pack.policy.calendar;
        let Some(calendar) = next.calendar(region) else {
            return Err(vec![Mistake::new(
                "statement.toml",
                0,
                format!("There is no calendar for {region}."),
                format!("Add calendars/{region}.toml to the pack, or name a region that has one."),
            )]);
        };
        let loaded = Arc::new(LoadedPack { pack: Arc::new(pack), lexicon: Arc::new(lexicon), calendar });
        next.packs.retain(|kept| stamp(kept) != stamp(&loaded));
        next.packs.push(Arc::clone(&loaded));
        *self = next;
        Ok(loaded)
    }

    /// The newest version of a pack by name; without a name, the default pack.
    pub fn pack(&self, name: Option<&str>) -> Option<Arc<LoadedPack>> {
        self.packs
            .iter()
            .filter(|loaded| name.is_none_or(|name| loaded.pack.policy.id == name))
            .max_by_key(|loaded| (loaded.pack.policy.in_force_from, std::cmp::Reverse(loaded.pack.policy.id.clone())))
            .cloned()
    }

    /// One version of a pack.
    pub fn version(&self, id: &str, version: &str) -> Option<&LoadedPack> {
        self.packs.iter().map(Arc::as_ref).find(|loaded| stamp(loaded) == (id, version))
    }

    /// All packs, in the order they were put.
    pub fn packs(&self) -> impl Iterator<Item = &LoadedPack> {
        self.packs.iter().map(Arc::as_ref)
    }

    /// The calendar of a region.
    pub fn calendar(&self, region: &str) -> Option<Arc<Calendar>> {
        self.calendars.get(region).cloned()
    }

    /// All calendars, by region.
    pub fn calendars(&self) -> impl Iterator<Item = &Arc<Calendar>> {
        self.calendars.values()
    }

    /// The same shelf with another calendar in force for its region.
    #[must_use]
    pub fn with_calendar(&self, calendar: Calendar) -> Self {
        let mut shelf = self.clone();
        shelf.put_calendar(calendar);
        shelf
    }

    fn put_calendar(&mut self, calendar: Calendar) {
        let calendar = Arc::new(calendar);
        for loaded in &mut self.packs {
            if loaded.pack.policy.calendar == calendar.region() {
                *loaded = Arc::new(LoadedPack { calendar: Arc::clone(&calendar), ..LoadedPack::clone(loaded) });
            }
        }
        self.calendars.insert(calendar.region().to_owned(), calendar);
    }
}

impl RuleBook for Shelf {
    fn rules(&self, policy: &PolicyStamp) -> Option<Rules<'_>> {
        let loaded = self.version(&policy.id, &policy.version)?;
        Some(Rules { policy: &loaded.pack.policy, calendar: &loaded.calendar })
    }
}

/// Reads the files of a pack from its folder: the statement, the lexicon, its letters and its calendars.
///
/// # Errors
/// The file that cannot be read.
pub fn read_folder(folder: &Path) -> Result<PackFiles, Mistake> {
    let mut files = PackFiles::new();
    for (part, ending) in [("", ".toml"), ("letters/", ".txt"), ("calendars/", ".toml")] {
        let entries = match std::fs::read_dir(folder.join(part)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !part.is_empty() => continue,
            Err(error) => return Err(unreadable(part, &error)),
        };
        for entry in entries {
            let path = entry.map_err(|error| unreadable(part, &error))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(ending)) else {
                continue;
            };
            let name = format!("{part}{name}");
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&name, &error))?;
            files.insert(name, text);
        }
    }
    Ok(files)
}

fn unreadable(name: &str, error: &std::io::Error) -> Mistake {
    let name = if name.is_empty() { "." } else { name };
    Mistake::new(name, 0, format!("It cannot be read: {error}."), "Check its name, its permissions and that it is UTF-8.")
}

fn calendar(name: &str, text: &str) -> Result<Calendar, Vec<Mistake>> {
    Calendar::parse(text, name)
}

fn lexicon(pack: &Pack) -> Result<Lexicon, Vec<Mistake>> {
    let policy = &pack.policy;
    let rights: Vec<&str> = policy.rights.iter().map(|right| right.id.as_str()).collect();
    let exemptions: Vec<&str> = policy.exemptions.iter().map(|exemption| exemption.id.as_str()).collect();
    let on_behalf: Vec<&str> = policy.on_behalf.iter().map(|rule| rule.id.as_str()).collect();
    let known = KnownIds { rights: &rights, exemptions: &exemptions, on_behalf: &on_behalf };
    Lexicon::parse(&pack.lexicon_text, "lexicon.toml", &known)
}

fn stamp(loaded: &LoadedPack) -> (&str, &str) {
    (&loaded.pack.policy.id, &loaded.pack.policy.version)
}

fn bad(folder: &str, mistakes: Vec<Mistake>) -> BadPack {
    BadPack { folder: folder.to_owned(), mistakes }
}
