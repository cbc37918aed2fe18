//! `reference`: the pages of the documentation that are made from the code, so that they cannot say anything else.
//!
//! | module | page |
//! | --- | --- |
//! | `command_line` | every verb with its options, as `--help` says it |
//! | `exit_codes` | what a command ends with |
//! | [`forms`] | every JSON form by its name, and who prints it |
//! | `policy` | sections and keys of `policy.toml`; the JSON schema is `trust`'s |
//! | `rules` | the page of every rule |

use std::path::PathBuf;

use clap::Args;

use crate::atomic::{self, Existing, Readers};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;

mod command_line;
mod exit_codes;
pub mod forms;
mod policy;
mod rules;

/// Arguments of `reference`.
#[derive(Args, Debug)]
pub struct ReferenceArguments {
    /// Show what is stale and write nothing; exit 11 when something is
    #[arg(long)]
    check: bool,
}

/// Where the pages are, from the root of the project.
pub const FOLDER: &str = "docs/reference";

/// A page that is made.
#[derive(Debug)]
pub struct Page {
    /// Its name in [`FOLDER`].
    pub name: &'static str,
    /// What stands in it.
    pub text: String,
}

/// Every page, by name.
pub fn pages() -> Vec<Page> {
    let page = |name, text| Page { name, text };
    vec![
        page("command-line.md", command_line::page()),
        page("exit-codes.md", exit_codes::page()),
        page("json.md", forms::page()),
        page("policy.md", policy::page()),
        page(
            "policy.schema.json",
            trust::policy::reference::json_schema(),
        ),
        page("rules.md", rules::page()),
    ]
}

/// Writes the pages that are not what they must be, or shows them.
///
/// # Errors
/// [`Exit::Stale`] with `--check` where a page differs. A project that is not this one: its documentation is its own.
pub fn run(project: &Project, arguments: &ReferenceArguments) -> Result<Exit> {
    let folder = project.root.join(FOLDER);
    if !folder.is_dir() {
        let what = format!("there is no {FOLDER} in {}", project.root.display());
        return Err(Failure::new(Exit::Unreadable, what)
            .help("run it in a checkout of Perennial: the pages are about the tool itself"));
    }
    let mut stale = Vec::new();
    for page in pages() {
        let path = folder.join(page.name);
        let there = there(&path)?;
        if there.as_deref() != Some(page.text.as_str()) {
            stale.push((path, page, there.unwrap_or_default()));
        }
    }
    match arguments.check {
        true => show(&stale),
        false => write(&stale),
    }
}

/// What is in a file; `None` where there is none.
fn there(path: &PathBuf) -> Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io("read", path, &error)),
    }
}

fn write(stale: &[(PathBuf, Page, String)]) -> Result<Exit> {
    for (path, page, _) in stale {
        atomic::write(
            path,
            page.text.as_bytes(),
            Existing::Replace,
            Readers::Everyone,
        )?;
        output::say(format_args!("wrote {}", path.display()));
    }
    Ok(Exit::Done)
}

fn show(stale: &[(PathBuf, Page, String)]) -> Result<Exit> {
    for (_, page, there) in stale {
        let lines = similar::TextDiff::from_lines(there.as_str(), &page.text);
        let name = format!("{FOLDER}/{}", page.name);
        let difference = lines.unified_diff().header(&name, "generated").to_string();
        output::print(&difference)?;
    }
    if stale.is_empty() {
        return Ok(Exit::Done);
    }
    let names = stale
        .iter()
        .map(|(_, page, _)| format!("{FOLDER}/{}", page.name));
    let failure = Failure::new(Exit::Stale, "the reference is not what the code says");
    let failure = names.fold(failure, Failure::evidence);
    Err(failure.help("run `cargo xtask reference`, read the difference, and commit it"))
}

/// The first lines of a page.
fn heading(title: &str, about: &str) -> String {
    format!("# {title}\n\n<!-- Made by `cargo xtask reference`; do not edit. -->\n\n{about}\n")
}

/// A table in Markdown. A bar would end its cell.
fn table<const N: usize>(head: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: [String; N]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(head.map(str::to_owned));
    text += &line([const { "---" }; N].map(str::to_owned));
    for row in rows {
        text += &line(row.map(|cell| cell.replace('|', "\\|")));
    }
    text
}
