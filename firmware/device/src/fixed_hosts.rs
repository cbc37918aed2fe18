//! Hosts whose addresses stand in the provisioning, and when the name servers are asked for them all the same.
//!
//! Servers move, and nobody goes to a device to tell it. So an address that is fixed is tried first, and when it was of no use,
//! the next attempt asks the name servers; when that was of none either, the next one tries the address again.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

/// Fixed addresses, and which way the next attempt at each host goes.
#[derive(Clone, Debug, Default)]
pub struct FixedHosts {
    hosts: Vec<(String, IpAddr)>,
    /// Hosts whose next attempt is by name servers.
    by_names: Vec<String>,
}

impl FixedHosts {
    /// These hosts, none of which was tried.
    pub const fn new(hosts: Vec<(String, IpAddr)>) -> Self {
        Self {
            hosts,
            by_names: Vec::new(),
        }
    }

    /// Begins an attempt at `host`: its fixed addresses, or none where the name servers are to be asked. Names are compared
    /// without regard to case.
    ///
    /// Whoever gives up waiting says nothing. So the next attempt goes the other way, unless [`FixedHosts::reached`] is called.
    pub fn begin(&mut self, host: &str) -> Vec<IpAddr> {
        let addresses = match self.is_by_names(host) {
            true => Vec::new(),
            false => self.addresses(host),
        };
        self.turn(host);
        addresses
    }

    /// The attempt that was begun reached somebody: the next one goes the same way.
    pub fn reached(&mut self, host: &str) {
        self.turn(host);
    }

    /// Who was reached was not who it should be: the next attempt goes the other way.
    pub fn useless(&mut self, host: &str) {
        self.turn(host);
    }

    fn turn(&mut self, host: &str) {
        if self.is_by_names(host) {
            self.by_names
                .retain(|name| !name.eq_ignore_ascii_case(host));
        } else if !self.addresses(host).is_empty() {
            self.by_names.push(host.to_owned());
        }
    }

    fn is_by_names(&self, host: &str) -> bool {
        let mut names = self.by_names.iter();
        names.any(|name| name.eq_ignore_ascii_case(host))
    }

    fn addresses(&self, host: &str) -> Vec<IpAddr> {
        let named = self
            .hosts
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(host));
        named.map(|(_, address)| *address).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::FixedHosts;
    use core::net::{IpAddr, Ipv4Addr};

    const ONE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const TWO: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    fn hosts() -> FixedHosts {
        FixedHosts::new(alloc::vec![
            ("a.example".into(), ONE),
            ("b.example".into(), ONE),
            ("A.example".into(), TWO),
        ])
    }

    #[test]
    fn an_address_that_works_is_used_again() {
        let mut hosts = hosts();
        for _ in 0..3 {
            assert_eq!(hosts.begin("a.Example"), [ONE, TWO]);
            hosts.reached("a.example");
        }
    }

    #[test]
    fn one_that_does_not_gives_way_to_the_name_servers_and_they_to_it() {
        let mut hosts = hosts();
        for _ in 0..3 {
            assert_eq!(hosts.begin("a.example"), [ONE, TWO]);
            assert!(hosts.begin("a.example").is_empty());
            // Another host is another matter.
            assert_eq!(hosts.begin("b.example"), [ONE]);
            hosts.reached("b.example");
        }
        hosts.begin("a.example");
        for _ in 0..3 {
            assert!(hosts.begin("a.example").is_empty());
            hosts.reached("a.example");
        }
    }

    #[test]
    fn who_answers_and_is_somebody_else_is_not_asked_next() {
        let mut hosts = hosts();
        hosts.begin("a.example");
        hosts.reached("a.example");
        hosts.useless("a.example");
        assert!(hosts.begin("a.example").is_empty());
        hosts.reached("a.example");
        hosts.useless("a.example");
        assert_eq!(hosts.begin("a.example"), [ONE, TWO]);
    }

    #[test]
    fn hosts_without_an_address_are_nothing_to_it() {
        let mut hosts = hosts();
        for _ in 0..3 {
            assert!(hosts.begin("c.example").is_empty());
            hosts.useless("c.example");
        }
        assert!(hosts.by_names.is_empty());
    }
}
