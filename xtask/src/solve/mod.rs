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
Writes nothing: the [[required-root]] tables are printed, to be pasted. Exit code 10 when no store meets the policy,
16 when the search was stopped: the store that is printed is not proven to be the smallest, or none was found.")]
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
    Ok(exit_of(&answer.outcome))
}

fn exit_of(outcome: &Outcome) -> Exit {
    match outcome {
        Outcome::Impossible(_) => Exit::Findings,
        Outcome::NotProvenSmallest(_) | Outcome::Undecided => Exit::Unproven,
        Outcome::Smallest(_) => Exit::Done,
    }
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
            Outcome::NotProvenSmallest(solution) => Ok(format!(
                "# Not proven to be the smallest store: the search was stopped.\n{}",
                solution.tables
            )),
            Outcome::Undecided => {
                let failure = Failure::new(Exit::Unproven, human::undecided());
                Err(failure.help(human::FEWER))
            }
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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use trust::solve::{Demanded, Solution};

    fn answer(outcome: Outcome) -> Answer {
        let day = |text: &str| text.parse().unwrap();
        Answer {
            schema: "perennial.solve/1",
            product: "made".to_owned(),
            as_of: day("2026-11-22"),
            service_ends: day("2032-06-30"),
            verifier: "perennial",
            demanded: Demanded {
                independent_paths: 1,
                distinct_owners: 1,
            },
            roots: 118,
            usable_roots: 118,
            outcome,
        }
    }

    /// Whoever pastes the tables, reads the text or looks at the exit code alone is told.
    #[test]
    fn a_store_that_is_not_proven_smallest_says_so_in_each_form() {
        let stopped = answer(Outcome::NotProvenSmallest(Solution {
            anchor_bytes: 528,
            store_bytes: Some(759),
            anchors: Vec::new(),
            tables: "[[required-root]]\n".to_owned(),
            refusals: Vec::new(),
        }));
        let human = written(&stopped, SolveFormat::Human).unwrap();
        assert!(
            human.contains("\na store, not proven to be the smallest"),
            "{human}"
        );
        assert!(!human.contains("the smallest store"), "{human}");
        let toml = written(&stopped, SolveFormat::Toml).unwrap();
        assert!(
            toml.starts_with("# Not proven to be the smallest"),
            "{toml}"
        );
        assert!(toml.ends_with(".\n[[required-root]]\n"), "{toml}");
        let json = written(&stopped, SolveFormat::Json).unwrap();
        assert!(
            json.contains("\"outcome\": \"not-proven-smallest\""),
            "{json}"
        );
        assert_eq!(exit_of(&stopped.outcome), Exit::Unproven);
    }

    #[test]
    fn that_nobody_knows_is_no_store_and_no_proof_that_there_is_none() {
        let undecided = answer(Outcome::Undecided);
        let human = written(&undecided, SolveFormat::Human).unwrap();
        assert!(
            human.contains("whether there is one is not known"),
            "{human}"
        );
        let json = written(&undecided, SolveFormat::Json).unwrap();
        assert!(json.contains("\"outcome\": \"undecided\""), "{json}");
        let failure = written(&undecided, SolveFormat::Toml).unwrap_err();
        assert_eq!(failure.exit, Exit::Unproven);
        assert_eq!(exit_of(&undecided.outcome), Exit::Unproven);
    }
}
