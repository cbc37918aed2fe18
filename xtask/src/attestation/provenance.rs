//! `provenance.json`: SLSA provenance, version 1 (<https://slsa.dev/spec/v1.1/provenance>).

use std::collections::BTreeMap;

use serde::Serialize;

use super::release::Materials;
use super::statement::{Digest, Predicate, Statement, of_input, sha256, subjects};
use crate::build::ingredients::{Crate, LOCKFILE, purl_of_package};
use crate::release::manifest::{BlobRecord, PackageRecord, ReleaseManifest};

/// How the image is built: `cargo xtask build-firmware`, as `docs/attestations.md` describes it.
pub const BUILD_TYPE: &str = "urn:perennial:build-firmware:v1";

/// Who builds: this tool, as it is in the commit, wherever it runs. The same release has the same provenance whoever built it; the signature says who
/// vouches for it, and rebuild attestations say who built it again.
pub const BUILDER: &str = "urn:perennial:xtask";

/// The predicate.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    build_definition: BuildDefinition,
    run_details: RunDetails,
}

impl Predicate for Provenance {
    const TYPE: &'static str = "https://slsa.dev/provenance/v1";
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildDefinition {
    build_type: &'static str,
    external_parameters: ExternalParameters,
    internal_parameters: InternalParameters,
    resolved_dependencies: Vec<Dependency>,
}

/// What somebody who starts a build decides.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct ExternalParameters {
    commit: String,
    dirty: bool,
    channel: String,
    released: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts_known_on: Option<String>,
}

/// What follows from the commit and the pinned tools.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct InternalParameters {
    version: String,
    chip: String,
    target: &'static str,
    source_date_epoch: i64,
    toolchain: String,
    rustc: String,
    converter: String,
}

/// A resource descriptor of in-toto.
#[derive(Clone, Debug, Serialize)]
struct Dependency {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    digest: Digest,
    annotations: BTreeMap<&'static str, &'static str>,
}

#[derive(Clone, Debug, Serialize)]
struct RunDetails {
    builder: Builder,
}

#[derive(Clone, Debug, Serialize)]
struct Builder {
    id: &'static str,
}

/// The statement of a release.
pub fn statement(materials: &Materials<'_>) -> Statement<Provenance> {
    let manifest = materials.manifest;
    let provenance = Provenance {
        build_definition: BuildDefinition {
            build_type: BUILD_TYPE,
            external_parameters: external(manifest),
            internal_parameters: internal(manifest),
            resolved_dependencies: dependencies(manifest, materials.crates),
        },
        run_details: RunDetails {
            builder: Builder { id: BUILDER },
        },
    };
    Statement::new(subjects(manifest), provenance)
}

fn external(manifest: &ReleaseManifest) -> ExternalParameters {
    ExternalParameters {
        commit: manifest.commit.clone(),
        dirty: manifest.dirty,
        channel: manifest.channel.clone(),
        released: manifest.released.clone(),
        facts_known_on: manifest.facts_known_on.clone(),
    }
}

fn internal(manifest: &ReleaseManifest) -> InternalParameters {
    InternalParameters {
        version: manifest.version.clone(),
        chip: manifest.chip.clone(),
        target: crate::toolchain::TARGET,
        source_date_epoch: manifest.source_date_epoch,
        toolchain: manifest.toolchain.provider.clone(),
        rustc: manifest.toolchain.rustc.clone(),
        converter: manifest.toolchain.converter.clone(),
    }
}

/// Everything that goes into the image, in the order in which a person asks: source, what it was judged by, crates, blobs,
/// toolchain, bootloader.
fn dependencies(manifest: &ReleaseManifest, crates: &[Crate]) -> Vec<Dependency> {
    let commit = Digest::from([("gitCommit".to_owned(), manifest.commit.clone())]);
    let mut found = vec![dependency("source", "source", None, commit)];
    let inputs = manifest.inputs.iter();
    found.extend(
        inputs.map(|(path, hash)| dependency("verdict-input", path, None, of_input(path, hash))),
    );
    let lock = sha256(&manifest.lockfile_sha256);
    found.push(dependency("lockfile", LOCKFILE, None, lock));
    found.extend(crates.iter().filter_map(of_crate));
    found.extend(manifest.blobs.iter().map(of_blob));
    let packages = manifest.toolchain.packages.iter();
    found.extend(packages.map(|package| of_package(&manifest.toolchain.provider, package)));
    let tree = sha256(&manifest.toolchain.tree_sha256);
    found.push(dependency("toolchain-tree", "toolchain", None, tree));
    let bootloader = sha256(&manifest.toolchain.bootloader_sha256);
    found.push(dependency("bootloader", "bootloader", None, bootloader));
    found
}

/// A crate of the registry. Those of this project are in the commit.
fn of_crate(locked: &Crate) -> Option<Dependency> {
    let digest = sha256(locked.sha256.as_deref()?);
    let name = format!("{} {}", locked.name, locked.version);
    Some(dependency(
        locked.role.word(),
        &name,
        Some(locked.purl()),
        digest,
    ))
}

fn of_blob(blob: &BlobRecord) -> Dependency {
    let name = format!("{} {}: {}", blob.package, blob.version, blob.path);
    let uri = format!("{}#{}", blob.purl(), blob.path);
    dependency("blob", &name, Some(uri), sha256(&blob.sha256))
}

fn of_package(provider: &str, package: &PackageRecord) -> Dependency {
    let name = format!("{} {}", package.name, package.version);
    dependency(
        "toolchain-package",
        &name,
        Some(purl_of_package(provider, package)),
        sha256(&package.sha256),
    )
}

fn dependency(kind: &'static str, name: &str, uri: Option<String>, digest: Digest) -> Dependency {
    Dependency {
        name: name.to_owned(),
        uri,
        digest,
        annotations: BTreeMap::from([("kind", kind)]),
    }
}
