//! Byte accounting: what each byte of an image is, and how many bytes are nothing that is known.
//!
//! Nothing here trusts an image: the parts of a wrong one are named too, so that a difference has an owner. What
//! belongs to no part, to two parts, or is not erased where nothing may be, is unexplained.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::bytes::other_than;
use super::fault::Field;

mod parts;
pub mod signature_sector;
#[cfg(test)]
mod tests;

/// What bytes are for.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The second-stage bootloader, whole.
    Bootloader,
    /// The XOR of the segments' data.
    Checksum,
    /// Instructions.
    Code,
    /// Data that is copied to RAM.
    Data,
    /// The app descriptor.
    Descriptor,
    /// The SHA-256 at the end of an image.
    Digest,
    /// Flash that reads as 0xFF.
    Erased,
    /// The header of an image or of a segment.
    Header,
    /// Which slot starts.
    Otadata,
    /// Fills up to a boundary.
    Padding,
    /// The partition table.
    PartitionTable,
    /// Data that is mapped from flash.
    ReadOnlyData,
    /// A block of a signature sector.
    Signature,
    /// The trust store.
    TrustStore,
}

/// A named range of bytes and what it is for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Part {
    /// Where, and its name.
    pub field: Field,
    /// What for.
    pub class: Class,
    /// Where its first byte is in memory, when it is loaded or mapped.
    pub address: Option<u32>,
    /// What each of its bytes must be.
    filler: Option<u8>,
}

/// Every byte of an image.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Accounting {
    length: usize,
    parts: Vec<Part>,
    by_class: BTreeMap<Class, usize>,
    unexplained: Vec<Unexplained>,
}

/// Bytes that are nothing that is known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unexplained {
    /// Where, and why.
    pub field: Field,
    /// How many of the bytes there.
    pub bytes: usize,
}

/// The table of one image, for machines.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// Bytes of the image.
    pub bytes: usize,
    /// Bytes of each class; with `unexplained` they add up to `bytes`.
    pub by_class: BTreeMap<Class, usize>,
    /// Bytes that are nothing that is known.
    pub unexplained: usize,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 14] = [
        Self::Bootloader,
        Self::Checksum,
        Self::Code,
        Self::Data,
        Self::Descriptor,
        Self::Digest,
        Self::Erased,
        Self::Header,
        Self::Otadata,
        Self::Padding,
        Self::PartitionTable,
        Self::ReadOnlyData,
        Self::Signature,
        Self::TrustStore,
    ];

    /// The class in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Bootloader => "bootloader",
            Self::Checksum => "checksum",
            Self::Code => "code",
            Self::Data => "data",
            Self::Descriptor => "descriptor",
            Self::Digest => "digest",
            Self::Erased => "erased",
            Self::Header => "header",
            Self::Otadata => "otadata",
            Self::Padding => "padding",
            Self::PartitionTable => "partition table",
            Self::ReadOnlyData => "read-only data",
            Self::Signature => "signature",
            Self::TrustStore => "trust store",
        }
    }
}

impl fmt::Display for Class {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.words())
    }
}

impl Part {
    /// A part that is not in memory.
    pub fn new(field: Field, class: Class) -> Self {
        Self {
            field,
            class,
            address: None,
            filler: None,
        }
    }

    /// The same, each of whose bytes must be `filler`.
    fn filled(self, filler: u8) -> Self {
        Self {
            filler: Some(filler),
            ..self
        }
    }

    /// The same part of an image that stands at `offset`, within the part `part` of a larger one.
    fn within(&self, part: &str, offset: usize) -> Self {
        Self {
            field: self.field.within(part, offset),
            ..self.clone()
        }
    }
}

impl Accounting {
    /// An application image, with the signature sector that may follow it.
    pub fn of_application(bytes: &[u8]) -> Self {
        Self::new(bytes, parts::application(bytes))
    }

    /// A bootloader alone.
    pub fn of_bootloader(bytes: &[u8]) -> Self {
        Self::new(bytes, parts::bootloader(bytes))
    }

    /// A full flash image, as it is released.
    pub fn of_flash(bytes: &[u8]) -> Self {
        Self::new(bytes, parts::flash(bytes))
    }

    /// The parts of the first trust store in `bytes`; none where there is no store.
    pub fn store_in(bytes: &[u8]) -> Vec<Part> {
        parts::store_parts(bytes)
    }

    /// The parts of an app descriptor that stands alone.
    pub fn descriptor_alone() -> Vec<Part> {
        let fields = super::descriptor::fields();
        let alone = fields.map(|field| {
            let range = field.range.start - super::descriptor::OFFSET;
            Field::new(range..range + field.range.len(), field.name)
        });
        alone
            .map(|field| Part::new(field, Class::Descriptor))
            .collect()
    }

    /// Accounts for `bytes`, of which somebody says that they are `parts`.
    fn new(bytes: &[u8], mut parts: Vec<Part>) -> Self {
        parts.retain(|part| !part.field.range.is_empty());
        parts.sort_by_key(|part| part.field.range.start);
        let mut accounting = Self {
            length: bytes.len(),
            parts: Vec::new(),
            by_class: BTreeMap::new(),
            unexplained: Vec::new(),
        };
        let (mut at, mut before) = (0, None);
        for part in &parts {
            let (start, end) = (part.field.range.start, part.field.range.end);
            accounting.gap(at, start);
            accounting.overlap(before, start..end.min(at));
            accounting.count(part, at, bytes);
            if end > at {
                (at, before) = (end, Some(part.class));
            }
        }
        accounting.gap(at, bytes.len());
        accounting.parts = parts;
        accounting
    }

    /// Bytes that no part claims.
    fn gap(&mut self, at: usize, start: usize) {
        if at < start {
            self.leave_unexplained(Field::new(at..start, "belongs to no part"), start - at);
        }
    }

    /// Bytes that a part of class `before` claims too: they count for neither.
    fn overlap(&mut self, before: Option<Class>, range: std::ops::Range<usize>) {
        if range.is_empty() {
            return;
        }
        let bytes = range.len();
        self.leave_unexplained(Field::new(range, "belongs to two parts"), bytes);
        if let Some(class) = before {
            let counted = self.by_class.entry(class).or_default();
            *counted = counted.saturating_sub(bytes);
        }
    }

    /// Counts what is of `part` from `at` on.
    fn count(&mut self, part: &Part, at: usize, bytes: &[u8]) {
        let range = part.field.range.start.max(at)..part.field.range.end;
        let mut counted = range.len();
        let wrong = part
            .filler
            .and_then(|filler| other_than(filler, bytes, range.clone()));
        if let Some((first, wrong)) = wrong {
            counted -= wrong;
            let name = format!("{}: not what fills it", part.field.name);
            self.leave_unexplained(Field::new(first..range.end, name), wrong);
        }
        *self.by_class.entry(part.class).or_default() += counted;
    }

    fn leave_unexplained(&mut self, field: Field, bytes: usize) {
        self.unexplained.push(Unexplained { field, bytes });
    }

    /// The parts, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What is nothing that is known, in order.
    pub fn unexplained(&self) -> &[Unexplained] {
        &self.unexplained
    }

    /// Bytes of each class, and those that are nothing that is known: together every byte.
    pub fn summary(&self) -> Summary {
        Summary {
            bytes: self.length,
            by_class: self.by_class.clone(),
            unexplained: self.unexplained.iter().map(|found| found.bytes).sum(),
        }
    }
}

impl Summary {
    /// Whether bytes of classes and unexplained ones are the bytes of the file.
    pub fn adds_up(&self) -> bool {
        self.by_class.values().sum::<usize>() + self.unexplained == self.bytes
    }
}

/// A line for each class, then `0 unexplained` and the sum.
impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (class, bytes) in &self.by_class {
            writeln!(formatter, "{bytes:>9} {class}")?;
        }
        writeln!(formatter, "{:>9} unexplained", self.unexplained)?;
        write!(formatter, "{:>9} bytes in all", self.bytes)
    }
}
