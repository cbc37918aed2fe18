//! Certificates for servers, right and wrong.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use crate::tools;

/// What a server is given: its chain, leaf first, and the key of the leaf.
pub(super) struct Identity {
    pub(super) chain: Vec<Vec<u8>>,
    pub(super) key: KeyPair,
}

/// The kinds of keys of these tests.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Ecdsa,
    Rsa,
}

/// The program of the peer; never skipped.
pub(super) fn openssl() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let named = std::env::var_os("PERENNIAL_OPENSSL").map(PathBuf::from);
    named.unwrap_or_else(|| tools::openssl(&root).unwrap())
}

impl Key {
    pub(super) fn pair(self) -> KeyPair {
        match self {
            Self::Ecdsa => KeyPair::generate().unwrap(),
            Self::Rsa => KeyPair::from_pem(rsa()).unwrap(),
        }
    }
}

/// One RSA key for all: rcgen signs with them and makes none.
fn rsa() -> &'static str {
    static MADE: OnceLock<String> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut openssl = Command::new(openssl());
        let made = openssl.args([
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:2048",
        ]);
        String::from_utf8(made.output().unwrap().stdout).unwrap()
    })
}

impl Identity {
    /// A leaf for `localhost` below so many CA certificates, the last of them a root.
    pub(super) fn below(key: Key, authorities: usize) -> Self {
        Self::of(&leaf(&["localhost"]), key, authorities)
    }

    /// This leaf below so many CA certificates; self-signed below none.
    pub(super) fn of(leaf: &CertificateParams, key: Key, authorities: usize) -> Self {
        let pair = key.pair();
        let mut chain = Vec::new();
        let mut above: Option<Issuer<'_, KeyPair>> = None;
        for level in 0..authorities {
            let parameters = authority(&format!("Test CA {level}"));
            let own = KeyPair::generate().unwrap();
            let made = match &above {
                Some(issuer) => parameters.signed_by(&own, issuer),
                None => parameters.self_signed(&own),
            };
            chain.push(made.unwrap().der().to_vec());
            above = Some(Issuer::new(parameters, own));
        }
        let made = match &above {
            Some(issuer) => leaf.signed_by(&pair, issuer),
            None => leaf.self_signed(&pair),
        };
        chain.push(made.unwrap().der().to_vec());
        chain.reverse();
        Self { chain, key: pair }
    }
}

pub(super) fn leaf(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut parameters = CertificateParams::new(names.clone()).unwrap();
    parameters
        .distinguished_name
        .push(DnType::CommonName, &names[0]);
    parameters
}

fn authority(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    parameters
}
