use std::os::unix::fs::{PermissionsExt as _, symlink};

use tempfile::TempDir;

use super::*;
use crate::signing::password::PasswordSource;
use crate::signing::sample;

fn release() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    sample::write_release(directory.path());
    directory
}

/// The key with this number, opened from a file.
fn key(number: u8) -> SigningKeyFile {
    let directory = tempfile::tempdir().unwrap();
    let path = sample::write_key(directory.path(), number);
    SigningKeyFile::open(&path, &PasswordSource::Terminal).unwrap()
}

fn sign(release: &TempDir, number: u8) -> Signed {
    ReleaseDirectory::open(release.path())
        .unwrap()
        .sign(&key(number))
        .unwrap()
}

fn refusal(release: &TempDir) -> String {
    let failure = ReleaseDirectory::open(release.path()).unwrap_err();
    assert_eq!(failure.exit, Exit::Tampered, "{failure}");
    failure.to_string()
}

fn replace(release: &TempDir, name: &str, from: &str, to: &str) {
    let path = release.path().join(name);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn the_first_signature_stands_where_minisign_looks_and_others_beside_it() {
    let release = release();
    let at = |name: &str| release.path().join(name);
    assert_eq!(sign(&release, 1), Signed::New(at("release.json.minisig")));
    let first = fs::read(at("release.json.minisig")).unwrap();
    let second = at("release.json.0202020202020202.minisig");
    assert_eq!(sign(&release, 2), Signed::New(second));
    let third = at("release.json.0303030303030303.minisig");
    assert_eq!(sign(&release, 3), Signed::New(third));
    assert_eq!(fs::read(at("release.json.minisig")).unwrap(), first);
    // All of it is still a release that can be signed.
    ReleaseDirectory::open(release.path()).unwrap();
}

#[test]
fn signing_again_changes_nothing() {
    let release = release();
    sign(&release, 1);
    let path = release.path().join("release.json.minisig");
    let before = fs::read(&path).unwrap();
    assert_eq!(sign(&release, 1), Signed::Already(path.clone()));
    assert_eq!(fs::read(&path).unwrap(), before);
    // A fresh signature is the same again: nothing in it is random or a time.
    fs::remove_file(&path).unwrap();
    sign(&release, 1);
    assert_eq!(fs::read(&path).unwrap(), before);
    let text = String::from_utf8(before).unwrap();
    let comment = "\ntrusted comment: file:release.json\tproduct:reference\tversion:1.2.0\treleased:2026-07-01\n";
    assert!(text.contains(comment), "{text}");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o600,
        0o600
    );
}

#[test]
fn a_stale_signature_of_the_same_key_is_renewed_and_one_of_another_key_stays() {
    let release = release();
    let path = release.path().join("release.json.minisig");
    let stale = sample::key(1)
        .sign(b"another release", "old".to_owned())
        .to_file();
    fs::write(&path, &stale).unwrap();
    sign(&release, 2);
    assert_eq!(fs::read_to_string(&path).unwrap(), stale);
    assert_eq!(sign(&release, 1), Signed::Renewed(path.clone()));
    assert_ne!(fs::read_to_string(&path).unwrap(), stale);
}

#[test]
fn a_signature_file_that_cannot_be_read_is_not_touched() {
    let release = release();
    let path = release.path().join("release.json.minisig");
    fs::write(&path, "somebody's\n").unwrap();
    let failure = ReleaseDirectory::open(release.path())
        .unwrap()
        .sign(&key(1))
        .unwrap_err();
    assert_eq!(failure.exit, Exit::Tampered);
    assert!(
        failure
            .to_string()
            .contains("release.json.minisig is no signature"),
        "{failure}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "somebody's\n");
    assert_eq!(names(release.path()).unwrap().len(), 4);
}

#[test]
fn a_release_with_a_changed_file_cannot_be_signed() {
    let other_byte = release();
    replace(&other_byte, "application.bin", "the", "The");
    let shown = refusal(&other_byte);
    assert!(shown.contains("application.bin: its SHA-256 is"), "{shown}");

    let longer = release();
    replace(&longer, "application.bin", "the", "the ");
    let shown = refusal(&longer);
    assert!(
        shown.contains("application.bin: it has 16 bytes, release.json says 15"),
        "{shown}"
    );

    let missing = release();
    fs::remove_file(missing.path().join("application.bin")).unwrap();
    assert!(refusal(&missing).contains("application.bin: it is missing"));
}

#[test]
fn a_changed_manifest_cannot_be_signed() {
    let other_version = release();
    replace(&other_version, "release.json", "\"1.2.0\"", "\"1.2.1\"");
    let shown = refusal(&other_version);
    assert!(
        shown.contains("SHA256SUMS: line 2 is") && shown.contains("  release.json"),
        "{shown}"
    );

    let other_form = release();
    replace(&other_form, "release.json", "  \"product\"", " \"product\"");
    assert!(refusal(&other_form).contains("is no release manifest"));

    let nothing = release();
    let path = nothing.path().join("release.json");
    let mut manifest = ReleaseManifest::from_bytes(&fs::read(&path).unwrap()).unwrap();
    manifest.artefacts.clear();
    fs::write(&path, manifest.to_bytes()).unwrap();
    assert!(refusal(&nothing).contains("it names no artefact"));
}

#[test]
fn a_manifest_cannot_lead_out_of_the_directory() {
    let release = release();
    let path = release.path().join("release.json");
    let mut manifest = ReleaseManifest::from_bytes(&fs::read(&path).unwrap()).unwrap();
    for name in ["../application.bin", "/etc/passwd", "a/b", "..", ""] {
        manifest.artefacts[0].name = name.to_owned();
        fs::write(&path, manifest.to_bytes()).unwrap();
        let shown = refusal(&release);
        assert!(shown.contains("is no file name"), "{name:?}: {shown}");
    }
}

#[test]
fn every_line_of_the_sums_must_be_right_and_none_may_be_missing() {
    let changes = [
        ("  application.bin", " application.bin", "line 1"),
        ("  application.bin", " *application.bin", "line 1"),
        ("application.bin", "application.elf", "line 1"),
        ("release.json\n", "release.json\n\n", "line 3"),
        ("release.json\n", "release.json", "line 2"),
        ("application.bin\n", "application.bin\r\n", "line 1"),
    ];
    for (from, to, why) in changes {
        let release = release();
        replace(&release, "SHA256SUMS", from, to);
        let shown = refusal(&release);
        assert!(shown.contains(why), "{from:?} {to:?}: {shown}");
    }
    let absent = release();
    fs::remove_file(absent.path().join("SHA256SUMS")).unwrap();
    let failure = ReleaseDirectory::open(absent.path()).unwrap_err();
    assert_eq!(failure.exit, Exit::Unreadable);
}

#[test]
fn a_flipped_bit_anywhere_in_manifest_or_sums_is_refused() {
    let release = release();
    for name in ["release.json", "SHA256SUMS"] {
        let path = release.path().join(name);
        let bytes = fs::read(&path).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, changed).unwrap();
            assert!(
                ReleaseDirectory::open(release.path()).is_err(),
                "{name} bit {bit}"
            );
        }
        fs::write(&path, bytes).unwrap();
    }
    ReleaseDirectory::open(release.path()).unwrap();
}

#[test]
fn files_that_no_release_has_are_refused() {
    let extra = release();
    fs::write(extra.path().join("flash-fixed.bin"), "x").unwrap();
    assert!(refusal(&extra).contains("flash-fixed.bin: it is no file of the release"));

    let link = release();
    let image = link.path().join("application.bin");
    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(&image, elsewhere.path().join("image")).unwrap();
    fs::remove_file(&image).unwrap();
    symlink(elsewhere.path().join("image"), &image).unwrap();
    assert!(refusal(&link).contains("application.bin: it is not a plain file"));
}

#[test]
fn signature_names_are_these_and_no_others() {
    for name in [
        "release.json.minisig",
        "release.json.0123456789ABCDEF.minisig",
    ] {
        assert!(is_signature_name(name), "{name}");
    }
    for name in [
        "release.json.0123456789abcdef.minisig",
        "release.json.123.minisig",
        "release.json..minisig",
        "release.jsonminisig",
        "application.bin.minisig",
        "release.json.minisig.bak",
    ] {
        assert!(!is_signature_name(name), "{name}");
    }
}

/// A release with statements, as a build writes it.
fn release_with_statements() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let contents = crate::attestation::sample::Sample::made().contents();
    for (name, bytes) in contents.files() {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    directory
}

#[test]
fn every_signer_signs_the_statements_too_in_any_order() {
    let releases = [release_with_statements(), release_with_statements()];
    let orders = [[1, 2, 3], [3, 1, 2]];
    for (release, order) in releases.iter().zip(orders) {
        order.iter().for_each(|number| drop(sign(release, *number)));
        sign(release, 2);
        ReleaseDirectory::open(release.path()).unwrap();
    }
    let keys = [1, 2, 3].map(|number| sample::key(number).public());
    for (envelope, statement) in [
        ("coverage.dsse.json", "coverage.json"),
        ("provenance.dsse.json", "provenance.json"),
    ] {
        let read = |name: &str| {
            releases
                .each_ref()
                .map(|r| fs::read(r.path().join(name)).unwrap())
        };
        let [one, other] = read(envelope);
        assert_eq!(one, other);
        let signed = Envelope::from_bytes(&one).unwrap();
        let verified = signed.verify(&keys, 3).unwrap();
        assert_eq!(verified.bytes(), read(statement)[0]);
    }
    let sums = fs::read_to_string(releases[0].path().join(SUMS_NAME)).unwrap();
    assert!(
        sums.contains("provenance.json") && !sums.contains("dsse"),
        "{sums}"
    );
}

#[test]
fn an_envelope_of_another_statement_or_form_is_never_signed() {
    let release = release_with_statements();
    sign(&release, 1);
    let path = release.path().join("provenance.dsse.json");
    let mine = fs::read(&path).unwrap();
    let other = fs::read(release.path().join("coverage.dsse.json")).unwrap();
    for bad in [&other[..], b"", &mine[1..]] {
        fs::write(&path, bad).unwrap();
        let opened = ReleaseDirectory::open(release.path()).unwrap();
        let failure = opened.sign(&key(2)).unwrap_err();
        assert_eq!(failure.exit, Exit::Tampered, "{failure}");
        assert_eq!(fs::read(&path).unwrap(), bad);
    }
}
