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
    paths.extend(
        ["CARGO", "RUSTUP_HOME"]
            .iter()
            .filter_map(std::env::var_os)
            .map(PathBuf::from),
    );
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
    let mut found = Vec::new();
    for top in TOP_FOLDERS {
        found
            .extend(memmem::find_iter(bytes, top.as_bytes()).filter_map(|at| below_top(bytes, at)));
    }
    for end in SOURCES {
        let ends = memmem::find_iter(bytes, end.as_bytes()).map(|at| at + end.len());
        found.extend(ends.filter_map(|end| source(relative, bytes, end)));
    }
    found.into_iter().map(|range| (range, ABSOLUTE)).collect()
}

/// The path from a top folder at `at` on, where nothing before it says that it is a part of a longer one.
fn below_top(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let whole = word(bytes, at);
    let before = own_text(&bytes[whole.start..at + 1]);
    let folders = bytes[at..whole.end].iter().filter(|byte| **byte == b'/');
    let is_path = folders.count() > 1 && whole.end - at > 6;
    (is_path && !has_name(before) && !is_url(before)).then_some(at..whole.end)
}

/// The path of the source file whose name ends at `end`, where it has none of the names.
fn source(relative: &[String], bytes: &[u8], end: usize) -> Option<Range<usize>> {
    if bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let whole = word(bytes, end - 1).start..end;
    let name = bytes[whole.clone()]
        .iter()
        .rposition(|byte| *byte == b'/')?;
    let folders = whole.start + name + 1;
    let text = own_text(&bytes[whole.start..folders]);
    let first = text.iter().position(|byte| *byte == b'/')?;
    let is_relative = relative
        .iter()
        .any(|folder| text[..first].ends_with(folder.as_bytes()));
    (!has_name(text) && !is_relative && !is_url(text)).then(|| folders - text.len()..end)
}

/// What follows the last source file that is named in `text`: compilers put texts behind each other, without a mark.
fn own_text(text: &[u8]) -> &[u8] {
    let ends = SOURCES.iter().flat_map(|end| {
        let slashed = format!("{end}/");
        memmem::rfind(text, slashed.as_bytes()).map(|at| at + end.len())
    });
    &text[ends.max().unwrap_or(0)..]
}

/// Whether the path in `text` begins with one of the names. Letters before it are of another text.
fn has_name(text: &[u8]) -> bool {
    let first = text
        .iter()
        .position(|byte| *byte == b'/')
        .unwrap_or(text.len());
    NAMES
        .iter()
        .any(|name| text[first..].starts_with(name.as_bytes()))
}

fn is_url(text: &[u8]) -> bool {
    memmem::find(text, b"//").is_some() || text.ends_with(b":/")
}

/// The characters of paths around `at`.
fn word(bytes: &[u8], at: usize) -> Range<usize> {
    let belongs = |byte: &&u8| byte.is_ascii_alphanumeric() || b"/._-+@~:".contains(*byte);
    let before = bytes[..at].iter().rev().take_while(belongs).count();
    let after = bytes[at..].iter().take_while(belongs).count();
    at - before..at + after
}
