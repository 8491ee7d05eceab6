//! Mail in files: single messages, mbox files, Maildirs, folders of these, standard input, and a drop folder.
//!
//! Files are read in a stable order and never changed; a mailbox of any size is read message by message.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};

/// Bytes of a message that is taken whole; of what is larger, only the header is.
pub const MAX_MESSAGE: usize = 50 * 1024 * 1024;

/// What stands at a place where mail was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A message.
    Message(Message),
    /// A file in a folder that is no mail, such as a note beside the mails.
    PassedOver {
        /// Where it is.
        source: String,
    },
    /// Something that cannot be taken.
    Unreadable {
        /// Where it is.
        source: String,
        /// Why, as a sentence.
        why: String,
    },
}

/// A message in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The path without detours, with `#n` for the n-th message of an mbox, counted from 1; `-` is standard input.
    pub source: String,
    /// Its bytes, or its header alone when it is too large.
    pub raw: Vec<u8>,
    /// The size in bytes of a message of which only the header is here.
    pub whole_size: Option<u64>,
    /// When it arrived, as the mbox separator or the Maildir file name tells.
    pub hint_received_at: Option<DateTime<Utc>>,
}

/// The messages at these paths, in order.
pub fn walk(paths: &[PathBuf]) -> impl Iterator<Item = Found> + use<> {
    let pending = paths.iter().rev().map(|path| Pending::Path(path.clone())).collect();
    Walk {
        pending,
        mbox: None,
        folders: BTreeSet::new(),
    }
}

/// What is still to be looked at; the last is next.
enum Pending {
    /// Named by a person: whatever it is, something is said about it.
    Path(PathBuf),
    /// Found in a folder.
    Entry(PathBuf),
    /// A file of a Maildir: always a message.
    Delivered(PathBuf),
}

/// What somebody says a file is.
#[derive(Clone, Copy)]
enum Claim {
    /// Mail, however broken: it is taken.
    Mail,
    /// It lies in a folder with mail, and its content decides.
    Anything,
}

fn is_named_as_mail(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("eml"))
}

struct Walk {
    pending: Vec<Pending>,
    mbox: Option<Mbox>,
    /// Folders already looked into, so that links cannot lead in circles.
    folders: BTreeSet<PathBuf>,
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(mbox) = &mut self.mbox {
                match mbox.next_message() {
                    Some(found) => return Some(found),
                    None => self.mbox = None,
                }
            }
            let next = self.pending.pop()?;
            let found = match next {
                Pending::Path(path) if path.as_os_str() == "-" => {
                    self.open(Box::new(BufReader::new(io::stdin())), "-", Claim::Mail)
                }
                Pending::Path(path) => self.look(&path, Claim::Mail),
                Pending::Entry(path) => {
                    let claim = if is_named_as_mail(&path) {
                        Claim::Mail
                    } else {
                        Claim::Anything
                    };
                    self.look(&path, claim)
                }
                Pending::Delivered(path) => delivered(&path).map(Some),
            };
            match found {
                Ok(None) => {}
                Ok(Some(found)) => return Some(found),
                Err(Problem { source, why }) => return Some(Found::Unreadable { source, why }),
            }
        }
    }
}

/// Why a place cannot be taken.
struct Problem {
    source: String,
    why: String,
}

impl Problem {
    fn new(path: &Path, error: &io::Error) -> Self {
        Self {
            source: path.display().to_string(),
            why: format!("It cannot be read: {error}."),
        }
    }
}

impl Walk {
    fn look(&mut self, path: &Path, claim: Claim) -> Result<Option<Found>, Problem> {
        let problem = |error: &io::Error| Problem::new(path, error);
        let real = fs::canonicalize(path).map_err(|error| problem(&error))?;
        let metadata = fs::metadata(&real).map_err(|error| problem(&error))?;
        if metadata.is_dir() {
            self.look_into(&real).map_err(|error| problem(&error))?;
            return Ok(None);
        }
        if !metadata.is_file() {
            let why = "It is neither a file nor a folder.".to_owned();
            return Err(Problem {
                source: real.display().to_string(),
                why,
            });
        }
        let file = File::open(&real).map_err(|error| problem(&error))?;
        self.open(Box::new(BufReader::new(file)), &real.display().to_string(), claim)
    }

    /// Takes a stream of bytes for an mbox when it begins with `From `, else for one message.
    fn open(&mut self, mut stream: Box<dyn BufRead>, source: &str, claim: Claim) -> Result<Option<Found>, Problem> {
        let problem = |why: String| Problem {
            source: source.to_owned(),
            why,
        };
        let start = stream.fill_buf();
        let start = start.map_err(|error| problem(format!("It cannot be read: {error}.")))?;
        if start.starts_with(b"From ") {
            self.mbox = Some(Mbox::new(stream, source));
            return Ok(None);
        }
        if start.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err(problem(
                "It is an Outlook file. Save the mail in Outlook as .eml, or send it as an attachment.".to_owned(),
            ));
        }
        match claim {
            Claim::Anything if !looks_like_mail(start) => {
                return Ok(Some(Found::PassedOver {
                    source: source.to_owned(),
                }));
            }
            Claim::Anything | Claim::Mail => {}
        }
        message(stream, source, None).map(Some)
    }

    fn look_into(&mut self, folder: &Path) -> io::Result<()> {
        if !self.folders.insert(folder.to_owned()) {
            return Ok(());
        }
        let (new, cur) = (folder.join("new"), folder.join("cur"));
        if new.is_dir() && cur.is_dir() {
            let nested = entries(folder)?
                .into_iter()
                .filter(|path| is_hidden(path) && path.join("cur").is_dir());
            self.pending.extend(nested.rev().map(Pending::Entry));
            for place in [cur, new] {
                let delivered = entries(&place)?
                    .into_iter()
                    .filter(|path| !is_hidden(path) && path.is_file());
                self.pending.extend(delivered.rev().map(Pending::Delivered));
            }
        } else {
            let visible = entries(folder)?.into_iter().filter(|path| !is_hidden(path));
            self.pending.extend(visible.rev().map(Pending::Entry));
        }
        Ok(())
    }
}

/// A file of a Maildir, which is a message whatever it looks like.
fn delivered(path: &Path) -> Result<Found, Problem> {
    let file = File::open(path).map_err(|error| Problem::new(path, &error))?;
    message(file, &path.display().to_string(), delivered_at(path))
}

/// The whole of a stream as one message.
fn message(stream: impl Read, source: &str, hint: Option<DateTime<Utc>>) -> Result<Found, Problem> {
    let problem = |why: String| Problem {
        source: source.to_owned(),
        why,
    };
    let unread = |error: io::Error| problem(format!("It cannot be read: {error}."));
    let mut raw = Vec::new();
    let limit = u64::try_from(MAX_MESSAGE).unwrap_or(u64::MAX);
    let mut stream = stream.take(limit + 1);
    stream.read_to_end(&mut raw).map_err(unread)?;
    let mut whole_size = None;
    if raw.len() > MAX_MESSAGE {
        let rest = io::copy(&mut stream.into_inner(), &mut io::sink()).map_err(unread)?;
        whole_size = Some(limit + 1 + rest);
        raw.truncate(header_end(&raw));
    }
    Ok(Found::Message(Message {
        source: source.to_owned(),
        raw,
        whole_size,
        hint_received_at: hint,
    }))
}

/// What a folder holds, sorted by name.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_none_or(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Whether the first line that says something is a header field, or nothing says anything: an empty mail is a mail.
fn looks_like_mail(start: &[u8]) -> bool {
    let line = start
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .find(|line| !line.is_empty());
    let Some(line) = line else { return true };
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    name.len() < line.len()
        && !name.is_empty()
        && name.len() <= 78
        && name.trim_ascii_end().iter().all(u8::is_ascii_graphic)
}

/// Where the header of a message ends, its empty line included.
fn header_end(raw: &[u8]) -> usize {
    /// More of a header is not worth keeping of a message that is not kept.
    const LONGEST: usize = 256 * 1024;
    let mut after_line = true;
    let mut end = 0;
    for line in raw.get(..LONGEST).unwrap_or(raw).split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        if after_line && line.trim_ascii().is_empty() {
            break;
        }
        after_line = line.ends_with(b"\n");
    }
    end
}

/// A Maildir file's name begins with the second of its delivery.
fn delivered_at(path: &Path) -> Option<DateTime<Utc>> {
    let name = path.file_name()?.to_str()?;
    let seconds = name.split('.').next()?;
    if seconds.len() < 9 {
        None
    } else {
        DateTime::from_timestamp(seconds.parse().ok()?, 0)
    }
}

/// An mbox file, read line by line (RFC 4155; `>From ` lines as in mboxrd).
struct Mbox {
    stream: Box<dyn BufRead>,
    source: String,
    number: usize,
    /// The separator line of the next message.
    separator: Option<Vec<u8>>,
}

impl Mbox {
    fn new(stream: Box<dyn BufRead>, source: &str) -> Self {
        let mut mbox = Self {
            stream,
            source: source.to_owned(),
            number: 0,
            separator: None,
        };
        mbox.separator = mbox.line().ok().filter(|line| !line.is_empty());
        mbox
    }

    /// One line with its end, at most as long as a message may be; empty at the end of the file.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let limit = u64::try_from(MAX_MESSAGE).unwrap_or(u64::MAX);
        self.stream.by_ref().take(limit + 1).read_until(b'\n', &mut line)?;
        Ok(line)
    }

    fn next_message(&mut self) -> Option<Found> {
        let separator = self.separator.take()?;
        self.number += 1;
        let source = format!("{}#{}", self.source, self.number);
        let mut raw = Vec::new();
        let mut size = 0_u64;
        let mut after_empty_line = false;
        loop {
            let line = match self.line() {
                Ok(line) => line,
                Err(error) => {
                    return Some(Found::Unreadable {
                        source,
                        why: format!("It cannot be read: {error}."),
                    });
                }
            };
            if line.is_empty() {
                break;
            }
            if after_empty_line && is_separator(&line) {
                self.separator = Some(line);
                break;
            }
            after_empty_line = line.trim_ascii().is_empty();
            let line = unquoted(&line);
            size += line.len() as u64;
            if raw.len() + line.len() <= MAX_MESSAGE {
                raw.extend_from_slice(line);
            }
        }
        if size > MAX_MESSAGE as u64 {
            raw.truncate(header_end(&raw));
            return Some(Found::Message(Message {
                source,
                raw,
                whole_size: Some(size),
                hint_received_at: separator_date(&separator),
            }));
        }
        // The empty line before a separator belongs to the mbox, not to the message.
        for end in [b"\r\n\r\n".as_slice(), b"\n\n".as_slice()] {
            if raw.ends_with(end) {
                raw.truncate(raw.len() - end.len() / 2);
                break;
            }
        }
        Some(Found::Message(Message {
            source,
            raw,
            whole_size: None,
            hint_received_at: separator_date(&separator),
        }))
    }
}

/// Whether a line parts two messages: text may begin with "From " too, but hardly with an address, a time and a year.
fn is_separator(line: &[u8]) -> bool {
    line.starts_with(b"From ") && separator_date(line).is_some()
}

/// The date that ends a separator line, `Tue Mar  4 10:00:00 2025`, in UTC unless it says otherwise.
fn separator_date(line: &[u8]) -> Option<DateTime<Utc>> {
    let line = std::str::from_utf8(line.get(..500).unwrap_or(line)).ok()?;
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let written = |count: usize| {
        words
            .len()
            .checked_sub(count)
            .and_then(|start| words.get(start..))
            .map(|words| words.join(" "))
    };
    if let Some(at) = written(5).and_then(|date| NaiveDateTime::parse_from_str(&date, "%a %b %d %H:%M:%S %Y").ok()) {
        return Some(at.and_utc());
    }
    let zoned = written(6)?;
    ["%a %b %d %H:%M:%S %Y %z", "%a %b %d %H:%M:%S %z %Y"]
        .iter()
        .find_map(|format| DateTime::parse_from_str(&zoned, format).ok())
        .map(|at| at.to_utc())
}

/// A line without the `>` that keeps "From " from parting messages.
fn unquoted(line: &[u8]) -> &[u8] {
    let marks = line.iter().take_while(|byte| **byte == b'>').count();
    let is_quoted = marks > 0 && line.get(marks..).is_some_and(|rest| rest.starts_with(b"From "));
    if is_quoted {
        line.get(1..).unwrap_or_default()
    } else {
        line
    }
}

/// The files of a drop folder that are complete, sorted by name: a writer gives a file a name that starts with a dot or
/// ends in `.tmp` or `.part` until it is done.
///
/// # Errors
/// When the folder cannot be read.
pub fn settled(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let is_unfinished = |path: &Path| {
        path.extension()
            .is_some_and(|ending| ending == "tmp" || ending == "part")
    };
    Ok(entries(folder)?
        .into_iter()
        .filter(|path| !is_hidden(path) && !is_unfinished(path) && path.is_file())
        .collect())
}

/// Moves a file that has been taken into another folder of the same disk, and returns its new place. A file of that
/// name is not replaced.
///
/// # Errors
/// When the folder cannot be made or the file not moved; then it stays where it was.
pub fn move_taken(file: &Path, folder: &Path) -> io::Result<PathBuf> {
    const MOST_NAMESAKES: usize = 10_000;
    fs::create_dir_all(folder)?;
    let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let free = (0..MOST_NAMESAKES).map(|number| {
        let mut name = name.to_owned();
        if number > 0 {
            name.push(format!(".{number}"));
        }
        folder.join(name)
    });
    let target = free
        .into_iter()
        .find(|path| fs::symlink_metadata(path).is_err())
        .ok_or(io::ErrorKind::AlreadyExists)?;
    fs::rename(file, &target)?;
    File::open(folder)?.sync_all()?;
    if let Some(parent) = file.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        File::open(parent)?.sync_all()?;
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn with(files: &[(&str, &str)]) -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            for (name, content) in files {
                let path = folder.path(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
            folder
        }

        fn path(&self, name: &str) -> PathBuf {
            fs::canonicalize(self.0.path()).unwrap().join(name)
        }

        /// What is found at a path, as `source: content` with the folder left out, or `source! why`.
        fn walk(&self, name: &str) -> Vec<String> {
            let root = format!("{}/", self.path("").display().to_string().trim_end_matches('/'));
            let told = walk(&[self.0.path().join(name)]).map(|found| match found {
                Found::Message(message) => format!("{}: {}", message.source, String::from_utf8(message.raw).unwrap()),
                Found::PassedOver { source } => format!("{source} passed over"),
                Found::Unreadable { source, why } => format!("{source}! {why}"),
            });
            told.map(|line| line.replace(&root, "")).collect()
        }
    }

    #[test]
    fn a_folder_is_read_whole_and_in_order() {
        let folder = Folder::with(&[
            ("b.eml", "From: b@example.org\n\nb"),
            ("a/c.eml", "From: c@example.org\n\nc"),
            ("a/notes.md", "# Notes"),
            (".hidden.eml", "From: h@example.org\n\nh"),
            (
                "z.mbox",
                "From z@example.org Tue Mar  4 10:00:00 2025\nSubject: z\n\nz\n",
            ),
        ]);
        let expected = [
            "a/c.eml: From: c@example.org\n\nc",
            "a/notes.md passed over",
            "b.eml: From: b@example.org\n\nb",
            "z.mbox#1: Subject: z\n\nz\n",
        ];
        assert_eq!(folder.walk(""), expected);
    }

    #[test]
    fn an_mbox_is_parted_at_its_separators_only() {
        let mbox = "From a@example.org Tue Mar  4 10:00:00 2025\nSubject: 1\n\nOne.\n\nFrom here on it is text.\n>From the start\n>>From\n\n\
                    From b@example.org Tue Mar  4 10:00:01 2025 +0800\nSubject: 2\n\nTwo.\nFrom c@example.org Tue Mar  4 10:00:00 2025\n";
        let folder = Folder::with(&[("box", mbox)]);
        let expected = [
            "box#1: Subject: 1\n\nOne.\n\nFrom here on it is text.\nFrom the start\n>>From\n",
            "box#2: Subject: 2\n\nTwo.\nFrom c@example.org Tue Mar  4 10:00:00 2025\n",
        ];
        assert_eq!(folder.walk("box"), expected);
        let dates: Vec<_> = walk(&[folder.path("box")])
            .map(|found| match found {
                Found::Message(message) => message.hint_received_at.unwrap().to_rfc3339(),
                Found::PassedOver { .. } | Found::Unreadable { .. } => String::new(),
            })
            .collect();
        assert_eq!(dates, ["2025-03-04T10:00:00+00:00", "2025-03-04T02:00:01+00:00"]);
    }

    #[test]
    fn a_maildir_gives_its_new_and_its_seen_mail_and_its_folders() {
        let folder = Folder::with(&[
            ("new/1741082400.M1.host", "From: n@example.org\n\nn"),
            ("cur/1741082300.M1.host:2,S", "From: c@example.org\n\nc"),
            ("cur/odd", "From me to you: no mail at all"),
            ("tmp/1741082500.M1.host", "From: t@example.org\n\nt"),
            (".Privacy/cur/1741082200.M1.host:2,", "From: p@example.org\n\np"),
            (".Privacy/new/.keep", ""),
        ]);
        let expected = [
            "new/1741082400.M1.host: From: n@example.org\n\nn",
            "cur/1741082300.M1.host:2,S: From: c@example.org\n\nc",
            "cur/odd: From me to you: no mail at all",
            ".Privacy/cur/1741082200.M1.host:2,: From: p@example.org\n\np",
        ];
        assert_eq!(folder.walk(""), expected);
        let Some(Found::Message(first)) = walk(&[folder.path("")]).next() else {
            panic!("nothing found")
        };
        assert_eq!(
            first.hint_received_at.unwrap().to_rfc3339(),
            "2025-03-04T10:00:00+00:00"
        );
    }

    #[test]
    fn what_is_not_there_is_said() {
        let folder = Folder::with(&[]);
        assert!(folder.walk("absent.eml")[0].contains("absent.eml! It cannot be read"));
    }

    #[test]
    fn of_what_is_too_large_the_header_and_the_size_are_taken() {
        let folder = Folder::with(&[]);
        let size = u64::try_from(MAX_MESSAGE).unwrap() + 4711;
        for (name, start) in [
            ("huge.eml", "From: a@example.org\n\nIt is long"),
            (
                "huge.mbox",
                "From a@example.org Tue Mar  4 10:00:00 2025\nFrom: a@example.org\n\nIt is long",
            ),
        ] {
            let file = File::create(folder.path(name)).unwrap();
            io::Write::write_all(&mut &file, start.as_bytes()).unwrap();
            file.set_len(size).unwrap();
            let Some(Found::Message(message)) = walk(&[folder.path(name)]).next() else {
                panic!("{name} is not taken")
            };
            assert_eq!(message.raw, b"From: a@example.org\n\n", "{name}");
            let separator = start.len() - "From: a@example.org\n\nIt is long".len();
            assert_eq!(message.whole_size, Some(size - separator as u64), "{name}");
        }
        assert_eq!(header_end(b"no line end"), 11);
        assert_eq!(header_end(b"a: b\r\n\r\nc\n\n"), 8);
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_in_circles() {
        let folder = Folder::with(&[("a/m.eml", "From: a@example.org\n\na")]);
        std::os::unix::fs::symlink(folder.path(""), folder.path("a/loop")).unwrap();
        assert_eq!(folder.walk("").len(), 1);
    }

    #[test]
    fn a_drop_folder_gives_complete_files_and_keeps_what_was_taken() {
        let folder = Folder::with(&[
            ("b.eml", "1"),
            ("a.eml", "2"),
            (".c.eml", "3"),
            ("d.eml.tmp", "4"),
            ("e.part", "5"),
            ("taken/b.eml", "0"),
        ]);
        let settled = settled(&folder.path("")).unwrap();
        assert_eq!(settled, [folder.path("a.eml"), folder.path("b.eml")]);
        let moved = move_taken(&settled[1], &folder.path("taken")).unwrap();
        assert_eq!(moved, folder.path("taken/b.eml.1"));
        assert_eq!(fs::read_to_string(folder.path("taken/b.eml")).unwrap(), "0");
        assert!(!settled[1].exists());
    }
}
