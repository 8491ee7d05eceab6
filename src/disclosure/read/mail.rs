//! Mails: who else got them, their text, and the files attached.

use super::super::context::OpenMail;
use super::super::finding::{FindingKind, Remedy};
use super::super::inspector::Inspector;
use super::super::place::Spot;
use super::{markup, plain};

/// Header fields that are redacted by leaving them out; what is kept is [`KEPT`].
const COPIES: [&str; 6] = ["cc", "bcc", "resent-cc", "resent-bcc", "resent-to", "x-original-cc"];
/// Header fields that stay in a redacted mail.
pub const KEPT: [&str; 5] = ["from", "to", "subject", "date", "reply-to"];
/// Names of messages look like addresses and are none.
const NAMES: [&str; 8] = [
    "message-id",
    "references",
    "in-reply-to",
    "dkim-signature",
    "arc-message-signature",
    "arc-seal",
    "resent-message-id",
    "content-id",
];

/// Whether bytes are a mail: header fields from the first line on, of which some only mails have.
pub fn is_mail(bytes: &[u8]) -> bool {
    const LINES: usize = 40;
    const ONLY_IN_MAILS: [&str; 10] = [
        "received",
        "return-path",
        "mime-version",
        "message-id",
        "delivered-to",
        "dkim-signature",
        "x-mailer",
        "reply-to",
        "content-transfer-encoding",
        "bcc",
    ];
    const IN_MAILS: [&str; 5] = ["from", "to", "subject", "date", "cc"];
    let (mut only, mut usual) = (0, 0);
    for line in bytes.split(|byte| *byte == b'\n').take(LINES) {
        let line = String::from_utf8_lossy(line.get(..200).unwrap_or(line)).to_lowercase();
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) || line.starts_with("from ") {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { break };
        only += usize::from(ONLY_IN_MAILS.contains(&name));
        usual += usize::from(IN_MAILS.contains(&name));
    }
    only + usual >= 2 && (only > 0 || usual >= 3)
}

/// Reads a mail.
pub fn file(inspector: &mut Inspector<'_>, bytes: &[u8], open: OpenMail) {
    let mail = open(bytes);
    for (name, value) in &mail.headers {
        let small = name.to_lowercase();
        let spot = || Spot::Header(name.clone());
        if COPIES.contains(&small.as_str()) && !value.trim().is_empty() {
            inspector.found(FindingKind::MailCopies, spot(), value, Remedy::Clean);
        }
        if !NAMES.contains(&small.as_str()) {
            let remedy = if KEPT.contains(&small.as_str()) {
                Remedy::Remove
            } else {
                Remedy::Clean
            };
            inspector.text(value, remedy, &|_| spot());
        }
    }
    plain::lines(inspector, &mail.text);
    if let Some(html) = &mail.html {
        inspector.reaching(Remedy::Clean, |inspector| {
            inspector.within("text/html", |inspector| markup::text(inspector, html));
        });
    }
    if mail.unread {
        inspector.unchecked(FindingKind::UnreadText, Spot::File);
    }
    for (name, bytes) in &mail.files {
        inspector.inner(name, bytes);
    }
}
