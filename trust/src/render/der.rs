//! The little DER that rendering needs.

use x509_parser::oid_registry::OID_X509_EXT_NAME_CONSTRAINTS;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The contents of the SEQUENCE that `der` is, without tag and length; `None` when it is not exactly one.
/// Lengths are definite and minimal, as DER demands (X.690 section 10.1), up to 4 bytes.
pub(super) fn sequence_contents(der: &[u8]) -> Option<&[u8]> {
    let (&[0x30, first], rest) = der.split_first_chunk::<2>()? else {
        return None;
    };
    if first < 0x80 {
        return (rest.len() == usize::from(first)).then_some(rest);
    }
    let count = usize::from(first & 0x7f);
    if count == 0 || count > 4 {
        return None;
    }
    let (length, contents) = rest.split_at_checked(count)?;
    let value = length
        .iter()
        .fold(0_usize, |value, byte| value << 8 | usize::from(*byte));
    let minimal = value >= 0x80 && length.first() != Some(&0);
    (minimal && contents.len() == value).then_some(contents)
}

/// The value of a certificate's nameConstraints extension (RFC 5280 section 4.2.1.10), where it has one.
pub(super) fn name_constraints(certificate: &[u8]) -> Option<Vec<u8>> {
    let (_, x509) = X509Certificate::from_der(certificate).ok()?;
    let extension = x509
        .extensions()
        .iter()
        .find(|extension| extension.oid == OID_X509_EXT_NAME_CONSTRAINTS)?;
    Some(extension.value.to_vec())
}
