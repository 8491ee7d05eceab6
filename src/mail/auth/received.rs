//! The line that a server leaves in a mail when it takes it (RFC 5321, section 4.4): who gave it, and who took it.

use std::net::IpAddr;

/// A field longer than this is not read.
const MAX_FIELD: usize = 4 * 1024;

/// One `Received` field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// The server that took the mail, as it names itself.
    pub by: String,
    /// Who gave it; `None` where the line does not say so plainly.
    pub from: Option<Giver>,
}

/// The host that gave a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Giver {
    /// As it named itself (EHLO). Foreign words.
    pub helo: String,
    /// Its address, as the server that took the mail saw it.
    pub address: IpAddr,
}

impl Hop {
    /// Reads a field as Postfix, Sendmail, Exim and most others write it; `None` when it names no server.
    ///
    /// What the giver says of itself comes first and is foreign: a line in which it could be taken for something else, with
    /// more than one comment or address before "by", has no giver.
    pub fn read(value: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(value.get(..MAX_FIELD).unwrap_or(value)).ok()?;
        let (outside, comments) = without_comments(text)?;
        let mut words = outside.split_ascii_whitespace();
        let first = words.next()?;
        let mut helo = "";
        let mut by = first;
        if first.eq_ignore_ascii_case("from") {
            helo = words.next()?;
            by = words.next()?;
        }
        if !by.eq_ignore_ascii_case("by") {
            return None;
        }
        let by = words.next()?.trim_end_matches(';').to_owned();
        let giver_comments: Vec<&Comment<'_>> = comments.iter().filter(|comment| comment.after_words == 2).collect();
        let from = match giver_comments.as_slice() {
            [only] if !helo.is_empty() => Giver::read(helo, only.text),
            _ => None,
        };
        Some(Self { by, from })
    }

    /// Whether one of these hosts took the mail.
    pub fn is_by(&self, hosts: &[String]) -> bool {
        hosts.iter().any(|host| host.eq_ignore_ascii_case(&self.by))
    }
}

impl Giver {
    /// `mail.example.org` with `mail.example.org [192.0.2.1]`, or `[192.0.2.1] helo=…` where the name was looked up.
    fn read(word: &str, comment: &str) -> Option<Self> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']'))
        };
        let (_, rest) = comment.split_once('[')?;
        let (address, after) = rest.split_once(']')?;
        if after.contains('[') || comment.matches(']').count() != 1 {
            return None;
        }
        let is_tagged = address.get(..5).is_some_and(|tag| tag.eq_ignore_ascii_case("IPv6:"));
        let address = if is_tagged { address.get(5..)? } else { address };
        let helo = after
            .split_ascii_whitespace()
            .find_map(|word| word.strip_prefix("helo="))
            .unwrap_or(word);
        (is_name(word) && is_name(helo)).then_some(())?;
        Some(Self {
            helo: helo.to_owned(),
            address: address.parse().ok()?,
        })
    }

    /// Whether the address can belong to a host elsewhere; one of our own network says nothing of the sender.
    pub fn is_foreign(&self) -> bool {
        match self.address {
            IpAddr::V4(address) => {
                !(address.is_loopback() || address.is_private() || address.is_link_local() || address.is_unspecified())
            }
            IpAddr::V6(address) => {
                !(address.is_loopback()
                    || address.is_unique_local()
                    || address.is_unicast_link_local()
                    || address.is_unspecified())
            }
        }
    }
}

/// A comment, and how many words stand before it.
struct Comment<'t> {
    text: &'t str,
    after_words: usize,
}

/// The text without its comments, and those of the outermost level; `None` when one does not end.
fn without_comments(text: &str) -> Option<(String, Vec<Comment<'_>>)> {
    let mut outside = String::with_capacity(text.len());
    let mut comments = Vec::new();
    let (mut depth, mut from) = (0usize, 0);
    let (mut words, mut in_word) = (0usize, false);
    for (at, character) in text.char_indices() {
        match character {
            '(' => {
                if depth == 0 {
                    from = at + 1;
                    in_word = false;
                    outside.push(' ');
                }
                depth += 1;
            }
            ')' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    let text = text.get(from..at)?;
                    comments.push(Comment {
                        text,
                        after_words: words,
                    });
                }
            }
            _ if depth > 0 => {}
            other => {
                if other.is_ascii_whitespace() {
                    in_word = false;
                } else if !in_word {
                    in_word = true;
                    words += 1;
                }
                outside.push(other);
            }
        }
    }
    (depth == 0).then_some((outside, comments))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn giver(line: &str) -> Option<(String, String)> {
        let hop = Hop::read(line.as_bytes())?;
        hop.from.map(|giver| (giver.helo, giver.address.to_string()))
    }

    #[test]
    fn who_gave_a_mail_is_read_as_servers_write_it() {
        for (line, helo, address) in [
            (
                " from mail.example.org (mail.example.org [192.0.2.1])\r\n\tby mx.example.com (Postfix) with ESMTPS id 1; x",
                "mail.example.org",
                "192.0.2.1",
            ),
            (
                "from mail.example.org (unknown [IPv6:2001:db8::1]) by mx.example.com; x",
                "mail.example.org",
                "2001:db8::1",
            ),
            (
                "from host.example.org ([192.0.2.1] helo=mail.example.org) by mx.example.com with esmtp; x",
                "mail.example.org",
                "192.0.2.1",
            ),
            (
                "from a.example (b.example [192.0.2.1] (may be forged)) by mx.example.com; x",
                "a.example",
                "192.0.2.1",
            ),
        ] {
            assert_eq!(giver(line), Some((helo.to_owned(), address.to_owned())), "{line}");
            assert!(
                Hop::read(line.as_bytes())
                    .unwrap()
                    .is_by(&["MX.example.com".to_owned()]),
                "{line}"
            );
        }
    }

    #[test]
    fn a_giver_that_speaks_in_addresses_is_not_believed() {
        for line in [
            "from a (b [198.51.100.1]) (real.example [192.0.2.1]) by mx.example.com; x",
            "from a (b [198.51.100.1] [192.0.2.1]) by mx.example.com; x",
            "from a b (real.example [192.0.2.1]) by mx.example.com; x",
            "from a by mx.example.com (real.example [192.0.2.1]); x",
            "from a (real.example 192.0.2.1) by mx.example.com; x",
            "from a=b (real.example [192.0.2.1]) by mx.example.com; x",
            "from a (real.example [300.0.2.1]) by mx.example.com; x",
            "by mx.example.com (real.example [192.0.2.1]); x",
            "from a (real.example [192.0.2.1] by mx.example.com; x",
            "",
        ] {
            assert_eq!(giver(line), None, "{line}");
        }
    }

    #[test]
    fn only_the_word_after_by_names_the_server() {
        let own = ["mx.example.com".to_owned()];
        for line in [
            "from mx.example.com (x [192.0.2.1]) by mx.example.net; x",
            "from x (by mx.example.com [192.0.2.1]) by mx.example.net; x",
            "from x (y [192.0.2.1]) by mx.example.com.example.net; x",
        ] {
            assert!(!Hop::read(line.as_bytes()).unwrap().is_by(&own), "{line}");
        }
    }
}
