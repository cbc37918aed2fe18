//! The device's own client asks.

use std::io::{self, Read as _, Write as _};

use device::http::{
    Answer, Connection, EntityTag, HttpError, Place, Request, ResponseError, Scheme,
};
use embedded_io_async::{ErrorType, Read, Write};
use simulated::executor::block_on;

use crate::support::{Identity, Server, Site, image, tcp};

/// A stream of the host that waits. The device's code waits with it.
struct Waiting<S>(S);

impl<S> ErrorType for Waiting<S> {
    type Error = io::Error;
}

impl<S: io::Read> Read for Waiting<S> {
    async fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl<S: io::Write> Write for Waiting<S> {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn at(target: &str) -> Place {
    Place::new(Scheme::Https, "localhost", 443, target).unwrap()
}

fn question<'a>(place: &'a Place, from: u32, tag: Option<&'a EntityTag>) -> Request<'a> {
    Request {
        place,
        user_agent: "perennial/1.2.3",
        from,
        tag,
        fields: &[
            ("Perennial-Version", "0.1.0+4f11"),
            ("Perennial-Trusted-By", "ISRG Root X1"),
        ],
        keep: true,
    }
}

type Refusal = HttpError<io::Error>;

fn fetch<S: io::Read + io::Write>(
    connection: &mut Connection<Waiting<S>>,
    request: &Request<'_>,
) -> Result<(Vec<u8>, Option<EntityTag>), Refusal> {
    block_on(async {
        let Answer::File(mut body) = connection.get(request).await? else {
            panic!("a redirect")
        };
        let (mut bytes, mut room) = (Vec::new(), [0; 4096]);
        loop {
            match body.read(&mut room).await? {
                0 => return Ok((bytes, body.tag().cloned())),
                count => bytes.extend_from_slice(&room[..count]),
            }
        }
    })
}

fn refused<S: io::Read + io::Write>(
    connection: &mut Connection<Waiting<S>>,
    request: &Request<'_>,
) -> ResponseError {
    match fetch(connection, request) {
        Err(HttpError::Response(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_release_over_one_connection_of_tls() {
    let (site, identity) = (Site::new(), Identity::new());
    let mut server = Server::start(&site, &identity.options(), 1);
    assert!(
        server.urls[0].starts_with("https://127.0.0.1:"),
        "{:?}",
        server.urls
    );
    let mut connection = Connection::new(Waiting(identity.connect(server.port(0))));
    let (manifest, application) = (at("/release.json?a=b"), at("/0.1.0+4f11/application.bin"));
    let (bytes, _) = fetch(&mut connection, &question(&manifest, 0, None)).unwrap();
    assert_eq!(bytes, b"{}\n");
    let missing = at("/release.json.minisig");
    let error = refused(&mut connection, &question(&missing, 0, None));
    let (code, retry_after) = (404, None);
    assert_eq!(error, ResponseError::Status { code, retry_after });
    let (bytes, tag) = fetch(&mut connection, &question(&application, 0, None)).unwrap();
    assert!(bytes == image());
    // The rest of the same file; of another one, the whole comes.
    let tag = tag.unwrap();
    let (rest, again) =
        fetch(&mut connection, &question(&application, 99_000, Some(&tag))).unwrap();
    assert!(rest == image()[99_000..] && again == Some(tag.clone()));
    let beyond = refused(
        &mut connection,
        &question(&application, 100_000, Some(&tag)),
    );
    assert_eq!(
        beyond,
        ResponseError::RangeNotSatisfiable {
            total: Some(100_000)
        }
    );
    site.put("0.1.0+4f11/application.bin", b"other bytes");
    let (whole, other) = fetch(&mut connection, &question(&application, 3, Some(&tag))).unwrap();
    assert!(whole == b"other bytes" && other != Some(tag));
    assert!(connection.is_reusable());
    let line = server.says("GET /release.json?a=b 200 3");
    let status = "Perennial-Version: 0.1.0+4f11 Perennial-Trusted-By: ISRG Root X1";
    assert!(line.ends_with(status), "{line}");
    let line = server.says("bytes=99000- 206 1000");
    assert!(line.contains("GET /0.1.0+4f11/application.bin"), "{line}");
}

#[test]
fn the_same_files_without_tls_beside() {
    let (site, identity) = (Site::new(), Identity::new());
    site.put("rescue.bin", b"signed");
    let mut options = identity.options();
    options.extend(["--plain-listen".to_owned(), "127.0.0.1:0".to_owned()]);
    let server = Server::start(&site, &options, 2);
    assert!(
        server.urls[1].starts_with("http://127.0.0.1:"),
        "{:?}",
        server.urls
    );
    let place = at("/rescue.bin");
    let mut plain = Connection::new(Waiting(tcp(server.port(1))));
    let (bytes, _) = fetch(&mut plain, &question(&place, 0, None)).unwrap();
    assert_eq!(bytes, b"signed");
    let mut over_tls = Connection::new(Waiting(identity.connect(server.port(0))));
    let (bytes, _) = fetch(&mut over_tls, &question(&place, 0, None)).unwrap();
    assert_eq!(bytes, b"signed");
}

#[test]
fn a_client_that_is_silent_keeps_nobody_waiting() {
    let site = Site::new();
    let server = Server::plain(&site);
    let silent: Vec<_> = (0..20).map(|_| tcp(server.port(0))).collect();
    let mut connection = Connection::new(Waiting(tcp(server.port(0))));
    let place = at("/release.json");
    fetch(&mut connection, &question(&place, 0, None)).unwrap();
    drop(silent);
}

#[test]
fn clients_that_are_too_many_are_refused_until_others_go() {
    let site = Site::new();
    let mut server = Server::plain(&site);
    let place = at("/release.json");
    let open: Vec<_> = (0..64)
        .map(|_| {
            let mut connection = Connection::new(Waiting(tcp(server.port(0))));
            fetch(&mut connection, &question(&place, 0, None)).unwrap();
            connection
        })
        .collect();
    let mut refused = tcp(server.port(0));
    let _ = refused.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(matches!(refused.read(&mut [0]), Ok(0) | Err(_)));
    server.says("more than 64 connections");
    drop(open);
    // Each place is free when the server has seen its client go.
    let served = (0..10_000).any(|_| {
        let mut connection = Connection::new(Waiting(tcp(server.port(0))));
        fetch(&mut connection, &question(&place, 0, None)).is_ok()
    });
    assert!(served);
}
