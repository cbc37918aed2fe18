//! The copy of the TLS library is the published one but for its patch: with the patch taken back, each file is what cargo unpacked
//! from the crate whose checksum `Cargo.lock` has.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

const NAME: &str = "embedded-tls";

/// What is ours in the folder of the copy.
const OURS: [&str; 2] = ["PERENNIAL.md", "PERENNIAL.patch"];

/// What is copied, besides `src/`.
const COPIED: [&str; 3] = ["Cargo.toml", "LICENSE", "rustfmt.toml"];

#[test]
fn is_the_published_crate_but_for_the_patch() {
    let published = published();
    let patch = text("PERENNIAL.patch");
    let mut changes = changes(&patch);
    for path in copied(&published) {
        let mut content = text(&path);
        if let Some(hunks) = changes.remove(path.as_str()) {
            content = taken_back(&content, &hunks);
        }
        let expected = fs::read_to_string(published.join(&path)).unwrap();
        assert!(content == expected, "{path} is not the published one");
    }
    let left: Vec<_> = changes.keys().collect();
    assert!(left.is_empty(), "changed, and not published: {left:?}");
}

#[test]
fn has_no_file_that_was_not_published() {
    let ours = OURS.map(str::to_owned);
    let named: BTreeSet<String> = copied(&published()).into_iter().chain(ours).collect();
    assert_eq!(files(&folder()), named);
}

/// For people, for the bill of materials, and for cargo, which refuses another crate.
#[test]
fn its_origin_is_the_crate_of_the_lockfile() {
    let lockfile = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
    let lockfile = fs::read_to_string(lockfile).unwrap();
    let mut packages = lockfile.split("[[package]]\n");
    let name = format!("name = \"{NAME}\"\n");
    let locked = packages.find(|package| package.starts_with(&name) && package.contains(REGISTRY));
    let checksum = quoted(locked.unwrap(), "checksum");
    let manifest = text("Cargo.toml");
    assert_eq!(quoted(&manifest, "sha256"), checksum);
    assert!(text("PERENNIAL.md").contains(checksum));
    assert!(manifest.contains("patch = \"firmware/vendor/embedded-tls/PERENNIAL.patch\""));
}

#[test]
fn a_change_that_the_patch_does_not_have_is_found() {
    let patch = "--- a/f\n+++ b/f\n@@ -2,3 +2,3 @@\n b\n-c\n+C\n d\n";
    let changes = changes(patch);
    assert_eq!(
        taken_back("a\nb\nC\nd\ne\n", &changes["f"]),
        "a\nb\nc\nd\ne\n"
    );
    for other in ["a\nb\nc\nd\ne\n", "a\nB\nC\nd\ne\n", "b\nC\nd\ne\n"] {
        let other = std::panic::catch_unwind(|| taken_back(other, &changes["f"]));
        assert!(other.is_err());
    }
}

/// A hunk of a patch: the first line of it in the patched file, from 1, and its lines.
type Hunk<'p> = (usize, Vec<&'p str>);

/// The hunks of a patch, by the path of their file.
fn changes(patch: &str) -> BTreeMap<&str, Vec<Hunk<'_>>> {
    let mut changes: BTreeMap<&str, Vec<Hunk<'_>>> = BTreeMap::new();
    let mut path = "";
    for line in patch.lines() {
        if let Some(changed) = line.strip_prefix("+++ b/") {
            path = changed;
        } else if let Some(places) = line.strip_prefix("@@ ") {
            let start = places.split(['+', ',', ' ']).nth(3).unwrap();
            let hunk = (start.parse().unwrap(), Vec::new());
            changes.entry(path).or_default().push(hunk);
        } else if !line.starts_with("--- a/") {
            let (_, lines) = changes.get_mut(path).unwrap().last_mut().unwrap();
            lines.push(line);
        }
    }
    changes
}

/// A patched text as it was before.
fn taken_back(patched: &str, hunks: &[Hunk<'_>]) -> String {
    let mut patched = patched.split_inclusive('\n');
    let mut before = String::new();
    let mut at = 1;
    for (start, lines) in hunks {
        before.extend(patched.by_ref().take(start - at));
        at = *start;
        for line in lines {
            let (mark, rest) = line.split_at(1);
            if mark != "-" {
                assert_eq!(patched.next().unwrap().trim_end_matches('\n'), rest);
                at += 1;
            }
            if mark != "+" {
                before += rest;
                before.push('\n');
            }
        }
    }
    before.extend(patched);
    before
}

/// The registry of crates, in the words of cargo.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Where cargo unpacked the published crate: what `published-embedded-tls` in the manifest names.
fn published() -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // Of the other platforms, some crates are not here.
    let platform = ["--filter-platform", "host-tuple"];
    let told = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(platform)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&told.stderr);
    assert!(told.status.success(), "cargo metadata: {stderr}");
    let metadata: Value = serde_json::from_slice(&told.stdout).unwrap();
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let package = packages.find(|one| one["name"] == NAME && one["source"] == REGISTRY);
    let manifest = package.unwrap()["manifest_path"].as_str().unwrap();
    Path::new(manifest).parent().unwrap().to_owned()
}

/// The files of the published crate that the copy has.
fn copied(published: &Path) -> BTreeSet<String> {
    let mut copied = files(published);
    copied.retain(|path| path.starts_with("src/") || COPIED.contains(&path.as_str()));
    copied
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vendor/embedded-tls")
}

fn text(path: &str) -> String {
    fs::read_to_string(folder().join(path)).unwrap()
}

/// The value of the first line of a TOML file that begins with `key`.
fn quoted<'t>(toml: &'t str, key: &str) -> &'t str {
    let mut values = toml.lines().filter_map(|line| {
        let value = line.strip_prefix(key)?.strip_prefix(" = \"")?;
        value.strip_suffix('"')
    });
    values.next().unwrap()
}

/// The files in a folder, by their path below it.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    list(folder, folder, &mut files);
    files
}

fn list(folder: &Path, below: &Path, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(folder, &path, files);
        } else {
            let relative = path.strip_prefix(folder).unwrap();
            files.insert(relative.to_str().unwrap().replace('\\', "/"));
        }
    }
}
