//! Signatures as webpki asks for them: counted, and over the bytes that were really signed.
//!
//! webpki compares the dates of all certificates with one time. A device compares them role by role, some
//! not at all, and with two different times when the clock is unset. So the dates are judged before
//! (`sent.rs`, `anchors.rs`), and webpki gets copies in which every certificate is valid from 1970 to 2049 at least.
//! Whatever else it decides is untouched by that. A signature is verified over the original.

use core::ops::Range;
use core::sync::atomic::{AtomicU8, Ordering};

use alloc::vec::Vec;
use pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm};

use crate::verify::algorithms::Algorithm;
use crate::verify::certificate::Certificate;

/// A copy of a certificate with wide dates.
#[derive(Debug)]
pub(super) struct Undated<'a> {
    /// Its place in the chain.
    pub(super) certificate: u8,
    /// The copy.
    pub(super) der: Vec<u8>,
    /// Where in the copy stands what is signed.
    signed: Range<usize>,
    /// What is signed, as it was sent.
    original: &'a [u8],
}

impl<'a> Undated<'a> {
    pub(super) fn new(place: u8, certificate: &Certificate<'a>) -> Self {
        let mut der = Vec::from(certificate.der);
        let dates = ["19700101000000Z", "20491231235959Z"];
        for (place, date) in certificate.date_places.iter().zip(dates) {
            if let Some(into) = der.get_mut(place.clone()) {
                // UTCTime has the last two digits of the year.
                let skipped = date.len().saturating_sub(into.len());
                let date = date.as_bytes().get(skipped..).unwrap_or_default();
                for (into, byte) in into.iter_mut().zip(date) {
                    *into = *byte;
                }
            }
        }
        Self {
            certificate: place,
            der,
            signed: certificate.signed_place.clone(),
            original: certificate.signed,
        }
    }

    /// Whether `bytes` are what is signed in this copy: these very bytes, not equal ones. Two certificates
    /// that differ in their dates alone have equal copies, and a signature of one is none of the other.
    fn is_signed_part(&self, bytes: &[u8]) -> bool {
        let signed = self.der.get(self.signed.clone());
        signed.is_some_and(|signed| core::ptr::eq(signed, bytes))
    }
}

/// What verifying one chain shares: the originals, and how much work is left.
///
/// webpki wants algorithms to be `Sync`; nothing here runs twice at a time.
#[derive(Debug)]
pub(super) struct Signatures<'a> {
    undated: Vec<Undated<'a>>,
    left: AtomicU8,
    /// The certificate whose signature was found wrong last.
    wrong: AtomicU8,
}

impl<'a> Signatures<'a> {
    pub(super) fn new(undated: Vec<Undated<'a>>, most: u8) -> Self {
        Self {
            undated,
            left: AtomicU8::new(most),
            wrong: AtomicU8::new(0),
        }
    }

    pub(super) fn undated(&self) -> &[Undated<'a>] {
        &self.undated
    }

    /// How many more signatures may be verified.
    pub(super) fn left(&self) -> u8 {
        self.left.load(Ordering::Relaxed)
    }

    /// The certificate whose signature was found wrong last.
    pub(super) fn wrong(&self) -> u8 {
        self.wrong.load(Ordering::Relaxed)
    }

    /// Takes one signature off what is left.
    fn spend(&self) -> bool {
        // The device has no atomic subtraction, and needs none.
        let left = self.left();
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        left != 0
    }

    fn verifies(&self, algorithm: Algorithm, key: &[u8], copy: &[u8], signature: &[u8]) -> bool {
        let mut copies = self.undated.iter();
        let Some(undated) = copies.find(|undated| undated.is_signed_part(copy)) else {
            return false;
        };
        if self.spend() && algorithm.verifies(key, undated.original, signature) {
            return true;
        }
        self.wrong.store(undated.certificate, Ordering::Relaxed);
        false
    }
}

/// One algorithm, as webpki takes it.
#[derive(Debug)]
pub(super) struct Counted<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) signatures: &'a Signatures<'a>,
}

impl SignatureVerificationAlgorithm for Counted<'_> {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        if self
            .signatures
            .verifies(self.algorithm, public_key, message, signature)
        {
            Ok(())
        } else {
            Err(InvalidSignature)
        }
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.key_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_id()
    }
}
