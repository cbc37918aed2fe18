//! Paths in an image.

use std::ops::Range;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use memchr::memmem;

use super::super::environment;
use super::super::firmware::Workplace;
use crate::failure::{Failure, Result};

const OF_MACHINE: &str = "a path of this machine";
const ABSOLUTE: &str = "an absolute path";

/// The names that paths have in an image: what [`Workplace::named_paths`] maps to, and where Rust's own library is.
const NAMES: [&str; 7] = [
    "/cargo/",
    "/homes/",
    "/perennial/",
    "/rust/deps/",
    "/rustc/",
    "/sysroot/",
    "/target/",
];

/// Top folders of file systems: what follows them is a path wherever it stands.
const TOP_FOLDERS: [&str; 15] = [
    "/Users/",
    "/Volumes/",
    "/build/",
    "/builds/",
    "/home/",
    "/media/",
    "/mnt/",
    "/nix/",
    "/opt/",
    "/private/",
    "/root/",
    "/srv/",
    "/tmp/",
    "/usr/",
    "/var/",
];

/// Ends of the names of source files, which compilers write into programs.
const SOURCES: [&str; 6] = [".rs", ".c", ".cpp", ".h", ".S", ".toml"];

/// The paths of this machine that a compilation in `workplace` gets to see, or could find out.
pub fn of(workplace: &Workplace) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = workplace
        .named_paths()
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    paths.extend(environment::home());
    paths.extend(environment::cargo_home());
    paths.extend(std::env::current_dir());
    paths.push(std::env::temp_dir());
    let canonical: Vec<PathBuf> = paths.iter().flat_map(|path| path.canonicalize()).collect();
    paths.extend(canonical);
    // The root of a file system, as a home, is a part of everything.
    paths.retain(|path| path.components().count() > 1);
    paths.sort();
    paths.dedup();
    paths
}

/// The first parts of the relative paths that a compilation of the crate in `folder` writes.
///
/// # Errors
/// When the folder cannot be listed.
pub fn relative(folder: &Path) -> Result<Vec<String>> {
    let failed = |error: std::io::Error| Failure::io("list", folder, &error);
    let mut names = vec!["library".to_owned()];
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Where one of `paths` stands in `bytes`, and not as the beginning of another name.
pub fn of_machine(paths: &[PathBuf], bytes: &[u8]) -> Vec<(Range<usize>, &'static str)> {
    let find = |path: &PathBuf| {
        let path = path.as_os_str().as_bytes();
        let ends = |at: usize| {
            let next = bytes.get(at + path.len());
            !next.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        };
        let found = memmem::find_iter(bytes, path).filter(|at| ends(*at));
        found
            .map(|at| (at..at + path.len(), OF_MACHINE))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(find).collect()
}

/// Everything that can only be an absolute path: below a top folder, or the place of a source file that has none of the
/// names, and is relative to nothing that is compiled.
pub fn absolute(relative: &[String], bytes: &[u8]) -> Vec<(Range<usize>, &'static str)> {
    let below_top = TOP_FOLDERS
        .iter()
        .flat_map(|top| memmem::find_iter(bytes, top.as_bytes()));
    let below_top = below_top.filter_map(|at| {
        let whole = word(bytes, at);
        let (before, path) = (&bytes[whole.start..at], at..whole.end);
        let is_url = before.ends_with(b":/") || memmem::find(before, b"//").is_some();
        let is_named = NAMES
            .iter()
            .any(|name| memmem::find(before, &name.as_bytes()[..name.len() - 1]).is_some());
        let has_more = bytes[path.clone()]
            .iter()
            .filter(|byte| **byte == b'/')
            .count()
            > 1
            && path.len() > 6;
        (!is_url && !is_named && has_more).then_some((path, ABSOLUTE))
    });
    let sources = SOURCES
        .iter()
        .flat_map(|end| memmem::find_iter(bytes, end.as_bytes()).map(|at| at + end.len()));
    let sources = sources.filter_map(|end| {
        let next = bytes.get(end);
        if next.is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let whole = word(bytes, end - 1).start..end;
        let text = &bytes[whole.clone()];
        let first = text.iter().position(|byte| *byte == b'/')?;
        let is_named = NAMES
            .iter()
            .any(|name| memmem::find(text, name.as_bytes()).is_some());
        let is_relative = relative
            .iter()
            .any(|folder| text[..first].ends_with(folder.as_bytes()));
        let is_url = memmem::find(text, b"//").is_some();
        (!is_named && !is_relative && !is_url).then_some((whole, ABSOLUTE))
    });
    below_top.chain(sources).collect()
}

/// The characters of paths around `at`.
fn word(bytes: &[u8], at: usize) -> Range<usize> {
    let belongs = |byte: &&u8| byte.is_ascii_alphanumeric() || b"/._-+@~:".contains(*byte);
    let before = bytes[..at].iter().rev().take_while(belongs).count();
    let after = bytes[at..].iter().take_while(belongs).count();
    at - before..at + after
}
