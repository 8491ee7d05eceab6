//! Where the keys and policies of domains come from: the name servers of this machine, or a zone at hand.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dmarc::Dmarc;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::hickory_resolver::net::NetError;
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::hickory_resolver::proto::rr::RecordType;
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use mail_auth::spf::Spf;
use mail_auth::{DnsError, Error, MX, MessageAuthenticator, Parameters, RecordSet, ResolverCache, Txt};
use tokio::runtime::Runtime;

/// How long one question to one name server waits; a second attempt follows.
const QUESTION: Duration = Duration::from_millis(1500);
/// How long the name servers have to show that they answer at all.
const PROBE: Duration = Duration::from_secs(1);
/// How long nothing is asked after they did not.
const PAUSE: Duration = Duration::from_secs(60);

/// No name server can be asked.
#[derive(Debug, thiserror::Error)]
pub enum NoResolver {
    /// The system names none that can be used.
    #[error("the name servers of this machine cannot be used")]
    NameServers(#[from] NetError),
    /// The thread that waits for answers could not be started.
    #[error("no thread can wait for answers")]
    Thread(#[from] std::io::Error),
}

/// Finds records, and asks nothing for a minute when the name servers do not answer.
pub struct Resolver {
    authenticator: MessageAuthenticator,
    zone: Option<Zone>,
    /// Taken when it is dropped. Waiting for answers needs a thread of its own, whoever calls.
    runtime: Option<Runtime>,
    closed_until: Mutex<Option<Instant>>,
}

impl Resolver {
    /// The name servers that this machine uses.
    pub fn of_this_machine() -> Result<Self, NoResolver> {
        let (config, options) = read_system_conf()?;
        Self::asking(config, options)
    }

    fn asking(config: ResolverConfig, mut options: ResolverOpts) -> Result<Self, NoResolver> {
        options.timeout = QUESTION;
        options.attempts = 2;
        Ok(Self {
            authenticator: MessageAuthenticator::new(config, options)?,
            zone: None,
            runtime: Some(runtime()?),
            closed_until: Mutex::new(None),
        })
    }

    /// A zone at hand; no name server is asked, not even for what is not in it.
    pub fn of_zone(zone: Zone) -> std::io::Result<Self> {
        let nobody = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
        let authenticator =
            MessageAuthenticator::new(nobody, ResolverOpts::default()).map_err(std::io::Error::other)?;
        Ok(Self {
            authenticator,
            zone: Some(zone),
            runtime: Some(runtime()?),
            closed_until: Mutex::new(None),
        })
    }

    /// What verifies.
    pub fn authenticator(&self) -> &MessageAuthenticator {
        &self.authenticator
    }

    /// A question with the records that are at hand.
    pub fn about<P>(&self, params: P) -> Parameters<'_, P, Zone, Zone, Zone, Zone, Zone> {
        let zone = self.zone.as_ref();
        Parameters {
            params,
            cache_txt: zone,
            cache_mx: zone,
            cache_ptr: zone,
            cache_ipv4: zone,
            cache_ipv6: zone,
        }
    }

    /// Waits for work that asks.
    pub fn wait_for<T: Default>(&self, work: impl Future<Output = T>) -> T {
        self.runtime
            .as_ref()
            .map(|runtime| runtime.block_on(work))
            .unwrap_or_default()
    }

    /// Whether the pause after a failure is over.
    pub fn may_be_asked(&self) -> bool {
        let closed_until = *self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        closed_until.is_none_or(|until| until <= Instant::now())
    }

    /// After an answer that did not come: finds out whether any comes, and pauses when none does. A single domain whose
    /// servers are silent, perhaps on purpose, must not keep others from being checked.
    pub fn probe(&self) {
        if !self.wait_for(self.answers()) {
            tracing::warn!("the name servers do not answer; senders are not checked for a minute");
            let mut closed_until = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
            *closed_until = Some(Instant::now() + PAUSE);
        }
    }

    async fn answers(&self) -> bool {
        if let Some(zone) = &self.zone {
            return zone.beyond == Beyond::Absent;
        }
        let root = self.authenticator.resolver().lookup(".", RecordType::NS);
        matches!(tokio::time::timeout(PROBE, root).await, Ok(Ok(_)))
    }
}

impl Drop for Resolver {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Also where an async task drops the house: nothing is waited for.
            runtime.shutdown_background();
        }
    }
}

fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("sender-checks")
        .enable_all()
        .build()
}

/// Records at hand. What is not in it does not exist, or, in a zone that is down, cannot be found out.
pub struct Zone {
    txt: HashMap<Box<str>, Txt>,
    ipv4: HashMap<Box<str>, RecordSet<Ipv4Addr>>,
    ipv6: HashMap<Box<str>, RecordSet<Ipv6Addr>>,
    beyond: Beyond,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Beyond {
    Absent,
    Down,
}

impl Zone {
    /// A zone without records.
    pub fn empty() -> Self {
        Self {
            txt: HashMap::new(),
            ipv4: HashMap::new(),
            ipv6: HashMap::new(),
            beyond: Beyond::Absent,
        }
    }

    /// A zone that gives no answer for what is not in it.
    pub fn down() -> Self {
        Self {
            beyond: Beyond::Down,
            ..Self::empty()
        }
    }

    /// With a text record, read as what its name says it is: a key, a DMARC policy, or else SPF.
    #[must_use]
    pub fn with_txt(mut self, name: &str, text: &str) -> Self {
        let text = text.as_bytes();
        let record: Txt = if name.contains("._domainkey.") {
            DomainKey::parse(text).into()
        } else if name.starts_with("_dmarc.") {
            Dmarc::parse(text).into()
        } else {
            Spf::parse(text).into()
        };
        self.txt.insert(format!("{name}.").into(), record);
        self
    }

    /// With the address of a host.
    #[must_use]
    pub fn with_host(mut self, name: &str, address: IpAddr) -> Self {
        let name = format!("{name}.").into_boxed_str();
        match address {
            IpAddr::V4(address) => drop(self.ipv4.insert(name, records(&[address]))),
            IpAddr::V6(address) => drop(self.ipv6.insert(name, records(&[address]))),
        }
        self
    }

    fn not_there(&self) -> Error {
        Error::Dns(match self.beyond {
            Beyond::Absent => DnsError::RecordNotFound(ResponseCode::NXDomain),
            Beyond::Down => DnsError::Resolver("the zone is down".to_owned()),
        })
    }
}

fn records<T: Clone>(all: &[T]) -> RecordSet<T> {
    RecordSet {
        rrset: all.into(),
        dnssec_status: Default::default(),
    }
}

impl ResolverCache<Box<str>, Txt> for Zone {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        Some(
            self.txt
                .get(name)
                .cloned()
                .unwrap_or_else(|| Txt::Error(self.not_there())),
        )
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}

/// A zone has no answer but that there are no such records, or the records of its map.
macro_rules! zone_of {
    ($key:ty, $value:ty, |$zone:ident, $name:ident| $found:expr) => {
        impl ResolverCache<$key, RecordSet<$value>> for Zone {
            fn get<Q>(&self, $name: &Q) -> Option<RecordSet<$value>>
            where
                $key: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                let $zone = self;
                Some($found.unwrap_or_else(|| records(&[])))
            }

            fn remove<Q>(&self, _: &Q) -> Option<RecordSet<$value>>
            where
                $key: Borrow<Q>,
                Q: Hash + Eq + ?Sized,
            {
                None
            }

            fn insert(&self, _: $key, _: RecordSet<$value>, _: Instant) {}
        }
    };
}

zone_of!(Box<str>, Ipv4Addr, |zone, name| zone.ipv4.get(name).cloned());
zone_of!(Box<str>, Ipv6Addr, |zone, name| zone.ipv6.get(name).cloned());
zone_of!(Box<str>, MX, |_zone, _name| None);
zone_of!(IpAddr, Box<str>, |_zone, _name| None);

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig};

    use super::*;
    use crate::config::SenderChecks as Wanted;
    use crate::domain::authenticity::{Source, Verdict};
    use crate::mail::auth::{Message, SenderChecks};
    use crate::mail::parse::parse;

    #[test]
    fn name_servers_that_never_answer_cost_seconds_once_however_many_mails_there_are() {
        let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut line = ConnectionConfig::udp();
        line.port = silent.local_addr().unwrap().port();
        let server = NameServerConfig::new(Ipv4Addr::LOCALHOST.into(), true, vec![line]);
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        let resolver = Resolver::asking(config, ResolverOpts::default()).unwrap();
        let checks = SenderChecks::with(Some(resolver), &Wanted::off());
        let raw = b"From: Ann <ann@bank.example>\r\n\r\nPlease erase my data.\r\n";
        let mail = parse(raw);
        let batch = [Message { raw, mail: &mail }; 64];
        let started = Instant::now();
        let first = checks.check_all(&batch);
        assert!(started.elapsed() < Duration::from_secs(7), "{:?}", started.elapsed());
        assert!(
            first
                .iter()
                .all(|found| found.verdict() == Verdict::Unknown && !found.checks.is_empty())
        );
        let again = Instant::now();
        assert!(
            checks
                .check_all(&batch)
                .iter()
                .all(|found| found.source == Source::Nobody)
        );
        assert!(again.elapsed() < Duration::from_millis(200), "{:?}", again.elapsed());
    }
}
