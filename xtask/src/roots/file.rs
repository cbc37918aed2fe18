//! One certificate as a file of the pool.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use trust::anchors::{Certificate, file_name};

/// Characters of base64 in a line (RFC 7468 section 2).
const LINE: usize = 64;

/// What the comment line with the origin of a file begins with.
pub(super) const FROM: &str = "# from      ";

/// The text of a pool file: a header that a person can judge, and the certificate.
pub(super) fn text(certificate: &Certificate, from: &str) -> String {
    let text = format!(
        "# {}\n#\n# sha256    {}\n# notAfter  {}\n# key       {}\n{FROM}{from}\n#\n\
         # Written by `cargo xtask roots add`. When it really ends: `cargo xtask roots show`.\n{}",
        certificate.name,
        hex::encode(certificate.fingerprint),
        certificate.not_after,
        certificate.key,
        pem(&certificate.der)
    );
    crate::called::named(&text).into_owned()
}

/// The name of its file; with the beginning of the fingerprint where another certificate has that name.
pub(crate) fn name(certificate: &Certificate, taken: impl Fn(&str) -> bool) -> String {
    let plain = file_name(&certificate.name);
    if !taken(&plain) {
        return plain;
    }
    let digits = hex::encode(&certificate.fingerprint[..4]);
    file_name(&format!("{} {digits}", certificate.name))
}

/// A certificate as PEM (RFC 7468), without comments.
pub(crate) fn pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines = base64.as_bytes().chunks(LINE).map(String::from_utf8_lossy);
    let body = lines.collect::<Vec<_>>().join("\n");
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}
