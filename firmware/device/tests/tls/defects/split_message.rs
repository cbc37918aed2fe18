//! Defect 4: messages that are split over records.

use super::*;

fn split_hello(at: usize) -> Memory<impl Peer> {
    server(first(move |session| {
        let hello = session.hello();
        let (start, rest) = hello[5..].split_at(at);
        [plain(HANDSHAKE, start), plain(HANDSHAKE, rest)].concat()
    }))
}

#[test]
fn a_split_server_hello_is_called_so() {
    let chain = Chain::new();
    for at in [1, 3, 4, 40, 100] {
        assert_eq!(
            refused(&chain, split_hello(at)),
            TlsError::Hello(HelloProblem::Fragmented),
            "{at}"
        );
    }
}

#[test]
fn twin_is_a_message_that_the_library_cannot_read() {
    for at in [1, 3, 4, 40, 100] {
        let mut bare = Bare::new();
        assert!(block_on(bare.open(split_hello(at), Verdict::Yes)).is_err());
    }
}

#[test]
fn a_split_certificate_cannot_be_read() {
    for at in [1, 4, 5, 8, 300] {
        let chain = Chain::new();
        let transport = server(first(|session| {
            let mut flight = session.hello();
            let certificate = session.certificate(&chain.sent());
            let (start, rest) = certificate.split_at(at);
            flight.extend(session.seal(HANDSHAKE, start));
            flight.extend(session.seal(HANDSHAKE, rest));
            flight
        }));
        assert_eq!(refused(&chain, transport), TlsError::Unreadable, "{at}");
    }
}
