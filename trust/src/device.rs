//! What a device with a store decides about a chain: its own code, run here.

use ::device::store::{StoreError, TrustStore};
use ::device::verify::{Clock, VerifiedServer, Verifier, VerifyError};

/// Decides as a device with the store `store` does whether `chain`, DER certificates with the server's own
/// first, is trusted for `host` at the time that `clock` tells. `docs/verification.md` has the rules.
///
/// # Errors
/// When the device would not read the store, or would not trust the chain.
pub fn verify_chain<C: AsRef<[u8]>>(
    store: &[u8],
    chain: &[C],
    host: &str,
    clock: Clock,
) -> Result<VerifiedServer, DeviceRefusal> {
    let store = TrustStore::read_exact(store)?;
    let chain: Vec<&[u8]> = chain.iter().map(AsRef::as_ref).collect();
    Ok(Verifier::new(store).verify(&chain, host, clock)?)
}

/// Why a device does not trust a chain.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum DeviceRefusal {
    /// It does not trust it by its store.
    #[error("the device does not trust the chain: {0}")]
    Chain(#[from] VerifyError),
    /// It does not read its store.
    #[error("the device does not read the store: {0}")]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::device::store::Day;
    use ::device::verify::Moment;

    #[test]
    fn a_store_that_cannot_be_read_trusts_nothing() {
        let clock = Clock::unknown(Moment::start_of(Day::MIN));
        let refusal = verify_chain::<&[u8]>(b"no store", &[], "ota.example.com", clock);
        let refusal = refusal.unwrap_err();
        assert!(matches!(refusal, DeviceRefusal::Store(_)));
        assert!(
            refusal
                .to_string()
                .starts_with("the device does not read the store: ")
        );
    }
}
