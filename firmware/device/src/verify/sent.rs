//! The chain as it was sent: within its limits, read, and judged by its dates.

use alloc::vec::Vec;

use crate::store::DatesChecked;
use crate::verify::algorithms;
use crate::verify::algorithms::Oid;
use crate::verify::certificate::Certificate;
use crate::verify::error::{KeyHolder, VerifyError};
use crate::verify::moment::{Moment, TimeBasis};
use crate::verify::rsa_key::RsaKey;
use crate::verify::{MAX_CHAIN_BYTES, MAX_INTERMEDIATES};

/// A chain whose leaf can be read.
#[derive(Debug)]
pub(super) struct Sent<'a> {
    pub(super) leaf: Certificate<'a>,
    /// The others that can be read, each with its place in the chain.
    pub(super) others: Vec<(u8, Certificate<'a>)>,
    /// The first other that cannot be read. A server that sends an obsolete root along must not lose its
    /// clients by it.
    pub(super) unreadable: Option<u8>,
}

impl<'a> Sent<'a> {
    /// Checks the limits before anything is read, and reads.
    pub(super) fn read(chain: &[&'a [u8]]) -> Result<Self, VerifyError> {
        let Some((leaf, rest)) = chain.split_first() else {
            return Err(VerifyError::Empty);
        };
        if rest.len() > MAX_INTERMEDIATES {
            return Err(VerifyError::TooManyCertificates { found: chain.len() });
        }
        let found = chain
            .iter()
            .fold(0usize, |sum, bytes| sum.saturating_add(bytes.len()));
        if found > MAX_CHAIN_BYTES {
            return Err(VerifyError::TooManyBytes { found });
        }
        let leaf =
            Certificate::read(leaf).map_err(|problem| VerifyError::Unreadable { problem })?;
        let mut sent = Self {
            leaf,
            others: Vec::with_capacity(rest.len()),
            unreadable: None,
        };
        for (place, bytes) in (1u8..).zip(rest) {
            match Certificate::read(bytes) {
                Ok(certificate) => sent.others.push((place, certificate)),
                Err(_) => {
                    sent.unreadable.get_or_insert(place);
                }
            }
        }
        Ok(sent)
    }

    /// Every certificate that can be read, with its place; the leaf first.
    pub(super) fn all(&self) -> impl Iterator<Item = (u8, &Certificate<'a>)> + Clone {
        let others = self.others.iter();
        core::iter::once((0, &self.leaf)).chain(others.map(|(place, other)| (*place, other)))
    }

    /// Those to which issuers' names lead from the leaf over certificates that `usable` allows, in the order
    /// of the chain; the leaf first.
    pub(super) fn reached(
        &self,
        usable: impl Fn(&Certificate<'a>) -> bool,
    ) -> Vec<(u8, &Certificate<'a>)> {
        let mut reached = Vec::with_capacity(self.others.len().saturating_add(1));
        reached.push((0, &self.leaf));
        let mut waiting: Vec<_> = self
            .others
            .iter()
            .filter(|(_, other)| usable(other))
            .collect();
        while let Some(next) = waiting.iter().position(|(_, other)| {
            reached
                .iter()
                .any(|(_, below): &(u8, &Certificate<'_>)| below.issuer == other.subject)
        }) {
            let (place, other) = waiting.remove(next);
            reached.push((*place, other));
        }
        reached
    }

    /// The leaf's dates, as far as the store wants them checked.
    pub(super) fn check_leaf_dates(
        &self,
        dates: DatesChecked,
        basis: TimeBasis,
    ) -> Result<(), VerifyError> {
        match date_problem(&self.leaf, basis).filter(|_| dates.leaf) {
            None => Ok(()),
            Some(DateProblem::Over(not_after)) => Err(VerifyError::Expired { not_after, basis }),
            Some(DateProblem::NotYet(not_before)) => {
                Err(VerifyError::NotYetValid { not_before, basis })
            }
        }
    }

    /// Whether the handshake can be verified with the leaf's key.
    pub(super) fn check_leaf_key(&self) -> Result<(), VerifyError> {
        match key_problem(
            KeyHolder::Certificate(0),
            self.leaf.key_algorithm,
            self.leaf.key,
        ) {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }
}

/// What is wrong with a certificate's dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateProblem {
    /// It begins then.
    NotYet(Moment),
    /// It ended then.
    Over(Moment),
}

/// Compares a certificate's dates, both inclusive.
pub(super) fn date_problem(certificate: &Certificate<'_>, basis: TimeBasis) -> Option<DateProblem> {
    let Certificate {
        not_before,
        not_after,
        ..
    } = *certificate;
    if basis.for_not_after() > not_after {
        return Some(DateProblem::Over(not_after));
    }
    let early = basis.for_not_before().is_some_and(|now| now < not_before);
    early.then_some(DateProblem::NotYet(not_before))
}

/// Why signatures cannot be verified with a key: `key` is the contents of the BIT STRING.
pub(super) fn key_problem(of: KeyHolder, algorithm: &[u8], key: &[u8]) -> Option<VerifyError> {
    let known = algorithms::ALL
        .iter()
        .any(|known| known.key_id().as_ref() == algorithm);
    if !known {
        let algorithm = Oid::of_algorithm(algorithm);
        return Some(VerifyError::Key { of, algorithm });
    }
    if algorithm != pki_types::alg_id::RSA_ENCRYPTION.as_ref() {
        return None;
    }
    let Some(key) = RsaKey::read(key) else {
        return Some(VerifyError::KeySize { of, bits: 0 });
    };
    let bits = u32::try_from(key.bits()).unwrap_or(u32::MAX);
    (!key.has_allowed_size()).then_some(VerifyError::KeySize { of, bits })
}
