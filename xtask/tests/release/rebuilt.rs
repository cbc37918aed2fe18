//! The release, built again: from a capsule, by another user, on another day, without a network. And capsules that are not right.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::place::{ourselves, release, root, text};

/// A clone of the project somewhere else, with no history of ours to lean on.
fn clone() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let cloned = Command::new("git")
        .args(["clone", "--quiet", "--depth", "1"])
        .arg(format!("file://{}", root().display()))
        .arg(folder.path().join("elsewhere"))
        .status()
        .unwrap();
    assert!(cloned.success());
    folder
}

fn capsule(folder: &Path) -> PathBuf {
    let path = folder.join("release.capsule");
    let output = ourselves(&["capsule"])
        .arg(release())
        .arg("--output")
        .arg(&path)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", text(&output));
    path
}

/// A program as somebody else runs it, in a namespace without interfaces, 400 days later. The compiler sees the real day, for
/// a build sees nothing of this environment; `--twice` gives it another.
fn elsewhere(program: &str) -> Command {
    let faketime = std::env::var_os("PERENNIAL_LIBFAKETIME").expect("set by `cargo xtask test`");
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-user=48621", "--net"])
        .arg(program)
        .env("LD_PRELOAD", faketime)
        .env("FAKETIME", "+400d")
        .env("NO_FAKE_STAT", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    command
}

#[test]
fn elsewhere_is_another_user_on_another_day_without_a_network() {
    let asked = |command: &mut Command, words: &[&str]| {
        let output = command.args(words).output().unwrap();
        text(&output).trim().to_owned()
    };
    let year = ["+%Y"];
    let now = asked(&mut Command::new("date"), &year);
    assert_ne!(asked(&mut elsewhere("date"), &year), now);
    assert_eq!(asked(&mut elsewhere("id"), &["-u"]), "48621");
    let interfaces = asked(&mut elsewhere("cat"), &["/proc/net/dev"]);
    let mut interfaces = interfaces.lines().filter(|line| line.contains(':'));
    assert!(interfaces.all(|line| line.trim().starts_with("lo:")));
}

/// `rebuild` from a capsule, [`elsewhere`].
fn rebuild_offline(project: &Path, capsule: &Path) -> Output {
    elsewhere(env!("CARGO_BIN_EXE_xtask"))
        .arg("--project")
        .arg(project)
        .arg("rebuild")
        .arg(release())
        .arg("--capsule")
        .arg(capsule)
        .output()
        .unwrap()
}

#[test]
fn a_capsule_gives_the_same_release_to_another_user_on_another_day_without_a_network() {
    let folder = clone();
    let capsule = capsule(folder.path());
    let output = rebuild_offline(&folder.path().join("elsewhere"), &capsule);
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    let published = std::fs::read_to_string(release().join("SHA256SUMS")).unwrap();
    for line in published.lines() {
        assert!(
            said.contains(&format!("match     {line}")),
            "{line}:\n{said}"
        );
    }
}

#[test]
fn a_crate_that_was_changed_in_the_capsule_is_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = capsule(folder.path());
    let mut bytes = std::fs::read(&path).unwrap();
    let (name, at) = a_crate(&bytes);
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let output = ourselves(&["rebuild"])
        .arg(release())
        .arg("--capsule")
        .arg(&path)
        .output()
        .unwrap();
    let said = text(&output);
    assert_eq!(output.status.code(), Some(13), "{said}");
    assert!(
        said.contains(&format!("crates/{name}: its SHA-256 is")),
        "{said}"
    );
}

/// The name of a crate in a capsule, and where a byte of it stands.
fn a_crate(capsule: &[u8]) -> (String, usize) {
    let find = |text: &str| {
        capsule
            .windows(text.len())
            .position(|window| window == text.as_bytes())
            .unwrap()
    };
    let line = find("\"crates/embassy-net-0.9.1.crate\"");
    let index = String::from_utf8_lossy(&capsule[line..line + 300]).into_owned();
    let sha256 = index
        .split("\"sha256\": \"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    // The header of the object has 512 bytes.
    (
        "embassy-net-0.9.1.crate".to_owned(),
        find(&format!("objects/{sha256}")) + 512 + 1000,
    )
}

#[test]
fn a_file_that_was_exchanged_is_not_rebuilt_but_refused() {
    let folder = super::place::copy();
    let path = folder.path().join("application.bin");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[0x5000] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let output = ourselves(&["rebuild"]).arg(folder.path()).output().unwrap();
    let said = text(&output);
    assert_eq!(output.status.code(), Some(13), "{said}");
}
