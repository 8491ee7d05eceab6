//! What becomes of a message: which request it belongs to, how sure that is, and whether it may be answered automatically.

use super::classification::Kind;
use super::event::{Belonging, CaseKind, Triage};
use super::message::{Mail, Making, Sender};

/// What was found out about a message before it is placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// The kept message of which this is a second delivery: equal bytes, or equal Message-ID, sender and content.
    pub duplicate_of: Option<i64>,
    /// The letter of ours that it reports on, named by our signature.
    pub report: Option<ReportOn>,
    /// The request that our signature in a reply header or in the address names.
    pub token: Option<Suspected>,
    /// The request of a message that the reply headers name.
    pub reference: Option<Suspected>,
    /// The request that the same sender wrote under the same subject, or the only one of theirs that is open when the
    /// message speaks as a follow-up.
    pub subject: Option<Suspected>,
    /// The best guess at what sort of message it is.
    pub kind: Kind,
    /// Whether recognition was sure.
    pub triage: Triage,
    /// Who it says it is from.
    pub origin: Origin,
    /// Whether its headers say that a programme made it.
    pub maker: Maker,
    /// Whether it could be read at all.
    pub legibility: Legibility,
    /// Where it was found.
    pub folder: Folder,
}

/// Who made a message, as its headers say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// Nothing says otherwise.
    Person,
    /// RFC 3834 fields, a list, a report.
    Programme,
}

impl Maker {
    /// Who made a mail.
    pub fn of(making: &Making) -> Self {
        if made_by_programme(making) {
            Self::Programme
        } else {
            Self::Person
        }
    }
}

/// A mail server's report on a letter of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportOn {
    /// The letter's row in the outbox.
    pub letter: i64,
    /// The request that the letter was about; `None` for mail to staff.
    pub request: Option<i64>,
    /// What became of the letter.
    pub fate: Fate,
}

/// What became of a letter, as a mail server reports it (RFC 3464, section 2.3.3); the worse is the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Delivered, relayed or expanded.
    Arrived,
    /// A mail system wrote something that no programme can read.
    Unclear,
    /// It is still tried.
    Delayed,
    /// It did not arrive and will not.
    Failed,
}

/// A request that a message may belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspected {
    /// The request.
    pub request: i64,
    /// Whether the message comes from the requester's own address.
    pub from: Correspondent,
}

/// Whether an address is the requester's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correspondent {
    /// The address that the request came from.
    Requester,
    /// Any other.
    Stranger,
}

/// What sort of sender a message shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// One plain address.
    Plain,
    /// Several, hidden or none: a person must look.
    Unclear,
    /// Our own privacy contact: a loop or a forgery.
    Ourselves,
}

/// Whether a message could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Legibility {
    /// Yes.
    Readable,
    /// Reading it failed again and again.
    Unreadable,
}

/// In what sort of folder a message was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    /// One for mail.
    Mail,
    /// One that the mail server fills with what looks like junk to it.
    Junk,
}

/// Why a message of a junk folder is quarantined.
pub const JUNK: &str = "junk";

/// What becomes of a message. None is dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placed {
    /// It opens a request; the clock runs from its receipt.
    Opened {
        /// What sort of case.
        kind: CaseKind,
        /// Whether a person must look first.
        triage: Triage,
    },
    /// It joins a request.
    Joined {
        /// Which.
        request: i64,
        /// How sure that is.
        belonging: Belonging,
    },
    /// It is kept with the first delivery.
    Duplicate {
        /// The first delivery.
        of: i64,
    },
    /// A report on a letter of ours, kept with the request that the letter was about.
    Reported {
        /// Which.
        request: i64,
        /// The letter's row in the outbox.
        letter: i64,
        /// What became of the letter.
        fate: Fate,
    },
    /// Not a request; a person can bring it back.
    SetAside {
        /// A short code: `automatic`, `report`, `unrelated`.
        why: &'static str,
    },
    /// Nothing is done with it before a person has looked.
    Quarantined {
        /// A short code: `junk`, `own-address`.
        why: &'static str,
    },
}

/// Places a message. Only our token from the requester's own address proves that it belongs; all else is held
/// for a person or opens a request of its own, so that no clock is lost.
pub fn place(findings: &Findings) -> Placed {
    if let Some(of) = findings.duplicate_of {
        return Placed::Duplicate { of };
    }
    // What no machine can read may be a request all the same: its clock runs, and a person reads it.
    if findings.legibility == Legibility::Unreadable {
        return Placed::Opened {
            kind: CaseKind::Request,
            triage: Triage::Needed,
        };
    }
    if findings.folder == Folder::Junk {
        return Placed::Quarantined { why: JUNK };
    }
    if findings.origin == Origin::Ourselves {
        return Placed::Quarantined { why: "own-address" };
    }
    if let Some(placed) = findings.report.and_then(reported) {
        return placed;
    }
    if let Some(placed) = set_aside(findings) {
        return placed;
    }
    if let Some(suspected) = findings.token {
        let belonging = match (suspected.from, findings.origin) {
            (Correspondent::Requester, Origin::Plain) => Belonging::Proven,
            _ => Belonging::Held,
        };
        return Placed::Joined {
            request: suspected.request,
            belonging,
        };
    }
    let suggested = findings.reference.or(findings.subject);
    if let Some(suspected) = suggested.filter(|suspected| suspected.from == Correspondent::Requester) {
        return Placed::Joined {
            request: suspected.request,
            belonging: Belonging::Held,
        };
    }
    open(findings)
}

/// What a report does; one that a programme cannot read goes the way of any mail to its request, and is held there.
fn reported(report: ReportOn) -> Option<Placed> {
    match (report.request, report.fate) {
        (_, Fate::Arrived) | (None, Fate::Delayed | Fate::Failed | Fate::Unclear) => {
            Some(Placed::SetAside { why: "report" })
        }
        (Some(request), Fate::Unclear) => Some(Placed::Joined {
            request,
            belonging: Belonging::Held,
        }),
        (Some(request), fate @ (Fate::Delayed | Fate::Failed)) => Some(Placed::Reported {
            request,
            letter: report.letter,
            fate,
        }),
    }
}

/// Machine-made and unrelated mail opens nothing, but only where recognition was sure of it.
fn set_aside(findings: &Findings) -> Option<Placed> {
    match (findings.kind, findings.triage) {
        // A reply to our own letter repeats its subject, which sounds automatic whoever writes below it.
        (Kind::Automatic, Triage::Clear) if findings.token.is_some() && findings.maker == Maker::Person => None,
        (Kind::Automatic, Triage::Clear) => Some(Placed::SetAside { why: "automatic" }),
        (Kind::Unrelated, Triage::Clear) if findings.token.is_none() => Some(Placed::SetAside { why: "unrelated" }),
        _ => None,
    }
}

fn open(findings: &Findings) -> Placed {
    let kind = match findings.kind {
        Kind::Complaint => CaseKind::Complaint,
        Kind::Question => CaseKind::Question,
        Kind::Request | Kind::FollowUp | Kind::Automatic | Kind::Unrelated => CaseKind::Request,
    };
    let sure = matches!(findings.kind, Kind::Request | Kind::Complaint | Kind::Question)
        && findings.origin == Origin::Plain
        && findings.triage == Triage::Clear;
    Placed::Opened {
        kind,
        triage: if sure { Triage::Clear } else { Triage::Needed },
    }
}

/// Why a message gets no automatic answer (RFC 3834, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unanswerable {
    /// No plain sender address.
    NoSender,
    /// Our own address, or a mail system's.
    SystemAddress,
    /// A programme made it, or it came over a list.
    Automatic,
}

/// The address that may be answered automatically; `is_ours` tells the house's own addresses.
///
/// # Errors
/// Why no answer may go out by itself.
pub fn answerable(mail: &Mail, is_ours: impl Fn(&str) -> bool) -> Result<&str, Unanswerable> {
    let address = match &mail.from {
        Sender::Known(address) => address.address.as_str(),
        Sender::Ambiguous { .. } | Sender::Missing => return Err(Unanswerable::NoSender),
    };
    if is_ours(address) || is_mail_system(address) {
        return Err(Unanswerable::SystemAddress);
    }
    if made_by_programme(&mail.making) {
        Err(Unanswerable::Automatic)
    } else {
        Ok(address)
    }
}

/// Whether an address is one that programmes write from and nobody reads (RFC 3834, section 2; RFC 2142).
pub fn is_mail_system(address: &str) -> bool {
    const NAMES: [&str; 6] = [
        "mailer-daemon",
        "postmaster",
        "no-reply",
        "noreply",
        "donotreply",
        "do-not-reply",
    ];
    let local = address.split('@').next().unwrap_or("").to_ascii_lowercase();
    NAMES.contains(&local.as_str())
}

fn made_by_programme(making: &Making) -> bool {
    let bulk = making
        .precedence
        .as_deref()
        .is_some_and(|word| matches!(word, "bulk" | "list" | "junk"));
    let submitted = making.auto_submitted.as_deref().is_some_and(|word| word != "no");
    bulk || submitted
        || making.from_list
        || making.auto_response_header
        || making.null_sender
        || making.report_type.is_some()
}

/// A subject without reply and forward marks and gateway marks, for comparing; case-folded, on single spaces.
pub fn bare_subject(subject: &str) -> String {
    const MARKS: [&str; 17] = [
        "re:",
        "re：",
        "aw:",
        "sv:",
        "fw:",
        "fwd:",
        "wg:",
        "tr:",
        "回复:",
        "回复：",
        "答复:",
        "答复：",
        "转发:",
        "转发：",
        "[external]",
        "[ext]",
        "【外部邮件】",
    ];
    let mut rest = subject.trim().to_lowercase();
    while let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
        rest = rest[mark.len()..].trim_start().to_owned();
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a subject says that the mail replies to another.
pub fn is_reply(subject: &str) -> bool {
    const REPLIES: [&str; 9] = [
        "re:",
        "re：",
        "aw:",
        "sv:",
        "回复:",
        "回复：",
        "答复:",
        "答复：",
        "回覆:",
    ];
    let subject = subject.trim().to_lowercase();
    let subject = subject
        .strip_prefix("[external]")
        .map_or(subject.as_str(), str::trim_start);
    REPLIES.iter().any(|mark| subject.starts_with(mark))
}
