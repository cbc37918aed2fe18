//! A signed image: the padded application and its signature sector.

use device::flash_layout::OTA_0;

use super::layout::SECTOR_LENGTH;
use super::padding::{PAGE, PaddedImage};
use super::sector::Sector;
use crate::image::{Fault, Faults, Field, differing};

/// The file of a signed image in a release.
pub const FILE_NAME: &str = "application.signed.bin";

/// A padded image and signatures of it, every byte checked.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedImage<'a> {
    padded: PaddedImage<'a>,
    sector: Sector,
}

impl<'a> SignedImage<'a> {
    /// Reads a signed image that takes up all of `bytes`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, by field: the application, its padding, each signature block, a byte that is
    /// not erased behind them. Whether a device trusts the keys is not asked here.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Faults> {
        if !has_signed_length(bytes.len()) {
            let problem = format!(
                "has {} bytes; it must be a multiple of 64 KiB, and a sector of {SECTOR_LENGTH}, \
                 and fit a slot of {} bytes",
                bytes.len(),
                OTA_0.size
            );
            return Err(Fault::new(0..bytes.len(), "signed image", problem).into());
        }
        let (image, sector) = bytes.split_at(bytes.len() - SECTOR_LENGTH);
        let padded = PaddedImage::read(image);
        // Of an image that was changed, the digest that its signatures are of says nothing new.
        let digest = <sha2::Sha256 as sha2::Digest>::digest(image).into();
        let mut faults = Faults::NONE;
        let sector = Sector::read(sector, &digest);
        match (padded, sector) {
            (Ok(padded), Ok(sector)) => Ok(Self { padded, sector }),
            (padded, sector) => {
                faults.extend(padded.err().unwrap_or_default());
                faults.extend(at(image.len(), &sector.err().unwrap_or_default()));
                Err(faults)
            }
        }
    }

    /// Reads a signed image that must be of `padded`: of an image part that was changed, the fields that differ are
    /// named, and not what follows from them.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, by field.
    pub fn read_of(bytes: &'a [u8], padded: &PaddedImage<'_>) -> Result<Self, Faults> {
        let (expected, length) = (padded.bytes(), bytes.len());
        if length != expected.len() + SECTOR_LENGTH {
            let problem = format!(
                "has {length} bytes; the padded image has {}, and the signature sector {SECTOR_LENGTH}",
                expected.len()
            );
            return Err(Fault::new(0..length, "signed image", problem).into());
        }
        let (image, sector) = bytes.split_at(expected.len());
        if image == expected
            && let Ok(signed) = Self::read(bytes)
        {
            return Ok(signed);
        }
        let mut faults = differences(image, padded);
        let sector = Sector::read(sector, &padded.digest());
        faults.extend(at(image.len(), &sector.err().unwrap_or_default()));
        Err(faults)
    }

    /// The padded image, which the signatures are of.
    pub const fn padded(&self) -> &PaddedImage<'a> {
        &self.padded
    }

    /// The signatures.
    pub const fn sector(&self) -> &Sector {
        &self.sector
    }

    /// The padded image and the signatures, for who adds one.
    pub fn into_parts(self) -> (PaddedImage<'a>, Sector) {
        (self.padded, self.sector)
    }

    /// The name of each range of bytes, in order, without gap or overlap.
    pub fn fields(&self) -> Vec<Field> {
        let start = self.padded.bytes().len();
        let mut fields = self.padded.fields();
        fields.extend(self.sector.fields().into_iter().map(|field| {
            let range = field.range.start + start..field.range.end + start;
            Field::new(range, field.name)
        }));
        fields
    }
}

/// Whether `length` is one that a signed image can have: whole pages, a sector, and not more than a slot.
pub(super) const fn has_signed_length(length: usize) -> bool {
    length > SECTOR_LENGTH
        && (length - SECTOR_LENGTH).is_multiple_of(PAGE)
        && length <= OTA_0.size as usize
}

/// The fields in which `image` is not the padded image.
fn differences(image: &[u8], padded: &PaddedImage<'_>) -> Faults {
    let mut faults = Faults::NONE;
    for field in padded.fields() {
        let parts = image.get(field.range.clone());
        let parts = parts.zip(padded.bytes().get(field.range.clone()));
        if let Some((first, count)) = parts.and_then(|(found, expected)| differing(found, expected))
        {
            let first = field.range.start + first;
            let problem = format!(
                "{count} bytes differ from the padded application, the first at 0x{first:x}"
            );
            faults.add(Fault { field, problem });
        }
    }
    faults
}

/// `faults` of what begins at `offset`.
fn at(offset: usize, faults: &Faults) -> Faults {
    let mut moved = Faults::NONE;
    for fault in faults.iter() {
        let range = fault.field.range.start + offset..fault.field.range.end + offset;
        moved.add(Fault::new(
            range,
            fault.field.name.clone(),
            fault.problem.clone(),
        ));
    }
    moved
}
