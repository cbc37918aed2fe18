//! The segments of an image: where each is loaded or mapped.
//!
//! Follows `esp_image_segment_header_t` and `esp_image_format.c` of ESP-IDF, and the memory map of the
//! ESP32-C3 (`soc.h`; technical reference manual, chapter 3).

use std::fmt;
use std::ops::Range;

use super::bytes::{other_than, u32_at};
use super::fault::{Fault, Faults, Field};

/// Bytes of a segment's header: address and length.
pub const HEADER_LENGTH: usize = 8;
/// The page of the flash cache: a mapped segment stands at the same place in its page in flash and in memory.
pub const MMU_PAGE: u32 = 64 * 1024;

/// Why a fault may have its cause in an earlier field.
const FOUND_THROUGH: &str =
    "; a segment is found through the segment count and the lengths of those before it";

/// Memory of the ESP32-C3 in which a segment may lie.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Region {
    /// Data in RAM.
    Dram,
    /// Data mapped from flash.
    Drom,
    /// Code in RAM.
    Iram,
    /// Code mapped from flash.
    Irom,
    /// Nowhere: fills the image up to a page.
    Padding,
    /// Memory that stays on in deep sleep.
    RtcFast,
}

/// A segment.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Segment {
    /// Its number, from 0.
    pub index: usize,
    /// Where it is loaded or mapped; 0 for padding.
    pub address: u32,
    /// Its data in the image. The header stands in the 8 bytes before.
    pub data: Range<usize>,
    /// Where its address lies.
    pub region: Region,
}

impl Region {
    const MAPPED: [(Self, Range<u32>); 5] = [
        (Self::Drom, 0x3C00_0000..0x3C80_0000),
        (Self::Dram, 0x3FC8_0000..0x3FCE_0000),
        (Self::Iram, 0x4037_C000..0x403E_0000),
        (Self::Irom, 0x4200_0000..0x4280_0000),
        (Self::RtcFast, 0x5000_0000..0x5000_2000),
    ];

    /// The region in which all bytes of a segment lie.
    fn of(address: u32, length: u32) -> Option<Self> {
        if address == 0 {
            return Some(Self::Padding);
        }
        let end = address.checked_add(length)?;
        let all_within = |range: &Range<u32>| range.start <= address && end <= range.end;
        let mut regions = Self::MAPPED.into_iter();
        regions.find_map(|(region, range)| all_within(&range).then_some(region))
    }

    /// Whether the segment is read through the flash cache, not copied to RAM.
    pub const fn is_mapped(self) -> bool {
        matches!(self, Self::Drom | Self::Irom)
    }

    /// Whether instructions are fetched from here.
    pub const fn is_executable(self) -> bool {
        matches!(self, Self::Iram | Self::Irom)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Dram => "DRAM",
            Self::Drom => "DROM",
            Self::Iram => "IRAM",
            Self::Irom => "IROM",
            Self::Padding => "padding",
            Self::RtcFast => "RTC fast memory",
        })
    }
}

impl Segment {
    /// Reads segment `index`, whose header stands at `offset`; `faults` gets what is wrong with it.
    ///
    /// # Errors
    ///
    /// The fault after which nothing that follows can be found: the segment ends beyond the image.
    pub fn read(
        bytes: &[u8],
        index: usize,
        offset: usize,
        faults: &mut Faults,
    ) -> Result<Self, Fault> {
        let start = offset.saturating_add(HEADER_LENGTH);
        let available = bytes.len().checked_sub(start).ok_or_else(|| {
            let problem = format!("the image ends before it or within it{FOUND_THROUGH}");
            Fault::new(offset..start, format!("segment {index}: header"), problem)
        })?;
        let address = u32_at(bytes, offset);
        let length = u32_at(bytes, offset + 4);
        let fits = usize::try_from(length).ok().filter(|n| *n <= available);
        let Some(size) = fits else {
            let problem = format!("is {length}, only {available} bytes follow{FOUND_THROUGH}");
            return Err(length_fault(index, offset, problem));
        };
        // Secure padding may have nothing to fill: esptool writes the empty segment, and the boot loader takes it.
        if (length == 0 && address != 0) || !length.is_multiple_of(4) {
            let problem = format!("is {length}, must be a multiple of 4 and not 0");
            faults.add(length_fault(index, offset, problem));
        }
        let region = Region::of(address, length).unwrap_or_else(|| {
            let problem = format!("{length} bytes at 0x{address:08x} are in no memory of the chip");
            faults.add(address_fault(index, offset, problem));
            Region::Padding
        });
        let segment = Self {
            index,
            address,
            data: start..start + size,
            region,
        };
        segment.check(bytes, faults);
        Ok(segment)
    }

    /// The addresses that the segment takes, those of instruction RAM as the data bus sees them: the two
    /// are one memory.
    pub fn addresses(&self) -> Range<u32> {
        const IRAM_SHARED: u32 = 0x4038_0000;
        const DRAM_SHARED: u32 = 0x3FC8_0000;
        let start = match self.region {
            Region::Iram if self.address >= IRAM_SHARED => self.address - IRAM_SHARED + DRAM_SHARED,
            _ => self.address,
        };
        let length = u32::try_from(self.data.len()).unwrap_or(u32::MAX);
        start..start.saturating_add(length)
    }

    /// Its header and data as fields.
    pub fn fields(&self) -> [Field; 3] {
        let Self { index, region, .. } = self;
        let header = self.data.start - HEADER_LENGTH;
        let middle = header + 4;
        [
            Field::new(header..middle, format!("segment {index}: address")),
            Field::new(middle..self.data.start, format!("segment {index}: length")),
            Field::new(self.data.clone(), self.data_name(*region)),
        ]
    }

    /// A fault of the address.
    pub fn address_fault(&self, problem: impl Into<String>) -> Fault {
        address_fault(self.index, self.data.start - HEADER_LENGTH, problem.into())
    }

    fn data_name(&self, region: Region) -> String {
        match region {
            Region::Padding => format!("segment {}: padding", self.index),
            region => format!("segment {}: {region} data", self.index),
        }
    }

    fn check(&self, bytes: &[u8], faults: &mut Faults) {
        let in_page = u32::try_from(self.data.start).unwrap_or_default() % MMU_PAGE;
        if self.region.is_mapped() && self.address % MMU_PAGE != in_page {
            faults.add(self.address_fault(format!(
                "0x{:08x} is mapped from 0x{:x}, but they differ within a page of 64 KiB",
                self.address, self.data.start
            )));
        }
        if self.region != Region::Padding || self.address != 0 {
            return;
        }
        if let Some((first, count)) = other_than(0, bytes, self.data.clone()) {
            let problem = format!("{count} bytes are not 0, the first at 0x{first:x}");
            let name = self.data_name(self.region);
            faults.add(Fault::new(first..self.data.end, name, problem));
        }
    }
}

fn address_fault(index: usize, offset: usize, problem: String) -> Fault {
    Fault::new(
        offset..offset + 4,
        format!("segment {index}: address"),
        problem,
    )
}

fn length_fault(index: usize, offset: usize, problem: String) -> Fault {
    Fault::new(
        offset + 4..offset + 8,
        format!("segment {index}: length"),
        problem,
    )
}
