//! From a host name to an IPv4 address: provisioned hosts first, then DNS.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::IpAddr;

use embassy_net::Stack;
use embassy_net::dns::{DnsQueryType, Error};
use embassy_time::{Duration, with_timeout};

/// Longer than the stack tries all its servers.
const TIMEOUT: Duration = Duration::from_secs(45);

/// Finds addresses.
pub(crate) struct Resolver {
    hosts: Vec<(String, IpAddr)>,
    stack: Stack<'static>,
}

/// An address and who gave it.
pub(crate) struct Answer {
    /// The address.
    pub(crate) address: IpAddr,
    /// Who gave it.
    pub(crate) source: Source,
}

/// Who gave an address.
pub(crate) enum Source {
    /// A name server.
    Dns,
    /// The provisioning of this board.
    Provisioning,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dns => "DNS",
            Self::Provisioning => "provisioned",
        })
    }
}

/// Why there is no address.
#[derive(Debug)]
pub(crate) enum ResolveError {
    /// The query failed.
    Dns(Error),
    /// The name has no IPv4 address.
    NoAddress,
    /// No name server answered.
    TimedOut,
}

impl fmt::Display for ResolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(Error::Failed) => f.write_str("the query failed"),
            Self::Dns(Error::InvalidName) => f.write_str("not a valid name"),
            Self::Dns(Error::NameTooLong) => f.write_str("the name is too long"),
            Self::NoAddress => f.write_str("no IPv4 address"),
            Self::TimedOut => f.write_str("no name server answered"),
        }
    }
}

impl Resolver {
    /// Resolves with `hosts` before the name servers of `stack`.
    pub(crate) fn new(hosts: Vec<(String, IpAddr)>, stack: Stack<'static>) -> Self {
        Self { hosts, stack }
    }

    /// Finds an address of `host`. Host names are compared without regard to case.
    ///
    /// # Errors
    ///
    /// See [`ResolveError`].
    pub(crate) async fn resolve(&self, host: &str) -> Result<Answer, ResolveError> {
        let named = |(name, _): &&(String, IpAddr)| name.eq_ignore_ascii_case(host);
        let mut provisioned = self.hosts.iter().filter(named).map(|(_, address)| *address);
        if let Some(address) = provisioned.find(IpAddr::is_ipv4) {
            return Ok(Answer {
                address,
                source: Source::Provisioning,
            });
        }
        let query = self.stack.dns_query(host, DnsQueryType::A);
        let addresses = with_timeout(TIMEOUT, query)
            .await
            .map_err(|_| ResolveError::TimedOut)?
            .map_err(ResolveError::Dns)?;
        let address = addresses.first().ok_or(ResolveError::NoAddress)?;
        Ok(Answer {
            address: (*address).into(),
            source: Source::Dns,
        })
    }
}
