//! Small application images for the ESP32-C3, as a release has them.
//!
//! Three segments of DROM, IRAM and DRAM, none of which must be mapped at a page of its own but the first, so that an image
//! can be small. The layout is described in `device::image`.

use sha2::{Digest as _, Sha256};

/// What an image is to be of. The rest follows from it: two of the same values are the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Name of the product, at most 31 bytes.
    pub product: String,
    /// Version, at most 31 bytes.
    pub version: String,
    /// Anti-rollback version.
    pub secure_version: u32,
    /// Number of the chip; 5 is the ESP32-C3.
    pub chip: u16,
    /// Bytes of code, which look random. Whole words.
    pub code: usize,
}

/// Bytes of the signature sector.
const SECTOR: usize = 4096;
const PAGE: usize = 64 * 1024;
const DIGEST: usize = 32;
const CHECKSUM_BLOCK: usize = 16;
const SEGMENT_HEADER: usize = 8;
const DROM: u32 = 0x3C00_0020;
const IRAM: u32 = 0x4038_0000;
const DRAM: u32 = 0x3FCC_0000;

impl Application {
    /// An application of 24 KiB for the ESP32-C3.
    pub fn new(product: &str, version: &str) -> Self {
        Self {
            product: product.to_owned(),
            version: version.to_owned(),
            secure_version: 0,
            chip: 5,
            code: 24 * 1024,
        }
    }

    /// An application without code, whose image fits a sector.
    pub fn small(version: &str) -> Self {
        Self {
            code: 0,
            ..Self::new("reference", version)
        }
    }

    /// The image.
    pub fn image(&self) -> Vec<u8> {
        sealed(self.header(3), &self.segments())
    }

    /// The image with secure padding: a fourth segment of zeros, up to a multiple of 64 KiB.
    pub fn padded(&self) -> Vec<u8> {
        let mut segments = self.segments();
        let end = 24
            + segments
                .iter()
                .map(|(_, data)| SEGMENT_HEADER + data.len())
                .sum::<usize>();
        let past = (end + SEGMENT_HEADER) % PAGE;
        let zeros = (PAGE * 2 - past - CHECKSUM_BLOCK - DIGEST) % PAGE;
        segments.push((0, vec![0; zeros]));
        sealed(self.header(4), &segments)
    }

    /// The padded image and a signature sector: magic, version and digest of its block are right, its signature is none.
    pub fn signed(&self) -> Vec<u8> {
        let mut image = self.padded();
        let mut sector = vec![0xE7, 0x02, 0, 0];
        sector.extend(Sha256::digest(&image));
        sector.resize(1216, 0x5A);
        sector.resize(SECTOR, 0xFF);
        image.extend(sector);
        image
    }

    fn header(&self, segments: u8) -> Vec<u8> {
        let mut header = vec![0xE9, segments, 2, 0x20];
        header.extend(IRAM.to_le_bytes());
        header.extend([0xEE, 0, 0, 0]);
        header.extend(self.chip.to_le_bytes());
        // Revisions 0.3 to 1.99.
        header.extend([3, 3, 0, 199, 0]);
        header.extend([0; 4]);
        header.push(1);
        header
    }

    fn segments(&self) -> Vec<(u32, Vec<u8>)> {
        let code = self.code_bytes();
        let data = b"initialised data".to_vec();
        vec![(DROM, self.descriptor()), (IRAM, code), (DRAM, data)]
    }

    fn descriptor(&self) -> Vec<u8> {
        let mut descriptor = 0xABCD_5432_u32.to_le_bytes().to_vec();
        descriptor.extend(self.secure_version.to_le_bytes());
        descriptor.extend([0; 8]);
        let texts = [
            (&*self.version, 32),
            (&*self.product, 32),
            ("00:00:00", 16),
            ("2026-07-01", 16),
            ("v5.3.1", 32),
        ];
        for (text, length) in texts {
            let end = descriptor.len() + length;
            descriptor.extend(text.bytes());
            descriptor.resize(end, 0);
        }
        descriptor.extend(Sha256::digest(&self.version));
        descriptor.extend(0_u16.to_le_bytes());
        descriptor.extend(u16::MAX.to_le_bytes());
        descriptor.push(16);
        descriptor.resize(256, 0);
        descriptor
    }

    fn code_bytes(&self) -> Vec<u8> {
        let block = |number: usize| {
            Sha256::new()
                .chain_update(&self.version)
                .chain_update(number.to_le_bytes())
                .finalize()
        };
        let blocks = (0..self.code.div_ceil(DIGEST)).flat_map(block);
        blocks.take(self.code).collect()
    }
}

/// Computes the digest of an unsigned image again, after a change.
///
/// # Panics
/// It is shorter than a digest.
pub fn seal(image: &mut Vec<u8>) {
    image.truncate(image.len() - DIGEST);
    let digest = Sha256::digest(&image);
    image.extend(digest);
}

/// Header and segments, then checksum and digest.
fn sealed(header: Vec<u8>, segments: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut image = header;
    let mut checksum = 0xEF;
    for (address, data) in segments {
        let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
        image.extend(address.to_le_bytes());
        image.extend(length.to_le_bytes());
        image.extend(data);
        checksum = data.iter().fold(checksum, |sum, byte| sum ^ byte);
    }
    image.resize(image.len() | (CHECKSUM_BLOCK - 1), 0);
    image.push(checksum);
    let digest = Sha256::digest(&image);
    image.extend(digest);
    image
}
