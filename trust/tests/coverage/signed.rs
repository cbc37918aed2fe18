//! Who signed a certificate is told by its signature, and not by a name.

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
