//! A TCP connection that ends in time, whatever the other side does.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use super::target::Target;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// A stream with one deadline for all that happens on it: a server that sends a byte now and then keeps nobody
/// waiting.
#[derive(Debug)]
pub(super) struct TimedStream {
    socket: TcpStream,
    deadline: Deadline,
}

/// The instant at which patience ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Instant);

impl Deadline {
    /// So long from now.
    #[allow(
        clippy::disallowed_methods,
        reason = "patience is measured with a clock; nothing is decided with it"
    )]
    pub(super) fn after(patience: Duration) -> Self {
        Self(Instant::now() + patience)
    }

    /// What is left.
    ///
    /// # Errors
    /// `TimedOut` when nothing is left.
    #[allow(
        clippy::disallowed_methods,
        reason = "patience is measured with a clock; nothing is decided with it"
    )]
    fn left(self) -> io::Result<Duration> {
        let left = self.0.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        Ok(left)
    }
}

/// Connects to the first address of the host that answers.
///
/// # Errors
/// [`Exit::Environment`]: no address, refused, no answer in time.
pub(super) fn connect(target: &Target, deadline: Deadline) -> Result<TimedStream> {
    let authority = target.authority();
    let found = (target.host.as_str(), target.port).to_socket_addrs();
    let addresses = found.map_err(|error| {
        Failure::new(
            Exit::Environment,
            format!("cannot find the address of {}", target.host),
        )
        .evidence(error)
        .help("check the host's name, and that this machine resolves names")
    })?;
    let mut failure = Failure::new(Exit::Environment, format!("cannot connect to {authority}"));
    for address in addresses {
        let tried = deadline
            .left()
            .and_then(|left| TcpStream::connect_timeout(&address, left));
        match tried {
            Ok(socket) => return Ok(TimedStream { socket, deadline }),
            Err(error) => failure = failure.evidence(format!("{address}: {}", said(&error))),
        }
    }
    Err(failure
        .help("check the port, the firewall and that the server runs; --timeout waits longer"))
}

impl Read for TimedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.set_read_timeout(Some(self.deadline.left()?))?;
        self.socket.read(buffer).map_err(in_time)
    }
}

impl Write for TimedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.set_write_timeout(Some(self.deadline.left()?))?;
        self.socket.write(bytes).map_err(in_time)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush()
    }
}

/// A socket that waited in vain says that it would block.
fn in_time(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::WouldBlock => ErrorKind::TimedOut.into(),
        _ => error,
    }
}

/// What happened, in words.
pub(super) fn said(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::ConnectionRefused => "connection refused: nothing listens there".to_owned(),
        ErrorKind::ConnectionReset => "the server cut the connection".to_owned(),
        ErrorKind::TimedOut => "no answer in time".to_owned(),
        ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
        _ => error.to_string(),
    }
}
