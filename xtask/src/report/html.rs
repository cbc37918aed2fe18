//! The release report as one HTML page: no script, no font, no image, nothing fetched.

use serde::Serialize;
use trust::calendar::{Confidence, EndCause};
use trust::finding::Finding;

use super::release::{AnchorReport, ReleaseReport};
use super::timeline::{Timeline, beyond};
use crate::failure::Result;
use crate::report::page::fill;

const TEMPLATE: &str = include_str!("../../../templates/report.html.j2");

/// The page for `report`.
pub(super) fn page(report: &ReleaseReport) -> Result<String> {
    let values = Values {
        report,
        summary: report.summary.to_string(),
        timeline: Timeline::of(report),
        findings: report.findings.iter().map(FindingRow::of).collect(),
        ends: report.anchors.iter().map(EndWords::of).collect(),
    };
    fill(
        "the release report",
        "templates/report.html.j2",
        TEMPLATE,
        &values,
    )
}

#[derive(Serialize)]
struct Values<'a> {
    report: &'a ReleaseReport,
    summary: String,
    timeline: Timeline,
    findings: Vec<FindingRow>,
    ends: Vec<EndWords>,
}

/// A finding as a row: what, where, next step.
#[derive(Serialize)]
struct FindingRow {
    severity: &'static str,
    code: &'static str,
    slug: &'static str,
    message: String,
    place: String,
    help: String,
    waived: Option<String>,
}

impl FindingRow {
    fn of(finding: &Finding) -> Self {
        let location = finding.location();
        let (line, column) = location.start();
        Self {
            severity: finding.severity.word(),
            code: finding.rule.id,
            slug: finding.rule.slug,
            message: finding.message.clone(),
            place: format!("{}:{line}:{column}", location.file.name),
            help: finding.help.clone(),
            waived: finding.waived.clone(),
        }
    }
}

/// Why an anchor ends when it does.
#[derive(Serialize)]
struct EndWords {
    cause: &'static str,
    confidence: &'static str,
    beyond: String,
    short: bool,
}

impl EndWords {
    fn of(anchor: &AnchorReport) -> Self {
        Self {
            cause: match anchor.effective_end.cause {
                EndCause::NotAfter => "notAfter",
                EndCause::Owner => "the owner's date",
                EndCause::Policy => "the policy's date",
                EndCause::Programme => "the root programmes' rule",
            },
            confidence: match anchor.effective_end.confidence {
                Confidence::Announced => "announced",
                Confidence::Assumed => "assumed",
                Confidence::Certificate => "in the certificate",
                Confidence::Observed => "observed",
                Confidence::Policy => "decided in the policy",
                Confidence::Rule => "follows from a rule",
            },
            beyond: beyond(anchor.days_beyond_service),
            short: anchor.days_beyond_service < 0,
        }
    }
}
