//! What holds for every finding.

use trust::finding::{Finding, Severity};

/// Every finding has places that can be printed, a message and a next step.
pub fn assert_printable(findings: &[Finding]) {
    for finding in findings {
        assert!(!finding.labels.is_empty(), "{}", finding.rule.id);
        assert!(!finding.message.is_empty(), "{}", finding.rule.id);
        assert!(!finding.help.is_empty(), "{}", finding.message);
        for label in &finding.labels {
            let at = &label.location;
            assert!(at.file.text.get(at.span.clone()).is_some());
            assert!(at.start() <= at.end(), "{}", finding.message);
        }
    }
    assert!(findings.is_sorted_by(|a, b| a.location() <= b.location()));
}

/// Whether one of them is an error.
pub fn any_error(findings: &[Finding]) -> bool {
    findings.iter().any(|f| f.severity == Severity::Error)
}
