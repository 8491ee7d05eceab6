//! Signed names by which mail finds back: in our Message-IDs, in the address to reply to, and in the envelope sender.
//!
//! A signature is an HMAC under a key of this house, cut to 128 bits. A name that is guessed, copied from a list or made by
//! another house says nothing; a true one says which letter or request is meant, also after a database was restored that
//! does not know the letter yet. None of it says who wrote.

use subtle::ConstantTimeEq;

use crate::config::{ReplyForm, Settings};
use crate::domain::message::Mail;
use crate::store::Vault;

/// Bytes of a secret and of a signature: 128 bits each.
const LENGTH: usize = 16;

/// A letter as its Message-ID or bounce address names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterName {
    /// The request it was about; `None` for mail to staff.
    pub request: Option<i64>,
    /// The random part, under whose digest the outbox finds the letter.
    pub secret: String,
}

/// What an address of ours stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Addressed {
    /// Replies about a request.
    Request(i64),
    /// Reports about a letter, by its random part.
    Letter(String),
}

/// Makes and reads the signed names of one house.
#[derive(Clone, Copy)]
pub struct Tokens<'h> {
    vault: &'h Vault,
    settings: &'h Settings,
}

impl<'h> Tokens<'h> {
    /// The names of the house with this key and these addresses.
    pub fn new(vault: &'h Vault, settings: &'h Settings) -> Self {
        Self { vault, settings }
    }

    /// Whose names they are.
    pub fn settings(&self) -> &'h Settings {
        self.settings
    }

    /// A new Message-ID, without brackets, and the name it carries.
    pub fn message_id(&self, request: Option<i64>) -> (String, LetterName) {
        let mut random = [0; LENGTH];
        rand::fill(&mut random);
        let secret = hex::encode(random);
        let number = number(request.unwrap_or(0));
        let signature = self.sign("letter name", &[&number, &secret]);
        let id = format!("habeas.{number}.{secret}.{signature}@{}", self.settings.mail_domain());
        (id, LetterName { request, secret })
    }

    /// The letter that a Message-ID names; `None` when it is not ours or its signature is false.
    pub fn letter(&self, message_id: &str) -> Option<LetterName> {
        let id = message_id.trim().trim_start_matches('<').trim_end_matches('>');
        let (local, domain) = id.rsplit_once('@')?;
        let (number, rest) = local.strip_prefix("habeas.")?.split_once('.')?;
        let (secret, signature) = rest.split_once('.')?;
        if !domain.eq_ignore_ascii_case(self.settings.mail_domain()) || !is_hex(secret, 2 * LENGTH) {
            return None;
        }
        let request = read_number(number)?;
        self.is_signed("letter name", &[number, secret], signature)
            .then(|| LetterName {
                request: (request != 0).then_some(request),
                secret: secret.to_owned(),
            })
    }

    /// The address to reply to about a request; `None` where the settings give it no address of its own.
    pub fn reply_address(&self, request: i64) -> Option<String> {
        let number = number(request);
        let signature = self.sign("reply address", &[&number]);
        self.address(&format!("r{number}.{signature}"))
    }

    /// The envelope sender of a letter, to which reports about it return: an address of its own, or the plain contact.
    pub fn bounce_address(&self, message_id: &str) -> String {
        let own = self
            .letter(message_id)
            .and_then(|letter| self.address(&format!("b{}", letter.secret)));
        own.unwrap_or_else(|| self.settings.controller.contact.clone())
    }

    /// What an address of ours stands for. The caller looks up whether the letter is there: its random part is a secret.
    pub fn addressed(&self, address: &str) -> Option<Addressed> {
        let address = address.trim().to_ascii_lowercase();
        let (local, domain) = address.rsplit_once('@')?;
        let tag = match self.settings.replies.address {
            ReplyForm::Plain => return None,
            ReplyForm::Plus => {
                let contact = self.settings.controller.contact.to_ascii_lowercase();
                let (own, own_domain) = contact.rsplit_once('@')?;
                let same = domain == own_domain;
                local.strip_prefix(own)?.strip_prefix('+').filter(|_| same)?
            }
            ReplyForm::Domain => {
                let same = domain.eq_ignore_ascii_case(&self.settings.replies.domain);
                Some(local).filter(|_| same)?
            }
        };
        if let Some(secret) = tag.strip_prefix('b') {
            return is_hex(secret, 2 * LENGTH).then(|| Addressed::Letter(secret.to_owned()));
        }
        let (number, signature) = tag.strip_prefix('r')?.split_once('.')?;
        let request = read_number(number)?;
        self.is_signed("reply address", &[number], signature)
            .then_some(Addressed::Request(request))
    }

    /// The requests that a mail's reply headers, or the addresses it was sent to, name by our signature.
    pub fn requests_named(&self, mail: &Mail) -> Vec<i64> {
        let letters = mail.in_reply_to.iter().chain(&mail.references);
        let replied = letters.filter_map(|id| self.letter(id)?.request);
        let addressed = mail.to.iter().filter_map(|to| match self.addressed(&to.address)? {
            Addressed::Request(request) => Some(request),
            Addressed::Letter(_) => None,
        });
        replied.chain(addressed).collect()
    }

    /// Whether an address is the privacy contact's, its tagged forms included.
    pub fn is_ours(&self, address: &str) -> bool {
        let contact = &self.settings.controller.contact;
        let tagged = || {
            let (local, domain) = address.rsplit_once('@')?;
            let (own, own_domain) = contact.rsplit_once('@')?;
            let rest = local.get(own.len()..)?;
            let begins = local.get(..own.len())?.eq_ignore_ascii_case(own);
            Some(begins && rest.starts_with('+') && domain.eq_ignore_ascii_case(own_domain))
        };
        let replies = &self.settings.replies;
        let own_domain = || {
            replies.address == ReplyForm::Domain
                && address
                    .rsplit_once('@')
                    .is_some_and(|(_, domain)| domain.eq_ignore_ascii_case(&replies.domain))
        };
        address.eq_ignore_ascii_case(contact) || tagged().unwrap_or(false) || own_domain()
    }

    fn address(&self, tag: &str) -> Option<String> {
        let (local, domain) = self.settings.controller.contact.rsplit_once('@')?;
        match self.settings.replies.address {
            ReplyForm::Plain => None,
            ReplyForm::Plus => Some(format!("{local}+{tag}@{domain}")),
            ReplyForm::Domain => Some(format!("{tag}@{}", self.settings.replies.domain)),
        }
    }

    fn sign(&self, purpose: &str, parts: &[&str]) -> String {
        let digest = self.vault.digest(purpose, parts.join(".").as_bytes());
        hex::encode(digest.get(..LENGTH).unwrap_or(&digest))
    }

    fn is_signed(&self, purpose: &str, parts: &[&str], signature: &str) -> bool {
        self.sign(purpose, parts).as_bytes().ct_eq(signature.as_bytes()).into()
    }
}

/// A number as it is written in a name: one form only, so that nothing else can bear its signature.
fn number(number: i64) -> String {
    format!("{number:x}")
}

fn read_number(written: &str) -> Option<i64> {
    let read = i64::from_str_radix(written, 16).ok()?;
    (read >= 0 && number(read) == written).then_some(read)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Replies;

    fn settings(address: ReplyForm) -> Settings {
        Settings {
            replies: Replies {
                address,
                domain: "reply.example.com".to_owned(),
            },
            ..Settings::default()
        }
    }

    fn vault() -> Vault {
        Vault::from_bytes(&[1; 32])
    }

    #[test]
    fn a_letter_is_known_by_its_message_id_with_or_without_brackets() {
        let (vault, settings) = (vault(), settings(ReplyForm::Plain));
        let tokens = Tokens::new(&vault, &settings);
        let (id, name) = tokens.message_id(Some(42));
        assert_eq!(name.request, Some(42));
        assert_eq!(tokens.letter(&id), Some(name.clone()));
        assert_eq!(tokens.letter(&format!(" <{id}> ")), Some(name));
        let (id, name) = tokens.message_id(None);
        assert_eq!(tokens.letter(&id), Some(name.clone()));
        assert_eq!(name.request, None);
    }

    #[test]
    fn a_message_id_that_was_changed_anywhere_names_nothing() {
        let (vault, settings) = (vault(), settings(ReplyForm::Plain));
        let tokens = Tokens::new(&vault, &settings);
        let (id, _) = tokens.message_id(Some(7));
        for at in 0..id.len() {
            let mut changed = id.clone().into_bytes();
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(tokens.letter(&changed), None, "{changed}");
        }
        let other = Vault::from_bytes(&[2; 32]);
        assert_eq!(Tokens::new(&other, &settings).letter(&id), None);
        for odd in [
            "",
            "@",
            "habeas.@example.com",
            "habeas.7.aa.bb@example.com",
            &id[..id.len() - 1],
        ] {
            assert_eq!(tokens.letter(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_reply_address_names_its_request_in_either_form_and_in_any_letter_case() {
        let vault = vault();
        for form in [ReplyForm::Plus, ReplyForm::Domain] {
            let settings = settings(form);
            let tokens = Tokens::new(&vault, &settings);
            let address = tokens.reply_address(300).unwrap();
            assert!(address.split('@').next().unwrap().len() <= 64, "{address}");
            assert_eq!(tokens.addressed(&address), Some(Addressed::Request(300)));
            assert_eq!(tokens.addressed(&address.to_uppercase()), Some(Addressed::Request(300)));
            assert_eq!(tokens.addressed(&address.replace("r12c.", "r12d.")), None);
            assert!(tokens.is_ours(&address), "{address}");
        }
        let settings = settings(ReplyForm::Plain);
        assert_eq!(Tokens::new(&vault, &settings).reply_address(300), None);
    }

    #[test]
    fn reports_return_to_an_address_that_names_the_letter() {
        let (vault, plus, plain) = (vault(), settings(ReplyForm::Plus), settings(ReplyForm::Plain));
        let tokens = Tokens::new(&vault, &plus);
        let (id, name) = tokens.message_id(Some(1));
        let address = tokens.bounce_address(&id);
        assert!(
            address.starts_with("privacy+b") && address.ends_with("@example.com"),
            "{address}"
        );
        assert_eq!(tokens.addressed(&address), Some(Addressed::Letter(name.secret)));
        assert_eq!(Tokens::new(&vault, &plain).bounce_address(&id), "privacy@example.com");
        assert_eq!(tokens.bounce_address("somebody@else.example"), "privacy@example.com");
    }

    #[test]
    fn the_contact_is_ours_in_all_its_forms_and_nobody_else_is() {
        let (vault, settings) = (vault(), settings(ReplyForm::Plus));
        let tokens = Tokens::new(&vault, &settings);
        for ours in ["privacy@example.com", "Privacy@Example.com", "privacy+x@example.com"] {
            assert!(tokens.is_ours(ours), "{ours}");
        }
        for other in [
            "privacyx@example.com",
            "privacy+x@example.org",
            "ann@example.com",
            "",
            "@",
        ] {
            assert!(!tokens.is_ours(other), "{other}");
        }
    }
}
