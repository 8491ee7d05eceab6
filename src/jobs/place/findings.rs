//! What is known about a message before it is placed: which letters, requests and earlier messages it points to.

use super::super::intake::Read;
use crate::domain::classification::{Doubt, Kind};
use crate::domain::event::Triage;
use crate::domain::message::{Characters, Mail};
use crate::domain::thread::{
    Correspondent, Findings, Folder, Legibility, Maker, Origin, ReportOn, Suspected, is_reply,
};
use crate::mail::reading::{Reading, marks_of};
use crate::mail::report::Report;
use crate::mail::token::{Addressed, LetterName, Tokens};
use crate::store::marks::{self, Mark};
use crate::store::messages::{self, Look, Marks, Outcome as Kept};
use crate::store::requests;
use crate::store::{StoreError, Tx, Vault, mergers, outbox};

/// Keyed digests by which a message is compared with others.
#[derive(Default)]
pub(super) struct Clues {
    /// By which it is found again.
    pub marks: Marks,
    /// Letters of ours that its reply headers name by our signature.
    letters: Vec<LetterName>,
    /// What addresses of ours it was sent to stand for.
    addressed: Vec<Addressed>,
    /// Earlier mail that its reply headers name.
    references: Vec<Mark>,
    /// References of requests that its subject and text name.
    pub mentioned: Vec<String>,
}

impl Clues {
    /// More earlier messages than this are not looked up.
    const MOST_REFERENCES: usize = 20;

    /// What a mail shows.
    pub fn of(vault: &Vault, tokens: Tokens<'_>, mail: &Mail) -> Self {
        let named = || {
            mail.in_reply_to
                .iter()
                .chain(mail.references.iter().rev())
                .take(Self::MOST_REFERENCES)
        };
        Self {
            marks: marks_of(vault, mail),
            letters: named().filter_map(|mid| tokens.letter(mid)).collect(),
            addressed: mail.to.iter().filter_map(|to| tokens.addressed(&to.address)).collect(),
            references: named().map(|mid| marks::message_id(vault, mid)).collect(),
            mentioned: mentioned(mail),
        }
    }
}

/// What is known about a message before it is placed.
pub(super) fn findings(
    tx: &mut Tx<'_>,
    read: &Read,
    clues: &Clues,
    tokens: Tokens<'_>,
) -> Result<Findings, StoreError> {
    let id = read.claimed.id;
    let mut duplicate_of = first_other(tx, Look::Digest(&read.claimed.digest), id)?;
    if let (None, Some(print)) = (duplicate_of, &clues.marks.fingerprint) {
        duplicate_of = first_other(tx, Look::Fingerprint(print), id)?;
    }
    let folder = if tokens.settings().is_junk(&read.claimed.place) {
        Folder::Junk
    } else {
        Folder::Mail
    };
    let Some((mail, reading)) = &read.mail else {
        return Ok(Findings {
            duplicate_of,
            report: None,
            token: None,
            reference: None,
            subject: None,
            kind: Kind::Request,
            triage: Triage::Needed,
            origin: Origin::Unclear,
            maker: Maker::Person,
            legibility: Legibility::Unreadable,
            folder,
        });
    };
    let address = mail.sender().map(|sender| sender.address.as_str());
    let report = match &read.report {
        Some(report) => match reported_letter(tx, tokens, report, clues)? {
            Some(letter) => Some(ReportOn {
                letter: letter.id,
                request: match letter.request_id {
                    Some(request) => {
                        let stored = requests::find(tx, request)?;
                        Some(mergers::goes_on_as(tx, stored)?.id)
                    }
                    None => None,
                },
                fate: report.fate,
            }),
            None => None,
        },
        None => None,
    };
    let token = named_request(tx, clues)?;
    let mut reference = None;
    for mark in &clues.references {
        reference = reference.or(request_of(tx, Look::MessageId(mark))?);
    }
    let mut subject = None;
    if let (None, Some(thread), Some(sender)) = (reference, &clues.marks.thread, &clues.marks.sender)
        && (is_reply(&mail.subject) || reading.classification.kind == Kind::FollowUp)
    {
        subject = request_of(tx, Look::Thread { thread, sender })?;
    }
    if let (None, None, Some(address), Kind::FollowUp) = (reference, subject, address, reading.classification.kind) {
        subject = only_open_of(tx, address)?;
    }
    let sure_request = reading.classification.kind == Kind::Request && !reading.classification.needs_triage;
    if let (None, None, Some(address), false) = (reference, subject, address, sure_request) {
        subject = own_mentioned(tx, &clues.mentioned, address)?;
    }
    let origin = match address {
        None => Origin::Unclear,
        Some(address) if tokens.is_ours(address) => Origin::Ourselves,
        Some(_) => Origin::Plain,
    };
    Ok(Findings {
        duplicate_of,
        report,
        token: suspected(tx, token, address)?,
        reference: suspected(tx, reference, address)?,
        subject: suspected(tx, subject, address)?,
        kind: reading.classification.kind,
        triage: if is_doubtful(mail, reading) || read.claimed.oddity.whole_size.is_some() {
            Triage::Needed
        } else {
            Triage::Clear
        },
        origin,
        maker: Maker::of(&mail.making),
        legibility: Legibility::Readable,
        folder,
    })
}

/// The request that a signature of ours names: in the reply headers, or in the address it was sent to.
fn named_request(tx: &mut Tx<'_>, clues: &Clues) -> Result<Option<i64>, StoreError> {
    let by_letter = clues.letters.iter().filter_map(|letter| letter.request);
    let by_address = clues.addressed.iter().filter_map(|addressed| match addressed {
        Addressed::Request(request) => Some(*request),
        Addressed::Letter(_) => None,
    });
    for request in by_letter.chain(by_address) {
        // A signature outlives a restore from a backup that is older than the request.
        if requests::is_there(tx, request)? {
            return Ok(Some(request));
        }
    }
    for addressed in &clues.addressed {
        if let Addressed::Letter(secret) = addressed
            && let Some(letter) = letter_of(tx, secret)?
            && letter.request_id.is_some()
        {
            return Ok(letter.request_id);
        }
    }
    Ok(None)
}

/// The letter that a report is about. Only our signature names it; whatever else the report says, it changes nothing.
fn reported_letter(
    tx: &mut Tx<'_>,
    tokens: Tokens<'_>,
    report: &Report,
    clues: &Clues,
) -> Result<Option<outbox::Outgoing>, StoreError> {
    let returned = report.named.iter().filter_map(|id| tokens.letter(id));
    let by_address = clues.addressed.iter().filter_map(|addressed| match addressed {
        Addressed::Letter(secret) => Some(secret.clone()),
        Addressed::Request(_) => None,
    });
    let secrets: Vec<String> = returned.map(|letter| letter.secret).chain(by_address).collect();
    for secret in secrets {
        if let Some(letter) = letter_of(tx, &secret)? {
            return Ok(Some(letter));
        }
    }
    Ok(None)
}

fn letter_of(tx: &mut Tx<'_>, secret: &str) -> Result<Option<outbox::Outgoing>, StoreError> {
    let mark = marks::token(tx.vault, secret);
    outbox::find_by_token(tx, &mark)
}

/// The references that a subject and a text name, whoever wrote them: only a suggestion.
fn mentioned(mail: &Mail) -> Vec<String> {
    const MOST: usize = 5;
    const SEARCHED: usize = 64 * 1024;
    let text = mail.text.get(..SEARCHED).unwrap_or(&mail.text);
    let mut found: Vec<String> = Vec::new();
    for part in [mail.subject.as_str(), text] {
        for (at, _) in part.match_indices("DSR-") {
            let reference: String = part[at..]
                .chars()
                .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '-')
                .take(24)
                .collect();
            if found.len() < MOST && !found.contains(&reference) {
                found.push(reference);
            }
        }
    }
    found
}

/// The first of the mentioned requests that is the sender's own.
pub(super) fn own_mentioned(tx: &mut Tx<'_>, mentioned: &[String], address: &str) -> Result<Option<i64>, StoreError> {
    for reference in mentioned {
        if let Some(stored) = requests::find_by_reference(tx, reference)?
            && stored.card.address.eq_ignore_ascii_case(address)
        {
            return Ok(Some(stored.id));
        }
    }
    Ok(None)
}

/// Whether a person must look at a mail before anything follows from it.
pub(super) fn is_doubtful(mail: &Mail, reading: &Reading) -> bool {
    reading.classification.needs_triage || mail.characters == Characters::Uncertain
}

/// The same of a message under our signature: to which request it belongs is no doubt any more.
pub(super) fn is_doubtful_where_it_belongs(mail: &Mail, reading: &Reading) -> bool {
    let doubts = &reading.classification.doubts;
    let is_only_where = !doubts.is_empty() && doubts.iter().all(|doubt| *doubt == Doubt::MayBelong);
    is_doubtful(mail, reading) && !(is_only_where && mail.characters != Characters::Uncertain)
}

/// The one open request of a sender; none when there are several, so that nothing is guessed.
fn only_open_of(tx: &mut Tx<'_>, address: &str) -> Result<Option<i64>, StoreError> {
    let mut open = Vec::new();
    for id in requests::of_sender(tx, address, 20)? {
        if requests::find(tx, id)?.request.is_running() {
            open.push(id);
        }
    }
    Ok(match open[..] {
        [id] => Some(id),
        _ => None,
    })
}

/// The first delivery among messages that look the same. A repetition is never the first, and nothing is a repetition of
/// what lies in quarantine: the sender may repeat what the junk filter took.
pub(super) fn first_other(tx: &mut Tx<'_>, look: Look<'_>, id: i64) -> Result<Option<i64>, StoreError> {
    let found = messages::look_up(tx, look)?;
    let first = found
        .iter()
        .find(|found| found.id != id && !matches!(found.outcome, Kept::Kept | Kept::Duplicate | Kept::Quarantined));
    Ok(first.map(|found| found.id))
}

/// The request of a message that a look finds.
fn request_of(tx: &mut Tx<'_>, look: Look<'_>) -> Result<Option<i64>, StoreError> {
    Ok(messages::look_up(tx, look)?.iter().find_map(|found| found.request_id))
}

/// The request that goes on, where the suspected one was merged into another.
fn suspected(tx: &mut Tx<'_>, request: Option<i64>, address: Option<&str>) -> Result<Option<Suspected>, StoreError> {
    let Some(id) = request else { return Ok(None) };
    let stored = requests::find(tx, id)?;
    let requester = stored.card.address.clone();
    let id = mergers::goes_on_as(tx, stored)?.id;
    let same = address.is_some_and(|address| address.eq_ignore_ascii_case(&requester));
    let from = if same {
        Correspondent::Requester
    } else {
        Correspondent::Stranger
    };
    Ok(Some(Suspected { request: id, from }))
}
