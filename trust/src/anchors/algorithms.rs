//! Keys and signature algorithms by their object identifiers.

use x509_parser::public_key;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::{PublicKey, SignatureAlgorithm};

/// Kind and size of a key (RFC 3279, 5480, 8410).
pub(super) fn public_key(spki: &SubjectPublicKeyInfo<'_>) -> PublicKey {
    let oid = spki.algorithm.algorithm.to_id_string();
    match oid.as_str() {
        "1.2.840.113549.1.1.1" => rsa(spki, oid),
        "1.2.840.10045.2.1" => elliptic(spki, oid),
        "1.3.101.112" => PublicKey::Ed25519,
        _ => PublicKey::Other(oid),
    }
}

fn rsa(spki: &SubjectPublicKeyInfo<'_>, oid: String) -> PublicKey {
    let Ok(public_key::PublicKey::RSA(key)) = spki.parsed() else {
        return PublicKey::Other(oid);
    };
    let modulus: Vec<u8> = key
        .modulus
        .iter()
        .copied()
        .skip_while(|b| *b == 0)
        .collect();
    let leading = modulus
        .first()
        .map_or(0, |byte| byte.leading_zeros() as usize);
    PublicKey::Rsa(modulus.len() * 8 - leading)
}

/// Only uncompressed points: no verifier for devices reads another form.
fn elliptic(spki: &SubjectPublicKeyInfo<'_>, oid: String) -> PublicKey {
    let curve = spki.algorithm.parameters.as_ref();
    let Some(curve) = curve.and_then(|p| p.as_oid().ok()) else {
        return PublicKey::Other(oid);
    };
    let (key, coordinate) = match curve.to_id_string().as_str() {
        "1.2.840.10045.3.1.7" => (PublicKey::P256, 32),
        "1.3.132.0.34" => (PublicKey::P384, 48),
        "1.3.132.0.35" => (PublicKey::P521, 66),
        other => return PublicKey::Other(other.to_owned()),
    };
    let point: &[u8] = &spki.subject_public_key.data;
    if point.first() == Some(&4) && point.len() == 1 + 2 * coordinate {
        key
    } else {
        PublicKey::Other(format!(
            "{} as a compressed or damaged point",
            curve.to_id_string()
        ))
    }
}

/// What a certificate is signed with.
pub(super) fn signature(algorithm: &AlgorithmIdentifier<'_>) -> SignatureAlgorithm {
    let oid = algorithm.algorithm.to_id_string();
    match oid.as_str() {
        "1.2.840.10045.4.3.2" => SignatureAlgorithm::EcdsaSha256,
        "1.2.840.10045.4.3.3" => SignatureAlgorithm::EcdsaSha384,
        "1.2.840.10045.4.3.4" => SignatureAlgorithm::EcdsaSha512,
        "1.3.101.112" => SignatureAlgorithm::Ed25519,
        "1.2.840.113549.1.1.5" => SignatureAlgorithm::RsaSha1,
        "1.2.840.113549.1.1.11" => SignatureAlgorithm::RsaSha256,
        "1.2.840.113549.1.1.12" => SignatureAlgorithm::RsaSha384,
        "1.2.840.113549.1.1.13" => SignatureAlgorithm::RsaSha512,
        "1.2.840.113549.1.1.10" => SignatureAlgorithm::RsaPss,
        _ => SignatureAlgorithm::Other(oid),
    }
}
