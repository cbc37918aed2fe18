//! Randomness fit for keys: noise that the radio receives.

use core::fmt;

use esp_hal::rng::Trng;

/// There is no source of noise: the radio is off.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoEntropy;

impl fmt::Display for NoEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the radio is off, and random numbers would have no entropy")
    }
}

/// The generator, once the radio is on: never before, when what it gives can be foreseen. It implements
/// [`rand_core::CryptoRngCore`].
///
/// The radio must stay on for as long as the generator lives; this firmware never turns it off, nor lets it sleep.
///
/// # Errors
///
/// [`NoEntropy`].
pub(crate) fn entropy() -> Result<Trng, NoEntropy> {
    Trng::try_new().map_err(|_| NoEntropy)
}
