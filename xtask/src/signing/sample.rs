//! Keys, key sets and releases for the tests of this folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use trust::policy::{KeyRole, KeySet, Located, SigningKey};
use trust::source::{Location, SourceFile};
use zeroize::Zeroizing;

use super::minisign::{KeyId, Protection, PublicKey, SecretKey};
use crate::digest::sha256_hex;
use crate::release::manifest::{
    Artefact, ArtefactKind, ReleaseManifest, SCHEMA, SecureBootRecord, StoreRecord, ToolchainRecord,
};

/// A key of its own for each number.
pub fn key(number: u8) -> SecretKey {
    SecretKey::from_seed(KeyId([number; 8]), &Zeroizing::new([number; 32]))
}

/// Writes [`key`] into a directory, without a password.
pub fn write_key(directory: &Path, number: u8) -> PathBuf {
    let path = directory.join(format!("{number}.key"));
    fs::write(
        &path,
        key(number).to_file(Protection::None).unwrap().as_bytes(),
    )
    .unwrap();
    path
}

/// A key set of these keys.
pub fn key_set(threshold: u32, keys: Vec<SigningKey>) -> KeySet {
    KeySet {
        threshold: located(threshold),
        keys,
        at: place(),
    }
}

/// A key as the policy lists it.
pub fn listed(key: &PublicKey, role: KeyRole) -> SigningKey {
    SigningKey {
        public: located(key.to_base64()),
        key_id: key.key_id.0,
        ed25519: key.ed25519,
        role: located(role),
    }
}

fn located<T>(value: T) -> Located<T> {
    Located { value, at: place() }
}

fn place() -> Location {
    Location::whole(&SourceFile::new("policy.toml", "[signing]\n"))
}

/// The root of this project.
pub fn project_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Writes a small release: one artefact, `release.json`, `SHA256SUMS`.
pub fn write_release(directory: &Path) {
    write_release_of(directory, b"the application".to_vec());
}

/// Writes a small release of this application.
pub fn write_release_of(directory: &Path, image: Vec<u8>) {
    write_recorded_release(directory, image, None);
}

/// Writes a small release of this application, which records this padded one.
pub fn write_recorded_release(
    directory: &Path,
    image: Vec<u8>,
    secure_boot: Option<SecureBootRecord>,
) {
    let recorded = ReleaseManifest {
        secure_boot,
        ..manifest(&image)
    };
    let bytes = recorded.to_bytes();
    let line = |bytes: &[u8], name: &str| format!("{}  {name}\n", sha256_hex(bytes));
    let sums = line(&image, "application.bin") + &line(&bytes, "release.json");
    fs::write(directory.join("application.bin"), image).unwrap();
    fs::write(directory.join("release.json"), bytes).unwrap();
    fs::write(directory.join("SHA256SUMS"), sums).unwrap();
}

/// A manifest of a release whose application is `image`.
pub fn manifest(image: &[u8]) -> ReleaseManifest {
    let text = str::to_owned;
    ReleaseManifest {
        schema: text(SCHEMA),
        product: text("reference"),
        chip: text("esp32c3"),
        version: text("1.2.0"),
        channel: text("development"),
        commit: "0".repeat(40),
        dirty: false,
        released: text("2026-07-01"),
        facts_known_on: None,
        source_date_epoch: 1_782_864_000,
        service_ends: text("2034-06-30"),
        secure_version: 0,
        secure_boot: None,
        store: StoreRecord {
            format_version: 1,
            sequence: 1,
            sha256: "0".repeat(64),
        },
        inputs: BTreeMap::new(),
        lockfile_sha256: "0".repeat(64),
        blobs: Vec::new(),
        toolchain: ToolchainRecord {
            provider: text("debian"),
            rustc: text("rustc 1.95.0"),
            tree_sha256: "0".repeat(64),
            converter: text("espflash 4.7.0"),
            bootloader_sha256: "0".repeat(64),
            packages: Vec::new(),
        },
        artefacts: vec![Artefact {
            name: text("application.bin"),
            kind: ArtefactKind::ApplicationImage,
            size: image.len() as u64,
            sha256: sha256_hex(image),
        }],
    }
}
