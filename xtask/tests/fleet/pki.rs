//! CAs and what servers show of themselves. No key of a real CA is here: names and dates are theirs.

use std::path::PathBuf;
use std::process::Command;

use device::store::AnchorContents;
use device::verify::Moment;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::clock::date;
use crate::openssl;

/// A CA: its certificate, and what it signs with.
pub(crate) struct Authority {
    der: Vec<u8>,
    pem: String,
    key: KeyPair,
    parameters: CertificateParams,
}

/// What a server shows: the certificates that it sends, and the key of the first, in PEM.
pub(crate) struct Identity {
    pub(crate) chain: String,
    pub(crate) key: String,
}

/// From, until: dates.
pub(crate) type Validity<'a> = [&'a str; 2];

/// A root with this common name and organisation.
pub(crate) fn root(name: [&str; 2], valid: Validity<'_>) -> Authority {
    root_with(name, valid, KeyPair::generate().unwrap())
}

/// A root with a key of its own kind.
pub(crate) fn root_with(name: [&str; 2], valid: Validity<'_>, key: KeyPair) -> Authority {
    let parameters = ca(name, valid);
    let certificate = parameters.self_signed(&key).unwrap();
    Authority {
        der: certificate.der().to_vec(),
        pem: certificate.pem(),
        key,
        parameters,
    }
}

impl Authority {
    /// A CA below this one.
    pub(crate) fn issue_ca(&self, name: [&str; 2], valid: Validity<'_>) -> Self {
        self.issue(ca(name, valid), KeyPair::generate().unwrap())
    }

    /// A cross-certificate: name and key of `other`, signed by this one.
    pub(crate) fn cross_sign(&self, other: &Self, valid: Validity<'_>) -> Self {
        let mut parameters = other.parameters.clone();
        [parameters.not_before, parameters.not_after] = valid.map(day);
        let key = KeyPair::try_from(other.key.serialize_der().as_slice()).unwrap();
        self.issue(parameters, key)
    }

    fn issue(&self, parameters: CertificateParams, key: KeyPair) -> Self {
        let issuer = Issuer::from_params(&self.parameters, &self.key);
        let certificate = parameters.signed_by(&key, &issuer).unwrap();
        Self {
            der: certificate.der().to_vec(),
            pem: certificate.pem(),
            key,
            parameters,
        }
    }

    /// A server below this CA, which sends the certificates of `others` after its own.
    pub(crate) fn server(&self, host: &str, valid: Validity<'_>, others: &[&Self]) -> Identity {
        self.server_with(host, valid, others, &KeyPair::generate().unwrap())
    }

    /// A server with a key of its own kind.
    pub(crate) fn server_with(
        &self,
        host: &str,
        valid: Validity<'_>,
        others: &[&Self],
        key: &KeyPair,
    ) -> Identity {
        let mut parameters = CertificateParams::new(vec![host.to_owned()]).unwrap();
        parameters.distinguished_name = DistinguishedName::new();
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        [parameters.not_before, parameters.not_after] = valid.map(day);
        let issuer = Issuer::from_params(&self.parameters, &self.key);
        let own = parameters.signed_by(key, &issuer).unwrap().pem();
        let others = others.iter().map(|other| &*other.pem);
        Identity {
            chain: std::iter::once(&*own).chain(others).collect(),
            key: key.serialize_pem(),
        }
    }

    /// As a store has it.
    pub(crate) fn anchor(&self) -> AnchorContents {
        let (_, read) = X509Certificate::from_der(&self.der).unwrap();
        let day = |time: x509_parser::time::ASN1Time| {
            Moment::from_unix_seconds(time.timestamp()).unwrap().day()
        };
        AnchorContents {
            name: read.subject().to_string(),
            fingerprint: Sha256::digest(&self.der).into(),
            not_before: day(read.validity().not_before),
            not_after: day(read.validity().not_after),
            effective_end: day(read.validity().not_after),
            subject: read.subject().as_raw().to_vec(),
            spki: read.public_key().raw.to_vec(),
        }
    }
}

fn ca([common, organisation]: [&str; 2], valid: Validity<'_>) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, organisation);
    name.push(DnType::CommonName, common);
    parameters.distinguished_name = name;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    [parameters.not_before, parameters.not_after] = valid.map(day);
    parameters
}

fn day(text: &str) -> time::OffsetDateTime {
    date(&format!("{text}T00:00:00Z"))
}

/// An RSA key. Making one takes seconds, so it is kept for the next run.
pub(crate) fn rsa(bits: u32) -> KeyPair {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let kept = folder.join(format!("fleet-rsa-{bits}.pem"));
    if !kept.exists() {
        // Whole or not at all: other tests want it, too.
        let made = tempfile::NamedTempFile::new_in(&folder).unwrap();
        std::fs::write(made.path(), generate(bits)).unwrap();
        made.persist(&kept).unwrap();
    }
    KeyPair::from_pem(&std::fs::read_to_string(kept).unwrap()).unwrap()
}

fn generate(bits: u32) -> String {
    let bits = format!("rsa_keygen_bits:{bits}");
    let mut command = Command::new(&*openssl::PROGRAM);
    command.args(["genpkey", "-algorithm", "RSA", "-pkeyopt", &bits]);
    let output = command.output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}
