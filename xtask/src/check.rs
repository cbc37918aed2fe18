//! `check`: the proof, and what stands against it.

use std::io::Write;
use std::path::Path;

use clap::Args;
use trust::finding::{self, Finding};
use trust::gate::{self, Question, Verdict};

use crate::cli::QuestionArguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::report::{self, Colour, Format, PAGE_WIDTH, ReportContext};
use crate::review::history;

/// Arguments of `check`.
#[derive(Args, Debug)]
pub struct CheckArguments {
    /// When and for whom.
    #[command(flatten)]
    question: QuestionArguments,
    /// Judge by the facts that were public on this day, YYYY-MM-DD: would it have been refused then?
    #[arg(long, value_name = "DATE")]
    facts_known_on: Option<trust::date::Date>,
    /// Form of the findings
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// Judges the policy and prints the findings.
///
/// # Errors
/// Inputs that cannot be read at all. Findings are no error: they end with [`Exit::Findings`], or with
/// [`Exit::Unreadable`] when the policy itself could not be understood.
pub fn run(project: &Project, arguments: &CheckArguments) -> Result<Exit> {
    let question = Question {
        facts_known_on: arguments.facts_known_on,
        ..arguments.question.question(project)?
    };
    let inputs = project.inputs()?.inputs;
    let verdict = gate::judge(&inputs, question);
    let unapproved = history::findings(project, &inputs, question)?;
    let out = &mut crate::output::stdout();
    let findings = all(&verdict, &unapproved);
    print_findings(&findings, question, arguments.format, out)?;
    match unapproved.iter().any(Finding::blocks) {
        true => Ok(Exit::Findings),
        false => Ok(exit_of(&verdict)),
    }
}

/// Writes the findings of `verdict` in `format`.
pub fn print(verdict: &Verdict, format: Format, out: &mut dyn Write) -> Result<()> {
    print_findings(verdict.findings(), verdict.question(), format, out)
}

/// The findings of a verdict and those about the changes that led to its inputs, in file order.
pub fn all(verdict: &Verdict, unapproved: &[Finding]) -> Vec<Finding> {
    let mut findings = [verdict.findings(), unapproved].concat();
    finding::sort(&mut findings);
    findings
}

/// Writes `findings`, which answer `question`, in `format`.
pub fn print_findings(
    findings: &[Finding],
    question: Question,
    format: Format,
    out: &mut dyn Write,
) -> Result<()> {
    let no_color = std::env::var_os("NO_COLOR");
    let context = ReportContext {
        as_of: question.as_of,
        channel: question.channel.word().to_owned(),
        colour: Colour::of(&std::io::stdout(), no_color.as_deref()),
        width: PAGE_WIDTH,
    };
    report::write(format, findings, &context, out)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::io("write", Path::new("the findings"), &error))
}

/// What a verdict ends with.
pub fn exit_of(verdict: &Verdict) -> Exit {
    match verdict.approved() {
        Some(_) => Exit::Done,
        None => Exit::Findings,
    }
}
