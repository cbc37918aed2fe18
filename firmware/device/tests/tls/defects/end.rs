//! Defect 5: the end of a connection.

use super::*;

#[test]
fn with_and_without_close_notify_differ_and_neither_is_the_end_of_data() {
    let chain = Chain::new();
    let whole = |session: &mut Session| {
        let data = session.seal(DATA, b"hello");
        [data, session.seal(ALERT, &[1, 0])].concat()
    };
    let closed = (b"hello".to_vec(), TlsError::Closed);
    assert_eq!(read(&chain, then(&chain, whole)), closed);
    let bare = |session: &mut Session| session.seal(DATA, b"hello");
    let cut = (b"hello".to_vec(), TlsError::Cut);
    assert_eq!(read(&chain, then(&chain, bare)), cut);
}

#[test]
fn data_after_close_notify_is_not_read() {
    let chain = Chain::new();
    let late = |session: &mut Session| {
        let end = session.seal(ALERT, &[1, 0]);
        [end, session.seal(DATA, b"hello")].concat()
    };
    assert_eq!(read(&chain, then(&chain, late)), (vec![], TlsError::Closed));
}

#[test]
fn another_alert_is_called_so() {
    let chain = Chain::new();
    let late = |session: &mut Session| session.seal(ALERT, &[2, 80]);
    let end = (vec![], TlsError::ServerAlert);
    assert_eq!(read(&chain, then(&chain, late)), end);
}

#[test]
fn a_close_notify_that_is_not_encrypted_does_not_count() {
    let chain = Chain::new();
    let late = |_: &mut Session| plain(ALERT, &[1, 0]);
    let problem = RecordProblem::Unencrypted { kind: ALERT };
    let end = (vec![], TlsError::Record(problem));
    assert_eq!(read(&chain, then(&chain, late)), end);
}

#[test]
fn twin_counts_for_the_library() {
    let chain = Chain::new();
    let late = |_: &mut Session| plain(ALERT, &[1, 0]);
    let end = read_bare(then(&chain, late));
    assert!(matches!(end, Err(embedded_tls::TlsError::ConnectionClosed)));
}
