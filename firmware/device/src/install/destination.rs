//! Where the bytes of an image go once they were looked at.

use crate::flash::FlashError;

/// Where the bytes of an image go once they were looked at.
pub(super) trait Destination {
    /// Takes the next bytes.
    fn take(&mut self, bytes: &[u8]) -> Result<(), FlashError>;

    /// Nothing of what was taken counts: what comes next is the beginning.
    fn start_over(&mut self);
}

/// They are kept nowhere.
pub(super) struct Nowhere;

impl Destination for Nowhere {
    fn take(&mut self, _: &[u8]) -> Result<(), FlashError> {
        Ok(())
    }

    fn start_over(&mut self) {}
}
