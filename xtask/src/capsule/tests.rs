//! A small release in a capsule: whole, damaged, and of something else.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::gather::{Content, Contents};
use super::*;
use crate::digest::sha256_hex;
use crate::release::manifest::ReleaseManifest;
use crate::scratch;
use crate::signing::sample;
use crate::{failure::Failure, git};

/// A repository with odd files in it, and the capsule of its commit.
struct Case {
    folder: TempDir,
    manifest: ReleaseManifest,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = folder.path().join("repository");
        let project = repository.join("products/one");
        std::fs::create_dir_all(&project).unwrap();
        // Attributes that would change what a checkout writes, a program, a link, a name with a space, an empty file.
        std::fs::write(repository.join(".gitattributes"), "*.txt text eol=crlf\n").unwrap();
        std::fs::write(repository.join(".gitignore"), "/ignored\n").unwrap();
        std::fs::write(project.join("a b.txt"), "one\ntwo\n").unwrap();
        std::fs::write(project.join("empty"), "").unwrap();
        std::fs::write(project.join("run.sh"), "#!/bin/sh\n").unwrap();
        executable(&project.join("run.sh"));
        std::os::unix::fs::symlink("run.sh", project.join("link")).unwrap();
        std::fs::write(repository.join("ignored"), "by force").unwrap();
        scratch::git(folder.path(), &["init", "--quiet", "repository"]);
        scratch::commit(&repository);
        scratch::git(&repository, &["add", "--force", "ignored"]);
        let commit = scratch::commit(&repository);
        let manifest = ReleaseManifest {
            commit,
            ..sample::manifest(b"")
        };
        Self { folder, manifest }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn contents(&self) -> Contents {
        let mut contents = Contents {
            project: "products/one/".to_owned(),
            files: Default::default(),
        };
        contents
            .add_source(&self.path("repository"), &self.manifest.commit)
            .unwrap();
        let crates = Content::Bytes(b"a crate".to_vec());
        contents.files.insert(
            "crates/a-1.0.0.crate".to_owned(),
            ("100644".to_owned(), crates),
        );
        contents
    }

    fn write(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        write::write(&path, &self.contents(), &self.manifest, Progress::Silent).unwrap();
        path
    }

    fn unpack(&self, capsule: &Path) -> std::result::Result<Capsule, Failure> {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap().keep();
        Capsule::unpack(capsule, &folder)
    }
}

fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn the_same_release_gives_the_same_capsule() {
    let case = Case::new();
    let (one, other) = (case.write("one"), case.write("other"));
    assert_eq!(std::fs::read(one).unwrap(), std::fs::read(other).unwrap());
}

#[test]
fn the_commit_comes_out_as_git_has_it() {
    let case = Case::new();
    let capsule = case.unpack(&case.write("capsule")).unwrap();
    capsule.require_of(&case.manifest).unwrap();
    let folder = case.path("out");
    capsule.check_out(&folder).unwrap();
    let head = git::head(&folder.join("products/one")).unwrap();
    assert_eq!(head.commit, case.manifest.commit);
    assert_eq!(head.changed, [] as [&str; 0]);
    assert_eq!(std::fs::read(folder.join("ignored")).unwrap(), b"by force");
    assert_eq!(
        std::fs::read_link(folder.join("products/one/link")).unwrap(),
        Path::new("run.sh")
    );
    capsule.place("crates/", &case.path("crates")).unwrap();
    assert_eq!(
        std::fs::read(case.path("crates/a-1.0.0.crate")).unwrap(),
        b"a crate"
    );
}

#[test]
fn changed_bytes_are_refused_and_the_file_is_named() {
    let case = Case::new();
    let path = case.write("capsule");
    let bytes = std::fs::read(&path).unwrap();
    let at = memchr::memmem::rfind(&bytes, b"a crate").unwrap();
    let mut changed = bytes.clone();
    changed[at] = b'A';
    std::fs::write(&path, changed).unwrap();
    let failure = case.unpack(&path).unwrap_err();
    assert_eq!(failure.exit, Exit::Tampered);
    assert_eq!(failure.evidence.len(), 1);
    assert!(
        failure.evidence[0].starts_with("crates/a-1.0.0.crate: its SHA-256 is"),
        "{failure}"
    );
    // Cut off, in the middle and at each object.
    for end in (0..bytes.len()).step_by(512) {
        std::fs::write(&path, &bytes[..end]).unwrap();
        let whole_but_for_the_end_mark = end >= bytes.len() - 1024;
        let outcome = case.unpack(&path);
        assert_eq!(
            outcome.is_ok(),
            whole_but_for_the_end_mark,
            "{end} of {}",
            bytes.len()
        );
    }
}

#[test]
fn every_flipped_bit_is_refused_or_changes_nothing() {
    let case = Case::new();
    let path = case.write("capsule");
    let bytes = std::fs::read(&path).unwrap();
    for position in (0..bytes.len()).step_by(97) {
        let mut flipped = bytes.clone();
        flipped[position] ^= 1 << (position % 8);
        std::fs::write(&path, &flipped).unwrap();
        let Ok(capsule) = case.unpack(&path) else {
            continue;
        };
        // Times and owners of the archive itself are nobody's input.
        let out = case.path(&format!("out-{position}"));
        let sound = capsule
            .require_of(&case.manifest)
            .and_then(|()| capsule.check_out(&out));
        if sound.is_ok() {
            let crates = case.path(&format!("crates-{position}"));
            capsule.place("crates/", &crates).unwrap();
            // Under another name it is none of the lockfile's crates.
            if let Ok(found) = std::fs::read(crates.join("a-1.0.0.crate")) {
                assert_eq!(found, b"a crate", "{position}");
            }
        }
    }
}

#[test]
fn files_of_another_commit_are_refused_by_the_commits_own_hash() {
    let case = Case::new();
    let mut contents = case.contents();
    let (_, content) = contents
        .files
        .get_mut("source/products/one/run.sh")
        .unwrap();
    *content = Content::Bytes(b"#!/bin/sh\nevil\n".to_vec());
    let path = case.path("forged");
    write::write(&path, &contents, &case.manifest, Progress::Silent).unwrap();
    let capsule = case.unpack(&path).unwrap();
    let failure = capsule.check_out(&case.path("out")).unwrap_err();
    assert_eq!(
        (failure.exit, failure.evidence[0].as_str()),
        (Exit::Tampered, "its files are not those of the commit")
    );
}

#[test]
fn a_capsule_of_another_release_is_named() {
    let case = Case::new();
    let capsule = case.unpack(&case.write("capsule")).unwrap();
    let other = ReleaseManifest {
        commit: "0".repeat(40),
        ..case.manifest.clone()
    };
    let failure = capsule.require_of(&other).unwrap_err();
    assert_eq!(failure.what, "the capsule is of another release");
    assert!(failure.evidence[1].contains(&other.commit));
}

#[test]
fn what_is_no_input_is_refused_by_name() {
    let case = Case::new();
    for path in [
        "toolchain/debian-0123/host/usr/lib/libz.so.1",
        "toolchain/debian-0123/debs/x.deb",
        "x",
        "crates/a/b.crate",
    ] {
        let mut contents = case.contents();
        let library = Content::Bytes(b"code that runs in the compiler".to_vec());
        contents
            .files
            .insert(path.to_owned(), ("100644".to_owned(), library));
        let capsule = case.path("more");
        write::write(&capsule, &contents, &case.manifest, Progress::Silent).unwrap();
        let failure = case
            .unpack(&capsule)
            .unwrap()
            .require_of(&case.manifest)
            .unwrap_err();
        assert_eq!(failure.exit, Exit::Tampered);
        assert!(failure.what.starts_with(path), "{failure}");
    }
}

/// Whoever writes a capsule writes its index too: what is missing would be fetched, and what is another built from.
#[test]
fn a_capsule_holds_the_crates_of_its_lockfiles_and_no_other() {
    let case = Case::new();
    let manifest = ReleaseManifest {
        toolchain: crate::attestation::sample::toolchain(),
        ..case.manifest.clone()
    };
    let checkout = case.path("checkout");
    let lockfile = format!(
        "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\
         source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"{}\"\n",
        sha256_hex("a crate")
    );
    std::fs::create_dir_all(checkout.join("firmware")).unwrap();
    for folder in LOCKED {
        std::fs::write(checkout.join(folder).join("Cargo.lock"), &lockfile).unwrap();
    }
    let judged = |path: &str, content: Option<&str>, manifest: &ReleaseManifest| {
        let mut contents = case.contents();
        contents.files.remove(path);
        if let Some(text) = content {
            let content = Content::Bytes(text.into());
            let file = ("100644".to_owned(), content);
            contents.files.insert(path.to_owned(), file);
        }
        let path = case.path("judged");
        write::write(&path, &contents, manifest, Progress::Silent).unwrap();
        let capsule = case.unpack(&path).unwrap();
        capsule.require_whole(&checkout, manifest)
    };
    let (ours, other) = ("crates/a-1.0.0.crate", "crates/b-1.0.0.crate");
    judged(ours, Some("a crate"), &case.manifest).unwrap();
    for (path, content, why) in [
        (ours, None, "crates/a-1.0.0.crate: it is missing"),
        (
            ours,
            Some("another"),
            "crates/a-1.0.0.crate: its SHA-256 is",
        ),
        (other, Some("b"), "crates/b-1.0.0.crate: no lockfile"),
    ] {
        let failure = judged(path, content, &case.manifest).unwrap_err();
        assert_eq!(failure.exit, Exit::Tampered);
        assert!(failure.evidence[0].starts_with(why), "{failure}");
    }
    let failure = judged(ours, Some("a crate"), &manifest).unwrap_err();
    assert_eq!(failure.evidence, ["package rustc-web: it is missing"]);
}

#[test]
fn paths_that_lead_out_are_refused() {
    let index = |path: &str, mode: &str| {
        format!(
            "{{\"schema\":\"perennial.capsule/1\",\"version\":\"1\",\"commit\":\"0\",\"project\":\"\",\"files\":\
             {{\"{path}\":{{\"sha256\":\"{}\",\"size\":0,\"mode\":\"{mode}\"}}}}}}",
            "0".repeat(64)
        )
    };
    let read = |text: String| index::Index::from_bytes(text.as_bytes());
    read(index("source/a", "100644")).unwrap();
    for path in ["../a", "/a", "a/../../b", "a//b", "."] {
        assert!(read(index(path, "100644")).is_err(), "{path}");
    }
    assert!(read(index("a", "160000")).is_err());
}
