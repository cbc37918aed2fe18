//! Releases that are right, on servers that are not.

use std::rc::Rc;

use simulated::internet::{Manner, WebServer};

use crate::simulated_device::Device;
use crate::world::{FAILOVER, NEW, OLD, PRIMARY, World, new, old};

pub(crate) const IMAGE: &str = "/fleet/application.bin";
pub(crate) const MANIFEST: &str = "/fleet/release.json";
const SIGNATURE: &str = "/fleet/release.json.minisig";

/// One defect of both servers: its name, what makes it, what the device says.
type Row = (&'static str, fn(&mut WebServer), &'static str);

pub(crate) fn world() -> World {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    world
}

fn change(server: &mut WebServer, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = server.files[path].to_vec();
    change(&mut bytes);
    server.files.insert(path.to_owned(), Rc::from(bytes));
}

pub(crate) fn redirect(server: &mut WebServer, to: &str) {
    server.redirects.insert(IMAGE.to_owned(), to.to_owned());
}

fn drips(server: &mut WebServer, path: &str, bytes: usize) {
    let path = path.to_owned();
    server.manner = Manner::Drips { path, bytes };
}

fn says(server: &mut WebServer, answer: &str) {
    server.manner = Manner::Says(answer.into());
}

#[test]
fn servers() {
    let rows: &[Row] = &[
        (
            "no manifest",
            |server| drop(server.files.remove(MANIFEST)),
            "client: the server answers with status 404",
        ),
        (
            "no signature",
            |server| drop(server.files.remove(SIGNATURE)),
            "0 of the 1 different keys that must sign",
        ),
        (
            "no image",
            |server| drop(server.files.remove(IMAGE)),
            "client: 0 of 20848 bytes came, then: the server answers with status 404",
        ),
        (
            "nothing",
            |server| server.files.clear(),
            "client: the server answers with status 404",
        ),
        (
            "refused",
            |server| server.manner = Manner::Refuses,
            "client: connection refused",
        ),
        (
            "silent",
            |server| server.manner = Manner::Silent,
            "client: no answer within 60 s",
        ),
        (
            "a manifest that drips",
            |server| drips(server, MANIFEST, 1),
            "client: no answer within 600 s",
        ),
        (
            "an image that drips without an end",
            |server| drips(server, IMAGE, 1),
            " of 20848 bytes came, then: no answer within 1800 s",
        ),
        (
            "an image that drips, a sector each half an hour",
            |server| drips(server, IMAGE, 46),
            "client: no answer within 9000 s",
        ),
        (
            "overloaded",
            |server| server.manner = Manner::Status(503),
            "client: the server answers with status 503",
        ),
        (
            "forbidden",
            |server| server.manner = Manner::Status(403),
            "client: the server answers with status 403",
        ),
        (
            "no HTTP",
            |server| says(server, "SSH-2.0-OpenSSH_9.6\r\n\r\n"),
            "client: the answer is not HTTP/1.1: invalid HTTP version",
        ),
        (
            "no length",
            |server| says(server, "HTTP/1.1 200 OK\r\n\r\n{}"),
            "client: the answer has no Content-Length",
        ),
        (
            "a page without end",
            |server| {
                says(
                    server,
                    "HTTP/1.1 200 OK\r\nContent-Length: 4294967295\r\n\r\n<html>",
                );
            },
            "client: it has more than 32768 bytes",
        ),
        (
            "a head without end",
            |server| {
                says(
                    server,
                    &format!("HTTP/1.1 200 OK\r\n{}", "a: b\r\n".repeat(1000)),
                );
            },
            "client: the answer has more than 100 fields",
        ),
        (
            "control characters",
            |server| says(server, "HTTP/1.1 \u{1b}[2J\r\n\r\n"),
            "client: the answer is not HTTP/1.1: invalid response status",
        ),
        (
            "nothing at all",
            |server| server.manner = Manner::Cuts(0),
            "client: the connection broke",
        ),
        (
            "cut in the head",
            |server| server.manner = Manner::Cuts(20),
            "client: the connection broke",
        ),
        (
            "cut in the manifest",
            |server| server.manner = Manner::Cuts(500),
            "client: the connection broke",
        ),
        (
            "cut in the image, each time nearly at once",
            |server| server.manner = Manner::Cuts(3000),
            "then: the connection broke",
        ),
        (
            "short",
            |server| change(server, IMAGE, |image| image.truncate(20_847)),
            "client: the server's file has 20847 bytes, the manifest says 20848",
        ),
        (
            "long",
            |server| change(server, IMAGE, |image| image.push(0)),
            "client: the server's file has 20849 bytes, the manifest says 20848",
        ),
        (
            "a flipped bit",
            |server| change(server, IMAGE, |image| image[12_000] ^= 1),
            "client: the image: its checksum is 0x",
        ),
        (
            "two flipped bits",
            |server| {
                change(server, IMAGE, |image| {
                    image[12_000] ^= 1;
                    image[13_000] ^= 1;
                });
            },
            "client: the image: its digest is ",
        ),
        (
            "an error page for an image",
            |server| change(server, IMAGE, |image| image.fill(b'<')),
            "client: the image: no image begins with 0x3c",
        ),
        (
            "the image that runs",
            |server| change(server, IMAGE, |image| image.clone_from(&old().image)),
            "client: the version of the image is 1.2.0, the manifest says 1.3.0",
        ),
        (
            "a flipped bit in the manifest",
            |server| change(server, MANIFEST, |manifest| manifest[100] ^= 1),
            "0 of the 1 different keys that must sign",
        ),
        (
            "a redirect outside the list",
            |server| redirect(server, "https://other.example/a"),
            "a redirect leads to a place that the policy does not list",
        ),
        (
            "a redirect to plain HTTP",
            |server| redirect(server, "http://cdn-a.example/a"),
            "a redirect leads to ",
        ),
        (
            "a redirect in a circle",
            |server| redirect(server, IMAGE),
            "a redirect leads back to where it came from",
        ),
        (
            "a redirect without an end",
            |server| {
                for hop in 0..9 {
                    let to = format!("/fleet/{}", hop + 1);
                    server.redirects.insert(format!("/fleet/{hop}"), to);
                }
                redirect(server, "/fleet/0");
            },
            "more than 4 redirects",
        ),
        (
            "a redirect to a control character",
            |server| redirect(server, "https://cdn-a.example/\u{7f}"),
            "the answer is not HTTP/1.1: invalid header value",
        ),
    ];
    let world = world();
    let problems = rows.iter().filter_map(|(name, defect, says)| {
        let problem = problem(&world.copy(), *defect, says)?;
        Some(format!("{name}: {problem}"))
    });
    let problems: Vec<String> = problems.collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What is wrong with how a device goes about servers that are all broken like this, and then one that is not.
fn problem(world: &World, defect: fn(&mut WebServer), says: &str) -> Option<String> {
    let whole = new().release(&[0]);
    for host in [PRIMARY, FAILOVER] {
        world.internet.web(host, 443, defect);
    }
    let mut device = Device::new(world.clone(), &old());
    let session = device.session(1);
    let said = device.lines.take().join("\n");
    if session.restart.is_some() || session.succeeded {
        return Some(format!("it was not refused: {session:?}\n{said}"));
    }
    if !said.contains(says) {
        let said = said.lines().filter(|line| line.starts_with("client: "));
        return Some(format!("it says: {:?}", said.collect::<Vec<_>>()));
    }
    if device.boots().1 != OLD {
        return Some("another image starts".to_owned());
    }
    // One of the servers is repaired: the device needs nothing else.
    world
        .internet
        .web(FAILOVER, 443, |server| *server = WebServer::default());
    world.publish_on(FAILOVER, &whole);
    let sessions = device.live_until(NEW, 3);
    (sessions.len() > 3).then(|| format!("{sessions:?}"))
}
