//! TCP and UDP of the host. Every name stands for an address of loopback, and every port for one that the test chose.

use std::collections::BTreeMap;
use std::fmt;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::task::Poll;

use device::platform::Network;
use embedded_io_async::{ErrorType, Read, Write};

/// Loopback, with names of its own.
#[derive(Clone, Debug, Default)]
pub struct Loopback {
    ports: BTreeMap<(String, u16), u16>,
}

/// A connection of the host that makes nobody wait.
#[derive(Debug)]
pub struct Stream<S>(S);

/// A TCP connection.
pub type Tcp = Stream<TcpStream>;

/// A connection to a socket in a folder.
pub type UnixSocket = Stream<UnixStream>;

/// Why a host was not reached.
#[derive(Debug)]
pub enum Unreached {
    /// The name and port stand for nothing.
    NoSuchHost(String, u16),
    /// The host says so.
    Io(io::Error),
}

impl Loopback {
    /// Lets `host` and `port` stand for the port `real` of 127.0.0.1.
    pub fn with(mut self, host: &str, port: u16, real: u16) -> Self {
        self.ports.insert((host.to_owned(), port), real);
        self
    }

    fn find(&self, host: &str, port: u16) -> Result<SocketAddrV4, Unreached> {
        let real = self.ports.get(&(host.to_owned(), port));
        let real = real.ok_or_else(|| Unreached::NoSuchHost(host.to_owned(), port))?;
        Ok(SocketAddrV4::new(Ipv4Addr::LOCALHOST, *real))
    }
}

impl Network for Loopback {
    type Connection = Tcp;
    type Error = Unreached;

    async fn connect(&mut self, host: &str, port: u16) -> Result<Tcp, Unreached> {
        let stream = TcpStream::connect(self.find(host, port)?).map_err(Unreached::Io)?;
        Tcp::of(stream).map_err(Unreached::Io)
    }

    async fn exchange(
        &mut self,
        host: &str,
        port: u16,
        question: &[u8],
        answer: &mut [u8],
    ) -> Result<usize, Unreached> {
        let address = self.find(host, port)?;
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Unreached::Io)?;
        socket.connect(address).map_err(Unreached::Io)?;
        socket.set_nonblocking(true).map_err(Unreached::Io)?;
        socket.send(question).map_err(Unreached::Io)?;
        ready(|| socket.recv(answer)).await.map_err(Unreached::Io)
    }
}

impl Tcp {
    /// A connection that was opened already.
    ///
    /// # Errors
    /// The host does not let it be read without waiting.
    pub fn of(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }
}

impl UnixSocket {
    /// A connection that was opened already.
    ///
    /// # Errors
    /// The host does not let it be read without waiting.
    pub fn of(stream: UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self(stream))
    }
}

impl<S> ErrorType for Stream<S> {
    type Error = io::Error;
}

impl<S: io::Read> Read for Stream<S> {
    async fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        ready(|| self.0.read(into)).await
    }
}

impl<S: io::Write> Write for Stream<S> {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        ready(|| self.0.write(bytes)).await
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Asks until there is an answer other than "not now".
async fn ready<T>(mut ask: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    poll_fn(|_| match ask() {
        Err(error) if error.kind() == ErrorKind::WouldBlock => Poll::Pending,
        answer => Poll::Ready(answer),
    })
    .await
}

impl fmt::Display for Unreached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchHost(host, port) => write!(formatter, "{host}:{port} has no address"),
            Self::Io(error) => write!(formatter, "{error}"),
        }
    }
}
