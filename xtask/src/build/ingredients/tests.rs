use std::fs;

use super::*;
use crate::digest::sha256_hex;

const LOCK: &str = r#"version = 4

[[package]]
name = "device"
version = "0.1.0"

[[package]]
name = "radio-sys"
version = "0.3.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "aa"

[[package]]
name = "syn"
version = "2.0.1"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "bb"

[[package]]
name = "windows-only"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "cc"
"#;

const LINKED: &str =
    "device v0.1.0 (/somewhere/device)\nradio-sys v0.3.0\nradio-sys v0.3.0 (*)\n\n";
const COMPILED: &str =
    "device v0.1.0 (/somewhere/device)\nradio-sys v0.3.0\nsyn v2.0.1 (proc-macro)\n";

fn metadata(folder: &Path) -> String {
    let package = |name: &str, version: &str, licence: &str| {
        format!(
            r#"{{"name":"{name}","version":"{version}","license":"{licence}","manifest_path":"{}/{name}/Cargo.toml"}}"#,
            folder.display()
        )
    };
    let packages = [
        package("device", "0.1.0", "MIT"),
        package("radio-sys", "0.3.0", "MIT/Apache-2.0"),
        package("syn", "2.0.1", "Apache-2.0 / MIT"),
    ];
    format!(r#"{{"packages":[{}]}}"#, packages.join(","))
}

fn said(lock: &str, compiled: &str, folder: &Path) -> Result<(Vec<Crate>, BTreeMap<Key, PathBuf>)> {
    let metadata = metadata(folder);
    let said = Said {
        lockfile: lock.as_bytes(),
        linked: LINKED.as_bytes(),
        compiled: compiled.as_bytes(),
        metadata: metadata.as_bytes(),
    };
    said.crates()
}

#[test]
fn crates_are_those_that_are_compiled_with_what_the_lockfile_says() {
    let (crates, folders) = said(LOCK, COMPILED, Path::new("/sources")).unwrap();
    let shown: Vec<_> = crates
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.sha256.as_deref(),
                one.licence.as_deref(),
                one.role,
            )
        })
        .collect();
    let expected = [
        ("device", None, Some("MIT"), CrateRole::Linked),
        (
            "radio-sys",
            Some("aa"),
            Some("MIT OR Apache-2.0"),
            CrateRole::Linked,
        ),
        (
            "syn",
            Some("bb"),
            Some("Apache-2.0 OR MIT"),
            CrateRole::Build,
        ),
    ];
    assert_eq!(shown, expected);
    let key = ("radio-sys".to_owned(), "0.3.0".to_owned());
    assert_eq!(folders[&key], Path::new("/sources/radio-sys"));
}

#[test]
fn what_nobody_can_name_is_an_error() {
    let folder = Path::new("/sources");
    let unlocked = LOCK.replace("name = \"syn\"", "name = \"sin\"");
    let unchecked = LOCK.replace("checksum = \"bb\"\n", "");
    let twice = format!("{LOCK}\n[[package]]\nname = \"device\"\nversion = \"0.1.0\"\n");
    let source = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    let beside = format!("{twice}{source}\nchecksum = \"dd\"\n");
    for (lock, compiled, why) in [
        (unlocked.as_str(), COMPILED, "syn 2.0.1 is compiled"),
        (&unchecked, COMPILED, "no checksum"),
        (&twice, COMPILED, "there twice"),
        (&beside, COMPILED, "there twice"),
        ("version = ", COMPILED, "Cargo.lock"),
        (LOCK, "", "prints no crate"),
        (LOCK, "error: nothing\n", "prints \"error: nothing\""),
        (LOCK, "other v1.0.0\n", "other 1.0.0 is compiled"),
    ] {
        let failure = said(lock, compiled, folder).unwrap_err();
        assert_eq!(failure.exit, Exit::Environment);
        assert!(failure.to_string().contains(why), "{why}: {failure}");
    }
}

/// Only of the project's own: what stands in a crate of the registry is not about us.
#[test]
fn a_copy_says_what_it_was_made_of() {
    let said_by = |name: &str, origin: &str| {
        let metadata = metadata(Path::new("/sources"));
        let metadata = metadata.replace(
            &format!(r#""name":"{name}""#),
            &format!(r#""name":"{name}","metadata":{{"docs":1,"vendored":{origin}}}"#),
        );
        let said = Said {
            lockfile: LOCK.as_bytes(),
            linked: LINKED.as_bytes(),
            compiled: COMPILED.as_bytes(),
            metadata: metadata.as_bytes(),
        };
        let (crates, _) = said.crates()?;
        Ok(crates.into_iter().find_map(|one| one.origin))
    };
    let right = r#"{"sha256":"ab","patch":"vendor/a.patch"}"#;
    let origin = Origin {
        sha256: "ab".to_owned(),
        patch: "vendor/a.patch".to_owned(),
    };
    let said: Result<_> = said_by("device", right);
    assert_eq!(said.unwrap(), Some(origin));
    assert_eq!(said_by("radio-sys", right).unwrap(), None);
    let failure = said_by("device", r#"{"sha256":"ab"}"#).unwrap_err();
    assert!(
        failure.to_string().contains("missing field `patch`"),
        "{failure}"
    );
}

/// The sources of one crate, with files at these paths.
fn sources(paths: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for path in paths {
        let path = folder.path().join("radio-sys").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"compiled").unwrap();
    }
    folder
}

fn blob_paths(folder: &Path) -> Result<Vec<String>> {
    let (crates, folders) = said(LOCK, COMPILED, folder)?;
    let blobs = blobs::of(&crates, &folders, "esp32c3")?;
    Ok(blobs.into_iter().map(|blob| blob.path).collect())
}

#[test]
fn every_compiled_file_of_a_linked_crate_is_listed_but_those_for_other_chips() {
    let folder = sources(&[
        "Cargo.toml",
        "libs/libphy.a",
        "libs/esp32c3/deep/rom.O",
        "ld/esp32c3/librom.a",
        "ld/esp32s3/librom.a",
        "ld/esp32/librom.a",
        "esp32-notes/start.obj",
        "src/a.rs",
    ]);
    let expected = [
        "esp32-notes/start.obj",
        "ld/esp32c3/librom.a",
        "libs/esp32c3/deep/rom.O",
        "libs/libphy.a",
    ];
    assert_eq!(blob_paths(folder.path()).unwrap(), expected);
    let (crates, folders) = said(LOCK, COMPILED, folder.path()).unwrap();
    let blob = &blobs::of(&crates, &folders, "esp32c3").unwrap()[0];
    let hash = sha256_hex(b"compiled");
    assert_eq!((blob.size, &blob.sha256), (8, &hash));
}

/// What runs while the image is built is no part of it, and what is in the commit is source.
#[test]
fn a_linked_crate_without_sources_is_an_error_and_others_are_not_asked() {
    let folder = sources(&["Cargo.toml"]);
    assert_eq!(blob_paths(folder.path()).unwrap(), [""; 0]);
    fs::remove_dir_all(folder.path().join("radio-sys")).unwrap();
    let failure = blob_paths(folder.path()).unwrap_err();
    assert_eq!(failure.exit, Exit::Environment);
    assert!(failure.what.contains("radio-sys 0.3.0"), "{failure}");
}

#[test]
fn package_urls_encode_what_must_not_stand_in_them() {
    let package = PackageRecord {
        name: "lld-22".to_owned(),
        version: "1:22.1.8-1~deb12u1+x".to_owned(),
        sha256: String::new(),
    };
    let debian = "pkg:deb/debian/lld-22@1:22.1.8-1~deb12u1%2Bx?arch=amd64";
    assert_eq!(purl_of_package("debian", &package), debian);
    let other = "pkg:generic/lld-22@1:22.1.8-1~deb12u1%2Bx";
    assert_eq!(purl_of_package("rustup", &package), other);
}
