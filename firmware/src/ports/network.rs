//! TCP and UDP by host name, over the network stack of [`crate::network`].

use alloc::collections::TryReserveError;
use alloc::vec;
use core::fmt;
use core::net::Ipv4Addr;

use device::platform::Network;
use embassy_net::Stack;
use embassy_net::tcp::ConnectError;
use embassy_net::udp::{BindError, PacketMetadata, SendError, UdpSocket};

use crate::console::say;
use crate::ports::network::connection::Connection;
use crate::resolver::{ResolveError, Resolver};

mod connection;

/// Bytes of the longest datagram. What this firmware asks over UDP has 48.
const DATAGRAM_BYTES: usize = 512;
/// Datagrams that may wait to be read: others than the answer may come first.
const DATAGRAMS: usize = 4;

/// Sockets that are open at once: those of [`Connection`] and the one of [`TcpIp::exchange`].
pub(crate) const SOCKETS: usize = connection::MAX_CONNECTIONS + 1;

/// The network of this board.
pub(crate) struct TcpIp {
    resolver: Resolver,
    stack: Stack<'static>,
}

/// Why a host was not reached.
#[derive(Debug)]
pub(crate) enum Unreached {
    /// No local port could be used.
    Bind(BindError),
    /// None of its addresses accepts a connection; of the last one, why.
    Connect(Ipv4Addr, ConnectError),
    /// There is no memory for the buffers of a connection.
    Memory(TryReserveError),
    /// The name has no address.
    Resolve(ResolveError),
    /// A datagram could not be sent.
    Send(SendError),
    /// So many connections are open: a bug of who opens them.
    TooMany(usize),
}

impl TcpIp {
    /// TCP and UDP over `stack`, with the addresses that `resolver` finds.
    pub(crate) const fn new(stack: Stack<'static>, resolver: Resolver) -> Self {
        Self { resolver, stack }
    }

    /// Waits for the board to have an address: before, no name server is known.
    async fn addresses(&mut self, host: &str) -> Result<vec::Vec<Ipv4Addr>, Unreached> {
        self.stack.wait_config_up().await;
        let answer = self.resolver.resolve(host).await;
        let answer = answer.map_err(Unreached::Resolve)?;
        for address in &answer.addresses {
            say!("net: {host} is at {address} ({})", answer.source);
        }
        Ok(answer.addresses)
    }
}

impl Network for TcpIp {
    type Connection = Connection;
    type Error = Unreached;

    /// Tries each address of the name, so that one dead server of many does not decide.
    async fn connect(&mut self, host: &str, port: u16) -> Result<Connection, Unreached> {
        let mut last = Err(Unreached::Resolve(ResolveError::NoAddress));
        for address in self.addresses(host).await? {
            last = Connection::open(self.stack, address, port).await;
            if last.is_ok() {
                self.resolver.reached(host);
                break;
            }
        }
        last
    }

    fn useless(&mut self, host: &str) {
        self.resolver.useless(host);
    }

    async fn exchange(
        &mut self,
        host: &str,
        port: u16,
        question: &[u8],
        answer: &mut [u8],
    ) -> Result<usize, Unreached> {
        let addresses = self.addresses(host).await?;
        let no_address = Unreached::Resolve(ResolveError::NoAddress);
        let peer = (*addresses.first().ok_or(no_address)?, port);
        let (mut received, mut sent) = (vec![0; DATAGRAM_BYTES], vec![0; DATAGRAM_BYTES]);
        let mut received_meta = [PacketMetadata::EMPTY; DATAGRAMS];
        let mut sent_meta = [PacketMetadata::EMPTY; 1];
        let mut socket = UdpSocket::new(
            self.stack,
            &mut received_meta,
            &mut received,
            &mut sent_meta,
            &mut sent,
        );
        // A local port of its own for each question, which whoever forges an answer would have to guess.
        socket.bind(0).map_err(Unreached::Bind)?;
        socket
            .send_to(question, peer)
            .await
            .map_err(Unreached::Send)?;
        loop {
            let length = socket.recv_from_with(|datagram, from| {
                (from.endpoint == peer.into()).then(|| copy(datagram, answer))
            });
            if let Some(length) = length.await {
                self.resolver.reached(host);
                return Ok(length);
            }
        }
    }
}

/// As many bytes as there is room for.
fn copy(from: &[u8], into: &mut [u8]) -> usize {
    let places = into.iter_mut().zip(from);
    places.map(|(place, byte)| *place = *byte).count()
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bind(error) => write!(f, "no local port ({error:?})"),
            Self::Connect(address, error) => {
                let why = match error {
                    ConnectError::ConnectionReset => "refuses the connection",
                    ConnectError::InvalidState => "cannot be connected to with this socket",
                    ConnectError::NoRoute => "cannot be reached from this network",
                    ConnectError::TimedOut => "does not answer",
                };
                write!(f, "{address} {why}")
            }
            Self::Memory(error) => write!(f, "there is no memory for a connection ({error})"),
            Self::Resolve(error) => write!(f, "{error}"),
            Self::Send(error) => write!(f, "the datagram cannot be sent ({error:?})"),
            Self::TooMany(open) => write!(f, "{open} connections are open already"),
        }
    }
}
