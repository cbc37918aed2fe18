//! Store updates that are accepted without TLS: what saves a device that trusts no server any more.
//!
//! A *rescue store* is a trust store in its one binary form in an envelope that k of n rescue keys of the *image*
//! signed. [`layout`] describes it byte for byte. Nothing else about it must be authentic: it may come over plain HTTP,
//! from a stick, from an enemy. What an enemy can do with the channel is to keep it back.
//!
//! * It replaces anchors, pins and endpoints, and nothing else ([`InForce`]). The keys that sign firmware and the keys
//!   that rescue are always those of the image, and so are the dates that are checked: whoever steals rescue keys can
//!   lead devices to other servers, and can install nothing on them. The key sets in the payload are not read.
//! * Its sequence must be above that of the store in force ([`write()`]), so that an old one cannot be replayed, and by no more
//!   than [`MAX_STEP`], so that there is always a next one. What a device remembers of sequences it remembers for each set of
//!   rescue keys ([`RescueFloors`](crate::memory::RescueFloors)).
//! * It is verified again at each boot, with the keys of the image that then runs ([`load`]): an image with other keys
//!   takes their stores out of force.
//! * It is written to the copy of the `trust-store` partition that is not in force: a loss of power leaves the old one or
//!   the new one.
//!
//! It takes little memory: of what comes, no more than is known to be wanted ([`Receiver`]), and of what stands in flash
//! the payload alone ([`RescuePayload`]), which is bounded ([`layout::MAX_PAYLOAD_LENGTH`]).
//!
//! Whoever makes firmware must give each store a sequence above all before it, in images and in rescue stores alike: of
//! two stores the device takes the one with the higher.

pub mod layout;

#[cfg(feature = "write")]
mod compose;
mod envelope;
mod error;
mod in_force;
mod load;
mod receive;
mod verified;
mod write;

#[cfg(feature = "write")]
pub use compose::{ComposeError, EnvelopeContents, SignatureContents};
pub use envelope::{Envelope, Signature};
pub use error::{RescueError, RescueField};
pub use in_force::{InForce, Origin};
pub use load::{Copies, CopyState, CopyUnreadable, StoreCopy, load};
pub use receive::{ReceiveError, Receiver};
pub use verified::{RescuePayload, RescueStore};
pub use write::{MAX_STEP, WriteError, check_sequence, write};
