//! `release.json`: what a release is, in the exact bytes that are signed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::secure_boot::PaddedImage;

/// The schema that this code writes and reads.
pub const SCHEMA: &str = "perennial.release/1";

/// The name of the file in a release.
pub const FILE_NAME: &str = "release.json";

/// A release. Serialised with two spaces of indentation, in this order of fields, with a final newline:
/// there is one form, and the signatures are over its bytes.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReleaseManifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// Name of the product: a device refuses the releases of another.
    pub product: String,
    /// Chip, in the words of the toolchain: `esp32c3`.
    pub chip: String,
    /// Version, as in the app descriptor.
    pub version: String,
    /// `development` or `production`.
    pub channel: String,
    /// Commit, 40 hexadecimal digits.
    pub commit: String,
    /// Whether the tree had changes that are in no commit. Such a release cannot be rebuilt.
    pub dirty: bool,
    /// Release date, YYYY-MM-DD: the day that the verdict is for.
    pub released: String,
    /// The day by which facts were public that the verdict is from, YYYY-MM-DD. Only where that was asked for: every
    /// fact of the calendar counts otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts_known_on: Option<String>,
    /// The instant in the app descriptor: seconds since 1970-01-01T00:00:00Z.
    pub source_date_epoch: i64,
    /// Last day of service that the policy promises, YYYY-MM-DD.
    pub service_ends: String,
    /// Anti-rollback version in the app descriptor.
    pub secure_version: u32,
    /// What Secure Boot signs. Releases from before it was recorded have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secure_boot: Option<SecureBootRecord>,
    /// The trust store in the image.
    pub store: StoreRecord,
    /// SHA-256 of every file that the verdict was made from, by its path in the project. The ledger is one input however long it is:
    /// `trust/releases/` and `trust/rescues/`, with in-toto's `dirHash`.
    pub inputs: BTreeMap<String, String>,
    /// SHA-256 of `firmware/Cargo.lock`, which names every crate and its checksum.
    pub lockfile_sha256: String,
    /// What was linked into the image without having been compiled, ordered by package and path.
    pub blobs: Vec<BlobRecord>,
    /// What compiled the image.
    pub toolchain: ToolchainRecord,
    /// Every other file of the release but signatures and SHA256SUMS, ordered by name.
    pub artefacts: Vec<Artefact>,
}

/// The application image with secure padding: the signatures of Secure Boot v2 are of it, and follow it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SecureBootRecord {
    /// SHA-256 of the padded image.
    pub padded_sha256: String,
    /// Bytes of the padded image.
    pub padded_size: u64,
}

impl SecureBootRecord {
    /// The record of a padded image.
    pub fn of(padded: &PaddedImage<'_>) -> Self {
        Self {
            padded_sha256: hex::encode(padded.digest()),
            padded_size: padded.bytes().len() as u64,
        }
    }
}

/// Identity of a trust store.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StoreRecord {
    /// Version of the binary form.
    pub format_version: u16,
    /// Rises with each change of the store.
    pub sequence: u64,
    /// SHA-256 that ends the store: over everything before it.
    pub sha256: String,
}

/// The compiler and linker of an image.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ToolchainRecord {
    /// `debian` or `rustup`.
    pub provider: String,
    /// What `rustc --version` prints.
    pub rustc: String,
    /// SHA-256 over everything that compiles, links or is linked in.
    pub tree_sha256: String,
    /// Name and version of what makes the image and brings the bootloader.
    pub converter: String,
    /// SHA-256 of the bootloader that stands in the flash image.
    pub bootloader_sha256: String,
    /// Pinned packages, ordered by name.
    pub packages: Vec<PackageRecord>,
}

/// A pinned package of the toolchain.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PackageRecord {
    /// Name.
    pub name: String,
    /// Version, in the words of the provider.
    pub version: String,
    /// SHA-256 of the package file.
    pub sha256: String,
}

/// An object file or static library that a crate brings compiled: the radio's software, entry points of the chip's ROM.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BlobRecord {
    /// Name of the crate.
    pub package: String,
    /// Its version.
    pub version: String,
    /// Path in the crate.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// One file of a release.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Artefact {
    /// File name, without a folder.
    pub name: String,
    /// What it is.
    pub kind: ArtefactKind,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// What a file of a release is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArtefactKind {
    /// The image of the application, for an OTA slot.
    ApplicationImage,
    /// The verdict and its proof, as an in-toto statement.
    CoverageStatement,
    /// The whole flash of a device.
    FlashImage,
    /// The stripped ELF file that the application image was made from.
    FirmwareElf,
    /// How it was built and from what, as an in-toto statement.
    ProvenanceStatement,
    /// The report for people.
    ReportHtml,
    /// The report for machines.
    ReportJson,
    /// The bill of materials, CycloneDX.
    Sbom,
    /// The trust store alone, as it stands in the image.
    TrustStore,
}

impl ArtefactKind {
    /// Every kind, ordered by file name.
    pub const ALL: [Self; 9] = [
        Self::ApplicationImage,
        Self::CoverageStatement,
        Self::FirmwareElf,
        Self::FlashImage,
        Self::ProvenanceStatement,
        Self::ReportHtml,
        Self::ReportJson,
        Self::Sbom,
        Self::TrustStore,
    ];

    /// Its file name in a release.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::ApplicationImage => "application.bin",
            Self::CoverageStatement => "coverage.json",
            Self::FirmwareElf => "firmware.elf",
            Self::FlashImage => "flash.bin",
            Self::ProvenanceStatement => "provenance.json",
            Self::ReportHtml => "report.html",
            Self::ReportJson => "report.json",
            Self::Sbom => "sbom.cdx.json",
            Self::TrustStore => "trust-store.bin",
        }
    }

    /// The file that holds its signatures, for what is signed by itself.
    pub fn envelope_name(self) -> Option<&'static str> {
        match self {
            Self::CoverageStatement => Some("coverage.dsse.json"),
            Self::ProvenanceStatement => Some("provenance.dsse.json"),
            _ => None,
        }
    }
}

impl ReleaseManifest {
    /// The bytes that are signed.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings, numbers and maps with string keys: nothing that JSON cannot say.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Reads what [`ReleaseManifest::to_bytes`] writes, and nothing else.
    ///
    /// # Errors
    /// What is wrong and where, as a lowercase fragment.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if manifest.schema != SCHEMA {
            return Err(format!(
                "schema is `{}`, this tool reads `{SCHEMA}`",
                manifest.schema
            ));
        }
        manifest.require_names()?;
        let canonical = manifest.to_bytes();
        let differs = canonical
            .iter()
            .zip(bytes)
            .position(|(ours, theirs)| ours != theirs);
        if canonical == bytes {
            return Ok(manifest);
        }
        let at = differs.unwrap_or(canonical.len().min(bytes.len()));
        let line = bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        Err(format!(
            "it is not in the canonical form: byte {at} in line {line} differs"
        ))
    }

    /// A version names a folder and a commit is handed to git: neither may be anything else.
    fn require_names(&self) -> Result<(), String> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
        let version = &self.version;
        if version.is_empty() || version.starts_with(['.', '-']) || !version.bytes().all(plain) {
            return Err(format!(
                "version is {version:?}: letters, digits and `+-._`"
            ));
        }
        let commit = &self.commit;
        if commit.len() != 40 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(format!("commit is {commit:?}: 40 hexadecimal digits"));
        }
        Ok(())
    }

    /// The artefact of this kind.
    pub fn artefact(&self, kind: ArtefactKind) -> Option<&Artefact> {
        self.artefacts.iter().find(|artefact| artefact.kind == kind)
    }
}
