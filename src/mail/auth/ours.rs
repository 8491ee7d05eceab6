//! Our own checks of a mail: its DKIM signatures and ARC chain from the raw bytes, SPF where our own server says which host
//! delivered it, and DMARC over both.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use mail_auth::common::crypto::CryptoError;
use mail_auth::common::to_a_label;
use mail_auth::dkim::DkimError;
use mail_auth::dmarc::Policy;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{AuthenticatedMessage, DkimOutput, DkimResult, DmarcOutput, DmarcResult, Error, SpfOutput, SpfResult};
use tokio::time::timeout;

use super::Candidate;
use super::dns::Resolver;
use super::received::Hop;
use crate::domain::authenticity::{Alignment, Check, Checked, Method};
use crate::mail::mime::Headers;

/// What one mail may take beside the work on its bytes.
const LIMIT: Duration = Duration::from_secs(4);
/// Signatures of one mail, and sets of an ARC chain, that are looked at.
const MAX_SIGNATURES: usize = 10;
/// A longer signature is not looked at: each name in it is searched for among the fields.
const MAX_SIGNATURE: usize = 16 * 1024;
/// Fields that stand once in an honest mail (RFC 5322, section 3.6; RFC 2045). A signature covers one of two, and a
/// reader may see the other (RFC 6376, section 8.15).
const ONCE: [&str; 12] = [
    "From",
    "To",
    "Cc",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

/// Checks a mail; `None` when it is not one that can be checked.
pub(super) async fn check(
    resolver: &Resolver,
    candidate: &Candidate<'_>,
    own_hosts: &[String],
) -> Option<Vec<Checked>> {
    let headers = candidate.headers.as_ref()?;
    let signatures = [&b"DKIM-Signature"[..], b"ARC-Message-Signature", b"ARC-Seal"];
    let is_long = |name: &[u8], value: &[u8]| {
        value.len() > MAX_SIGNATURE && signatures.iter().any(|signature| name.eq_ignore_ascii_case(signature))
    };
    if headers.iter().any(|field| is_long(field.name, field.value)) {
        return None;
    }
    let work = AssertUnwindSafe(verify(resolver, candidate, headers, own_hosts)).catch_unwind();
    match timeout(LIMIT, work).await {
        Ok(Ok(checks)) => checks,
        // What verifies is foreign code that reads foreign bytes: a panic there costs this mail's checks alone.
        Ok(Err(_)) => None,
        Err(_) => Some(vec![Checked {
            method: Method::Dmarc,
            result: Check::TemporaryError,
            domain: candidate.from.clone(),
            alignment: Alignment::Aligned,
        }]),
    }
}

/// Whether some answer did not come.
pub(super) fn is_unfinished(checks: &[Checked]) -> bool {
    checks.iter().any(|checked| checked.result == Check::TemporaryError)
}

async fn verify(
    resolver: &Resolver,
    candidate: &Candidate<'_>,
    headers: &Headers<'_>,
    own_hosts: &[String],
) -> Option<Vec<Checked>> {
    let from = candidate.from.as_str();
    let mut message = AuthenticatedMessage::parse(candidate.raw)?;
    // Two readers of one mail may differ, and then what one verified is not what the other shows.
    let same_author = message.from.len() == 1
        && message
            .from()
            .rsplit_once('@')
            .is_some_and(|(_, domain)| to_a_label(domain) == from);
    if !same_author {
        return None;
    }
    message.dkim_headers.truncate(MAX_SIGNATURES);
    let is_whole = ONCE.iter().all(|name| headers.all(name).count() <= 1);
    let dkim = if is_whole {
        resolver.authenticator().verify_dkim(resolver.about(&message)).await
    } else {
        Vec::new()
    };
    let envelope = Envelope::of(headers, own_hosts);
    let spf = match &envelope {
        Some(envelope) => envelope.verify(resolver).await,
        None => SpfOutput::default(),
    };
    let dmarc = dmarc(resolver, &message, &dkim, &spf).await;
    let mut checks = Vec::new();
    for output in &dkim {
        checks.extend(of_signature(resolver, &message, output, &dmarc, from).await);
    }
    checks.extend(of_envelope(&spf, &dmarc, from));
    checks.extend(of_policy(&dmarc, envelope.is_some(), from));
    if is_whole && !message.ams_headers.is_empty() && message.ams_headers.len() <= MAX_SIGNATURES {
        let arc = resolver.authenticator().verify_arc(resolver.about(&message)).await;
        let sealer = arc.sets().last().map(|set| set.seal.header.d.to_ascii_lowercase());
        checks.push(Checked {
            method: Method::Arc,
            result: of_dkim(arc.result()),
            domain: sealer.unwrap_or_default(),
            alignment: Alignment::Other,
        });
    }
    Some(checks)
}

async fn dmarc(
    resolver: &Resolver,
    message: &AuthenticatedMessage<'_>,
    dkim: &[DkimOutput<'_>],
    spf: &SpfOutput,
) -> DmarcOutput {
    let params = DmarcParameters::new(message, dkim, spf.domain(), spf);
    resolver.authenticator().verify_dmarc(resolver.about(params)).await
}

async fn of_signature(
    resolver: &Resolver,
    message: &AuthenticatedMessage<'_>,
    output: &DkimOutput<'_>,
    dmarc: &DmarcOutput,
    from: &str,
) -> Option<Checked> {
    let domain = to_a_label(&output.signature()?.d).to_ascii_lowercase();
    let mut alignment = Alignment::of(&domain, from);
    // Beside the names themselves the author's domain says who belongs to it, so it is asked about each signer.
    let may_belong = *output.result() == DkimResult::Pass && *dmarc.dkim_result() == DmarcResult::Pass;
    if alignment == Alignment::Other && may_belong {
        let alone = self::dmarc(resolver, message, std::slice::from_ref(output), &SpfOutput::default()).await;
        if *alone.dkim_result() == DmarcResult::Pass {
            alignment = Alignment::Aligned;
        }
    }
    Some(Checked {
        method: Method::Dkim,
        result: of_dkim(output.result()),
        domain,
        alignment,
    })
}

fn of_dkim(result: &DkimResult) -> Check {
    match result {
        DkimResult::Pass => Check::Pass,
        DkimResult::TempError(_) => Check::TemporaryError,
        DkimResult::None => Check::Neutral,
        DkimResult::Neutral(error) | DkimResult::Fail(error) | DkimResult::PermError(error) => match error {
            Error::Dkim(DkimError::FailedBodyHashMatch | DkimError::FailedAuidMatch)
            | Error::Crypto(CryptoError::FailedVerification | CryptoError::Library(_))
            | Error::Arc(_) => Check::Fail,
            // No key, an old key, an expired or foreign form of signature: it proves nothing and disproves nothing.
            Error::ParseError
            | Error::MissingParameters
            | Error::NoHeadersFound
            | Error::Base64
            | Error::NotAligned
            | Error::Io(_)
            | Error::Crypto(CryptoError::IncompatibleAlgorithms)
            | Error::Dns(_)
            | Error::Dkim(_)
            | Error::Dkim2(_) => Check::Neutral,
        },
    }
}

fn of_envelope(spf: &SpfOutput, dmarc: &DmarcOutput, from: &str) -> Option<Checked> {
    let result = match spf.result() {
        SpfResult::Pass => Check::Pass,
        SpfResult::Fail | SpfResult::SoftFail => Check::Fail,
        SpfResult::TempError => Check::TemporaryError,
        SpfResult::Neutral | SpfResult::PermError => Check::Neutral,
        SpfResult::None => return None,
    };
    let domain = to_a_label(spf.domain()).to_ascii_lowercase();
    let alignment = match dmarc.spf_result() {
        DmarcResult::Pass => Alignment::Aligned,
        DmarcResult::Fail(_) | DmarcResult::TempError(_) | DmarcResult::PermError(_) | DmarcResult::None => {
            Alignment::of(&domain, from)
        }
    };
    Some(Checked {
        method: Method::Spf,
        result,
        domain,
        alignment,
    })
}

fn of_policy(dmarc: &DmarcOutput, spf_was_checked: bool, from: &str) -> Option<Checked> {
    let is_enforced = match dmarc.policy() {
        Policy::Quarantine | Policy::Reject => true,
        Policy::None | Policy::Unspecified => false,
    };
    let result = match dmarc.result() {
        DmarcResult::Pass => Check::Pass,
        DmarcResult::TempError(_) => Check::TemporaryError,
        // Without SPF only half was checked. A domain that asks for its unproven mail to be refused signs its own.
        DmarcResult::Fail(_) if spf_was_checked || is_enforced => Check::Fail,
        DmarcResult::Fail(_) | DmarcResult::PermError(_) => Check::Neutral,
        DmarcResult::None => return None,
    };
    Some(Checked {
        method: Method::Dmarc,
        result,
        domain: from.to_owned(),
        alignment: Alignment::Aligned,
    })
}

/// Who delivered a mail to our own server, as that server wrote it down.
struct Envelope {
    hop: Hop,
    /// The address of MAIL FROM; empty for the null sender.
    sender: String,
}

impl Envelope {
    /// The topmost `Received` and the `Return-Path` above it, which the last of our servers adds (RFC 5321, section 4.4).
    /// Anything below may be the sender's own writing.
    fn of(headers: &Headers<'_>, own_hosts: &[String]) -> Option<Self> {
        let mut paths = Vec::new();
        for field in headers.iter() {
            if field.name.eq_ignore_ascii_case(b"Return-Path") {
                paths.push(field.value);
            }
            if field.name.eq_ignore_ascii_case(b"Received") {
                let hop = Hop::read(field.value).filter(|hop| hop.is_by(own_hosts))?;
                hop.from.as_ref().filter(|giver| giver.is_foreign())?;
                let [path] = paths.as_slice() else { return None };
                let path = std::str::from_utf8(path.trim_ascii()).ok()?;
                let sender = path.strip_prefix('<')?.strip_suffix('>')?.to_owned();
                return Some(Self { hop, sender });
            }
        }
        None
    }

    async fn verify(&self, resolver: &Resolver) -> SpfOutput {
        let Some(giver) = &self.hop.from else {
            return SpfOutput::default();
        };
        let (address, helo, host) = (giver.address, giver.helo.as_str(), self.hop.by.as_str());
        let params = if self.sender.is_empty() {
            SpfParameters::verify_ehlo(address, helo, host)
        } else {
            SpfParameters::verify_mail_from(address, helo, host, &self.sender)
        };
        resolver.authenticator().check_host(resolver.about(params)).await
    }
}
