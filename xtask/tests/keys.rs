//! `keys` as a process: what depends on the umask, on exit codes and on standard input.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// A folder that the command runs in, and a folder for keys.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("here")).unwrap();
    fs::create_dir(folder.path().join("safe")).unwrap();
    folder
}

/// Runs `keys` in `folder` under `umask`, with `input` on standard input.
fn keys(folder: &Path, umask: &str, arguments: &[&str], input: &str) -> Output {
    let script = format!("umask {umask} && exec \"$0\" keys \"$@\"");
    let mut child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_xtask")])
        .args(arguments)
        .current_dir(folder.join("here"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without having read: then its exit code speaks.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn a_secret_key_has_mode_0600_under_every_umask() {
    for (umask, public) in [("000", 0o666), ("022", 0o644), ("077", 0o600)] {
        let folder = folder();
        let new = ["new", "../safe/release.key", "--dangerously-unencrypted"];
        let output = keys(folder.path(), umask, &new, "");
        assert_eq!(output.status.code(), Some(0), "umask {umask}: {output:?}");
        assert_eq!(
            mode(&folder.path().join("safe/release.key")),
            0o600,
            "umask {umask}"
        );
        assert_eq!(
            mode(&folder.path().join("safe/release.pub")),
            public,
            "umask {umask}"
        );
    }
}

#[test]
fn a_password_comes_from_standard_input_and_is_not_shown() {
    let folder = folder();
    let new = ["new", "../safe/release.key", "--password-file", "-"];
    let output = keys(folder.path(), "022", &new, "correct horse\n");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let public = ["public", "../safe/release.key", "--password-file", "-"];
    let right = keys(folder.path(), "022", &public, "correct horse\n");
    assert_eq!(right.status.code(), Some(0), "{right:?}");
    let file = fs::read(folder.path().join("safe/release.pub")).unwrap();
    assert_eq!(right.stdout, file);

    let wrong = keys(folder.path(), "022", &public, "wrong horse\n");
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
    assert!(wrong.stdout.is_empty());
    for output in [output, right, wrong] {
        let shown = [output.stdout, output.stderr].concat();
        assert!(!String::from_utf8_lossy(&shown).contains("horse"));
    }
}

#[test]
fn an_existing_key_stays_and_the_command_ends_with_2() {
    let folder = folder();
    let path = folder.path().join("safe/release.key");
    fs::write(&path, "precious").unwrap();
    let new = ["new", "../safe/release.key", "--dangerously-unencrypted"];
    let output = keys(folder.path(), "022", &new, "");
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
}
