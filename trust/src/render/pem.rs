//! PEM (RFC 7468), for `cert_pem`, `ca.pem` and everything else that reads certificates.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Format;
use super::comment::comment;
use super::template::{fingerprint, header};
use crate::store::ApprovedStore;

/// The certificates by fingerprint, each below a comment that says what it is. Ends with a newline: the
/// bundle generator of ESP-IDF passes over a certificate whose END line has none.
pub(super) fn render(store: &ApprovedStore) -> String {
    let mut text: String = header(store, Format::Pem)
        .iter()
        .map(|line| format!("# {line}").trim_end().to_owned() + "\n")
        .collect();
    for anchor in &store.contents().anchors {
        text.push_str(&format!(
            "\n# {}\n# SHA-256 {}\n{}",
            comment(&anchor.name),
            fingerprint(anchor),
            certificate(&anchor.certificate.der)
        ));
    }
    text
}

/// One certificate in lines of 64 characters.
pub(super) fn certificate(der: &[u8]) -> String {
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let encoded = STANDARD.encode(der);
    for (index, c) in encoded.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            pem.push('\n');
        }
        pem.push(c);
    }
    pem.push_str("\n-----END CERTIFICATE-----\n");
    pem
}
