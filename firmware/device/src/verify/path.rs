//! The path from the leaf to an anchor: webpki builds and judges it.

use alloc::vec::Vec;

use pki_types::{
    CertificateDer, ServerName, SignatureVerificationAlgorithm, TrustAnchor, UnixTime,
};
use webpki::{EndEntityCert, KeyUsage};

use crate::verify::algorithms;
use crate::verify::certificate::Certificate;
use crate::verify::signatures::{Counted, Signatures, Undated};

/// A time at which every undated copy is valid: 2001-09-09T01:46:40Z.
const ANY_TIME: u64 = 1_000_000_000;

/// A path that was found.
pub(super) struct Found {
    /// Which of the anchors it ends at.
    pub(super) anchor: usize,
    /// How many intermediates it has.
    pub(super) intermediates: usize,
}

/// Why there is none, in webpki's words.
pub(super) struct NotFound {
    pub(super) error: webpki::Error,
    /// The certificate whose signature was found wrong last.
    pub(super) wrong: u8,
    /// How many more signatures may be verified. None: the search ended because of the work it took.
    pub(super) left: u8,
}

/// Looks for a path from the first certificate of `reached`, the leaf, over the others to an anchor. It looks
/// among the anchors first, at each certificate, and tries every way. Signatures, basic constraints, path
/// lengths, extended key usage, name constraints and critical extensions are checked; dates are not. At most
/// `most` signatures are verified.
pub(super) fn find(
    reached: &[(u8, &Certificate<'_>)],
    anchors: &[TrustAnchor<'_>],
    most: u8,
) -> Result<Found, NotFound> {
    let copies = reached
        .iter()
        .map(|(place, certificate)| Undated::new(*place, certificate));
    let signatures = Signatures::new(copies.collect(), most);
    search(&signatures, anchors).map_err(|error| NotFound {
        error,
        wrong: signatures.wrong(),
        left: signatures.left(),
    })
}

fn search(
    signatures: &Signatures<'_>,
    anchors: &[TrustAnchor<'_>],
) -> Result<Found, webpki::Error> {
    let counted = algorithms::ALL.map(|algorithm| Counted {
        algorithm,
        signatures,
    });
    let algorithms = counted
        .each_ref()
        .map(|counted| counted as &dyn SignatureVerificationAlgorithm);
    let mut copies = signatures
        .undated()
        .iter()
        .map(|undated| CertificateDer::from(undated.der.as_slice()));
    let leaf = copies.next().ok_or(webpki::Error::BadDer)?;
    let intermediates: Vec<_> = copies.collect();
    let leaf = EndEntityCert::try_from(&leaf)?;
    let path = leaf.verify_for_usage(
        &algorithms,
        anchors,
        &intermediates,
        UnixTime::since_unix_epoch(core::time::Duration::from_secs(ANY_TIME)),
        KeyUsage::server_auth(),
        None,
        None,
    )?;
    let mut places = anchors.iter();
    let anchor = places.position(|anchor| core::ptr::eq(anchor, path.anchor()));
    Ok(Found {
        // Cannot fail: the path's anchor is one of them.
        anchor: anchor.ok_or(webpki::Error::UnknownIssuer)?,
        intermediates: path.intermediate_certificates().count(),
    })
}

/// Whether the leaf is for `name`: DNS names of the subject alternative name, with a wildcard as the whole
/// first label (RFC 9525, section 6.3), or its IP addresses. The common name does not count.
pub(super) fn is_for_name(leaf: &[u8], name: &str) -> Result<bool, webpki::Error> {
    let der = CertificateDer::from(leaf);
    let leaf = EndEntityCert::try_from(&der)?;
    let Ok(name) = ServerName::try_from(name) else {
        return Ok(false);
    };
    Ok(leaf.verify_is_valid_for_subject_name(&name).is_ok())
}

/// Whether webpki can read a certificate, and if not, why.
pub(super) fn read_problem(der: &[u8]) -> Option<webpki::Error> {
    EndEntityCert::try_from(&CertificateDer::from(der)).err()
}
