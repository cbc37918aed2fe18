//! The chain verifier, by a store that trusts the real roots of the seeds and pins some of their keys.
//!
//! Input: one byte whose lowest bits choose the dates that are checked, then certificates, each with its length
//! before it as two big-endian bytes. Nothing panics; a refusal can be shown; and whatever is trusted begins
//! with a certificate that some anchor or pin stands for, and shows no handshake by itself.

#![no_main]

use std::sync::LazyLock;

use device::day::Day;
use device::store::{DatesChecked, TrustStore};
use device::verify::{Clock, MAX_CHAIN_BYTES, MAX_INTERMEDIATES, Moment, TrustedBy, Verifier};
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::sample;

static STORES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let dates = |bits: u8| DatesChecked {
        leaf: bits & 1 != 0,
        intermediates: bits & 2 != 0,
        anchor: bits & 4 != 0,
    };
    (0..8).map(|bits| sample::real_store(dates(bits))).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, mut rest)) = bytes.split_first() else {
        return;
    };
    let mut chain = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length)).min(after.len());
        let (certificate, after) = after.split_at(length);
        chain.push(certificate);
        rest = after;
    }
    let bits = choice & 7;
    let store = TrustStore::read_exact(&STORES[usize::from(bits)]).expect("it was written");
    let time = Moment::start_of(Day::from_civil(2024, 7, 1).expect("a day"));
    let clock = if choice & 8 == 0 {
        Clock::known(time, time)
    } else {
        Clock::unknown(time)
    };
    let server = match Verifier::new(store).verify(&chain, "lencr.org", clock) {
        Ok(server) => server,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert!(chain.len() <= MAX_INTERMEDIATES + 1);
    assert!(chain.iter().map(|der| der.len()).sum::<usize>() <= MAX_CHAIN_BYTES);
    assert_eq!(server.name(), "lencr.org");
    if let TrustedBy::Pin { certificate, .. } = server.trusted_by() {
        assert!(usize::from(certificate) < chain.len());
    }
    for scheme in [0x0403, 0x0503, 0x0804] {
        let transcript = [0; 32];
        assert!(
            server
                .clone()
                .verify_handshake(scheme, &transcript, bytes)
                .is_err()
        );
    }
});
