//! The part of CycloneDX 1.6 that a release uses, in the order in which it is written.

use serde::{Deserialize, Serialize};

/// Where the form is described.
pub(super) const SCHEMA: &str = "http://cyclonedx.org/schema/bom-1.6.schema.json";

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Bom {
    #[serde(rename = "$schema")]
    pub(super) schema: String,
    pub(super) bom_format: String,
    pub(super) spec_version: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) serial_number: String,
    pub(super) version: u32,
    pub(super) metadata: Metadata,
    pub(super) components: Vec<Component>,
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Metadata {
    /// The release date: nothing in a release depends on a clock.
    pub(super) timestamp: String,
    pub(super) tools: Tools,
    pub(super) component: Component,
    pub(super) properties: Vec<Property>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tools {
    pub(super) components: Vec<Component>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Component {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(rename = "bom-ref")]
    pub(super) bom_ref: String,
    pub(super) name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hashes: Option<Vec<Hash>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) licenses: Option<Vec<LicenceChoice>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) purl: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) pedigree: Option<Pedigree>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) crypto_properties: Option<CryptoProperties>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) properties: Option<Vec<Property>>,
}

impl Component {
    /// A component with nothing but what every one has.
    pub(super) fn new(kind: &str, bom_ref: &str, name: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            bom_ref: bom_ref.to_owned(),
            name: name.to_owned(),
            version: None,
            scope: None,
            hashes: None,
            licenses: None,
            purl: None,
            pedigree: None,
            crypto_properties: None,
            properties: None,
        }
    }

    /// Whether it is a part of the image.
    pub(super) fn is_in_image(&self) -> bool {
        self.scope.as_deref() == Some("required")
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Hash {
    pub(super) alg: String,
    pub(super) content: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LicenceChoice {
    pub(super) expression: String,
}

/// What a component was made of.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pedigree {
    pub(super) ancestors: Vec<Component>,
    pub(super) patches: Vec<Patch>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Patch {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) diff: Diff,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Diff {
    pub(super) url: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Property {
    pub(super) name: String,
    pub(super) value: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CryptoProperties {
    pub(super) asset_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) certificate_properties: Option<CertificateProperties>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) related_crypto_material_properties: Option<RelatedCryptoMaterialProperties>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CertificateProperties {
    pub(super) subject_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) issuer_name: Option<String>,
    pub(super) not_valid_before: String,
    pub(super) not_valid_after: String,
    pub(super) certificate_format: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RelatedCryptoMaterialProperties {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) id: String,
    pub(super) state: String,
    /// Bits.
    pub(super) size: u32,
    pub(super) format: String,
    pub(super) value: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Dependency {
    #[serde(rename = "ref")]
    pub(super) reference: String,
    pub(super) depends_on: Vec<String>,
}
