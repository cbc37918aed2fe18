//! What tests put into folders of their own.

use std::path::Path;
use std::process::Command;

/// Runs git in `folder`, as somebody who has no configuration. Panics where it fails.
pub(crate) fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(identity).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

/// Commits everything in `folder`; the commit.
pub(crate) fn commit(folder: &Path) -> String {
    git(folder, &["add", "--all"]);
    git(folder, &["commit", "--quiet", "--message", "x"]);
    crate::git::head(folder).unwrap().commit
}

/// Makes a named pipe, from which nobody would ever read anything.
pub(crate) fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
