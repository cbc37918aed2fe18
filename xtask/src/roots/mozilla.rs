//! The Mozilla set of roots for web servers, as a crate carries it.

use trust::anchors::Certificate;
use trust::source::{Location, SourceFile};

/// Where the certificates of [`roots`] come from. A test compares it with `Cargo.lock`.
pub(super) const SOURCE: &str = "webpki-root-certs 1.0.11 (crate), src/lib.rs: the Mozilla set";

/// Every root of the set that can be read, in the set's order.
pub(crate) fn roots() -> Vec<Certificate> {
    let file = SourceFile::new(SOURCE, "");
    let place = Location::whole(&file);
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|der| Certificate::from_der(der, place.clone()).ok())
        .collect()
}
