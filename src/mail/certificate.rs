//! What a person wants to know of a server's certificate: for whom, by whom, and until when (RFC 5280).
//!
//! Whether it is to be trusted is decided by rustls alone, before this is asked. So this reads, and judges nothing.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::decode::one_line;

/// Tags of DER (X.690).
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const UTC_TIME: u8 = 0x17;
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const DNS_NAME: u8 = 0x82;

/// Object identifiers: subjectAltName, organisation, common name.
const ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The servers it is for.
    pub names: Vec<String>,
    /// Who signed it: organisation and name, as far as they are there.
    pub issuer: String,
    /// Until when it counts.
    pub not_after: DateTime<Utc>,
}

/// Reads a certificate in DER; `None` when it is none.
pub fn read(der: &[u8]) -> Option<Certificate> {
    let certificate = only(der, SEQUENCE)?;
    let mut fields = Elements(Elements(certificate).expect(SEQUENCE)?).peekable();
    fields.next_if(|(tag, _)| *tag == VERSION);
    let _serial = fields.next()?;
    let _algorithm = fields.next()?;
    let (_, issuer) = fields.next()?;
    let (_, validity) = fields.next()?;
    let (_, not_after) = Elements(validity).nth(1).map(|(tag, text)| (tag, time(tag, text)))?;
    let extensions = fields.find(|(tag, _)| *tag == EXTENSIONS).map(|(_, content)| content);
    Some(Certificate {
        names: extensions.and_then(dns_names).unwrap_or_default(),
        issuer: name(issuer),
        not_after: not_after?,
    })
}

/// The organisation and the common name of a distinguished name.
fn name(name: &[u8]) -> String {
    let attribute = |wanted: &[u8]| {
        Elements(name)
            .filter(|(tag, _)| *tag == SET)
            .filter_map(|(_, set)| Elements(set).expect(SEQUENCE))
            .find_map(|pair| {
                let mut parts = Elements(pair);
                let (tag, oid) = parts.next()?;
                let (_, value) = parts.next()?;
                (tag == OID && oid == wanted).then(|| one_line(&String::from_utf8_lossy(value)))
            })
    };
    let parts: Vec<String> = [ORGANISATION, COMMON_NAME].into_iter().filter_map(attribute).collect();
    parts.join(", ")
}

fn dns_names(extensions: &[u8]) -> Option<Vec<String>> {
    let list = Elements(extensions).expect(SEQUENCE)?;
    let alternative = Elements(list).find_map(|(_, extension)| {
        let mut parts = Elements(extension);
        let (_, oid) = parts.next()?;
        let (_, value) = parts.find(|(tag, _)| *tag == OCTETS)?;
        (oid == ALT_NAME).then_some(value)
    })?;
    let names = Elements(only(alternative, SEQUENCE)?).filter(|(tag, _)| *tag == DNS_NAME);
    Some(
        names
            .map(|(_, name)| one_line(&String::from_utf8_lossy(name)))
            .collect(),
    )
}

/// A time of two or four year digits (RFC 5280, section 4.1.2.5: two digits from 50 on are of the last century).
fn time(tag: u8, text: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(text).ok()?;
    let text = if tag == UTC_TIME {
        let century = if text.get(..2)?.parse::<u8>().ok()? >= 50 {
            "19"
        } else {
            "20"
        };
        format!("{century}{text}")
    } else {
        text.to_owned()
    };
    let at = NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()?;
    Some(at.and_utc())
}

/// The content of the one element that there is, if it has this tag.
fn only(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    Elements(bytes).expect(tag)
}

/// The elements of a DER content, one after another; it ends where something is malformed.
struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    fn expect(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.next()
            .and_then(|(tag, content)| (tag == wanted).then_some(content))
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (
                    digits
                        .iter()
                        .fold(0_usize, |length, digit| length << 8 | usize::from(*digit)),
                    rest,
                )
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, content))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    /// `openssl req -x509 -newkey ed25519 -days 3650 -subj "/O=Habeas/CN=Test authority" -addext subjectAltName=…`
    const MADE: &str = include_str!("../../tests/data/certificate.b64");

    #[test]
    fn a_certificate_says_for_whom_by_whom_and_until_when() {
        let der = BASE64_STANDARD.decode(MADE.trim()).unwrap();
        let certificate = read(&der).unwrap();
        assert_eq!(certificate.names, ["mail.example.com", "*.example.org"]);
        assert_eq!(certificate.issuer, "Habeas, Test authority");
        assert_eq!(certificate.not_after.format("%Y-%m-%d").to_string(), "2049-12-31");
        for end in 0..der.len() {
            assert_eq!(read(&der[..end]), None, "cut at {end}");
        }
    }

    #[test]
    fn years_have_two_or_four_digits() {
        let year = |tag, text: &str| time(tag, text.as_bytes()).map(|at| at.format("%Y").to_string());
        assert_eq!(year(UTC_TIME, "491231235959Z").as_deref(), Some("2049"));
        assert_eq!(year(UTC_TIME, "500101000000Z").as_deref(), Some("1950"));
        assert_eq!(year(0x18, "20500101000000Z").as_deref(), Some("2050"));
        assert_eq!(year(UTC_TIME, "yesterday"), None);
    }
}
