//! Which name leads where, and what time it is.

use simulated::network::Loopback;

use crate::clock::WorldClock;
use crate::desk::Desk;
use crate::firmware::TIME_SERVERS;
use crate::nginx::Nginx;
use crate::openssl::Openssl;

const HTTPS: u16 = 443;
const HTTP: u16 = 80;

/// All that is beyond the board.
pub(crate) struct World {
    pub(crate) clock: WorldClock,
    pub(crate) network: Loopback,
}

impl World {
    /// At this time (RFC 3339), which two servers tell. There is nothing else.
    pub(crate) fn at(time: &str) -> Self {
        let clock = WorldClock::at(time);
        let tell = |network: Loopback, name: &str| network.with(name, 123, clock.serve());
        let network = TIME_SERVERS.into_iter().fold(Loopback::default(), tell);
        Self { clock, network }
    }

    /// `host` is this server, with TLS and without.
    pub(crate) fn desk(&mut self, host: &str, server: &Desk) {
        let [tls, plain] = server.ports;
        self.lead(host, HTTPS, tls);
        self.lead(host, HTTP, plain);
    }

    /// `host` is this server.
    pub(crate) fn nginx(&mut self, host: &str, server: &Nginx) {
        self.lead(host, HTTPS, server.relay.port);
    }

    /// `host` is this server.
    pub(crate) fn openssl(&mut self, host: &str, server: &Openssl) {
        self.lead(host, HTTPS, server.port);
    }

    fn lead(&mut self, host: &str, port: u16, real: u16) {
        self.network = std::mem::take(&mut self.network).with(host, port, real);
    }
}
