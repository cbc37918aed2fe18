//! Secure padding v2: the application as Secure Boot v2 signs it.
//!
//! A segment of zeros at address 0, which nothing loads, makes the image end with a page of the flash cache, so that
//! everything that is mapped from flash is in the signed bytes. Follows `secure_pad` "2" of esptool
//! (`ESP32FirmwareImage.save`) byte for byte.

use std::borrow::Cow;

use device::flash_layout::OTA_0;
use sha2::{Digest as _, Sha256};

use super::layout::SECTOR_LENGTH;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::image::{
    Application, CHECKSUM_BLOCK, DIGEST_LENGTH, Fault, Faults, Field, HEADER_LENGTH, MAX_SEGMENTS,
    MMU_PAGE, Region,
};

/// What the length of a padded image is a multiple of.
pub const PAGE: usize = MMU_PAGE as usize;

/// Where the header has the number of segments.
const SEGMENT_COUNT: usize = 1;

/// An application image with secure padding. Only [`PaddedImage::pad`] and [`PaddedImage::read`] make one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PaddedImage<'a> {
    bytes: Cow<'a, [u8]>,
}

/// Why an image cannot be padded.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PaddingError {
    /// It ends with secure padding.
    #[error("it has secure padding already")]
    Padded,
    /// There is no room for one more segment.
    #[error(
        "it has {MAX_SEGMENTS} segments, the most that an image can have; the padding is one more"
    )]
    Segments,
}

impl PaddedImage<'static> {
    /// Pads an application.
    ///
    /// # Errors
    ///
    /// An image that is padded already, or has no room for one more segment.
    pub fn pad(application: &Application<'_>) -> std::result::Result<Self, PaddingError> {
        if is_padded(application) {
            return Err(PaddingError::Padded);
        }
        Self::pad_once_more(application)
    }

    /// Pads whatever the image ends with, as esptool does.
    fn pad_once_more(application: &Application<'_>) -> std::result::Result<Self, PaddingError> {
        let segments = application.container().segments();
        let count = u8::try_from(segments.len() + 1).unwrap_or(u8::MAX);
        if count > MAX_SEGMENTS {
            return Err(PaddingError::Segments);
        }
        let image = application.bytes();
        let end = segments.last().map_or(0, |last| last.data.end);
        let mut bytes = image.get(..end).unwrap_or_default().to_vec();
        let length = padding_length(end);
        bytes.extend([0; 4]);
        bytes.extend(u32::try_from(length).unwrap_or_default().to_le_bytes());
        bytes.resize(bytes.len() + length, 0);
        // Zeros leave the checksum as it is: the last byte before the digest.
        let checksum = image.iter().rev().nth(DIGEST_LENGTH);
        finish(bytes, count, checksum.copied().unwrap_or_default())
    }
}

impl<'a> PaddedImage<'a> {
    /// Reads a padded image that takes up all of `bytes`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it as an application image; an end that is not the padding that
    /// [`PaddedImage::pad`] makes.
    pub fn read(bytes: &'a [u8]) -> std::result::Result<Self, Faults> {
        let application = Application::read(bytes)?;
        if !is_padded(&application) {
            let end = application.container().segments().last();
            let range = end.map_or(0..bytes.len(), |last| last.data.clone());
            let problem = "the image has no secure padding: its last segment is not one of zeros that fills it \
                           up to a multiple of 64 KiB";
            return Err(Fault::new(range, "secure padding", problem).into());
        }
        Ok(Self {
            bytes: Cow::Borrowed(bytes),
        })
    }

    /// The bytes: a multiple of 64 KiB.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The SHA-256 of the bytes: what is signed, and what a signature block names.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(&self.bytes).into()
    }

    /// The same image, for those who drop the bytes that it was read from.
    pub fn into_owned(self) -> PaddedImage<'static> {
        PaddedImage {
            bytes: Cow::Owned(self.bytes.into_owned()),
        }
    }

    /// The name of each range of bytes, in order, without gap or overlap.
    pub fn fields(&self) -> Vec<Field> {
        let application = Application::read(&self.bytes);
        let mut fields = application.map_or_else(|_| Vec::new(), |image| image.fields());
        let is_padding = |field: &&mut Field| field.name.ends_with(": padding");
        if let Some(last) = fields.iter_mut().rev().find(is_padding) {
            last.name = last.name.replace(": padding", ": secure padding");
        }
        fields
    }

    /// Demands that the signed image fits an OTA slot.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`] with the number of bytes that are too many.
    pub fn require_slot(&self) -> Result<()> {
        let (slot, signed) = (OTA_0.size as usize, self.bytes.len() + SECTOR_LENGTH);
        if signed <= slot {
            return Ok(());
        }
        Err(
            Failure::new(Exit::Unreadable, "the signed image does not fit its slot")
                .evidence(format!(
                    "padded to {} bytes, and with the signature sector {signed}; {} has {slot}",
                    self.bytes.len(),
                    OTA_0.label
                ))
                .help(format!(
                    "remove anchors or code, until the application has at most {} bytes",
                    largest_padded(slot)
                )),
        )
    }
}

/// The largest padded image that fits a slot together with its signature sector.
const fn largest_padded(slot: usize) -> usize {
    (slot - SECTOR_LENGTH) / PAGE * PAGE
}

/// Bytes of zeros after segments that end at `end`. Between them and the end of the page stand one block with the
/// checksum and the digest.
const fn padding_length(end: usize) -> usize {
    let past = (end + HEADER_LENGTH) % PAGE;
    (PAGE * 2 - past - CHECKSUM_BLOCK - DIGEST_LENGTH) % PAGE
}

/// Whether the last segment is the one that [`PaddedImage::pad`] adds.
fn is_padded(application: &Application<'_>) -> bool {
    let Some((last, others)) = application.container().segments().split_last() else {
        return false;
    };
    let end = last.data.start - HEADER_LENGTH;
    last.region == Region::Padding
        && last.address == 0
        && !others.is_empty()
        && application.bytes().len().is_multiple_of(PAGE)
        && last.data.len() == padding_length(end)
}

/// Number of segments, checksum and digest.
fn finish(
    mut bytes: Vec<u8>,
    segments: u8,
    checksum: u8,
) -> std::result::Result<PaddedImage<'static>, PaddingError> {
    if let Some(count) = bytes.get_mut(SEGMENT_COUNT) {
        *count = segments;
    }
    bytes.resize(bytes.len() + CHECKSUM_BLOCK - 1, 0);
    bytes.push(checksum);
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    Ok(PaddedImage {
        bytes: Cow::Owned(bytes),
    })
}
