//! Each recipe, run by a shell, prints the hash that is published; and the book has the table.

use std::process::Command;

use super::{Files, Hash, Place, all, markdown};
use crate::image::accounting::signature_sector::BLOCK_LENGTH;
use crate::image::tests::elf::{Program, settings, store};
use crate::image::{application, flash};
use crate::release::contents::ReleaseContents;
use crate::release::manifest::{ArtefactKind, ReleaseManifest};

/// A release with everything that has a hash.
fn release() -> (ReleaseManifest, Files) {
    let store = store(1);
    let elf = Program::small(&store).elf();
    let image = application(&elf, &settings(&store)).unwrap();
    let identity = hex::encode(&store[store.len() - 32..]);
    let manifest = format!(
        r#"{{"schema": "perennial.release/1", "product": "p", "chip": "esp32c3", "version": "1+0", "channel": "development",
        "commit": "0", "dirty": false, "released": "2026-07-01", "source-date-epoch": 0, "service-ends": "2032-06-30",
        "secure-version": 0, "store": {{"format-version": 1, "sequence": 1, "sha256": "{identity}"}}, "inputs": {{"policy.toml": "00"}},
        "lockfile-sha256": "00", "blobs": [],
        "toolchain": {{"provider": "debian", "rustc": "r", "tree-sha256": "00", "converter": "c", "bootloader-sha256": "{}",
        "packages": [{{"name": "rustc-web", "version": "1", "sha256": "00"}}]}}, "artefacts": []}}"#,
        hex::encode(image.bootloader().sha256())
    );
    let artefacts = vec![
        (ArtefactKind::ApplicationImage, image.bytes().to_vec()),
        (ArtefactKind::CoverageStatement, b"{}".to_vec()),
        (ArtefactKind::FirmwareElf, elf),
        (ArtefactKind::FlashImage, flash(&image, &store).unwrap()),
        (ArtefactKind::ProvenanceStatement, b"{}".to_vec()),
        (ArtefactKind::ReportHtml, b"<p>".to_vec()),
        (ArtefactKind::ReportJson, b"{}".to_vec()),
        (ArtefactKind::Sbom, b"{}".to_vec()),
        (ArtefactKind::TrustStore, store),
    ];
    let contents = ReleaseContents::new(serde_json::from_str(&manifest).unwrap(), artefacts);
    let mut files = contents.files().clone();
    files.insert("application.signed.bin".to_owned(), signed(image.bytes()));
    (contents.manifest().clone(), files)
}

fn signed(image: &[u8]) -> Vec<u8> {
    let mut signed = image.to_vec();
    signed.resize(image.len().next_multiple_of(4096), 0xFF);
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&signed);
    let mut block: Vec<u8> = (0..BLOCK_LENGTH).map(|n| (n % 251) as u8).collect();
    block[..4].copy_from_slice(&[0xE7, 2, 0, 0]);
    block[4..36].copy_from_slice(&digest);
    block.resize(4096, 0xFF);
    [signed, block].concat()
}

fn run(hash: &Hash, folder: &std::path::Path) -> String {
    let output = Command::new("sh")
        .args(["-euc", &hash.recipe])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {output:?}", hash.recipe);
    String::from_utf8(output.stdout)
        .unwrap()
        .trim_end()
        .to_owned()
}

#[test]
fn each_recipe_prints_the_published_hash() {
    let (manifest, files) = release();
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in &files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let hashes = all(Some(&manifest), &files);
    let here: Vec<&Hash> = hashes
        .iter()
        .filter(|hash| hash.place == Place::Release)
        .collect();
    assert_eq!(here.len(), 20);
    for hash in here {
        let value = hash.value.as_deref();
        assert_eq!(Some(run(hash, folder.path()).as_str()), value, "{hash:?}");
    }
}

#[test]
fn recipes_take_coreutils_alone() {
    let known = ["sha256sum", "b2sum", "md5sum", "head", "tail", "cut"];
    for hash in all(None, &Files::new()) {
        for command in hash.recipe.split(" | ") {
            let command = command.trim_start_matches("(cd FOLDER/ && ");
            let program = command.split(' ').next().unwrap();
            assert!(known.contains(&program), "{}", hash.recipe);
        }
    }
}

#[test]
fn without_a_release_the_same_hashes_are_listed() {
    let (manifest, files) = release();
    let names = |hashes: Vec<Hash>| -> Vec<String> {
        let here = hashes
            .into_iter()
            .filter(|hash| hash.place == Place::Release);
        here.map(|hash| hash.published).collect()
    };
    assert_eq!(
        names(all(Some(&manifest), &files)),
        names(all(None, &Files::new()))
    );
}

#[test]
fn the_book_has_the_table() {
    let book = include_str!("../../../docs/release.md");
    let table = markdown();
    assert!(
        book.contains(&table),
        "docs/release.md must have this table:\n{table}"
    );
}

#[test]
fn a_folder_without_a_manifest_is_no_release() {
    let folder = tempfile::tempdir().unwrap();
    let failure = super::show(Some(folder.path())).unwrap_err();
    assert!(
        failure.to_string().contains("it has no release.json"),
        "{failure}"
    );
}
