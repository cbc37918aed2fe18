//! From a host name to an IPv4 address: provisioned hosts first, then DNS; and DNS where a provisioned address was of no use.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr};

use device::fixed_hosts::FixedHosts;
use embassy_net::dns::{DnsQueryType, Error};
use embassy_net::{IpAddress, Stack};
use embassy_time::{Duration, with_timeout};

/// Longer than the stack tries all its servers.
const TIMEOUT: Duration = Duration::from_secs(45);

/// Finds addresses.
pub(crate) struct Resolver {
    hosts: FixedHosts,
    stack: Stack<'static>,
}

/// Addresses and who gave them.
pub(crate) struct Answer {
    /// At least one.
    pub(crate) addresses: Vec<Ipv4Addr>,
    /// Who gave them.
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
    pub(crate) const fn new(hosts: Vec<(String, IpAddr)>, stack: Stack<'static>) -> Self {
        let hosts = FixedHosts::new(hosts);
        Self { hosts, stack }
    }

    /// Finds the addresses of `host`. Host names are compared without regard to case.
    ///
    /// Where it is provisioned, the next call asks the name servers, unless [`Resolver::reached`] is called; and the other way
    /// round.
    ///
    /// # Errors
    ///
    /// See [`ResolveError`].
    pub(crate) async fn resolve(&mut self, host: &str) -> Result<Answer, ResolveError> {
        let provisioned = self.provisioned(host);
        if !provisioned.is_empty() {
            return Ok(Answer {
                addresses: provisioned,
                source: Source::Provisioning,
            });
        }
        let query = self.stack.dns_query(host, DnsQueryType::A);
        let addresses = with_timeout(TIMEOUT, query)
            .await
            .map_err(|_| ResolveError::TimedOut)?
            .map_err(ResolveError::Dns)?;
        if addresses.is_empty() {
            return Err(ResolveError::NoAddress);
        }
        let addresses = addresses.iter().map(|IpAddress::Ipv4(address)| *address);
        Ok(Answer {
            addresses: addresses.collect(),
            source: Source::Dns,
        })
    }

    /// An address of the last answer for `host` was of use.
    pub(crate) fn reached(&mut self, host: &str) {
        self.hosts.reached(host);
    }

    /// It was not, after all.
    pub(crate) fn useless(&mut self, host: &str) {
        self.hosts.useless(host);
    }

    fn provisioned(&mut self, host: &str) -> Vec<Ipv4Addr> {
        let addresses = self.hosts.begin(host).into_iter();
        let ipv4 = addresses.filter_map(|address| match address {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        });
        ipv4.collect()
    }
}
