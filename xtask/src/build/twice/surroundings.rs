//! Another world around the same sources: user, umask, locale, zone, clock, jobs, order of directories, variables.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::super::firmware::Surroundings;
use crate::failure::{Failure, Result};
use crate::toolchain::command;
use crate::toolchain::files::write_whole;
use crate::tools;

const DIRECTORY_ORDER: &str = include_str!("directory_order.c");

/// 400 days and some hours later: another year, month, day, hour and second.
const LATER: &str = "+34599723";

/// A user that no machine has an account for.
const USER: &str = "48620";

/// The surroundings of the second build, and what is different in them.
#[derive(Debug)]
pub struct Varied {
    /// For the compilation.
    pub surroundings: Surroundings,
    /// What is varied: one line each.
    pub varied: Vec<String>,
    /// What this machine cannot vary, and why: one line each.
    pub same: Vec<String>,
    /// Holds what is loaded into every program.
    _libraries: TempDir,
}

impl Varied {
    /// What to tell people.
    pub fn lines(&self) -> Vec<String> {
        let same = self.same.iter().map(|line| format!("not varied: {line}"));
        std::iter::once(format!("varied: {}", self.varied.join(", ")))
            .chain(same)
            .collect()
    }
}

/// Surroundings that differ from those of a release in everything that this machine can vary.
///
/// # Errors
/// When a temporary folder cannot be made.
pub fn other(root: &Path) -> Result<Varied> {
    let jobs = std::thread::available_parallelism().map_or(1, usize::from) + 1;
    let mut varied = vec![
        "path, homes, path of the toolchain".to_owned(),
        format!("umask 077, {jobs} jobs"),
    ];
    let mut same = Vec::new();
    let mut vary = |name: String, tried: Result<OsString>| match tried {
        Ok(value) => {
            varied.push(name);
            Some(value)
        }
        Err(failure) => {
            same.push(format!("{name}: {}", failure.what));
            None
        }
    };
    // Not below the project: the loader takes a space for the end of a path.
    let libraries = tempfile::tempdir()
        .map_err(|error| Failure::io("create a folder in", &std::env::temp_dir(), &error))?;
    let user = vary(format!("user {USER}"), other_user());
    let clock = vary(format!("clock {LATER} s"), clock(root, libraries.path()));
    let order = vary(
        "last entry of a directory first".to_owned(),
        directory_order(libraries.path()),
    );

    let mut starter: Vec<OsString> = ["sh", "-c", "umask 077 && exec \"$@\"", "sh"]
        .map(Into::into)
        .into();
    if let Some(map) = user {
        starter.extend(["unshare".into(), "--user".into(), map]);
    }
    let preloaded: Vec<OsString> = [clock, order].into_iter().flatten().collect();
    let variables = variables(&preloaded.join(OsStr::new(":")));
    let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
    varied.push(format!("variables {}", names.join(" ")));
    Ok(Varied {
        surroundings: Surroundings {
            variables,
            jobs: Some(jobs),
            starter,
        },
        varied,
        same,
        _libraries: libraries,
    })
}

fn variables(preloaded: &OsStr) -> Vec<(String, OsString)> {
    let mut variables = vec![("LD_PRELOAD".to_owned(), preloaded.to_owned())];
    let others = [
        ("COLUMNS", "31"),
        ("FAKETIME", LATER),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("HOSTNAME", "another-machine"),
        ("LANG", "tr_TR.UTF-8"),
        ("LANGUAGE", "tr"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LOGNAME", "somebody-else"),
        ("NO_FAKE_STAT", "1"),
        ("TERM", "vt52"),
        ("TMPDIR", "/var/tmp"),
        ("TZ", "Pacific/Kiritimati"),
        ("USER", "somebody-else"),
    ]
    .map(|(name, value)| (name.to_owned(), value.into()));
    variables.extend(others);
    variables
}

/// What makes `unshare --user` another user of the caller, with the caller's own rights.
fn other_user() -> Result<OsString> {
    let map = format!("--map-user={USER}");
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", map.as_str(), "true"]);
    command::run("make a user namespace on this machine", &mut unshare)?;
    Ok(map.into())
}

/// The library that tells programs another time.
fn clock(root: &Path, folder: &Path) -> Result<OsString> {
    let library = folder.join("clock.so");
    let from = tools::libfaketime(root)?;
    std::fs::copy(&from, &library).map_err(|error| Failure::io("copy", &from, &error))?;
    Ok(library.into())
}

/// The library that lists directories from their end.
fn directory_order(folder: &Path) -> Result<OsString> {
    let (source, library) = (
        folder.join("directory_order.c"),
        folder.join("directory-order.so"),
    );
    write_whole(&source, DIRECTORY_ORDER)?;
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"]);
    command::run(
        "compile the library that turns the order of directories around",
        &mut compiler,
    )?;
    Ok(library.into())
}
