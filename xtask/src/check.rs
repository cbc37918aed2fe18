//! `check`: the proof, and what stands against it.

use std::io::Write;
use std::path::Path;

use clap::Args;
use trust::finding::Finding;
use trust::gate::{self, Question, Verdict};

use crate::called;
use crate::cli::QuestionArguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::report::{self, Colour, Format, PAGE_WIDTH, ReportContext};

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
    let verdict = gate::judge(&project.inputs()?.inputs, question);
    print(&verdict, arguments.format, &mut crate::output::stdout())?;
    Ok(exit_of(&verdict))
}

/// Writes the findings of `verdict` in `format`.
pub fn print(verdict: &Verdict, format: Format, out: &mut dyn Write) -> Result<()> {
    print_findings(verdict.findings(), verdict.question(), format, out)
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
    let findings: Vec<_> = findings.iter().map(named).collect();
    report::write(format, &findings, &context, out)
        .and_then(|()| out.flush())
        .map_err(|error| Failure::io("write", Path::new("the findings"), &error))
}

/// The finding with the name by which the program was called in its next step.
fn named(finding: &Finding) -> Finding {
    let mut finding = finding.clone();
    finding.help = called::named(&finding.help).into_owned();
    finding
}

/// What a verdict ends with.
pub fn exit_of(verdict: &Verdict) -> Exit {
    match verdict.approved() {
        Some(_) => Exit::Done,
        None => Exit::Findings,
    }
}
