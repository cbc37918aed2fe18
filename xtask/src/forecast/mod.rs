//! `forecast`: when each shipped release goes dark, and what if.

mod cli;
mod drawing;
mod html;
mod human;
mod ics;
#[cfg(test)]
mod tests;
mod words;

pub use cli::ForecastArguments;
use cli::ForecastFormat;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use trust::finding::Finding;
use trust::forecast::{Forecast, ForecastError, Question, THIS_POLICY, UnknownName, forecast};
use trust::source::SourceFile;

use crate::atomic::{self, Existing, Readers};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::release_date;

/// Forecasts, and writes what comes out.
///
/// # Errors
/// Files that cannot be read or have mistakes, names that nothing has. That something goes dark is no error.
pub fn run(project: &Project, arguments: &ForecastArguments) -> Result<Exit> {
    let question = question(project, arguments)?;
    let more = calendar_files(&arguments.calendar)?;
    let inputs = project.inputs()?.inputs;
    let forecast = forecast(&inputs, &more, &question).map_err(failure)?;
    let text = written(&forecast, arguments.format)?;
    match &arguments.output {
        Some(path) if path != Path::new("-") => {
            atomic::write(path, text.as_bytes(), Existing::Replace, Readers::Everyone)?;
        }
        _ => output::print(&text)?,
    }
    Ok(Exit::Done)
}

fn question(project: &Project, arguments: &ForecastArguments) -> Result<Question> {
    let given = arguments.at.or(arguments.facts_known_on);
    let at = release_date::decide(given, &project.root)?.day;
    Ok(Question {
        at,
        known_on: arguments.facts_known_on,
        until: arguments.until,
        verifier: arguments.verifier,
        what_ifs: arguments.what_ifs(),
        leave_one_out: arguments.leave_one_out,
        releases: arguments.releases.clone(),
    })
}

fn calendar_files(paths: &[PathBuf]) -> Result<Vec<Arc<SourceFile>>> {
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
        Ok(SourceFile::from_bytes(path.display().to_string(), &bytes))
    };
    paths.iter().map(read).collect()
}

fn written(forecast: &Forecast, format: ForecastFormat) -> Result<String> {
    match format {
        ForecastFormat::Html => html::page(forecast),
        ForecastFormat::Ics => Ok(ics::calendar(forecast)),
        ForecastFormat::Human => Ok(human::text(forecast)),
        ForecastFormat::Json => {
            let text = serde_json::to_string_pretty(forecast);
            text.map(|text| text + "\n")
                .map_err(|error| Failure::new(Exit::Bug, "cannot write JSON").evidence(error))
        }
    }
}

fn failure(error: ForecastError) -> Failure {
    match error {
        ForecastError::Mistakes(findings) => mistakes(
            &findings,
            "the files have mistakes: a forecast of them would be wrong",
        ),
        ForecastError::Unknown(unknown) => unknown_name(&unknown),
    }
}

/// What is wrong with the files, each with its place; `what` begins it.
pub(crate) fn mistakes(findings: &[Finding], what: &str) -> Failure {
    let failure = Failure::new(Exit::Findings, what);
    let said = |failure: Failure, finding: &Finding| {
        let place = finding.location();
        let (line, column) = place.start();
        failure.evidence(format!(
            "{}:{line}:{column}: [{}] {}",
            place.file.name, finding.rule.id, finding.message
        ))
    };
    let failure = findings.iter().fold(failure, said);
    failure.help("`cargo xtask check` shows each with its next step")
}

fn unknown_name(unknown: &UnknownName) -> Failure {
    let help = match unknown.what {
        "CA certificate" => {
            "`cargo xtask roots list` has those of the pool; trust/calendar/ has others".to_owned()
        }
        "owner of a CA" => {
            "trust/calendar/owners.toml has the names; --calendar FILE adds others".to_owned()
        }
        "release" => format!("`cargo xtask releases list`; the policy itself is \"{THIS_POLICY}\""),
        _ => "give its name as it is written there, or its fingerprint".to_owned(),
    };
    let near = match unknown.near.len() {
        0 => "there is none at all".to_owned(),
        _ => format!("there is: {}", unknown.near.join(", ")),
    };
    Failure::new(Exit::Unreadable, unknown.to_string())
        .evidence(near)
        .help(help)
}
