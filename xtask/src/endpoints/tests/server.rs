//! A TLS server of our own, for what OpenSSL's cannot be told to do.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;

use rustls::crypto::ring::{default_provider, sign};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::pki::Identity;

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// Serves this identity, whether or not key and certificates belong together; answers each request with what
/// `answer` makes of its path. Returns the port. The thread ends with the test's process.
pub(super) fn serve(identity: &Identity, answer: impl Fn(&str) -> String + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = config(identity);
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            // A client that goes away is none of ours.
            let _ = talk(socket.unwrap(), &config, &answer);
        }
    });
    port
}

/// Gives every connection to `act`; returns the port.
pub(super) fn plain(act: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().for_each(|socket| act(socket.unwrap())));
    port
}

fn config(identity: &Identity) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
    let key = sign::any_supported_type(&key).unwrap();
    let chain = identity.chain.iter().cloned().map(CertificateDer::from);
    let certified = CertifiedKey::new(chain.collect(), key);
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Always(Arc::new(certified))));
    Arc::new(config)
}

fn talk(
    socket: TcpStream,
    config: &Arc<ServerConfig>,
    answer: &impl Fn(&str) -> String,
) -> std::io::Result<()> {
    let connection = ServerConnection::new(Arc::clone(config)).unwrap();
    let mut stream = StreamOwned::new(connection, socket);
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => request.extend_from_slice(&buffer[..count]),
        }
    }
    let text = String::from_utf8_lossy(&request).into_owned();
    let path = text.split(' ').nth(1).unwrap_or_default();
    stream.write_all(answer(path).as_bytes())?;
    stream.conn.send_close_notify();
    stream.flush()
}

/// An answer that redirects.
pub(super) fn redirect(status: u16, location: &str) -> String {
    format!(
        "HTTP/1.1 {status} Moved\r\nServer: test\r\nlocation:  {location}\r\nContent-Length: 0\r\n\r\n"
    )
}

/// An answer that does not.
pub(super) fn found() -> String {
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nLocation: /elsewhere\r\n\r\nhi".to_owned()
}
