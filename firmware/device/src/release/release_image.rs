//! The image of a release, as its manifest describes it.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use super::acceptance::{Refusal, SecureBoot};
use super::edition::Edition;
use super::manifest::Manifest;
use crate::flash_layout::OTA_0;
use crate::image::{Form, SIGNATURE_SECTOR_LENGTH};

/// The file with the image that Secure Boot v2 starts: the padded one, and its signature sector.
pub const SIGNED_IMAGE: &str = "application.signed.bin";

/// The image of a release that a board with or without Secure Boot starts, as the signed manifest describes it. That it may be
/// installed takes a [`Candidate`](super::Candidate).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseImage {
    product: String,
    edition: Edition,
    secure_version: u32,
    store_sequence: u64,
    file: String,
    length: u32,
    form: Form,
    sha256: [u8; 32],
}

impl ReleaseImage {
    /// That of the release of `manifest`.
    ///
    /// # Errors
    ///
    /// [`Refusal::NoPaddedImage`], [`Refusal::Size`].
    pub fn of(manifest: &Manifest, secure_boot: SecureBoot) -> Result<Self, Refusal> {
        let (file, found, form, sha256) = match secure_boot {
            SecureBoot::Off => {
                let image = &manifest.image;
                (&*image.name, image.size, Form::Unsigned, image.sha256)
            }
            SecureBoot::On => {
                let padded = manifest.padded.as_ref().ok_or(Refusal::NoPaddedImage)?;
                let size = padded.size.saturating_add(SIGNATURE_SECTOR_LENGTH.into());
                (SIGNED_IMAGE, size, Form::Signed, padded.sha256)
            }
        };
        Ok(Self {
            product: manifest.product.clone(),
            edition: manifest.edition.clone(),
            secure_version: manifest.secure_version,
            store_sequence: manifest.store_sequence,
            file: file.to_owned(),
            length: fitting(found)?,
            form,
            sha256,
        })
    }

    /// Version and date.
    pub const fn edition(&self) -> &Edition {
        &self.edition
    }

    /// Name of the product, as the app descriptor must have it.
    pub fn product(&self) -> &str {
        &self.product
    }

    /// Anti-rollback version, as the app descriptor must have it.
    pub const fn secure_version(&self) -> u32 {
        self.secure_version
    }

    /// Sequence of the trust store in the image.
    pub const fn store_sequence(&self) -> u64 {
        self.store_sequence
    }

    /// The file to fetch: a plain file name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Bytes of the file.
    pub const fn length(&self) -> u32 {
        self.length
    }

    /// What the file must be.
    pub const fn form(&self) -> Form {
        self.form
    }

    /// SHA-256 of the image, without the signature sector: the salt of its signatures is random, so the manifest has no hash
    /// of it.
    pub const fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }
}

fn fitting(found: u64) -> Result<u32, Refusal> {
    let maximum = OTA_0.size;
    let length = u32::try_from(found).ok();
    let fits = length.filter(|length| (1..=maximum).contains(length));
    fits.ok_or(Refusal::Size { found, maximum })
}
