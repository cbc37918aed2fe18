//! The chains of update servers, against the anchors of `policy.toml`, with rustls-webpki.

use rustls_pki_types::{
    CertificateDer, ServerName, SignatureVerificationAlgorithm, TrustAnchor, UnixTime,
};
use webpki::{EndEntityCert, Error, KeyUsage};

use crate::trust_anchors::TRUST_ANCHORS;

/// Whether `chain`, as the server sent it (its own certificate first), leads to an anchor of the policy and is for `host`.
///
/// `algorithms` are those of your crypto provider, for example `webpki::ALL_VERIFICATION_ALGS` with its feature `ring`. `now` must come from a clock
/// that was set: with a wrong one, certificates that ended are accepted or good ones are refused.
///
/// # Errors
/// Why rustls-webpki refuses the chain.
pub fn verify_server(
    chain: &[CertificateDer<'_>],
    host: &ServerName<'_>,
    now: UnixTime,
    algorithms: &[&dyn SignatureVerificationAlgorithm],
) -> Result<(), Error> {
    verify_with(TRUST_ANCHORS, chain, host, now, algorithms)
}

/// The same with other anchors.
///
/// # Errors
/// Those of [`verify_server`].
pub fn verify_with(
    anchors: &[TrustAnchor<'_>],
    chain: &[CertificateDer<'_>],
    host: &ServerName<'_>,
    now: UnixTime,
    algorithms: &[&dyn SignatureVerificationAlgorithm],
) -> Result<(), Error> {
    let (leaf, intermediates) = chain.split_first().ok_or(Error::UnknownIssuer)?;
    let leaf = EndEntityCert::try_from(leaf)?;
    let usage = KeyUsage::server_auth();
    leaf.verify_for_usage(algorithms, anchors, intermediates, now, usage, None, None)?;
    leaf.verify_is_valid_for_subject_name(host)
}
