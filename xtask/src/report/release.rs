//! The release report: what was released, on what proof, and how to check it. `perennial.report/1`.
//!
//! It stands in the release as `report.html` for people and as `report.json` for machines; both are made from
//! the one value here and hold nothing of the machine or the hour that they were made on.

use serde::{Serialize, Serializer};
use trust::calendar::End;
use trust::date::Date;
use trust::finding::Finding;
use trust::gate::Verdict;
use trust::policy::{Endpoint, KeyRole, KeySet, Policy};
use trust::store::{ApprovedAnchor, ApprovedPin, ApprovedStore};

use super::{Summary, html, json, text_of_json};
use crate::digest::sha256_hex;
use crate::failure::Result;
use crate::image::Footprint;
use crate::release::manifest::{ArtefactKind, ReleaseManifest};

/// Fields are added under the same number; one is removed or changes its meaning under the next.
const SCHEMA: &str = "perennial.report/1";

/// The report. Its serialisation is the JSON form.
#[derive(Clone, Debug, Serialize)]
pub struct ReleaseReport {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Name of the product.
    pub product: String,
    /// Chip, in the policy's word.
    pub chip: String,
    /// Verifier model, in the policy's word.
    pub verifier: String,
    /// Version, as in the app descriptor.
    pub version: String,
    /// `development` or `production`.
    pub channel: String,
    /// Commit, 40 hexadecimal digits.
    pub commit: String,
    /// Whether the tree had changes that are in no commit.
    pub dirty: bool,
    /// Release date: the day that the verdict is for.
    pub released: Date,
    /// Last day of service, inclusive.
    pub service_ends: Date,
    /// The day by which facts were public that the verdict is from; `None`: every fact counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facts_known_on: Option<Date>,
    /// The slowest device to come back and update.
    pub longest_offline_days: u32,
    /// Whether the gate was open.
    pub verdict: Outcome,
    /// The findings, counted.
    pub summary: Summary,
    /// The findings, in file order.
    #[serde(serialize_with = "findings")]
    pub findings: Vec<Finding>,
    /// The trust store.
    pub store: StoreReport,
    /// Its anchors, by fingerprint.
    pub anchors: Vec<AnchorReport>,
    /// Its pins, by host.
    pub pins: Vec<PinReport>,
    /// The endpoints, in the order in which they are tried.
    pub endpoints: Vec<EndpointReport>,
    /// Who signs releases.
    pub release_keys: KeysReport,
    /// Who signs store updates that need no TLS.
    pub rescue_keys: Option<KeysReport>,
    /// What compiled the image.
    pub toolchain: ToolchainReport,
    /// Flash and RAM of the firmware; `None` where it was not measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footprint: Option<Footprint>,
    /// Every file of the release but the reports, ordered by name.
    pub artefacts: Vec<ArtefactReport>,
}

/// Whether the gate was open.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// No finding stands against the release.
    Passed,
    /// At least one error that no waiver covers.
    Refused,
}

/// Identity of the store.
#[derive(Clone, Debug, Serialize)]
pub struct StoreReport {
    /// Rises with each change.
    pub sequence: u64,
    /// SHA-256 that ends the store, over everything before it; the device logs it.
    pub identity: String,
}

/// One anchor.
#[derive(Clone, Debug, Serialize)]
pub struct AnchorReport {
    /// Name in the policy.
    pub name: String,
    /// Owner of the CA, where the calendar knows it.
    pub owner: Option<String>,
    /// SHA-256 of the DER certificate.
    pub sha256: String,
    /// First day of validity.
    pub not_before: Date,
    /// Last day of validity.
    pub not_after: Date,
    /// The earliest known end, with its cause.
    pub effective_end: End,
    /// Days that the effective end lies after the end of service; negative when it lies before.
    pub days_beyond_service: i64,
    /// Why the store has it.
    pub reason: String,
}

/// One pin.
#[derive(Clone, Debug, Serialize)]
pub struct PinReport {
    /// Name of the endpoint.
    pub endpoint: String,
    /// Host that it holds for.
    pub host: String,
    /// SHA-256 of the SubjectPublicKeyInfo.
    pub spki_sha256: String,
    /// Last day.
    pub expires: Date,
    /// What holds from the next day on.
    pub after_expiry: String,
}

/// One endpoint.
#[derive(Clone, Debug, Serialize)]
pub struct EndpointReport {
    /// Name in the policy.
    pub name: String,
    /// Where to fetch from.
    pub url: String,
    /// Where it may redirect to.
    pub redirects: Vec<String>,
    /// Owner of the CA that issues its certificates.
    pub owner: String,
}

/// A set of keys.
#[derive(Clone, Debug, Serialize)]
pub struct KeysReport {
    /// How many of them must sign.
    pub threshold: u32,
    /// The keys, in file order.
    pub keys: Vec<KeyReport>,
}

/// One signing key.
#[derive(Clone, Debug, Serialize)]
pub struct KeyReport {
    /// Identifier, as minisign prints it.
    pub id: String,
    /// Public key in minisign's form, for `minisign -P`.
    pub public: String,
    /// `development`, `release` or `rescue`.
    pub role: &'static str,
}

/// What compiled the image.
#[derive(Clone, Debug, Serialize)]
pub struct ToolchainReport {
    /// `debian` or `rustup`.
    pub provider: String,
    /// What `rustc --version` prints.
    pub rustc: String,
    /// SHA-256 over everything that compiles, links or is linked in.
    pub tree_sha256: String,
}

/// One file of the release.
#[derive(Clone, Debug, Serialize)]
pub struct ArtefactReport {
    /// File name.
    pub name: String,
    /// Size in bytes.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// What the hash is a hash of, in words.
    pub hash_of: String,
    /// The shell line that prints it.
    pub recipe: String,
}

impl ReleaseReport {
    /// The report of the release that `manifest` describes. The artefacts are those of the manifest, if it has
    /// them already; [`ReleaseReport::with_artefacts`] sets them.
    pub fn new(
        manifest: &ReleaseManifest,
        approved: &ApprovedStore,
        verdict: &Verdict,
        policy: &Policy,
    ) -> Self {
        let contents = approved.contents();
        let beyond = |anchor| anchor_report(anchor, contents.service_ends);
        let artefacts = manifest.artefacts.iter();
        Self {
            schema: SCHEMA,
            product: contents.product.clone(),
            chip: policy.product.chip.value.clone(),
            verifier: policy.product.verifier.word().to_owned(),
            version: manifest.version.clone(),
            channel: verdict.question().channel.word().to_owned(),
            commit: manifest.commit.clone(),
            dirty: manifest.dirty,
            released: verdict.question().as_of,
            service_ends: contents.service_ends,
            facts_known_on: verdict.question().facts_known_on,
            longest_offline_days: policy.service_life.longest_offline_days.value,
            verdict: Outcome::of(verdict.findings()),
            summary: Summary::of(verdict.findings()),
            findings: verdict.findings().to_vec(),
            store: StoreReport {
                sequence: contents.sequence,
                identity: manifest.store.sha256.clone(),
            },
            anchors: contents.anchors.iter().map(beyond).collect(),
            pins: contents.pins.iter().map(pin_report).collect(),
            endpoints: policy.endpoints.iter().map(endpoint_report).collect(),
            release_keys: keys_report(&policy.signing),
            rescue_keys: policy.rescue.as_ref().map(keys_report),
            toolchain: ToolchainReport {
                provider: manifest.toolchain.provider.clone(),
                rustc: manifest.toolchain.rustc.clone(),
                tree_sha256: manifest.toolchain.tree_sha256.clone(),
            },
            footprint: None,
            artefacts: artefacts
                .filter_map(|it| ArtefactReport::new(it.kind, it.size, it.sha256.clone()))
                .collect(),
        }
    }

    /// The same with these files. The reports themselves are left out: a file cannot hold its own hash.
    pub fn with_artefacts(mut self, artefacts: &[(ArtefactKind, Vec<u8>)]) -> Self {
        let hashed = artefacts.iter().filter_map(|(kind, bytes)| {
            let sha256 = sha256_hex(bytes);
            ArtefactReport::new(*kind, bytes.len() as u64, sha256)
        });
        self.artefacts = hashed.collect();
        self.artefacts.sort_by(|a, b| a.name.cmp(&b.name));
        self
    }

    /// The same with what the firmware takes of flash and RAM.
    pub fn with_footprint(mut self, footprint: Footprint) -> Self {
        self.footprint = Some(footprint);
        self
    }

    /// One self-contained HTML page.
    ///
    /// # Errors
    /// A template that does not fit its values, which is a bug.
    pub fn html(&self) -> Result<String> {
        html::page(self)
    }

    /// The JSON form, with a last newline.
    pub fn json(&self) -> String {
        text_of_json(self)
    }
}

impl Outcome {
    fn of(findings: &[Finding]) -> Self {
        if findings.iter().any(Finding::blocks) {
            Self::Refused
        } else {
            Self::Passed
        }
    }
}

impl ArtefactReport {
    fn new(kind: ArtefactKind, size: u64, sha256: String) -> Option<Self> {
        let name = kind.file_name().to_owned();
        Some(Self {
            hash_of: hash_of(kind)?.to_owned(),
            recipe: format!("sha256sum {name}"),
            name,
            size,
            sha256,
        })
    }
}

/// What the SHA-256 of an artefact is of; `None` for the reports. Auditors most often compare two hashes of
/// different things.
fn hash_of(kind: ArtefactKind) -> Option<&'static str> {
    match kind {
        ArtefactKind::ApplicationImage => Some(
            "the application image as it is written to an OTA slot: header, segments, checksum and its own digest; without Secure Boot signature",
        ),
        ArtefactKind::CoverageStatement => Some(
            "the coverage statement, the payload of coverage.dsse.json: what was asked, and the proof that answers it",
        ),
        ArtefactKind::FirmwareElf => Some(
            "the stripped ELF file that the application image is made from; the app descriptor holds the same hash",
        ),
        ArtefactKind::FlashImage => Some(
            "the whole flash: bootloader, partition table, OTA data, application image, trust store",
        ),
        ArtefactKind::ProvenanceStatement => Some(
            "the provenance statement, the payload of provenance.dsse.json: what the image was made from, and how",
        ),
        ArtefactKind::ReportHtml | ArtefactKind::ReportJson => None,
        ArtefactKind::Sbom => {
            Some("the bill of materials: crates, blobs, toolchain, trust anchors, keys")
        }
        ArtefactKind::TrustStore => Some(
            "the trust store as it stands in the image, all bytes; the hash of all but the last 32 is its identity",
        ),
    }
}

fn anchor_report(anchor: &ApprovedAnchor, service_ends: Date) -> AnchorReport {
    AnchorReport {
        name: anchor.name.clone(),
        owner: anchor.owner.clone(),
        sha256: hex::encode(anchor.certificate.fingerprint),
        not_before: anchor.certificate.not_before,
        not_after: anchor.certificate.not_after,
        effective_end: anchor.effective_end.clone(),
        days_beyond_service: anchor.days_beyond(service_ends),
        reason: anchor.reason.clone(),
    }
}

fn pin_report(pin: &ApprovedPin) -> PinReport {
    PinReport {
        endpoint: pin.endpoint.clone(),
        host: pin.host.clone(),
        spki_sha256: hex::encode(pin.spki_sha256),
        expires: pin.expires,
        after_expiry: pin.after_expiry.to_string(),
    }
}

fn endpoint_report(endpoint: &Endpoint) -> EndpointReport {
    let redirects = endpoint.redirects.iter();
    EndpointReport {
        name: endpoint.name.value.clone(),
        url: endpoint.url.value.clone(),
        redirects: redirects.map(|url| url.value.clone()).collect(),
        owner: endpoint.owner.value.clone(),
    }
}

fn keys_report(set: &KeySet) -> KeysReport {
    let keys = set.keys.iter().map(|key| KeyReport {
        id: format!("{:016X}", u64::from_le_bytes(key.key_id)),
        public: key.public.value.clone(),
        role: match key.role.value {
            KeyRole::Development => "development",
            KeyRole::Release => "release",
            KeyRole::Rescue => "rescue",
        },
    });
    KeysReport {
        threshold: set.threshold.value,
        keys: keys.collect(),
    }
}

fn findings<S: Serializer>(
    findings: &[Finding],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(json::entries(findings))
}
