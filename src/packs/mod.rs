//! The shelf of policy packs and calendars: those that the program brings, and those read from folders.

mod embedded;
mod folder;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;

use crate::domain::calendar::Calendar;
use crate::domain::lexicon::Lexicon;
use crate::domain::lexicon_additions::ADDITIONS_FILE;
use crate::domain::mistake::Mistake;
use crate::domain::policy::{Pack, Policy, STATEMENT_FILE, statement_line};
use crate::domain::request::PolicyStamp;
use crate::domain::rules::{RuleBook, Rules};

use self::words::Words;

/// Where a pack keeps calendars of its own.
const CALENDARS: &str = "calendars/";

/// What the program brings is told apart from folders by this name.
const BUILT_IN: &str = "built in";

/// What the program brings, with nothing else: made of its files once, however many ask.
static BUILT_IN_ALONE: LazyLock<Result<Shelf, Mistakes>> = LazyLock::new(|| {
    let mut opening = Opening::default();
    opening.built_in();
    opening.finish()
});

/// Calendars by region.
type Calendars = BTreeMap<String, Arc<Calendar>>;

/// A pack with all that is made of its files, once.
#[derive(Debug, Clone)]
pub struct LoadedPack {
    /// The policy and its letters.
    pub pack: Arc<Pack>,
    words: Arc<Words>,
    /// The working days it counts.
    pub calendar: Arc<Calendar>,
}

/// All packs, in each of their versions, and the calendars they can name.
#[derive(Debug, Clone)]
pub struct Shelf {
    packs: Vec<Arc<LoadedPack>>,
    calendars: Calendars,
}

/// Every mistake found in packs and calendars, with the folder each is in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes(pub Vec<(String, Mistake)>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.iter().map(|(folder, mistake)| format!("{folder}/{mistake}"));
        f.write_str(&lines.collect::<Vec<_>>().join("\n"))
    }
}

impl Shelf {
    /// The pack in use where nothing else is said.
    pub const DEFAULT: &str = "cn-statement";

    /// The packs and calendars that the program brings, and those in further folders. A folder is a pack itself when it
    /// has a `statement.toml`; otherwise each folder in it that has one is a pack, and its `calendars` take the place of
    /// the built-in ones of the same region. A folder in it that has none, but [`ADDITIONS_FILE`], adds to the lexicon of the
    /// pack that it is named after.
    ///
    /// # Errors
    /// Every mistake found, each with its folder, file, line and cure.
    pub fn open(folders: &[PathBuf]) -> Result<Self, Mistakes> {
        if folders.is_empty() {
            return BUILT_IN_ALONE.clone();
        }
        let mut opening = Opening::default();
        opening.built_in();
        for folder in folders {
            opening.folder(folder);
        }
        opening.finish()
    }

    /// All packs: by name, the newest version first.
    pub fn packs(&self) -> &[Arc<LoadedPack>] {
        &self.packs
    }

    /// The newest version of a pack; without a name, of the pack that the program brings.
    pub fn pack(&self, name: Option<&str>) -> Option<Arc<LoadedPack>> {
        self.versions(name).next().cloned()
    }

    /// The version of a pack in force on a local date: the newest that has begun and has not ended; where all have, the
    /// newest that has begun; where none has, the oldest.
    pub fn in_force(&self, name: Option<&str>, on: NaiveDate) -> Option<Arc<LoadedPack>> {
        let begun = || {
            let versions = self.versions(name);
            versions.filter(|loaded| loaded.pack.policy.in_force_from <= on)
        };
        let in_force = begun().find(|loaded| loaded.pack.policy.in_force_until.is_none_or(|until| until >= on));
        // A promise that nothing took the place of is kept after its day.
        in_force
            .or_else(|| begun().next())
            .or_else(|| self.versions(name).last())
            .cloned()
    }

    /// One version of a pack.
    pub fn version(&self, id: &str, version: &str) -> Option<Arc<LoadedPack>> {
        self.find(id, version).cloned()
    }

    /// The calendar of a region.
    pub fn calendar(&self, region: &str) -> Option<Arc<Calendar>> {
        self.calendars.get(region).cloned()
    }

    /// The same shelf with another calendar for its region, in all packs that name it.
    #[must_use]
    pub fn with_calendar(&self, calendar: Calendar) -> Self {
        let calendar = Arc::new(calendar);
        let packs = self.packs.iter().map(|loaded| {
            if loaded.pack.policy.calendar == calendar.region() {
                Arc::new(LoadedPack {
                    calendar: Arc::clone(&calendar),
                    ..LoadedPack::clone(loaded)
                })
            } else {
                Arc::clone(loaded)
            }
        });
        let packs = packs.collect();
        let mut calendars = self.calendars.clone();
        calendars.insert(calendar.region().to_owned(), calendar);
        Self { packs, calendars }
    }

    fn versions(&self, name: Option<&str>) -> impl Iterator<Item = &Arc<LoadedPack>> {
        let name = name.unwrap_or(Self::DEFAULT);
        self.packs.iter().filter(move |loaded| loaded.pack.policy.id == name)
    }

    fn find(&self, id: &str, version: &str) -> Option<&Arc<LoadedPack>> {
        self.packs
            .iter()
            .find(|loaded| is_version(&loaded.pack.policy, id, version))
    }
}

impl RuleBook for Shelf {
    fn rules(&self, policy: &PolicyStamp) -> Option<Rules<'_>> {
        let loaded = self.find(&policy.id, &policy.version)?;
        Some(Rules {
            policy: &loaded.pack.policy,
            calendar: &loaded.calendar,
            book: self,
        })
    }
}

impl LoadedPack {
    /// Makes a pack of its files: the policy and letters, the lexicon, and the calendar it names, which is its own or one
    /// of `shared`. A lexicon may take in that of a pack which the program brings.
    ///
    /// # Errors
    /// Every mistake found in the files.
    pub fn parse(files: &BTreeMap<String, String>, shared: &Calendars) -> Result<Self, Vec<Mistake>> {
        let (own, mut mistakes) = parse_calendars(files);
        let pack = Pack::parse(files).map_err(|found| [found, std::mem::take(&mut mistakes)].concat())?;
        let words = words_of(files);
        mistakes.extend(words.lexicon(&pack).err().unwrap_or_default().iter().cloned());
        Self::finish(pack, words, files, &own, shared, mistakes)
    }

    /// Makes a pack of files that the program brings. A test compiles its words; here that waits until somebody needs them.
    fn built_in(files: &BTreeMap<String, String>, shared: &Calendars) -> Result<Self, Vec<Mistake>> {
        Self::finish(
            Pack::parse(files)?,
            words_of(files),
            files,
            &Calendars::new(),
            shared,
            Vec::new(),
        )
    }

    /// Finds the calendar of a pack.
    fn finish(
        pack: Pack,
        words: Words,
        files: &BTreeMap<String, String>,
        own: &Calendars,
        shared: &Calendars,
        mut mistakes: Vec<Mistake>,
    ) -> Result<Self, Vec<Mistake>> {
        let region = &pack.policy.calendar;
        let calendar = own.get(region).or_else(|| shared.get(region)).cloned();
        if calendar.is_none() {
            let known: Vec<&str> = own.keys().chain(shared.keys()).map(String::as_str).collect();
            let line = files
                .get(STATEMENT_FILE)
                .map_or(0, |text| statement_line(text, "calendar"));
            let cure = format!(
                "Use one of {}, or add the file `{CALENDARS}{region}.toml` to the pack.",
                known.join(", ")
            );
            mistakes.push(Mistake::new(
                STATEMENT_FILE,
                line,
                format!("There is no calendar `{region}`."),
                cure,
            ));
        }
        match calendar {
            Some(calendar) if mistakes.is_empty() => Ok(Self {
                pack: Arc::new(pack),
                words: Arc::new(words),
                calendar,
            }),
            Some(_) | None => Err(mistakes),
        }
    }

    /// The words by which mail is understood, compiled the first time.
    ///
    /// # Errors
    /// Every mistake in them. A pack that was read from a folder has none: they would have kept it off the shelf.
    pub fn lexicon(&self) -> Result<&Arc<Lexicon>, Mistakes> {
        self.words
            .lexicon(&self.pack)
            .map_err(|mistakes| self.mistaken(mistakes))
    }

    /// The whole text of the lexicon: the pack's own words, those it takes in from another pack, and additions.
    ///
    /// # Errors
    /// As [`LoadedPack::lexicon`].
    pub fn lexicon_text(&self) -> Result<&str, Mistakes> {
        self.words.text(&self.pack).map_err(|mistakes| self.mistaken(mistakes))
    }

    /// Reads another whole lexicon in the place of the pack's, with what was learned from labelled mail.
    ///
    /// # Errors
    /// Every mistake found in it.
    pub fn read_lexicon(&self, text: &str, file: &str) -> Result<Lexicon, Vec<Mistake>> {
        self.words.read(&self.pack, text, file)
    }

    fn mistaken(&self, mistakes: &[Mistake]) -> Mistakes {
        let id = &self.pack.policy.id;
        Mistakes(mistakes.iter().map(|mistake| (id.clone(), mistake.clone())).collect())
    }

    /// Makes a pack of the files in a folder, with the built-in calendars beside its own.
    ///
    /// # Errors
    /// Every mistake found in the files.
    pub fn open(folder: &Path) -> Result<Self, Vec<Mistake>> {
        let (calendars, mistakes) = parse_calendars(&built_in_calendars());
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        Self::parse(&folder::read(folder)?, &calendars)
    }
}

/// The work of filling a shelf.
#[derive(Default)]
struct Opening {
    calendars: Calendars,
    packs: Vec<(String, BTreeMap<String, String>)>,
    /// Additions to lexicons that stand apart from their packs: by the pack's id, the folder and the text.
    additions: BTreeMap<String, (String, String)>,
    mistakes: Vec<(String, Mistake)>,
}

impl Opening {
    fn built_in(&mut self) {
        self.calendars_of(BUILT_IN, &built_in_calendars());
        for pack in embedded::packs() {
            let files = pack.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned()));
            self.packs.push((BUILT_IN.to_owned(), files.collect()));
        }
    }

    fn folder(&mut self, folder: &Path) {
        let shown = folder.display().to_string();
        if folder.join(STATEMENT_FILE).is_file() {
            return self.pack(folder);
        }
        match folder::read_calendars(folder) {
            Ok(files) => self.calendars_of(&shown, &files),
            Err(mistakes) => self.refuse(&shown, mistakes),
        }
        match fs::read_dir(folder) {
            Ok(entries) => {
                let mut inner: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
                inner.sort();
                inner
                    .iter()
                    .filter(|path| path.join(STATEMENT_FILE).is_file())
                    .for_each(|path| self.pack(path));
                inner
                    .iter()
                    .filter(|path| !path.join(STATEMENT_FILE).is_file() && path.join(ADDITIONS_FILE).is_file())
                    .for_each(|path| self.additions(path));
            }
            Err(error) => {
                let cure = "Name a folder with a policy pack in it, or take it out of the settings.";
                self.refuse(
                    &shown,
                    vec![Mistake::new(".", 0, format!("It cannot be read: {error}."), cure)],
                );
            }
        }
    }

    fn pack(&mut self, folder: &Path) {
        let shown = folder.display().to_string();
        match folder::read(folder) {
            Ok(files) => self.packs.push((shown, files)),
            Err(mistakes) => self.refuse(&shown, mistakes),
        }
    }

    fn additions(&mut self, folder: &Path) {
        let shown = folder.display().to_string();
        let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match folder::read(folder) {
            Ok(mut files) => {
                if let Some(text) = files.remove(ADDITIONS_FILE) {
                    self.additions.insert(id, (shown, text));
                }
            }
            Err(mistakes) => self.refuse(&shown, mistakes),
        }
    }

    fn calendars_of(&mut self, folder: &str, files: &BTreeMap<String, String>) {
        let (calendars, mistakes) = parse_calendars(files);
        self.calendars.extend(calendars);
        self.refuse(folder, mistakes);
    }

    fn refuse(&mut self, folder: &str, mistakes: Vec<Mistake>) {
        self.mistakes
            .extend(mistakes.into_iter().map(|mistake| (folder.to_owned(), mistake)));
    }

    /// Reads the packs, once all calendars are known.
    fn finish(mut self) -> Result<Shelf, Mistakes> {
        let mut packs: Vec<Arc<LoadedPack>> = Vec::new();
        let mut added = BTreeSet::new();
        for (mut folder, mut files) in std::mem::take(&mut self.packs) {
            let id = id_of(&files).unwrap_or_default();
            if let Some((from, text)) = self.additions.get(&id)
                && !files.contains_key(ADDITIONS_FILE)
            {
                files.insert(ADDITIONS_FILE.to_owned(), text.clone());
                folder = from.clone();
                added.insert(id);
            }
            let made = if folder == BUILT_IN {
                LoadedPack::built_in(&files, &self.calendars)
            } else {
                LoadedPack::parse(&files, &self.calendars)
            };
            match made {
                Ok(loaded) => match clash(&packs, &loaded) {
                    Some(mistake) => self.refuse(&folder, vec![mistake]),
                    None => packs.push(Arc::new(loaded)),
                },
                Err(mistakes) => self.refuse(&folder, mistakes),
            }
        }
        for (id, (folder, _)) in std::mem::take(&mut self.additions) {
            if !added.contains(&id) {
                let cure = "Name the folder after the pack it adds to, as `habeas policy list` shows it.";
                let what = format!("There is no pack `{id}` without additions of its own.");
                self.refuse(&folder, vec![Mistake::new(ADDITIONS_FILE, 0, what, cure)]);
            }
        }
        let newest_first = |loaded: &Arc<LoadedPack>| std::cmp::Reverse(loaded.pack.policy.in_force_from);
        packs.sort_by(|a, b| {
            a.pack
                .policy
                .id
                .cmp(&b.pack.policy.id)
                .then_with(|| newest_first(a).cmp(&newest_first(b)))
        });
        if self.mistakes.is_empty() {
            Ok(Shelf {
                packs,
                calendars: self.calendars,
            })
        } else {
            Err(Mistakes(self.mistakes))
        }
    }
}

fn words_of(files: &BTreeMap<String, String>) -> Words {
    let statement = files.get(STATEMENT_FILE).cloned().unwrap_or_default();
    Words::new(statement, files.get(ADDITIONS_FILE).cloned())
}

/// The id in a pack's statement; `None` for one that cannot be read, which its parsing tells.
fn id_of(files: &BTreeMap<String, String>) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Named {
        id: String,
    }
    let named: Named = toml::from_str(files.get(STATEMENT_FILE)?).ok()?;
    Some(named.id)
}

/// A request stays with the version in force when it arrived, so one version can only have one text.
fn clash(packs: &[Arc<LoadedPack>], loaded: &LoadedPack) -> Option<Mistake> {
    let policy = &loaded.pack.policy;
    packs
        .iter()
        .find(|known| is_version(&known.pack.policy, &policy.id, &policy.version))
        .map(|_| {
            let what = format!("Version {} of `{}` is there already.", policy.version, policy.id);
            Mistake::new(STATEMENT_FILE, 0, what, "Give this one a version or an id of its own.")
        })
}

fn is_version(policy: &Policy, id: &str, version: &str) -> bool {
    policy.id == id && policy.version == version
}

fn built_in_calendars() -> BTreeMap<String, String> {
    let files = embedded::CALENDARS.iter();
    files
        .map(|(region, text)| (format!("{CALENDARS}{region}.toml"), (*text).to_owned()))
        .collect()
}

/// The calendars among a pack's files, by region; each file is named after its region.
fn parse_calendars(files: &BTreeMap<String, String>) -> (Calendars, Vec<Mistake>) {
    let mut calendars = Calendars::new();
    let mut mistakes = Vec::new();
    for (file, text) in files.iter().filter(|(file, _)| file.starts_with(CALENDARS)) {
        match Calendar::parse(text, file) {
            Ok(calendar) if *file == format!("{CALENDARS}{}.toml", calendar.region()) => {
                calendars.insert(calendar.region().to_owned(), Arc::new(calendar));
            }
            Ok(calendar) => {
                let what = format!("The file holds the calendar of `{}`.", calendar.region());
                mistakes.push(Mistake::new(
                    file,
                    0,
                    what,
                    format!("Name it `{CALENDARS}{}.toml`.", calendar.region()),
                ));
            }
            Err(found) => mistakes.extend(found),
        }
    }
    (calendars, mistakes)
}
