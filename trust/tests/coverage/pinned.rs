//! A pin carries what its server sends, and no other server's chain.

use trust::anchors::{Certificate, PublicKey, SignatureAlgorithm};
use trust::coverage::served::Leaf;
use trust::policy::VerifierModel;

use crate::support::{Release, calendar_and, date, loss, pem};

const KEY: [u8; 32] = [7; 32];
const OTHER: [u8; 32] = [8; 32];

fn leaf(spki_sha256: [u8; 32], key: PublicKey, first: &str, last: &str) -> Leaf {
    Leaf {
        not_before: date(first),
        not_after: date(last),
        spki_sha256,
        key,
        signature: SignatureAlgorithm::RsaSha256,
        der_length: 1_200,
        names: Vec::new(),
    }
}

/// The loss, from 2022 on, of a device that trusts no anchor of its server and has these pins.
fn asked(seen: Vec<(Leaf, Vec<Certificate>)>, pins: &[[u8; 32]]) -> String {
    let release = Release {
        seen,
        pins: pins.to_vec(),
        ..Release::new(&[]).model(VerifierModel::Perennial)
    };
    let release = release.with(|endpoint| endpoint.profile = None);
    loss(&release.asked_of(&calendar_and(&[]), "2022-02-01", "2022-02-01", "2023-12-31"))
}

/// A leaf of early 2022.
fn of_2022(spki_sha256: [u8; 32], key: PublicKey) -> (Leaf, Vec<Certificate>) {
    let leaf = leaf(spki_sha256, key, "2022-01-01", "2022-03-31");
    (leaf, pem("pki/r3-by-isrg-root-x1"))
}

#[test]
fn a_pin_carries_the_server_with_its_key() {
    let rsa = of_2022(KEY, PublicKey::Rsa(2048));
    assert_eq!(asked(vec![rsa.clone()], &[KEY]), "-");
    assert_eq!(asked(vec![rsa], &[OTHER]), "[2022-02-01, 2022-02-01]");
}

/// The client picks RSA or ECDSA: each has a key of its own.
#[test]
fn a_pin_of_one_key_is_none_of_the_other() {
    let both = || {
        vec![
            of_2022(KEY, PublicKey::Rsa(2048)),
            of_2022(OTHER, PublicKey::P256),
        ]
    };
    assert_eq!(asked(both(), &[KEY]), "[2022-02-01, -]");
    assert_eq!(asked(both(), &[OTHER]), "[2022-02-01, -]");
    assert_eq!(asked(both(), &[KEY, OTHER]), "-");
}

/// Nobody saw the server with the older key renew: a newer leaf with another key may be of another region, and until its
/// capture is taken out of the policy, neither key alone holds both.
#[test]
fn a_pin_of_a_replaced_key_carries_nothing() {
    let before = leaf(KEY, PublicKey::P256, "2021-09-01", "2021-12-31");
    let replaced = || {
        vec![
            (before.clone(), pem("pki/r3-by-isrg-root-x1")),
            of_2022(OTHER, PublicKey::P256),
        ]
    };
    assert_eq!(asked(replaced(), &[KEY]), "[2022-02-01, -]");
    assert_eq!(asked(replaced(), &[OTHER]), "[2022-02-01, -]");
    assert_eq!(asked(replaced(), &[KEY, OTHER]), "-");
    let newer = || replaced().split_off(1);
    assert_eq!(asked(newer(), &[KEY]), "[2022-02-01, 2022-02-01]");
    assert_eq!(asked(newer(), &[OTHER]), "-");
}

/// A pin of a CA's key: as long as a path within the dates of the certificates leads to it. R3 ends on 2025-09-15.
#[test]
fn a_pin_above_the_leaf_is_reached_by_a_path() {
    let r3 = &pem("pki/r3-by-isrg-root-x1")[0];
    let x1 = &pem("pki/isrg-root-x1-by-dst-root-ca-x3")[0];
    let sent = |above: &[&Certificate]| {
        let above = above.iter().map(|one| (*one).clone()).collect();
        vec![(of_2022(KEY, PublicKey::P256).0, above)]
    };
    assert_eq!(asked(sent(&[r3]), &[r3.spki_sha256]), "-");
    assert_eq!(asked(sent(&[r3, x1]), &[x1.spki_sha256]), "-");
    assert_eq!(
        asked(sent(&[r3]), &[x1.spki_sha256]),
        "[2022-02-01, 2022-02-01]"
    );
    // Nothing leads to a certificate that is not there for the leaf.
    let x3 = &pem("pki/lets-encrypt-authority-x3-by-dst-root-ca-x3")[0];
    assert_eq!(
        asked(sent(&[r3, x3]), &[x3.spki_sha256]),
        "[2022-02-01, 2022-02-01]"
    );
}

/// The device refuses five certificates above the leaf before it looks at a pin, and a leaf whose key it lacks.
#[test]
fn a_pin_is_asked_after_the_limits() {
    let r3 = pem("pki/r3-by-isrg-root-x1");
    let (leaf, _) = of_2022(KEY, PublicKey::P256);
    for (count, expected) in [(4, "-"), (5, "[2022-02-01, 2022-02-01]")] {
        let above = vec![r3[0].clone(); count];
        assert_eq!(asked(vec![(leaf.clone(), above)], &[KEY]), expected);
    }
    let other = of_2022(KEY, PublicKey::P521);
    assert_eq!(asked(vec![other], &[KEY]), "[2022-02-01, 2022-02-01]");
}
