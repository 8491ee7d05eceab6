//! Whether mails come from where they say: by our own checks, or by the word of the server that the settings name.
//!
//! It gives evidence to show, never an identity, and it never stops a mail: whatever cannot be checked is not checked.

mod dns;
mod ours;
mod received;
mod results;

use futures_util::StreamExt;

pub use dns::Zone;

use self::dns::Resolver;
use crate::config::{Dns, SenderChecks as Wanted};
use crate::domain::authenticity::{Authenticity, Checked, Source, Verdict};
use crate::domain::message::Mail;
use crate::mail::mime::{self, Headers};

/// Checks the senders of mails, many at a time.
pub struct SenderChecks {
    resolver: Option<Resolver>,
    authserv_id: String,
    own_hosts: Vec<String>,
}

/// A mail to check, with what was read of it.
#[derive(Clone, Copy)]
pub struct Message<'m> {
    /// The bytes as they came.
    pub raw: &'m [u8],
    /// What was read of them.
    pub mail: &'m Mail,
}

impl SenderChecks {
    /// Checks as the settings want them. Where this machine names no name servers, nothing is checked by us.
    pub fn of(wanted: &Wanted) -> Self {
        let resolver = match wanted.dns {
            Dns::System => Resolver::of_this_machine()
                .inspect_err(
                    |error| tracing::warn!(%error, "no name servers can be asked: senders are not checked by us"),
                )
                .ok(),
            Dns::Off => None,
        };
        Self::with(resolver, wanted)
    }

    /// Checks that take every record from a zone at hand and ask no name server.
    ///
    /// # Errors
    /// When the system refuses the thread that waits for answers.
    pub fn with_zone(zone: Zone, wanted: &Wanted) -> std::io::Result<Self> {
        Ok(Self::with(Some(Resolver::of_zone(zone)?), wanted))
    }

    fn with(resolver: Option<Resolver>, wanted: &Wanted) -> Self {
        Self {
            resolver,
            authserv_id: wanted.authserv_id.clone(),
            own_hosts: wanted.own_hosts.clone(),
        }
    }

    /// Checks mails, all of them at the same time, and answers in their order. Takes as long as the slowest, and no more
    /// than four seconds beside the work on the bytes; must not be called inside of an async task.
    pub fn check_all(&self, messages: &[Message<'_>]) -> Vec<Authenticity> {
        if self.resolver.is_none() && self.authserv_id.is_empty() {
            return vec![Authenticity::default(); messages.len()];
        }
        let candidates: Vec<Candidate<'_>> = messages.iter().map(Candidate::of).collect();
        let mut found = self.ours(&candidates);
        candidates
            .iter()
            .map(|candidate| {
                let ours = found.next().flatten();
                candidate.weigh(ours, self.believed(candidate), &self.authserv_id)
            })
            .collect()
    }

    /// What we find ourselves, in order; ends early when nothing may be asked.
    fn ours(&self, candidates: &[Candidate<'_>]) -> impl Iterator<Item = Option<Vec<Checked>>> + use<> {
        let Some(resolver) = self.resolver.as_ref().filter(|resolver| resolver.may_be_asked()) else {
            return Vec::new().into_iter();
        };
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        let share = candidates.len().div_ceil(workers).max(1);
        let found: Vec<Option<Vec<Checked>>> = std::thread::scope(|scope| {
            let shares: Vec<_> = candidates
                .chunks(share)
                .map(|share| (share.len(), scope.spawn(|| self.ours_of_share(resolver, share))))
                .collect();
            let join = |(size, worker): (usize, std::thread::ScopedJoinHandle<'_, Vec<_>>)| {
                worker.join().unwrap_or_else(|_| vec![None; size])
            };
            shares.into_iter().flat_map(join).collect()
        });
        let is_unfinished = |checks: &Vec<Checked>| ours::is_unfinished(checks);
        if found.iter().flatten().any(is_unfinished) {
            resolver.probe();
        }
        found.into_iter()
    }

    fn ours_of_share(&self, resolver: &Resolver, share: &[Candidate<'_>]) -> Vec<Option<Vec<Checked>>> {
        let checks = futures_util::stream::iter(share)
            .map(|candidate| ours::check(resolver, candidate, &self.own_hosts))
            .buffered(share.len())
            .collect();
        resolver.wait_for(checks)
    }

    fn believed(&self, candidate: &Candidate<'_>) -> Option<Vec<Checked>> {
        let headers = candidate.headers.as_ref()?;
        results::believed(headers, &self.authserv_id, &self.own_hosts, &candidate.from)
    }
}

/// A mail that can be checked as far as it has one author and a header within the limits.
struct Candidate<'m> {
    raw: &'m [u8],
    headers: Option<Headers<'m>>,
    /// The author's domain in ASCII, lower-cased; empty when there is not one author.
    from: String,
}

impl<'m> Candidate<'m> {
    fn of(message: &Message<'m>) -> Self {
        let domain = message.mail.sender().and_then(|author| author.address.rsplit_once('@'));
        let from = domain.and_then(|(_, domain)| idna::domain_to_ascii(domain).ok());
        let from = from.unwrap_or_default();
        let headers = if from.is_empty() { None } else { mime::head(message.raw) };
        Self {
            raw: message.raw,
            headers,
            from,
        }
    }

    /// The better word of two: what proves the sender counts; else ours, and the server's where ours says nothing. Our own
    /// server saw the mail first, before lists and footers changed it.
    fn weigh(&self, ours: Option<Vec<Checked>>, servers: Option<Vec<Checked>>, authserv_id: &str) -> Authenticity {
        let with = |source: Source, checks: Vec<Checked>| Authenticity {
            source,
            from: self.from.clone(),
            checks,
        };
        let ours = ours.map(|checks| with(Source::Ours, checks));
        let servers = servers.map(|checks| with(Source::Server(authserv_id.to_owned()), checks));
        match (ours, servers) {
            (Some(ours), Some(servers)) => match (ours.verdict(), servers.verdict()) {
                (Verdict::Proven, _) | (Verdict::Failing, Verdict::Failing | Verdict::Unknown) => ours,
                (Verdict::Unknown, _) | (Verdict::Failing, Verdict::Proven) => servers,
            },
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => with(Source::Nobody, Vec::new()),
        }
    }
}
