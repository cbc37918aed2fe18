//! Whether a verifier can take what is sent at all.

use super::served::{Alternative, Served};
use crate::anchors::PublicKey;
use crate::hierarchy::Hierarchy;
use crate::verifier::Behaviour;

/// Whether the model can take what an alternative sends: its size, and the leaf's key and signature. Certificates that are
/// not in hand have no bytes; of a leaf that was not captured nothing is known, and nothing is held against it.
pub(crate) fn fits(
    served: &Served,
    alternative: &Alternative,
    hierarchy: &Hierarchy,
    model: &Behaviour,
) -> bool {
    let chain = alternative.chain.and_then(|place| served.chains.get(place));
    let capture = alternative.capture.as_deref();
    if let Some(capture) = capture.filter(|capture| capture.sends(chain)) {
        let signed = model.signatures.contains(&capture.leaf.signature);
        return signed && takes(model, &capture.leaf.key, capture.sent, capture.bytes);
    }
    let certificates = chain.map_or(&[][..], |chain| &chain.certificates);
    let lengths = certificates
        .iter()
        .filter_map(|id| hierarchy.certificate(*id)?.der_length);
    let leaf = capture.map(|capture| &capture.leaf);
    let own = leaf.map_or(0, |leaf| leaf.der_length);
    let bytes = lengths.fold(own, usize::saturating_add);
    let unnamed = chain.is_some_and(|chain| chain.unnamed_issuer);
    let sent = certificates.len() + usize::from(unnamed);
    match leaf {
        Some(leaf) => takes(model, &leaf.key, sent, bytes),
        None => sent <= model.most_sent && bytes <= model.most_bytes,
    }
}

fn takes(model: &Behaviour, leaf: &PublicKey, sent: usize, bytes: usize) -> bool {
    model.model.verifies_with(leaf) && sent <= model.most_sent && bytes <= model.most_bytes
}
