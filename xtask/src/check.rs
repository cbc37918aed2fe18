//! `check`: the proof, and what stands against it. `check --image`: the same question without a policy.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use trust::finding::{self, Finding};
use trust::gate::{self, Question, Verdict};

use crate::called;
use crate::cli::QuestionArguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::inspect::{self, DeviceArguments};
use crate::project::Project;
use crate::report::{self, Colour, Format, PAGE_WIDTH, ReportContext, Wish};
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
    /// In place of the policy: an image of any ESP32 (.bin), or a program (.elf), with anchors in it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["facts_known_on", "channel"])]
    image: Option<PathBuf>,
    /// What is known of the devices with the image.
    #[command(flatten)]
    devices: DeviceArguments,
}

/// Judges the policy and prints the findings.
///
/// # Errors
/// Inputs that cannot be read at all. Findings are no error: they end with [`Exit::Findings`], or with
/// [`Exit::Unreadable`] when the policy itself could not be understood.
pub fn run(project: impl Fn() -> Result<Project>, arguments: &CheckArguments) -> Result<Exit> {
    if let Some(image) = &arguments.image {
        let as_of = arguments.question.as_of;
        return inspect::check_image(image, &arguments.devices, as_of, arguments.format);
    }
    let project = project()?;
    let question = Question {
        facts_known_on: arguments.facts_known_on,
        ..arguments.question.question(&project)?
    };
    let inputs = project.inputs()?.inputs;
    let verdict = gate::judge(&inputs, question);
    let unapproved = history::findings(&project, &inputs, question)?;
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

/// Writes `findings`, which answer `question`, in `format`, to what becomes standard output.
pub fn print_findings(
    findings: &[Finding],
    question: Question,
    format: Format,
    out: &mut dyn Write,
) -> Result<()> {
    let colour = Colour::of(&std::io::stdout(), Wish::of_environment());
    write(findings, question, format, colour, out)
}

/// Says `findings`, which answer `question`, on standard error.
pub fn say_findings(findings: &[Finding], question: Question) -> Result<()> {
    let mut stderr = std::io::stderr();
    let colour = Colour::of(&stderr, Wish::of_environment());
    write(findings, question, Format::Human, colour, &mut stderr)
}

fn write(
    findings: &[Finding],
    question: Question,
    format: Format,
    colour: Colour,
    out: &mut dyn Write,
) -> Result<()> {
    let context = ReportContext {
        as_of: question.as_of,
        channel: question.channel.word().to_owned(),
        colour,
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
