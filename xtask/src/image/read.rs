//! Reads an application image, whole or not at all.

use std::ops::Range;

use device::store::{TrustStore, find_in_image};

use super::bytes::slice;
use super::container::Container;
use super::descriptor::{self, Descriptor};
use super::fault::{Fault, Faults, Field};
use super::segment::Region;

/// An application image whose every check passed: header, segments, descriptor, checksum, digest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Application<'a> {
    container: Container<'a>,
    descriptor: Descriptor,
}

/// The trust store in an image, and where it stands.
#[derive(Clone, Debug)]
pub struct EmbeddedStore<'a> {
    /// Its bytes, counted from the start of the image.
    pub range: Range<usize>,
    /// The store.
    pub store: TrustStore<'a>,
}

impl<'a> Application<'a> {
    /// Reads an image that takes up all of `bytes`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; bytes after its end are.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Faults> {
        let application = Self::read_prefix(bytes)?;
        let end = application.bytes().len();
        match bytes.len().checked_sub(end) {
            None | Some(0) => Ok(application),
            Some(count) => {
                let problem = format!("{count} bytes follow the digest");
                Err(Fault::new(end..bytes.len(), "trailing bytes", problem).into())
            }
        }
    }

    /// Reads the image with which `bytes` begin; more may follow it, as in flash.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read_prefix(bytes: &'a [u8]) -> Result<Self, Faults> {
        let container = Container::read_prefix(bytes);
        let whole = container.as_ref().map_or(bytes, Container::bytes);
        match (container, Descriptor::read(whole)) {
            (Ok(container), Ok(descriptor)) => Self::new(container, descriptor),
            // Of an image whose header is not one, the descriptor says nothing more.
            (Err(mut faults), descriptor) => {
                if super::bytes::u8_at(bytes, 0) == super::header::MAGIC {
                    faults.extend(descriptor.err().unwrap_or_default());
                }
                Err(faults)
            }
            (Ok(_), Err(faults)) => Err(faults),
        }
    }

    fn new(container: Container<'a>, descriptor: Descriptor) -> Result<Self, Faults> {
        let end = descriptor::OFFSET + descriptor::LENGTH;
        match container.segments().first() {
            Some(first) if first.region == Region::Drom && first.data.end >= end => Ok(Self {
                container,
                descriptor,
            }),
            first => {
                let range = first.map_or(0..0, |first| first.data.clone());
                let problem = "the first segment must be DROM and hold the app descriptor";
                Err(Fault::new(range, "segment 0", problem).into())
            }
        }
    }

    /// The bytes of the image, from header to digest.
    pub const fn bytes(&self) -> &'a [u8] {
        self.container.bytes()
    }

    /// Header, segments and digest.
    pub const fn container(&self) -> &Container<'a> {
        &self.container
    }

    /// What the app descriptor says.
    pub const fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// The trust store in the image, found by its magic and read by the device's own code.
    ///
    /// # Errors
    ///
    /// That there is none, more than one, one that cannot be read, or one that is not in the data which is
    /// mapped from flash.
    pub fn store(&self) -> Result<EmbeddedStore<'a>, Faults> {
        let mut found = find_in_image(self.bytes());
        let Some((offset, store)) = found.next() else {
            let problem = "no bytes with the magic of a store are in the image";
            return Err(Fault::new(0..self.bytes().len(), "trust store", problem).into());
        };
        if let Some((second, _)) = found.next() {
            let problem = format!("one begins at 0x{offset:x} and another at 0x{second:x}");
            return Err(Fault::new(second..second, "trust store", problem).into());
        }
        let store = store.map_err(|error| {
            let place = offset.saturating_add(error.offset());
            let problem = format!("the device would refuse it: {error}");
            Fault::new(place..place + 1, "trust store", problem)
        })?;
        let range = offset..offset + store.len();
        if self.is_in_drom(&range) {
            Ok(EmbeddedStore { range, store })
        } else {
            let problem = "it is not within one segment of DROM data";
            Err(Fault::new(range, "trust store", problem).into())
        }
    }

    /// The name of each range of bytes, in order, without gap or overlap. The app descriptor and the trust
    /// store, where there is one, are named field by field.
    pub fn fields(&self) -> Vec<Field> {
        let mut parts: Vec<Field> = descriptor::fields().collect();
        if let Ok(EmbeddedStore { range, store }) = self.store() {
            let fields = store.fields();
            parts.extend(fields.map(|(part, field)| {
                Field::new(part, field.to_string()).within("trust store", range.start)
            }));
        }
        let fields = self.container.fields().into_iter();
        fields.flat_map(|field| split(field, &parts)).collect()
    }

    fn is_in_drom(&self, range: &Range<usize>) -> bool {
        self.container.segments().iter().any(|segment| {
            segment.region == Region::Drom
                && segment.data.start <= range.start
                && range.end <= segment.data.end
        })
    }
}

impl EmbeddedStore<'_> {
    /// The bytes of the store in `image`, the image in which it was found.
    pub fn bytes_in<'a>(&self, image: &'a [u8]) -> &'a [u8] {
        slice(image, self.range.clone())
    }
}

/// `whole`, cut where `parts`, which are in order, lie in it.
fn split(whole: Field, parts: &[Field]) -> Vec<Field> {
    let Field { range, name } = whole;
    let mut cut = Vec::new();
    let mut start = range.start;
    for part in parts {
        let Range { start: from, end } = part.range;
        if from < start || range.end < end {
            continue;
        }
        if start < from {
            cut.push(Field::new(start..from, name.clone()));
        }
        cut.push(part.clone());
        start = end;
    }
    if start < range.end {
        cut.push(Field::new(start..range.end, name));
    }
    cut
}
