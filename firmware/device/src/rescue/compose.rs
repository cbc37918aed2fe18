//! Makes envelopes. For host tools.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use sha2::{Digest as _, Sha256};

use crate::rescue::envelope::{Envelope, Signature};
use crate::rescue::error::{RescueError, RescueField as Field};
use crate::rescue::layout::{
    FORMAT_VERSION, MAGIC, MAX_PAYLOAD_LENGTH, MAX_SIGNATURES, SIGNATURE_LENGTH,
};
use crate::store::TrustStore;
use crate::store::layout::{KEY_ID_LENGTH, MAX_PRODUCT};
use crate::verify::Moment;

/// What an envelope holds, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeContents {
    /// The number that must rise.
    pub sequence: u64,
    /// When it was issued.
    pub issued: Moment,
    /// The product that it is for.
    pub product: String,
    /// The trust store.
    pub payload: Vec<u8>,
    /// The signatures. Their order does not matter.
    pub signatures: Vec<SignatureContents>,
}

/// As [`Signature`], owned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the fields are those of Signature")]
pub struct SignatureContents {
    pub key_id: [u8; KEY_ID_LENGTH],
    pub signature: [u8; SIGNATURE_LENGTH],
}

impl EnvelopeContents {
    /// An envelope for `store` that nobody has signed.
    pub fn unsigned(store: &TrustStore<'_>, issued: Moment) -> Self {
        Self {
            sequence: store.sequence(),
            issued,
            product: store.product().into(),
            payload: store.as_bytes().into(),
            signatures: Vec::new(),
        }
    }

    /// The one encoding of these contents. Whether the signatures are right is not asked.
    ///
    /// # Errors
    ///
    /// [`ComposeError::TooLong`] for what a length or count of the format cannot say, and [`ComposeError::Refused`] for
    /// what [`Envelope::read`] refuses: the bytes are read back before they are returned.
    pub fn write(&self) -> Result<Vec<u8>, ComposeError> {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC);
        bytes.extend(FORMAT_VERSION.to_le_bytes());
        bytes.extend(self.sequence.to_le_bytes());
        bytes.extend(self.issued.unix_seconds().to_le_bytes());
        let length: u32 = count(Field::PayloadLength, self.payload.len(), MAX_PAYLOAD_LENGTH)?;
        bytes.extend(length.to_le_bytes());
        bytes.extend(Sha256::digest(&self.payload));
        bytes.push(count(
            Field::ProductLength,
            self.product.len(),
            MAX_PRODUCT,
        )?);
        bytes.extend(self.product.bytes());
        bytes.push(count(
            Field::SignatureCount,
            self.signatures.len(),
            MAX_SIGNATURES,
        )?);
        let mut signatures = self.signatures.clone();
        signatures.sort_unstable();
        for signature in signatures {
            bytes.extend(signature.key_id);
            bytes.extend(signature.signature);
        }
        bytes.extend(&self.payload);
        Envelope::read(&bytes).map_err(ComposeError::Refused)?;
        Ok(bytes)
    }
}

impl From<&Envelope<'_>> for EnvelopeContents {
    fn from(envelope: &Envelope<'_>) -> Self {
        Self {
            sequence: envelope.sequence(),
            issued: envelope.issued(),
            product: envelope.product().into(),
            payload: envelope.payload().into(),
            signatures: envelope.signatures().map(SignatureContents::from).collect(),
        }
    }
}

impl From<Signature<'_>> for SignatureContents {
    fn from(signature: Signature<'_>) -> Self {
        Self {
            key_id: *signature.key_id,
            signature: *signature.signature,
        }
    }
}

/// Why contents cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ComposeError {
    /// No device would read the envelope.
    Refused(RescueError),
    /// The format cannot say so much.
    TooLong {
        /// The length or count.
        field: Field,
        /// Its value.
        found: usize,
        /// The most allowed.
        maximum: usize,
    },
}

fn count<N: TryFrom<usize>>(field: Field, found: usize, maximum: usize) -> Result<N, ComposeError> {
    let number = N::try_from(found).ok().filter(|_| found <= maximum);
    number.ok_or(ComposeError::TooLong {
        field,
        found,
        maximum,
    })
}

impl core::error::Error for ComposeError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            Self::TooLong { .. } => None,
        }
    }
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(_) => f.write_str("no device would read the rescue store"),
            Self::TooLong {
                field,
                found,
                maximum,
            } => write!(f, "{field} would be {found}, at most {maximum} is possible"),
        }
    }
}
