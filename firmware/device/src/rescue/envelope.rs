//! Reads an envelope: its form, before anything of it is authentic.

use crate::cursor::Cursor;
use crate::rescue::error::{RescueError, RescueField as Field};
use crate::rescue::layout::{
    FORMAT_VERSION, HASH_LENGTH, MAGIC, MAX_PAYLOAD_LENGTH, MAX_SIGNATURES, SIGNATURE_LENGTH,
    SIGNATURE_RECORD_LENGTH,
};
use crate::store::layout::{KEY_ID_LENGTH, MAX_PRODUCT, MIN_STORE_LENGTH};
use crate::text::text;
use crate::verify::Moment;

/// An envelope of the right form. Nothing of it is authentic: that takes
/// [`RescueStore::verify`](super::RescueStore::verify).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    opening: Opening<'a>,
    payload: &'a [u8],
}

/// A signature of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature<'a> {
    /// The identifier of the key, as minisign gave it.
    pub key_id: &'a [u8; KEY_ID_LENGTH],
    /// The ed25519 signature, RFC 8032.
    pub signature: &'a [u8; SIGNATURE_LENGTH],
}

/// All fields before the first signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head<'a> {
    /// What is signed: all bytes before the number of signatures.
    pub(super) signed: &'a [u8],
    pub(super) sequence: u64,
    pub(super) issued: Moment,
    pub(super) payload_length: usize,
    pub(super) payload_sha256: &'a [u8; HASH_LENGTH],
    pub(super) product: &'a str,
    signatures: u8,
}

/// What stands before the payload, of the right form. Nothing of it is authentic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Opening<'a> {
    pub(super) head: Head<'a>,
    signatures: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Reads an envelope that takes up all of `bytes`. It allocates nothing, and hashes nothing.
    ///
    /// # Errors
    ///
    /// The first field that is not what it must be, in the order of the format.
    pub fn read(bytes: &'a [u8]) -> Result<Self, RescueError> {
        let mut cursor = Cursor::new(bytes);
        let opening = Opening::take(bytes, &mut cursor)?;
        let payload = cursor.take(opening.head.payload_length);
        let payload = payload.map_err(|short| RescueError::truncated(Field::Payload, short))?;
        match cursor.rest().len() {
            0 => Ok(Self { opening, payload }),
            count => Err(RescueError::TrailingBytes {
                offset: cursor.offset(),
                count,
            }),
        }
    }

    /// The product that it is for.
    pub const fn product(&self) -> &'a str {
        self.opening.head.product
    }

    /// The number that must rise.
    pub const fn sequence(&self) -> u64 {
        self.opening.head.sequence
    }

    /// When it was issued, as its signers say.
    pub const fn issued(&self) -> Moment {
        self.opening.head.issued
    }

    /// The signatures, by key identifier.
    pub fn signatures(&self) -> impl ExactSizeIterator<Item = Signature<'a>> + Clone + use<'a> {
        self.opening.signatures()
    }

    /// What it says that the payload's SHA-256 is.
    pub const fn payload_sha256(&self) -> &'a [u8; HASH_LENGTH] {
        self.opening.head.payload_sha256
    }

    /// What must be a trust store.
    pub const fn payload(&self) -> &'a [u8] {
        self.payload
    }

    /// What stands before the payload.
    pub(super) const fn opening(&self) -> Opening<'a> {
        self.opening
    }
}

impl<'a> Opening<'a> {
    /// Reads what `bytes` begin with.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, RescueError> {
        Self::take(bytes, &mut Cursor::new(bytes))
    }

    pub(super) fn signatures(
        &self,
    ) -> impl ExactSizeIterator<Item = Signature<'a>> + Clone + use<'a> {
        let (records, _) = self.signatures.as_chunks::<SIGNATURE_RECORD_LENGTH>();
        records.iter().map(signature)
    }

    fn take(bytes: &'a [u8], cursor: &mut Cursor<'a>) -> Result<Self, RescueError> {
        let head = Head::take(bytes, cursor)?;
        let signatures = signatures(cursor, head.signatures)?;
        Ok(Self { head, signatures })
    }
}

impl<'a> Head<'a> {
    /// Reads what `bytes` begin with.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, RescueError> {
        Self::take(bytes, &mut Cursor::new(bytes))
    }

    /// Bytes of the envelope.
    pub(super) fn envelope_length(&self) -> usize {
        self.opening_length().saturating_add(self.payload_length)
    }

    /// Bytes before the payload.
    pub(super) fn opening_length(&self) -> usize {
        let signatures = usize::from(self.signatures).saturating_mul(SIGNATURE_RECORD_LENGTH);
        let head = self.signed.len().saturating_add(1);
        head.saturating_add(signatures)
    }

    fn take(bytes: &'a [u8], cursor: &mut Cursor<'a>) -> Result<Self, RescueError> {
        magic(cursor)?;
        format_version(cursor)?;
        let sequence = u64::from_le_bytes(*array(cursor, Field::Sequence)?);
        let issued = issued(cursor)?;
        let payload_length = payload_length(cursor)?;
        let payload_sha256 = array(cursor, Field::PayloadSha256)?;
        let product = product(cursor)?;
        let signed = bytes.get(..cursor.offset()).unwrap_or_default();
        Ok(Self {
            signed,
            sequence,
            issued,
            payload_length,
            payload_sha256,
            product,
            signatures: signature_count(cursor)?,
        })
    }
}

fn magic(cursor: &mut Cursor<'_>) -> Result<(), RescueError> {
    let found = *array(cursor, Field::Magic)?;
    if found == MAGIC {
        Ok(())
    } else {
        Err(RescueError::Magic { found })
    }
}

fn format_version(cursor: &mut Cursor<'_>) -> Result<(), RescueError> {
    let found = u16::from_le_bytes(*array(cursor, Field::FormatVersion)?);
    if found == FORMAT_VERSION {
        Ok(())
    } else {
        Err(RescueError::FormatVersion { found })
    }
}

fn issued(cursor: &mut Cursor<'_>) -> Result<Moment, RescueError> {
    let found = i64::from_le_bytes(*array(cursor, Field::Issued)?);
    Moment::from_unix_seconds(found).ok_or(RescueError::Issued { found })
}

fn payload_length(cursor: &mut Cursor<'_>) -> Result<usize, RescueError> {
    let found = u32::from_le_bytes(*array(cursor, Field::PayloadLength)?);
    let length = usize::try_from(found).unwrap_or(usize::MAX);
    if (MIN_STORE_LENGTH..=MAX_PAYLOAD_LENGTH).contains(&length) {
        Ok(length)
    } else {
        Err(RescueError::PayloadLength { found })
    }
}

fn product<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, RescueError> {
    let [length] = *array(cursor, Field::ProductLength)?;
    let bytes = cursor.take(usize::from(length));
    let bytes = bytes.map_err(|short| RescueError::truncated(Field::Product, short))?;
    text(bytes, MAX_PRODUCT).map_err(RescueError::Product)
}

fn signature_count(cursor: &mut Cursor<'_>) -> Result<u8, RescueError> {
    let [found] = *array(cursor, Field::SignatureCount)?;
    if usize::from(found) <= MAX_SIGNATURES {
        Ok(found)
    } else {
        Err(RescueError::SignatureCount { found })
    }
}

/// The records of `count` signatures: each above the one before it, so that none stands twice.
fn signatures<'a>(cursor: &mut Cursor<'a>, count: u8) -> Result<&'a [u8], RescueError> {
    let all = cursor.rest();
    let mut previous = None;
    for index in 0..count {
        let record = array(cursor, Field::Signature(index))?;
        let key_id = signature(record).key_id;
        match previous {
            Some(previous) if previous == key_id => {
                return Err(RescueError::SignatureTwice { key_id: *key_id });
            }
            Some(previous) if previous > key_id => {
                return Err(RescueError::SignatureOrder { index });
            }
            _ => previous = Some(key_id),
        }
    }
    let length = usize::from(count).saturating_mul(SIGNATURE_RECORD_LENGTH);
    Ok(all.get(..length).unwrap_or_default())
}

fn signature(record: &[u8; SIGNATURE_RECORD_LENGTH]) -> Signature<'_> {
    let (key_id, signature) = split(record);
    Signature { key_id, signature }
}

/// The two parts of a record.
fn split(
    record: &[u8; SIGNATURE_RECORD_LENGTH],
) -> (&[u8; KEY_ID_LENGTH], &[u8; SIGNATURE_LENGTH]) {
    const NO_ID: &[u8; KEY_ID_LENGTH] = &[0; KEY_ID_LENGTH];
    const NO_SIGNATURE: &[u8; SIGNATURE_LENGTH] = &[0; SIGNATURE_LENGTH];
    // A record has both: neither alternative is taken.
    let key_id = record.first_chunk().unwrap_or(NO_ID);
    (key_id, record.last_chunk().unwrap_or(NO_SIGNATURE))
}

fn array<'a, const N: usize>(
    cursor: &mut Cursor<'a>,
    field: Field,
) -> Result<&'a [u8; N], RescueError> {
    let bytes = cursor.array();
    bytes.map_err(|short| RescueError::truncated(field, short))
}
