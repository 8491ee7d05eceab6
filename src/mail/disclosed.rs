//! A mail as the disclosure gate looks through it: every header field, all text, every part.

use std::panic::catch_unwind;

use super::header::as_written;
use super::mime;
use super::parse::{attachment, parse};
use crate::disclosure::OpenedMail;
use crate::domain::message::Remark;

/// Takes a mail apart. Never fails and never panics: what cannot be read is said to be so.
pub fn open_mail(raw: &[u8]) -> OpenedMail {
    catch_unwind(|| opened(raw)).unwrap_or_else(|_| OpenedMail {
        unread: true,
        ..OpenedMail::default()
    })
}

fn opened(raw: &[u8]) -> OpenedMail {
    let mail = parse(raw);
    let structure = mime::read(raw);
    let headers = structure.parts.first().map(|part| {
        let fields = part.headers.iter();
        let decoded = |field: mime::Header<'_>| {
            (
                String::from_utf8_lossy(field.name).into_owned(),
                as_written(field.value).trim().to_owned(),
            )
        };
        fields.map(decoded).collect()
    });
    let parts = mail.attachments.iter().chain(&mail.other_forms);
    let files: Vec<(String, Vec<u8>)> = parts
        .filter_map(|part| attachment(raw, part.index).map(|file| (part.name.clone(), file.bytes)))
        .collect();
    let is_whole = files.len() == mail.attachments.len() + mail.other_forms.len();
    OpenedMail {
        headers: headers.unwrap_or_default(),
        text: mail.text,
        html: None,
        files,
        unread: !is_whole || mail.remarks.iter().any(hides),
    }
}

/// Whether a remark says that something of the mail was not read.
fn hides(remark: &Remark) -> bool {
    matches!(
        remark,
        Remark::Unreadable
            | Remark::HeaderTooLong
            | Remark::FieldTooLong
            | Remark::TooDeep
            | Remark::TooManyParts
            | Remark::Encrypted
            | Remark::TextTooLong
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_header_the_text_and_each_file_are_looked_at() {
        let raw = b"From: a@example.com\r\nCc: b@example.com\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\n\
            Content-Type: text/csv; name=t.csv\r\nContent-Disposition: attachment; filename=t.csv\r\n\r\n1,2\r\n--x--\r\n";
        let opened = open_mail(raw);
        assert!(opened.headers.contains(&("Cc".to_owned(), "b@example.com".to_owned())));
        assert!(opened.headers.contains(&("Subject".to_owned(), "caf\u{e9}".to_owned())));
        assert!(opened.text.contains("hello"));
        assert_eq!(opened.files, [("t.csv".to_owned(), b"1,2".to_vec())]);
        assert!(!opened.unread);
    }
}
