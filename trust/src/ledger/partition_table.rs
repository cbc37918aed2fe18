//! Which partition table a release expects.

use device::flash_layout::{PARTITIONS, Partition};
use sha2::{Digest as _, Sha256 as Hash};

use crate::policy::Sha256;

/// SHA-256 of the entries of the partition table that this version of the firmware expects, 32 bytes each, in the order of the
/// table: of all that the device compares. What follows them in flash, their MD5 and erased bytes, says nothing more.
pub fn sha256() -> Sha256 {
    let entries: Vec<u8> = PARTITIONS.iter().flat_map(Partition::entry).collect();
    Hash::digest(entries).into()
}
