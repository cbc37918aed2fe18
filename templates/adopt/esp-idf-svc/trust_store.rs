//! The trust store of `policy.toml`, for TLS connections of this firmware.

use esp_idf_svc::sys::{EspError, esp, esp_tls_set_global_ca_store};

/// The anchors as PEM. mbedTLS takes a text that ends with a NUL, and wants it counted.
pub const PEM: &str = concat!(include_str!("trust_store.pem"), "\0");

/// Makes the proven anchors those of every connection that uses the global store:
///
/// ```ignore
/// trust_store::install()?;
/// let configuration = esp_idf_svc::http::client::Configuration {
///     use_global_ca_store: true,
///     ..Default::default()
/// };
/// ```
///
/// # Errors
/// When mbedTLS has no memory for the anchors.
pub fn install() -> Result<(), EspError> {
    // SAFETY: the text is there for the whole of the program, and its length includes the NUL.
    esp!(unsafe { esp_tls_set_global_ca_store(PEM.as_ptr(), PEM.len() as u32) })
}
