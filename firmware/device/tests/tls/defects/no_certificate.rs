//! Defect 1: nobody asks the verifier when the server shows no certificate.

use super::*;

fn without_certificate() -> Memory<impl Peer> {
    server(first(|session| {
        let mut flight = session.hello();
        let extensions = session.say(ENCRYPTED_EXTENSIONS, &[0, 0]);
        let finished = session.finished();
        flight.extend(session.seal(HANDSHAKE, &[extensions, finished].concat()));
        flight
    }))
}

#[test]
fn is_no_connection() {
    let chain = Chain::new();
    assert_eq!(refused(&chain, without_certificate()), TlsError::NotProven);
}

#[test]
fn twin_is_a_connection_for_the_library() {
    let mut bare = Bare::new();
    assert!(block_on(bare.open(without_certificate(), Verdict::No)).is_ok());
}

#[test]
fn a_certificate_without_its_signature_is_none() {
    let chain = Chain::new();
    let transport = server(first(|session| {
        let mut flight = session.hello();
        let extensions = session.say(ENCRYPTED_EXTENSIONS, &[0, 0]);
        let certificate = session.certificate(&chain.sent());
        let finished = session.finished();
        let messages = [extensions, certificate, finished].concat();
        flight.extend(session.seal(HANDSHAKE, &messages));
        flight
    }));
    assert_eq!(refused(&chain, transport), TlsError::NotProven);
}

#[test]
fn a_signature_before_its_certificate_or_a_second_certificate_is_out_of_order() {
    let chain = Chain::new();
    for twice in [false, true] {
        let transport = server(first(|session| {
            let mut flight = session.hello();
            let first = match twice {
                true => session.certificate(&chain.sent()),
                false => session.certificate_verify(&chain),
            };
            let certificate = session.certificate(&chain.sent());
            flight.extend(session.seal(HANDSHAKE, &[first, certificate].concat()));
            flight
        }));
        assert_eq!(refused(&chain, transport), TlsError::Unexpected);
    }
}
