//! The store in the image against the one in the `trust-store` partition.

use core::fmt;

use super::TrustStore;

/// How two stores of one device stand to each other, by their sequence.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// The partition has an older one: this image was written after it.
    ImageIsNewer {
        /// The sequence in the partition.
        other: u64,
    },
    /// Two different stores have one sequence: it did not rise when the store changed.
    OneSequenceTwoStores,
    /// The partition has a newer one: an older image runs, or was put back.
    PartitionIsNewer {
        /// The sequence in the partition.
        other: u64,
    },
    /// They are one store.
    Same,
}

impl Standing {
    /// How `image` stands to `partition`.
    pub fn of(image: &TrustStore<'_>, partition: &TrustStore<'_>) -> Self {
        let other = partition.sequence();
        if image.sequence() > other {
            Self::ImageIsNewer { other }
        } else if image.sequence() < other {
            Self::PartitionIsNewer { other }
        } else if image.sha256() == partition.sha256() {
            Self::Same
        } else {
            Self::OneSequenceTwoStores
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ImageIsNewer { other } => write!(f, "older than the image's, sequence {other}"),
            Self::OneSequenceTwoStores => f.write_str("another store of the same sequence"),
            Self::PartitionIsNewer { other } => {
                write!(f, "newer than the image's, sequence {other}")
            }
            Self::Same => f.write_str("the image's"),
        }
    }
}
