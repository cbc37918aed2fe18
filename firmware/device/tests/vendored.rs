//! The copy of the TLS library is the published one but for its patch: with the patch taken back, each file has the hash that
//! it has in the published crate.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// What is ours in the folder of the copy.
const OURS: [&str; 3] = ["PERENNIAL.md", "PERENNIAL.patch", "PERENNIAL.sha256"];

#[test]
fn is_the_published_crate_but_for_the_patch() {
    let published = published();
    let patch = text("PERENNIAL.patch");
    let mut changes = changes(&patch);
    for (path, expected) in &published {
        let mut content = text(path);
        if let Some(hunks) = changes.remove(path.as_str()) {
            content = taken_back(&content, &hunks);
        }
        assert_eq!(&sha256(&content), expected, "{path}");
    }
    let left: Vec<_> = changes.keys().collect();
    assert!(left.is_empty(), "changed, and not published: {left:?}");
}

#[test]
fn has_no_file_that_was_not_published() {
    let ours = OURS.map(str::to_owned);
    let named: BTreeSet<String> = published().into_keys().chain(ours).collect();
    let mut there = BTreeSet::new();
    list(&folder(), &mut there);
    assert_eq!(there, named);
}

#[test]
fn its_origin_is_said_once_for_people_and_once_for_the_bill_of_materials() {
    let manifest = text("Cargo.toml");
    let checksum = manifest
        .lines()
        .find_map(|line| line.strip_prefix("sha256 = \"")?.strip_suffix('"'));
    let page = text("PERENNIAL.md");
    assert!(page.contains(checksum.unwrap()));
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

/// The SHA-256 of each published file, by its path.
fn published() -> BTreeMap<String, String> {
    let hashes = text("PERENNIAL.sha256");
    let lines = hashes.lines().map(|line| line.split_once("  ").unwrap());
    lines
        .map(|(hash, path)| (path.into(), hash.into()))
        .collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vendor/embedded-tls")
}

fn text(path: &str) -> String {
    fs::read_to_string(folder().join(path)).unwrap()
}

fn list(below: &Path, files: &mut BTreeSet<String>) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            list(&path, files);
        } else {
            let relative = path.strip_prefix(folder()).unwrap();
            files.insert(relative.to_str().unwrap().replace('\\', "/"));
        }
    }
}

fn sha256(text: &str) -> String {
    let digest = Sha256::digest(text);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
