//! Defect 3: messages after the handshake.

use super::*;

#[test]
fn one_that_is_not_encrypted_is_refused() {
    let chain = Chain::new();
    let late = |_: &mut Session| plain(HANDSHAKE, &message(ENCRYPTED_EXTENSIONS, &[0, 0]));
    let problem = RecordProblem::Unencrypted { kind: HANDSHAKE };
    let error = TlsError::Record(problem);
    assert_eq!(read(&chain, then(&chain, late)), (vec![], error));
}

#[test]
#[should_panic(expected = "not implemented")]
fn twin_stops_the_library() {
    let chain = Chain::new();
    let late = |_: &mut Session| plain(HANDSHAKE, &message(ENCRYPTED_EXTENSIONS, &[0, 0]));
    let _ = read_bare(then(&chain, late));
}

#[test]
fn an_encrypted_one_is_an_error() {
    let others = MESSAGES
        .into_iter()
        .filter(|kind| *kind != NEW_SESSION_TICKET);
    for kind in others {
        let chain = Chain::new();
        let late = |session: &mut Session| session.seal(HANDSHAKE, &message(kind, &[0, 0, 0]));
        let expected = (vec![], TlsError::UnknownMessage);
        assert_eq!(read(&chain, then(&chain, late)), expected, "{kind}");
    }
}

#[test]
#[should_panic(expected = "not implemented")]
fn twin_that_is_encrypted_stops_the_library() {
    let chain = Chain::new();
    let late =
        |session: &mut Session| session.seal(HANDSHAKE, &message(CERTIFICATE_REQUEST, &[0, 0, 0]));
    let _ = read_bare(then(&chain, late));
}

/// The library parses a ticket by its fields, whatever its length says.
#[test]
fn one_within_a_ticket_is_not_read() {
    let chain = Chain::new();
    let late = |session: &mut Session| {
        let mut ticket = vec![0; 8];
        ticket.extend([0, 0, 1, 7, 0, 0]);
        ticket.extend(message(CERTIFICATE_REQUEST, &[0, 0, 0]));
        let mut records = session.seal(HANDSHAKE, &message(NEW_SESSION_TICKET, &ticket));
        records.extend(session.seal(DATA, b"data"));
        records
    };
    assert_eq!(read(&chain, then(&chain, late)).0, b"data");
}

#[test]
fn part_of_a_ticket_and_garbage_are_errors() {
    let chain = Chain::new();
    let part = |session: &mut Session| session.seal(HANDSHAKE, &[NEW_SESSION_TICKET, 0, 0, 9, 1]);
    let unreadable = (vec![], TlsError::Unreadable);
    assert_eq!(read(&chain, then(&chain, part)), unreadable);
    let garbage = |_: &mut Session| plain(DATA, &[7; 64]);
    assert_eq!(
        read(&chain, then(&chain, garbage)),
        (vec![], TlsError::BadRecord)
    );
}
