//! Certificates as files have them.

use base64::Engine as _;

/// A block for each certificate: RFC 7468.
pub(crate) fn pem(chain: &[impl AsRef<[u8]>]) -> String {
    let block = |der: &[u8]| {
        let body = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
    };
    chain.iter().map(|der| block(der.as_ref())).collect()
}
