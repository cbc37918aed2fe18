//! What a client knows.

use super::board::Image;
use crate::memory::Memory;
use crate::rescue::{Copies, InForce};
use crate::time::TrustedTime;

/// What a client knows, beside the board that it runs on.
#[derive(Debug)]
pub(super) struct State<'a> {
    pub(super) image: Image<'a>,
    /// What is remembered over a restart, as it is to be stored next.
    pub(super) memory: Memory,
    /// Rescue stores.
    pub(super) copies: Copies,
    pub(super) time: TrustedTime,
    /// Whether the image has yet to show that it can be updated.
    pub(super) on_trial: bool,
    /// Whether it is known how the image stands: its start is counted. Until then it is not known to be on trial.
    pub(super) is_counted: bool,
    /// Whether the image in the other slot was tried and does not run. Where no release is remembered that failed, the next one
    /// that is offered may be that one.
    pub(super) is_return: bool,
    /// The release, by the hash of its image, that was tried in this round.
    pub(super) tried: Option<[u8; 32]>,
}

impl State<'_> {
    /// The store in force.
    pub(super) fn in_force(&self) -> InForce<'_> {
        self.copies.in_force(&self.image.store)
    }
}
