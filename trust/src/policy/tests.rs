//! The reader against the fixtures, and against whatever else a file may hold.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::read;
use crate::finding::Finding;
use crate::source::SourceFile;

/// The text of a fixture below `trust/fixtures/`.
pub(super) fn fixture(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A policy file with this text.
pub(super) fn policy_file(text: impl Into<String>) -> Arc<SourceFile> {
    SourceFile::new("policy.toml", text)
}

/// One line for each label, with the help below: enough to see what a person would.
pub(super) fn listing(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for finding in findings {
        let (line, column) = finding.location().start();
        lines.push(format!(
            "{line}:{column} {} {}",
            finding.rule.id, finding.message
        ));
        for label in &finding.labels {
            let ((line, column), (end_line, end)) = (label.location.start(), label.location.end());
            lines.push(format!(
                "    {line}:{column}-{end_line}:{end} {}",
                label.text
            ));
        }
        lines.push(format!("    help: {}", finding.help));
    }
    lines.join("\n")
}

#[test]
fn the_base_policy_has_no_mistake() {
    let reading = read(&policy_file(fixture("base/policy.toml")));
    assert_eq!(listing(&reading.findings), "");
    let policy = reading.policy.expect("a policy");
    assert_eq!(policy.product.name.value, "perennial-reference");
    assert_eq!(policy.service_life.ends.value.to_string(), "2034-06-30");
    assert_eq!(policy.required_roots.len(), 3);
    assert_eq!(
        policy.endpoints[0].redirects[0].value,
        "https://cdn.example.com/"
    );
    assert_eq!(policy.pin_fallbacks[0].spki_sha256.len(), 2);
    assert_eq!(policy.signing.keys[0].key_id[0], 0xC1);
    assert_eq!(
        policy.rescue.as_ref().map(|rescue| rescue.keys.len()),
        Some(2)
    );
}
