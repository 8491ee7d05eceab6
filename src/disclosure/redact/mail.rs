//! A mail without what is to go: written anew as a text with the fields that say who wrote it when, and its files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::place::{Spot, Stretch};
use super::super::read::mail::KEPT;
use super::text::replaced;
use super::{Cannot, FindingKind, Removal, Work, sorted, whole};

/// Rewrites a mail.
pub fn rewrite(work: &mut Work<'_>, bytes: &[u8], removals: Vec<Removal>, depth: usize) -> Result<Vec<u8>, Cannot> {
    let open = work.context.open_mail.ok_or(Cannot::Unread(FindingKind::UnreadText))?;
    let mail = open(bytes);
    if mail.unread {
        return Err(Cannot::Unread(FindingKind::UnreadText));
    }
    let (here, mut inside) = sorted(removals);
    let mut head = String::new();
    for (name, value) in &mail.headers {
        if !KEPT.contains(&name.to_lowercase().as_str()) {
            continue;
        }
        let removal = here
            .iter()
            .find(|removal| removal.place.spot == Spot::Header(name.clone()));
        let value = removal.map_or_else(|| value.clone(), |removal| work.mark(removal.reason));
        let value: String = value
            .chars()
            .map(|one| if one.is_control() { ' ' } else { one })
            .collect();
        head.push_str(&header(name, &value));
    }
    let mut stretches: Vec<(Stretch, String)> = Vec::new();
    for removal in &here {
        match &removal.place.spot {
            Spot::Text { stretch, .. } => stretches.push((*stretch, work.mark(removal.reason))),
            Spot::Header(_) => {}
            _ => return Err(Cannot::NoSuchPlace(removal.place.clone())),
        }
    }
    let text = replaced(&mail.text, &stretches, |mark| mark)?;
    let mut parts = vec![part("text/plain; charset=utf-8", None, text.as_bytes())];
    for (name, bytes) in &mail.files {
        let removals = inside.remove(name).unwrap_or_default();
        if whole(&removals) {
            continue;
        }
        let asked = !removals.is_empty();
        let bytes = match work.file(bytes, removals, depth + 1) {
            Ok(rewritten) => rewritten,
            Err(Cannot::Kind(_)) if !asked => bytes.clone(),
            Err(cannot) => return Err(Cannot::Inside(Box::new(cannot))),
        };
        parts.push(part("application/octet-stream", Some(name), &bytes));
    }
    Ok(joined(&head, &parts).into_bytes())
}

/// A header field; words beyond ASCII are encoded (RFC 2047), no line is longer than 75 characters of them.
fn header(name: &str, value: &str) -> String {
    if value.is_ascii() && value.len() < 900 {
        return format!("{name}: {value}\r\n");
    }
    let characters: Vec<char> = value.chars().collect();
    let words: Vec<String> = characters
        .chunks(10)
        .map(|chunk| format!("=?utf-8?B?{}?=", STANDARD.encode(chunk.iter().collect::<String>())))
        .collect();
    format!("{name}: {}\r\n", words.join("\r\n "))
}

fn part(media: &str, name: Option<&str>, bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    let lines: Vec<&str> = encoded
        .as_bytes()
        .chunks(76)
        .filter_map(|line| str::from_utf8(line).ok())
        .collect();
    let disposition = name.map_or_else(String::new, |name| {
        let percent: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
        format!("Content-Disposition: attachment; filename*=utf-8''{percent}\r\n")
    });
    format!(
        "Content-Type: {media}\r\n{disposition}Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        lines.join("\r\n")
    )
}

/// The boundary holds a character that base64 has not, so that it stands in no part.
const BOUNDARY: &str = "_redacted_";

fn joined(head: &str, parts: &[String]) -> String {
    match parts {
        [only] => format!("{head}MIME-Version: 1.0\r\n{only}"),
        _ => {
            let parts: String = parts.iter().map(|part| format!("--{BOUNDARY}\r\n{part}")).collect();
            format!(
                "{head}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n{parts}--{BOUNDARY}--\r\n"
            )
        }
    }
}
