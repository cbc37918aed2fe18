//! `releases show`.

use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;
use trust::calendar::KeyType;
use trust::date::Date;
use trust::ledger::{Ledger, RecordedRelease, Release, ReleaseRescueKeys};
use trust::policy::PublicKey;
use trust::words::counted;

use super::cli::{ReleasesFormat, ShowArguments};
use super::{json, print};
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::signing::minisign::KeyId;

/// The JSON document.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    release: Record<'a>,
}

/// One release. The JSON form is an interface: names stay, additions come with a new name.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Record<'a> {
    version: &'a str,
    product: &'a str,
    commit: &'a str,
    released: Date,
    channel: &'static str,
    verifier: &'static str,
    service_ends: Date,
    longest_offline_days: u32,
    units: Option<u64>,
    partition_table_sha256: Option<String>,
    store: StoreRecord,
    rescue: Option<RescueRecord>,
    anchors: Vec<AnchorRecord<'a>>,
    pins: Vec<PinRecord<'a>>,
    endpoints: Vec<EndpointRecord<'a>>,
    artefacts: Vec<ArtefactRecord<'a>>,
    /// The file of the ledger.
    file: &'a str,
}

#[derive(Serialize)]
struct StoreRecord {
    sequence: u64,
    sha256: String,
}

/// The keys whose rescue stores its devices take.
#[derive(Serialize)]
struct RescueRecord {
    threshold: u8,
    keys: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct AnchorRecord<'a> {
    name: &'a str,
    sha256: String,
    spki_sha256: String,
    not_after: Date,
    owner: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct PinRecord<'a> {
    endpoint: &'a str,
    spki_sha256: String,
    expires: Date,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct EndpointRecord<'a> {
    name: &'a str,
    url: &'a str,
    redirects: &'a [String],
    owner: &'a str,
    profile: Option<&'a str>,
    key_type: Option<KeyType>,
    leaf_days: Option<u32>,
    leaf_ends: Option<Date>,
    renewal_slack_days: Option<u32>,
    chains: &'a [String],
}

#[derive(Serialize)]
struct ArtefactRecord<'a> {
    name: &'a str,
    sha256: String,
}

impl<'a> Record<'a> {
    pub(super) fn new(recorded: &'a RecordedRelease) -> Self {
        let release = &recorded.release;
        Self {
            version: &release.version,
            product: &release.product,
            commit: &release.commit,
            released: release.released,
            channel: release.channel.word(),
            verifier: release.verifier.word(),
            service_ends: release.service_ends,
            longest_offline_days: release.longest_offline_days,
            units: release.units,
            partition_table_sha256: release.partition_table_sha256.map(hex::encode),
            store: StoreRecord {
                sequence: release.store.sequence,
                sha256: hex::encode(release.store.sha256),
            },
            rescue: release.rescue.as_ref().map(rescue),
            anchors: anchors(release),
            pins: pins(release),
            endpoints: endpoints(release),
            artefacts: artefacts(release),
            file: &recorded.file.name,
        }
    }
}

fn rescue(keys: &ReleaseRescueKeys) -> RescueRecord {
    RescueRecord {
        threshold: keys.threshold,
        keys: keys.keys.iter().map(PublicKey::to_text).collect(),
    }
}

fn anchors(release: &Release) -> Vec<AnchorRecord<'_>> {
    let anchors = release.anchors.iter().map(|anchor| AnchorRecord {
        name: &anchor.name,
        sha256: hex::encode(anchor.sha256),
        spki_sha256: hex::encode(anchor.spki_sha256),
        not_after: anchor.not_after,
        owner: anchor.owner.as_deref(),
    });
    anchors.collect()
}

fn pins(release: &Release) -> Vec<PinRecord<'_>> {
    let pins = release.pins.iter().map(|pin| PinRecord {
        endpoint: &pin.endpoint,
        spki_sha256: hex::encode(pin.spki_sha256),
        expires: pin.expires,
    });
    pins.collect()
}

fn endpoints(release: &Release) -> Vec<EndpointRecord<'_>> {
    let endpoints = release.endpoints.iter().map(|endpoint| EndpointRecord {
        name: &endpoint.name,
        url: &endpoint.url,
        redirects: &endpoint.redirects,
        owner: &endpoint.owner,
        profile: endpoint.profile.as_deref(),
        key_type: endpoint.key_type,
        leaf_days: endpoint.leaf_days,
        leaf_ends: endpoint.leaf_ends,
        renewal_slack_days: endpoint.renewal_slack_days,
        chains: &endpoint.chains,
    });
    endpoints.collect()
}

fn artefacts(release: &Release) -> Vec<ArtefactRecord<'_>> {
    let artefacts = release.artefacts.iter().map(|artefact| ArtefactRecord {
        name: &artefact.name,
        sha256: hex::encode(artefact.sha256),
    });
    artefacts.collect()
}

pub(super) fn run(ledger: &Ledger, arguments: &ShowArguments, out: &mut dyn Write) -> Result<()> {
    let recorded = find(ledger, &arguments.version)?;
    match arguments.format {
        ReleasesFormat::Human => print(out, &text(recorded)),
        ReleasesFormat::Json => print(
            out,
            &json(&Document {
                schema: "perennial.recorded-release/1",
                release: Record::new(recorded),
            })?,
        ),
    }
}

fn find<'a>(ledger: &'a Ledger, version: &str) -> Result<&'a RecordedRelease> {
    ledger.find(version).ok_or_else(|| {
        let known: Vec<_> = ledger
            .releases()
            .map(|r| r.release.version.as_str())
            .collect();
        let help = match known.as_slice() {
            [] => "no release is recorded: cargo xtask build-firmware --record".to_owned(),
            known => format!("recorded are: {}", known.join(", ")),
        };
        let what = format!("the ledger has no release {version:?}");
        Failure::new(Exit::Unreadable, what).help(help)
    })
}

/// Which partition table it expects, in words.
fn partition_table(release: &Release) -> String {
    match &release.partition_table_sha256 {
        Some(sha256) => format!("partition table {}", hex::encode(sha256)),
        None => "partition table not recorded".to_owned(),
    }
}

/// Who must sign a rescue store, in words.
fn rescue_keys(release: &Release) -> String {
    let Some(keys) = &release.rescue else {
        return "no rescue keys".to_owned();
    };
    let ids = keys.keys.iter().map(|key| KeyId(key.key_id).to_string());
    let ids: Vec<_> = ids.collect();
    format!("{} of {} must sign", keys.threshold, ids.join(", "))
}

fn text(recorded: &RecordedRelease) -> String {
    let release = &recorded.release;
    let units = release
        .units
        .map_or_else(|| "not counted".to_owned(), |units| units.to_string());
    let lines = [
        ("file", recorded.file.name.clone()),
        ("commit", release.commit.clone()),
        (
            "released",
            format!("{}, {} channel", release.released, release.channel.word()),
        ),
        ("service", format!("until {}", release.service_ends)),
        (
            "offline",
            format!("at most {}", counted(release.longest_offline_days, "day")),
        ),
        ("units", units),
        ("verifier", release.verifier.word().to_owned()),
        ("layout", partition_table(release)),
        (
            "store",
            format!(
                "{}, sequence {}",
                hex::encode(release.store.sha256),
                release.store.sequence
            ),
        ),
        ("rescue", rescue_keys(release)),
    ];
    let mut text = format!("{} {}\n", release.product, release.version);
    for (name, value) in lines {
        let _ = writeln!(text, "  {name:<9} {value}");
    }
    text.push_str("\nIt trusts:\n");
    for anchor in &release.anchors {
        let owner = anchor.owner.as_deref().unwrap_or("owner not known");
        let _ = writeln!(
            text,
            "  {}, until {}, {owner}",
            anchor.name, anchor.not_after
        );
        let _ = writeln!(text, "    sha256 {}", hex::encode(anchor.sha256));
    }
    for pin in &release.pins {
        let key = hex::encode(pin.spki_sha256);
        let _ = writeln!(
            text,
            "  the key {key} of {}, until {}",
            pin.endpoint, pin.expires
        );
    }
    text.push_str("\nIt asks, in this order:\n");
    for endpoint in &release.endpoints {
        let _ = writeln!(
            text,
            "  {}: {} ({})",
            endpoint.name, endpoint.url, endpoint.owner
        );
        for redirect in &endpoint.redirects {
            let _ = writeln!(text, "    may redirect to {redirect}");
        }
    }
    text
}
