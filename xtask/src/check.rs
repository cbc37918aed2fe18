//! `check`: the proof, and what stands against it. `check --image`: the same question without a policy.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use trust::finding::Finding;
use trust::gate::{self, Question, Verdict};

use crate::cli::QuestionArguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::inspect::{self, DeviceArguments};
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
