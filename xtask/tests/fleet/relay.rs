//! The way to a server, which can be cut.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Passes on what clients on a port of its own and a server say to each other, for as long as the test runs.
pub(crate) struct Relay {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Nobody is let through.
    closed: bool,
    /// After how many bytes of the server a connection is cut. Each cuts one connection, in this order.
    cuts: Vec<usize>,
}

impl Relay {
    /// To the server that listens at this socket.
    pub(crate) fn to(server: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let (server, shared) = (server.to_owned(), Arc::clone(&state));
        std::thread::spawn(move || accept(&listener, &server, &shared));
        Self { port, state }
    }

    /// Cuts the next connection in which the server says so much.
    pub(crate) fn cut_after(&self, bytes: usize) {
        self.state.lock().unwrap().cuts.push(bytes);
    }

    /// How many of the cuts were not made yet.
    pub(crate) fn cuts_left(&self) -> usize {
        self.state.lock().unwrap().cuts.len()
    }

    /// Hangs up on everybody who comes, or no longer does.
    pub(crate) fn close(&self, closed: bool) {
        self.state.lock().unwrap().closed = closed;
    }
}

fn accept(listener: &TcpListener, server: &Path, state: &Arc<Mutex<State>>) {
    for client in listener.incoming() {
        let Ok(client) = client else { continue };
        if state.lock().unwrap().closed {
            std::thread::spawn(move || hang_up(client));
            continue;
        }
        let Ok(server) = UnixStream::connect(server) else {
            continue;
        };
        let state = Arc::clone(state);
        std::thread::spawn(move || pass(client, server, &state));
    }
}

/// Says nothing, and lets the client finish: it sees an end, and no reset.
fn hang_up(mut client: TcpStream) {
    let _ = client.shutdown(Shutdown::Write);
    let _ = io::copy(&mut client, &mut io::sink());
}

/// Until one side has enough, or the connection is cut. Either ends both directions.
fn pass(mut client: TcpStream, mut server: UnixStream, state: &Mutex<State>) {
    let (mut asking, mut asked) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = io::copy(&mut asking, &mut asked);
        let _ = asked.shutdown(Shutdown::Write);
    });
    let _ = answer(&mut server, &mut client, state);
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

fn answer(server: &mut UnixStream, client: &mut TcpStream, state: &Mutex<State>) -> io::Result<()> {
    let (mut room, mut passed) = ([0; 1024], 0);
    loop {
        let count = server.read(&mut room)?;
        if count == 0 || is_cut(passed + count, state) {
            return Ok(());
        }
        client.write_all(&room[..count])?;
        passed += count;
    }
}

fn is_cut(bytes: usize, state: &Mutex<State>) -> bool {
    let mut state = state.lock().unwrap();
    let cut = state.cuts.first().is_some_and(|cut| bytes >= *cut);
    if cut {
        state.cuts.remove(0);
    }
    cut
}
