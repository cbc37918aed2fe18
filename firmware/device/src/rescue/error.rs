//! Why bytes are not a rescue store for this device.

use alloc::string::String;
use core::fmt;

use crate::cursor::Short;
use crate::hex::Hex;
use crate::rescue::layout::{
    FORMAT_VERSION, HASH_LENGTH, MAGIC, MAX_PAYLOAD_LENGTH, MAX_SIGNATURES,
};
use crate::store::StoreError;
use crate::store::layout::{KEY_ID_LENGTH, MIN_STORE_LENGTH};
use crate::text::TextProblem;

/// Why bytes are not a rescue store for this device.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RescueError {
    /// It is for another product.
    ForeignProduct {
        /// The product that it is for.
        found: String,
    },
    /// The format version is not [`FORMAT_VERSION`].
    FormatVersion {
        /// The version found.
        found: u16,
    },
    /// The moment of its issue is outside the years 1 to 9999.
    Issued {
        /// Seconds since 1970-01-01T00:00:00Z.
        found: i64,
    },
    /// It does not begin with [`MAGIC`].
    Magic {
        /// What it begins with.
        found: [u8; MAGIC.len()],
    },
    /// The payload is not a trust store.
    Payload(StoreError),
    /// The payload cannot be so long.
    PayloadLength {
        /// The length found.
        found: u32,
    },
    /// The payload is a store of another product than the envelope says.
    PayloadProduct {
        /// The payload's product.
        found: String,
    },
    /// The payload is a store of another sequence than the envelope says.
    PayloadSequence {
        /// The payload's sequence.
        found: u64,
        /// The envelope's.
        said: u64,
    },
    /// The payload is not the one that was signed.
    PayloadSha256 {
        /// The payload's SHA-256.
        computed: [u8; HASH_LENGTH],
        /// The one that was signed.
        said: [u8; HASH_LENGTH],
    },
    /// The product is not text.
    Product(TextProblem),
    /// What stands as the signature of a rescue key is none of this envelope.
    Signature {
        /// The key's identifier.
        key_id: [u8; KEY_ID_LENGTH],
    },
    /// There are more signatures than can be.
    SignatureCount {
        /// The number found.
        found: u8,
    },
    /// The signatures are not in ascending order.
    SignatureOrder {
        /// The one that must stand earlier.
        index: u8,
    },
    /// A key signed twice.
    SignatureTwice {
        /// The key's identifier.
        key_id: [u8; KEY_ID_LENGTH],
    },
    /// Too few rescue keys of the image signed.
    TooFewSignatures {
        /// Rescue keys that signed.
        valid: usize,
        /// How many must.
        threshold: u8,
        /// Signatures of keys that are not rescue keys of the image.
        others: usize,
    },
    /// Bytes follow it.
    TrailingBytes {
        /// Where they begin.
        offset: usize,
        /// How many they are.
        count: usize,
    },
    /// It ends within a field.
    Truncated {
        /// Where the field begins.
        offset: usize,
        /// Which field.
        field: RescueField,
        /// Bytes of the field.
        needed: usize,
        /// Bytes that are left.
        available: usize,
    },
}

/// A field of an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are those of the layout")]
pub enum RescueField {
    FormatVersion,
    Issued,
    Magic,
    Payload,
    PayloadLength,
    PayloadSha256,
    Product,
    ProductLength,
    Sequence,
    Signature(u8),
    SignatureCount,
}

impl RescueError {
    pub(super) const fn truncated(field: RescueField, short: Short) -> Self {
        Self::Truncated {
            offset: short.offset,
            field,
            needed: short.needed,
            available: short.available,
        }
    }
}

impl core::error::Error for RescueError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Payload(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for RescueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ForeignProduct { found } => write!(f, "it is for {found}"),
            Self::FormatVersion { found } => {
                write!(f, "format version {found}, only {FORMAT_VERSION} is known")
            }
            Self::Issued { found } => {
                write!(
                    f,
                    "issued {found} s after 1970, outside the years 1 to 9999"
                )
            }
            Self::Magic { found } => write!(f, "no rescue store begins with {}", Hex(found)),
            Self::Payload(error) => write!(f, "the payload is not a trust store: {error}"),
            Self::PayloadLength { found } => write!(
                f,
                "payload length {found}, must be {MIN_STORE_LENGTH} to {MAX_PAYLOAD_LENGTH}"
            ),
            Self::PayloadProduct { found } => {
                write!(f, "the payload is the store of another product, {found}")
            }
            Self::PayloadSequence { found, said } => {
                write!(f, "the payload has sequence {found}, the envelope {said}")
            }
            Self::PayloadSha256 { computed, said } => write!(
                f,
                "the payload has the SHA-256 {}, signed is {}",
                Hex(computed),
                Hex(said)
            ),
            Self::Product(problem) => write!(f, "the product is not text: {problem}"),
            Self::Signature { key_id } => {
                write!(f, "the signature of key {} is wrong", key(*key_id))
            }
            Self::SignatureCount { found } => {
                write!(
                    f,
                    "{found} signatures, at most {MAX_SIGNATURES} are possible"
                )
            }
            Self::SignatureOrder { index } => {
                write!(f, "signature[{index}] is below the one before it")
            }
            Self::SignatureTwice { key_id } => write!(f, "key {} signed twice", key(*key_id)),
            Self::TooFewSignatures {
                valid,
                threshold,
                others,
            } => {
                write!(f, "signed by {}; {threshold} must sign", Keys(*valid))?;
                match others {
                    0 => Ok(()),
                    1 => f.write_str("; 1 signature is by a key that is no rescue key"),
                    others => write!(
                        f,
                        "; {others} signatures are by keys that are no rescue keys"
                    ),
                }
            }
            Self::TrailingBytes { offset, count } => {
                write!(f, "{count} bytes too many, from byte {offset} on")
            }
            Self::Truncated {
                offset,
                field,
                needed,
                available,
            } => write!(
                f,
                "at byte {offset}: {field} needs {needed} bytes, {available} are left"
            ),
        }
    }
}

impl fmt::Display for RescueField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FormatVersion => "format-version",
            Self::Issued => "issued",
            Self::Magic => "magic",
            Self::Payload => "payload",
            Self::PayloadLength => "payload-length",
            Self::PayloadSha256 => "payload-sha256",
            Self::Product => "product",
            Self::ProductLength => "product-length",
            Self::Sequence => "sequence",
            Self::Signature(index) => return write!(f, "signature[{index}]"),
            Self::SignatureCount => "signature-count",
        })
    }
}

/// `1 rescue key`
struct Keys(usize);

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("no rescue key"),
            1 => f.write_str("1 rescue key"),
            count => write!(f, "{count} rescue keys"),
        }
    }
}

/// A key identifier as minisign prints it.
fn key(id: [u8; KEY_ID_LENGTH]) -> impl fmt::Display {
    struct KeyId(u64);
    impl fmt::Display for KeyId {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{:016X}", self.0)
        }
    }
    KeyId(u64::from_le_bytes(id))
}
