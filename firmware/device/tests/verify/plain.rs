//! The device against plain rustls-webpki: dates that are judged beside it, and the copies without dates that it gets,
//! must change nothing. Random small hierarchies, with cross-certificates, in any order, at any time.

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use rcgen::{Issuer, KeyPair};
use webpki::EndEntityCert;

use super::support::{anchor, at, ca, leaf, store, verify};

/// Keys of CAs, and one of a leaf: the last.
const KEYS: usize = 5;
/// Certificates of CAs; the device reads four beside the leaf.
const CERTIFICATES: std::ops::RangeInclusive<usize> = 1..=4;
const CASES: u32 = 3_000;

static MADE: LazyLock<Vec<KeyPair>> =
    LazyLock::new(|| (0..=KEYS).map(|_| KeyPair::generate().unwrap()).collect());

/// Years of the first and the last second, both 1 January.
type Years = (i32, i32);

/// Who is certified, by whom, with the key of the one or of another.
#[derive(Clone, Debug)]
struct Certified {
    subject: usize,
    issuer: usize,
    signer: usize,
    years: Years,
}

#[derive(Clone, Debug)]
struct World {
    certificates: Vec<Certified>,
    leaf: Certified,
    /// Which of the certificates are anchors.
    anchors: Vec<bool>,
    /// Which are sent.
    sent: Vec<bool>,
    year: i32,
}

fn years() -> impl Strategy<Value = Years> {
    // UTCTime ends with 2049; copies for webpki hold until then.
    (2020..2026, 2026..2052)
}

fn certified(subjects: std::ops::Range<usize>) -> impl Strategy<Value = Certified> {
    let signer = prop_oneof![9 => Just(None), 1 => (0..KEYS).prop_map(Some)];
    (subjects, 0..KEYS, signer, years()).prop_map(|(subject, issuer, signer, years)| Certified {
        subject,
        issuer,
        signer: signer.unwrap_or(issuer),
        years,
    })
}

fn world() -> impl Strategy<Value = World> {
    CERTIFICATES.prop_flat_map(|count| {
        let certificates = prop::collection::vec(certified(0..KEYS), count);
        let flags = || prop::collection::vec(any::<bool>(), count);
        (
            certificates,
            certified(KEYS..KEYS + 1),
            flags(),
            flags(),
            2021..2051,
        )
            .prop_map(|(certificates, leaf, anchors, sent, year)| World {
                certificates,
                leaf,
                anchors,
                sent,
                year,
            })
    })
}

fn der(certified: &Certified) -> Vec<u8> {
    let name = |number: usize| format!("CA {number}");
    let mut parameters = if certified.subject == KEYS {
        leaf()
    } else {
        ca(&name(certified.subject))
    };
    parameters.not_before = rcgen::date_time_ymd(certified.years.0, 1, 1);
    parameters.not_after = rcgen::date_time_ymd(certified.years.1, 1, 1);
    let issuer = ca(&name(certified.issuer));
    let issuer = Issuer::from_params(&issuer, &MADE[certified.signer]);
    let certificate = parameters.signed_by(&MADE[certified.subject], &issuer);
    certificate.unwrap().der().to_vec()
}

/// What webpki says itself. Its anchors have no dates: those that do not hold are left out.
fn plain(world: &World, certificates: &[Vec<u8>], leaf: &[u8], seconds: u64) -> bool {
    let holds =
        |certified: &Certified| (certified.years.0..=certified.years.1).contains(&world.year);
    let ders: Vec<_> = certificates
        .iter()
        .map(|der| pki_types::CertificateDer::from(der.as_slice()))
        .collect();
    let all = world.anchors.iter().zip(&world.certificates).zip(&ders);
    let anchors: Vec<_> = all
        .filter(|((anchor, certified), _)| **anchor && holds(certified))
        .map(|(_, der)| webpki::anchor_from_trusted_cert(der).unwrap())
        .collect();
    let sent = world.sent.iter().zip(&ders).filter(|(sent, _)| **sent);
    let sent: Vec<_> = sent.map(|(_, der)| der.clone()).collect();
    let leaf = pki_types::CertificateDer::from(leaf);
    let leaf = EndEntityCert::try_from(&leaf).unwrap();
    let judged = leaf.verify_for_usage(
        &[webpki::ring::ECDSA_P256_SHA256],
        &anchors,
        &sent,
        pki_types::UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
        webpki::KeyUsage::server_auth(),
        None,
        None,
    );
    judged.is_ok()
}

#[test]
fn the_device_says_what_webpki_says() {
    let accepted = Cell::new(0);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(CASES));
    let outcome = runner.run(&world(), |world| {
        // The first second of a year: the first of some certificates, and the last of others.
        let clock = at(&format!("{}-01-01T00:00:00Z", world.year));
        let seconds = rcgen::date_time_ymd(world.year, 1, 1).unix_timestamp();
        let certificates: Vec<_> = world.certificates.iter().map(der).collect();
        let leaf = der(&world.leaf);
        let anchors = world.anchors.iter().zip(&certificates);
        let anchors: Vec<_> = anchors
            .filter(|(is_anchor, _)| **is_anchor)
            .map(|(_, der)| anchor(der))
            .collect();
        prop_assume!(!anchors.is_empty());
        let sent = world
            .sent
            .iter()
            .zip(&certificates)
            .filter(|(sent, _)| **sent);
        let chain: Vec<&[u8]> = [leaf.as_slice()]
            .into_iter()
            .chain(sent.map(|(_, der)| der.as_slice()))
            .collect();
        let device = verify(&store(anchors), &chain, clock);
        let webpki = plain(
            &world,
            &certificates,
            &leaf,
            u64::try_from(seconds).unwrap(),
        );
        prop_assert_eq!(device.is_ok(), webpki, "{:?} {:?}", world, device.err());
        accepted.set(accepted.get() + u32::from(webpki));
        Ok(())
    });
    outcome.unwrap();
    // Otherwise all that was compared are refusals.
    assert!(accepted.get() > CASES / 50, "{}", accepted.get());
}
