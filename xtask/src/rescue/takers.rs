//! Which devices take a rescue store, asked of their own code.

use device::rescue::{RescueError, RescueStore, check_sequence};
use device::store::{KeyContents, KeySetContents, StoreContents, TrustStore};
use trust::ledger::{Release, ReleaseRescueKeys};
use trust::policy::PublicKey;

use super::file::{RescueFile, Whole};
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What devices say: `Ok` where they take it, or why not.
pub type Answer<E> = std::result::Result<(), E>;

/// A rescue store that devices are asked about.
pub struct Offer<'a> {
    file: &'a RescueFile,
    whole: &'a Whole<'a>,
}

impl<'a> Offer<'a> {
    /// What is in `file`, and was read from it.
    pub const fn new(file: &'a RescueFile, whole: &'a Whole<'a>) -> Self {
        Self { file, whole }
    }

    /// Whether enough of these keys signed it for this product.
    ///
    /// # Errors
    /// Keys that no image can have.
    pub fn is_signed(
        &self,
        product: &str,
        keys: &ReleaseRescueKeys,
    ) -> Result<Answer<RescueError>> {
        let image = self.image(product, keys)?;
        let image = TrustStore::read_exact(&image).map_err(|error| bug(&error))?;
        let verified = RescueStore::verify(self.file.bytes().to_vec(), &image);
        Ok(verified.map(drop))
    }

    /// Whether `key` signed it: asked of a device that has no other.
    ///
    /// # Errors
    /// As of [`Offer::is_signed`].
    pub fn is_signed_by(&self, product: &str, key: PublicKey) -> Result<Answer<RescueError>> {
        let keys = ReleaseRescueKeys {
            threshold: 1,
            keys: vec![key],
        };
        self.is_signed(product, &keys)
    }

    /// Whether devices of `release` take it that have its own store in force.
    ///
    /// # Errors
    /// As of [`Offer::is_signed`].
    pub fn is_taken_by(&self, release: &Release) -> Result<Answer<String>> {
        let Some(keys) = &release.rescue else {
            return Ok(Err("they have no rescue keys".to_owned()));
        };
        let signed = self.is_signed(&release.product, keys)?;
        let in_force = release.store.sequence;
        let follows = check_sequence(self.whole.store.sequence(), in_force, 0);
        Ok(signed
            .map_err(|error| error.to_string())
            .and_then(|()| follows.map_err(|error| error.to_string())))
    }

    /// The store of an image with these rescue keys. What else stands in it is not asked.
    fn image(&self, product: &str, keys: &ReleaseRescueKeys) -> Result<Vec<u8>> {
        let key = |key: &PublicKey| KeyContents {
            id: key.key_id,
            public: key.ed25519,
        };
        let contents = StoreContents {
            product: product.to_owned(),
            release_keys: KeySetContents::NONE,
            rescue_keys: KeySetContents {
                threshold: keys.threshold,
                keys: keys.keys.iter().map(key).collect(),
            },
            ..StoreContents::from(&self.whole.store)
        };
        contents.write().map_err(|error| bug(&error))
    }
}

fn bug(error: &impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Bug, "no image can have these rescue keys").evidence(error)
}
