//! `policy.toml`: read with places, all errors at once.

mod canonical;
mod complete;
mod model;
mod public_key;
mod read;
pub mod reference;
#[cfg(test)]
pub(crate) mod reviewed;
mod schema;
#[cfg(test)]
mod tests;

pub use canonical::canonical;
pub use complete::{Policy, Sections};
pub use model::*;
pub use public_key::PublicKey;
pub use read::{Reading, read};
pub(crate) use read::{is_chain_path, is_url};
