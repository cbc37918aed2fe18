//! Reads `release.json`: of a signed one, what a device needs.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::string::String;
use core::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::edition::{Edition, VersionError};
use super::file_name::is_plain;
use super::threshold::Signed;
use crate::hex;
use crate::text::{TextProblem, text};

/// The schema that this code reads. Fields may be added to it: those that are not known are passed over, or an old device
/// could not read the manifest that would renew it.
pub const SCHEMA: &str = "perennial.release/1";

/// What a manifest says. Only [`Manifest::read`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manifest {
    /// Name of the product.
    pub product: String,
    /// Chip, in the words of the toolchain: `esp32c3`.
    pub chip: String,
    /// Version and date.
    pub edition: Edition,
    /// Anti-rollback version in the app descriptor.
    pub secure_version: u32,
    /// Sequence of the trust store in the image.
    pub store_sequence: u64,
    /// The image for an application slot.
    pub image: Artefact,
    /// The same with secure padding, which Secure Boot v2 signs.
    pub padded: Option<Padded>,
}

/// A file of the release.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Artefact {
    /// A plain file name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
}

/// The image with secure padding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Padded {
    /// Bytes.
    pub size: u64,
    /// SHA-256 of these bytes.
    pub sha256: [u8; 32],
}

/// Why a signed manifest cannot be used.
#[derive(Debug)]
#[non_exhaustive]
pub enum ManifestError {
    /// The name of the image could lead out of the release.
    FileName(String),
    /// A hash is not 64 lowercase hexadecimal digits.
    Hash(TextField),
    /// There is not one application image.
    Images {
        /// How many there are.
        found: usize,
    },
    /// It is not JSON, or lacks a field, or has one twice, or one of another type.
    Json(serde_json::Error),
    /// It is of another schema.
    Schema(String),
    /// A text cannot be shown, or is too long.
    Text {
        /// Which.
        field: TextField,
        /// What is wrong with it.
        problem: TextProblem,
    },
    /// The version has no place among others.
    Version(VersionError),
}

/// A text in a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextField {
    /// `chip`.
    Chip,
    /// `sha256` of the application image.
    ImageSha256,
    /// `name` of the application image.
    Name,
    /// `padded-sha256`.
    PaddedSha256,
    /// `product`.
    Product,
    /// `schema`.
    Schema,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    ///
    /// The first problem found.
    pub fn read(signed: Signed<'_>) -> Result<Self, ManifestError> {
        let bytes = signed.bytes();
        // First, for a later schema may lack any other field.
        let Schema { schema } = serde_json::from_slice(bytes).map_err(ManifestError::Json)?;
        if schema != SCHEMA {
            let schema = shown(TextField::Schema, &schema)?;
            return Err(ManifestError::Schema(schema));
        }
        let wire: Wire<'_> = serde_json::from_slice(bytes).map_err(ManifestError::Json)?;
        Self::of(&wire)
    }

    fn of(wire: &Wire<'_>) -> Result<Self, ManifestError> {
        let edition = Edition::new(&wire.version, wire.source_date_epoch);
        let found = wire.artefacts.images;
        let image = wire.artefacts.image.as_ref().filter(|_| found == 1);
        Ok(Self {
            product: shown(TextField::Product, &wire.product)?,
            chip: shown(TextField::Chip, &wire.chip)?,
            edition: edition.map_err(ManifestError::Version)?,
            secure_version: wire.secure_version,
            store_sequence: wire.store.sequence,
            image: Artefact::of(image.ok_or(ManifestError::Images { found })?)?,
            padded: wire.secure_boot.as_ref().map(Padded::of).transpose()?,
        })
    }
}

impl Artefact {
    fn of(wire: &WireArtefact<'_>) -> Result<Self, ManifestError> {
        let name = shown(TextField::Name, &wire.name)?;
        if !is_plain(&name) {
            return Err(ManifestError::FileName(name));
        }
        let size = wire.size;
        let sha256 = hash(TextField::ImageSha256, &wire.sha256)?;
        Ok(Self { name, size, sha256 })
    }
}

impl Padded {
    fn of(wire: &WirePadded<'_>) -> Result<Self, ManifestError> {
        let sha256 = hash(TextField::PaddedSha256, &wire.padded_sha256)?;
        let size = wire.padded_size;
        Ok(Self { size, sha256 })
    }
}

/// Longest text that is taken.
const MAX_TEXT: usize = 64;

fn shown(field: TextField, found: &str) -> Result<String, ManifestError> {
    let text = text(found.as_bytes(), MAX_TEXT);
    text.map(str::to_owned)
        .map_err(|problem| ManifestError::Text { field, problem })
}

fn hash(field: TextField, found: &str) -> Result<[u8; 32], ManifestError> {
    hex::decode(found).ok_or(ManifestError::Hash(field))
}

#[derive(Deserialize)]
struct Schema<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
}

/// The fields that are needed. serde refuses one that is there twice.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Wire<'a> {
    #[serde(borrow)]
    product: Cow<'a, str>,
    #[serde(borrow)]
    chip: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
    source_date_epoch: i64,
    secure_version: u32,
    #[serde(borrow)]
    secure_boot: Option<WirePadded<'a>>,
    store: WireStore,
    #[serde(borrow)]
    artefacts: Images<'a>,
}

#[derive(Deserialize)]
struct WireStore {
    sequence: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct WirePadded<'a> {
    #[serde(borrow)]
    padded_sha256: Cow<'a, str>,
    padded_size: u64,
}

#[derive(Deserialize)]
struct WireArtefact<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    size: u64,
    #[serde(borrow)]
    sha256: Cow<'a, str>,
}

/// Of all artefacts, the last application image, and how many there are: the list itself would take as much heap as
/// somebody likes.
#[derive(Default)]
struct Images<'a> {
    image: Option<WireArtefact<'a>>,
    images: usize,
}

const APPLICATION_IMAGE: &str = "application-image";

impl<'de: 'a, 'a> Deserialize<'de> for Images<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Collect)
    }
}

struct Collect;

impl<'de> Visitor<'de> for Collect {
    type Value = Images<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of artefacts")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Images<'de>, A::Error> {
        let mut found = Images::default();
        while let Some(artefact) = list.next_element::<WireArtefact<'de>>()? {
            if artefact.kind == APPLICATION_IMAGE {
                found.images = found.images.saturating_add(1);
                found.image = Some(artefact);
            }
        }
        Ok(found)
    }
}

impl core::error::Error for ManifestError {}

impl fmt::Display for ManifestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileName(name) => write!(formatter, "{name:?} is no plain file name"),
            Self::Hash(field) => {
                write!(formatter, "{field} is not 64 lowercase hexadecimal digits")
            }
            Self::Images { found } => write!(formatter, "it has {found} application images, not 1"),
            Self::Json(error) => write!(formatter, "it cannot be read: {error}"),
            Self::Schema(found) => write!(formatter, "its schema is {found:?}, not {SCHEMA:?}"),
            Self::Text { field, problem } => write!(formatter, "{field} is not text: {problem}"),
            Self::Version(error) => write!(formatter, "version: {error}"),
        }
    }
}

impl fmt::Display for TextField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Chip => "chip",
            Self::ImageSha256 => "sha256 of the application image",
            Self::Name => "name of the application image",
            Self::PaddedSha256 => "padded-sha256",
            Self::Product => "product",
            Self::Schema => "schema",
        })
    }
}
