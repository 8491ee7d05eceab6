//! Making an outgoing mail (RFC 5322): plain text, and headers into which nobody else's words can break.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message};

use crate::domain::message::Address;

/// Message-IDs of one mail's `References`; of more, the first and the last are kept (RFC 5322, section 3.6.4).
const MAX_REFERENCES: usize = 20;

/// A mail to be made.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// Who writes.
    pub from: &'a Address,
    /// To whom.
    pub to: &'a Address,
    /// Where replies go, when not to the writer.
    pub reply_to: Option<&'a Address>,
    /// On one line.
    pub subject: &'a str,
    /// Plain text.
    pub body: &'a str,
    /// Without brackets. Fixed before the first attempt to send, so that a second copy can be recognised.
    pub message_id: &'a str,
    /// The Message-ID that is answered, without brackets.
    pub in_reply_to: Option<&'a str>,
    /// The Message-IDs before it, oldest first, without brackets.
    pub references: &'a [String],
    /// Whether a programme writes.
    pub automatic: Automatic,
    /// Language tag of the text, such as `zh-Hans`.
    pub language: &'a str,
    /// When it is written.
    pub date: DateTime<Utc>,
}

/// Whether a programme writes by itself (RFC 3834, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automatic {
    /// A person has it sent.
    No,
    /// An answer to a mail.
    Replied,
    /// Of its own accord.
    Generated,
}

/// Why a mail cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// Not an address that a mail can be sent to.
    #[error("{0:?} is no mail address.")]
    Address(String),
    /// A line break or another character that no header may hold.
    #[error("The {0} has a line break or a control character in it.")]
    Control(&'static str),
    /// The Message-ID.
    #[error("The Message-ID {0:?} is malformed.")]
    MessageId(String),
    /// The builder refused it.
    #[error("The mail cannot be put together: {0}.")]
    Build(String),
}

/// Makes the mail.
///
/// # Errors
/// When an address, a name, the subject or the Message-ID cannot stand in a header.
pub fn compose(mail: &Outgoing<'_>) -> Result<Vec<u8>, ComposeError> {
    if !is_clean_id(mail.message_id) {
        return Err(ComposeError::MessageId(mail.message_id.to_owned()));
    }
    refuse_control("subject", mail.subject)?;
    let mut builder = Message::builder()
        .from(mailbox(mail.from)?)
        .to(mailbox(mail.to)?)
        .subject(mail.subject)
        .message_id(Some(format!("<{}>", mail.message_id)))
        .date(instant(mail.date));
    if let Some(address) = mail.reply_to {
        builder = builder.reply_to(mailbox(address)?);
    }
    let answered = mail.in_reply_to.filter(|id| is_clean_id(id));
    if let Some(id) = answered {
        builder = builder.in_reply_to(format!("<{id}>"));
    }
    let references = references(mail.references, answered);
    if !references.is_empty() {
        builder = builder.references(references);
    }
    if mail
        .language
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b',' | b' '))
        && !mail.language.is_empty()
    {
        builder = builder.raw_header(header("Content-Language", mail.language));
    }
    let auto_submitted = match mail.automatic {
        Automatic::No => None,
        Automatic::Replied => Some("auto-replied"),
        Automatic::Generated => Some("auto-generated"),
    };
    if let Some(word) = auto_submitted {
        builder = builder
            .raw_header(header("Auto-Submitted", word))
            .raw_header(header("X-Auto-Response-Suppress", "All"));
    }
    let body = mail.body.replace('\0', "").replace("\r\n", "\n").replace('\r', "\n");
    let message = builder.header(ContentType::TEXT_PLAIN).body(Body::new(body));
    message
        .map(|message| message.formatted())
        .map_err(|error| ComposeError::Build(error.to_string()))
}

fn mailbox(address: &Address) -> Result<Mailbox, ComposeError> {
    refuse_control("name", &address.name)?;
    let email = address
        .address
        .parse()
        .map_err(|_| ComposeError::Address(address.address.clone()))?;
    let name = Some(address.name.trim())
        .filter(|name| !name.is_empty())
        .map(str::to_owned);
    Ok(Mailbox::new(name, email))
}

fn refuse_control(what: &'static str, text: &str) -> Result<(), ComposeError> {
    if text.chars().any(char::is_control) {
        Err(ComposeError::Control(what))
    } else {
        Ok(())
    }
}

/// Whether an id can stand in a header as it is: what others call themselves may be anything.
fn is_clean_id(id: &str) -> bool {
    const LONGEST: usize = 250;
    id.len() <= LONGEST
        && id
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'))
}

/// The References of an answer: what it had, and what it answers, each once.
fn references(before: &[String], answered: Option<&str>) -> String {
    let mut ids: Vec<&str> = Vec::new();
    let answered_elsewhere = |id: &&str| Some(*id) != answered;
    ids.extend(
        before
            .iter()
            .map(String::as_str)
            .filter(|id| is_clean_id(id))
            .filter(answered_elsewhere),
    );
    ids.extend(answered);
    if ids.len() > MAX_REFERENCES {
        ids.drain(1..ids.len() - MAX_REFERENCES + 1);
    }
    ids.iter().map(|id| format!("<{id}>")).collect::<Vec<_>>().join(" ")
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn instant(date: DateTime<Utc>) -> SystemTime {
    let seconds = u64::try_from(date.timestamp()).unwrap_or_default();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Sender;
    use crate::mail::parse::parse;

    fn address(name: &str, address: &str) -> Address {
        Address {
            name: name.to_owned(),
            address: address.to_owned(),
        }
    }

    /// A short letter to be changed by struct update.
    fn letter<'a>(from: &'a Address, to: &'a Address, message_id: &'a str) -> Outgoing<'a> {
        Outgoing {
            from,
            to,
            reply_to: None,
            subject: "Your request",
            body: "Hello.\n",
            message_id,
            in_reply_to: None,
            references: &[],
            automatic: Automatic::No,
            language: "en",
            date: DateTime::from_timestamp(1_740_000_000, 0).unwrap(),
        }
    }

    fn office() -> Address {
        address("示例公司", "privacy@example.com")
    }

    fn ann() -> Address {
        address("", "ann@example.org")
    }

    const ID: &str = "habeas.00112233445566778899aabbccddeeff@example.com";

    #[test]
    fn what_is_made_reads_back_as_it_was_meant() {
        let subject = "您的个人信息请求 DSR-2025-000001：我们已经收到，将在十五个工作日内答复您，请您耐心等待";
        let body = format!(
            "尊敬的女士：\n\n{}\n\n.\nFrom here on\n",
            "我们已经收到您的请求。".repeat(200)
        );
        let references = [
            "first@example.org".to_owned(),
            "odd id".to_owned(),
            "last@example.org".to_owned(),
        ];
        let (from, to) = (office(), ann());
        let raw = compose(&Outgoing {
            subject,
            body: &body,
            in_reply_to: Some("last@example.org"),
            references: &references,
            automatic: Automatic::Replied,
            language: "zh-Hans",
            ..letter(&from, &to, ID)
        });
        let raw = raw.unwrap();
        let read = parse(&raw);
        assert_eq!(read.subject, subject);
        assert_eq!(read.text.trim_end(), body.trim_end());
        assert_eq!(read.from, Sender::Known(address("示例公司", "privacy@example.com")));
        assert_eq!(
            read.message_id.as_deref(),
            Some("habeas.00112233445566778899aabbccddeeff@example.com")
        );
        assert_eq!(read.in_reply_to, ["last@example.org"]);
        assert_eq!(read.references, ["first@example.org", "last@example.org"]);
        assert_eq!(read.date.map(|date| date.timestamp()), Some(1_740_000_000));
        assert_eq!(read.making.auto_submitted.as_deref(), Some("auto-replied"));
        assert!(read.making.auto_response_header);
        assert_eq!(read.remarks, []);
        let text = String::from_utf8(raw).unwrap();
        assert!(text.lines().all(|line| line.len() <= 998));
        for line in text.lines().take_while(|line| !line.is_empty()) {
            assert!(
                line.split_whitespace()
                    .all(|word| !word.starts_with("=?") || word.len() <= 75),
                "{line}"
            );
        }
    }

    #[test]
    fn a_mail_that_a_person_sends_does_not_say_it_is_automatic() {
        let read = parse(&compose(&letter(&office(), &ann(), ID)).unwrap());
        assert_eq!(
            (read.making.auto_submitted, read.making.auto_response_header),
            (None, false)
        );
    }

    #[test]
    fn nobody_elses_words_break_into_the_headers() {
        let (from, to) = (office(), ann());
        let plain = letter(&from, &to, ID);
        for subject in ["a\r\nBcc: x@example.net", "a\0b"] {
            assert_eq!(
                compose(&Outgoing { subject, ..plain }),
                Err(ComposeError::Control("subject"))
            );
        }
        let sneaky = address("Ann\nBcc: x@example.net", "ann@example.org");
        assert_eq!(
            compose(&Outgoing { to: &sneaky, ..plain }),
            Err(ComposeError::Control("name"))
        );
        for wrong in [
            "",
            "ann",
            "ann@example.org\r\nBcc: x@example.net",
            "ann@example.org, b@example.org",
            "a b@example.org",
        ] {
            let to = address("", wrong);
            assert!(
                matches!(compose(&Outgoing { to: &to, ..plain }), Err(ComposeError::Address(_))),
                "{wrong:?}"
            );
        }
        let made = compose(&Outgoing {
            message_id: "a@b\r\nX: y",
            ..plain
        });
        assert!(matches!(made, Err(ComposeError::MessageId(_))));
        let made = compose(&Outgoing {
            in_reply_to: Some("a@b>\r\nBcc: <x@example.net"),
            ..plain
        });
        assert!(!String::from_utf8(made.unwrap()).unwrap().contains("Bcc"));
        let quoting = address("x\" <evil@example.net>, \"y", "ann@example.org");
        assert_eq!(
            parse(&compose(&Outgoing { to: &quoting, ..plain }).unwrap()).to.len(),
            1
        );
    }

    #[test]
    fn a_long_thread_keeps_its_first_and_its_last_messages() {
        let before: Vec<String> = (0..100).map(|number| format!("{number}@example.org")).collect();
        let kept = references(&before, Some("100@example.org"));
        assert_eq!(kept.split(' ').count(), MAX_REFERENCES);
        assert!(
            kept.starts_with("<0@example.org> <82@") && kept.ends_with("<100@example.org>"),
            "{kept}"
        );
    }
}
