//! Servers that are none, that never answer, and that show less than they should.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::time::Duration;

use super::pki::{Identity, Key};
use super::server::{found, plain, serve};
use super::{Place, file_of, url};
use crate::exit::Exit;

#[test]
fn what_does_not_speak_tls_is_told() {
    let port = plain(|mut socket| {
        let _ = socket.read(&mut [0; 512]);
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let failure = Place::new().refused(&[&url(port)]);
    assert_eq!(failure.exit, Exit::Environment);
    assert!(failure.what.contains("does not speak TLS"), "{failure}");
    assert!(
        failure.what.contains(&format!("localhost:{port}")),
        "{failure}"
    );
}

#[test]
fn a_server_that_never_answers_costs_the_timeout_and_no_more() {
    let silent = plain(|socket| {
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_secs(20));
            drop(socket);
        });
    });
    // A handshake record of 16 KiB that comes a byte at a time.
    let slow = plain(|mut socket| {
        std::thread::spawn(move || {
            let mut next = socket.write_all(&[22, 3, 3, 64, 0, 2, 0, 63, 252]);
            while next.is_ok() {
                std::thread::sleep(Duration::from_millis(50));
                next = socket.write_all(&[0]);
            }
        });
    });
    for port in [silent, slow] {
        let failure = Place::new().refused(&[&url(port), "--timeout", "1"]);
        assert!(
            failure.what.contains("did not finish the handshake"),
            "{failure}"
        );
        assert_eq!(failure.evidence, ["no answer in time"]);
    }
}

#[test]
fn a_server_that_hangs_up_is_told() {
    let port = plain(|mut socket| drop(socket.read(&mut [0; 64])));
    let failure = Place::new().refused(&[&url(port)]);
    assert!(
        failure.what.contains("did not finish the handshake"),
        "{failure}"
    );
}

#[test]
fn nobody_there_and_no_such_name_are_told() {
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let failure = Place::new().refused(&[&url(port)]);
    assert!(
        failure.what.contains("cannot connect to localhost"),
        "{failure}"
    );
    assert!(
        failure.evidence.iter().any(|seen| seen.contains("refused")),
        "{failure}"
    );
    let failure = Place::new().refused(&["https://ota.invalid/"]);
    assert!(
        failure
            .what
            .contains("cannot find the address of ota.invalid"),
        "{failure}"
    );
}

#[test]
fn a_server_without_a_certificate_is_told() {
    let mut identity = Identity::below(Key::Ecdsa, 0);
    identity.chain.clear();
    let port = serve(&identity, |_| found());
    let failure = Place::new().refused(&[&url(port)]);
    assert!(failure.what.contains("sent no certificate"), "{failure}");
}

#[test]
fn a_certificate_whose_key_the_server_does_not_have_is_kept_and_said_so() {
    let mut identity = Identity::below(Key::Ecdsa, 1);
    identity.key = Key::Ecdsa.pair();
    let port = serve(&identity, |_| found());
    let place = Place::new();
    place.capture(&[&url(port)]).unwrap();
    let name = file_of(port, "ecdsa");
    assert_eq!(place.chain(&name), identity.chain);
    let text = place.text(&name);
    assert!(
        text.contains("# handshake     no proof that the server has the key: "),
        "{text}"
    );
}

#[test]
fn bytes_that_are_no_certificate_are_kept_and_said_so() {
    let mut identity = Identity::below(Key::Ecdsa, 1);
    identity.chain[1] = b"not a certificate\n-----BEGIN CERTIFICATE-----".to_vec();
    let port = serve(&identity, |_| found());
    let place = Place::new();
    place.capture(&[&url(port)]).unwrap();
    let text = place.text(&file_of(port, "ecdsa"));
    assert!(text.contains("# 2. cannot be read: "), "{text}");
    assert_eq!(text.matches("-----BEGIN CERTIFICATE-----").count(), 2);
}

#[test]
fn a_server_that_answers_no_request_has_shown_its_chain() {
    let identity = Identity::below(Key::Ecdsa, 1);
    for answer in ["", "220 mail.example ESMTP\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"] {
        let port = serve(&identity, move |_| answer.to_owned());
        let place = Place::new();
        place.capture(&[&url(port)]).unwrap();
        assert_eq!(place.chain(&file_of(port, "ecdsa")), identity.chain);
    }
}
