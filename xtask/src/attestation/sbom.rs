//! `sbom.cdx.json`: the bill of materials, CycloneDX 1.6 (<https://cyclonedx.org/docs/1.6/json/>).
//!
//! The types are ours: of the form that has hundreds of fields a release needs thirty, and what is written must be what
//! is read again, to the byte.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use trust::policy::{KeySet, SigningKey};
use trust::store::ApprovedAnchor;

use super::release::{Materials, NoProof, reference};
use super::statement::json;
use crate::build::ingredients::{Crate, CrateRole, Origin, purl_of_package};
use crate::release::manifest::{ArtefactKind, BlobRecord, PackageRecord, ReleaseManifest};
use crate::signing::minisign::KeyId;

mod model;
mod read;

use model::{
    Bom, CertificateProperties, Component, CryptoProperties, Dependency, Diff, Hash, LicenceChoice,
    Metadata, Patch, Pedigree, Property, RelatedCryptoMaterialProperties, Tools,
};
pub use read::crates;

/// The document of a release.
///
/// # Errors
/// Where the gate is closed: the anchors are those that it approved.
pub(super) fn document(materials: &Materials<'_>) -> Result<Vec<u8>, NoProof> {
    let (store, policy) = materials.approved()?;
    let manifest = materials.manifest;
    let product = product(manifest);
    let mut components: Vec<Component> = materials.crates.iter().map(of_crate).collect();
    components.extend(manifest.blobs.iter().map(of_blob));
    components.push(bootloader(manifest));
    let provider = &manifest.toolchain.provider;
    let packages = manifest.toolchain.packages.iter();
    components.extend(packages.map(|package| of_package(provider, package)));
    components.extend(store.contents().anchors.iter().map(of_anchor));
    components.extend(of_keys("signing", &policy.signing));
    let rescue = policy.rescue.iter();
    components.extend(rescue.flat_map(|keys| of_keys("rescue", keys)));
    let mut bom = Bom {
        schema: model::SCHEMA.to_owned(),
        bom_format: "CycloneDX".to_owned(),
        spec_version: "1.6".to_owned(),
        serial_number: String::new(),
        version: 1,
        metadata: Metadata {
            timestamp: format!("{}T00:00:00Z", manifest.released),
            tools: tools(),
            component: product,
            properties: properties(manifest),
        },
        dependencies: vec![linked(manifest, &components)],
        components,
    };
    bom.serial_number = serial_number(&json(&bom));
    Ok(json(&bom))
}

/// A UUID of version 8 (RFC 9562, section 5.8): from the SHA-256 of the document without it. Another document has another.
fn serial_number(document: &[u8]) -> String {
    let mut bytes: [u8; 32] = Sha256::digest(document).into();
    bytes[6] = 0x80 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    let text = hex::encode(&bytes[..16]);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &text[range]);
    format!("urn:uuid:{}", parts.join("-"))
}

fn product(manifest: &ReleaseManifest) -> Component {
    let image = manifest.artefact(ArtefactKind::ApplicationImage);
    Component {
        hashes: image.map(|image| vec![sha256(&image.sha256)]),
        version: Some(manifest.version.clone()),
        ..Component::new("firmware", "product", &manifest.product)
    }
}

fn tools() -> Tools {
    let ourselves = Component::new("application", super::provenance::BUILDER, "perennial");
    Tools {
        components: vec![ourselves],
    }
}

fn properties(manifest: &ReleaseManifest) -> Vec<Property> {
    let named = |name: &str, value: &str| Property {
        name: format!("perennial:{name}"),
        value: value.to_owned(),
    };
    vec![
        named("commit", &manifest.commit),
        named("lockfile-sha256", &manifest.lockfile_sha256),
        named("store-sha256", &manifest.store.sha256),
        named("toolchain-tree-sha256", &manifest.toolchain.tree_sha256),
    ]
}

/// What the image is linked from: crates, blobs and the bootloader.
fn linked(manifest: &ReleaseManifest, components: &[Component]) -> Dependency {
    let parts = components.iter().filter(|part| part.is_in_image());
    let mut parts: Vec<_> = parts.map(|part| part.bom_ref.clone()).collect();
    parts.sort();
    Dependency {
        reference: product(manifest).bom_ref,
        depends_on: parts,
    }
}

/// A crate. One that only runs during the build is `excluded` in the words of the form: it is named, and is no part of the image.
fn of_crate(one: &Crate) -> Component {
    let scope = match one.role {
        CrateRole::Build => "excluded",
        CrateRole::Linked => "required",
    };
    let licence = |expression: &String| LicenceChoice {
        expression: expression.clone(),
    };
    Component {
        version: Some(one.version.clone()),
        scope: Some(scope.to_owned()),
        hashes: one.sha256.as_deref().map(|hash| vec![sha256(hash)]),
        licenses: one.licence.as_ref().map(|text| vec![licence(text)]),
        // A crate of this project is in no registry. A copy has the name by which advisories find what it was made of.
        purl: (one.sha256.is_some() || one.origin.is_some()).then(|| one.purl()),
        pedigree: one.origin.as_ref().map(|origin| pedigree(one, origin)),
        ..Component::new(
            "library",
            &reference("crate", format!("{}@{}", one.name, one.version)),
            &one.name,
        )
    }
}

/// What a copy was made of: the published crate, and a patch in the commit.
fn pedigree(copy: &Crate, origin: &Origin) -> Pedigree {
    let published = reference("published", format!("{}@{}", copy.name, copy.version));
    let published = Component {
        version: Some(copy.version.clone()),
        hashes: Some(vec![sha256(&origin.sha256)]),
        purl: Some(copy.purl()),
        ..Component::new("library", &published, &copy.name)
    };
    Pedigree {
        ancestors: vec![published],
        patches: vec![Patch {
            kind: "unofficial".to_owned(),
            diff: Diff {
                url: origin.patch.clone(),
            },
        }],
    }
}

fn of_blob(blob: &BlobRecord) -> Component {
    let place = format!("{}@{}/{}", blob.package, blob.version, blob.path);
    Component {
        version: Some(blob.version.clone()),
        scope: Some("required".to_owned()),
        hashes: Some(vec![sha256(&blob.sha256)]),
        properties: Some(vec![Property {
            name: "perennial:bytes".to_owned(),
            value: blob.size.to_string(),
        }]),
        ..Component::new(
            "library",
            &reference("blob", place),
            &format!("{}: {}", blob.package, blob.path),
        )
    }
}

fn bootloader(manifest: &ReleaseManifest) -> Component {
    Component {
        version: Some(manifest.toolchain.converter.clone()),
        scope: Some("required".to_owned()),
        hashes: Some(vec![sha256(&manifest.toolchain.bootloader_sha256)]),
        ..Component::new("firmware", "bootloader", "bootloader")
    }
}

fn of_package(provider: &str, package: &PackageRecord) -> Component {
    Component {
        version: Some(package.version.clone()),
        scope: Some("excluded".to_owned()),
        hashes: Some(vec![sha256(&package.sha256)]),
        purl: Some(purl_of_package(provider, package)),
        ..Component::new(
            "application",
            &reference("toolchain", &package.name),
            &package.name,
        )
    }
}

/// A trust anchor: the certificate, its dates, and until when it counts.
fn of_anchor(anchor: &ApprovedAnchor) -> Component {
    let certificate = &anchor.certificate;
    let fingerprint = hex::encode(certificate.fingerprint);
    let property = |name: &str, value: String| Property {
        name: format!("perennial:{name}"),
        value,
    };
    let mut properties = vec![
        property("effective-end", anchor.effective_end.date.to_string()),
        property("key", certificate.key.to_string()),
        property("reason", anchor.reason.clone()),
        property("spki-sha256", hex::encode(certificate.spki_sha256)),
    ];
    let owner = anchor.owner.iter();
    properties.extend(owner.map(|owner| property("owner", owner.clone())));
    properties.sort_by(|a, b| a.name.cmp(&b.name));
    Component {
        hashes: Some(vec![sha256(&fingerprint)]),
        crypto_properties: Some(CryptoProperties {
            asset_type: "certificate".to_owned(),
            certificate_properties: Some(CertificateProperties {
                subject_name: certificate.name.clone(),
                issuer_name: (certificate.self_issued).then(|| certificate.name.clone()),
                not_valid_before: format!("{}T00:00:00Z", certificate.not_before),
                not_valid_after: format!("{}T23:59:59Z", certificate.not_after),
                certificate_format: "X.509".to_owned(),
            }),
            related_crypto_material_properties: None,
        }),
        properties: Some(properties),
        ..Component::new(
            "cryptographic-asset",
            &reference("anchor", fingerprint),
            &anchor.name,
        )
    }
}

/// The public keys of a key set: whose signatures devices accept.
fn of_keys<'a>(purpose: &'static str, keys: &'a KeySet) -> impl Iterator<Item = Component> + 'a {
    let mut ordered: BTreeMap<[u8; 32], &SigningKey> = BTreeMap::new();
    for key in &keys.keys {
        ordered.entry(key.ed25519).or_insert(key);
    }
    ordered.into_values().map(move |key| of_key(purpose, key))
}

fn of_key(purpose: &str, key: &SigningKey) -> Component {
    let id = KeyId(key.key_id).to_string();
    let material = RelatedCryptoMaterialProperties {
        kind: "public-key".to_owned(),
        id: id.clone(),
        state: "active".to_owned(),
        size: 256,
        format: "minisign, Ed25519".to_owned(),
        value: key.public.value.clone(),
    };
    Component {
        crypto_properties: Some(CryptoProperties {
            asset_type: "related-crypto-material".to_owned(),
            certificate_properties: None,
            related_crypto_material_properties: Some(material),
        }),
        properties: Some(vec![Property {
            name: "perennial:role".to_owned(),
            value: key.role.word().to_owned(),
        }]),
        ..Component::new(
            "cryptographic-asset",
            &reference("key", hex::encode(key.ed25519)),
            &format!("{purpose} key {id}"),
        )
    }
}

fn sha256(hexadecimal: &str) -> Hash {
    Hash {
        alg: "SHA-256".to_owned(),
        content: hexadecimal.to_owned(),
    }
}
