//! Whether a chain that a server sent is trusted, for a name and a time: the one decision point.
//!
//! In this order, and the first that fails decides:
//!
//! 1. **Limits**, before anything is read: [`MAX_INTERMEDIATES`] beside the leaf, [`MAX_CHAIN_BYTES`] in all.
//! 2. **The leaf**: it is DER, it is for the name (RFC 9525; IPv4 hosts by their IP address), within its dates,
//!    and its key is one that a handshake can be verified with.
//! 3. **The host**: not one whose pins have all expired under `after-expiry = "refuse"`.
//! 4. **Anchors**: a path to one that is within its dates, over intermediates that are within theirs, each
//!    signature, constraint and usage right. The anchors are tried first at each step, then whatever else was
//!    sent, in any order (rustls-webpki).
//! 5. **Pins**, only when *no path ended at an anchor*: the issuer is unknown, or the anchor or an intermediate
//!    on the way to it is outside its dates. A wrong name, an expired leaf, a bad signature, a wrong usage and
//!    an algorithm that is not supported are final. The pin must be of this host and hold; the leaf has the
//!    pinned key, or a CA certificate that was sent has it and verified signatures lead from it to the leaf.
//!
//! notAfter is inclusive, to the second for certificates and to the day for anchors and pins, as the store has
//! them. When the time is unknown, notBefore is not compared, and notAfter is compared with the floor.
//!
//! Memory: one copy of the chain, its outline, one of each anchor that has an issuer's name, and the numbers of
//! one RSA signature at a time. Nothing grows with what a certificate holds, but for that copy. Work: at most
//! [`MAX_SIGNATURES`], for anchors and pins together.

mod algorithms;
mod anchors;
mod certificate;
mod error;
mod issued;
mod moment;
mod path;
mod pins;
mod proof;
mod rsa_key;
mod sent;
mod signatures;

pub use crate::verify::algorithms::Oid;
pub use crate::verify::error::{KeyHolder, PathEnd, PinProblem, PinVerdict, VerifyError};
pub use crate::verify::issued::is_signed_by;
pub use crate::verify::moment::{Clock, Moment, TimeBasis};
pub use crate::verify::proof::{HandshakeError, HandshakeProof, TrustedBy, VerifiedServer};
pub use crate::verify::rsa_key::{MAX_RSA_BITS, MIN_RSA_BITS};

use crate::host::host;
use crate::store::TrustStore;
use crate::verify::anchors::Failure;
use crate::verify::sent::Sent;

/// Most certificates that a server may send beside its own.
pub const MAX_INTERMEDIATES: usize = 4;
/// Most bytes of all certificates of a chain. Let's Encrypt's of 2026 has 3,600.
pub const MAX_CHAIN_BYTES: usize = 12 * 1024;

/// Most signatures of certificates that are verified for one chain: those of the longest path, twice. Anchors of one name with
/// other keys cost one each, and so does each way through certificates of one name. `docs/device.md` says how long it takes.
pub const MAX_SIGNATURES: u8 = 10;

/// Decides by a trust store.
#[derive(Clone, Debug)]
pub struct Verifier<'a> {
    store: TrustStore<'a>,
}

impl<'a> Verifier<'a> {
    /// A verifier that trusts what `store` does.
    pub const fn new(store: TrustStore<'a>) -> Self {
        Self { store }
    }

    /// The identity of the store: SHA-256 of its bytes.
    pub const fn store(&self) -> &[u8; 32] {
        self.store.sha256()
    }

    /// Decides whether `chain`, DER certificates as a server sent them with its own first, is trusted for the
    /// host `name` at the time that `clock` tells.
    ///
    /// # Errors
    ///
    /// The first reason why not, in the order that this module describes.
    pub fn verify(
        &self,
        chain: &[&[u8]],
        name: &str,
        clock: Clock,
    ) -> Result<VerifiedServer, VerifyError> {
        let basis = clock.basis();
        let sent = Sent::read(chain)?;
        check_name(&sent, name)?;
        sent.check_leaf_dates(self.store.dates(), basis)?;
        sent.check_leaf_key()?;
        pins::check_refusal(&self.store, name, basis)?;
        let trusted_by = match anchors::by_anchor(&self.store, &sent, basis) {
            Ok(anchor) => anchor,
            Err(Failure::Refused(error)) => return Err(error),
            Err(Failure::NoPath { end, left }) => {
                pins::by_pin(&self.store, &sent, name, basis, left)
                    .map_err(|pins| VerifyError::NoPath { end, basis, pins })?
            }
        };
        let store = *self.store.sha256();
        Ok(VerifiedServer::new(
            name, trusted_by, basis, store, &sent.leaf,
        ))
    }
}

fn check_name(sent: &Sent<'_>, name: &str) -> Result<(), VerifyError> {
    if host(name.as_bytes()).is_err() {
        return Err(VerifyError::NameNotCanonical);
    }
    match path::is_for_name(sent.leaf.der, name) {
        Ok(true) => Ok(()),
        Ok(false) => Err(VerifyError::WrongName),
        Err(error) => Err(anchors::unreadable(0, &error)),
    }
}
