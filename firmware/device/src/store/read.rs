//! Reads a store, whole or not at all.

use sha2::{Digest as _, Sha256};

use crate::store::error::StoreError;
use crate::store::field::{Field, Part, Record};
use crate::store::layout::{self, DIGEST_LENGTH};
use crate::store::reader::{Reader, Trace};
use crate::store::record::{self, Anchor, DatesChecked, Endpoint, Key, KeySet, Pin, Records};

/// A trust store whose every byte was checked.
///
/// There is no other way to one than [`TrustStore::read`] and [`TrustStore::read_exact`]. It is as
/// authentic as the place its bytes came from; its digest protects against damage, not against an author.
#[derive(Clone)]
pub struct TrustStore<'a> {
    /// From the magic to the digest, both included.
    bytes: &'a [u8],
    /// All but the digest.
    body: &'a [u8],
    digest: &'a [u8; DIGEST_LENGTH],
    header: Header<'a>,
    starts: Starts,
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

    /// The anchors, by fingerprint. There is at least one.
    pub fn anchors(&self) -> impl ExactSizeIterator<Item = Anchor<'a>> + Clone + use<'a> {
        records(
            self.body,
            self.starts.anchors,
            self.header.anchors,
            record::anchor,
        )
    }

    /// The pins, by host and then by pin.
    pub fn pins(&self) -> impl ExactSizeIterator<Item = Pin<'a>> + Clone + use<'a> {
        records(self.body, self.starts.pins, self.header.pins, record::pin)
    }

    /// The endpoints, in the order in which they are tried.
    pub fn endpoints(&self) -> impl ExactSizeIterator<Item = Endpoint<'a>> + Clone + use<'a> {
        records(
            self.body,
            self.starts.endpoints,
            self.header.endpoints,
            record::endpoint,
        )
    }

    /// The keys that sign releases.
    pub fn release_keys(&self) -> KeySet<'a> {
        let KeyHeader { count, threshold } = self.header.release;
        KeySet::new(
            threshold,
            release_keys(self.body, self.starts.release, count),
        )
    }

    /// The keys that sign store updates which are accepted without TLS.
    pub fn rescue_keys(&self) -> KeySet<'a> {
        let KeyHeader { count, threshold } = self.header.rescue;
        KeySet::new(threshold, rescue_keys(self.body, self.starts.rescue, count))
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

/// The fields of the header that are not fixed by the rest.
#[derive(Clone)]
struct Header<'a> {
    sequence: u64,
    dates: DatesChecked,
    anchors: u8,
    pins: u8,
    endpoints: u8,
    release: KeyHeader,
    rescue: KeyHeader,
    product: &'a str,
}

#[derive(Clone, Copy)]
struct KeyHeader {
    count: u8,
    threshold: u8,
}

/// Where the records of each kind begin.
#[derive(Clone)]
struct Starts {
    anchors: usize,
    pins: usize,
    endpoints: usize,
    release: usize,
    rescue: usize,
}

fn parse<T: Trace>(bytes: &[u8], trace: T) -> Result<(TrustStore<'_>, T), StoreError> {
    let mut reader = Reader::new(bytes, Record::Header, trace);
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
    let header = header(&mut reader, frame.header_length)?;
    let starts = starts(&mut reader, body, &header)?;
    if !reader.rest().is_empty() {
        return Err(StoreError::TrailingBytes {
            offset: reader.offset(),
            count: reader.rest().len(),
        });
    }
    reader.trailer(Part::Digest, DIGEST_LENGTH);
    let store = TrustStore {
        bytes,
        body,
        digest,
        header,
        starts,
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

fn header<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    header_length: usize,
) -> Result<Header<'a>, StoreError> {
    let sequence = reader.u64(Part::Sequence)?;
    let dates = dates(reader)?;
    let anchors = reader.count(Part::AnchorCount, 1, layout::MAX_ANCHORS)?;
    let pins = reader.count(Part::PinCount, 0, layout::MAX_PINS)?;
    let endpoints = reader.count(Part::EndpointCount, 0, layout::MAX_ENDPOINTS)?;
    let release = key_header(reader, Part::ReleaseKeyCount, Part::ReleaseThreshold)?;
    let rescue = key_header(reader, Part::RescueKeyCount, Part::RescueThreshold)?;
    let product_length = usize::from(reader.u8(Part::ProductLength)?);
    let offset = reader.offset();
    let reserved = reader.bytes(Part::Reserved, layout::RESERVED_LENGTH)?;
    if let Some((index, found)) = (0..).zip(reserved).find(|(_, byte)| **byte != 0) {
        return Err(StoreError::Reserved {
            offset: offset.saturating_add(index),
            found: *found,
        });
    }
    let expected = layout::FIXED_HEADER_LENGTH.saturating_add(product_length);
    if header_length != expected {
        return Err(StoreError::HeaderLength {
            offset: layout::HEADER_LENGTH_OFFSET,
            found: header_length,
            expected,
        });
    }
    let product = reader.text_of(product_length, Part::Product, layout::MAX_PRODUCT)?;
    Ok(Header {
        sequence,
        dates,
        anchors,
        pins,
        endpoints,
        release,
        rescue,
        product,
    })
}

fn dates<T: Trace>(reader: &mut Reader<'_, T>) -> Result<DatesChecked, StoreError> {
    let offset = reader.offset();
    let found = reader.u8(Part::Dates)?;
    if found & !layout::DATES_KNOWN != 0 {
        return Err(StoreError::UnknownFlags {
            offset,
            field: reader.field(Part::Dates),
            found,
            known: layout::DATES_KNOWN,
        });
    }
    Ok(DatesChecked::from_bits(found))
}

fn key_header<T: Trace>(
    reader: &mut Reader<'_, T>,
    count: Part,
    threshold: Part,
) -> Result<KeyHeader, StoreError> {
    let keys = reader.count(count, 0, layout::MAX_KEYS)?;
    let offset = reader.offset();
    let found = reader.u8(threshold)?;
    // Never 0, so that no signatures are never enough, also where there are no keys.
    if found == 0 || found > keys.max(1) {
        return Err(StoreError::Threshold {
            offset,
            field: reader.field(threshold),
            found,
            keys,
        });
    }
    Ok(KeyHeader {
        count: keys,
        threshold: found,
    })
}

/// Reads all records, and returns where those of each kind begin.
fn starts<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    body: &'a [u8],
    header: &Header<'a>,
) -> Result<Starts, StoreError> {
    let anchors = anchors(reader, header.anchors)?;
    let pins = pins(reader, header.pins)?;
    let endpoints = endpoints(reader, body, header.endpoints)?;
    let release = read_release_keys(reader, body, header.release.count)?;
    let rescue = read_rescue_keys(reader, body, header, release)?;
    Ok(Starts {
        anchors,
        pins,
        endpoints,
        release,
        rescue,
    })
}

fn anchors<T: Trace>(reader: &mut Reader<'_, T>, count: u8) -> Result<usize, StoreError> {
    let start = reader.offset();
    let mut previous = None;
    for index in 0..count {
        let offset = reader.offset();
        let anchor = record::anchor(reader, index)?;
        let field = reader.field(Part::Fingerprint);
        ascending(offset, field, &mut previous, anchor.fingerprint)?;
    }
    Ok(start)
}

fn pins<T: Trace>(reader: &mut Reader<'_, T>, count: u8) -> Result<usize, StoreError> {
    let start = reader.offset();
    let mut previous = None;
    for index in 0..count {
        let offset = reader.offset();
        let pin = record::pin(reader, index)?;
        let field = reader.field(Part::SpkiSha256);
        ascending(offset, field, &mut previous, (pin.host, pin.spki_sha256))?;
    }
    Ok(start)
}

fn endpoints<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    body: &'a [u8],
    count: u8,
) -> Result<usize, StoreError> {
    let start = reader.offset();
    for index in 0..count {
        let offset = reader.offset();
        let endpoint = record::endpoint(reader, index)?;
        let earlier = records(body, start, index, record::endpoint);
        if let Some((first, _)) = (0..)
            .zip(earlier)
            .find(|(_, other)| other.name == endpoint.name)
        {
            return Err(StoreError::Duplicate {
                offset,
                field: reader.field(Part::Name),
                first: Record::Endpoint(first),
            });
        }
    }
    Ok(start)
}

fn read_release_keys<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    body: &'a [u8],
    count: u8,
) -> Result<usize, StoreError> {
    let start = reader.offset();
    let mut previous = None;
    for index in 0..count {
        let offset = reader.offset();
        let key = record::release_key(reader, index)?;
        let earlier = numbered(release_keys(body, start, index), Record::ReleaseKey);
        unique_key(offset, reader, key, earlier)?;
        ascending(offset, reader.field(Part::KeyId), &mut previous, key.id)?;
    }
    Ok(start)
}

fn read_rescue_keys<'a, T: Trace>(
    reader: &mut Reader<'a, T>,
    body: &'a [u8],
    header: &Header<'a>,
    release_start: usize,
) -> Result<usize, StoreError> {
    let start = reader.offset();
    let mut previous = None;
    for index in 0..header.rescue.count {
        let offset = reader.offset();
        let key = record::rescue_key(reader, index)?;
        let release = release_keys(body, release_start, header.release.count);
        let earlier = numbered(release, Record::ReleaseKey)
            .chain(numbered(rescue_keys(body, start, index), Record::RescueKey));
        unique_key(offset, reader, key, earlier)?;
        ascending(offset, reader.field(Part::KeyId), &mut previous, key.id)?;
    }
    Ok(start)
}

/// Checks that `next` is above the `previous`, whose place it takes.
fn ascending<K: Ord>(
    offset: usize,
    field: Field,
    previous: &mut Option<(Record, K)>,
    next: K,
) -> Result<(), StoreError> {
    if let Some((first, previous)) = previous {
        match next.cmp(previous) {
            core::cmp::Ordering::Less => return Err(StoreError::Order { offset, field }),
            core::cmp::Ordering::Equal => {
                return Err(StoreError::Duplicate {
                    offset,
                    field,
                    first: *first,
                });
            }
            core::cmp::Ordering::Greater => {}
        }
    }
    *previous = Some((field.record, next));
    Ok(())
}

fn unique_key<'a, T: Trace>(
    offset: usize,
    reader: &Reader<'a, T>,
    key: Key<'a>,
    earlier: impl Iterator<Item = (Record, Key<'a>)>,
) -> Result<(), StoreError> {
    for (first, other) in earlier {
        let part = if other.public == key.public {
            Part::PublicKey
        } else if other.id == key.id {
            Part::KeyId
        } else {
            continue;
        };
        return Err(StoreError::Duplicate {
            offset,
            field: reader.field(part),
            first,
        });
    }
    Ok(())
}

fn numbered<R>(
    records: impl Iterator<Item = R>,
    record: fn(u8) -> Record,
) -> impl Iterator<Item = (Record, R)> {
    (0..).map(record).zip(records)
}

fn release_keys(body: &[u8], start: usize, count: u8) -> Records<'_, Key<'_>> {
    records(body, start, count, record::release_key)
}

fn rescue_keys(body: &[u8], start: usize, count: u8) -> Records<'_, Key<'_>> {
    records(body, start, count, record::rescue_key)
}

/// The first `count` records of a kind in a body where they were checked.
fn records<'a, R>(
    body: &'a [u8],
    start: usize,
    count: u8,
    read: fn(&mut Reader<'a, ()>, u8) -> Result<R, StoreError>,
) -> Records<'a, R> {
    Records {
        reader: Reader::new(body, Record::Header, ()).at(start),
        index: 0,
        count,
        read,
    }
}
