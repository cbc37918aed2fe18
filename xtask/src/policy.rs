//! `policy fmt`: the canonical form of the policy. `policy schema`: its JSON schema. `policy diff` has a module of its own: `review`.

use clap::{Args, Subcommand};
use trust::finding::Finding;
use trust::policy;
use trust::source::SourceFile;

use crate::atomic::{self, Existing, Readers};
use crate::check;
use crate::cli::QuestionArguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::{POLICY, Project};

/// Arguments of `policy`.
#[derive(Args, Debug)]
pub struct PolicyArguments {
    /// What to do.
    #[command(subcommand)]
    verb: PolicyVerb,
}

#[derive(Debug, Subcommand)]
enum PolicyVerb {
    /// Approve a change: show what it does, and write what its approver signs
    Approve(crate::review::approve::ApproveArguments),
    /// What a change does to the fleet: between two commits, or a commit and the working tree
    Diff(crate::review::DiffArguments),
    /// Write policy.toml in its canonical form: order, spacing, one way to write each value
    Fmt {
        /// Show the difference and write nothing; exit 11 when there is one
        #[arg(long)]
        check: bool,
    },
    /// Print the JSON schema (2020-12) of policy.toml, for editors
    Schema,
}

/// Runs `policy`.
///
/// # Errors
/// A policy that cannot be read or written. One that is not TOML has no canonical form: its findings are printed.
pub fn run(project: &Project, arguments: &PolicyArguments) -> Result<Exit> {
    match &arguments.verb {
        PolicyVerb::Approve(arguments) => crate::review::approve::run(project, arguments),
        PolicyVerb::Diff(arguments) => crate::review::run(project, arguments),
        PolicyVerb::Fmt { check } => format(project, *check),
        PolicyVerb::Schema => {
            output::print(&policy::reference::json_schema())?;
            Ok(Exit::Done)
        }
    }
}

fn format(project: &Project, check: bool) -> Result<Exit> {
    let path = project.root.join(POLICY);
    let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
    let file = SourceFile::from_bytes(POLICY, &bytes);
    let canonical = match policy::canonical(&file) {
        Ok(canonical) => canonical,
        Err(findings) => return refuse(project, &findings),
    };
    if canonical.as_bytes() == bytes {
        return Ok(Exit::Done);
    }
    if check {
        // Lines that differ only in what nobody sees would be printed twice, alike.
        let seen = file.text.replace("\r\n", "\n");
        output::print(&difference(&seen, &canonical))?;
        let what = format!("{} is not in its canonical form", path.display());
        let mut failure = Failure::new(Exit::Stale, what);
        if seen != file.text {
            failure =
                failure.evidence("its lines end with CR LF, as on Windows; they must end with LF");
        }
        return Err(failure.help("run `cargo xtask policy fmt`"));
    }
    atomic::write(
        &path,
        canonical.as_bytes(),
        Existing::Replace,
        Readers::Everyone,
    )?;
    output::say(format_args!("wrote {}", path.display()));
    Ok(Exit::Done)
}

fn refuse(project: &Project, findings: &[Finding]) -> Result<Exit> {
    let question = QuestionArguments::default().question(project)?;
    check::say_findings(findings, question)?;
    Ok(Exit::Unreadable)
}

/// A unified difference, as `diff -u` prints it.
fn difference(old: &str, new: &str) -> String {
    let lines = similar::TextDiff::from_lines(old, new);
    lines.unified_diff().header(POLICY, "canonical").to_string()
}
