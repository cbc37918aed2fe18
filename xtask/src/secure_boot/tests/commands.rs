//! The commands, as they are typed.

use std::fs;
use std::path::Path;

use clap::Parser as _;
use tempfile::{TempDir, tempdir};

use super::keys::{self, openssl};
use super::{padded, signed};
use crate::cli::{Cli, Verb};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::image::{Application, sample_application};
use crate::project::Project;
use crate::release::manifest::SecureBootRecord;
use crate::secure_boot::padding::{PAGE, PaddedImage};
use crate::secure_boot::pem::public_key;
use crate::secure_boot::signed_image::SignedImage;
use crate::signing::release_directory::ReleaseDirectory;
use crate::signing::sample;

/// Runs `secure-boot` with these words; `@NAME` is that file in `folder`, `%NAME` that key.
pub(super) fn run(folder: &Path, words: &str) -> Result<Exit> {
    let full = |word: &str| match (word.strip_prefix('@'), word.strip_prefix('%')) {
        (Some(name), _) => folder.join(name).display().to_string(),
        (_, Some(name)) => keys::path(name).display().to_string(),
        _ => word.to_owned(),
    };
    let words = words.split(' ').map(full);
    let line = ["xtask".to_owned(), "secure-boot".to_owned()];
    let cli = Cli::try_parse_from(line.into_iter().chain(words)).unwrap();
    let Verb::SecureBoot(arguments) = cli.verb else {
        panic!("another verb");
    };
    let project = || Ok(Project { root: keys::root() });
    crate::secure_boot::run(project, &arguments)
}

#[track_caller]
fn refused(outcome: Result<Exit>, exit: Exit, why: &str) -> Failure {
    let failure = outcome.unwrap_err();
    assert_eq!(failure.exit, exit, "{failure}");
    assert!(failure.to_string().contains(why), "{failure}");
    assert!(!failure.help.is_empty(), "{failure}");
    failure
}

/// A folder with `application.bin`.
fn folder() -> TempDir {
    let folder = tempdir().unwrap();
    let path = folder.path().join("application.bin");
    fs::write(path, sample_application(700)).unwrap();
    folder
}

/// The names of the keys that signed `name`, in order.
fn signers(folder: &TempDir, name: &str) -> Vec<&'static str> {
    let bytes = fs::read(folder.path().join(name)).unwrap();
    let image = SignedImage::read(&bytes).unwrap();
    assert_eq!(*image.padded(), padded(700));
    let known = |key: &_| {
        let mut names = keys::NAMES.into_iter();
        names.find(|name| public_key(&keys::path(name)).unwrap() == *key)
    };
    let blocks = image.sector().blocks().iter();
    blocks.map(|block| known(block.key()).unwrap()).collect()
}

#[test]
fn signatures_are_added_and_those_that_are_there_stay() {
    let folder = folder();
    let at = folder.path();
    run(at, "sign @application.bin --key %one.pem").unwrap();
    let name = "application.signed.bin";
    assert_eq!(signers(&folder, name), ["one.pem"]);
    let first = fs::read(at.join(name)).unwrap();
    run(at, "sign @application.bin --key %two.pem").unwrap();
    let second = fs::read(at.join(name)).unwrap();
    let end = second.len() - 4096 + 1216;
    assert_eq!(first[..end], second[..end]);
    run(at, "sign @application.signed.bin --key %three.pem").unwrap();
    assert_eq!(signers(&folder, name), ["one.pem", "two.pem", "three.pem"]);
    let third = fs::read(at.join(name)).unwrap();
    let again = run(at, "sign @application.signed.bin --key %four.pem");
    refused(again, Exit::Unreadable, "room for 3 signatures");
    assert_eq!(fs::read(at.join(name)).unwrap(), third);
    let names = fs::read_dir(at).unwrap().count();
    assert_eq!(names, 2, "nothing else is left");
}

#[test]
fn a_key_signs_once_and_four_keys_never() {
    let folder = folder();
    let at = folder.path();
    let twice = run(
        at,
        "sign @application.bin --key %one.pem --key %one.pkcs1.pem",
    );
    refused(twice, Exit::Unreadable, "same key");
    let four =
        "sign @application.bin --key %one.pem --key %two.pem --key %three.pem --key %four.pem";
    refused(run(at, four), Exit::Unreadable, "room for 3");
    refused(
        run(at, "sign @application.bin"),
        Exit::Unreadable,
        "no key is given",
    );
    assert!(!at.join("application.signed.bin").exists());
}

#[test]
fn a_signature_that_was_made_elsewhere_is_attached() {
    let folder = folder();
    let at = folder.path();
    run(at, "pad @application.bin @padded.bin").unwrap();
    assert_eq!(
        fs::read(at.join("padded.bin")).unwrap(),
        padded(700).bytes()
    );
    let again = run(at, "pad @application.bin @padded.bin");
    refused(again, Exit::Unreadable, "already there");
    let twice = run(at, "pad @padded.bin @twice.bin");
    refused(twice, Exit::Unreadable, "secure padding already");

    run(at, "digest @padded.bin --output @digest.bin").unwrap();
    let key = keys::path("one.pem").display().to_string();
    let sign = |salt: &str, output: &str| {
        let salt = format!("rsa_pss_saltlen:{salt}");
        let line = [
            "pkeyutl",
            "-sign",
            "-inkey",
            &key,
            "-in",
            "digest.bin",
            "-out",
            output,
        ];
        let options = ["digest:sha256", "rsa_padding_mode:pss", &salt];
        let options = options.iter().flat_map(|option| ["-pkeyopt", option]);
        openssl(at, &line.into_iter().chain(options).collect::<Vec<_>>());
    };
    sign("32", "signature.bin");
    sign("20", "short-salt.bin");
    let attach = |signature: &str, key: &str| {
        let line = format!("attach @application.bin --signature @{signature} --public-key %{key}");
        run(at, &line)
    };
    refused(
        attach("signature.bin", "two.pem"),
        Exit::Tampered,
        "not this key's",
    );
    refused(
        attach("short-salt.bin", "one.pem"),
        Exit::Tampered,
        "salt of 32",
    );
    refused(attach("digest.bin", "one.pem"), Exit::Tampered, "32 bytes");
    assert!(!at.join("application.signed.bin").exists());
    attach("signature.bin", "one.pub.pem").unwrap();
    assert_eq!(signers(&folder, "application.signed.bin"), ["one.pem"]);
    refused(
        attach("signature.bin", "one.pem"),
        Exit::Unreadable,
        "same key",
    );
}

#[test]
fn a_key_that_must_sign_is_demanded() {
    let folder = folder();
    let at = folder.path();
    fs::write(at.join("image.bin"), signed(&padded(700), 2)).unwrap();
    let digest = |name: &str| hex::encode(public_key(&keys::path(name)).unwrap().digest());
    let (one, two, three) = (digest("one.pem"), digest("two.pem"), digest("three.pem"));
    let line = format!("verify @image.bin --key-digest {one} --key-digest {two}");
    assert_eq!(run(at, &line).unwrap(), Exit::Done);
    let line = format!("verify @image.bin --key-digest {one} --key-digest {three}");
    let failure = refused(run(at, &line), Exit::Tampered, &three);
    assert!(failure.to_string().contains(&format!("signed by {two}")));
    let short = run(at, "verify @image.bin --key-digest 00");
    refused(short, Exit::Unreadable, "64 hexadecimal digits");
    let unsigned = run(at, "verify @application.bin");
    refused(unsigned, Exit::Tampered, "signed image");
}

#[test]
fn a_release_is_signed_beside_its_files() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    sample::write_release_of(at, sample_application(700));
    run(at, "sign @. --key %one.pem").unwrap();
    assert_eq!(signers(&folder, "application.signed.bin"), ["one.pem"]);
    run(at, "sign @. --key %two.pem").unwrap();
    let name = "application.signed.bin";
    assert_eq!(signers(&folder, name), ["one.pem", "two.pem"]);
    run(at, "verify @. --format json").unwrap();
    ReleaseDirectory::open(at).unwrap();

    let mut bytes = fs::read(at.join(name)).unwrap();
    bytes[40] ^= 1;
    fs::write(at.join(name), &bytes).unwrap();
    let outcome = run(at, "sign @. --key %three.pem");
    refused(outcome, Exit::Tampered, "damaged or was tampered with");
    fs::write(at.join(name), signed(&padded(800), 1)).unwrap();
    let outcome = run(at, "sign @. --key %three.pem");
    refused(outcome, Exit::Unreadable, "of another application");

    fs::remove_file(at.join(name)).unwrap();
    let application = at.join("application.bin");
    fs::write(&application, sample_application(800)).unwrap();
    let outcome = run(at, "sign @. --key %one.pem");
    refused(outcome, Exit::Tampered, "application.bin");
    assert!(!at.join(name).exists());
}

#[test]
fn a_release_that_records_another_padded_application_is_not_signed() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let record = |code| Some(SecureBootRecord::of(&padded(code)));
    sample::write_recorded_release(at, sample_application(700), record(800));
    let outcome = run(at, "sign @. --key %one.pem");
    refused(outcome, Exit::Tampered, "another padded application");
    sample::write_recorded_release(at, sample_application(700), record(700));
    run(at, "sign @. --key %one.pem").unwrap();
}

/// The slot has 29 pages: 28 and the signature sector fit.
#[test]
fn what_does_not_fit_its_slot_with_its_signatures_is_refused() {
    let folder = tempdir().unwrap();
    let at = folder.path();
    let write = |code: usize| {
        let image = sample_application(code);
        let application = Application::read(&image).unwrap();
        let pages = PaddedImage::pad(&application).unwrap().bytes().len() / PAGE;
        fs::write(at.join("application.bin"), &image).unwrap();
        pages
    };
    assert_eq!(write(27 * PAGE), 28);
    run(at, "sign @application.bin --key %one.pem").unwrap();
    fs::remove_file(at.join("application.signed.bin")).unwrap();
    assert_eq!(write(28 * PAGE), 29);
    let outcome = run(at, "sign @application.bin --key %one.pem");
    refused(outcome, Exit::Unreadable, "does not fit its slot");
    let outcome = run(at, "pad @application.bin @padded.bin");
    refused(outcome, Exit::Unreadable, "does not fit its slot");
}

#[test]
fn the_plan_takes_three_different_keys() {
    let at = keys::root();
    let as_of = "--as-of 2026-07-01";
    let three = "--key %one.pub.pem --key %two.pem --key %three.pem";
    assert_eq!(
        run(&at, &format!("plan {as_of} {three}")).unwrap(),
        Exit::Done
    );
    let json = format!("plan {as_of} --secure-version 16 --format json");
    assert_eq!(run(&at, &json).unwrap(), Exit::Done);
    let four = run(&at, &format!("plan {as_of} {three} --key %four.pem"));
    refused(four, Exit::Unreadable, "3 slots");
    let same = run(
        &at,
        &format!("plan {as_of} --key %one.pem --key %one.pub.pem"),
    );
    refused(same, Exit::Unreadable, "another slot");
}
