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
fn a_key_update_an_unknown_message_and_garbage_are_errors() {
    for (kind, error) in [
        (KEY_UPDATE, TlsError::UnknownMessage),
        (99, TlsError::Unreadable),
    ] {
        let chain = Chain::new();
        let late = |session: &mut Session| session.seal(HANDSHAKE, &message(kind, &[0]));
        assert_eq!(read(&chain, then(&chain, late)), (vec![], error));
    }
    let chain = Chain::new();
    let garbage = |_: &mut Session| plain(DATA, &[7; 64]);
    assert_eq!(
        read(&chain, then(&chain, garbage)),
        (vec![], TlsError::BadRecord)
    );
}

/// No guard can see it: it is encrypted. Only a server that was verified can send it.
#[test]
#[should_panic(expected = "not implemented")]
fn an_encrypted_request_for_a_certificate_still_is_a_reset() {
    let chain = Chain::new();
    let late =
        |session: &mut Session| session.seal(HANDSHAKE, &message(CERTIFICATE_REQUEST, &[0, 0, 0]));
    read(&chain, then(&chain, late));
}
