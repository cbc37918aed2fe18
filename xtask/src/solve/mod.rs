//! `solve`: the smallest trust store that meets the policy, or why there is none.

mod human;

use clap::{Args, ValueEnum};
use trust::finding::Finding;
use trust::gate::{Inputs, Question};
use trust::solve::{Answer, Outcome, solve};
use trust::source::SourceFile;

use crate::cli::QuestionArguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::project::Project;
use crate::{forecast, output, roots};

/// Arguments of `solve`.
#[derive(Args, Debug)]
#[command(after_help = "\
Writes nothing: the [[required-root]] tables are printed, to be pasted. Exit code 10 when no store meets the policy.")]
pub struct SolveArguments {
    /// When and for whom.
    #[command(flatten)]
    question: QuestionArguments,
    /// Judge by the facts that were public on this day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    facts_known_on: Option<trust::date::Date>,
    /// Choose from the Mozilla set of roots too, not from trust/anchors/ alone
    #[arg(long)]
    mozilla: bool,
    /// Form of the answer
    #[arg(long, value_enum, default_value_t = SolveFormat::Human)]
    format: SolveFormat,
}

/// The forms of an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum SolveFormat {
    /// For people; not a stable interface
    Human,
    /// For programs: `perennial.solve/1`
    Json,
    /// The [[required-root]] tables alone
    Toml,
}

/// Solves, and prints the answer.
///
/// # Errors
/// Files that cannot be read or have mistakes; in the form of tables, that there is no store.
pub fn run(project: &Project, arguments: &SolveArguments) -> Result<Exit> {
    let question = Question {
        facts_known_on: arguments.facts_known_on,
        ..arguments.question.question(project)?
    };
    let mut inputs = project.inputs()?.inputs;
    if arguments.mozilla {
        add_mozilla(&mut inputs);
    }
    let answer = solve(&inputs, question).map_err(|findings| mistakes(&findings))?;
    output::print(&written(&answer, arguments.format)?)?;
    Ok(match answer.outcome {
        Outcome::Impossible(_) => Exit::Findings,
        Outcome::Smallest(_) => Exit::Done,
    })
}

/// Adds the roots of the Mozilla set that the pool lacks.
fn add_mozilla(inputs: &mut Inputs) {
    let (pool, _) = trust::anchors::Inventory::from_files(&inputs.anchors);
    let missing = roots::mozilla_roots().into_iter();
    let missing = missing.filter(|root| pool.find(&root.fingerprint).is_none());
    inputs.anchors.extend(missing.map(|root| {
        let digits = hex::encode(&root.fingerprint[..4]);
        SourceFile::new(format!("{MOZILLA}/{digits}.pem"), roots::pem(&root.der))
    }));
}

/// In place of a folder, for roots that are in no file of the pool.
const MOZILLA: &str = "webpki-root-certs";

fn written(answer: &Answer, format: SolveFormat) -> Result<String> {
    match format {
        SolveFormat::Human => Ok(human::text(answer)),
        SolveFormat::Json => {
            let text = serde_json::to_string_pretty(answer);
            text.map(|text| text + "\n")
                .map_err(|error| Failure::new(Exit::Bug, "cannot write JSON").evidence(error))
        }
        SolveFormat::Toml => match &answer.outcome {
            Outcome::Smallest(solution) => Ok(solution.tables.clone()),
            Outcome::Impossible(conflict) => {
                let failure = Failure::new(Exit::Findings, "no store meets the policy");
                let demands = conflict.demands.iter();
                let failure = demands.fold(failure, |said, unmet| said.evidence(&unmet.demand));
                Err(failure.help(conflict.help.clone()))
            }
        },
    }
}

fn mistakes(findings: &[Finding]) -> Failure {
    forecast::mistakes(
        findings,
        "the files have mistakes: a store for them would be wrong",
    )
}
