//! Text for people, in the style of rustc: what, where, evidence, next step.

use std::io::{self, Write};
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::{AnsiColor, Effects, Style};
use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Renderer, Snippet, normalize_untrusted_str,
};
use trust::finding::{Finding, Label, Severity};
use trust::source::SourceFile;

use super::{Colour, ReportContext, Summary};

/// Writes each finding with its lines, the waived ones in short, and a last line that counts them.
pub(super) fn write(
    findings: &[Finding],
    context: &ReportContext,
    out: &mut dyn Write,
) -> io::Result<()> {
    let renderer = renderer(context);
    for finding in findings {
        let text = match &finding.waived {
            Some(reason) => waived(finding, reason, context.colour),
            None => full(finding, &renderer),
        };
        writeln!(out, "{}\n", harmless(&text))?;
    }
    writeln!(out, "{}", closing_line(findings, context.colour))
}

fn renderer(context: &ReportContext) -> Renderer {
    let renderer = match context.colour {
        Colour::Ansi => Renderer::styled(),
        Colour::Plain => Renderer::plain(),
    };
    renderer.term_width(context.width.max(MINIMUM_WIDTH))
}

/// Narrower than this the renderer has no room for the line it shows.
const MINIMUM_WIDTH: usize = 40;

fn full(finding: &Finding, renderer: &Renderer) -> String {
    let title = level(finding.severity)
        .primary_title(finding.message.as_str())
        .id(format!("{} {}", finding.rule.id, finding.rule.slug));
    let notes = finding.evidence.iter().map(|(name, value)| {
        Level::NOTE.message(normalize_untrusted_str(&format!("{name}: {value}")))
    });
    let help = (!finding.help.is_empty())
        .then(|| Level::HELP.message(normalize_untrusted_str(&finding.help)));
    let group = Group::with_title(title)
        .elements(snippets(finding))
        .elements(notes)
        .elements(help);
    renderer.render(&[group])
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Note => Level::NOTE,
        Severity::Warning => Level::WARNING,
    }
}

/// One snippet for each file, the primary label's file first. Labels in a very long line get one each, or
/// the line would be shown from the first to the last of them.
fn snippets(finding: &Finding) -> Vec<Snippet<'_, Annotation<'_>>> {
    let mut snippets: Vec<(&Arc<SourceFile>, Vec<Annotated<'_>>)> = Vec::new();
    for (index, label) in finding.labels.iter().enumerate() {
        let kind = match index {
            0 => AnnotationKind::Primary,
            _ => AnnotationKind::Context,
        };
        let file = &label.location.file;
        let known = snippets.iter_mut().find(|(known, _)| {
            // Two files of one name are one file with its text; comparing texts is for those that are not.
            Arc::ptr_eq(known, file) || *known == file
        });
        match known.filter(|(_, labels)| !spans_a_long_line(file, labels, label)) {
            Some((_, labels)) => labels.push((kind, label)),
            None => snippets.push((file, vec![(kind, label)])),
        }
    }
    snippets
        .into_iter()
        .map(|(file, labels)| snippet(file, &labels))
        .collect()
}

type Annotated<'a> = (AnnotationKind, &'a Label);

/// Bytes in a line from which on it is never shown whole.
const LONG_LINE: usize = 1000;
/// Bytes of a long line that a label covers at most.
const LONG_LINE_SPAN: usize = 60;

/// Whether what is shown of `file` for `labels` and `label` has a long line.
fn spans_a_long_line<'a>(file: &SourceFile, labels: &[Annotated<'a>], label: &'a Label) -> bool {
    let all = [labels, &[(AnnotationKind::Context, label)]].concat();
    has_long_line(&file.text[whole_lines(&file.text, &all)])
}

fn has_long_line(text: &str) -> bool {
    text.len() > LONG_LINE && text.lines().any(|line| line.len() > LONG_LINE)
}

/// The lines from the first label to the last; the rest of a large file is not looked at.
fn snippet<'a>(file: &'a SourceFile, labels: &[Annotated<'a>]) -> Snippet<'a, Annotation<'a>> {
    let lines = whole_lines(&file.text, labels);
    let shown = &file.text[lines.clone()];
    let longest = match has_long_line(shown) {
        true => LONG_LINE_SPAN,
        false => usize::MAX,
    };
    let annotations = labels.iter().map(|(kind, label)| {
        let span = &label.location.span;
        let start = span.start - lines.start;
        let end = (span.end - lines.start).min(start.saturating_add(longest));
        kind.span(start..shown.floor_char_boundary(end))
            .label(label.text.as_str())
    });
    Snippet::source(shown)
        .path(file.name.as_str())
        .line_start(file.line(lines.start))
        .annotations(annotations)
}

fn whole_lines(text: &str, labels: &[Annotated<'_>]) -> Range<usize> {
    let spans = || labels.iter().map(|(_, label)| &label.location.span);
    let first = spans().map(|span| span.start).min().unwrap_or(0);
    let last = spans().map(|span| span.end).max().unwrap_or(text.len());
    let start = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[last..]
        .find('\n')
        .map_or(text.len(), |newline| last + newline);
    start..end
}

/// A waived finding: what, where and who answers for it, dimmed.
fn waived(finding: &Finding, reason: &str, colour: Colour) -> String {
    let (line, column) = finding.location().start();
    let text = format!(
        "waived {}[{} {}]: {}\n  --> {}:{line}:{column}\n  = waiver: {}",
        finding.severity.word(),
        finding.rule.id,
        finding.rule.slug,
        normalize_untrusted_str(&finding.message),
        normalize_untrusted_str(&finding.location().file.name),
        normalize_untrusted_str(reason),
    );
    paint(&text, Style::new().effects(Effects::DIMMED), colour)
}

fn closing_line(findings: &[Finding], colour: Colour) -> String {
    let summary = Summary::of(findings);
    let shade = match summary {
        Summary { errors: 1.., .. } => AnsiColor::BrightRed,
        Summary { warnings: 1.., .. } => AnsiColor::Yellow,
        _ => AnsiColor::BrightGreen,
    };
    let style = shade.on_default().effects(Effects::BOLD);
    paint(&summary.to_string(), style, colour)
}

fn paint(text: &str, style: Style, colour: Colour) -> String {
    match colour {
        Colour::Ansi => format!("{style}{text}{style:#}"),
        Colour::Plain => text.to_owned(),
    }
}

/// The renderer shows C0 controls as pictures; C1 controls (one of them starts an escape sequence) go here.
fn harmless(text: &str) -> String {
    text.replace(|c| ('\u{80}'..='\u{9f}').contains(&c), "\u{fffd}")
}
