//! DER to [`Certificate`] (RFC 5280).

use std::sync::Arc;

use sha2::{Digest as _, Sha256 as Sha256Hasher};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::{
    OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER, OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_KEY_USAGE,
    OID_X509_EXT_SUBJECT_KEY_IDENTIFIER,
};
use x509_parser::prelude::{FromDer as _, X509Version};
use x509_parser::time::ASN1Time;
use x509_parser::x509::X509Name;

use super::{Certificate, Constraints, IssueBar, algorithms, der, name, shape};
use crate::date::Date;
use crate::policy::Sha256;
use crate::source::Location;

/// Why bytes are not a certificate that can be judged.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CertificateError {
    /// The validity ends before it begins.
    #[error("it ends ({not_after}) before it begins ({not_before})")]
    EndsBeforeItBegins {
        /// First day.
        not_before: Date,
        /// Last day.
        not_after: Date,
    },
    /// An extension occurs twice (RFC 5280 section 4.2).
    #[error("an extension occurs twice")]
    RepeatedExtension,
    /// The algorithm inside the signed part is not the one outside (RFC 5280 section 4.1.1.2).
    #[error("the signature algorithm inside is not the one outside")]
    TwoSignatureAlgorithms,
    /// Not the DER of a certificate.
    #[error("it is not a DER certificate ({0})")]
    NotDer(String),
    /// A date that is no day of the years 0000 to 9999.
    #[error("a date of its validity is none")]
    NoDate,
    /// Bytes behind the certificate.
    #[error("{0} bytes follow the certificate")]
    TrailingBytes(usize),
}

impl CertificateError {
    /// The next step.
    pub fn help(&self) -> &'static str {
        match self {
            Self::TrailingBytes(_) => {
                "fetch the certificate again; write it with: openssl x509 -in FILE -out FILE"
            }
            Self::NotDer(_) => "fetch the certificate again: a part of it is missing or changed",
            _ => "use another certificate: verifiers refuse this one",
        }
    }
}

impl Certificate {
    /// Reads one certificate, which must be all of `der`.
    ///
    /// Dates become the UTC day that the instant lies in: a certificate that ends at 11:04:38 counts on
    /// that day, one that begins at 16:00:00 counts from that day on. The calendar's facts name the same
    /// days. Whoever needs the hours asks for another day of remaining validity.
    pub fn from_der(der: &[u8], at: Location) -> Result<Self, CertificateError> {
        let x509 = decode(der)?;
        let (not_before, not_after) = validity(&x509)?;
        let subject = x509.subject().as_raw().to_vec();
        let issuer = x509.issuer().as_raw().to_vec();
        let fingerprint = sha256(der);
        Ok(Self {
            fingerprint,
            name: name::display(x509.subject(), &fingerprint),
            organisation: name::organisation(x509.subject()),
            self_issued: subject == issuer,
            may_issue: issue_bar(&x509).is_none(),
            constraints: Constraints::of(&x509),
            key_id: key_id(&x509),
            issuer_key_id: issuer_key_id(&x509),
            subject,
            issuer,
            spki: x509.public_key().raw.to_vec(),
            spki_sha256: sha256(x509.public_key().raw),
            not_before,
            not_after,
            key: algorithms::public_key(x509.public_key()),
            signature: algorithms::signature(&x509.signature_algorithm),
            der: Arc::from(der),
            at,
        })
    }

    /// Subject and issuer as RFC 4514 texts, in the form of the calendar's facts: `CN=R3,O=Let's Encrypt,C=US`.
    pub fn distinguished_names(&self) -> (String, String) {
        let text = |der: &[u8]| {
            let decoded = X509Name::from_der(der);
            decoded.map_or_else(|_| String::new(), |(_, name)| name::rfc4514(&name))
        };
        (text(&self.subject), text(&self.issuer))
    }

    /// Why it may not issue certificates; `None` when it may.
    pub fn issue_bar(&self) -> Option<IssueBar> {
        match decode(&self.der) {
            Ok(x509) => issue_bar(&x509),
            Err(_) => Some(IssueBar::Unreadable),
        }
    }

    /// Serial number as a hexadecimal number without leading zeros, with a minus when it is negative.
    pub fn serial(&self) -> String {
        decode(&self.der).map_or_else(|_| String::new(), |x509| serial(x509.raw_serial()))
    }
}

fn decode(bytes: &[u8]) -> Result<X509Certificate<'_>, CertificateError> {
    let not_der = |error: &dyn std::fmt::Display| CertificateError::NotDer(error.to_string());
    let (rest, x509) = X509Certificate::from_der(bytes).map_err(|error| not_der(&error))?;
    if !rest.is_empty() {
        return Err(CertificateError::TrailingBytes(rest.len()));
    }
    der::check(bytes).map_err(|error| not_der(&error))?;
    shape::check(bytes).map_err(|error| not_der(&error))?;
    if x509.signature_algorithm != x509.tbs_certificate.signature {
        return Err(CertificateError::TwoSignatureAlgorithms);
    }
    x509.extensions_map()
        .map_err(|_| CertificateError::RepeatedExtension)?;
    Ok(x509)
}

fn validity(x509: &X509Certificate<'_>) -> Result<(Date, Date), CertificateError> {
    let day =
        |time: ASN1Time| Date::from_unix_seconds(time.timestamp()).ok_or(CertificateError::NoDate);
    let not_before = day(x509.validity().not_before)?;
    let not_after = day(x509.validity().not_after)?;
    if x509.validity().not_after < x509.validity().not_before {
        return Err(CertificateError::EndsBeforeItBegins {
            not_before,
            not_after,
        });
    }
    Ok((not_before, not_after))
}

/// RFC 5280 section 4.2.1.9 and 4.2.1.3; a version 1 root has no extensions that could say it.
fn issue_bar(x509: &X509Certificate<'_>) -> Option<IssueBar> {
    if x509.version() == X509Version::V1 {
        let self_issued = x509.subject().as_raw() == x509.issuer().as_raw();
        return (!self_issued).then_some(IssueBar::Version1);
    }
    match extension(x509, &OID_X509_EXT_BASIC_CONSTRAINTS) {
        None => return Some(IssueBar::NoBasicConstraints),
        Some(ParsedExtension::BasicConstraints(constraints)) if constraints.ca => {}
        Some(ParsedExtension::BasicConstraints(_)) => return Some(IssueBar::NotCa),
        Some(_) => return Some(IssueBar::Unreadable),
    }
    match extension(x509, &OID_X509_EXT_KEY_USAGE) {
        None => None,
        Some(ParsedExtension::KeyUsage(usage)) if usage.key_cert_sign() => None,
        Some(ParsedExtension::KeyUsage(_)) => Some(IssueBar::KeyUsage),
        Some(_) => Some(IssueBar::Unreadable),
    }
}

fn key_id(x509: &X509Certificate<'_>) -> Option<Vec<u8>> {
    match extension(x509, &OID_X509_EXT_SUBJECT_KEY_IDENTIFIER)? {
        ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0.to_vec()),
        _ => None,
    }
}

fn issuer_key_id(x509: &X509Certificate<'_>) -> Option<Vec<u8>> {
    match extension(x509, &OID_X509_EXT_AUTHORITY_KEY_IDENTIFIER)? {
        ParsedExtension::AuthorityKeyIdentifier(id) => {
            let id = id.key_identifier.as_ref()?;
            Some(id.0.to_vec())
        }
        _ => None,
    }
}

pub(super) fn extension<'a>(
    x509: &'a X509Certificate<'_>,
    oid: &x509_parser::der_parser::Oid<'_>,
) -> Option<&'a ParsedExtension<'a>> {
    let found = x509.extensions().iter().find(|e| e.oid == *oid)?;
    Some(found.parsed_extension())
}

fn serial(raw: &[u8]) -> String {
    let negative = raw.first().is_some_and(|byte| byte & 0x80 != 0);
    let magnitude = if negative { negate(raw) } else { raw.to_vec() };
    let digits = hex::encode(magnitude);
    let digits = digits.trim_start_matches('0');
    let sign = if negative { "-" } else { "" };
    format!("{sign}{}", if digits.is_empty() { "0" } else { digits })
}

/// Two's complement, big-endian.
fn negate(raw: &[u8]) -> Vec<u8> {
    let mut bytes: Vec<u8> = raw.iter().map(|byte| !byte).collect();
    for byte in bytes.iter_mut().rev() {
        let (sum, carry) = byte.overflowing_add(1);
        *byte = sum;
        if !carry {
            break;
        }
    }
    bytes
}

fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256Hasher::digest(bytes).into()
}
