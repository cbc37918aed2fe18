//! SARIF 2.1.0 (OASIS Standard, errata 01), as code scanning reads it.
//!
//! Columns count UTF-16 code units, lines from 1; paths are relative to `%SRCROOT%`. A waived finding is
//! a suppressed result. The fingerprint is ours, not `primaryLocationLineHash`: that one is a hash of the
//! line, and the services that use it compute it themselves.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use trust::date::Date;
use trust::finding::{Finding, Label, Severity, Subject};
use trust::rules::Rule;
use trust::source::Location;

use super::{ReportContext, TOOL_NAME, TOOL_VERSION, fingerprint, text_of_json};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes one log with one run.
pub(super) fn write(
    findings: &[Finding],
    context: &ReportContext,
    out: &mut dyn Write,
) -> io::Result<()> {
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [run(findings, context)],
    };
    out.write_all(text_of_json(&log).as_bytes())
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    automation_details: AutomationDetails,
    column_kind: &'static str,
    results: Vec<SarifResult<'a>>,
    properties: RunProperties<'a>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor>,
}

/// A rule, as the table has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: &'static str,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    help: Help,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Help {
    text: &'static str,
    markdown: &'static str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    since: &'static str,
}

#[derive(Serialize)]
struct AutomationDetails {
    id: &'static str,
}

#[derive(Serialize)]
struct RunProperties<'a> {
    as_of: Date,
    channel: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Place; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    /// Present in every result, because it is present in one (3.27.23).
    suppressions: Vec<Suppression<'a>>,
    properties: ResultProperties<'a>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
}

#[derive(Serialize)]
struct ResultProperties<'a> {
    evidence: &'a BTreeMap<&'static str, String>,
    subject: &'a Subject,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

/// Lines and columns from 1; the end is exclusive (3.30.8).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

fn run<'a>(findings: &'a [Finding], context: &'a ReportContext) -> Run<'a> {
    let rules: BTreeMap<_, _> = findings.iter().map(|f| (f.rule.id, f.rule)).collect();
    let ids: Vec<_> = rules.keys().copied().collect();
    let results = findings
        .iter()
        .zip(fingerprint::of_all(findings))
        .map(|(finding, fingerprint)| result(finding, fingerprint, &ids));
    Run {
        automation_details: AutomationDetails {
            id: "perennial/check/",
        },
        column_kind: "utf16CodeUnits",
        results: results.collect(),
        properties: RunProperties {
            as_of: context.as_of,
            channel: &context.channel,
        },
        tool: Tool {
            driver: Driver {
                name: TOOL_NAME,
                semantic_version: TOOL_VERSION,
                rules: rules.into_values().map(descriptor).collect(),
            },
        },
    }
}

fn descriptor(rule: &'static Rule) -> Descriptor {
    Descriptor {
        id: rule.id,
        name: rule.slug,
        short_description: message(rule.slug.replace('-', " ")),
        full_description: message(first_section(rule.page)),
        help: Help {
            text: rule.page,
            markdown: rule.page,
        },
        default_configuration: Configuration {
            level: level(rule.severity),
        },
        properties: RuleProperties { since: rule.since },
    }
}

/// The text of the page's first section, as one paragraph.
fn first_section(page: &str) -> String {
    let below = page.lines().skip_while(|line| !line.starts_with("## "));
    let section = below.skip(1).take_while(|line| !line.starts_with('#'));
    let lines: Vec<_> = section
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join(" ")
}

fn result<'a>(finding: &'a Finding, fingerprint: String, ids: &[&str]) -> SarifResult<'a> {
    let related = finding.labels.iter().enumerate().skip(1);
    let suppression = finding.waived.as_deref().map(|reason| Suppression {
        kind: "external",
        status: "accepted",
        justification: reason,
    });
    SarifResult {
        rule_id: finding.rule.id,
        rule_index: ids.partition_point(|id| *id < finding.rule.id),
        level: level(finding.severity),
        message: message(sentence_and_help(finding)),
        locations: [place(None, &finding.labels[0])],
        related_locations: related
            .map(|(index, label)| place(Some(index), label))
            .collect(),
        partial_fingerprints: BTreeMap::from([("perennialFinding/v1", fingerprint)]),
        suppressions: suppression.into_iter().collect(),
        properties: ResultProperties {
            evidence: &finding.evidence,
            subject: &finding.subject,
        },
    }
}

fn sentence_and_help(finding: &Finding) -> String {
    if finding.help.is_empty() {
        finding.message.clone()
    } else {
        format!("{}\nHelp: {}", finding.message, finding.help)
    }
}

fn place(id: Option<usize>, label: &Label) -> Place {
    let location = &label.location;
    let text = &location.file.text;
    let (start_line, start_column) = utf16_position(text, location.span.start);
    let (end_line, end_column) = utf16_position(text, location.span.end);
    Place {
        id,
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: relative_uri(location),
                uri_base_id: "%SRCROOT%",
            },
            region: Region {
                start_line,
                start_column,
                end_line,
                end_column,
            },
        },
        message: (!label.text.is_empty()).then(|| message(label.text.as_str())),
    }
}

fn utf16_position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].encode_utf16().count() + 1,
    )
}

/// The file's path as a relative reference (RFC 3986): all but unreserved characters and `/` escaped.
fn relative_uri(location: &Location) -> String {
    let name = location.file.name.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    name.collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Note => "note",
        Severity::Warning => "warning",
    }
}

fn message(text: impl Into<String>) -> Message {
    Message { text: text.into() }
}
