//! What the two copies of the `trust-store` partition hold, verified.

use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;

use embedded_storage::nor_flash::ReadNorFlash;

use crate::flash::{FlashError, PROGRAM_SIZE, Region};
use crate::flash_layout::{Partition, TRUST_STORE, TRUST_STORE_COPY_SIZE};
use crate::rescue::envelope::Head;
use crate::rescue::error::RescueError;
use crate::rescue::in_force::InForce;
use crate::rescue::layout::{MAX_HEAD_LENGTH, MAX_LENGTH};
use crate::rescue::verified::{RescuePayload, RescueStore};
use crate::store::TrustStore;

/// Reads both copies, and verifies with the keys of `image` the one with the higher sequence, or else the other. What
/// cannot be read or is not right counts as absent: the image's store is then in force.
///
/// It takes the memory of one envelope, as long as that one says it is, and keeps that of its payload; where there is not as
/// much, that copy counts as absent too.
pub fn load<F: ReadNorFlash>(flash: &mut F, image: &TrustStore<'_>) -> Copies {
    let found = StoreCopy::ALL.map(|copy| (copy, peek(flash, copy)));
    let [first, second] = found.map(|(copy, claim)| Found { copy, claim });
    let mut copies = Copies {
        states: [CopyState::Absent, CopyState::Absent],
        verified: None,
        next: if first.sequence() <= second.sequence() {
            StoreCopy::First
        } else {
            StoreCopy::Second
        },
    };
    let mut by_sequence = [first, second];
    by_sequence.sort_by_key(|found| Reverse(found.sequence()));
    for Found { copy, claim } in by_sequence {
        let state = match claim {
            Err(state) => state,
            Ok(claim) => copies.take(flash, copy, &claim, image),
        };
        copies.set(copy, state);
    }
    copies
}

/// The two copies, as they were found and as [`write()`](super::write()) changed them.
#[derive(Debug)]
pub struct Copies {
    states: [CopyState; 2],
    verified: Option<(StoreCopy, RescuePayload)>,
    /// The copy to be written next while none is verified: the one that says it is older, or the one beside that which flash did
    /// not take.
    next: StoreCopy,
}

/// A copy of the partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreCopy {
    /// The first, where the flash image of a release has its plain store. Without a signature that is no rescue store.
    First,
    /// The second.
    Second,
}

/// What a copy holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CopyState {
    /// No rescue store.
    Absent,
    /// One with a lower sequence than the verified one of the other copy. It was not looked at.
    Older {
        /// The sequence that it says it has.
        sequence: u64,
    },
    /// One that is not right.
    Refused(RescueError),
    /// Something that could not be read.
    Unreadable(CopyUnreadable),
    /// One that is right.
    Verified {
        /// Its sequence.
        sequence: u64,
    },
}

/// Why a copy could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CopyUnreadable {
    /// The flash does not answer.
    Flash(FlashError),
    /// There is no memory for so many bytes.
    Memory {
        /// Bytes of the envelope.
        length: usize,
    },
}

impl Copies {
    /// What is in force when the image runs whose store is `image`.
    pub fn in_force<'a>(&'a self, image: &TrustStore<'a>) -> InForce<'a> {
        InForce::of(image, self.verified())
    }

    /// The rescue store that was verified, whether or not it is above the image's.
    pub fn verified(&self) -> Option<&RescuePayload> {
        self.verified.as_ref().map(|(_, store)| store)
    }

    /// What `copy` holds, for people.
    pub const fn state(&self, copy: StoreCopy) -> &CopyState {
        let [first, second] = &self.states;
        match copy {
            StoreCopy::First => first,
            StoreCopy::Second => second,
        }
    }

    /// The copy that may be overwritten: never the verified one.
    pub(super) const fn spare(&self) -> StoreCopy {
        match &self.verified {
            Some((copy, _)) => copy.other(),
            None => self.next,
        }
    }

    /// Flash did not take what was written to `copy`. The other one may be sound.
    pub(super) const fn failed(&mut self, copy: StoreCopy) {
        self.next = copy.other();
    }

    /// `copy` now holds `store`.
    pub(super) fn wrote(&mut self, copy: StoreCopy, store: RescueStore) {
        let sequence = store.sequence();
        if let Some((older, replaced)) = self.verified.replace((copy, store.into_payload())) {
            let sequence = replaced.sequence();
            self.set(older, CopyState::Older { sequence });
        }
        self.set(copy, CopyState::Verified { sequence });
    }

    fn take<F: ReadNorFlash>(
        &mut self,
        flash: &mut F,
        copy: StoreCopy,
        claim: &Claim,
        image: &TrustStore<'_>,
    ) -> CopyState {
        let sequence = claim.sequence;
        if self.verified.is_some() {
            return CopyState::Older { sequence };
        }
        let bytes = match read(flash, copy, claim.length) {
            Ok(bytes) => bytes,
            Err(error) => return CopyState::Unreadable(error),
        };
        match RescueStore::verify(bytes, image) {
            Err(error) => CopyState::Refused(error),
            Ok(store) => {
                self.verified = Some((copy, store.into_payload()));
                CopyState::Verified { sequence }
            }
        }
    }

    fn set(&mut self, copy: StoreCopy, state: CopyState) {
        let [first, second] = &mut self.states;
        *copy.of(first, second) = state;
    }
}

impl StoreCopy {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    /// Where it is.
    pub(super) const fn region(self) -> Region {
        Region::of(match self {
            Self::First => &FIRST,
            Self::Second => &SECOND,
        })
    }

    const fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    fn of<T>(self, first: T, second: T) -> T {
        match self {
            Self::First => first,
            Self::Second => second,
        }
    }
}

const FIRST: Partition = Partition {
    size: TRUST_STORE_COPY_SIZE,
    ..TRUST_STORE
};
const SECOND: Partition = Partition {
    offset: FIRST.end(),
    ..FIRST
};

/// A copy, and what its first bytes say.
struct Found {
    copy: StoreCopy,
    claim: Result<Claim, CopyState>,
}

/// What an envelope says of itself.
struct Claim {
    sequence: u64,
    length: usize,
}

impl Found {
    fn sequence(&self) -> Option<u64> {
        self.claim.as_ref().ok().map(|claim| claim.sequence)
    }
}

fn peek<F: ReadNorFlash>(flash: &mut F, copy: StoreCopy) -> Result<Claim, CopyState> {
    let mut bytes = [0; MAX_HEAD_LENGTH];
    let read = copy.region().read(flash, 0, &mut bytes);
    read.map_err(|error| CopyState::Unreadable(CopyUnreadable::Flash(error)))?;
    match Head::read(&bytes) {
        Ok(head) => Ok(Claim {
            sequence: head.sequence,
            length: head.envelope_length(),
        }),
        Err(RescueError::Magic { .. }) => Err(CopyState::Absent),
        Err(error) => Err(CopyState::Refused(error)),
    }
}

fn read<F: ReadNorFlash>(
    flash: &mut F,
    copy: StoreCopy,
    length: usize,
) -> Result<Vec<u8>, CopyUnreadable> {
    // Drivers read whole words.
    let words = length
        .min(MAX_LENGTH)
        .next_multiple_of(PROGRAM_SIZE as usize);
    let mut bytes = Vec::new();
    let reserved = bytes.try_reserve_exact(words);
    reserved.map_err(|_| CopyUnreadable::Memory { length })?;
    bytes.resize(words, 0);
    let read = copy.region().read(flash, 0, &mut bytes);
    read.map_err(CopyUnreadable::Flash)?;
    bytes.truncate(length);
    Ok(bytes)
}

impl core::error::Error for CopyUnreadable {}

impl fmt::Display for CopyUnreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flash(error) => error.fmt(f),
            Self::Memory { length } => write!(f, "there is no memory for {length} bytes"),
        }
    }
}

impl fmt::Display for CopyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("no rescue store"),
            Self::Older { sequence } => write!(f, "an older rescue store, sequence {sequence}"),
            Self::Refused(error) => write!(f, "no rescue store for this device: {error}"),
            Self::Unreadable(error) => write!(f, "it cannot be read: {error}"),
            Self::Verified { sequence } => write!(f, "a rescue store, sequence {sequence}"),
        }
    }
}
