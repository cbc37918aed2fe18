//! Every algorithm that is supported, and by name those that are not. `algorithms/make.sh` made the chains.

use device::verify::{KeyHolder, TrustedBy, VerifiedServer, VerifyError};

use crate::support::{anchor, at, pem, store, verify};

fn judged(name: &str) -> Result<VerifiedServer, VerifyError> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verify/algorithms");
    let text = std::fs::read_to_string(format!("{folder}/{name}.pem")).unwrap();
    let chain = pem(&text);
    let contents = store([anchor(&chain[1])]);
    verify(&contents, &[&chain[0]], at("2030-01-01T00:00:00Z"))
}

#[test]
fn every_supported_algorithm_verifies() {
    for hash in ["sha256", "sha384", "sha512"] {
        for key in ["p256", "p384", "rsa2048", "rsa4096", "rsa2048-pss"] {
            let name = format!("{key}-{hash}");
            let server = judged(&name).expect(&name);
            let TrustedBy::Anchor { index: 0, .. } = server.trusted_by() else {
                panic!("{name}: {:?}", server.trusted_by());
            };
        }
    }
    for name in ["rsa3072-sha256", "e3-sha256"] {
        judged(name).expect(name);
    }
}

#[test]
fn every_supported_kind_of_leaf_verifies() {
    for leaf in ["p384", "rsa2048", "rsa4096"] {
        judged(&format!("p256-sha256-leaf-{leaf}")).expect(leaf);
    }
}

#[test]
fn unsupported_signatures_are_named() {
    for (name, algorithm) in [
        ("rsa2048-sha1", "RSA with SHA-1"),
        ("rsa2048-sha224", "RSA with SHA-224"),
        ("p256-sha1", "ECDSA with SHA-1"),
        ("rsa2048-pss-sha256-salt-20", "RSA-PSS"),
        ("rsa2048-pss-sha256-mgf1-sha1", "RSA-PSS"),
        ("ed25519", "Ed25519"),
        ("ed448", "Ed448"),
    ] {
        let Err(VerifyError::Algorithm {
            certificate: 0,
            algorithm: found,
        }) = judged(name)
        else {
            panic!("{name}: {:?}", judged(name));
        };
        assert_eq!(found.name(), Some(algorithm), "{name}");
    }
}

#[test]
fn unsupported_keys_of_issuers_are_named() {
    for (name, curve) in [
        ("p521-sha512", "P-521"),
        ("p521-sha256", "P-521"),
        ("secp256k1-sha256", "secp256k1"),
    ] {
        let Err(VerifyError::Key {
            of: KeyHolder::Anchor(0),
            algorithm,
        }) = judged(name)
        else {
            panic!("{name}: {:?}", judged(name));
        };
        assert_eq!(algorithm.name(), Some(curve), "{name}");
    }
}

#[test]
fn unsupported_keys_of_leaves_are_named() {
    for (leaf, expected) in [
        ("p521", "P-521"),
        ("secp256k1", "secp256k1"),
        ("ed25519", "Ed25519"),
    ] {
        let judged = judged(&format!("p256-sha256-leaf-{leaf}"));
        let Err(VerifyError::Key {
            of: KeyHolder::Certificate(0),
            algorithm,
        }) = judged
        else {
            panic!("{leaf}: {judged:?}");
        };
        assert_eq!(algorithm.name(), Some(expected));
    }
}

#[test]
fn rsa_keys_have_2048_to_4096_bits() {
    for bits in [1024, 2047, 4104] {
        let of = KeyHolder::Anchor(0);
        assert_eq!(
            judged(&format!("rsa{bits}-sha256")),
            Err(VerifyError::KeySize { of, bits })
        );
        let of = KeyHolder::Certificate(0);
        assert_eq!(
            judged(&format!("p256-sha256-leaf-rsa{bits}")),
            Err(VerifyError::KeySize { of, bits })
        );
    }
}
