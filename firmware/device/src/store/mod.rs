//! The trust store: which anchors, pins, endpoints and keys a device trusts, in one binary form.
//!
//! The same bytes stand in the firmware image, in the `trust-store` partition, and in a signed store update.
//! [`layout`] describes them byte for byte. [`TrustStore::read`] accepts a store whole or not at all: once it
//! returns `Ok`, every byte was checked, and the accessors cannot fail.

pub mod layout;

mod error;
mod field;
#[cfg(feature = "write")]
mod find;
mod header;
mod kind;
mod read;
mod reader;
mod record;
mod sections;
mod standing;
#[cfg(feature = "write")]
mod write;

pub use crate::day::Day;
pub use crate::der::DerProblem;
pub use error::StoreError;
pub use field::{Field, Part, Record};
#[cfg(feature = "write")]
pub use find::find_in_image;
pub use read::TrustStore;
pub use record::{AfterExpiry, Anchor, DatesChecked, Endpoint, Key, KeySet, Pin};
pub use standing::Standing;
#[cfg(feature = "write")]
pub use write::{
    AnchorContents, EndpointContents, KeyContents, KeySetContents, PinContents, StoreContents,
    WriteError,
};
