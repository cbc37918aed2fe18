//! `explain CODE`: the page of a rule. `explain A B`: why two artefacts differ.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use trust::rules;
use trust::words;

use crate::difference::{self, Artefact};

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::glossary;
use crate::output;

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// A code or its name: A103, anchor-ends-in-service; without one, the list of all. Or the first of two artefacts: an
    /// application, signed or full flash image, an ELF file, a trust store, a release.json, the folder of a release
    #[arg(value_name = "CODE|A|DIR")]
    code: Option<String>,
    /// The second artefact, of the same kind
    #[arg(value_name = "B")]
    other: Option<PathBuf>,
    /// An unstripped ELF file of the program in A, for the names of symbols; given again, of the one in B
    #[arg(long, value_name = "ELF", requires = "other")]
    symbols: Vec<PathBuf>,
    /// Which hash is a hash of what, with a line of shell for each; of the release in the folder that is given
    #[arg(long, conflicts_with = "other")]
    hashes: bool,
    /// Form of the answer about two artefacts
    #[arg(long, value_enum, default_value_t = Form::Human, requires = "other")]
    format: Form,
}

/// The forms of the answer about two artefacts.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Form {
    /// Text for people
    Human,
    /// One page, nothing fetched
    Html,
    /// `perennial.difference/1`
    Json,
}

/// Prints the page, or why two artefacts differ: equal ones end with [`Exit::Done`], others with
/// [`Exit::NotReproducible`].
///
/// # Errors
/// A code that no rule has; the message names the nearest. Artefacts that cannot be read or compared.
pub fn run(arguments: &ExplainArguments) -> Result<Exit> {
    if arguments.hashes {
        let directory = arguments.code.as_ref().map(Path::new);
        output::print(&glossary::show(directory)?)?;
        return Ok(Exit::Done);
    }
    if let (Some(a), Some(b)) = (&arguments.code, &arguments.other) {
        return compare(Path::new(a), b, arguments);
    }
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

fn compare(a: &Path, b: &Path, arguments: &ExplainArguments) -> Result<Exit> {
    let symbols = &arguments.symbols;
    let (of_a, of_b) = match symbols.as_slice() {
        [] => (None, None),
        [both] => (Some(both), Some(both)),
        [a, b] => (Some(a), Some(b)),
        _ => {
            let what = format!("--symbols is given {} times", symbols.len());
            return Err(Failure::new(Exit::Unreadable, what)
                .help("give it once for both, or once for A and once for B"));
        }
    };
    let a = with_symbols(Artefact::open(a)?, of_a)?;
    let b = with_symbols(Artefact::open(b)?, of_b)?;
    let difference = difference::of(&a, &b)?;
    output::print(&match arguments.format {
        Form::Human => difference::human(&difference),
        Form::Html => difference::html(&difference)?,
        Form::Json => difference.json(),
    })?;
    Ok(difference.exit())
}

fn with_symbols(artefact: Artefact, elf: Option<&PathBuf>) -> Result<Artefact> {
    let Some(path) = elf else {
        return Ok(artefact);
    };
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    artefact.with_symbols(&path.display().to_string(), &bytes)
}

/// The page of a rule, as it is printed.
pub fn page(rule: &rules::Rule) -> String {
    let lines = rule.page.lines();
    let unindented = lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)));
    let severity = rule.severity.word();
    unindented.collect::<String>() + &format!("Severity: {severity}. Since {}.\n", rule.since)
}

fn unknown(code: &str) -> Failure {
    let all = rules::all();
    let words = all.iter().flat_map(|rule| [rule.id, rule.slug]);
    let meant = words::nearest(code, words).and_then(rules::find);
    let help = meant.map_or_else(String::new, |rule| {
        format!("did you mean {} ({})? ", rule.id, rule.slug)
    });
    Failure::new(Exit::Unreadable, format!("there is no rule `{code}`"))
        .help(format!("{help}`cargo xtask explain` lists all"))
}
