//! Reading delivery reports (RFC 3464): what a mail server says became of a letter of ours, and which letter it means.
//!
//! A report is believed only as far as it names a letter by our own signed Message-ID or bounce address; that is checked
//! where the letter is looked up. What it says beyond that is shown, never obeyed.

use super::decode::one_line;
use super::header::ids;
use super::mime::{self, Kind, Part, Structure};
use crate::domain::message::Mail;
use crate::domain::thread::{Fate, is_mail_system};

/// Of a server's words this much is kept.
const MOST_WORDS: usize = 300;
/// A report about one letter names few Message-IDs; of more, the first.
const MOST_IDS: usize = 20;
/// Bytes of a report's text that are searched for the letter it returns.
const MOST_TEXT: usize = 256 * 1024;

/// What a mail server reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What became of the letter.
    pub fate: Fate,
    /// The server's own words with its status code, on one line.
    pub words: String,
    /// The Message-IDs of the letters it returns or answers, without brackets.
    pub named: Vec<String>,
}

/// The report that a mail is, if it is one: by its structure, or because a mail system without better manners sent it.
pub fn read(raw: &[u8], mail: &Mail) -> Option<Report> {
    let structure = mime::read(raw);
    let status = structure
        .parts
        .iter()
        .find(|part| part.media.is("message/delivery-status"));
    let from_system = mail.making.null_sender || mail.sender().is_some_and(|sender| is_mail_system(&sender.address));
    let (fate, words) = match status {
        Some(part) => said(&part.transfer.decode(part.body)),
        None if from_system => (Fate::Unclear, shortened(&mail.text)),
        None => return None,
    };
    let mut named = returned(&structure);
    if status.is_none() {
        named.extend(in_text(&mail.text));
    }
    named.extend(mail.in_reply_to.iter().chain(&mail.references).cloned());
    named.truncate(MOST_IDS);
    Some(Report { fate, words, named })
}

/// The worst of what is said of the recipients: our letters have one.
fn said(body: &[u8]) -> (Fate, String) {
    let mut worst: Option<(Fate, String)> = None;
    for block in blocks(&String::from_utf8_lossy(body)) {
        let Some(action) = field(&block, "action") else {
            continue;
        };
        let fate = match action.to_ascii_lowercase().as_str() {
            "failed" => Fate::Failed,
            "delayed" => Fate::Delayed,
            "delivered" | "relayed" | "expanded" => Fate::Arrived,
            _ => Fate::Unclear,
        };
        let words = [field(&block, "status"), field(&block, "diagnostic-code")];
        let words = shortened(&words.into_iter().flatten().collect::<Vec<_>>().join(" · "));
        if worst.as_ref().is_none_or(|(known, _)| fate > *known) {
            worst = Some((fate, words));
        }
    }
    worst.unwrap_or((Fate::Unclear, String::new()))
}

/// Fields in blocks that empty lines part (RFC 3464, section 2.1), folded lines joined.
fn blocks(body: &str) -> Vec<Vec<String>> {
    let mut blocks = vec![Vec::<String>::new()];
    for line in body.lines() {
        if line.trim().is_empty() {
            blocks.push(Vec::new());
            continue;
        }
        let Some(block) = blocks.last_mut() else { continue };
        match block.last_mut() {
            Some(field) if line.starts_with([' ', '\t']) => {
                field.push(' ');
                field.push_str(line.trim());
            }
            _ => block.push(line.to_owned()),
        }
    }
    blocks
}

fn field(block: &[String], name: &str) -> Option<String> {
    block.iter().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

/// The Message-IDs of what the report returns: a whole message, or its header lines alone.
fn returned(structure: &Structure<'_>) -> Vec<String> {
    let mut named = Vec::new();
    for (number, part) in structure.parts.iter().enumerate() {
        match part.kind {
            Kind::Message => {
                let inner = structure.parts.iter().find(|inner| inner.parent == Some(number));
                named.extend(inner.into_iter().flat_map(own_ids));
            }
            Kind::Leaf if part.media.is("text/rfc822-headers") => {
                let bytes = part.transfer.decode(part.body);
                named.extend(mime::read(&bytes).parts.first().into_iter().flat_map(own_ids));
            }
            Kind::Leaf | Kind::Alternative | Kind::Multipart | Kind::Stray => {}
        }
    }
    named
}

fn own_ids(part: &Part<'_>) -> Vec<String> {
    part.headers.first("Message-ID").map(ids).unwrap_or_default()
}

/// The Message-IDs of header lines that stand in the text, as systems older than RFC 3464 return them.
fn in_text(text: &str) -> Vec<String> {
    text.get(..MOST_TEXT)
        .unwrap_or(text)
        .lines()
        .filter_map(|line| {
            let (name, value) = line.trim_start_matches(['>', ' ', '\t']).split_once(':')?;
            name.eq_ignore_ascii_case("message-id").then(|| ids(value.as_bytes()))
        })
        .flatten()
        .take(MOST_IDS)
        .collect()
}

fn shortened(words: &str) -> String {
    one_line(words).chars().take(MOST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::parse::parse;

    fn report(raw: &str) -> Option<Report> {
        let raw = raw.replace('\n', "\r\n").into_bytes();
        read(&raw, &parse(&raw))
    }

    const FAILED: &str = "\
From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: privacy@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"

--b
Content-Type: text/plain

I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Tue, 3 Mar 2026 09:00:00 +0000

Final-Recipient: rfc822; ann@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <ann@example.org>:
    Recipient address rejected

--b
Content-Type: message/rfc822

From: privacy@example.com
Message-ID: <habeas.1.aa.bb@example.com>
Subject: Your request

Hello.
--b--
";

    #[test]
    fn a_failure_is_read_with_the_servers_words_and_the_letter_it_returns() {
        let report = report(FAILED).unwrap();
        assert_eq!(report.fate, Fate::Failed);
        assert_eq!(
            report.words,
            "5.1.1 · smtp; 550 5.1.1 <ann@example.org>: Recipient address rejected"
        );
        assert_eq!(report.named, ["habeas.1.aa.bb@example.com"]);
    }

    #[test]
    fn header_lines_alone_name_the_letter_too() {
        let headers_only = FAILED.replace("message/rfc822", "text/rfc822-headers");
        assert_eq!(report(&headers_only).unwrap().named, ["habeas.1.aa.bb@example.com"]);
    }

    #[test]
    fn a_delay_an_arrival_and_an_unknown_action_are_told_apart() {
        for (action, fate) in [
            ("delayed", Fate::Delayed),
            ("DELIVERED", Fate::Arrived),
            ("relayed", Fate::Arrived),
            ("expanded", Fate::Arrived),
            ("eaten", Fate::Unclear),
        ] {
            let report = report(&FAILED.replace("Action: failed", &format!("Action: {action}"))).unwrap();
            assert_eq!(report.fate, fate, "{action}");
        }
        assert_eq!(
            report(&FAILED.replace("Action: failed\n", "")).unwrap().fate,
            Fate::Unclear
        );
    }

    #[test]
    fn the_worst_of_several_recipients_counts() {
        let two = FAILED.replace(
            "Final-Recipient: rfc822; ann@",
            "Final-Recipient: rfc822; bo@example.org\nAction: delivered\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; ann@",
        );
        assert_eq!(report(&two).unwrap().fate, Fate::Failed);
    }

    #[test]
    fn a_report_in_plain_words_is_unclear_but_names_its_letter() {
        let qmail = "From: MAILER-DAEMON@mx.example.org\nTo: privacy@example.com\nSubject: failure notice\n\nHi. This is the \
                     qmail-send program.\n<ann@example.org>:\nSorry, no mailbox here by that name.\n\n--- Below this line is \
                     a copy of the message.\n\nFrom: privacy@example.com\nMessage-ID: <habeas.1.aa.bb@example.com>\n\nHello.\n";
        let report = report(qmail).unwrap();
        assert_eq!(report.fate, Fate::Unclear);
        assert_eq!(report.named, ["habeas.1.aa.bb@example.com"]);
    }

    #[test]
    fn what_a_person_or_a_vacation_responder_writes_is_no_report() {
        let vacation = "From: ann@example.org\nTo: privacy@example.com\nAuto-Submitted: auto-replied\nSubject: Away\n\nI am \
                        away until Monday.\n";
        assert_eq!(report(vacation), None);
        let receipt = FAILED
            .replace("report-type=delivery-status", "report-type=disposition-notification")
            .replace("message/delivery-status", "message/disposition-notification")
            .replace("MAILER-DAEMON", "ann");
        assert_eq!(report(&receipt), None);
    }
}
