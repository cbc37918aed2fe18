//! Another world around the same sources: user, umask, locale, zone, clock, jobs, order of directories, variables.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;

use clap::ValueEnum;
use tempfile::TempDir;

use super::super::firmware::Surroundings;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::toolchain::command;
use crate::toolchain::files::write_whole;
use crate::tools;

const DIRECTORY_ORDER: &str = include_str!("directory_order.c");

/// 400 days and some hours later: another year, month, day, hour and second.
const LATER: &str = "+34599723";

/// A user that no machine has an account for.
const USER: &str = "48620";

/// What can be different around a build on this machine, one thing after the other.
#[derive(Debug)]
pub struct World {
    /// What can be varied.
    variations: Vec<Variation>,
    /// What is not varied: one line each.
    same: Vec<String>,
    /// Holds what is loaded into every program.
    _libraries: TempDir,
}

/// One thing that is different.
#[derive(Debug, Default)]
struct Variation {
    /// What, and how: "umask 077".
    name: String,
    variables: Vec<(&'static str, OsString)>,
    /// Loaded into every program.
    preloaded: Option<OsString>,
    /// Starts the build.
    starter: Vec<OsString>,
    jobs: Option<usize>,
}

impl World {
    /// Everything that a second build varies, but for what it is to do `without`.
    ///
    /// # Errors
    /// [`Exit::Environment`] where this machine cannot vary one of them: what is not varied is not proven.
    pub fn new(root: &Path, without: &[Hard]) -> Result<Self> {
        // Not below the project: the loader takes a space for the end of a path.
        let libraries = tempfile::tempdir()
            .map_err(|error| Failure::io("create a folder in", &std::env::temp_dir(), &error))?;
        let (mut variations, mut same) = (vec![jobs(), umask(), locale(), zone()], Vec::new());
        for hard in Hard::value_variants() {
            if without.contains(hard) {
                same.push(format!("{}, as asked for", hard.word()));
                continue;
            }
            let varied = hard.vary(root, libraries.path()).and_then(|variation| {
                hard.require_effect(&variation)?;
                Ok(variation)
            });
            variations.push(varied.map_err(|failure| hard.cannot_be_varied(failure))?);
        }
        variations.extend(VARIABLES.map(variable));
        Ok(Self {
            variations,
            same,
            _libraries: libraries,
        })
    }

    /// How many things can be varied.
    pub fn len(&self) -> usize {
        self.variations.len()
    }

    /// The name of one of them.
    pub fn name(&self, index: usize) -> &str {
        self.variations
            .get(index)
            .map_or("", |variation| &variation.name)
    }

    /// The surroundings of a release with the first `count` things varied.
    pub fn surroundings(&self, count: usize) -> Surroundings {
        surroundings(self.variations.get(..count).unwrap_or(&self.variations))
    }

    /// The surroundings of a release with nothing but this varied.
    pub fn with_one(&self, index: usize) -> Surroundings {
        surroundings(self.variations.get(index..=index).unwrap_or_default())
    }

    /// What to tell people.
    pub fn lines(&self) -> Vec<String> {
        let names: Vec<&str> = self
            .variations
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let same = self.same.iter().map(|line| format!("not varied: {line}"));
        let varied = format!("varied: paths of everything, {}", names.join(", "));
        std::iter::once(varied).chain(same).collect()
    }
}

/// The surroundings of a release, varied.
fn surroundings(variations: &[Variation]) -> Surroundings {
    let mut surroundings = Surroundings::of_release();
    let mut preloaded = Vec::new();
    for variation in variations {
        let variables = variation.variables.iter();
        surroundings
            .variables
            .extend(variables.map(|(name, value)| ((*name).to_owned(), value.clone())));
        surroundings.starter.extend_from_slice(&variation.starter);
        surroundings.jobs = variation.jobs.or(surroundings.jobs);
        preloaded.extend(variation.preloaded.clone());
    }
    if !preloaded.is_empty() {
        let preloaded = preloaded.join(OsStr::new(":"));
        surroundings
            .variables
            .push(("LD_PRELOAD".to_owned(), preloaded));
    }
    surroundings
}

/// What not every machine can vary.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Hard {
    /// Needs user namespaces
    User,
    /// Needs libfaketime, which is fetched
    Clock,
    /// Needs a C compiler
    DirectoryOrder,
}

impl Hard {
    fn vary(self, root: &Path, folder: &Path) -> Result<Variation> {
        match self {
            Self::User => user(),
            Self::Clock => clock(root, folder),
            Self::DirectoryOrder => directory_order(folder),
        }
    }

    /// Demands that a program which shows it shows something else: the loader passes over a library that it cannot load.
    fn require_effect(self, variation: &Variation) -> Result<()> {
        let asked = match self {
            Self::User => "id -u",
            Self::Clock => "date +%Y",
            Self::DirectoryOrder => "ls -U /",
        };
        let said = |surroundings: Surroundings| {
            let mut words = surroundings.starter;
            words.extend(["sh", "-c", asked].map(Into::into));
            let mut program = Command::new(&words[0]);
            program.args(&words[1..]).envs(surroundings.variables);
            command::run(&format!("run `{asked}`"), &mut program)
        };
        let varied = said(surroundings(std::slice::from_ref(variation)))?;
        if varied != said(surroundings(&[]))? {
            return Ok(());
        }
        let what = format!("`{asked}` says the same as ever");
        Err(Failure::new(Exit::Environment, what))
    }

    /// The word of the command line.
    fn word(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    fn cannot_be_varied(self, failure: Failure) -> Failure {
        let word = self.word();
        let what = format!("this machine cannot give the second build another {word}");
        let told = Failure::new(Exit::Environment, what).evidence(failure.what);
        failure
            .evidence
            .into_iter()
            .fold(told, Failure::evidence)
            .help(format!(
                "build on a machine that can, or without that proof: --twice-without {word}"
            ))
    }
}

/// Variables that tell who builds, where, and in what window.
const VARIABLES: [(&str, &str); 7] = [
    ("COLUMNS", "31"),
    ("HOSTNAME", "another-machine"),
    ("LANGUAGE", "tr"),
    ("LOGNAME", "somebody-else"),
    ("TERM", "vt52"),
    ("TMPDIR", "/var/tmp"),
    ("USER", "somebody-else"),
];

fn variable((name, value): (&'static str, &str)) -> Variation {
    Variation {
        name: format!("{name}={value}"),
        variables: vec![(name, value.into())],
        ..Variation::default()
    }
}

fn jobs() -> Variation {
    let jobs = std::thread::available_parallelism().map_or(1, usize::from) + 1;
    Variation {
        name: format!("jobs at once: {jobs}"),
        jobs: Some(jobs),
        ..Variation::default()
    }
}

fn umask() -> Variation {
    Variation {
        name: "umask 077".to_owned(),
        starter: ["sh", "-c", "umask 077 && exec \"$@\"", "sh"]
            .map(Into::into)
            .into(),
        ..Variation::default()
    }
}

fn locale() -> Variation {
    let locale = another_locale();
    Variation {
        name: format!("locale {locale}"),
        variables: vec![("LANG", locale.clone().into()), ("LC_ALL", locale.into())],
        ..Variation::default()
    }
}

fn zone() -> Variation {
    // In the form of POSIX: a name would need a database, and is UTC without one.
    const FAR: &str = "<+14>-14";
    Variation {
        name: "time zone +14".to_owned(),
        variables: vec![("TZ", FAR.into())],
        ..Variation::default()
    }
}

/// A locale that is installed, for programs take one that is not for `C`, which is that of a release: Turkish, whose capitals
/// break most programs; else one of another language; else `C.UTF-8`, in which only letters are something else than bytes.
fn another_locale() -> String {
    let listed = Command::new("locale").arg("-a").output();
    let listed = listed.map_or_else(|_| Vec::new(), |output| output.stdout);
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let of_a_language = |locale: &&str| !locale.starts_with('C') && *locale != "POSIX";
    let turkish = listed.lines().find(|locale| locale.starts_with("tr_TR"));
    let found = turkish.or_else(|| listed.lines().find(of_a_language));
    found.unwrap_or("C.UTF-8").to_owned()
}

/// Another user with the caller's own rights, by `unshare --user`.
fn user() -> Result<Variation> {
    let map = format!("--map-user={USER}");
    let mut unshare = Command::new("unshare");
    unshare.args(["--user", map.as_str(), "true"]);
    command::run("make a user namespace on this machine", &mut unshare)?;
    Ok(Variation {
        name: format!("user {USER}"),
        starter: vec!["unshare".into(), "--user".into(), map.into()],
        ..Variation::default()
    })
}

/// The library that tells programs another time.
fn clock(root: &Path, folder: &Path) -> Result<Variation> {
    let library = folder.join("clock.so");
    let from = tools::libfaketime(root)?;
    std::fs::copy(&from, &library).map_err(|error| Failure::io("copy", &from, &error))?;
    let variables = [
        ("FAKETIME", LATER),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("NO_FAKE_STAT", "1"),
    ];
    Ok(Variation {
        name: format!("clock {LATER} s"),
        variables: variables.map(|(name, value)| (name, value.into())).into(),
        preloaded: Some(library.into()),
        ..Variation::default()
    })
}

/// The library that lists directories from their end.
fn directory_order(folder: &Path) -> Result<Variation> {
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
    Ok(Variation {
        name: "last entry of a directory first".to_owned(),
        preloaded: Some(library.into()),
        ..Variation::default()
    })
}
