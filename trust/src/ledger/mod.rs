//! The ledger: what each shipped release trusts, one file for each below `trust/releases/`, and which rescue stores were
//! published, one file for each below `trust/rescues/`.
//!
//! A release is recorded by `cargo xtask build-firmware --record`, reviewed as text and committed. It says enough to
//! compute when the devices that run it go dark, without the policy of its day. `docs/reference/ledger.md` describes
//! the files.

mod model;
pub mod partition_table;
mod read;
mod record;
mod rescue_keys;
mod rescue_store;
mod values;
mod write;

pub use model::*;
pub use record::{Shipped, record};
pub use rescue_keys::ReleaseRescueKeys;
pub use rescue_store::{RESCUES, RecordedRescueStore, RescueStore};

use std::sync::Arc;

use crate::source::{Location, SourceFile};

/// The shipped releases and the published rescue stores. Plain data: [`Ledger::read`] never leaves one out without a finding.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    releases: Vec<RecordedRelease>,
    rescues: Vec<RecordedRescueStore>,
}

/// A release with the places it was read from.
#[derive(Clone, Debug)]
pub struct RecordedRelease {
    /// What shipped.
    pub release: Release,
    /// Its file.
    pub file: Arc<SourceFile>,
    /// Where its version stands.
    pub version_at: Location,
    /// Where the hash of its partition table stands, or would.
    pub partition_table_at: Location,
    /// The header of each `[[anchor]]`, in the order of [`Release::anchors`].
    pub anchors_at: Vec<Location>,
    /// The header of each `[[endpoint]]`, in the order of [`Release::endpoints`].
    pub endpoints_at: Vec<Location>,
    /// The header of each `[[pin]]`, in the order of [`Release::pins`].
    pub pins_at: Vec<Location>,
}

impl Ledger {
    /// The releases by release date, those of one day by version.
    pub fn releases(&self) -> impl Iterator<Item = &RecordedRelease> {
        self.releases.iter()
    }

    /// The rescue stores by sequence.
    pub fn rescues(&self) -> impl Iterator<Item = &RecordedRescueStore> {
        self.rescues.iter()
    }

    /// The release of this version.
    pub fn find(&self, version: &str) -> Option<&RecordedRelease> {
        self.releases
            .iter()
            .find(|recorded| recorded.release.version == version)
    }

    /// How many releases there are.
    pub fn len(&self) -> usize {
        self.releases.len()
    }

    /// Whether there is no release.
    pub fn is_empty(&self) -> bool {
        self.releases.is_empty()
    }
}
