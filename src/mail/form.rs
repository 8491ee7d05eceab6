//! What somebody writes in the portal, made a message like any other: kept, read, recognised and shown as mail is.

use chrono::{DateTime, Utc};

use super::compose::{self, Automatic, ComposeError, Outgoing};
use crate::domain::message::Address;

/// What was filled in.
#[derive(Debug, Clone, Copy)]
pub struct Filled<'a> {
    /// Who writes: the name they gave, if any, and the address they gave.
    pub from: &'a Address,
    /// The privacy contact.
    pub to: &'a Address,
    /// What it is about, on one line.
    pub subject: &'a str,
    /// The person's own words; may be empty.
    pub words: &'a str,
    /// What was ticked and chosen, a line each. It stands below the words as a signature does, so that recognition reads
    /// what the person wrote and not what the form says.
    pub ticked: &'a [String],
    /// Without brackets; the same when the same form is sent twice.
    pub message_id: &'a str,
    /// The language of the page.
    pub language: &'a str,
    /// When it was sent.
    pub date: DateTime<Utc>,
}

/// Makes the message.
///
/// # Errors
/// When the address is none that mail can be sent to.
pub fn message(filled: &Filled<'_>) -> Result<Vec<u8>, ComposeError> {
    let mut body = filled.words.trim().to_owned();
    if !filled.ticked.is_empty() {
        body += "\n\n-- \n";
        body += &filled.ticked.join("\n");
    }
    body.push('\n');
    let from = Address {
        name: on_one_line(&filled.from.name),
        address: filled.from.address.clone(),
    };
    compose::compose(&Outgoing {
        from: &from,
        to: filled.to,
        reply_to: None,
        subject: &on_one_line(filled.subject),
        body: &body,
        message_id: filled.message_id,
        in_reply_to: None,
        references: &[],
        automatic: Automatic::No,
        language: filled.language,
        date: filled.date,
    })
}

/// Without what no header may hold.
fn on_one_line(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|one| if one.is_control() { ' ' } else { one })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Sender;
    use crate::mail::parse::parse;

    fn made(name: &str, address: &str, words: &str) -> Result<Vec<u8>, ComposeError> {
        let (name, address) = (name.to_owned(), address.to_owned());
        message(&Filled {
            from: &Address { name, address },
            to: &Address {
                name: String::new(),
                address: "privacy@example.com".to_owned(),
            },
            subject: "Request: Access\r\nBcc: x@example.net",
            words,
            ticked: &["Asked: Access".to_owned(), "For: themselves".to_owned()],
            message_id: "portal.00@example.com",
            language: "en",
            date: DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
        })
    }

    #[test]
    fn a_form_reads_back_as_it_was_filled_in_and_breaks_into_no_header() {
        let raw = made(
            "Li\nNa",
            "li.na@example.cn",
            "Please show me what you hold.\r\n\r\n李娜",
        )
        .unwrap();
        let mail = parse(&raw);
        assert_eq!(
            mail.from,
            Sender::Known(Address {
                name: "Li Na".to_owned(),
                address: "li.na@example.cn".to_owned()
            })
        );
        assert_eq!(mail.own_text.trim(), "Please show me what you hold.\n\n李娜");
        assert_eq!(mail.subject, "Request: Access Bcc: x@example.net");
        assert!(mail.text.contains("Asked: Access\nFor: themselves"), "{}", mail.text);
        assert_eq!(mail.remarks, []);
    }

    #[test]
    fn an_address_that_no_mail_reaches_is_refused() {
        for address in ["", "li.na", "a b@example.cn", "x@example.cn\r\nBcc: y@example.net"] {
            assert!(made("", address, "x").is_err(), "{address:?}");
        }
    }
}
