//! The signature sector: up to three blocks, by different keys, and erased flash.

use super::block::{self, Block};
use super::layout::{self, BLOCK_LENGTH, MAX_BLOCKS, SECTOR_LENGTH, block_name};
use crate::image::{ERASED, Fault, Faults, Field, other_than};

/// The blocks of a sector, all over the same padded image, none by a key of another.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sector(Vec<Block>);

/// Why a block cannot be added.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SectorError {
    /// Three are there.
    #[error("a signature sector has room for {MAX_BLOCKS} signatures")]
    Full,
    /// Another signature by the same key says nothing more.
    #[error(
        "the same key signed already: a second signature by it would take the place of another key's"
    )]
    SameKey,
}

impl Sector {
    /// The blocks, in order; at least one where the sector was read.
    pub fn blocks(&self) -> &[Block] {
        &self.0
    }

    /// Adds a block behind the others.
    ///
    /// # Errors
    ///
    /// When three are there, or one by the same key.
    pub fn add(&mut self, block: Block) -> Result<(), SectorError> {
        if self.0.iter().any(|there| there.key() == block.key()) {
            return Err(SectorError::SameKey);
        }
        if self.0.len() >= MAX_BLOCKS {
            return Err(SectorError::Full);
        }
        self.0.push(block);
        Ok(())
    }

    /// The sector as it is flashed.
    pub fn bytes(&self) -> Vec<u8> {
        let blocks = self.0.iter().map(Block::bytes);
        let mut bytes = blocks.collect::<Vec<_>>().concat();
        bytes.resize(SECTOR_LENGTH, ERASED);
        bytes
    }

    /// The name of each range of bytes of the sector.
    pub(super) fn fields(&self) -> Vec<Field> {
        let used: Vec<usize> = (0..self.0.len()).collect();
        let signatures = used.iter().flat_map(|index| layout::fields(*index));
        signatures.chain(layout::erased(&used)).collect()
    }

    /// Reads the sector that follows a padded image with this `digest`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, counted from its start.
    pub(super) fn read(bytes: &[u8], digest: &[u8; 32]) -> Result<Self, Faults> {
        let mut faults = Faults::NONE;
        let mut sector = Self::default();
        let mut used = Vec::new();
        for index in 0..MAX_BLOCKS {
            let place = layout::block(index);
            let bytes = bytes.get(place.clone()).unwrap_or_default();
            if !block::is_there(bytes) {
                continue;
            }
            let next = used.last().map_or(0, |last| last + 1);
            if next != index {
                let problem = format!("{} is not there", block_name(next));
                faults.add(Fault::new(place.clone(), block_name(index), problem));
            }
            used.push(index);
            let Some(read) = Block::read(bytes, index, digest, &mut faults) else {
                continue;
            };
            if let Err(error) = sector.add(read) {
                faults.add(Fault::new(place, block_name(index), error.to_string()));
            }
        }
        if used.is_empty() {
            let problem = "there is no signature block in it";
            faults.add(Fault::new(0..BLOCK_LENGTH, "signature sector", problem));
        }
        check_erased(bytes, &used, &mut faults);
        faults.none_or(sector)
    }
}

fn check_erased(bytes: &[u8], used: &[usize], faults: &mut Faults) {
    for field in layout::erased(used) {
        if let Some((first, count)) = other_than(ERASED, bytes, field.range.clone()) {
            let problem = format!("{count} bytes are not erased, the first at 0x{first:x}");
            faults.add(Fault { field, problem });
        }
    }
}
