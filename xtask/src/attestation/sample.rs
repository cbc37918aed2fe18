//! A release of this project's own policy, with made-up files, for tests.

use std::path::PathBuf;

use trust::channel::Channel;
use trust::gate::{self, Question, Verdict};

use super::rebuild::{self, Comparison};
use super::release::{Materials, documents};
use crate::build::ingredients::{Crate, CrateRole, Origin};
use crate::project::Project;
use crate::release::contents::{ReleaseContents, records};
use crate::release::manifest::{
    ArtefactKind, BlobRecord, PackageRecord, ReleaseManifest, SCHEMA, StoreRecord, ToolchainRecord,
};

/// The commit of the sample.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Everything that the documents of a release are made from.
pub struct Sample {
    /// The release.
    pub manifest: ReleaseManifest,
    /// The verdict on this project's own policy.
    pub verdict: Verdict,
    /// Crates of each kind.
    pub crates: Vec<Crate>,
}

impl Sample {
    /// The sample.
    pub fn made() -> Self {
        let project = project();
        let inputs = project.inputs().unwrap();
        let question = Question {
            as_of: "2026-11-22".parse().unwrap(),
            channel: Channel::Development,
            facts_known_on: None,
        };
        let verdict = gate::judge(&inputs.inputs, question);
        let mut manifest = manifest(&verdict);
        manifest.inputs = inputs.recorded();
        manifest.artefacts = records(&files());
        Self {
            manifest,
            verdict,
            crates: crates(),
        }
    }

    /// What the documents are made from.
    pub fn materials(&self) -> Materials<'_> {
        Materials {
            manifest: &self.manifest,
            verdict: &self.verdict,
            crates: &self.crates,
        }
    }

    /// Every file that a rebuild is about, built again with the same bytes.
    pub fn equal_files(&self) -> Vec<Comparison> {
        let subjects = rebuild::subjects(&self.manifest).into_iter();
        subjects
            .map(|subject| Comparison {
                name: subject.name,
                published_sha256: subject.digest["sha256"].clone(),
                rebuilt_sha256: Some(subject.digest["sha256"].clone()),
                ranges: Vec::new(),
            })
            .collect()
    }

    /// The bytes of a document.
    pub fn document(&self, kind: ArtefactKind) -> Vec<u8> {
        self.materials().document(kind).unwrap()
    }

    /// The whole release, with its documents.
    pub fn contents(&self) -> ReleaseContents {
        let mut artefacts = files();
        artefacts.extend(documents(&self.materials()).unwrap());
        ReleaseContents::new(self.manifest.clone(), artefacts)
    }
}

/// This project.
pub fn project() -> Project {
    Project {
        root: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".."),
    }
}

fn files() -> Vec<(ArtefactKind, Vec<u8>)> {
    [
        ArtefactKind::ApplicationImage,
        ArtefactKind::FirmwareElf,
        ArtefactKind::FlashImage,
        ArtefactKind::TrustStore,
    ]
    .map(|kind| (kind, format!("{kind:?}").into_bytes()))
    .to_vec()
}

fn crates() -> Vec<Crate> {
    let one = |name: &str, version: &str, hash: Option<&str>, licence: &str, role| Crate {
        name: name.to_owned(),
        version: version.to_owned(),
        sha256: hash.map(|digit| digit.repeat(64)),
        origin: None,
        licence: Some(licence.to_owned()),
        role,
    };
    let (build, linked) = (CrateRole::Build, CrateRole::Linked);
    let copy = Crate {
        origin: Some(Origin {
            sha256: "c".repeat(64),
            patch: "firmware/vendor/embedded-tls/PERENNIAL.patch".to_owned(),
        }),
        ..one("embedded-tls", "0.19.0", None, "Apache-2.0", linked)
    };
    vec![
        one("device", "0.1.0", None, "MIT OR Apache-2.0", linked),
        one("radio-sys", "0.3.0", Some("a"), "MIT OR Apache-2.0", linked),
        one("syn", "2.0.1+x", Some("b"), "Unlicense OR MIT", build),
        copy,
    ]
}

fn manifest(verdict: &Verdict) -> ReleaseManifest {
    let text = str::to_owned;
    let contents = verdict.approved().unwrap().contents();
    ReleaseManifest {
        schema: text(SCHEMA),
        product: contents.product.clone(),
        chip: text("esp32c3"),
        version: format!("0.1.0+{}", &COMMIT[..12]),
        channel: text("development"),
        commit: text(COMMIT),
        dirty: false,
        released: text("2026-11-22"),
        facts_known_on: None,
        source_date_epoch: 1_795_305_600,
        service_ends: contents.service_ends.to_string(),
        secure_version: 0,
        store: StoreRecord {
            format_version: 1,
            sequence: 1,
            sha256: "1".repeat(64),
        },
        inputs: [].into(),
        secure_boot: None,
        lockfile_sha256: "2".repeat(64),
        blobs: vec![BlobRecord {
            package: text("radio-sys"),
            version: text("0.3.0"),
            path: text("libs/libphy.a"),
            size: 12,
            sha256: "3".repeat(64),
        }],
        toolchain: toolchain(),
        artefacts: Vec::new(),
    }
}

/// A toolchain of one package.
pub fn toolchain() -> ToolchainRecord {
    let text = str::to_owned;
    ToolchainRecord {
        provider: text("debian"),
        rustc: text("rustc 1.96.0"),
        tree_sha256: "4".repeat(64),
        converter: text("espflash 4.7.0"),
        bootloader_sha256: "5".repeat(64),
        packages: vec![PackageRecord {
            name: text("rustc-web"),
            version: text("1:1.96.0+dfsg1-1~deb12u2"),
            sha256: "6".repeat(64),
        }],
    }
}
