//! What an application and a bootloader have in common: header, segments, checksum, digest.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::bytes::{array_at, exclusive_or, other_than, slice, u8_at};
use super::fault::{Fault, Faults, Field};
use super::header::{self, Header};
use super::segment::{Region, Segment};

/// What the checksum begins with.
const CHECKSUM_SEED: u8 = 0xEF;
/// The checksum is the last byte of such a block.
pub const CHECKSUM_BLOCK: usize = 16;
/// Bytes of the digest.
pub const DIGEST_LENGTH: usize = 32;

/// An image whose header, segments, checksum and digest are right.
#[derive(Clone, Eq, PartialEq)]
pub struct Container<'a> {
    bytes: &'a [u8],
    header: Header,
    segments: Vec<Segment>,
}

impl<'a> Container<'a> {
    /// Reads the image with which `bytes` begin; more may follow it, as in flash.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, up to the place from which on nothing can be understood.
    pub fn read_prefix(bytes: &'a [u8]) -> Result<Self, Faults> {
        let mut faults = Faults::NONE;
        match read(bytes, &mut faults) {
            Ok(container) => faults.none_or(container),
            Err(fault) => {
                faults.add(fault);
                Err(faults)
            }
        }
    }

    /// The structure of the image with which `bytes` begin, whatever its values are: for who names bytes, not for who
    /// trusts them.
    ///
    /// # Errors
    ///
    /// The fault after which nothing that follows can be found.
    pub fn survey(bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut ignored = Faults::NONE;
        let (header, segments) = structure(bytes, &mut ignored)?;
        let end = segments.last().map_or(0, |last| last.data.end);
        let tail = Tail::after(end);
        tail.require(bytes)?;
        Ok(Self {
            bytes: slice(bytes, 0..tail.digest.end),
            header,
            segments,
        })
    }

    /// The bytes of the image, from header to digest.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The segments, in the order of the image.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// What the header says.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What the checksum must be.
    pub fn checksum(&self) -> u8 {
        checksum(self.bytes, &self.segments)
    }

    /// The name of each range of bytes, in order, without gap or overlap.
    pub fn fields(&self) -> Vec<Field> {
        let end = self.segments.last().map_or(0, |last| last.data.end);
        let tail = Tail::after(end);
        let mut fields: Vec<Field> = header::fields().collect();
        fields.extend(self.segments.iter().flat_map(Segment::fields));
        fields.extend(tail.fields());
        fields.retain(|field| !field.range.is_empty());
        fields
    }
}

impl fmt::Debug for Container<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Container")
            .field("length", &self.bytes.len())
            .field("header", &self.header)
            .field("segments", &self.segments)
            .finish_non_exhaustive()
    }
}

/// Header and segments.
fn structure(bytes: &[u8], faults: &mut Faults) -> Result<(Header, Vec<Segment>), Fault> {
    let header = Header::read(bytes, faults)?;
    let mut segments = Vec::new();
    let mut end = header::LENGTH;
    for index in 0..usize::from(header.segment_count) {
        let segment = Segment::read(bytes, index, end, faults)?;
        end = segment.data.end;
        segments.push(segment);
    }
    Ok((header, segments))
}

fn read<'a>(bytes: &'a [u8], faults: &mut Faults) -> Result<Container<'a>, Fault> {
    let (header, segments) = structure(bytes, faults)?;
    let end = segments.last().map_or(0, |last| last.data.end);
    check_entry(header.entry, &segments, faults);
    check_overlaps(&segments, faults);
    check_mappings(&segments, faults);
    let tail = Tail::after(end);
    tail.check(bytes, &segments, faults)?;
    Ok(Container {
        bytes: slice(bytes, 0..tail.digest.end),
        header,
        segments,
    })
}

/// The program starts at an instruction: at an even address in code that the image has.
fn check_entry(entry: u32, segments: &[Segment], faults: &mut Faults) {
    let is_code = |segment: &Segment| {
        let length = u32::try_from(segment.data.len()).unwrap_or_default();
        let within = segment.address..segment.address.saturating_add(length);
        segment.region.is_executable() && within.contains(&entry)
    };
    if !entry.is_multiple_of(2) || !segments.iter().any(is_code) {
        let problem = format!("0x{entry:08x} is not an instruction in a code segment");
        faults.add(Header::entry_fault(problem));
    }
}

fn check_overlaps(segments: &[Segment], faults: &mut Faults) {
    let mut placed: Vec<&Segment> = segments
        .iter()
        .filter(|segment| segment.region != Region::Padding)
        .collect();
    placed.sort_by_key(|segment| segment.addresses().start);
    for (lower, upper) in placed.iter().zip(placed.iter().skip(1)) {
        if upper.addresses().start < lower.addresses().end {
            faults.add(upper.address_fault(format!("its memory overlaps segment {}", lower.index)));
        }
    }
}

/// The bootloader maps one segment of data and one of code: of two, the first would be lost.
fn check_mappings(segments: &[Segment], faults: &mut Faults) {
    let mut seen = BTreeMap::new();
    for segment in segments.iter().filter(|segment| segment.region.is_mapped()) {
        if let Some(first) = seen.insert(segment.region, segment.index) {
            let region = segment.region;
            faults.add(segment.address_fault(format!(
                "segment {first} is in {region} too; the bootloader maps only one"
            )));
        }
    }
}

fn checksum(bytes: &[u8], segments: &[Segment]) -> u8 {
    segments.iter().fold(CHECKSUM_SEED, |sum, segment| {
        sum ^ exclusive_or(slice(bytes, segment.data.clone()))
    })
}

/// What follows the segments.
struct Tail {
    padding: Range<usize>,
    checksum: usize,
    digest: Range<usize>,
}

impl Tail {
    /// The tail of an image whose segments end at `end`.
    const fn after(end: usize) -> Self {
        let checksum = end | (CHECKSUM_BLOCK - 1);
        let digest = checksum.saturating_add(1);
        Self {
            padding: end..checksum,
            checksum,
            digest: digest..digest.saturating_add(DIGEST_LENGTH),
        }
    }

    fn fields(&self) -> [Field; 3] {
        [
            Field::new(self.padding.clone(), "padding before the checksum"),
            Field::new(self.checksum..self.digest.start, "checksum"),
            Field::new(self.digest.clone(), "digest"),
        ]
    }

    /// The tail is all there.
    fn require(&self, bytes: &[u8]) -> Result<(), Fault> {
        let [.., field] = self.fields();
        match self.digest.end.checked_sub(bytes.len()) {
            None | Some(0) => Ok(()),
            Some(missing) => {
                let problem = format!("the image ends {missing} bytes before its end");
                Err(Fault { field, problem })
            }
        }
    }

    fn check(&self, bytes: &[u8], segments: &[Segment], faults: &mut Faults) -> Result<(), Fault> {
        let [padding, checksum, digest] = self.fields();
        self.require(bytes)?;
        if let Some((first, _)) = other_than(0, bytes, self.padding.clone()) {
            let problem = format!("0x{:02x} at 0x{first:x}, must be 0", u8_at(bytes, first));
            faults.add(Fault {
                field: padding,
                problem,
            });
        }
        self.check_checksum(bytes, segments, checksum, faults);
        self.check_digest(bytes, digest, faults);
        Ok(())
    }

    fn check_checksum(
        &self,
        bytes: &[u8],
        segments: &[Segment],
        field: Field,
        faults: &mut Faults,
    ) {
        let found = u8_at(bytes, self.checksum);
        let computed = checksum(bytes, segments);
        if found != computed {
            let problem =
                format!("is 0x{found:02x}, the data of the segments has 0x{computed:02x}");
            faults.add(Fault { field, problem });
        }
    }

    fn check_digest(&self, bytes: &[u8], field: Field, faults: &mut Faults) {
        let found: [u8; DIGEST_LENGTH] = array_at(bytes, self.digest.start);
        let computed: [u8; DIGEST_LENGTH] =
            Sha256::digest(slice(bytes, 0..self.digest.start)).into();
        if found != computed {
            let problem = format!(
                "is {}, the bytes before it have {}",
                hex::encode(found),
                hex::encode(computed)
            );
            faults.add(Fault { field, problem });
        }
    }
}
