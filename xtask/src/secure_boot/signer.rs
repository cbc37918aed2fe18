//! Who signs: a key in a file, or one in a token.

use super::block::Block;
use super::padding::PaddedImage;
use super::pem::PemKey;
use super::pkcs11::TokenKey;
use super::public_key::PublicKey;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// A private key that signs here.
pub enum Signer {
    /// In a file.
    Pem(PemKey),
    /// In a token.
    Token(TokenKey),
}

impl Signer {
    /// Its public half.
    pub const fn public(&self) -> &PublicKey {
        match self {
            Self::Pem(key) => key.public(),
            Self::Token(key) => key.public(),
        }
    }

    /// Where the key is.
    pub fn name(&self) -> &str {
        match self {
            Self::Pem(key) => key.name(),
            Self::Token(key) => key.name(),
        }
    }

    /// The signature block of a padded image. What the key made is verified before it is used: a computer that
    /// computes wrongly may give the private key away.
    ///
    /// # Errors
    ///
    /// A key that does not sign, and [`Exit::Environment`] for a signature that is wrong.
    pub fn sign(&self, image: &PaddedImage<'_>) -> Result<Block> {
        let signature = match self {
            Self::Pem(key) => key.sign(image),
            Self::Token(key) => key.sign(image),
        }?;
        Block::sign(self.public().clone(), &image.digest(), &signature).map_err(|error| {
            let what = format!("{} gave a signature that is wrong", self.name());
            Failure::new(Exit::Environment, what).evidence(error).help(
                "look at the machine or the token, and do not use the key before you know why",
            )
        })
    }
}
