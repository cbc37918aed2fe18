//! A connection to a real server that is cut at every byte of its handshake, of either side.

use std::io::{self, ErrorKind, Read as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use device::platform::Timer as _;
use device::tls::TlsError;
use embedded_io_async::{Read as _, Write as _};
use simulated::clock::RealTimer;
use simulated::executor::block_on;
use simulated::network::Tcp;

use crate::client::Device;
use crate::openssl::Openssl;
use crate::support::Chain;

/// So long that only something that hangs takes it.
const LIMIT: Duration = Duration::from_secs(60);
/// How long the relay waits when nobody says anything.
const PAUSE: Duration = Duration::from_micros(50);
/// A handshake has more: two certificates alone do.
const LEAST: usize = 700;

/// Which side is cut off, after how many bytes.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Client(usize),
    Server(usize),
}

#[test]
fn what_the_server_says_may_end_at_every_byte() {
    let mut world = World::new();
    let whole = world.first_opened(Cut::Server);
    assert!(whole > LEAST, "{whole}");
}

/// The device has its connection as soon as it has said its last word. Then it is gone as soon as it is used.
#[test]
fn what_the_device_says_may_end_at_every_byte() {
    let mut world = World::new();
    let hello = world.first_opened(Cut::Client);
    // The Finished has 58 bytes, and what is said then 31.
    for count in hello..hello + 80 {
        assert_eq!(world.open(Cut::Client(count)), Ok(()), "{count}");
    }
}

/// Whether a connection ended as one that is cut does. A cut with something on the way is a reset; a server whose question is cut
/// may say so.
fn is_end(error: TlsError) -> bool {
    use embedded_io_async::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset};
    matches!(
        error,
        TlsError::Alert(_)
            | TlsError::Cut
            | TlsError::Io(BrokenPipe | ConnectionAborted | ConnectionReset)
    )
}

/// A server, a device that trusts it, and a relay between them.
struct World {
    device: Device,
    relay: Relay,
    _server: Openssl,
}

impl World {
    fn new() -> Self {
        let chain = Chain::new();
        let key = chain.leaf.key.serialize_pem();
        let server = Openssl::serve(&chain.sent(), &key, &["-num_tickets", "0"]);
        Self {
            device: Device::trusting(&chain.store()),
            relay: Relay::to(server.port),
            _server: server,
        }
    }

    /// The least number of bytes after which a cut comes too late: with fewer, no connection is opened.
    fn first_opened(&mut self, cut: impl Fn(usize) -> Cut) -> usize {
        let opened = (0..).find(|count| match self.open(cut(*count)) {
            Ok(()) => true,
            Err(error) => {
                assert!(is_end(error), "{count}: {error}");
                false
            }
        });
        opened.unwrap()
    }

    /// Why a connection that is cut so is not opened. One that is opened must be gone when it is used, and not hang.
    fn open(&mut self, cut: Cut) -> Result<(), TlsError> {
        let transport = self.relay.connect(cut);
        let timer = RealTimer::start();
        let opened = async {
            let mut secured = self.device.open(transport).await?;
            // What cannot be said is no matter: nothing comes back.
            let _ = secured.write_all(b"stressed\n").await;
            let _ = secured.flush().await;
            let heard = secured.read(&mut [0; 16]).await;
            assert!(heard.is_err(), "{cut:?}: {heard:?}");
            Ok(())
        };
        let late = |late| panic!("{cut:?}: {late}");
        block_on(timer.within(LIMIT, opened)).unwrap_or_else(late)
    }
}

/// A way to a server that can be cut.
struct Relay {
    port: u16,
    cuts: Option<Sender<Cut>>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, cuts) = channel();
        let thread = std::thread::spawn(move || serve(&listener, server, &cuts));
        Self {
            port,
            cuts: Some(sender),
            thread: Some(thread),
        }
    }

    fn connect(&self, cut: Cut) -> Tcp {
        self.cuts.as_ref().unwrap().send(cut).unwrap();
        Tcp::of(TcpStream::connect(("127.0.0.1", self.port)).unwrap()).unwrap()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.cuts.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listener: &TcpListener, server: u16, cuts: &Receiver<Cut>) {
    for cut in cuts {
        let (client, _) = listener.accept().unwrap();
        let server = TcpStream::connect(("127.0.0.1", server)).unwrap();
        // That a side is gone is an end, too.
        let _ = relay(client, server, cut);
    }
}

/// Passes bytes on in both directions until the cut. What the other side says is passed on whole, and the device hears of the end
/// before its words are refused: where the cut shows must not depend on who is quicker.
fn relay(mut client: TcpStream, mut server: TcpStream, cut: Cut) -> io::Result<()> {
    for stream in [&client, &server] {
        stream.set_nonblocking(true)?;
        stream.set_nodelay(true)?;
    }
    let _ = until_cut(&mut client, &mut server, cut);
    if matches!(cut, Cut::Client(_)) {
        let _ = server.shutdown(Shutdown::Write);
        let _ = wait(|| pass(&mut server, &mut client, &mut { usize::MAX }));
    }
    client.shutdown(Shutdown::Write)?;
    wait(|| pass(&mut client, &mut io::sink(), &mut { usize::MAX }))
}

fn until_cut(client: &mut TcpStream, server: &mut TcpStream, cut: Cut) -> io::Result<()> {
    let (mut of_client, mut of_server) = match cut {
        Cut::Client(count) => (count, usize::MAX),
        Cut::Server(count) => (usize::MAX, count),
    };
    wait(|| {
        if of_client == 0 || of_server == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let passed = pass(client, server, &mut of_client)?;
        Ok(passed + pass(server, client, &mut of_server)?)
    })
}

/// Passes bytes on until that fails.
fn wait(mut pass: impl FnMut() -> io::Result<usize>) -> io::Result<()> {
    loop {
        if pass()? == 0 {
            std::thread::sleep(PAUSE);
        }
    }
}

/// Passes on what is there, and at most `left`: how many bytes it was. The end is an error.
fn pass(from: &mut TcpStream, into: &mut impl io::Write, left: &mut usize) -> io::Result<usize> {
    let mut buffer = [0; 4096];
    let most = buffer.len().min(*left);
    match from.read(&mut buffer[..most]) {
        Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
        Ok(count) => {
            *left -= count;
            into.write_all(&buffer[..count]).map(|()| count)
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
        Err(error) => Err(error),
    }
}
