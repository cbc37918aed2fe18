//! Whether what came, and what was written, is the release.

use alloc::borrow::ToOwned as _;
use alloc::string::{String, ToString as _};
use core::fmt;

use crate::flash::FlashError;
use crate::hex::Hex;
use crate::image::{Descriptor, DescriptorField, Form, ImageError, ImageFacts};
use crate::release::ReleaseImage;

/// Why bytes are not the release, or do not get into the slot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentError {
    /// The image is not the one in the manifest.
    Digest {
        /// Its SHA-256.
        found: [u8; 32],
        /// That of the manifest.
        expected: [u8; 32],
    },
    /// The slot cannot be read or written.
    Flash(FlashError),
    /// Bytes came that do not follow those before them.
    Gap {
        /// The place of the first one.
        found: u32,
        /// Where they must begin.
        expected: u32,
    },
    /// The image carries signatures of Secure Boot and must not, or the other way round.
    Form {
        /// What it is.
        found: Form,
    },
    /// The bytes are no image that the bootloader starts.
    Image(ImageError),
    /// The server's file is shorter or longer than the one in the manifest.
    Length {
        /// Bytes that the server says or sends.
        found: u32,
        /// Bytes in the manifest.
        expected: u32,
    },
    /// The image says something else than the manifest.
    Mismatch(Mismatch),
    /// The slot does not hold what was written.
    ReadsOtherwise,
    /// More bytes came than the manifest says.
    TooManyBytes {
        /// Bytes in the manifest.
        expected: u32,
    },
}

/// The image says something else than the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Of what.
    pub field: DescriptorField,
    /// What the image says.
    pub image: String,
    /// What the manifest says.
    pub manifest: String,
}

/// Demands that the image says of itself what the manifest says.
pub(super) fn check_descriptor(
    found: &Descriptor,
    image: &ReleaseImage,
) -> Result<(), ContentError> {
    let version = image.edition().version().to_string();
    let product = image.product();
    let (said, manifest) = (found.secure_version, image.secure_version());
    let mismatch = if found.project != product {
        Mismatch::of(DescriptorField::Project, &found.project, product)
    } else if found.version != version {
        Mismatch::of(DescriptorField::Version, &found.version, &version)
    } else if said != manifest {
        let (said, manifest) = (said.to_string(), manifest.to_string());
        Mismatch::of(DescriptorField::SecureVersion, &said, &manifest)
    } else {
        return Ok(());
    };
    Err(ContentError::Mismatch(mismatch))
}

/// Demands that the image is the one in the manifest.
pub(super) fn check_image(facts: &ImageFacts, image: &ReleaseImage) -> Result<(), ContentError> {
    let (found, expected) = (facts.image_sha256, *image.sha256());
    if found != expected {
        return Err(ContentError::Digest { found, expected });
    }
    if facts.form != image.form() {
        return Err(ContentError::Form { found: facts.form });
    }
    check_descriptor(&facts.descriptor, image)
}

impl Mismatch {
    fn of(field: DescriptorField, image: &str, manifest: &str) -> Self {
        Self {
            field,
            image: image.to_owned(),
            manifest: manifest.to_owned(),
        }
    }
}

impl From<FlashError> for ContentError {
    fn from(error: FlashError) -> Self {
        Self::Flash(error)
    }
}

impl From<ImageError> for ContentError {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

impl core::error::Error for ContentError {}

impl fmt::Display for ContentError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest { found, expected } => write!(
                formatter,
                "the image has SHA-256 {}, the manifest says {}",
                Hex(found),
                Hex(expected)
            ),
            Self::Flash(error) => write!(formatter, "the slot: {error}"),
            Self::Form { found } => formatter.write_str(match found {
                Form::Signed => "the image is signed for Secure Boot, which is off",
                Form::Unsigned => "the image is not signed for Secure Boot, which is on",
            }),
            Self::Image(error) => write!(formatter, "the image: {error}"),
            Self::Length { found, expected } => write!(
                formatter,
                "the server's file has {found} bytes, the manifest says {expected}"
            ),
            Self::Mismatch(mismatch) => fmt::Display::fmt(mismatch, formatter),
            Self::ReadsOtherwise => formatter.write_str("the slot does not hold what was written"),
            Self::Gap { found, expected } => write!(
                formatter,
                "the server sends byte {found}, byte {expected} must come next"
            ),
            Self::TooManyBytes { expected } => {
                write!(
                    formatter,
                    "more than the {expected} bytes of the manifest came"
                )
            }
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            field,
            image,
            manifest,
        } = self;
        write!(
            formatter,
            "the {field} of the image is {image}, the manifest says {manifest}"
        )
    }
}
