//! A device asks a server for a file.

use std::io;
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use device::platform::Network;
use device::store::TrustStore;
use device::tls::{EmbeddedTls, OpenError, Secured, Server, TlsError, Visitor, visit};
use device::verify::Verifier;
use embedded_io_async::{ErrorType, Read, Write};
use rand_core::OsRng;
use simulated::clock::RealTimer;
use simulated::executor::block_on;
use simulated::network::{Tcp, UnixSocket};

use super::case::Case;

/// The file, its place, and a whole answer with it.
pub(crate) const FILE: &str = "hello, device\n";
pub(crate) const NAME: &str = "hello";
pub(crate) const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\nhello, device\n";
/// So long that only something that hangs takes it.
const LIMIT: Duration = Duration::from_secs(60);

/// Where a server is.
pub(crate) enum Way {
    Port(u16),
    Socket(PathBuf),
}

/// What the device says to the server of `case`, if each of its reads gives at most `portion` bytes.
pub(crate) fn ask(way: &Way, portion: usize, case: &Case) -> Result<(), TlsError> {
    let store = case.store.write().unwrap();
    let server = Server {
        host: &case.host,
        port: 443,
        verifier: &Verifier::new(TrustStore::read_exact(&store).unwrap()),
        clock: case.clock,
    };
    let mut network = Only { way, portion };
    let mut engine = EmbeddedTls::new(OsRng);
    let timer = RealTimer::start();
    let visitor = Fetch(&case.host);
    let visited = visit(&mut engine, &mut network, &timer, server, LIMIT, visitor);
    match block_on(visited) {
        Ok(fetched) => fetched,
        Err(OpenError::Tls(error)) => Err(error),
        Err(other) => panic!("{}: {other}", case.name),
    }
}

/// Reads the file, if the server is the one that was asked for.
struct Fetch<'h>(&'h str);

impl Visitor for Fetch<'_> {
    type Output = Result<(), TlsError>;

    async fn visit<S: Read<Error = TlsError> + Write<Error = TlsError>>(
        self,
        mut secured: Secured<S>,
    ) -> Self::Output {
        assert_eq!(secured.proof().server().name(), self.0);
        let head = format!(
            "GET /{NAME} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.0
        );
        secured.write_all(head.as_bytes()).await?;
        secured.flush().await?;
        let mut answer = Vec::new();
        while !answer.ends_with(FILE.as_bytes()) {
            let mut buffer = [0; 64];
            let count = secured.read(&mut buffer).await?;
            answer.extend(&buffer[..count]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"), "{answer:?}");
        Ok(())
    }
}

/// A network with one server, whatever its name is.
struct Only<'w> {
    way: &'w Way,
    portion: usize,
}

impl Network for Only<'_> {
    type Connection = Dripping;
    type Error = io::Error;

    async fn connect(&mut self, _: &str, _: u16) -> io::Result<Dripping> {
        let socket = match self.way {
            Way::Port(port) => Socket::Tcp(Tcp::of(TcpStream::connect(("127.0.0.1", *port))?)?),
            Way::Socket(path) => Socket::Unix(UnixSocket::of(UnixStream::connect(path)?)?),
        };
        Ok(Dripping {
            socket,
            portion: self.portion,
        })
    }

    async fn exchange(&mut self, _: &str, _: u16, _: &[u8], _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// A connection that gives its bytes in portions.
struct Dripping {
    socket: Socket,
    portion: usize,
}

enum Socket {
    Tcp(Tcp),
    Unix(UnixSocket),
}

impl ErrorType for Dripping {
    type Error = io::Error;
}

impl Read for Dripping {
    async fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.portion);
        let into = &mut into[..most];
        match &mut self.socket {
            Socket::Tcp(socket) => socket.read(into).await,
            Socket::Unix(socket) => socket.read(into).await,
        }
    }
}

impl Write for Dripping {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.socket {
            Socket::Tcp(socket) => socket.write(bytes).await,
            Socket::Unix(socket) => socket.write(bytes).await,
        }
    }

    async fn flush(&mut self) -> io::Result<()> {
        match &mut self.socket {
            Socket::Tcp(socket) => socket.flush().await,
            Socket::Unix(socket) => socket.flush().await,
        }
    }
}
