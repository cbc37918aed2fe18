//! `explain CODE`: the page of a rule.

use clap::Args;
use trust::rules;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// A code or its name: A103, anchor-ends-in-service; without one, the list of all
    code: Option<String>,
}

/// Prints the page.
///
/// # Errors
/// A code that no rule has; the message names the nearest.
pub fn run(arguments: &ExplainArguments) -> Result<Exit> {
    let Some(code) = &arguments.code else {
        let line = |rule: &&rules::Rule| {
            let severity = rule.severity.word();
            format!("{}  {severity:<7}  {}\n", rule.id, rule.slug)
        };
        output::print(&rules::all().iter().map(line).collect::<String>())?;
        return Ok(Exit::Done);
    };
    let rule = rules::find(code).ok_or_else(|| unknown(code))?;
    output::print(&page(rule))?;
    Ok(Exit::Done)
}

fn page(rule: &rules::Rule) -> String {
    let lines = rule.page.lines();
    let unindented = lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)));
    let severity = rule.severity.word();
    unindented.collect::<String>() + &format!("Severity: {severity}. Since {}.\n", rule.since)
}

fn unknown(code: &str) -> Failure {
    let distance = |rule: &&&rules::Rule| {
        let id = strsim::damerau_levenshtein(rule.id, &code.to_ascii_uppercase());
        id.min(strsim::damerau_levenshtein(rule.slug, code))
    };
    let all = rules::all();
    let nearest = all.iter().min_by_key(distance);
    let help = nearest.map_or_else(String::new, |rule| {
        format!("did you mean {} ({})? ", rule.id, rule.slug)
    });
    Failure::new(Exit::Unreadable, format!("there is no rule `{code}`"))
        .help(format!("{help}`cargo xtask explain` lists all"))
}
