//! The actions that the walk does itself: checkout, and artifacts.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::hosting::{Hosting, git};
use super::workspace::Workspace;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::toolchain::command;

/// What an action is given, expanded.
pub(super) type Given = std::collections::BTreeMap<String, String>;

/// Checks a reference out: the one that is given, else that of the event.
pub(super) fn check_out(
    hosting: &Hosting,
    workspace: &Workspace,
    given: &Given,
    event: &str,
) -> Result<()> {
    let below = given.get("path").map_or("", String::as_str);
    let reference = given.get("ref").map_or(event, String::as_str);
    let folder = workspace.path().join(below);
    let origin = format!("file://{}", hosting.origin());
    create(&folder)?;
    git(&folder, &["init", "--quiet"])?;
    git(&folder, &["remote", "add", "origin", &origin])?;
    let fetch = ["fetch", "--quiet", "origin"];
    if given.get("fetch-depth").map(String::as_str) == Some("0") {
        let all = [
            "+refs/heads/*:refs/remotes/origin/*",
            "+refs/tags/*:refs/tags/*",
        ];
        git(&folder, &[&fetch[..], &all[..]].concat())?;
        git(&folder, &[&fetch[..], &[reference]].concat())?;
    } else {
        git(
            &folder,
            &[&fetch[..], &["--depth", "1", reference]].concat(),
        )?;
    }
    git(&folder, &["checkout", "--quiet", "--detach", "FETCH_HEAD"])?;
    if below.is_empty() {
        as_old_as_the_commit(&folder)?;
        workspace.lend_compiled()?;
    }
    Ok(())
}

/// The same file has the same time in each checkout: cargo would compile it again else.
fn as_old_as_the_commit(folder: &Path) -> Result<()> {
    let script = "git ls-files -z | xargs -0 touch --no-dereference --date=@0";
    let mut touch = Command::new("bash");
    touch
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder);
    command::run("set the time of the checkout", &mut touch).map(drop)
}

/// Keeps files as an artifact. As there, its root is what the paths have in common, and no file in it can be run.
pub(super) fn upload(hosting: &Hosting, workspace: &Workspace, given: &Given) -> Result<()> {
    let name = wanted(given, "name")?;
    let kept = hosting.at("artifacts").join(name);
    if kept.exists() {
        return Err(refused(format!("there is an artifact {name} already")));
    }
    let paths: Vec<_> = wanted(given, "path")?.lines().map(str::trim).collect();
    let mut files = 0;
    for path in &paths {
        let into = match paths.as_slice() {
            [_] => kept.clone(),
            _ => kept.join(path),
        };
        files += copy(&workspace.path().join(path), &into)?;
    }
    match files {
        0 => Err(refused(format!("the artifact {name} has no file"))),
        _ => Ok(()),
    }
}

/// Puts the files of an artifact where they are wanted.
pub(super) fn download(hosting: &Hosting, workspace: &Workspace, given: &Given) -> Result<()> {
    let name = wanted(given, "name")?;
    let kept = hosting.at("artifacts").join(name);
    if !kept.is_dir() {
        return Err(refused(format!("there is no artifact {name}")));
    }
    copy(&kept, &workspace.path().join(wanted(given, "path")?)).map(drop)
}

/// Copies a folder, links as links, and takes the right to run away. Gives the number of its files.
pub(super) fn copy(from: &Path, into: &Path) -> Result<usize> {
    let mut files = 0;
    let Ok(entries) = fs::read_dir(from) else {
        return Ok(0);
    };
    for entry in entries.flatten() {
        let (path, target) = (entry.path(), into.join(entry.file_name()));
        if entry.path().is_symlink() {
            create(into)?;
            let leads = fs::read_link(&path).map_err(|e| Failure::io("read", &path, &e))?;
            std::os::unix::fs::symlink(leads, &target)
                .map_err(|e| Failure::io("make", &target, &e))?;
            files += 1;
        } else if path.is_dir() {
            files += copy(&path, &target)?;
        } else {
            create(into)?;
            fs::copy(&path, &target).map_err(|e| Failure::io("copy", &path, &e))?;
            fs::set_permissions(&target, fs::Permissions::from_mode(0o644))
                .map_err(|e| Failure::io("change", &target, &e))?;
            files += 1;
        }
    }
    Ok(files)
}

fn create(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder).map_err(|e| Failure::io("make", folder, &e))?;
    Ok(folder.to_owned())
}

fn wanted<'a>(given: &'a Given, name: &str) -> Result<&'a str> {
    let found = given.get(name).map(String::as_str);
    found.ok_or_else(|| refused(format!("an action is given no {name}")))
}

fn refused(what: String) -> Failure {
    Failure::new(Exit::Bug, what)
}
