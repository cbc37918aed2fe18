//! What git knows of the checkout: commit, its date, whether the tree is dirty, files of a commit.

mod batch;
mod first_parents;
mod objects;
mod revisions;

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

pub use batch::{Objects, TreeEntry};
pub use first_parents::{Ancestor, altered, first_parents};
pub use objects::{
    File, blob, check_out_alone, commit_object, files_at, initialise, write_blobs, write_commit,
    write_index, write_tree,
};
pub use revisions::{Revision, committed, files_named, has_file, is_shallow, merge_base, resolve};

use crate::entry_kind::EntryKind;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The commit that a build is made from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Head {
    /// 40 hexadecimal digits.
    pub commit: String,
    /// Committer date, seconds since 1970-01-01T00:00:00Z.
    pub committed: i64,
    /// Paths that differ from the commit or that git does not know: at most the first twenty.
    pub changed: Vec<String>,
}

/// Reads the checkout at `root`.
///
/// # Errors
/// [`Exit::Unreadable`] where `root` is no git checkout or has no commit yet.
pub fn head(root: &Path) -> Result<Head> {
    let line = text(root, &["log", "-1", "--format=%H %ct"])?;
    let parsed = line
        .trim()
        .split_once(' ')
        .and_then(|(commit, seconds)| Some((commit, seconds.parse().ok()?)));
    let (commit, committed) = parsed.ok_or_else(|| {
        Failure::new(
            Exit::Unreadable,
            "git printed something unexpected about HEAD",
        )
        .evidence(&line)
    })?;
    Ok(Head {
        commit: commit.to_owned(),
        committed,
        changed: changed(root)?,
    })
}

fn changed(root: &Path) -> Result<Vec<String>> {
    let listing = text(root, &["status", "--porcelain", "--untracked-files=normal"])?;
    Ok(listing.lines().take(20).map(str::to_owned).collect())
}

/// The bytes of `path` (relative to `root`, which may be a folder of a larger repository) in `commit`.
pub fn file_at(root: &Path, commit: &str, path: &str) -> Result<Vec<u8>> {
    run(root, &["show", &format!("{commit}:./{path}")])
}

/// What stands in `folder` of `commit`, and not below it: paths from `root`, sorted by git, and what each is. Nothing when
/// the commit has no such folder.
pub fn entries_at(root: &Path, commit: &str, folder: &str) -> Result<Vec<(String, EntryKind)>> {
    let folder = format!("{folder}/");
    let listing = text(root, &["ls-tree", "-z", commit, "--", &folder])?;
    // 100644 blob 0123…\tpath
    let entry = |line: &str| {
        let (mode, rest) = line.split_once(' ')?;
        let (_, path) = rest.split_once('\t')?;
        Some((path.to_owned(), EntryKind::of_git_mode(mode)))
    };
    Ok(listing.split('\0').filter_map(entry).collect())
}

/// Files of which git was told not to look whether they changed (`git update-index --assume-unchanged` or
/// `--skip-worktree`), as paths from `root`. A sparse checkout marks what it leaves out: outside of `root` a file that is
/// not there takes no part.
pub fn unwatched(root: &Path) -> Result<Vec<String>> {
    let listing = text(root, &["ls-files", "-v", "-z", "--", ":/"])?;
    let marked = |line: &str| {
        let (tag, path) = line.split_once(' ')?;
        let is_marked = tag == "S" || tag.starts_with(|c: char| c.is_ascii_lowercase());
        let takes_part = !path.starts_with("../") || root.join(path).exists();
        (is_marked && takes_part).then(|| path.to_owned())
    };
    Ok(listing.split('\0').filter_map(marked).collect())
}

/// Every file of the working tree at `root` that git has or would add, as a path from `root`; in an order of git's own.
pub fn working_files(root: &Path) -> Result<Vec<String>> {
    let listing = text(
        root,
        &[
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ],
    )?;
    let paths = listing.split('\0').filter(|path| !path.is_empty());
    Ok(paths.map(str::to_owned).collect())
}

/// Whether the repository has this commit, with the list of its files.
pub fn has_commit(root: &Path, commit: &str) -> bool {
    run(root, &["cat-file", "-e", &format!("{commit}^{{tree}}")]).is_ok()
}

/// Whether `paths` of the working tree at `root` are those of `commit`: nothing changed, nothing more.
pub fn is_same(root: &Path, commit: &str, paths: &[&str]) -> Result<bool> {
    let changed = [&["diff", "--name-only", commit, "--"], paths].concat();
    let more = [&["ls-files", "--others", "--exclude-standard", "--"], paths].concat();
    Ok(run(root, &changed)?.is_empty() && run(root, &more)?.is_empty())
}

/// Checks `commit` of the repository at `root` out into `folder`, a repository of its own that shares nothing it could write.
pub fn check_out(root: &Path, commit: &str, folder: &Path) -> Result<()> {
    let (from, into) = (root.display().to_string(), folder.display().to_string());
    run(
        root,
        &[
            "clone",
            "--quiet",
            "--no-hardlinks",
            "--no-checkout",
            "--",
            &from,
            &into,
        ],
    )?;
    run(folder, &["checkout", "--quiet", "--detach", commit]).map(drop)
}

/// The root of the repository's working tree, and where `root` is in it: empty, or a path that ends with `/`.
pub fn place(root: &Path) -> Result<(String, String)> {
    let told = text(root, &["rev-parse", "--show-toplevel", "--show-prefix"])?;
    let mut lines = told.lines().map(str::to_owned);
    Ok((
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
    ))
}

/// The folder `root` from the root of its repository, with `/` between names; `.` for the root itself.
pub fn folder(root: &Path) -> Result<String> {
    let (_, below) = place(root)?;
    let below = below.trim_end_matches('/');
    Ok(if below.is_empty() { "." } else { below }.to_owned())
}

fn text(root: &Path, arguments: &[&str]) -> Result<String> {
    Ok(String::from_utf8_lossy(&run(root, arguments)?).into_owned())
}

fn run(root: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    output(root, arguments, &[])
}

/// What git wrote, fed with `input`.
fn output(root: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>> {
    let mut git = Command::new("git");
    // The caller's GIT_DIR and its like would make this another repository.
    for (name, _) in
        std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_"))
    {
        git.env_remove(name);
    }
    git.arg("-C")
        .arg(root)
        // A build that is killed must not leave a lock behind on which the next commit fails.
        .arg("--no-optional-locks")
        .args(["-c", "core.quotePath=false"])
        .args(arguments);
    let output = fed(&mut git, input).map_err(|error| {
        Failure::new(Exit::Environment, "cannot run git")
            .evidence(error)
            .help("install git")
    })?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Failure::new(Exit::Unreadable, format!("`git {}` failed in {}", arguments.join(" "), root.display()))
        .evidence(String::from_utf8_lossy(&output.stderr).trim())
        .help("commit, version and release date come from git: work in a checkout with at least one commit"))
}

fn fed(command: &mut Command, input: &[u8]) -> std::io::Result<std::process::Output> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.stdin(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take();
    let input = input.to_owned();
    // On a thread of its own: whoever is fed may write before it has read everything.
    let feeder = std::thread::spawn(move || {
        // What it did not read it will complain about itself.
        let _ = stdin.as_mut().map(|stdin| stdin.write_all(&input));
    });
    let output = child.wait_with_output();
    let _ = feeder.join();
    output
}
