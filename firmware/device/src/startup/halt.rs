//! Why a start does not come to its end.

use core::fmt;

use crate::flash_layout::ChipError;
use crate::startup::CountError;
use crate::store::StoreError;

/// Why a start does not come to its end. `E` is what the board says of its own steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt<E> {
    /// A step of the board failed.
    Board(E),
    /// The flash is not one that this image may write to.
    Chip(ChipError),
    /// Flash encryption is on: what is written here would be read as if it were encrypted.
    Encrypted,
    /// It is not known which slot runs, and so not which one is spare.
    NoSlot(Option<CountError>),
    /// The trust store in the image is not valid.
    TrustStore(StoreError),
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for Halt<E> {}

impl<E: fmt::Display> fmt::Display for Halt<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Board(error) => write!(formatter, "{error}"),
            Self::Chip(error) => write!(formatter, "this board cannot be updated: {error}"),
            Self::Encrypted => formatter.write_str(
                "this board cannot be updated: flash encryption is on, which this firmware cannot write",
            ),
            Self::NoSlot(Some(error)) => {
                write!(formatter, "it is not known which slot runs: {error}")
            }
            Self::NoSlot(None) => formatter
                .write_str("it is not known which slot runs: what runs is in neither slot"),
            Self::TrustStore(error) => {
                write!(formatter, "the trust store in this image is invalid: {error}")
            }
        }
    }
}
