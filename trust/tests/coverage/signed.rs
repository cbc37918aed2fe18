//! Who signed a certificate is told by its signature, and not by a name.

use rcgen::{DistinguishedName, DnType, DnValue};
use trust::anchors::Certificate;
use trust::coverage::served::{Capture, Declaration, World};
use trust::coverage::{Level, Served};
use trust::hierarchy::Builder;
use trust::policy::VerifierModel;

use crate::made::{self, Ca};
use crate::support::{calendar, date, pem};

fn asked(roots: &[Certificate], others: &[Certificate], chain: &[Certificate]) -> String {
    made::asked(VerifierModel::WebPki, roots, others, chain)
}

const NEVER: &str = "[2030-02-01, 2030-02-01]";

#[test]
fn of_two_keys_with_one_name_the_one_that_signed_counts() {
    let (old, new) = (Ca::new("Root"), Ca::new("Root"));
    let issuing = Ca::new("Issuing");
    let chain = [issuing.leaf(), issuing.by(&new)];
    assert_eq!(asked(&[new.root()], &[old.root()], &chain), "-");
    assert_eq!(asked(&[old.root()], &[new.root()], &chain), NEVER);
    assert_eq!(asked(&[old.root()], &[], &chain), NEVER);
    let direct = [new.leaf()];
    assert_eq!(asked(&[new.root()], &[old.root()], &direct), "-");
    assert_eq!(asked(&[old.root()], &[new.root()], &direct), NEVER);
}

#[test]
fn the_next_certificate_is_not_the_issuer_because_it_is_next() {
    let (root, issuing, other) = (Ca::new("Root"), Ca::new("Issuing"), Ca::new("Other"));
    let all = [root.root()];
    let strange = [issuing.leaf(), other.by(&root)];
    assert_eq!(asked(&all, &[], &strange), NEVER);
    let besides = [issuing.leaf(), other.by(&root), issuing.by(&root)];
    assert_eq!(asked(&all, &[], &besides), "-");
}

#[test]
fn a_leaf_that_its_issuer_did_not_sign_is_known_to_nobody() {
    let (root, issuing, forged) = (Ca::new("Root"), Ca::new("Issuing"), Ca::new("Issuing"));
    let all = [root.root()];
    assert_eq!(asked(&all, &[], &[issuing.leaf(), issuing.by(&root)]), "-");
    assert_eq!(asked(&all, &[], &[forged.leaf(), issuing.by(&root)]), NEVER);
}

/// The calendar knows the key of Let's Encrypt Authority X3 by its hash alone: that it signed the leaf is the leaf's word.
#[test]
fn a_leaf_whose_signature_nobody_can_verify_is_not_proven() {
    let calendar = calendar();
    let leaf = pem("pki/leaf-2019-by-lets-encrypt-authority-x3");
    let level = |in_hand: &[Certificate]| {
        let mut builder = Builder::of_calendar(&calendar);
        for certificate in in_hand {
            builder.add_certificate(certificate, &calendar);
        }
        let hierarchy = builder.build();
        let capture = Capture::of("seen.pem", &leaf, &hierarchy).unwrap();
        assert!(capture.issuer.is_some());
        let declaration = Declaration {
            owner: "Let's Encrypt".to_owned(),
            captures: vec![capture],
            ..Declaration::default()
        };
        let world = World {
            hierarchy: &hierarchy,
            calendar: &calendar,
            known_on: date("2019-08-01"),
        };
        let served = Served::new(&declaration, &world);
        let levels: Vec<_> = served
            .on(date("2019-08-01"))
            .map(|one| one.evidence)
            .collect();
        levels
    };
    let x3 = pem("pki/lets-encrypt-authority-x3-by-dst-root-ca-x3");
    assert_eq!(level(&x3), [Level::Proven]);
    assert_eq!(level(&[]), [Level::Assumed]);
}

/// Where the signature cannot be verified the identifier of the key tells, and else nothing does.
#[test]
fn a_name_alone_does_not_tell_which_of_two_keys_signed() {
    for with_identifiers in [true, false] {
        let (old, new) = (Ca::of_ed25519("Root"), Ca::of_ed25519("Root"));
        let mut issuing = Ca::new("Issuing");
        issuing.params.use_authority_key_identifier_extension = with_identifiers;
        let chain = [issuing.leaf(), issuing.by(&new)];
        let known = if with_identifiers { "-" } else { NEVER };
        assert_eq!(asked(&[new.root()], &[old.root()], &chain), known);
        assert_eq!(asked(&[old.root()], &[new.root()], &chain), NEVER);
        if with_identifiers {
            assert_eq!(asked(&[old.root()], &[], &chain), NEVER);
        }
    }
}

/// Bundles and webpki look for an issuer by the bytes of its name.
#[test]
fn a_leaf_names_its_issuer_by_the_same_bytes() {
    let (root, mut issuing) = (Ca::new("Root"), Ca::new("Issuing"));
    let above = issuing.by(&root);
    let all = [root.root()];
    assert_eq!(asked(&all, &[], &[issuing.leaf(), above.clone()]), "-");
    let printable = DnValue::PrintableString("Issuing".try_into().unwrap());
    issuing.params.distinguished_name = DistinguishedName::new();
    (issuing.params.distinguished_name).push(DnType::CommonName, printable);
    assert_eq!(asked(&all, &[], &[issuing.leaf(), above]), NEVER);
}

/// mbedTLS and OpenSSL take an issuer that was sent by its name, and then its signature is wrong.
#[test]
fn who_takes_the_first_of_a_name_may_take_the_wrong_one() {
    let (root, issuing, other) = (Ca::new("Root"), Ca::new("Issuing"), Ca::new("Issuing"));
    let chain = [issuing.leaf(), other.by(&root), issuing.by(&root)];
    for (model, expected) in [
        (VerifierModel::EspIdfPem, NEVER),
        (VerifierModel::EspIdfPemTime, NEVER),
        (VerifierModel::EspIdfBundle, NEVER),
        (VerifierModel::OpenSsl10, NEVER),
        (VerifierModel::WebPki, "-"),
    ] {
        let asked = made::asked(model, &[root.root()], &[], &chain);
        assert_eq!(asked, expected, "{model:?}");
    }
}
