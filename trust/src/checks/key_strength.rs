//! A110 and A111: keys that are too weak, and keys that the firmware's verifier cannot use.

use super::{Anchor, Case};
use crate::anchors::PublicKey;
use crate::finding::{Finding, Subject};
use crate::policy::{Located, VerifierModel};
use crate::rules::anchors::{KEY_NOT_SUPPORTED, WEAK_KEY};

/// The least RSA modulus that CAs may issue for since 2014, and that our verifier accepts.
const MINIMUM_RSA_BITS: usize = 2048;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let model = case
        .policy
        .product
        .as_ref()
        .map(|product| &product.verifier);
    for anchor in case.anchors() {
        if let PublicKey::Rsa(bits) = anchor.certificate.key
            && bits < MINIMUM_RSA_BITS
        {
            findings.push(weak(&anchor, bits));
        } else if let Some(model) =
            model.filter(|model| !model.verifies_with(&anchor.certificate.key))
        {
            findings.push(not_supported(&anchor, model));
        }
    }
}

fn weak(anchor: &Anchor<'_>, bits: usize) -> Finding {
    let name = &anchor.required.name.value;
    let message = format!("{name} has an RSA key of {bits} bits; {MINIMUM_RSA_BITS} is the least");
    Finding::new(
        &WEAK_KEY,
        anchor.required.name.at.clone(),
        format!("RSA-{bits}"),
        message,
    )
    .and_label(anchor.certificate.at.clone(), "this certificate")
    .evidence("bits", bits)
    .help("require another root: P-256, P-384, or RSA from 2048 bits")
    .about(Subject::anchor(name))
}

fn not_supported(anchor: &Anchor<'_>, model: &Located<VerifierModel>) -> Finding {
    let (name, key, word) = (
        &anchor.required.name.value,
        &anchor.certificate.key,
        model.word(),
    );
    let message = format!("the verifier model `{word}` cannot verify with the {key} key of {name}");
    Finding::new(
        &KEY_NOT_SUPPORTED,
        anchor.required.name.at.clone(),
        key.to_string(),
        message,
    )
    .and_label(model.at.clone(), format!("`{word}` has no {key}"))
    .evidence("key", key)
    .evidence("verifier", word)
    .help("require a root of this CA with a supported key: `cargo xtask roots list`")
    .about(Subject::anchor(name))
}
