//! The approved store in every form that devices read.
//!
//! Each form is a function of the [`ApprovedStore`] alone: no clock, no order of a hash map, no paths.

mod binary;
mod bundle;
mod c_header;
mod comment;
mod der;
mod error;
mod findings;
mod format;
mod in_image;
mod json;
mod pem;
mod rust;
mod template;
#[cfg(test)]
mod tests;
mod webpki;

pub use binary::RenderedStore;
pub(crate) use binary::anchor_contents;
pub use error::RenderError;
pub(crate) use findings::device_bytes;
pub use findings::{findings, stale};
pub use format::Format;
pub use in_image::{Bounds, Embedded, embedded, name_and_key};

use crate::store::ApprovedStore;

/// The bytes of `store` in `format`: a file's whole contents.
///
/// # Errors
///
/// When the format cannot say what the store holds, or a device would refuse it; [`findings`] says the
/// same with places and next steps.
pub fn render(store: &ApprovedStore, format: Format) -> Result<Vec<u8>, RenderError> {
    match format {
        Format::CHeader => c_header::render(store).map(String::into_bytes),
        Format::EspBundleV1 => bundle::version_1(store),
        Format::EspBundleV2 => bundle::version_2(store),
        Format::Json => json::render(store).map(String::into_bytes),
        Format::Pem => Ok(pem::render(store).into_bytes()),
        Format::Rust => RenderedStore::new(store).map(|store| store.source().as_bytes().to_vec()),
        Format::WebPki => webpki::render(store).map(String::into_bytes),
    }
}
