//! Reads a store, whole or not at all.

use sha2::{Digest as _, Sha256};

use crate::store::error::StoreError;
#[cfg(feature = "write")]
use crate::store::field::Field;
use crate::store::field::Part;
use crate::store::header::Header;
use crate::store::layout::{self, DIGEST_LENGTH};
use crate::store::reader::{Reader, Trace};
use crate::store::record::{Anchor, DatesChecked, Endpoint, KeySet, Pin};
use crate::store::sections::Sections;

/// A trust store whose every byte was checked.
///
/// There is no other way to one than [`TrustStore::read`] and [`TrustStore::read_exact`]. It is as
/// authentic as the place its bytes came from; its digest protects against damage, not against an author.
///
/// One of an image, which lives for ever, serves where one that lives shorter is asked for:
///
/// ```
/// # use device::store::TrustStore;
/// fn shorter<'a>(image: TrustStore<'static>, _: &'a [u8]) -> TrustStore<'a> {
///     image
/// }
/// ```
#[derive(Clone)]
pub struct TrustStore<'a> {
    /// From the magic to the digest, both included.
    bytes: &'a [u8],
    digest: &'a [u8; DIGEST_LENGTH],
    header: Header<'a>,
    sections: Sections<'a>,
}

impl<'a> TrustStore<'a> {
    /// Reads the store with which `bytes` begin; more may follow it, as in a flash partition.
    ///
    /// Takes one pass of SHA-256 and one of parsing, no allocation, and no more than
    /// [`layout::MAX_STORE_LENGTH`] bytes.
    ///
    /// # Errors
    ///
    /// The first problem found: magic, format version and total length, then the digest, then each field in
    /// order.
    pub fn read(bytes: &'a [u8]) -> Result<Self, StoreError> {
        parse(bytes, ()).map(|(store, ())| store)
    }

    /// Reads a store that takes up all of `bytes`.
    ///
    /// # Errors
    ///
    /// Those of [`TrustStore::read`], and [`StoreError::TrailingBytes`] when bytes follow the store.
    pub fn read_exact(bytes: &'a [u8]) -> Result<Self, StoreError> {
        let store = Self::read(bytes)?;
        match bytes.len().checked_sub(store.len()) {
            None | Some(0) => Ok(store),
            Some(count) => Err(StoreError::TrailingBytes {
                offset: store.len(),
                count,
            }),
        }
    }

    /// The bytes of the store, from the magic to the digest.
    pub const fn as_bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many bytes the store takes.
    #[allow(clippy::len_without_is_empty, reason = "no store is empty")]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The version of the binary form.
    pub const fn format_version(&self) -> u16 {
        layout::FORMAT_VERSION
    }

    /// The number that must rise with each store update.
    pub const fn sequence(&self) -> u64 {
        self.header.sequence
    }

    /// The SHA-256 of all bytes before it, with which the store ends. It is the store's identity.
    pub const fn sha256(&self) -> &'a [u8; DIGEST_LENGTH] {
        self.digest
    }

    /// The product that the store is for.
    pub const fn product(&self) -> &'a str {
        self.header.product
    }

    /// Which dates are checked when a chain is verified.
    pub const fn dates(&self) -> DatesChecked {
        self.header.dates
    }

    /// The same store, with the dates checked that another one says.
    pub(crate) const fn with_dates(mut self, dates: DatesChecked) -> Self {
        self.header.dates = dates;
        self
    }

    /// The anchors, by fingerprint. There is at least one.
    pub fn anchors(&self) -> impl ExactSizeIterator<Item = Anchor<'a>> + Clone + use<'a> {
        self.sections.anchors.clone()
    }

    /// The pins, by host and then by pin.
    pub fn pins(&self) -> impl ExactSizeIterator<Item = Pin<'a>> + Clone + use<'a> {
        self.sections.pins.clone()
    }

    /// The endpoints, in the order in which they are tried.
    pub fn endpoints(&self) -> impl ExactSizeIterator<Item = Endpoint<'a>> + Clone + use<'a> {
        self.sections.endpoints.clone()
    }

    /// The keys that sign releases.
    pub fn release_keys(&self) -> KeySet<'a> {
        KeySet::new(self.header.release.threshold, self.sections.release.clone())
    }

    /// The keys that sign store updates which are accepted without TLS.
    pub fn rescue_keys(&self) -> KeySet<'a> {
        KeySet::new(self.header.rescue.threshold, self.sections.rescue.clone())
    }

    /// The name of each byte range, in order; they cover the store without gap or overlap.
    #[cfg(feature = "write")]
    pub fn fields(&self) -> impl Iterator<Item = (core::ops::Range<usize>, Field)> + use<> {
        // Cannot fail: the bytes were read before.
        let fields = parse(self.bytes, alloc::vec::Vec::new()).map(|(_, fields)| fields);
        fields.unwrap_or_default().into_iter()
    }
}

/// Collecting what was read.
#[cfg(feature = "write")]
impl Trace for alloc::vec::Vec<(core::ops::Range<usize>, Field)> {
    fn field(&mut self, range: core::ops::Range<usize>, field: Field) {
        self.push((range, field));
    }
}

impl core::fmt::Debug for TrustStore<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter
            .debug_struct("TrustStore")
            .field("product", &self.product())
            .field("sequence", &self.sequence())
            .field("length", &self.len())
            .field("sha256", &crate::hex::Hex(self.digest))
            .finish_non_exhaustive()
    }
}

/// Same bytes, same store.
impl PartialEq for TrustStore<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for TrustStore<'_> {}

fn parse<T: Trace>(bytes: &[u8], trace: T) -> Result<(TrustStore<'_>, T), StoreError> {
    let mut reader = Reader::new(bytes, trace);
    let frame = frame(&mut reader)?;
    let incomplete = StoreError::Incomplete {
        offset: bytes.len(),
        needed: frame.total_length,
    };
    let bytes = bytes.get(..frame.total_length).ok_or(incomplete.clone())?;
    let (body, digest) = bytes
        .split_last_chunk::<DIGEST_LENGTH>()
        .ok_or(incomplete)?;
    check_digest(body, digest)?;

    reader.limit(body);
    let header = Header::read(&mut reader, frame.header_length)?;
    let sections = Sections::read(&mut reader, &header)?;
    if !reader.rest().is_empty() {
        return Err(StoreError::TrailingBytes {
            offset: reader.offset(),
            count: reader.rest().len(),
        });
    }
    reader.trailer(Part::Digest, DIGEST_LENGTH);
    let store = TrustStore {
        bytes,
        digest,
        header,
        sections,
    };
    Ok((store, reader.into_trace()))
}

/// What must be known before the digest can be checked.
struct Frame {
    header_length: usize,
    total_length: usize,
}

fn frame<T: Trace>(reader: &mut Reader<'_, T>) -> Result<Frame, StoreError> {
    let offset = reader.offset();
    let found = *reader.array(Part::Magic)?;
    if found != layout::magic() {
        return Err(StoreError::Magic { offset, found });
    }
    let offset = reader.offset();
    let found = reader.u16(Part::FormatVersion)?;
    if found != layout::FORMAT_VERSION {
        return Err(StoreError::FormatVersion { offset, found });
    }
    let header_length = usize::from(reader.u16(Part::HeaderLength)?);
    let offset = reader.offset();
    // A length that does not fit is above the maximum too.
    let found = usize::try_from(reader.u32(Part::TotalLength)?).unwrap_or(usize::MAX);
    let (minimum, maximum) = (layout::MIN_STORE_LENGTH, layout::MAX_STORE_LENGTH);
    if found < minimum || found > maximum {
        return Err(StoreError::TotalLength {
            offset,
            found,
            minimum,
            maximum,
        });
    }
    Ok(Frame {
        header_length,
        total_length: found,
    })
}

fn check_digest(body: &[u8], digest: &[u8; DIGEST_LENGTH]) -> Result<(), StoreError> {
    let computed: [u8; DIGEST_LENGTH] = Sha256::digest(body).into();
    if computed != *digest {
        return Err(StoreError::Digest {
            offset: body.len(),
            found: *digest,
            computed,
        });
    }
    Ok(())
}
