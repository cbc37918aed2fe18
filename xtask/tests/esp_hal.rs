//! The module that `init` writes for esp-hal, compiled with rustls-webpki and a rendered array, verifies chains.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../templates/adopt/esp-hal/trust.rs"]
mod adopted;
#[path = "../../trust/src/render/tests/webpki/webpki_sample.rs"]
#[allow(unreachable_pub, reason = "a generated file, as others include it")]
mod trust_anchors;

use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, Issuer, KeyPair};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, Error, anchor_from_trusted_cert};

use adopted::{verify_server, verify_with};

const HOST: &str = "ota.example.com";

struct Chain {
    root: CertificateDer<'static>,
    sent: Vec<CertificateDer<'static>>,
}

fn authority(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::new(Vec::new()).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    parameters
}

/// Leaf and intermediate of a root.
fn chain() -> Chain {
    let root = CertifiedIssuer::self_signed(authority("Root"), KeyPair::generate().unwrap());
    let root = root.unwrap();
    let key = KeyPair::generate().unwrap();
    let parameters = authority("Intermediate");
    let intermediate = parameters.signed_by(&key, &root).unwrap();
    let issuer = Issuer::new(parameters, key);
    let mut leaf = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    leaf.not_before = rcgen::date_time_ymd(2026, 1, 1);
    leaf.not_after = rcgen::date_time_ymd(2026, 4, 1);
    let leaf = leaf.signed_by(&KeyPair::generate().unwrap(), &issuer);
    Chain {
        root: root.der().clone(),
        sent: vec![leaf.unwrap().der().clone(), intermediate.der().clone()],
    }
}

/// 2026-02-01, and so many days later.
fn day(later: u64) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(1_769_904_000 + later * 86_400))
}

#[test]
fn a_chain_of_an_anchor_is_accepted_for_its_host_and_time() {
    let chain = chain();
    let anchor = anchor_from_trusted_cert(&chain.root).unwrap();
    let anchors = std::slice::from_ref(&anchor);
    let verify = |sent: &[CertificateDer<'_>], host: &'static str, now| {
        let host = ServerName::try_from(host).unwrap();
        verify_with(anchors, sent, &host, now, ALL_VERIFICATION_ALGS)
    };
    verify(&chain.sent, HOST, day(0)).unwrap();
    assert!(matches!(
        verify(&chain.sent, HOST, day(365)),
        Err(Error::CertExpired { .. })
    ));
    assert!(verify(&chain.sent, "other.example.com", day(0)).is_err());
    assert_eq!(
        verify(&chain.sent[..1], HOST, day(0)),
        Err(Error::UnknownIssuer)
    );
    assert_eq!(verify(&[], HOST, day(0)), Err(Error::UnknownIssuer));
}

#[test]
fn the_anchors_of_the_policy_do_not_accept_a_strange_chain() {
    let host = ServerName::try_from(HOST).unwrap();
    assert_eq!(
        verify_server(&chain().sent, &host, day(0), ALL_VERIFICATION_ALGS),
        Err(Error::UnknownIssuer)
    );
}
