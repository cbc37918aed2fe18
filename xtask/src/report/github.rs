//! GitHub workflow commands: each finding becomes an annotation at its line.
//!
//! The form is `::error file=…,line=…,title=…::message`; `%`, CR and LF are escaped everywhere, `:` and
//! `,` in properties too (actions/toolkit, `command.ts`).

use std::io::{self, Write};

use trust::finding::{Finding, Label, Severity};

use super::Summary;

/// Writes one command for each finding and a last line that counts them.
pub(super) fn write(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    for finding in findings {
        writeln!(
            out,
            "::{} {}::{}",
            command(finding),
            properties(finding),
            escape_data(&message(finding))
        )?;
    }
    writeln!(out, "{}", Summary::of(findings))
}

fn command(finding: &Finding) -> &'static str {
    match (&finding.waived, finding.severity) {
        (None, Severity::Error) => "error",
        (None, Severity::Warning) => "warning",
        (None, Severity::Note) | (Some(_), _) => "notice",
    }
}

/// Columns are left out where the place spans lines: GitHub refuses them there.
fn properties(finding: &Finding) -> String {
    let location = finding.location();
    let (line, column) = location.start();
    let (end_line, end_column) = location.end();
    let mut pairs = vec![
        ("file", location.file.name.clone()),
        ("line", line.to_string()),
    ];
    if line == end_line {
        pairs.push(("col", column.to_string()));
    }
    pairs.push(("endLine", end_line.to_string()));
    if line == end_line {
        pairs.push(("endColumn", end_column.to_string()));
    }
    let title = format!("{} {}", finding.rule.id, finding.rule.slug);
    pairs.push(("title", title));
    let written = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", escape_property(value)));
    written.collect::<Vec<_>>().join(",")
}

fn message(finding: &Finding) -> String {
    let mut lines = vec![finding.message.clone()];
    lines.extend(finding.labels.iter().skip(1).map(see_also));
    if let Some(reason) = &finding.waived {
        lines.push(format!("waived: {reason}"));
    } else if !finding.help.is_empty() {
        lines.push(format!("help: {}", finding.help));
    }
    lines.join("\n")
}

fn see_also(label: &Label) -> String {
    let (line, column) = label.location.start();
    let file = &label.location.file.name;
    format!("{file}:{line}:{column}: {}", label.text)
}

/// `%` first: the other escapes contain it.
fn escape_data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}
