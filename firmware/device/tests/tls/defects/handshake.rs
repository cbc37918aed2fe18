//! What the library does not look at in a handshake.

use super::*;

fn hello(contents: impl Fn() -> Vec<u8>) -> TlsError {
    refused(&Chain::new(), server(first(|_| contents())))
}

fn hello_message(body: &[u8]) -> TlsError {
    hello(|| plain(HANDSHAKE, &message(SERVER_HELLO, body)))
}

#[test]
fn what_a_server_hello_may_not_be() {
    let share = [&[0x00, 0x17, 0x00, 0x41, 0x04][..], &[7; 64]].concat();
    let mut retry = hello_with(0x1301, &[(43, &[3, 4]), (51, &[0, 0x18])]);
    let random =
        hex_literal::hex!("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C");
    retry[2..34].copy_from_slice(&random);
    let mut session = hello_body(0x1301, &share[4..]);
    session.splice(34..35, [1, 9]);
    for (body, problem) in [
        (
            hello_with(0xC02F, &[]),
            HelloProblem::Version { found: 0x0303 },
        ),
        (
            hello_with(0xC02F, &[])[..38].to_vec(),
            HelloProblem::Version { found: 0x0303 },
        ),
        (
            hello_with(0x1301, &[(43, &[3, 3])]),
            HelloProblem::Version { found: 0x0303 },
        ),
        (
            hello_body(0x1302, &share[4..]),
            HelloProblem::Suite { found: 0x1302 },
        ),
        (
            hello_with(0x1301, &[(43, &[3, 4]), (51, &[0, 0x1D, 0, 1, 7])]),
            HelloProblem::Curve { found: 0x1D },
        ),
        (retry, HelloProblem::Retry),
        (session, HelloProblem::Malformed),
        (
            hello_with(0x1301, &[(43, &[3, 4])]),
            HelloProblem::Malformed,
        ),
        (vec![3, 3], HelloProblem::Malformed),
    ] {
        assert_eq!(hello_message(&body), TlsError::Hello(problem));
    }
    let other = hello(|| plain(HANDSHAKE, &message(CERTIFICATE_REQUEST, &[0, 0, 0])));
    assert_eq!(other, TlsError::Hello(HelloProblem::Message { found: 13 }));
}

#[test]
fn a_point_that_is_not_on_the_curve_cannot_be_read() {
    let body = hello_body(0x1301, &[&[4][..], &[7; 64]].concat());
    assert_eq!(hello_message(&body), TlsError::Unreadable);
}

#[test]
fn records_that_may_not_come_first() {
    let length = |kind, found| RecordProblem::Length { kind, found };
    for (record, problem) in [
        (
            b"HTTP/1.1 400 Bad Request\r\n".to_vec(),
            RecordProblem::Type { found: b'H' },
        ),
        (vec![24, 3, 3, 0, 1, 1], RecordProblem::Type { found: 24 }),
        (vec![0, 3, 3, 0, 1, 1], RecordProblem::Type { found: 0 }),
        (vec![22, 2, 0, 0, 1, 1], RecordProblem::Version { found: 2 }),
        (plain(DATA, &[7; 20]), RecordProblem::Early),
        (
            plain(CHANGE_CIPHER_SPEC, &[1]),
            RecordProblem::ChangeCipherSpec,
        ),
        (plain(ALERT, &[2]), length(ALERT, 1)),
        (plain(ALERT, &[2, 40, 40]), length(ALERT, 3)),
        (plain(HANDSHAKE, &[]), length(HANDSHAKE, 0)),
        (plain(HANDSHAKE, &[7; 16_385]), length(HANDSHAKE, 16_385)),
    ] {
        assert_eq!(
            hello(|| record.clone()),
            TlsError::Record(problem),
            "{record:?}"
        );
    }
}

#[test]
fn records_that_may_not_follow_the_server_hello() {
    let length = |kind, found| RecordProblem::Length { kind, found };
    for (record, problem) in [
        (
            plain(HANDSHAKE, &message(ENCRYPTED_EXTENSIONS, &[0, 0])),
            RecordProblem::Unencrypted { kind: HANDSHAKE },
        ),
        (
            plain(ALERT, &[2, 40]),
            RecordProblem::Unencrypted { kind: ALERT },
        ),
        (
            plain(CHANGE_CIPHER_SPEC, &[2]),
            RecordProblem::ChangeCipherSpec,
        ),
        (
            plain(CHANGE_CIPHER_SPEC, &[1, 1]),
            length(CHANGE_CIPHER_SPEC, 2),
        ),
        (plain(DATA, &[7; 16]), length(DATA, 16)),
        (plain(DATA, &[7; 16_641]), length(DATA, 16_641)),
        (
            plain(CHANGE_CIPHER_SPEC, &[1]).repeat(16),
            RecordProblem::TooManyRecords,
        ),
    ] {
        let chain = Chain::new();
        let transport = server(first(|session| [session.hello(), record.clone()].concat()));
        assert_eq!(
            refused(&chain, transport),
            TlsError::Record(problem),
            "{record:?}"
        );
    }
}

#[test]
fn a_handshake_has_an_end() {
    let chain = Chain::new();
    let transport = server(first(|session| {
        let mut flight = session.hello();
        for _ in 0..3 {
            // An extension that nobody knows, for the rest of the record.
            let length = 16_000_u16.to_be_bytes();
            let extension = [&[0xFA, 0xFA][..], &length, &[7; 16_000]].concat();
            let body = [&16_004_u16.to_be_bytes()[..], &extension].concat();
            let message = session.say(ENCRYPTED_EXTENSIONS, &body);
            flight.extend(session.seal(HANDSHAKE, &message));
        }
        flight
    }));
    let problem = RecordProblem::TooManyBytes;
    assert_eq!(refused(&chain, transport), TlsError::Record(problem));
}

#[test]
fn something_behind_the_server_hello_in_its_record_is_refused() {
    let chain = Chain::new();
    let transport = server(first(|session| {
        let hello = session.hello();
        let more = session.say(ENCRYPTED_EXTENSIONS, &[0, 0]);
        plain(HANDSHAKE, &[&hello[5..], &more].concat())
    }));
    let problem = HelloProblem::Trailing;
    assert_eq!(refused(&chain, transport), TlsError::Hello(problem));
}

#[test]
fn alerts_and_data_in_place_of_a_message() {
    for kind in [ALERT, DATA] {
        let chain = Chain::new();
        let transport = server(first(|session| {
            let hello = session.hello();
            [hello, session.seal(kind, &[2, 40])].concat()
        }));
        assert_eq!(refused(&chain, transport), TlsError::Unexpected);
    }
}
