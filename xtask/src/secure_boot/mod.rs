//! Secure Boot v2 of the ESP32-C3: padding, signatures, key digests, and what is burnt into eFuses when.
//!
//! Follows "Secure Boot v2" and `secure_boot_signature_v2` of ESP-IDF; esptool's `espsecure` is the peer that the tests
//! compare with. Which hash is a hash of what, and every command: `docs/secure-boot.md`.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`padding`], [`layout`], [`block`], [`sector`], [`signed_image`] | the parts of a signed image, and their strict readers |
//! | [`public_key`], [`pem`], [`pkcs11`], [`signer`] | keys, and what they sign |
//! | [`subject`] | what a command was given: a release, or an image of one of three kinds |
//! | [`sign`], [`show`], [`plan`] | the commands |

mod block;
mod layout;
mod padding;
mod pem;
mod pkcs11;
mod plan;
mod public_key;
mod sector;
mod show;
mod sign;
mod signed_image;
mod signer;
mod subject;

pub mod cli;

#[cfg(test)]
pub(crate) mod tests;

pub use block::Block;
pub use cli::SecureBootArguments;
pub use layout::SECTOR_LENGTH;
pub use padding::{PaddedImage, PaddingError};
pub use public_key::PublicKey;
pub use sector::Sector;
pub use signed_image::{FILE_NAME, SignedImage};

use cli::Command;

use crate::exit::Exit;
use crate::failure::Result;
use crate::project::Project;

/// Does what `arguments` say; the project is looked for only where its policy is asked.
///
/// # Errors
///
/// What keeps the command from its work; a signed image that is wrong ends with [`Exit::Tampered`].
pub fn run(
    project: impl FnOnce() -> Result<Project>,
    arguments: &SecureBootArguments,
) -> Result<Exit> {
    match &arguments.command {
        Command::Pad(pad) => sign::pad(pad),
        Command::Sign(sign) => sign::sign(sign),
        Command::Digest(digest) => show::digest(digest),
        Command::Attach(attach) => sign::attach(attach),
        Command::KeyDigest(key) => show::key_digest(key),
        Command::Verify(verify) => show::verify(verify),
        Command::Plan(plan) => plan::run(&project()?, plan),
    }
}
