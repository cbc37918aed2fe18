//! What makes two findings the same one, in two runs.

use std::collections::BTreeMap;

use crate::digest::sha256_hex;
use trust::finding::Finding;

/// The fingerprints of `findings`, in their order, as lowercase hexadecimal.
///
/// A fingerprint is the SHA-256 of `perennial.finding/1`, the rule's id and the subject's anchor,
/// endpoint and item, each as a netstring (`4:A103,`) or `-` where it is missing. Lines and messages are
/// left out, so that a finding keeps its fingerprint when the file is edited above it. Findings that
/// would share one are told apart by their order: from the second on, the ordinal is appended as a
/// further netstring.
pub(super) fn of_all(findings: &[Finding]) -> Vec<String> {
    let mut seen: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let numbered = findings.iter().map(|finding| {
        let mut identity = identity(finding);
        let ordinal = seen.entry(identity.clone()).or_default();
        *ordinal += 1;
        if *ordinal > 1 {
            netstring(&ordinal.to_string(), &mut identity);
        }
        sha256_hex(&identity)
    });
    numbered.collect()
}

fn identity(finding: &Finding) -> Vec<u8> {
    let mut bytes = Vec::new();
    netstring("perennial.finding/1", &mut bytes);
    netstring(finding.rule.id, &mut bytes);
    let subject = &finding.subject;
    for part in [&subject.anchor, &subject.endpoint, &subject.item] {
        match part {
            Some(text) => netstring(text, &mut bytes),
            None => bytes.push(b'-'),
        }
    }
    bytes
}

fn netstring(text: &str, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(format!("{}:{text},", text.len()).as_bytes());
}
