//! The files of a release in memory: manifest, artefacts and sums that agree by construction.

use std::collections::BTreeMap;

use super::manifest::{Artefact, ArtefactKind, FILE_NAME, ReleaseManifest};
use crate::digest::sha256_hex;
use crate::signing::release_directory::SUMS_NAME;

/// The unsigned files of a release, by name.
#[derive(Clone, Debug)]
pub struct ReleaseContents {
    manifest: ReleaseManifest,
    files: BTreeMap<String, Vec<u8>>,
}

impl ReleaseContents {
    /// A release of these artefacts; `manifest` is everything else that it says of itself.
    pub fn new(mut manifest: ReleaseManifest, artefacts: Vec<(ArtefactKind, Vec<u8>)>) -> Self {
        manifest.artefacts = records(&artefacts);
        let named = artefacts
            .into_iter()
            .map(|(kind, bytes)| (kind.file_name().to_owned(), bytes));
        let mut files: BTreeMap<_, _> = named.collect();
        files.insert(SUMS_NAME.to_owned(), sums(&manifest).into_bytes());
        files.insert(FILE_NAME.to_owned(), manifest.to_bytes());
        Self { manifest, files }
    }

    /// What the release is.
    pub fn manifest(&self) -> &ReleaseManifest {
        &self.manifest
    }

    /// Name and bytes of every file, ordered by name.
    pub fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }
}

/// What the manifest says of these artefacts, ordered by name.
pub fn records(artefacts: &[(ArtefactKind, Vec<u8>)]) -> Vec<Artefact> {
    let record = |(kind, bytes): &(ArtefactKind, Vec<u8>)| Artefact {
        name: kind.file_name().to_owned(),
        kind: *kind,
        size: bytes.len() as u64,
        sha256: sha256_hex(bytes),
    };
    let mut records: Vec<_> = artefacts.iter().map(record).collect();
    records.sort_by(|a, b| a.name.cmp(&b.name));
    records
}

/// `SHA256SUMS`, as `sha256sum` writes it: every artefact and `release.json`, ordered by name.
pub fn sums(manifest: &ReleaseManifest) -> String {
    let mut lines: BTreeMap<&str, String> = BTreeMap::new();
    for artefact in &manifest.artefacts {
        lines.insert(&artefact.name, artefact.sha256.clone());
    }
    lines.insert(FILE_NAME, sha256_hex(manifest.to_bytes()));
    lines
        .into_iter()
        .map(|(name, hash)| format!("{hash}  {name}\n"))
        .collect()
}
