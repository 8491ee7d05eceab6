//! Reading a raw mail: whatever the bytes are, a [`Mail`] comes out, with remarks on what was odd.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Utc};

use super::{
    address::{self, MAX_ADDRESSES},
    body::{self, Body, MAX_TEXT},
    charset::Charset,
    decode::{Lens, Reach, neutral, one_line, text},
    header::{as_written, date, ids, received_at, words, words_read},
    mime::{self, Headers, Kind, MAX_HEADER, Structure},
    transfer::Transfer,
};
use crate::domain::message::{Address, Characters, Mail, Making, Remark, Sender};

/// A part of a mail as a file, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentBytes {
    /// Safe to show; never a path.
    pub name: String,
    /// As declared.
    pub media_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Reads a mail. Never fails and never panics: what cannot be read is text with a remark.
pub fn parse(raw: &[u8]) -> Mail {
    parse_as(raw, None)
}

/// Reads a mail as a person chose: by that character set where the mail is uncertain by itself, or everywhere beyond
/// ASCII where it is not.
pub fn parse_as(raw: &[u8], chosen: Option<Charset>) -> Mail {
    catch_unwind(AssertUnwindSafe(|| read(raw, chosen))).unwrap_or_else(|_| unread(raw))
}

/// The part with this number in [`Mail::attachments`], decoded.
pub fn attachment(raw: &[u8], index: usize) -> Option<AttachmentBytes> {
    attachment_as(raw, index, None)
}

/// The same, its name read as a person chose.
pub fn attachment_as(raw: &[u8], index: usize, chosen: Option<Charset>) -> Option<AttachmentBytes> {
    catch_unwind(AssertUnwindSafe(|| {
        let structure = mime::read(raw);
        let structure = mime::read_through(raw, lens(&structure, chosen));
        let part = structure.parts.get(index)?;
        let bytes = match part.kind {
            Kind::Leaf | Kind::Stray => part.transfer.decode(part.body),
            Kind::Message => part.body.to_vec(),
            Kind::Multipart | Kind::Alternative => return None,
        };
        Some(AttachmentBytes {
            name: body::file_name(part, index),
            media_type: part.media.name.clone(),
            bytes,
        })
    }))
    .unwrap_or_default()
}

/// When our own server took a mail: the date of its topmost `Received` field.
pub fn top_received(raw: &[u8]) -> Option<DateTime<Utc>> {
    catch_unwind(|| {
        mime::read(raw)
            .parts
            .first()?
            .headers
            .first("Received")
            .and_then(received_at)
    })
    .unwrap_or_default()
}

/// The topmost From field of a mail, decoded, with all that is taken out where it is shown. Empty when there is none, or
/// when the header is beyond the limits.
pub fn sender_as_written(raw: &[u8]) -> String {
    let written = || Some(as_written(mime::head(raw)?.first("From")?));
    catch_unwind(AssertUnwindSafe(written))
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// Header fields whose text is shown.
const SHOWN_FIELDS: [&str; 5] = ["Subject", "From", "To", "Cc", "Reply-To"];

/// Through what a mail is read when a person chose. Whether it is uncertain by itself follows from its bytes alone.
pub(super) fn lens(structure: &Structure<'_>, chosen: Option<Charset>) -> Lens {
    let usual = usual(structure);
    let Some(charset) = chosen else {
        return Lens { chosen: None, usual };
    };
    let reach = reach(structure, Lens { chosen: None, usual });
    Lens {
        chosen: Some((charset, reach)),
        usual,
    }
}

/// How far a choice reaches in a mail that reads so by itself.
pub(super) fn reach(structure: &Structure<'_>, by_itself: Lens) -> Reach {
    let body = body::read(structure, by_itself, MAX_TEXT);
    match body.characters.and(characters_of_fields(structure, by_itself)) {
        Characters::Uncertain => Reach::Uncertain,
        Characters::Certain => Reach::Everything,
    }
}

/// The character set that the first text of a mail declares.
fn usual(structure: &Structure<'_>) -> Option<Charset> {
    let mut texts = structure
        .parts
        .iter()
        .filter(|part| part.media.name.starts_with("text/"));
    texts.find_map(|part| Charset::named(part.media.charset.as_deref()?))
}

/// Whether every header field that is shown is certain.
fn characters_of_fields(structure: &Structure<'_>, lens: Lens) -> Characters {
    let Some(top) = structure.parts.first() else {
        return Characters::Certain;
    };
    SHOWN_FIELDS
        .iter()
        .flat_map(|name| top.headers.all(name))
        .fold(Characters::Certain, |all, value| {
            all.and(words_read(value, lens).characters)
        })
}

fn read(raw: &[u8], chosen: Option<Charset>) -> Mail {
    let mut structure = mime::read(raw);
    let lens = lens(&structure, chosen);
    if lens.chosen.is_some() {
        structure = mime::read_through(raw, lens);
    }
    let none = Headers::default();
    let headers = structure.parts.first().map_or(&none, |part| &part.headers);
    let body = body::read(&structure, lens, MAX_TEXT);
    let mut remarks = structure.remarks.clone();
    let from = address::sender(headers, lens);
    let to = addresses(headers, &["To", "Cc"], lens, &mut remarks);
    let reply_to = addresses(headers, &["Reply-To"], lens, &mut remarks);
    remark_on_sender(&from, headers, lens, &mut remarks);
    let making = making(headers, &structure);
    let subject = subject(headers, lens);
    if subject.len() > MAX_HEADER {
        remarks.push(Remark::FieldTooLong);
    }
    let Body {
        text,
        own_text,
        quoted_text,
        offered,
        other_forms,
        characters,
        remarks: body_remarks,
        ..
    } = body;
    remarks.extend(body_remarks);
    Mail {
        message_id: headers
            .first("Message-ID")
            .and_then(|value| ids(value).into_iter().next()),
        in_reply_to: headers.first("In-Reply-To").map(ids).unwrap_or_default(),
        references: headers.first("References").map(ids).unwrap_or_default(),
        from,
        reply_to,
        to,
        subject: subject
            .get(..subject.floor_char_boundary(MAX_HEADER))
            .unwrap_or_default()
            .to_owned(),
        date: headers.first("Date").and_then(date),
        top_received: headers.first("Received").and_then(received_at),
        text,
        own_text,
        quoted_text,
        making,
        attachments: body::attachments(&structure, &offered),
        other_forms: body::attachments(&structure, &other_forms),
        characters: characters.and(characters_of_fields(&structure, lens)),
        remarks: once(remarks),
    }
}

/// The subject, on one line; empty when there is none.
pub(super) fn subject(headers: &Headers<'_>, lens: Lens) -> String {
    headers
        .first("Subject")
        .map(|value| words(value, lens))
        .unwrap_or_default()
}

/// Each remark once, where it stands first.
fn once(remarks: Vec<Remark>) -> Vec<Remark> {
    let mut seen = HashSet::new();
    remarks
        .into_iter()
        .filter(|remark| seen.insert(remark.clone()))
        .collect()
}

/// What is left to show of a mail that must not be read, or of which the reading itself went wrong.
pub fn unread(raw: &[u8]) -> Mail {
    const SHOWN: usize = 64 * 1024;
    let shown = neutral(&String::from_utf8_lossy(raw.get(..SHOWN).unwrap_or(raw)));
    Mail {
        message_id: None,
        in_reply_to: Vec::new(),
        references: Vec::new(),
        from: Sender::Missing,
        reply_to: Vec::new(),
        to: Vec::new(),
        subject: String::new(),
        date: None,
        top_received: None,
        own_text: shown.clone(),
        text: shown,
        quoted_text: String::new(),
        making: Making::default(),
        attachments: Vec::new(),
        other_forms: Vec::new(),
        characters: Characters::Uncertain,
        remarks: vec![Remark::Unreadable],
    }
}

fn addresses(headers: &Headers<'_>, names: &[&str], lens: Lens, remarks: &mut Vec<Remark>) -> Vec<Address> {
    let mut addresses: Vec<Address> = Vec::new();
    for value in names.iter().flat_map(|name| headers.all(name)) {
        if addresses.len() <= MAX_ADDRESSES {
            addresses.extend(address::list(value, lens).addresses);
        }
    }
    if addresses.len() > MAX_ADDRESSES {
        addresses.truncate(MAX_ADDRESSES);
        remarks.push(Remark::TooManyAddresses);
    }
    addresses
}

fn remark_on_sender(from: &Sender, headers: &Headers<'_>, lens: Lens, remarks: &mut Vec<Remark>) {
    match from {
        Sender::Known(_) => {}
        Sender::Ambiguous { .. } => remarks.push(Remark::SenderAmbiguous),
        Sender::Missing => match headers
            .first("From")
            .map(|value| words(value, lens))
            .filter(|shown| !shown.is_empty())
        {
            Some(shown) => remarks.push(Remark::SenderNoAddress { shown }),
            None => remarks.push(Remark::SenderMissing),
        },
    }
}

fn making(headers: &Headers<'_>, structure: &Structure<'_>) -> Making {
    let keyword = |name: &str| {
        let value = words(headers.first(name)?, Lens::default());
        let word = value
            .split([';', ' ', '('])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        (!word.is_empty()).then_some(word)
    };
    let top = structure.parts.first().map(|part| &part.media);
    let calendar = structure.parts.iter().find(|part| part.media.is("text/calendar"));
    Making {
        auto_submitted: keyword("Auto-Submitted"),
        precedence: keyword("Precedence"),
        from_list: headers.has_prefix("List-"),
        auto_response_header: [
            "X-Auto-Response-Suppress",
            "X-Autoreply",
            "X-Auto-Reply",
            "X-Autorespond",
            "X-Autoresponse",
        ]
        .iter()
        .any(|name| headers.has_prefix(name)),
        null_sender: headers
            .first("Return-Path")
            .is_some_and(|value| value.trim_ascii() == b"<>"),
        report_type: top
            .filter(|media| media.is("multipart/report"))
            .map(|media| media.report_type.clone().unwrap_or_default()),
        calendar_method: calendar.map(|part| {
            part.media
                .method
                .clone()
                .or_else(|| method_inside(part.body, part.transfer))
                .unwrap_or_default()
        }),
    }
}

/// The METHOD line of a calendar file (RFC 5546).
fn method_inside(body: &[u8], transfer: Transfer) -> Option<String> {
    const LOOKED_AT: usize = 4096;
    let start = transfer.decode(body.get(..LOOKED_AT).unwrap_or(body));
    let start = text(&start, None, Lens::default()).text;
    let method = start.lines().find_map(|line| line.trim().strip_prefix("METHOD:"))?;
    Some(one_line(method).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(lines: &[&str]) -> Mail {
        parse(lines.join("\r\n").as_bytes())
    }

    #[test]
    fn a_plain_mail_is_read_whole() {
        let mail = mail(&[
            "Return-Path: <ann@example.org>",
            "Received: from a by mx.example.com; Tue, 18 Feb 2025 16:41:10 +0800",
            "Received: from b by a; Tue, 18 Feb 2025 16:41:00 +0800",
            "From: Ann Lee <Ann@EXAMPLE.org>",
            "To: privacy@example.com, Bo <bo@example.com>",
            "Cc: c@example.com",
            "Reply-To: other@example.org",
            "Subject: My",
            "\tdata",
            "Message-ID: <1@example.org>",
            "In-Reply-To: <0@example.com>",
            "References: <a@example.com> <0@example.com>",
            "",
            "Please send me a copy.",
            "",
            "On Mon, 17 Feb 2025, Privacy wrote:",
            "> Delete?",
        ]);
        let ann = Address {
            name: "Ann Lee".to_owned(),
            address: "Ann@example.org".to_owned(),
        };
        assert_eq!(mail.sender(), Some(&ann));
        assert_eq!(mail.to.len(), 3);
        assert_eq!(mail.reply_to[0].address, "other@example.org");
        assert_eq!(mail.subject, "My data");
        assert_eq!(mail.message_id.as_deref(), Some("1@example.org"));
        assert_eq!(mail.in_reply_to, ["0@example.com"]);
        assert_eq!(mail.references, ["a@example.com", "0@example.com"]);
        assert_eq!(
            mail.top_received.map(|at| at.to_rfc3339()).as_deref(),
            Some("2025-02-18T08:41:10+00:00")
        );
        assert_eq!(mail.own_text, "Please send me a copy.");
        assert!(mail.quoted_text.ends_with("Delete?"));
        assert_eq!(mail.remarks, []);
    }

    #[test]
    fn nothing_at_all_is_a_mail_without_a_sender() {
        let mail = parse(b"");
        assert_eq!(mail.from, Sender::Missing);
        assert_eq!(mail.text, "");
    }

    #[test]
    fn headers_say_whether_a_programme_wrote() {
        let mail = mail(&[
            "Return-Path: <>",
            "Auto-Submitted: auto-replied (vacation); owner=x",
            "Precedence: Bulk",
            "List-Id: <l.example.com>",
            "X-Autoreply: yes",
            "Content-Type: multipart/report; report-type=Delivery-Status; boundary=b",
            "",
            "--b",
            "Content-Type: text/calendar; charset=utf-8",
            "",
            "BEGIN:VCALENDAR",
            "METHOD:REQUEST",
            "--b--",
        ]);
        let making = Making {
            auto_submitted: Some("auto-replied".to_owned()),
            precedence: Some("bulk".to_owned()),
            from_list: true,
            auto_response_header: true,
            null_sender: true,
            report_type: Some("delivery-status".to_owned()),
            calendar_method: Some("request".to_owned()),
        };
        assert_eq!(mail.making, making);
    }

    #[test]
    fn each_file_is_listed_and_given_back_by_its_number() {
        let raw = [
            "Content-Type: multipart/mixed; boundary=\"b\"",
            "",
            "--b",
            "",
            "See the form.",
            "--b",
            "Content-Type: application/pdf; name=\"=?gb2312?B?yerH67Htuf4=?=.pdf\"",
            "Content-Transfer-Encoding: base64",
            "Content-Disposition: attachment; filename*0*=utf-8''..%2F%E7%94%B3%E8%AF; filename*1*=%B7.pdf",
            "",
            "JVBERg==",
            "--b--",
            "left over",
        ]
        .join("\n");
        let mail = parse(raw.as_bytes());
        let names: Vec<&str> = mail.attachments.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["_申请.pdf", "part-3.txt"]);
        assert_eq!(mail.attachments[0].size, 4);
        assert_eq!(
            attachment(raw.as_bytes(), mail.attachments[0].index).unwrap().bytes,
            b"%PDF"
        );
        assert_eq!(
            attachment(raw.as_bytes(), mail.attachments[1].index).unwrap().bytes,
            b"left over"
        );
        assert_eq!(attachment(raw.as_bytes(), 99), None);
    }

    #[test]
    fn an_attached_message_is_a_file_and_quoted_text() {
        let mail = mail(&[
            "Content-Type: multipart/mixed; boundary=b",
            "",
            "--b",
            "",
            "Please deal with this.",
            "--b",
            "Content-Type: message/rfc822",
            "",
            "From: cy@example.net",
            "Subject: My data",
            "",
            "Erase my account.",
            "--b--",
        ]);
        assert_eq!(mail.own_text, "Please deal with this.");
        assert!(
            mail.quoted_text
                .contains("From: cy@example.net\nSubject: My data\n\nErase my account.")
        );
        assert_eq!(mail.attachments[0].media_type, "message/rfc822");
    }

    #[test]
    fn what_html_mail_quotes_is_folded_away() {
        let quoted = "<p>Which data shall we delete?</p>";
        for below in [
            format!(
                "<div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, Mar 3, 2025 at 10:00 AM Privacy &lt;<a \
                 href=\"mailto:p@example.com\">p@example.com</a>&gt; wrote:<br></div><blockquote>{quoted}</blockquote></div>"
            ),
            format!("<blockquote type=\"cite\">{quoted}</blockquote>"),
            format!(
                "<hr><div id=\"divRplyFwdMsg\"><b>From:</b> Privacy &lt;p@example.com&gt;<br><b>Sent:</b> Monday, March 3, \
                 2025<br><b>To:</b> Ann<br><b>Subject:</b> Re: My data</div>{quoted}"
            ),
            format!(
                "<div class=\"OutlookMessageHeader\"><b>发件人:</b>&nbsp;隐私<br><b>发送时间:</b>&nbsp;2025-03-03<br><b>收件人:</b>\
                 &nbsp;安<br><b>主题:</b>&nbsp;x</div>{quoted}"
            ),
            format!("<div>------------------&nbsp;原始邮件&nbsp;------------------</div><div>{quoted}</div>"),
        ] {
            let html = format!("<div>Please correct my address.</div>{below}");
            let mail = mail(&["Content-Type: text/html; charset=utf-8", "", &html]);
            assert_eq!(mail.own_text, "Please correct my address.", "{below}");
            assert!(mail.quoted_text.ends_with("Which data shall we delete?"), "{below}");
        }
    }

    #[test]
    fn a_request_that_only_the_html_holds_is_not_overlooked() {
        let parts = |plain: &str, html: &str| {
            mail(&[
                "Content-Type: multipart/alternative; boundary=b",
                "",
                "--b",
                "Content-Type: text/plain",
                "",
                plain,
                "--b",
                "Content-Type: text/html",
                "",
                html,
                "--b--",
            ])
        };
        let same = parts("Please erase my data.", "<p>Please <b>erase</b> my data.</p>");
        assert_eq!(
            (same.text.as_str(), same.attachments.len()),
            ("Please erase my data.", 0)
        );
        let html = "<p>Please erase everything that you have stored about me since 2019.</p>";
        let stub = parts("This mail needs an HTML viewer.", html);
        assert!(stub.text.contains("erase everything"), "{stub:?}");
        assert_eq!(stub.remarks[1], Remark::AlternativesDiffer);
    }

    #[test]
    fn characters_that_deceive_the_eye_are_taken_out() {
        let mail = mail(&["Subject: a\u{202e}b\u{200b}c\u{7}", "", "x\u{2066}y\u{0}z\u{feff}"]);
        assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("abc", "xyz"));
        assert!(mail.remarks.contains(&Remark::DirectionOverridden));
    }

    #[test]
    fn hostile_structures_are_cut_at_the_limits() {
        let mut nested = String::new();
        for level in 0..50_000 {
            nested += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
        }
        assert!(parse(nested.as_bytes()).remarks.contains(&Remark::TooDeep));
        let messages = "Content-Type: message/rfc822\n\n".repeat(50_000);
        assert!(parse(messages.as_bytes()).remarks.contains(&Remark::TooDeep));
        let parts = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\nx\n".repeat(50_000)
        );
        let mail = parse(parts.as_bytes());
        assert!(mail.remarks.contains(&Remark::TooManyParts));
        let strays = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b--\nx\n".repeat(50_000)
        );
        assert!(parse(strays.as_bytes()).attachments.len() <= mime::MAX_PARTS);
        let header = format!("Subject: ok\n{}\nbody", "X-A: b\n".repeat(100_000));
        let mail = parse(header.as_bytes());
        assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("ok", "body"));
        let crowd = format!("To: {}\n\n", "a@example.com, ".repeat(4000));
        assert_eq!(parse(crowd.as_bytes()).to.len(), MAX_ADDRESSES);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
            read(&bytes, None);
            read(&bytes, Some(Charset::Hz));
        }

        #[test]
        fn no_pieces_of_mail_make_the_reader_panic(pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "From: ", "To: ", "Subject: ", "Content-Type: ", "multipart/mixed", "multipart/alternative", "text/html", "message/rfc822",
                "; boundary=b", "; boundary=\"", "\r\n", "\n", "\n\n", " ", "--b", "--b--", "=?utf-8?B?", "=?gb2312?q?", "?=", "5oKo", "=E6",
                "<", ">", "\"", "(", ")", ",", ":", ";", "a@b.c", "&#x110000;", "&nbsp", "<!--", "-->", "<style>", "</", "<a href='", "=", "\u{202e}", "请",
                "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: quoted-printable", "filename*0*=", "''%E", "format=flowed", "> ", "-- ",
                "On 1 Jan, a@b wrote:", "发件人：", "发送时间：", "主题：",
            ]), 0..60))
        {
            read(pieces.concat().as_bytes(), None);
            read(pieces.concat().as_bytes(), Some(Charset::Iso2022Kr));
        }
    }
}
