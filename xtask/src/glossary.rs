//! Which hash is a hash of what, with a line of coreutils that computes it. `explain --hashes`, and a section of
//! `docs/release.md`.

use std::collections::BTreeMap;
use std::path::Path;

use blake2::Blake2b512;
use device::flash_layout::{OTA_0, PARTITION_TABLE_OFFSET, PARTITIONS};
use sha2::Digest as _;

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::image::accounting::signature_sector::{self, block, key_digest};
use crate::image::{Application, FlashMap};
use crate::release::folder;
use crate::release::manifest::{ArtefactKind, FILE_NAME, ReleaseManifest};
use crate::secure_boot;
use crate::signing::release_directory::SUMS_NAME;

mod inputs;

const APPLICATION: &str = "application.bin";
const ELF: &str = "firmware.elf";
const FLASH: &str = "flash.bin";
const SIGNED: &str = secure_boot::FILE_NAME;
const STORE: &str = "trust-store.bin";
/// Bytes of the entries of the partition table, before its MD5.
const ENTRIES: usize = PARTITIONS.len() * device::flash_layout::ENTRY_LENGTH;

/// A published hash.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hash {
    /// Where it is published: `release.json: store.sha256`.
    pub published: String,
    /// What it is a hash of.
    pub of: String,
    /// The folder in which the recipe runs.
    pub place: Place,
    /// A line of shell that prints it, with coreutils alone.
    pub recipe: String,
    /// The hash in a release; none without one, and where it is in no file of it.
    pub value: Option<String>,
}

/// The folder in which a recipe runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// A checkout of the recorded commit.
    Checkout,
    /// The folder of the release.
    Release,
    /// A project in which the release was built, or rebuilt.
    Built,
    /// The folder of the release, once there is a signed image in it.
    Signed,
}

/// The files of a release, by name.
pub type Files = BTreeMap<String, Vec<u8>>;

impl Place {
    /// The folder in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Checkout => "a checkout of the recorded commit",
            Self::Release => "the release",
            Self::Built => "a project in which it was built",
            Self::Signed => "the release, signed for Secure Boot",
        }
    }
}

/// Prints every hash: of the release in `directory`, or in general.
///
/// # Errors
/// [`Exit::Unreadable`] when the folder or its `release.json` cannot be read.
pub fn show(directory: Option<&Path>) -> Result<String> {
    let hashes = match directory {
        None => all(None, &Files::new()),
        Some(directory) => {
            let files = folder::files(directory)?;
            let manifest = files
                .get(FILE_NAME)
                .map(|bytes| ReleaseManifest::from_bytes(bytes));
            let manifest = match manifest {
                Some(Ok(manifest)) => manifest,
                Some(Err(why)) => return Err(no_release(directory, &why)),
                None => return Err(no_release(directory, "it has no release.json")),
            };
            all(Some(&manifest), &files)
        }
    };
    Ok(hashes.iter().map(Hash::text).collect())
}

/// Every published hash. Without a release the ones that each release has, without values.
pub fn all(manifest: Option<&ReleaseManifest>, files: &Files) -> Vec<Hash> {
    let mut hashes = of_files(manifest, files);
    hashes.extend(of_application(files));
    hashes.extend(of_store(manifest));
    hashes.extend(of_flash(manifest, files));
    hashes.extend(of_signed(manifest, files));
    hashes.extend(inputs::of(manifest));
    hashes
}

/// The table of `docs/release.md`.
pub fn markdown() -> String {
    let row = |hash: Hash| {
        let recipe = hash.recipe.replace('|', "\\|");
        format!(
            "| {} | {} | {} | `{recipe}` |\n",
            hash.published,
            hash.of,
            hash.place.words()
        )
    };
    let rows: String = all(None, &Files::new()).into_iter().map(row).collect();
    format!(
        "| published | a hash of | where the line runs | line |\n| --- | --- | --- | --- |\n{rows}"
    )
}

impl Hash {
    fn new(published: impl Into<String>, of: impl Into<String>, recipe: impl Into<String>) -> Self {
        Self {
            published: published.into(),
            of: of.into(),
            place: Place::Release,
            recipe: recipe.into(),
            value: None,
        }
    }

    fn valued(self, value: Option<String>) -> Self {
        Self { value, ..self }
    }

    fn in_place(self, place: Place) -> Self {
        Self { place, ..self }
    }

    fn text(&self) -> String {
        let value = self
            .value
            .as_ref()
            .map_or(String::new(), |value| format!("  {value}\n"));
        format!(
            "{}\n{value}  of: {}\n  in {}: {}\n\n",
            self.published,
            self.of,
            self.place.words(),
            self.recipe
        )
    }
}

/// `SHA-256 of a whole file`, in the first 64 letters of the line.
fn sha256sum(file: &str) -> String {
    format!("sha256sum {file} | cut -c -64")
}

fn of_files(manifest: Option<&ReleaseManifest>, files: &Files) -> Vec<Hash> {
    let names = match manifest {
        Some(manifest) => manifest
            .artefacts
            .iter()
            .map(|artefact| artefact.name.clone())
            .collect(),
        None => ArtefactKind::ALL
            .map(|kind| kind.file_name().to_owned())
            .to_vec(),
    };
    let recorded = |name: &String| {
        let mut artefacts = manifest?.artefacts.iter();
        artefacts
            .find(|artefact| artefact.name == *name)
            .map(|artefact| artefact.sha256.clone())
    };
    let mut hashes: Vec<Hash> = names
        .iter()
        .map(|name| {
            let published = format!("release.json: artefacts, {name}; {SUMS_NAME}");
            Hash::new(published, "the whole file, SHA-256", sha256sum(name)).valued(recorded(name))
        })
        .collect();
    let sums = files
        .get(SUMS_NAME)
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let value = sums.and_then(|sums| {
        let line = sums
            .lines()
            .find(|line| line.ends_with(&format!("  {FILE_NAME}")))?;
        line.get(..64).map(str::to_owned)
    });
    let of = "the whole file, SHA-256";
    hashes.push(
        Hash::new(
            format!("{SUMS_NAME}: {FILE_NAME}"),
            of,
            sha256sum(FILE_NAME),
        )
        .valued(value),
    );
    let prehash = files
        .get(FILE_NAME)
        .map(|bytes| hex::encode(Blake2b512::digest(bytes)));
    let of = "the whole `release.json`, BLAKE2b-512: what the ed25519 signature in each `.minisig` is over (minisign's prehashed form); in no file";
    let recipe = format!("b2sum {FILE_NAME} | cut -c -128");
    hashes.push(Hash::new("release.json.minisig: what is signed", of, recipe).valued(prehash));
    hashes
}

fn of_application(files: &Files) -> Vec<Hash> {
    let bytes = files.get(APPLICATION).map(Vec::as_slice);
    let digest = bytes.and_then(last_32);
    let descriptor = bytes.and_then(|bytes| Application::read_prefix(bytes).ok());
    let elf = descriptor.map(|application| hex::encode(application.descriptor().elf_sha256));
    vec![
        Hash::new(
            "application.bin: its last 32 bytes; esptool's \"Validation hash\"",
            "all bytes of the image before it, SHA-256; not the hash of the file",
            format!("head -c -32 {APPLICATION} | {}", sha256sum("-")),
        )
        .valued(digest),
        Hash::new(
            "application.bin: app descriptor, at 0xB0; esptool's \"ELF file SHA256\"",
            "the whole ELF file, SHA-256: also what is not loaded",
            sha256sum(ELF),
        )
        .valued(elf),
    ]
}

fn of_store(manifest: Option<&ReleaseManifest>) -> Vec<Hash> {
    let value = manifest.map(|manifest| manifest.store.sha256.clone());
    vec![
        Hash::new(
            "release.json: store.sha256; the last 32 bytes of trust-store.bin; what the device logs",
            "the store without its last 32 bytes, SHA-256: its identity; not the hash of the file",
            format!("head -c -32 {STORE} | {}", sha256sum("-")),
        )
        .valued(value),
    ]
}

fn of_flash(manifest: Option<&ReleaseManifest>, files: &Files) -> Vec<Hash> {
    let flash = files.get(FLASH).map(Vec::as_slice);
    let map = flash.and_then(|flash| FlashMap::read(flash).ok());
    let bootloader = map.as_ref().map(|map| map.bootloader().bytes());
    let length = |less: usize| {
        bootloader.map_or_else(
            || "LENGTH".to_owned(),
            |bytes| (bytes.len() - less).to_string(),
        )
    };
    let table = PARTITION_TABLE_OFFSET as usize;
    let md5 = flash.and_then(|flash| flash.get(table + ENTRIES + 16..table + ENTRIES + 32));
    let slot = manifest.and_then(|manifest| manifest.artefact(ArtefactKind::ApplicationImage));
    vec![
        Hash::new(
            "release.json: toolchain.bootloader-sha256",
            "the bootloader as it stands at the start of flash.bin, with its own digest, SHA-256",
            format!("head -c {} {FLASH} | {}", length(0), sha256sum("-")),
        )
        .valued(manifest.map(|manifest| manifest.toolchain.bootloader_sha256.clone())),
        Hash::new(
            "flash.bin: the last 32 bytes of the bootloader",
            "all bytes of the bootloader before it, SHA-256",
            format!("head -c {} {FLASH} | {}", length(32), sha256sum("-")),
        )
        .valued(bootloader.and_then(last_32)),
        Hash::new(
            "flash.bin: partition table, after EB EB",
            "the entries of the table, MD5 (a format of ESP-IDF; nothing relies on its strength)",
            format!(
                "tail -c +{} {FLASH} | head -c {ENTRIES} | md5sum | cut -c -32",
                table + 1
            ),
        )
        .valued(md5.map(hex::encode)),
        Hash::new(
            "release.json: artefacts, application.bin, found in flash.bin",
            "what stands in `ota_0`, SHA-256",
            format!(
                "tail -c +{} {FLASH} | head -c $(stat -c %s {APPLICATION}) | {}",
                OTA_0.offset + 1,
                sha256sum("-")
            ),
        )
        .valued(slot.map(|artefact| artefact.sha256.clone())),
    ]
}

/// The signatures are over a padded image, which is in a file only where it was signed.
fn of_signed(manifest: Option<&ReleaseManifest>, files: &Files) -> Vec<Hash> {
    let signed = files.get(SIGNED).map(Vec::as_slice);
    let sector =
        signed.and_then(|bytes| bytes.get(bytes.len().checked_sub(signature_sector::LENGTH)?..));
    let first = sector.and_then(|sector| sector.get(block(0)));
    let recorded = manifest.and_then(|manifest| manifest.secure_boot.as_ref());
    let padded = Hash::new(
        "release.json: secure-boot.padded-sha256; application.signed.bin: bytes 4 to 36 of each signature block",
        "the padded image, all before the last 4096 bytes, SHA-256: what Secure Boot verifies",
        format!("head -c -4096 {SIGNED} | {}", sha256sum("-")),
    );
    let in_block = first.and_then(|block| block.get(4..36)).map(hex::encode);
    let padded = padded.valued(
        recorded
            .map(|record| record.padded_sha256.clone())
            .or(in_block),
    );
    if signed.is_none() && manifest.is_some() {
        return vec![padded.in_place(Place::Signed)];
    }
    vec![
        padded,
        Hash::new(
            "the eFuse KEY_PURPOSE SECURE_BOOT_DIGEST0; espsecure's key digest",
            "bytes 36 to 812 of the first signature block, SHA-256: modulus, exponent and two numbers that follow from them",
            format!("tail -c 4096 {SIGNED} | head -c 812 | tail -c 776 | {}", sha256sum("-")),
        )
        .valued(first.map(|block| hex::encode(key_digest(block)))),
    ]
}

fn last_32(bytes: &[u8]) -> Option<String> {
    bytes.last_chunk::<32>().map(hex::encode)
}

fn no_release(directory: &Path, why: &str) -> Failure {
    let what = format!("{} is no release", directory.display());
    Failure::new(Exit::Unreadable, what)
        .evidence(why)
        .help("give the folder of a release: dist/<version>")
}

#[cfg(test)]
mod tests;
