//! The header of a store, from the sequence to the product.

use crate::store::error::StoreError;
use crate::store::field::Part;
use crate::store::layout;
use crate::store::reader::{Reader, Trace};
use crate::store::record::DatesChecked;

/// The fields of the header that are not fixed by the rest.
#[derive(Clone)]
pub(super) struct Header<'a> {
    pub(super) sequence: u64,
    pub(super) dates: DatesChecked,
    pub(super) anchors: u8,
    pub(super) pins: u8,
    pub(super) endpoints: u8,
    pub(super) release: KeyHeader,
    pub(super) rescue: KeyHeader,
    pub(super) product: &'a str,
}

/// What the header says of a set of keys.
#[derive(Clone, Copy)]
pub(super) struct KeyHeader {
    pub(super) count: u8,
    pub(super) threshold: u8,
}

impl<'a> Header<'a> {
    /// Reads what stands between the total length and the first record, which is at `header_length`.
    pub(super) fn read<T: Trace>(
        reader: &mut Reader<'a, T>,
        header_length: usize,
    ) -> Result<Self, StoreError> {
        let sequence = reader.u64(Part::Sequence)?;
        let dates = dates(reader)?;
        let anchors = reader.count(Part::AnchorCount, 1, layout::MAX_ANCHORS)?;
        let pins = reader.count(Part::PinCount, 0, layout::MAX_PINS)?;
        let endpoints = reader.count(Part::EndpointCount, 0, layout::MAX_ENDPOINTS)?;
        let release = key_header(reader, Part::ReleaseKeyCount, Part::ReleaseThreshold)?;
        let rescue = key_header(reader, Part::RescueKeyCount, Part::RescueThreshold)?;
        let product_length = usize::from(reader.u8(Part::ProductLength)?);
        reserved(reader)?;
        let expected = layout::FIXED_HEADER_LENGTH.saturating_add(product_length);
        if header_length != expected {
            return Err(StoreError::HeaderLength {
                offset: layout::HEADER_LENGTH_OFFSET,
                found: header_length,
                expected,
            });
        }
        let product = reader.text_of(product_length, Part::Product, layout::MAX_PRODUCT)?;
        Ok(Self {
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

fn reserved<T: Trace>(reader: &mut Reader<'_, T>) -> Result<(), StoreError> {
    let offset = reader.offset();
    let reserved = reader.bytes(Part::Reserved, layout::RESERVED_LENGTH)?;
    if let Some((index, found)) = (0..).zip(reserved).find(|(_, byte)| **byte != 0) {
        return Err(StoreError::Reserved {
            offset: offset.saturating_add(index),
            found: *found,
        });
    }
    Ok(())
}
