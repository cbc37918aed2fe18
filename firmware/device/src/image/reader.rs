//! Reads an image that comes in portions, and keeps no more of it than an app descriptor.

use sha2::{Digest as _, Sha256};

use super::descriptor::{DESCRIPTOR_LENGTH, Descriptor};
use super::error::ImageError;
use super::header::{HEADER_LENGTH, Header, SEGMENT_HEADER_LENGTH};
use super::piece::Piece;
use super::signature_sector::{self, PADDED_TO, SECTOR_HEAD_LENGTH, SIGNATURE_SECTOR_LENGTH};

/// Whether an image carries signatures of Secure Boot v2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// It ends with a signature sector.
    Signed,
    /// It ends with its digest, padded or not.
    Unsigned,
}

/// What is known of an image that was read whole. Only [`ImageReader::facts`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImageFacts {
    /// What it says of itself.
    pub descriptor: Descriptor,
    /// Whether it carries signatures.
    pub form: Form,
    /// SHA-256 of the image from header to digest, both included, without a signature sector.
    pub image_sha256: [u8; 32],
    /// SHA-256 of all bytes.
    pub file_sha256: [u8; 32],
}

/// Reads an image of known length.
pub struct ImageReader {
    /// Bytes of the file.
    length: u32,
    /// Bytes taken.
    position: u32,
    part: Part,
    /// Of the present part, where it is a piece.
    piece: Piece,
    /// Segments that were not begun.
    segments_left: u8,
    /// Segments that were begun.
    segments: u8,
    checksum: u8,
    hash: Sha256,
    descriptor: Option<Descriptor>,
    image: Option<(Form, [u8; 32])>,
}

/// What stands at the present position.
#[derive(Clone, Copy)]
enum Part {
    /// Data of a segment, so many bytes of it.
    Data(u32),
    /// The app descriptor; so many bytes of its segment follow.
    Descriptor(u32),
    /// The digest, which must be this.
    Digest([u8; 32], Form),
    /// Nothing more.
    End,
    Header,
    /// The rest of the signature sector, so many bytes of it.
    Sector(u32),
    SectorHead([u8; 32]),
    SegmentHeader,
    /// Padding and checksum.
    Tail(Form),
}

impl ImageReader {
    /// Reads an image of `length` bytes, with a signature sector where it has one.
    pub fn new(length: u32) -> Self {
        Self {
            length,
            position: 0,
            part: Part::Header,
            piece: Piece::new(HEADER_LENGTH),
            segments_left: 0,
            segments: 0,
            checksum: CHECKSUM_SEED,
            hash: Sha256::new(),
            descriptor: None,
            image: None,
        }
    }

    /// Takes the bytes that follow those taken before.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, as soon as it can be known. After an error no more may be taken.
    pub fn take(&mut self, bytes: &[u8]) -> Result<(), ImageError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let missing = self.missing();
            if missing == 0 {
                let count = u32::try_from(rest.len()).unwrap_or(u32::MAX);
                return Err(ImageError::Trailing { count });
            }
            let (taken, after) = rest.split_at_checked(missing).unwrap_or((rest, &[]));
            self.take_of_part(taken)?;
            rest = after;
        }
        Ok(())
    }

    /// The app descriptor, once it has come.
    pub const fn descriptor(&self) -> Option<&Descriptor> {
        self.descriptor.as_ref()
    }

    /// What is known of the image, when all of it was taken.
    ///
    /// # Errors
    ///
    /// [`ImageError::Short`].
    pub fn facts(&self) -> Result<ImageFacts, ImageError> {
        let short = ImageError::Short {
            found: self.position,
            expected: self.length,
        };
        let (Part::End, Some(descriptor), Some((form, image_sha256))) =
            (self.part, &self.descriptor, self.image)
        else {
            return Err(short);
        };
        Ok(ImageFacts {
            descriptor: descriptor.clone(),
            form,
            image_sha256,
            file_sha256: self.hash.clone().finalize().into(),
        })
    }

    /// Bytes that the present part still needs.
    fn missing(&self) -> usize {
        match self.part {
            Part::End => 0,
            Part::Data(left) | Part::Sector(left) => left as usize,
            _ => self.piece.missing(),
        }
    }

    fn take_of_part(&mut self, bytes: &[u8]) -> Result<(), ImageError> {
        self.hash.update(bytes);
        let count = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.position = self.position.saturating_add(count);
        match &mut self.part {
            Part::Data(left) => {
                *left = left.saturating_sub(count);
                self.checksum ^= exclusive_or(bytes);
            }
            Part::Sector(left) => *left = left.saturating_sub(count),
            _ => self.piece.add(bytes),
        }
        match self.missing() {
            0 => self.end_part(),
            _ => Ok(()),
        }
    }

    fn end_part(&mut self) -> Result<(), ImageError> {
        match self.part {
            Part::Header => {
                self.segments_left = Header::read(&self.piece.array())?.segments;
                self.begin_segment_or_tail()
            }
            Part::SegmentHeader => self.begin_data(),
            Part::Descriptor(rest) => {
                self.checksum ^= exclusive_or(self.piece.bytes());
                self.descriptor = Some(Descriptor::read(&self.piece.array())?);
                self.begin_rest(rest)
            }
            Part::Data(_) => self.begin_segment_or_tail(),
            Part::Tail(form) => self.end_tail(form),
            Part::Digest(computed, form) => self.end_image(computed, form),
            Part::SectorHead(image) => {
                signature_sector::check(&self.piece.array(), image)?;
                self.part = Part::Sector(SECTOR_REST);
                Ok(())
            }
            Part::Sector(_) | Part::End => {
                self.part = Part::End;
                Ok(())
            }
        }
    }

    fn begin(&mut self, part: Part, length: usize) {
        self.part = part;
        self.piece = Piece::new(length);
    }

    fn begin_segment_or_tail(&mut self) -> Result<(), ImageError> {
        if let Some(left) = self.segments_left.checked_sub(1) {
            self.segments_left = left;
            self.segments = self.segments.saturating_add(1);
            self.begin(Part::SegmentHeader, SEGMENT_HEADER_LENGTH);
            return Ok(());
        }
        let tail = CHECKSUM_BLOCK.saturating_sub(self.position & (CHECKSUM_BLOCK - 1));
        let end = self.position.saturating_add(tail).saturating_add(DIGEST);
        let form = self.form_of_image_that_ends_at(end)?;
        self.begin(Part::Tail(form), tail as usize);
        Ok(())
    }

    fn form_of_image_that_ends_at(&self, end: u32) -> Result<Form, ImageError> {
        let available = self.length.saturating_sub(self.position);
        let no_room = ImageError::NoRoomForDigest { available };
        match self.length.checked_sub(end).ok_or(no_room)? {
            0 => Ok(Form::Unsigned),
            SIGNATURE_SECTOR_LENGTH if end.is_multiple_of(PADDED_TO) => Ok(Form::Signed),
            count => Err(ImageError::Trailing { count }),
        }
    }

    fn begin_data(&mut self) -> Result<(), ImageError> {
        let [.., a, b, c, d]: [u8; SEGMENT_HEADER_LENGTH] = self.piece.array();
        let length = u32::from_le_bytes([a, b, c, d]);
        let index = self.segments.saturating_sub(1);
        if !length.is_multiple_of(WORD) {
            return Err(ImageError::SegmentLength { index, length });
        }
        let available = self.length.saturating_sub(self.position);
        if length > available {
            return Err(ImageError::SegmentBeyondEnd {
                index,
                length,
                available,
            });
        }
        if index > 0 {
            return self.begin_rest(length);
        }
        let rest = length.checked_sub(DESCRIPTOR_LENGTH as u32);
        let rest = rest.ok_or(ImageError::NoDescriptor { length })?;
        self.begin(Part::Descriptor(rest), DESCRIPTOR_LENGTH);
        Ok(())
    }

    /// Secure padding may have nothing to fill, and is then an empty segment.
    fn begin_rest(&mut self, length: u32) -> Result<(), ImageError> {
        match length {
            0 => self.begin_segment_or_tail(),
            _ => {
                self.part = Part::Data(length);
                Ok(())
            }
        }
    }

    fn end_tail(&mut self, form: Form) -> Result<(), ImageError> {
        let found = self.piece.bytes().last().copied().unwrap_or_default();
        if found != self.checksum {
            return Err(ImageError::Checksum {
                found,
                computed: self.checksum,
            });
        }
        let computed = self.hash.clone().finalize().into();
        self.begin(Part::Digest(computed, form), DIGEST as usize);
        Ok(())
    }

    fn end_image(&mut self, computed: [u8; 32], form: Form) -> Result<(), ImageError> {
        let found = self.piece.array();
        if found != computed {
            return Err(ImageError::Digest { found, computed });
        }
        let image = self.hash.clone().finalize().into();
        self.image = Some((form, image));
        match form {
            Form::Signed => self.begin(Part::SectorHead(image), SECTOR_HEAD_LENGTH),
            Form::Unsigned => self.part = Part::End,
        }
        Ok(())
    }
}

/// What the checksum begins with.
const CHECKSUM_SEED: u8 = 0xEF;
/// The checksum is the last byte of such a block.
const CHECKSUM_BLOCK: u32 = 16;
/// Bytes of the digest.
const DIGEST: u32 = 32;
/// What segments are made of.
const WORD: u32 = 4;
const SECTOR_REST: u32 = SIGNATURE_SECTOR_LENGTH - SECTOR_HEAD_LENGTH as u32;

fn exclusive_or(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum ^ byte)
}
