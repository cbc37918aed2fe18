//! Our files against the stock tool: each must accept what the other writes.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use trust::policy::KeyRole;

use super::key_file::{NewProtection, SigningKeyFile};
use super::minisign::{Effort, Field, PublicKey};
use super::password::{Password, PasswordSource};
use super::release_directory::ReleaseDirectory;
use super::sample::{self, key_set, listed};
use super::verify;

const PASSWORD: &str = "correct horse";

/// Stock minisign: what `PERENNIAL_MINISIGN` names, else the one in `PATH`.
fn minisign() -> PathBuf {
    if let Some(named) = std::env::var_os("PERENNIAL_MINISIGN") {
        return named.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join("minisign"))
        .find(|file| {
            fs::metadata(file).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
        });
    found.expect("stock minisign is missing: install it, or set PERENNIAL_MINISIGN to its path")
}

/// Runs the stock tool in `directory`, with `typed` on its standard input.
fn run<S: AsRef<OsStr>>(directory: &Path, arguments: &[S], typed: &str) -> Output {
    let mut child = Command::new(minisign())
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without having read: then its exit code speaks.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    child.wait_with_output().unwrap()
}

fn succeeds<S: AsRef<OsStr>>(directory: &Path, arguments: &[S], typed: &str) -> String {
    let output = run(directory, arguments, typed);
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{shown}");
    String::from_utf8(output.stdout).unwrap()
}

/// A release, signed by a new key of ours without a password, and its public key beside it in `key.pub`.
fn signed_release() -> (TempDir, PublicKey) {
    let folder = tempfile::tempdir().unwrap();
    let release = folder.path().join("release");
    fs::create_dir(&release).unwrap();
    sample::write_release(&release);
    let protection = NewProtection::DangerouslyNone;
    let key = SigningKeyFile::create(&folder.path().join("ours.key"), protection).unwrap();
    fs::write(folder.path().join("key.pub"), key.public().to_file()).unwrap();
    ReleaseDirectory::open(&release)
        .unwrap()
        .sign(&key)
        .unwrap();
    (folder, key.public())
}

const VERIFY: [&str; 5] = ["-V", "-p", "key.pub", "-m", "release/release.json"];

#[test]
fn it_accepts_our_signature_and_shows_our_comment() {
    let (folder, public) = signed_release();
    let shown = succeeds(folder.path(), &VERIFY, "");
    let comment = "file:release.json\tproduct:reference\tversion:1.2.0\treleased:2026-07-01";
    assert!(shown.contains(comment), "{shown}");
    // The same with the public key as the policy has it.
    let arguments = [
        "-V",
        "-P",
        &public.to_base64(),
        "-m",
        "release/release.json",
    ];
    succeeds(folder.path(), &arguments, "");
}

#[test]
fn it_and_we_refuse_a_flipped_byte() {
    let (folder, public) = signed_release();
    let path = folder.path().join("release/release.json");
    let signature = fs::read(folder.path().join("release/release.json.minisig")).unwrap();
    let bytes = fs::read(&path).unwrap();
    let keys = key_set(1, vec![listed(&public, KeyRole::Release)]);
    let files = [("release.json.minisig", signature.as_slice())];
    assert!(verify::signatures(&bytes, &files, &keys).is_ok());
    for at in (0..bytes.len()).step_by(bytes.len() / 8) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        assert!(
            !run(folder.path(), &VERIFY, "").status.success(),
            "byte {at}"
        );
        assert!(
            verify::signatures(&changed, &files, &keys).is_err(),
            "byte {at}"
        );
    }
}

/// What the stock tool signs with a key of its own, we accept.
fn accepts_its_signature(generate: &[&str], typed: &str) {
    let folder = tempfile::tempdir().unwrap();
    let twice = format!("{typed}{typed}");
    succeeds(
        folder.path(),
        &[&["-G", "-p", "key.pub", "-s", "its.key"], generate].concat(),
        &twice,
    );
    fs::write(folder.path().join("file"), "content").unwrap();
    succeeds(folder.path(), &["-S", "-s", "its.key", "-m", "file"], typed);

    let file = fs::read_to_string(folder.path().join("key.pub")).unwrap();
    let public = PublicKey::from_file(&file).unwrap();
    assert_eq!(Some(public.to_base64().as_str()), file.lines().nth(1));
    let keys = key_set(1, vec![listed(&public, KeyRole::Release)]);
    let signature = fs::read(folder.path().join("file.minisig")).unwrap();
    let files = [("file.minisig", signature.as_slice())];
    let verified = verify::signatures(b"content", &files, &keys).unwrap();
    let comment = &verified.signatures()[0].trusted_comment;
    assert!(
        comment.starts_with("timestamp:") && comment.contains("\tfile:file"),
        "{comment}"
    );
    assert!(verify::signatures(b"contenu", &files, &keys).is_err());

    // And its secret key signs with us.
    let password = folder.path().join("password");
    fs::write(&password, typed).unwrap();
    let source = PasswordSource::File(password);
    let key = SigningKeyFile::open(&folder.path().join("its.key"), &source).unwrap();
    assert_eq!(key.public(), public);
}

#[test]
fn we_accept_what_it_signs_with_its_unencrypted_key() {
    accepts_its_signature(&["-W"], "");
}

#[test]
fn we_accept_what_it_signs_with_its_encrypted_key() {
    accepts_its_signature(&[], &format!("{PASSWORD}\n"));
}

#[test]
fn it_signs_with_our_encrypted_key_and_asks_for_the_password() {
    let folder = tempfile::tempdir().unwrap();
    let password = Password::new(PASSWORD).unwrap();
    let path = folder.path().join("ours.key");
    let protection = NewProtection::Password(&password);
    let key = SigningKeyFile::create_with(&path, protection, Effort::TEST).unwrap();
    fs::write(folder.path().join("file"), "content").unwrap();
    let sign = ["-S", "-s", "ours.key", "-m", "file"];
    assert!(!run(folder.path(), &sign, "wrong horse\n").status.success());
    succeeds(folder.path(), &sign, &format!("{PASSWORD}\n"));
    let arguments = ["-V", "-P", &key.public().to_base64(), "-m", "file"];
    succeeds(folder.path(), &arguments, "");
}

#[test]
fn it_opens_our_key_at_the_effort_that_we_use() {
    let folder = tempfile::tempdir().unwrap();
    let password = Password::new(PASSWORD).unwrap();
    let path = folder.path().join("ours.key");
    let key = SigningKeyFile::create(&path, NewProtection::Password(&password)).unwrap();
    succeeds(
        folder.path(),
        &["-R", "-s", "ours.key", "-p", "its.pub"],
        &format!("{PASSWORD}\n"),
    );
    let its = fs::read_to_string(folder.path().join("its.pub")).unwrap();
    assert_eq!(PublicKey::from_file(&its), Ok(key.public()));
}

#[test]
fn we_refuse_its_legacy_form() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(
        folder.path(),
        &["-G", "-W", "-p", "key.pub", "-s", "its.key"],
        "",
    );
    fs::write(folder.path().join("file"), "content").unwrap();
    succeeds(
        folder.path(),
        &["-S", "-l", "-s", "its.key", "-m", "file"],
        "",
    );
    let file = fs::read_to_string(folder.path().join("key.pub")).unwrap();
    let public = PublicKey::from_file(&file).unwrap();
    let keys = key_set(1, vec![listed(&public, KeyRole::Release)]);
    let signature = fs::read(folder.path().join("file.minisig")).unwrap();
    let files = [("file.minisig", signature.as_slice())];
    let problems = verify::signatures(b"content", &files, &keys).unwrap_err();
    assert_eq!(problems[0].field(), Some(Field::Algorithm));
}

/// The library of minisign's author is the other peer: `rsign` is made of it.
mod rsign {
    use super::*;

    #[test]
    fn we_accept_its_signature_and_it_accepts_ours() {
        let pair = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        let made = minisign::sign(None, &pair.sk, &b"content"[..], Some("comment"), None).unwrap();
        let public = PublicKey::from_base64(&pair.pk.to_base64()).unwrap();
        let keys = key_set(1, vec![listed(&public, KeyRole::Release)]);
        let file = made.into_string();
        let files = [("file.minisig", file.as_bytes())];
        verify::signatures(b"content", &files, &keys).unwrap();

        let ours = sample::key(1)
            .sign(b"content", "comment".to_owned())
            .to_file();
        let ours = minisign::SignatureBox::from_string(&ours).unwrap();
        let key = minisign::PublicKey::from_base64(&sample::key(1).public().to_base64()).unwrap();
        let content = std::io::Cursor::new(b"content");
        minisign::verify(&key, &ours, content, true, false, false).unwrap();
        let other = std::io::Cursor::new(b"contenu");
        assert!(minisign::verify(&key, &ours, other, true, false, false).is_err());
    }

    #[test]
    fn it_opens_our_encrypted_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ours.key");
        let password = Password::new(PASSWORD).unwrap();
        let protection = NewProtection::Password(&password);
        let key = SigningKeyFile::create_with(&path, protection, Effort::TEST).unwrap();
        let theirs = minisign::SecretKey::from_file(&path, Some(PASSWORD.to_owned())).unwrap();
        assert_eq!(theirs.keynum(), key.public().key_id.0);
    }
}
