//! PEM (RFC 7468), for `cert_pem`, `ca.pem` and everything else that reads certificates.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Format;
use super::comment::comment;
use super::template::{fingerprint, header_lines};
use crate::store::ApprovedStore;

/// The certificates by fingerprint, each below a comment that says what it is. Ends with a newline: the
/// bundle generator of ESP-IDF passes over a certificate whose END line has none.
pub(super) fn render(store: &ApprovedStore) -> String {
    let mut text = String::new();
    for line in header_lines(store, Format::Pem) {
        text.push_str(format!("# {line}").trim_end());
        text.push('\n');
    }
    for anchor in &store.contents().anchors {
        text.push_str("\n# ");
        text.push_str(&comment(&anchor.name));
        text.push_str("\n# SHA-256 ");
        text.push_str(&fingerprint(anchor));
        text.push('\n');
        push_certificate(&mut text, &anchor.certificate.der);
    }
    text
}

/// One certificate in lines of 64 characters.
pub(super) fn certificate(der: &[u8]) -> String {
    let mut pem = String::new();
    push_certificate(&mut pem, der);
    pem
}

fn push_certificate(pem: &mut String, der: &[u8]) {
    pem.push_str("-----BEGIN CERTIFICATE-----\n");
    // 48 bytes are 64 characters.
    for line in der.chunks(48) {
        STANDARD.encode_string(line, pem);
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
}
