//! Certificates for the cases: made, and read from the repository.

use std::path::Path;

use base64::Engine as _;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};

/// A certificate with its key and what it was made of.
pub struct Made {
    pub der: Vec<u8>,
    key: KeyPair,
    parameters: CertificateParams,
}

impl Made {
    pub fn issue(&self, parameters: CertificateParams) -> Self {
        self.issue_for(parameters, KeyPair::generate().unwrap())
    }

    /// A certificate of `other`'s name and key that this one signs, with the end of `parameters`.
    pub fn cross_sign(&self, other: &Self, until: i32) -> Self {
        let key = KeyPair::try_from(other.key.serialize_der().as_slice()).unwrap();
        let mut parameters = other.parameters.clone();
        parameters.not_after = rcgen::date_time_ymd(until, 6, 1);
        self.issue_for(parameters, key)
    }

    fn issue_for(&self, parameters: CertificateParams, key: KeyPair) -> Self {
        let issuer = Issuer::from_params(&self.parameters, &self.key);
        let certificate = parameters.signed_by(&key, &issuer).unwrap();
        Self {
            der: certificate.der().to_vec(),
            key,
            parameters,
        }
    }
}

/// A root of this name, from 2020 to noon of 2035-06-04.
pub fn root(name: &str) -> Made {
    let mut parameters = ca(name);
    parameters.not_after =
        rcgen::date_time_ymd(2035, 6, 4) + std::time::Duration::from_secs(12 * 3600);
    let key = KeyPair::generate().unwrap();
    Made {
        der: parameters.self_signed(&key).unwrap().der().to_vec(),
        key,
        parameters,
    }
}

/// A CA of this name, from 2021 to 2030.
pub fn ca(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    parameters.use_authority_key_identifier_extension = true;
    parameters.not_before = rcgen::date_time_ymd(2021, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2030, 1, 1);
    parameters
}

/// A server's certificate for ota.example.com, the first quarter of 2026.
pub fn leaf() -> CertificateParams {
    let mut parameters = CertificateParams::new(vec!["ota.example.com".to_owned()]).unwrap();
    parameters.distinguished_name = DistinguishedName::new();
    parameters
        .distinguished_name
        .push(DnType::CommonName, "ota.example.com");
    parameters.use_authority_key_identifier_extension = true;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.not_before = rcgen::date_time_ymd(2026, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(2026, 4, 1);
    parameters
}

/// A certificate that really exists or existed.
pub fn real(name: &str) -> Vec<u8> {
    pem(&format!("trust/fixtures/pki/{name}.pem")).remove(0)
}

/// The certificates of a PEM file of the repository.
pub fn pem(path: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let text = std::fs::read_to_string(root.join(path)).unwrap();
    let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    blocks
        .map(|block| {
            let body = block.split("-----END").next().unwrap();
            let body: String = body.split_whitespace().collect();
            let engine = base64::engine::general_purpose::STANDARD;
            engine.decode(body).unwrap()
        })
        .collect()
}
