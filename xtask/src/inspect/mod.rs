//! `import` and `check --image`: when devices with some file go dark, without a project.

mod cli;
mod configuration;
mod day;
mod human;
pub(crate) mod image;
mod json;
mod policy;
#[cfg(test)]
mod tests;

pub use cli::{DeviceArguments, ImportArguments};

use std::path::{Path, PathBuf};

use trust::date::Date;
use trust::finding::Finding;
use trust::material::Material;
use trust::outlook::{Facts, Outlook, Question, outlook};
use trust::sdkconfig::Sdkconfig;

use self::day::Day;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::report::{self, Colour, Format, PAGE_WIDTH, ReportContext};
use crate::{facts, output, roots};

/// One file and the answer.
struct Inspection {
    /// What it is, in words.
    kind: String,
    /// How many bytes it has.
    length: usize,
    /// A folder with configurations of which none was read.
    undecided: Option<PathBuf>,
    material: Material,
    question: Question,
    outlook: Outlook,
}

/// Reads what somebody has, and says when devices with it go dark.
///
/// # Errors
/// Files that cannot be read, an owner whom nobody knows. What is found in them ends with [`Exit::Findings`] where it is an error.
pub fn import(arguments: &ImportArguments) -> Result<Exit> {
    let day = day::decide(arguments.as_of)?;
    let inspections = inspect(&arguments.files, &arguments.devices, day)?;
    if arguments.as_policy {
        output::print(&policy::text(&inspections))?;
        return Ok(exit_of(&inspections));
    }
    written(&inspections, arguments.format, day, &arguments.devices)
}

/// The same of one image: `check --image`.
///
/// # Errors
/// Those of [`import`].
pub fn check_image(
    image: &Path,
    devices: &DeviceArguments,
    as_of: Option<Date>,
    format: Format,
) -> Result<Exit> {
    let day = day::decide(as_of)?;
    let inspections = inspect(&[image.to_owned()], devices, day)?;
    written(&inspections, format, day, devices)
}

fn inspect(files: &[PathBuf], devices: &DeviceArguments, day: Day) -> Result<Vec<Inspection>> {
    let (calendar, pool) = (facts::calendar(), roots::mozilla_roots());
    let facts = Facts {
        calendar,
        pool: &pool,
    };
    let owner = devices
        .owner
        .as_deref()
        .map(|name| owner(name, &facts))
        .transpose()?;
    let one = |path: &PathBuf| {
        let question = |sdkconfig| Question {
            as_of: day.date,
            until: devices.until,
            owner: owner.clone(),
            verifier: devices.verifier,
            sdkconfig,
        };
        inspected(path, &facts, devices, question)
    };
    files.iter().map(one).collect()
}

fn inspected(
    path: &Path,
    facts: &Facts<'_>,
    devices: &DeviceArguments,
    question: impl Fn(Option<Sdkconfig>) -> Question,
) -> Result<Inspection> {
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::io("read", path, &error)
            .help("give the path of your image, program, header or ca.pem")
    })?;
    let name = path.display().to_string();
    let survey = image::survey(&bytes);
    let configuration = configuration::of(path, devices, survey.chip.as_deref())?;
    let question = question(configuration.read);
    let mut material = Material::find_in(&name, &bytes, &survey.ranges);
    let kind = if material.is_text {
        "text".to_owned()
    } else {
        survey.kind
    };
    if !material.is_text {
        material.damages.splice(0..0, survey.damages);
    }
    let outlook = outlook(&material, facts, &question);
    Ok(Inspection {
        kind,
        length: bytes.len(),
        undecided: configuration.undecided,
        material,
        question,
        outlook,
    })
}

/// The owner that is meant, in the calendar's words.
fn owner(name: &str, facts: &Facts<'_>) -> Result<String> {
    facts.owner(name).ok_or_else(|| {
        let like =
            |owner: &&String| strsim::jaro_winkler(&owner.to_lowercase(), &name.to_lowercase());
        let owners = facts.owners();
        let near = owners.iter().max_by(|a, b| like(a).total_cmp(&like(b)));
        let listed: Vec<_> = facts
            .calendar
            .owners()
            .map(|owner| owner.name.as_str())
            .collect();
        Failure::new(Exit::Unreadable, format!("no CA owner is called `{name}`"))
            .evidence(format!("in the calendar are: {}", listed.join(", ")))
            .help(near.map_or_else(String::new, |near| {
                format!("the most like it: --owner \"{near}\"")
            }))
    })
}

fn written(
    inspections: &[Inspection],
    format: Format,
    day: Day,
    devices: &DeviceArguments,
) -> Result<Exit> {
    match format {
        Format::Human => output::print(&human::text(inspections, day, devices.all))?,
        Format::Json => output::print(&json::text(inspections, day)?)?,
        Format::Github | Format::Sarif => reported(inspections, format, day)?,
    }
    Ok(exit_of(inspections))
}

fn reported(inspections: &[Inspection], format: Format, day: Day) -> Result<()> {
    let findings: Vec<Finding> = inspections
        .iter()
        .flat_map(|one| one.outlook.findings.clone())
        .collect();
    let context = ReportContext {
        as_of: day.date,
        channel: "inspection".to_owned(),
        colour: Colour::Plain,
        width: PAGE_WIDTH,
    };
    report::write(format, &findings, &context, &mut output::stdout())
        .map_err(|error| output::unwritten(&error))
}

fn exit_of(inspections: &[Inspection]) -> Exit {
    let mut findings = inspections.iter().flat_map(|one| &one.outlook.findings);
    if findings.any(Finding::blocks) {
        Exit::Findings
    } else {
        Exit::Done
    }
}
