//! The files of a release in memory: manifest, artefacts and sums that agree by construction.

use std::collections::BTreeMap;

use device::release::MAX_MANIFEST;

use super::manifest::{Artefact, ArtefactKind, FILE_NAME, ReleaseManifest};
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
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

    /// Demands that devices read the manifest: they hold it whole, beside a TLS connection, and refuse a longer one.
    ///
    /// # Errors
    /// [`Exit::Unreadable`]: no device would take this release.
    pub fn require_fit_for_devices(&self) -> Result<()> {
        let length = self.files.get(FILE_NAME).map_or(0, Vec::len);
        if length <= MAX_MANIFEST {
            return Ok(());
        }
        Err(Failure::new(
            Exit::Unreadable,
            format!("{FILE_NAME} is longer than devices read"),
        )
        .evidence(format!("it has {length} bytes, they read {MAX_MANIFEST}"))
        .evidence(format!(
            "{} inputs, {} packages of the toolchain and {} blobs are in it",
            self.manifest.inputs.len(),
            self.manifest.toolchain.packages.len(),
            self.manifest.blobs.len()
        ))
        .help("take files that the verdict does not need out of trust/"))
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

#[cfg(test)]
mod tests {
    use super::{FILE_NAME, MAX_MANIFEST};
    use crate::attestation::sample::Sample;

    #[test]
    fn a_manifest_that_no_device_reads_is_refused() {
        let mut sample = Sample::made();
        let fit = sample.contents();
        fit.require_fit_for_devices().unwrap();
        let missing = MAX_MANIFEST - fit.files()[FILE_NAME].len();
        sample
            .manifest
            .toolchain
            .rustc
            .push_str(&"x".repeat(missing));
        sample.contents().require_fit_for_devices().unwrap();
        sample.manifest.toolchain.rustc.push('x');
        let refused = sample.contents().require_fit_for_devices().unwrap_err();
        assert!(refused.to_string().contains("they read 32768"), "{refused}");
    }
}
