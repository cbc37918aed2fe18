//! Keys that stay in a token: PKCS#11.

mod token;
mod uri;

pub use token::TokenKey;
pub use uri::TokenUri;
