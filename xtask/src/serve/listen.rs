//! Sockets, and a thread for each connection.

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::conversation;
use super::file::Folder;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;

/// Most connections at a time, over all sockets.
const MAX_CONNECTIONS: usize = 64;
/// How long a client may be silent, or take nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// A socket that accepts connections.
pub(super) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
}

/// How many connections there are.
#[derive(Default)]
pub(super) struct Places(AtomicUsize);

/// One of the connections that may be at a time.
struct Place<'p>(&'p Places);

impl Listener {
    /// Listens; over TLS if there are settings for it.
    ///
    /// # Errors
    /// [`Exit::Unreadable`]: the address is taken, or not of this machine.
    pub(super) fn bind(wish: SocketAddr, tls: Option<Arc<ServerConfig>>) -> Result<Self> {
        let failed = |error: io::Error| {
            Failure::new(Exit::Unreadable, format!("cannot listen on {wish}"))
                .evidence(error)
                .help("with port 0 the system chooses one; below 1024 needs a right")
        };
        let socket = TcpListener::bind(wish).map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self {
            socket,
            address,
            tls,
        })
    }

    /// Where it listens.
    pub(super) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}/", self.address)
    }

    /// Accepts connections, for as long as the program runs.
    pub(super) fn serve(&self, folder: &Arc<Folder>, places: &Arc<Places>) {
        for socket in self.socket.incoming() {
            // A client that went away before it was accepted is none of ours.
            let Ok(socket) = socket else { continue };
            let (folder, places, tls) = (Arc::clone(folder), Arc::clone(places), self.tls.clone());
            std::thread::spawn(move || {
                if let Some(_place) = places.take() {
                    converse(socket, tls, &folder);
                } else {
                    output::say(format_args!(
                        "more than {MAX_CONNECTIONS} connections: one was refused"
                    ));
                }
            });
        }
    }
}

/// Talks until one side has enough. What breaks is said and harms nobody else.
fn converse(socket: TcpStream, tls: Option<Arc<ServerConfig>>, folder: &Folder) {
    let peer = match socket.peer_addr() {
        Ok(peer) => peer,
        Err(_) => return,
    };
    if let Err(error) = talk(socket, peer, tls, folder) {
        output::say(format_args!("{peer} {error}"));
    }
}

fn talk(
    socket: TcpStream,
    peer: SocketAddr,
    tls: Option<Arc<ServerConfig>>,
    folder: &Folder,
) -> io::Result<()> {
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    socket.set_nodelay(true)?;
    let Some(tls) = tls else {
        return conversation::hold(&mut { socket }, peer, folder);
    };
    let connection = ServerConnection::new(tls).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, socket);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    conversation::hold(&mut stream, peer, folder)?;
    stream.conn.send_close_notify();
    // The client may be gone already.
    let _ = stream.conn.complete_io(&mut stream.sock);
    Ok(())
}

impl Places {
    fn take(&self) -> Option<Place<'_>> {
        let before = self.0.fetch_add(1, Ordering::SeqCst);
        let place = Place(self);
        (before < MAX_CONNECTIONS).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}
