//! Whether a mail comes from where it says: what was checked of its sender, by whom, and what that amounts to.
//!
//! It is shown in words and says which domain vouches for a message, never who wrote it: a domain that vouches may be a
//! forger's own. Nothing here is identity.

use serde::{Deserialize, Serialize};

/// What was checked of a message's sender. The default is that nobody checked anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authenticity {
    /// Who checked.
    pub source: Source,
    /// The domain of the one From address, in ASCII (RFC 5890) and lower case; empty when there is no such address.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// What was checked, one entry for each signature, record or chain; what is not here was not checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Checked>,
}

/// Who checked a sender.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// Nobody whom we believe.
    #[default]
    Nobody,
    /// We did, from the raw bytes and the domain name system.
    Ours,
    /// The server whose name the settings hold, in its `Authentication-Results` field (RFC 8601).
    Server(String),
}

/// One check and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// What was checked.
    pub method: Method,
    /// How it ended.
    pub result: Check,
    /// The domain that the check speaks of: the signer's, the envelope's or the author's; ASCII, lower case.
    pub domain: String,
    /// How that domain stands to the author's.
    pub alignment: Alignment,
}

/// The ways in which a sender is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// A signature over the message (RFC 6376).
    Dkim,
    /// Whether the host that delivered may send for the domain (RFC 7208).
    Spf,
    /// What the author's domain asks for when neither of the two speaks for it (RFC 7489, RFC 9989).
    Dmarc,
    /// What forwarders say they saw (RFC 8617).
    Arc,
}

/// How a check ended, as far as it matters to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// It holds.
    Pass,
    /// It does not hold: changed on the way, or forged.
    Fail,
    /// It says neither: no signature, record or key, one that has expired, or a domain that takes no stand.
    Neutral,
    /// It could not be finished, as when the domain name system did not answer. Another time it may.
    TemporaryError,
    /// Nobody looked.
    NotChecked,
}

/// Whether the domain that a check speaks of is the author's, in the relaxed sense: both belong to one organisation
/// (RFC 7489, section 3.1; RFC 9989, section 4.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Alignment {
    /// It speaks for the domain that the reader sees.
    Aligned,
    /// It speaks for another, or that they belong together is not known.
    Other,
}

/// What the checks amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The domain that the reader sees vouches for the message.
    Proven,
    /// That domain says how its mail can be told, and this message is not like that. It waits for a person.
    Failing,
    /// Nothing speaks for it, nothing against.
    Unknown,
}

impl Authenticity {
    /// What the checks amount to.
    ///
    /// Proven: DMARC passes, or a signature or SPF of the author's domain does. Failing: DMARC fails, or a signature by the
    /// author's domain does and nothing of that domain passes. SPF alone never fails a message, because forwarding breaks it,
    /// and ARC alone never proves one, because anybody may start a chain.
    pub fn verdict(&self) -> Verdict {
        let of_author = |result: Check, methods: &[Method]| {
            self.checks.iter().any(|checked| {
                checked.alignment == Alignment::Aligned && checked.result == result && methods.contains(&checked.method)
            })
        };
        if matches!(self.source, Source::Nobody) {
            return Verdict::Unknown;
        }
        match self.result(Method::Dmarc) {
            Check::Pass => Verdict::Proven,
            Check::Fail => Verdict::Failing,
            Check::Neutral | Check::TemporaryError | Check::NotChecked => {
                if of_author(Check::Pass, &[Method::Dkim, Method::Spf]) {
                    Verdict::Proven
                } else if of_author(Check::TemporaryError, &[Method::Dkim, Method::Spf, Method::Dmarc]) {
                    Verdict::Unknown
                } else if of_author(Check::Fail, &[Method::Dkim]) {
                    Verdict::Failing
                } else {
                    Verdict::Unknown
                }
            }
        }
    }

    /// How a method ended: the best of its results, since a message may carry many signatures and one is enough.
    pub fn result(&self, method: Method) -> Check {
        let results = self.checks.iter().filter(|checked| checked.method == method);
        results
            .map(|checked| checked.result)
            .min_by_key(|result| match result {
                Check::Pass => 0,
                Check::TemporaryError => 1,
                Check::Fail => 2,
                Check::Neutral => 3,
                Check::NotChecked => 4,
            })
            .unwrap_or(Check::NotChecked)
    }

    /// The methods by which the author's own domain vouches for the message, each once.
    pub fn vouching(&self) -> Vec<Method> {
        [Method::Dkim, Method::Spf, Method::Dmarc]
            .into_iter()
            .filter(|method| {
                self.checks.iter().any(|checked| {
                    checked.method == *method
                        && checked.result == Check::Pass
                        && checked.alignment == Alignment::Aligned
                })
            })
            .collect()
    }

    /// Domains other than the author's that have signed the message, each once, in order.
    pub fn other_signers(&self) -> Vec<&str> {
        let mut signers = Vec::new();
        for checked in &self.checks {
            let signs = checked.method == Method::Dkim && checked.result == Check::Pass;
            if signs && checked.alignment == Alignment::Other && !signers.contains(&checked.domain.as_str()) {
                signers.push(checked.domain.as_str());
            }
        }
        signers
    }
}

impl Alignment {
    /// What two names alone tell: equal, or the one that vouches stands above the author's. Whoever runs a domain runs what is
    /// below it; the other way round only the domain name system can say (RFC 9989, section 4.10.2), and a forger below a
    /// shared suffix is not to be believed.
    pub fn of(vouching: &str, author: &str) -> Self {
        let (vouching, author) = (vouching.to_ascii_lowercase(), author.to_ascii_lowercase());
        let stands_above = || {
            let below = author.strip_suffix(vouching.as_str());
            vouching.contains('.') && below.is_some_and(|below| below.ends_with('.'))
        };
        if !vouching.is_empty() && (vouching == author || stands_above()) {
            Self::Aligned
        } else {
            Self::Other
        }
    }
}

impl Method {
    /// Its name as mail programs write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dkim => "DKIM",
            Self::Spf => "SPF",
            Self::Dmarc => "DMARC",
            Self::Arc => "ARC",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(checks: &[(Method, Check, &str)]) -> Verdict {
        let from = "mail.example.org";
        let checked = |(method, result, domain): &(Method, Check, &str)| Checked {
            method: *method,
            result: *result,
            domain: (*domain).to_owned(),
            alignment: Alignment::of(domain, from),
        };
        let authenticity = Authenticity {
            source: Source::Ours,
            from: from.to_owned(),
            checks: checks.iter().map(checked).collect(),
        };
        authenticity.verdict()
    }

    #[test]
    fn the_authors_own_domain_proves_and_another_does_not() {
        let own = "mail.example.org";
        assert_eq!(verdict(&[(Method::Dmarc, Check::Pass, own)]), Verdict::Proven);
        assert_eq!(verdict(&[(Method::Dkim, Check::Pass, "example.org")]), Verdict::Proven);
        assert_eq!(verdict(&[(Method::Spf, Check::Pass, own)]), Verdict::Proven);
        assert_eq!(verdict(&[(Method::Dkim, Check::Pass, "example.net")]), Verdict::Unknown);
        assert_eq!(verdict(&[(Method::Arc, Check::Pass, own)]), Verdict::Unknown);
        assert_eq!(verdict(&[]), Verdict::Unknown);
    }

    #[test]
    fn what_the_authors_domain_disowns_is_failing() {
        let own = "mail.example.org";
        let broken = (Method::Dkim, Check::Fail, own);
        assert_eq!(verdict(&[broken]), Verdict::Failing);
        assert_eq!(verdict(&[broken, (Method::Dkim, Check::Pass, own)]), Verdict::Proven);
        assert_eq!(
            verdict(&[broken, (Method::Dkim, Check::TemporaryError, own)]),
            Verdict::Unknown
        );
        assert_eq!(
            verdict(&[
                (Method::Dmarc, Check::Fail, own),
                (Method::Dkim, Check::Pass, "example.net")
            ]),
            Verdict::Failing
        );
        // Strict alignment is the domain's own wish: its parent's signature does not help then.
        assert_eq!(
            verdict(&[
                (Method::Dmarc, Check::Fail, own),
                (Method::Dkim, Check::Pass, "example.org")
            ]),
            Verdict::Failing
        );
        assert_eq!(verdict(&[(Method::Dkim, Check::Fail, "example.net")]), Verdict::Unknown);
        assert_eq!(verdict(&[(Method::Spf, Check::Fail, own)]), Verdict::Unknown);
    }

    #[test]
    fn names_alone_align_only_downwards() {
        for (vouching, author, alignment) in [
            ("example.org", "example.org", Alignment::Aligned),
            ("EXAMPLE.org", "mail.example.ORG", Alignment::Aligned),
            ("mail.example.org", "example.org", Alignment::Other),
            ("a.example.org", "b.example.org", Alignment::Other),
            ("ample.org", "example.org", Alignment::Other),
            ("org", "example.org", Alignment::Other),
            ("", "example.org", Alignment::Other),
            ("", "", Alignment::Other),
        ] {
            assert_eq!(Alignment::of(vouching, author), alignment, "{vouching} for {author}");
        }
    }

    #[test]
    fn what_nobody_checked_takes_little_room_and_is_read_back() {
        let nothing = Authenticity::default();
        let written = serde_json::to_string(&nothing).unwrap();
        assert_eq!(written, r#"{"source":"nobody"}"#);
        assert_eq!(serde_json::from_str::<Authenticity>(&written).unwrap(), nothing);
        assert_eq!(nothing.verdict(), Verdict::Unknown);
    }
}
