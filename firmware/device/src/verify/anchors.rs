//! The anchors: does a path lead to one, and if not, why not.

use alloc::vec::Vec;

use pki_types::{Der, TrustAnchor};
use webpki::Error;

use crate::der::{self, SEQUENCE};
use crate::store::{Anchor, TrustStore};
use crate::verify::MAX_SIGNATURES;
use crate::verify::algorithms::{self, Oid};
use crate::verify::certificate::{BasicConstraints, Certificate};
use crate::verify::error::{KeyHolder, PathEnd, VerifyError};
use crate::verify::moment::TimeBasis;
use crate::verify::path::{self, NotFound};
use crate::verify::proof::TrustedBy;
use crate::verify::sent::{DateProblem, Sent, date_problem, key_problem};

/// Why no anchor leads to a chain.
pub(super) enum Failure {
    /// No path ends at an anchor of the store. A pin may speak.
    NoPath {
        /// Where the path ended.
        end: PathEnd,
        /// How many more signatures may be verified.
        left: u8,
    },
    /// A path ends at one, and something on it is wrong. No pin may speak.
    Refused(VerifyError),
}

/// An anchor with its place in the store.
type Numbered<'a> = (u8, Anchor<'a>);

/// A certificate with its place in the chain.
type Reached<'a> = (u8, &'a Certificate<'a>);

/// Looks for a path to an anchor. Certificates and anchors outside their dates are left out before, as far as
/// the store wants the dates of their kind checked.
pub(super) fn by_anchor(
    store: &TrustStore<'_>,
    sent: &Sent<'_>,
    basis: TimeBasis,
) -> Result<TrustedBy, Failure> {
    let dates = store.dates();
    let in_date = |other: &Certificate<'_>| date_problem(other, basis).is_none();
    let reached = sent.reached(|other| !dates.intermediates || in_date(other));
    let named: Vec<Numbered<'_>> = named_by(&reached, store).collect();
    let usable: Vec<Numbered<'_>> = named
        .iter()
        .filter(|(_, anchor)| !dates.anchor || anchor_problem(*anchor, basis).is_none())
        .copied()
        .collect();
    let anchors: Vec<TrustAnchor<'_>> = usable.iter().map(|(_, anchor)| trusted(anchor)).collect();
    match path::find(&reached, &anchors, MAX_SIGNATURES) {
        Ok(found) => match usable.get(found.anchor) {
            Some((index, anchor)) => Ok(TrustedBy::Anchor {
                index: *index,
                fingerprint: *anchor.fingerprint,
            }),
            // Cannot be: the place is one of the list.
            None => Err(Failure::Refused(VerifyError::TooMuchWork)),
        },
        Err(not_found) if not_found.error == Error::UnknownIssuer => Err(Failure::NoPath {
            end: path_end(sent, &reached, &named, basis),
            left: not_found.left,
        }),
        Err(not_found) => Err(Failure::Refused(refusal(&not_found, &reached, &usable))),
    }
}

/// The anchors whose name one of the certificates has as its issuer.
fn named_by<'a>(
    reached: &[Reached<'_>],
    store: &TrustStore<'a>,
) -> impl Iterator<Item = Numbered<'a>> {
    (0u8..=u8::MAX).zip(store.anchors()).filter(|(_, anchor)| {
        reached
            .iter()
            .any(|(_, certificate)| certificate.issuer == contents(anchor.subject))
    })
}

/// As webpki takes it. Name constraints on anchors are not in the store.
fn trusted<'a>(anchor: &Anchor<'a>) -> TrustAnchor<'a> {
    TrustAnchor {
        subject: Der::from_slice(contents(anchor.subject)),
        subject_public_key_info: Der::from_slice(contents(anchor.spki)),
        name_constraints: None,
    }
}

/// What is in the outer SEQUENCE, which the store has checked.
fn contents(sequence: &[u8]) -> &[u8] {
    der::only(sequence, SEQUENCE).map_or(&[], |value| value.contents)
}

/// What is wrong with an anchor's dates, which are whole days: it holds to the end of its last one.
fn anchor_problem(anchor: Anchor<'_>, basis: TimeBasis) -> Option<Outside> {
    if basis.for_not_after().day() > anchor.not_after {
        return Some(Outside::Over);
    }
    let early = basis
        .for_not_before()
        .is_some_and(|now| now.day() < anchor.not_before);
    early.then_some(Outside::NotYet)
}

/// Which date of an anchor is wrong.
enum Outside {
    NotYet,
    Over,
}

/// Where the path ended when it led to no anchor: at an anchor or intermediate outside its dates, if the path
/// would have gone on there, else at an unknown issuer.
fn path_end(
    sent: &Sent<'_>,
    reached: &[Reached<'_>],
    named: &[Numbered<'_>],
    basis: TimeBasis,
) -> PathEnd {
    for (index, anchor) in named {
        match anchor_problem(*anchor, basis) {
            Some(Outside::Over) => {
                return PathEnd::AnchorExpired {
                    anchor: *index,
                    not_after: anchor.not_after,
                };
            }
            Some(Outside::NotYet) => {
                return PathEnd::AnchorNotYetValid {
                    anchor: *index,
                    not_before: anchor.not_before,
                };
            }
            None => {}
        }
    }
    let left_out = sent.reached(|_| true);
    let left_out = left_out
        .iter()
        .filter(|(place, _)| !reached.iter().any(|(other, _)| other == place));
    for (certificate, other) in left_out.copied() {
        match date_problem(other, basis) {
            Some(DateProblem::Over(not_after)) => {
                return PathEnd::IntermediateExpired {
                    certificate,
                    not_after,
                };
            }
            Some(DateProblem::NotYet(not_before)) => {
                return PathEnd::IntermediateNotYetValid {
                    certificate,
                    not_before,
                };
            }
            None => {}
        }
    }
    PathEnd::UnknownIssuer {
        certificate: top(reached),
        unreadable: sent.unreadable,
    }
}

/// The certificate whose issuer is missing: none of the others has its issuer's name.
fn top(reached: &[Reached<'_>]) -> u8 {
    let missing = |(_, certificate): &&Reached<'_>| {
        !reached
            .iter()
            .any(|(_, other)| other.subject == certificate.issuer)
    };
    reached
        .iter()
        .find(missing)
        .or(reached.last())
        .map_or(0, |(place, _)| *place)
}

/// Says in our words, with the certificate it is about, why webpki refused.
fn refusal(not_found: &NotFound, reached: &[Reached<'_>], anchors: &[Numbered<'_>]) -> VerifyError {
    if not_found.left == 0 {
        return VerifyError::TooMuchWork;
    }
    match &not_found.error {
        Error::InvalidSignatureForPublicKey => bad_signature(not_found.wrong, reached, anchors),
        Error::UnsupportedSignatureAlgorithmContext(_)
        | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            unsupported(reached, anchors)
        }
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            let certificate = first(reached, |_, certificate| !certificate.is_for_servers());
            VerifyError::NotForServers { certificate }
        }
        Error::CaUsedAsEndEntity => VerifyError::CaAsLeaf,
        Error::EndEntityUsedAsCa => {
            let is_leaf = |certificate: &Certificate<'_>| {
                certificate.basic_constraints() == BasicConstraints::Leaf
            };
            let certificate = first(reached, |place, other| place != 0 && is_leaf(other));
            VerifyError::NotACa { certificate }
        }
        Error::PathLenConstraintViolated => VerifyError::PathLength,
        Error::NameConstraintViolation
        | Error::MalformedNameConstraint
        | Error::InvalidNetworkMaskConstraint => VerifyError::NameConstraint,
        Error::CertDistrusted => VerifyError::Distrusted,
        Error::MaximumSignatureChecksExceeded
        | Error::MaximumPathBuildCallsExceeded
        | Error::MaximumPathDepthExceeded
        | Error::MaximumNameConstraintComparisonsExceeded => VerifyError::TooMuchWork,
        _ => {
            let broken = |certificate: &Certificate<'_>| path::read_problem(certificate.der);
            let certificate = first(reached, |_, certificate| broken(certificate).is_some());
            let of = reached.iter().find(|(place, _)| *place == certificate);
            match of.and_then(|(_, certificate)| broken(certificate)) {
                Some(error) => unreadable(certificate, &error),
                None => VerifyError::Malformed { certificate },
            }
        }
    }
}

/// Says in our words why webpki cannot read a certificate.
pub(super) fn unreadable(certificate: u8, error: &Error) -> VerifyError {
    match error {
        Error::UnsupportedCriticalExtension => VerifyError::CriticalExtension { certificate },
        _ => VerifyError::Malformed { certificate },
    }
}

/// The first certificate for which `is_it`; the leaf when there is none.
fn first(reached: &[Reached<'_>], is_it: impl Fn(u8, &Certificate<'_>) -> bool) -> u8 {
    let found = reached
        .iter()
        .find(|(place, certificate)| is_it(*place, certificate));
    found.map_or(0, |(place, _)| *place)
}

/// The signature of a certificate is wrong, or the key of its issuer is one that nothing is verified with.
fn bad_signature(wrong: u8, reached: &[Reached<'_>], anchors: &[Numbered<'_>]) -> VerifyError {
    let of = reached.iter().find(|(place, _)| *place == wrong);
    let issuer = of.map_or(&[][..], |(_, certificate)| certificate.issuer);
    issuer_keys(reached, anchors)
        .filter(|issuing| issuing.subject == issuer)
        .find_map(|issuing| key_problem(issuing.holder, issuing.algorithm, issuing.key))
        .unwrap_or(VerifyError::BadSignature { certificate: wrong })
}

/// An algorithm is one that the device does not verify, or one that does not go with the key.
fn unsupported(reached: &[Reached<'_>], anchors: &[Numbered<'_>]) -> VerifyError {
    for (certificate, read) in reached.iter().copied() {
        let mut known = algorithms::ALL.iter();
        if !known.any(|known| known.signature_id().as_ref() == read.algorithm) {
            let algorithm = Oid::of_algorithm(read.algorithm);
            return VerifyError::Algorithm {
                certificate,
                algorithm,
            };
        }
    }
    let mut issuers = issuer_keys(reached, anchors);
    issuers
        .find_map(|issuing| key_problem(issuing.holder, issuing.algorithm, issuing.key))
        .unwrap_or(VerifyError::BadSignature { certificate: 0 })
}

/// A key that may have issued a certificate.
struct Issuing<'a> {
    holder: KeyHolder,
    subject: &'a [u8],
    algorithm: &'a [u8],
    key: &'a [u8],
}

fn issuer_keys<'a>(
    reached: &'a [Reached<'a>],
    anchors: &'a [Numbered<'a>],
) -> impl Iterator<Item = Issuing<'a>> {
    let sent = reached.iter().skip(1).map(|(place, certificate)| Issuing {
        holder: KeyHolder::Certificate(*place),
        subject: certificate.subject,
        algorithm: certificate.key_algorithm,
        key: certificate.key,
    });
    let stored = anchors.iter().filter_map(|(index, anchor)| {
        let (algorithm, key) = super::proof::key_parts(anchor.spki)?;
        Some(Issuing {
            holder: KeyHolder::Anchor(*index),
            subject: contents(anchor.subject),
            algorithm,
            key,
        })
    });
    sent.chain(stored)
}
