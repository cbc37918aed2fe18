//! What stock programs say of the release.

use std::process::Command;

use xtask::glossary::{Place, all};
use xtask::image::{Expected, Settings, application, flash};
use xtask::release::manifest::ReleaseManifest;
use xtask::release_date::time_of_day;

use super::place::{copy, files, ourselves, peer, release, root, text, verify};

#[test]
fn esptool_finds_checksum_and_hash_valid_and_shows_our_version() {
    let release = release();
    let output = peer("PERENNIAL_ESPTOOL")
        .args(["--chip", "esp32c3", "image-info"])
        .arg(release.join("application.bin"))
        .env("COLUMNS", "200")
        .output()
        .unwrap();
    let text = text(&output);
    assert!(output.status.success(), "{text}");
    let version = release.file_name().unwrap().to_str().unwrap();
    for wanted in ["(valid)", version, "perennial-reference"] {
        assert!(text.contains(wanted), "{wanted} is not in:\n{text}");
    }
    let valid = text
        .lines()
        .filter(|line| line.contains("hecksum") || line.contains("alidation hash"));
    assert_eq!(
        valid.filter(|line| line.ends_with("(valid)")).count(),
        2,
        "{text}"
    );
}

#[test]
fn the_application_is_at_the_ota_slots_offset_in_the_full_image() {
    let files = files();
    let (application, flash) = (&files["application.bin"], &files["flash.bin"]);
    let offset = device::flash_layout::OTA_0.offset as usize;
    assert_eq!(offset, 0x10000);
    assert_eq!(
        &flash[offset..offset + application.len()],
        application.as_slice()
    );
    let folder = tempfile::tempdir().unwrap();
    let slot = folder.path().join("slot.bin");
    std::fs::write(&slot, &flash[offset..]).unwrap();
    let output = peer("PERENNIAL_ESPTOOL")
        .args(["--chip", "esp32c3", "image-info"])
        .arg(slot)
        .output()
        .unwrap();
    assert!(text(&output).contains("(valid)"), "{}", text(&output));
}

#[test]
fn stock_minisign_accepts_the_release_and_refuses_a_flipped_byte() {
    let folder = copy();
    let manifest = folder.path().join("release.json");
    let check = || {
        let public = root().join("trust/keys/development.pub");
        peer("PERENNIAL_MINISIGN")
            .arg("-V")
            .arg("-p")
            .arg(public)
            .arg("-m")
            .arg(&manifest)
            .output()
            .unwrap()
    };
    let accepted = check();
    assert!(accepted.status.success(), "{}", text(&accepted));
    assert_eq!(verify(folder.path()).0, 0);

    let mut bytes = std::fs::read(&manifest).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&manifest, bytes).unwrap();
    assert!(!check().status.success());
    let (exit, said) = verify(folder.path());
    assert_eq!(exit, 13, "{said}");
}

#[test]
fn a_release_with_a_published_key_is_not_fit_for_production() {
    let mut command = ourselves(&["verify", "--channel", "production"]);
    let output = command.arg(release()).output().unwrap();
    assert_eq!(output.status.code(), Some(10), "{}", text(&output));
    assert!(text(&output).contains("S101"), "{}", text(&output));
    let (exit, said) = verify(&release());
    assert_eq!(exit, 0, "{said}");
    assert!(
        said.contains("S101"),
        "the warning is shown all the same: {said}"
    );
}

#[test]
fn sha256sum_accepts_the_sums() {
    let output = Command::new("sha256sum")
        .args(["--check", "--strict", "SHA256SUMS"])
        .current_dir(release())
        .output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(
        text(&output).matches(": OK").count(),
        10,
        "{}",
        text(&output)
    );
}

#[test]
fn a_hundred_conversions_of_the_program_are_the_published_image() {
    let files = files();
    let manifest = ReleaseManifest::from_bytes(&files["release.json"]).unwrap();
    let settings = Settings {
        descriptor: Expected {
            version: &manifest.version,
            project: &manifest.product,
            time: &time_of_day(manifest.source_date_epoch),
            date: &manifest.released,
        },
        store: &files["trust-store.bin"],
    };
    for _ in 0..100 {
        let image = application(&files["firmware.elf"], &settings).unwrap();
        assert_eq!(image.bytes(), files["application.bin"]);
        let flash = flash(&image, settings.store).unwrap();
        assert_eq!(flash, files["flash.bin"]);
    }
}

#[test]
fn each_hash_is_what_a_line_of_coreutils_prints() {
    let files = files();
    let manifest = ReleaseManifest::from_bytes(&files["release.json"]).unwrap();
    let hashes = all(Some(&manifest), &files);
    let mut ran = 0;
    for hash in hashes.iter().filter(|hash| hash.place == Place::Release) {
        let mut shell = Command::new("sh");
        let output = shell
            .args(["-euc", &hash.recipe])
            .current_dir(release())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output));
        assert_eq!(
            Some(text(&output).trim_end()),
            hash.value.as_deref(),
            "{}",
            hash.published
        );
        ran += 1;
    }
    assert!(ran >= 15, "{ran}");
}

#[test]
fn explain_finds_a_release_equal_to_itself_and_names_a_flipped_bit() {
    let folder = copy();
    let mut explain = ourselves(&["explain"]);
    let output = explain.arg(release()).arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let path = folder.path().join("flash.bin");
    let mut flash = std::fs::read(&path).unwrap();
    flash[0x9000] = 0;
    std::fs::write(&path, flash).unwrap();
    let mut explain = ourselves(&["explain"]);
    let output = explain.arg(release()).arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(12), "{}", text(&output));
    let said = text(&output);
    assert!(
        said.contains("0x9000..0x9001 (1 byte): provision: erased"),
        "{said}"
    );
    let mut explain = ourselves(&["explain"]);
    let output = explain.arg(release()).arg(&path).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
}
