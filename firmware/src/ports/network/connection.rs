//! A TCP connection that owns its buffers.

use alloc::boxed::Box;
use alloc::collections::TryReserveError;
use alloc::vec::Vec;
use core::net::Ipv4Addr;
use core::ptr::NonNull;
use core::sync::atomic::{AtomicUsize, Ordering};

use embassy_net::Stack;
use embassy_net::tcp::{Error, TcpSocket};
use embassy_time::{Duration, with_timeout};
use embedded_io_async::{ErrorType, Read, Write};

use super::Unreached;

/// Connections that may be open at once: the stack's room for sockets is fixed, and one too many is a panic there. The
/// client needs one; another may still be there while a redirect is followed.
pub(super) const MAX_CONNECTIONS: usize = 2;

/// Bytes that the peer may send ahead: half of the largest TLS record, so that flash and network keep each other busy.
const RECEIVE_BYTES: usize = 8 * 1024;
/// Bytes that wait to be acknowledged: a request with its headers, or a `ClientHello`.
const SEND_BYTES: usize = 2 * 1024;
/// How long one address may take to accept: three transmissions of the first segment.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a peer may stay silent that has something to acknowledge; a probe is such a thing.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a silent peer is probed.
const PROBE_INTERVAL: Duration = Duration::from_secs(10);

/// Connections that are open.
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// A TCP connection. Dropped, it is gone at once; the peer learns of it when it sends something more.
pub(crate) struct Connection {
    // Fields are dropped in this order: the socket uses the buffers.
    socket: TcpSocket<'static>,
    _buffers: [Buffer; 2],
    _place: Place,
}

impl Connection {
    pub(super) async fn open(
        stack: Stack<'static>,
        address: Ipv4Addr,
        port: u16,
    ) -> Result<Self, Unreached> {
        let place = Place::take()?;
        let receive = Buffer::new(RECEIVE_BYTES).map_err(Unreached::Memory)?;
        let send = Buffer::new(SEND_BYTES).map_err(Unreached::Memory)?;
        // SAFETY: nobody else uses the buffers, and `Connection` drops them after the socket. Dropped, the socket leaves
        // the stack, which then has no reference to them.
        let socket = unsafe { TcpSocket::new(stack, receive.lend(), send.lend()) };
        let mut connection = Self {
            socket,
            _buffers: [receive, send],
            _place: place,
        };
        let socket = &mut connection.socket;
        socket.set_timeout(Some(SILENCE_TIMEOUT));
        socket.set_keep_alive(Some(PROBE_INTERVAL));
        with_timeout(CONNECT_TIMEOUT, socket.connect((address, port)))
            .await
            .unwrap_or(Err(embassy_net::tcp::ConnectError::TimedOut))
            .map_err(|error| Unreached::Connect(address, error))?;
        Ok(connection)
    }
}

impl ErrorType for Connection {
    type Error = Error;
}

impl Read for Connection {
    async fn read(&mut self, into: &mut [u8]) -> Result<usize, Error> {
        self.socket.read(into).await
    }
}

impl Write for Connection {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        self.socket.write(bytes).await
    }

    /// The stack sends by itself. To wait until the peer has acknowledged, as the socket's own `flush` does, would only take
    /// time.
    async fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// A place among the sockets of the stack.
struct Place;

impl Place {
    fn take() -> Result<Self, Unreached> {
        let open = OPEN.load(Ordering::Relaxed);
        if open >= MAX_CONNECTIONS {
            return Err(Unreached::TooMany(open));
        }
        // Tasks of one executor do not interrupt each other, and nobody else opens connections.
        OPEN.store(open.saturating_add(1), Ordering::Relaxed);
        Ok(Self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let open = OPEN.load(Ordering::Relaxed);
        OPEN.store(open.saturating_sub(1), Ordering::Relaxed);
    }
}

/// Memory from the heap.
struct Buffer(NonNull<[u8]>);

impl Buffer {
    fn new(length: usize) -> Result<Self, TryReserveError> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length)?;
        bytes.resize(length, 0);
        Ok(Self(NonNull::from(Box::leak(bytes.into_boxed_slice()))))
    }

    /// # Safety
    ///
    /// It is called once, and what it gives is not used any more when this is dropped.
    unsafe fn lend(&self) -> &'static mut [u8] {
        // SAFETY: the memory is there until this is dropped, and the caller has it alone.
        unsafe { &mut *self.0.as_ptr() }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        // SAFETY: it came from a box, and by the promise to `lend` nobody uses it any more.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}
