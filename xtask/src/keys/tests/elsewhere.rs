//! Signing elsewhere: what is requested, and what comes back.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::{Role, folder, policy_line, run};
use crate::signing::dsse::Envelope;
use crate::signing::sample;

/// A policy in the project of the folder whose keys are these samples, and a release beside it.
fn with_policy_and_release(numbers: &[u8]) -> TempDir {
    let folder = folder();
    let own = fs::read_to_string(sample::project_root().join("policy.toml")).unwrap();
    let listed = |number: &u8| {
        let public = sample::key(*number).public();
        format!("    {},\n", policy_line(&public, Role::Release))
    };
    let lines: String = numbers.iter().map(listed).collect();
    let (before, _) = own.split_once("keys = [").unwrap();
    let policy = format!("{before}keys = [\n{lines}]\n");
    fs::write(folder.path().join("project/policy.toml"), policy).unwrap();
    fs::create_dir(folder.path().join("release")).unwrap();
    sample::write_release(&folder.path().join("release"));
    folder
}

#[test]
fn a_request_says_what_is_signed_and_by_whom() {
    let folder = with_policy_and_release(&[1, 2]);
    let (out, _) = run(&folder, &["request", "{}/release"]).unwrap();
    let bytes = fs::read(folder.path().join("release/release.json")).unwrap();
    for said in [
        "# What to sign: reference 1.2.0",
        &crate::digest::sha256_hex(&bytes),
        &format!("{} bytes", bytes.len()),
        "application.bin",
        "0101010101010101  release     not yet",
        "0202020202020202  release     not yet",
    ] {
        assert!(out.contains(said), "{said}: {out}");
    }
    sample::write_key(folder.path(), 1);
    run(&folder, &["sign", "{}/release", "--key", "{}/1.key"]).unwrap();
    let file = ["request", "{}/release", "--output", "{}/request.md"];
    assert_eq!(run(&folder, &file).unwrap().0, "");
    let text = fs::read_to_string(folder.path().join("request.md")).unwrap();
    assert!(
        text.contains("0101010101010101  release     a signature is there"),
        "{text}"
    );
    assert!(text.contains("0202020202020202  release     not yet"));
}

#[test]
fn nothing_is_requested_of_a_damaged_release_or_without_a_policy() {
    let folder = with_policy_and_release(&[1]);
    let request = ["request", "{}/release"];
    fs::write(folder.path().join("release/application.bin"), "another").unwrap();
    assert!(run(&folder, &request).unwrap_err().contains("damaged"));
    fs::remove_file(folder.path().join("project/policy.toml")).unwrap();
    fs::write(
        folder.path().join("release/application.bin"),
        "the application",
    )
    .unwrap();
    assert!(
        run(&folder, &request)
            .unwrap_err()
            .contains("no policy.toml")
    );
}

/// Signs a copy of the release with a sample key: the path of the signature file, as an argument.
fn signed_elsewhere(folder: &TempDir, number: u8) -> String {
    let copy = folder.path().join(format!("copy-{number}"));
    fs::create_dir(&copy).unwrap();
    sample::write_release(&copy);
    sample::write_key(folder.path(), number);
    let (copy_shown, key) = (
        copy.display().to_string(),
        folder.path().join(format!("{number}.key")),
    );
    run(
        folder,
        &["sign", &copy_shown, "--key", key.to_str().unwrap()],
    )
    .unwrap();
    copy.join("release.json.minisig").display().to_string()
}

#[test]
fn what_was_signed_elsewhere_is_put_in_place() {
    let folder = with_policy_and_release(&[1, 2]);
    let (first, second) = (signed_elsewhere(&folder, 1), signed_elsewhere(&folder, 2));
    let (_, talk) = run(&folder, &["attach", "{}/release", &first, &second]).unwrap();
    assert!(talk.contains("0101010101010101 attached: "), "{talk}");
    let at = |name: &str| fs::read(folder.path().join("release").join(name)).unwrap();
    assert_eq!(at("release.json.minisig"), fs::read(&first).unwrap());
    assert_eq!(
        at("release.json.0202020202020202.minisig"),
        fs::read(&second).unwrap()
    );
    let again = run(&folder, &["attach", "{}/release", &first]).unwrap().1;
    assert!(again.contains("had signed already"), "{again}");
}

#[test]
fn one_signature_that_is_not_right_keeps_all_of_them_out() {
    let folder = with_policy_and_release(&[1]);
    let (right, unknown) = (signed_elsewhere(&folder, 1), signed_elsewhere(&folder, 3));
    let other = folder.path().join("other.minisig");
    let of_other_bytes = sample::key(1).sign(b"another release", "x".to_owned());
    fs::write(&other, of_other_bytes.to_file()).unwrap();
    let text = folder.path().join("text");
    fs::write(&text, "no signature\n").unwrap();
    let forged = folder.path().join("forged.dsse.json");
    fs::write(&forged, "{}\n").unwrap();
    for (wrong, why) in [
        (unknown.as_str(), "is not a key of the policy"),
        (
            other.to_str().unwrap(),
            "it is not the file that was signed",
        ),
        (text.to_str().unwrap(), "line structure"),
        (forged.to_str().unwrap(), "missing field"),
        ("{}/absent", "cannot read"),
        ("{}/release", "is no signature"),
    ] {
        let refused = run(&folder, &["attach", "{}/release", &right, wrong]).unwrap_err();
        assert!(refused.contains(why), "{wrong}: {refused}");
        let names = fs::read_dir(folder.path().join("release")).unwrap().count();
        assert_eq!(names, 3, "{wrong}");
    }
}

/// A release with statements, as a build writes it.
fn write_release_with_statements(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let contents = crate::attestation::sample::Sample::made().contents();
    for (name, bytes) in contents.files() {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

#[test]
fn envelopes_of_several_signers_come_together() {
    let folder = with_policy_and_release(&[1, 2]);
    let at = |name: &str| folder.path().join(name);
    for copy in ["first", "second", "both", "whole"] {
        write_release_with_statements(&at(copy));
    }
    let sign = |copy: &str, number: u8| {
        sample::write_key(folder.path(), number);
        let key = format!("{{}}/{number}.key");
        run(&folder, &["sign", &format!("{{}}/{copy}"), "--key", &key]).unwrap();
    };
    sign("first", 1);
    sign("second", 2);
    sign("both", 1);
    sign("both", 2);
    let attach = [
        "attach",
        "{}/whole",
        "{}/second/provenance.dsse.json",
        "{}/second/coverage.dsse.json",
        "{}/first/provenance.dsse.json",
        "{}/first/coverage.dsse.json",
    ];
    run(&folder, &attach).unwrap();
    for name in ["provenance.dsse.json", "coverage.dsse.json"] {
        let read = |copy: &str| fs::read(at(copy).join(name)).unwrap();
        assert_eq!(read("whole"), read("both"), "{name}");
    }
    let (_, talk) = run(&folder, &attach).unwrap();
    assert!(talk.contains("every signature was there already"), "{talk}");
}

#[test]
fn envelopes_of_another_statement_or_signer_are_refused() {
    let folder = with_policy_and_release(&[1]);
    let at = |name: &str| folder.path().join(name);
    for copy in ["signed", "unknown", "whole"] {
        write_release_with_statements(&at(copy));
    }
    for (copy, number) in [("signed", 1), ("unknown", 3)] {
        sample::write_key(folder.path(), number);
        let key = format!("{{}}/{number}.key");
        run(&folder, &["sign", &format!("{{}}/{copy}"), "--key", &key]).unwrap();
    }
    let other = Envelope::new(b"{}\n".to_vec());
    fs::write(at("other.dsse.json"), other.to_bytes()).unwrap();
    for (wrong, why) in [
        ("{}/other.dsse.json", "no statement of this release"),
        (
            "{}/unknown/coverage.dsse.json",
            "is not a key that may sign",
        ),
    ] {
        let attach = ["attach", "{}/whole", "{}/signed/coverage.dsse.json", wrong];
        let refused = run(&folder, &attach).unwrap_err();
        assert!(refused.contains(why), "{refused}");
        assert!(!at("whole/coverage.dsse.json").exists());
    }
}
