//! The kinds of records, as types.
//!
//! A section names its kind by a type, and not by a function that reads into a record of its lifetime: so a store may be
//! used where one that lives shorter is asked for, as a slice may.

use crate::store::error::StoreError;
use crate::store::reader::{Reader, Trace};
use crate::store::record::{self, Anchor, Endpoint, Key, KeyKind, Pin};

/// What records of a section are.
pub(super) trait Kind: Copy {
    /// One record.
    type Record<'a>;

    /// Reads the record with this index.
    fn read<'a, T: Trace>(
        self,
        reader: &mut Reader<'a, T>,
        index: u8,
    ) -> Result<Self::Record<'a>, StoreError>;
}

/// Anchors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchors;

/// Pins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pins;

/// Endpoints.
#[derive(Clone, Copy, Debug)]
pub(super) struct Endpoints;

impl Kind for Anchors {
    type Record<'a> = Anchor<'a>;

    fn read<'a, T: Trace>(
        self,
        reader: &mut Reader<'a, T>,
        index: u8,
    ) -> Result<Anchor<'a>, StoreError> {
        record::anchor(reader, index)
    }
}

impl Kind for Pins {
    type Record<'a> = Pin<'a>;

    fn read<'a, T: Trace>(
        self,
        reader: &mut Reader<'a, T>,
        index: u8,
    ) -> Result<Pin<'a>, StoreError> {
        record::pin(reader, index)
    }
}

impl Kind for Endpoints {
    type Record<'a> = Endpoint<'a>;

    fn read<'a, T: Trace>(
        self,
        reader: &mut Reader<'a, T>,
        index: u8,
    ) -> Result<Endpoint<'a>, StoreError> {
        record::endpoint(reader, index)
    }
}

impl Kind for KeyKind {
    type Record<'a> = Key<'a>;

    fn read<'a, T: Trace>(
        self,
        reader: &mut Reader<'a, T>,
        index: u8,
    ) -> Result<Key<'a>, StoreError> {
        record::key(reader, self, index)
    }
}
