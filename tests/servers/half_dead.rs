//! An IMAP server that fails in the middle of its work, as a real one does when its machine is dying. After its failure it
//! behaves, so that a test can see how soon and how whole the mail is in.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How it fails, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It stops in the middle of a message and says nothing more.
    HangsInFetch,
    /// It closes the line in the middle of a message.
    EndsInFetch,
    /// It closes the line when it has let us in.
    EndsAfterLogin,
    /// It answers with what is no IMAP.
    Garbage,
    /// It says that it holds messages and names none of them.
    NamesNone,
    /// It never hands over this message, on no connection.
    Withholds(u32),
}

/// A running server. It ends with the test.
pub struct HalfDead {
    /// Its port, without protection.
    pub port: u16,
    connections: Arc<AtomicUsize>,
}

impl HalfDead {
    /// Starts a server that holds these messages in INBOX, numbered from 1.
    pub fn start(failure: Failure, messages: Vec<Vec<u8>>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let messages = Arc::new(messages);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
                let messages = Arc::clone(&messages);
                let talk = Talk {
                    lines: BufReader::new(stream.unwrap()),
                    failure: (first || matches!(failure, Failure::Withholds(_))).then_some(failure),
                    messages,
                };
                std::thread::spawn(move || talk.through());
            }
        });
        Self { port, connections }
    }

    /// How often somebody came.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// One connection.
struct Talk {
    lines: BufReader<TcpStream>,
    failure: Option<Failure>,
    messages: Arc<Vec<Vec<u8>>>,
}

impl Talk {
    /// Until the client or the failure ends it.
    fn through(mut self) {
        self.say("* OK ready\r\n");
        let mut line = String::new();
        while self.lines.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
            let words = line.trim_end().to_owned();
            line.clear();
            let (tag, command) = words.split_once(' ').unwrap_or(("", &words));
            if !self.answer(tag, command) {
                return;
            }
        }
    }

    /// Answers a command; `false` closes the line.
    fn answer(&mut self, tag: &str, command: &str) -> bool {
        let upper = command.to_ascii_uppercase();
        if upper.starts_with("LOGIN") && self.failure == Some(Failure::EndsAfterLogin) {
            self.say(&format!("{tag} OK in\r\n"));
            return false;
        }
        let count = self.messages.len();
        let untagged = match upper.split_whitespace().next().unwrap_or("") {
            "CAPABILITY" => "* CAPABILITY IMAP4rev1\r\n".to_owned(),
            "EXAMINE" => format!(
                "* {count} EXISTS\r\n* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT {}] n\r\n",
                count + 1
            ),
            "UID" if upper.starts_with("UID SEARCH") => match self.failure {
                Some(Failure::NamesNone) => "* SEARCH\r\n".to_owned(),
                Some(Failure::Garbage) => "\u{1}\u{2}lo and behold\r\n* (((\r\n".to_owned(),
                _ => {
                    let numbers: Vec<String> = (1..=count).map(|uid| uid.to_string()).collect();
                    format!("* SEARCH {}\r\n", numbers.join(" "))
                }
            },
            "UID" if upper.starts_with("UID FETCH") => return self.fetch(tag, &upper),
            _ => String::new(),
        };
        self.say(&format!("{untagged}{tag} OK done\r\n"));
        true
    }

    fn fetch(&mut self, tag: &str, upper: &str) -> bool {
        let set = upper.split_whitespace().nth(2).unwrap_or("");
        let wanted: Vec<u32> = set.split(',').flat_map(range).collect();
        let body = upper.contains("BODY.PEEK[");
        if let Some(Failure::Withholds(uid)) = self.failure
            && body
            && wanted.contains(&uid)
        {
            self.say(&format!("{tag} NO [SERVERBUG] This one is broken\r\n"));
            return true;
        }
        for uid in wanted {
            let Some(raw) = self.messages.get(uid as usize - 1).cloned() else {
                continue;
            };
            if !body {
                let date = "INTERNALDATE \"04-Mar-2025 10:00:00 +0800\"";
                self.say(&format!(
                    "* {uid} FETCH (UID {uid} RFC822.SIZE {} {date})\r\n",
                    raw.len()
                ));
                continue;
            }
            let item = if upper.contains("[HEADER]") {
                "BODY[HEADER]"
            } else {
                "BODY[]"
            };
            let date = "INTERNALDATE \"04-Mar-2025 10:00:00 +0800\"";
            self.say(&format!("* {uid} FETCH (UID {uid} {date} {item} {{{}}}\r\n", raw.len()));
            match self.failure {
                Some(Failure::HangsInFetch) => {
                    self.bytes(&raw[..raw.len() / 2]);
                    std::thread::sleep(Duration::from_secs(600));
                    return false;
                }
                Some(Failure::EndsInFetch) => {
                    self.bytes(&raw[..raw.len() / 2]);
                    return false;
                }
                _ => self.bytes(&raw),
            }
            self.say(")\r\n");
        }
        self.say(&format!("{tag} OK done\r\n"));
        true
    }

    fn say(&mut self, words: &str) {
        self.bytes(words.as_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        // The client may be gone, as it is to be.
        drop(self.lines.get_mut().write_all(bytes));
    }
}

/// `3:5` or `4`.
fn range(part: &str) -> std::ops::RangeInclusive<u32> {
    let (first, last) = part.split_once(':').unwrap_or((part, part));
    first.parse().unwrap_or(1)..=last.parse().unwrap_or(0)
}
