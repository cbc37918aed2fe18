//! `perennial.findings/1`: the findings for scripts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use trust::date::Date;
use trust::finding::{Finding, Label, Severity, Subject};

use super::{ReportContext, Summary, TOOL_NAME, TOOL_VERSION, fingerprint, text_of_json};

/// Fields are added under the same number; one is removed or changes its meaning under the next.
const SCHEMA: &str = "perennial.findings/1";

/// Writes one JSON object.
pub(super) fn write(
    findings: &[Finding],
    context: &ReportContext,
    out: &mut dyn Write,
) -> io::Result<()> {
    out.write_all(text_of_json(&Report::new(findings, context)).as_bytes())
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    tool: Tool,
    as_of: Date,
    channel: &'a str,
    summary: Summary,
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// A finding, with its fields in the order that a reader wants them.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry<'a> {
    code: &'static str,
    slug: &'static str,
    severity: Severity,
    message: &'a str,
    help: Option<&'a str>,
    evidence: &'a BTreeMap<&'static str, String>,
    subject: &'a Subject,
    locations: Vec<Place<'a>>,
    waived: Option<&'a str>,
    fingerprint: String,
}

/// A label: lines and columns count from 1, columns in characters; the end is exclusive.
#[derive(Clone, Debug, Serialize)]
struct Place<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    label: &'a str,
}

impl<'a> Report<'a> {
    fn new(findings: &'a [Finding], context: &'a ReportContext) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool {
                name: TOOL_NAME,
                version: TOOL_VERSION,
            },
            as_of: context.as_of,
            channel: &context.channel,
            summary: Summary::of(findings),
            findings: entries(findings),
        }
    }
}

/// The findings as they stand in this report and in the release report.
pub(crate) fn entries(findings: &[Finding]) -> Vec<Entry<'_>> {
    let fingerprints = fingerprint::of_all(findings);
    findings
        .iter()
        .zip(fingerprints)
        .map(|(finding, fingerprint)| entry(finding, fingerprint))
        .collect()
}

fn entry(finding: &Finding, fingerprint: String) -> Entry<'_> {
    Entry {
        code: finding.rule.id,
        slug: finding.rule.slug,
        severity: finding.severity,
        message: &finding.message,
        help: (!finding.help.is_empty()).then_some(finding.help.as_str()),
        evidence: &finding.evidence,
        subject: &finding.subject,
        locations: finding.labels.iter().map(place).collect(),
        waived: finding.waived.as_deref(),
        fingerprint,
    }
}

fn place(label: &Label) -> Place<'_> {
    let (line, column) = label.location.start();
    let (end_line, end_column) = label.location.end();
    Place {
        file: &label.location.file.name,
        line,
        column,
        end_line,
        end_column,
        label: &label.text,
    }
}
