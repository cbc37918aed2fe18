//! Who signed a certificate is told by its signature, and not by a name.

use rcgen::{DistinguishedName, DnType, DnValue};
use trust::anchors::Certificate;
use trust::policy::VerifierModel;

use crate::made::{self, Ca};

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
