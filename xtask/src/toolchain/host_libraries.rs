//! The libraries of the machine that the packaged compiler loads: taken from the machine where it has
//! them, else from its own Debian packages. They are not pinned: they start the compiler and do not
//! decide what it makes.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::apt::{self, Apt, Offer};
use super::command::{self, Output, environment};
use super::files;
use super::pins::Package;
use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// Never taken from a package: they belong to the machine's own loader and compiler.
const OF_THE_MACHINE: &[&str] = &["gcc-12-base", "libc6", "libgcc-s1", "libstdc++6"];

/// Where Debian puts libraries for this machine, below a root.
pub const LIBRARY_FOLDERS: &[&str] = &["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"];

/// The library the loader missed, from what a program that did not start wrote.
pub fn missing_library(output: &Output) -> Option<&str> {
    let (_, rest) = output
        .stderr
        .split_once("error while loading shared libraries: ")?;
    rest.split(':').next()
}

/// Runs `program --version` with `library_path`.
///
/// # Errors
/// When it cannot be run at all; that a library is missing is in the output.
pub fn version_of(program: &Path, library_path: &OsStr) -> Result<Output> {
    command::capture(
        Command::new(program)
            .arg("--version")
            .env("LC_ALL", "C")
            .env("LD_LIBRARY_PATH", library_path),
    )
}

/// LD_LIBRARY_PATH for `roots`, the first first.
pub fn library_path(roots: &[&Path]) -> OsString {
    let folders = roots
        .iter()
        .flat_map(|root| LIBRARY_FOLDERS.iter().map(move |below| root.join(below)))
        .filter(|folder| folder.is_dir());
    let mut joined = OsString::new();
    for folder in folders {
        if !joined.is_empty() {
            joined.push(":");
        }
        joined.push(folder);
    }
    joined
}

/// Fetches the packages that `names` depend on, to any depth, and unpacks them into `into`, which
/// appears whole or not at all. Returns what was unpacked.
///
/// # Errors
/// When one of them is not offered or cannot be fetched.
pub fn fetch(
    apt: &Apt,
    names: &[String],
    downloads: &Path,
    into: &Path,
    progress: Progress,
) -> Result<Vec<Package>> {
    apt.update(progress)?;
    let offers = closure(apt, names).map_err(|failure| apt.explain(failure))?;
    apt.download(&offers, downloads, progress)?;
    let parent = into.parent().unwrap_or(into);
    let temporary = files::temporary_in(parent)?;
    for offer in &offers {
        let deb = downloads.join(file_name(offer));
        files::check_hash(&deb, offer.sha256.as_str())?;
        unpack(&deb, temporary.path())?;
    }
    let packages: Vec<Package> = offers.iter().map(package).collect();
    files::replace(temporary, into)?;
    Ok(packages)
}

/// Unpacks one package file below `root`.
///
/// # Errors
/// When dpkg-deb refuses it.
pub fn unpack(deb: &Path, root: &Path) -> Result<()> {
    let mut command = Command::new("dpkg-deb");
    command.env("LC_ALL", "C").arg("-x").arg(deb).arg(root);
    command::run(&format!("unpack {}", deb.display()), &mut command).map(drop)
}

/// The names in the dependency field of package files.
///
/// # Errors
/// When dpkg-deb cannot read one.
pub fn dependencies_of(debs: &[PathBuf]) -> Result<Vec<String>> {
    let mut names = BTreeSet::new();
    for deb in debs {
        let mut command = Command::new("dpkg-deb");
        command.env("LC_ALL", "C").arg("-f").arg(deb).arg("Depends");
        let field = command::run(&format!("read {}", deb.display()), &mut command)?;
        names.extend(apt::names_in(&field));
    }
    Ok(names.into_iter().collect())
}

fn closure(apt: &Apt, names: &[String]) -> Result<Vec<Offer>> {
    let mut wanted: Vec<String> = names.to_vec();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found = Vec::new();
    while !wanted.is_empty() {
        wanted.retain(|name| !OF_THE_MACHINE.contains(&name.as_str()) && seen.insert(name.clone()));
        let ask: Vec<&str> = wanted.iter().map(String::as_str).collect();
        if ask.is_empty() {
            break;
        }
        let mut offers = apt.offers(&ask)?;
        let mut next = Vec::new();
        for name in &wanted {
            let newest = offers
                .remove(name)
                .and_then(|all| all.into_iter().next())
                .ok_or_else(|| not_offered(name))?;
            next.extend(newest.depends.iter().cloned());
            found.push(newest);
        }
        wanted = next;
    }
    Ok(found)
}

fn not_offered(name: &str) -> Failure {
    environment(format!(
        "the package `{name}`, which the compiler needs to start, is not offered by this machine's apt sources"
    ))
    .help("install it with the machine's own package manager, or use `--provider rustup`")
}

fn file_name(offer: &Offer) -> String {
    apt::file_name(&offer.name, &offer.version, &offer.architecture)
}

fn package(offer: &Offer) -> Package {
    Package {
        name: offer.name.clone(),
        version: offer.version.clone(),
        architecture: offer.architecture.clone(),
        sha256: offer.sha256.clone(),
    }
}

/// The packages recorded in `record`, one line each; none when there is no record.
pub fn recorded(record: &Path) -> Vec<Package> {
    fs::read_to_string(record)
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;

    fn output(stderr: &str) -> Output {
        Output {
            status: ExitStatus::from_raw(127 << 8),
            stdout: String::new(),
            stderr: stderr.to_owned(),
        }
    }

    #[test]
    fn missing_library_is_read_from_the_loader() {
        let said = output(
            "rustc: error while loading shared libraries: libz3.so.4: cannot open shared object \
             file: No such file or directory\n",
        );
        assert_eq!(missing_library(&said), Some("libz3.so.4"));
    }

    #[test]
    fn other_failures_are_no_missing_library() {
        assert_eq!(missing_library(&output("error: no such option\n")), None);
    }

    #[test]
    fn library_path_has_only_folders_that_exist() {
        let directory = tempfile::tempdir().unwrap();
        let one = directory.path().join("one");
        fs::create_dir_all(one.join("usr/lib/x86_64-linux-gnu")).unwrap();
        let two = directory.path().join("two");
        assert_eq!(
            library_path(&[&two, &one]),
            one.join("usr/lib/x86_64-linux-gnu").into_os_string()
        );
    }
}
