//! What is said of an error.

use device::tls::{Alert, HelloProblem, OpenError, RecordProblem, TlsError};
use device::verify::{HandshakeError, VerifyError};
use embedded_io_async::ErrorKind;

#[test]
fn each_error_is_said_in_words() {
    let mut texts = Vec::new();
    for error in [
        TlsError::Alert(Alert::HANDSHAKE_FAILURE),
        TlsError::Alert(Alert::PROTOCOL_VERSION),
        TlsError::Alert(Alert(111)),
        TlsError::BadRecord,
        TlsError::Cancelled,
        TlsError::Certificate(VerifyError::WrongName),
        TlsError::Closed,
        TlsError::Cut,
        TlsError::Hello(HelloProblem::Retry),
        TlsError::Hello(HelloProblem::Version { found: 0x0303 }),
        TlsError::Io(ErrorKind::ConnectionReset),
        TlsError::NotProven,
        TlsError::Record(RecordProblem::Type { found: b'H' }),
        TlsError::ServerAlert,
        TlsError::Signature(HandshakeError::BadSignature),
        TlsError::Unexpected,
        TlsError::UnknownMessage,
        TlsError::Unreadable,
        TlsError::Unwritable,
    ] {
        let text = OpenError::<String>::Tls(error).to_string();
        assert_eq!(text, error.to_string());
        assert!(text.len() > 10 && !text.ends_with('.'), "{text}");
        texts.push(text);
    }
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 19, "{texts:#?}");
}

#[test]
fn alerts_have_their_names() {
    let text = Alert::UNRECOGNIZED_NAME.to_string();
    assert_eq!(
        text,
        "unrecognized_name: it has no certificate for this name"
    );
    assert_eq!(Alert(111).to_string(), "alert 111");
    let named = (0..=255).filter(|number| Alert(*number).name().is_some());
    assert_eq!(named.count(), 27);
}
