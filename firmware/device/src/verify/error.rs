//! Why a server is not trusted.

use core::fmt;

use crate::day::Day;
use crate::der::DerProblem;
use crate::verify::algorithms::Oid;
use crate::verify::moment::{Moment, TimeBasis};
use crate::verify::rsa_key::{MAX_RSA_BITS, MIN_RSA_BITS};
use crate::verify::{MAX_CHAIN_BYTES, MAX_INTERMEDIATES};

/// Why a chain is not trusted. It borrows and allocates nothing.
///
/// `certificate` is a place in the chain as it was sent: 0 is the server's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// Signed with an algorithm that the device cannot verify.
    Algorithm {
        /// Which certificate.
        certificate: u8,
        /// The algorithm.
        algorithm: Oid,
    },
    /// A signature is not of the key of whom the certificate names as its issuer.
    BadSignature {
        /// The certificate that is signed.
        certificate: u8,
    },
    /// The server's certificate is one of a CA.
    CaAsLeaf,
    /// An extension that must be understood is not.
    CriticalExtension {
        /// Which certificate.
        certificate: u8,
    },
    /// Of a key that its own makers want nobody to trust.
    Distrusted,
    /// No certificate was sent.
    Empty,
    /// The leaf is past its notAfter.
    Expired {
        /// Its notAfter.
        not_after: Moment,
        /// What it was compared with.
        basis: TimeBasis,
    },
    /// Every pin of the host has expired, and the store says that the host is then not trusted at all.
    HostRefused {
        /// The last day of the pin that held longest.
        expired: Day,
        /// What it was compared with.
        basis: TimeBasis,
    },
    /// A key that signatures cannot be verified with.
    Key {
        /// Whose key.
        of: KeyHolder,
        /// The algorithm or the curve.
        algorithm: Oid,
    },
    /// An RSA key outside [`MIN_RSA_BITS`] to [`MAX_RSA_BITS`].
    KeySize {
        /// Whose key.
        of: KeyHolder,
        /// Its bits.
        bits: u32,
    },
    /// A certificate that breaks the rules of X.509.
    Malformed {
        /// Which one.
        certificate: u8,
    },
    /// A name constraint of an issuer forbids the server's names.
    NameConstraint,
    /// What was asked for is no host name in canonical form: lowercase, no final dot.
    NameNotCanonical,
    /// No path leads to an anchor. This alone lets a pin speak, and no pin spoke for the server.
    NoPath {
        /// Where the path ended.
        end: PathEnd,
        /// What dates were compared with.
        basis: TimeBasis,
        /// Why no pin helped.
        pins: PinVerdict,
    },
    /// It may not issue certificates, and did.
    NotACa {
        /// Which one.
        certificate: u8,
    },
    /// Not for TLS servers, by its extended key usage.
    NotForServers {
        /// Which one.
        certificate: u8,
    },
    /// The leaf is before its notBefore.
    NotYetValid {
        /// Its notBefore.
        not_before: Moment,
        /// What it was compared with.
        basis: TimeBasis,
    },
    /// More intermediates than an issuer allows below itself.
    PathLength,
    /// The chain has too many bytes.
    TooManyBytes {
        /// How many.
        found: usize,
    },
    /// The chain has too many certificates.
    TooManyCertificates {
        /// How many, the leaf included.
        found: usize,
    },
    /// More signatures would have to be verified than any honest chain needs.
    TooMuchWork,
    /// The leaf cannot be read.
    Unreadable {
        /// What is wrong with it.
        problem: DerProblem,
    },
    /// The leaf is not for this name.
    WrongName,
}

/// Whose key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyHolder {
    /// The anchor with this place in the store.
    Anchor(u8),
    /// The certificate with this place in the chain.
    Certificate(u8),
}

/// Where every path ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathEnd {
    /// At an anchor past its notAfter.
    AnchorExpired {
        /// Its place in the store.
        anchor: u8,
        /// Its last day.
        not_after: Day,
    },
    /// At an anchor before its notBefore.
    AnchorNotYetValid {
        /// Its place in the store.
        anchor: u8,
        /// Its first day.
        not_before: Day,
    },
    /// At an intermediate past its notAfter.
    IntermediateExpired {
        /// Its place in the chain.
        certificate: u8,
        /// Its last second.
        not_after: Moment,
    },
    /// At an intermediate before its notBefore.
    IntermediateNotYetValid {
        /// Its place in the chain.
        certificate: u8,
        /// Its first second.
        not_before: Moment,
    },
    /// At a certificate whose issuer is neither sent nor an anchor.
    UnknownIssuer {
        /// Its place in the chain.
        certificate: u8,
        /// A certificate that was sent and cannot be read: it might have been the issuer's.
        unreadable: Option<u8>,
    },
}

/// Why no pin spoke for a server to which no anchor leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PinVerdict {
    /// The pins of the host have expired.
    Expired {
        /// The last day of the one that held longest.
        expires: Day,
    },
    /// No certificate has a pinned key.
    NoMatch,
    /// The store has no pin for the host.
    NoPin,
    /// A certificate has a pinned key, and may not be used.
    Unusable {
        /// Its place in the chain.
        certificate: u8,
        /// Why.
        problem: PinProblem,
    },
}

/// Why a certificate with a pinned key does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PinProblem {
    /// Its dates.
    Dates,
    /// It may not issue, not for servers, or not over so many intermediates.
    Usage,
    /// The signatures from the leaf up to it do not hold.
    Unlinked,
}

impl core::error::Error for VerifyError {}

impl fmt::Display for VerifyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let write = formatter;
        match self {
            Self::Algorithm {
                certificate,
                algorithm,
            } => {
                write!(
                    write,
                    "certificate {certificate} is signed by {algorithm}, which is not supported"
                )
            }
            Self::BadSignature { certificate } => {
                write!(
                    write,
                    "the signature of certificate {certificate} is not of its issuer's key"
                )
            }
            Self::CaAsLeaf => write.write_str("the server's certificate is one of a CA"),
            Self::CriticalExtension { certificate } => {
                write!(
                    write,
                    "certificate {certificate} has a critical extension that is not supported"
                )
            }
            Self::Distrusted => write.write_str("a key in the chain is known to be compromised"),
            Self::Empty => write.write_str("the server sent no certificate"),
            Self::Expired { not_after, basis } => {
                write!(
                    write,
                    "the server's certificate ended {not_after}, and {basis}"
                )
            }
            Self::HostRefused { expired, basis } => write!(
                write,
                "the last pin of the host ended {expired}, after which the host is refused, and {basis}"
            ),
            Self::Key { of, algorithm } => {
                write!(
                    write,
                    "{of} has a key of {algorithm}, which is not supported"
                )
            }
            Self::KeySize { of, bits } => write!(
                write,
                "{of} has an RSA key of {bits} bits; {MIN_RSA_BITS} to {MAX_RSA_BITS} are supported"
            ),
            Self::Malformed { certificate } => {
                write!(write, "certificate {certificate} breaks the rules of X.509")
            }
            Self::NameConstraint => {
                write.write_str("a name constraint in the chain forbids the server's names")
            }
            Self::NameNotCanonical => write.write_str(
                "the name asked for is not a host name in lowercase without a final dot",
            ),
            Self::NoPath { end, basis, pins } => {
                write!(
                    write,
                    "no path leads to an anchor: {end}, and {basis}; {pins}"
                )
            }
            Self::NotACa { certificate } => {
                write!(
                    write,
                    "certificate {certificate} issued another and may not"
                )
            }
            Self::NotForServers { certificate } => {
                write!(write, "certificate {certificate} is not for TLS servers")
            }
            Self::NotYetValid { not_before, basis } => {
                write!(
                    write,
                    "the server's certificate begins {not_before}, and {basis}"
                )
            }
            Self::PathLength => {
                write.write_str("more intermediates than a CA in the chain allows below itself")
            }
            Self::TooManyBytes { found } => {
                write!(
                    write,
                    "the chain has {found} bytes; at most {MAX_CHAIN_BYTES} are read"
                )
            }
            Self::TooManyCertificates { found } => write!(
                write,
                "the chain has {found} certificates; at most {MAX_INTERMEDIATES} beside the server's are read"
            ),
            Self::TooMuchWork => {
                write.write_str("the chain needs more signatures verified than any honest one")
            }
            Self::Unreadable { problem } => {
                write!(write, "the server's certificate cannot be read: {problem}")
            }
            Self::WrongName => write.write_str("the server's certificate is not for this name"),
        }
    }
}

impl fmt::Display for KeyHolder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anchor(place) => write!(formatter, "anchor {place} of the store"),
            Self::Certificate(place) => write!(formatter, "certificate {place}"),
        }
    }
}

impl fmt::Display for PathEnd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnchorExpired { anchor, not_after } => {
                write!(formatter, "anchor {anchor} of the store ended {not_after}")
            }
            Self::AnchorNotYetValid { anchor, not_before } => {
                write!(
                    formatter,
                    "anchor {anchor} of the store begins {not_before}"
                )
            }
            Self::IntermediateExpired {
                certificate,
                not_after,
            } => {
                write!(formatter, "certificate {certificate} ended {not_after}")
            }
            Self::IntermediateNotYetValid {
                certificate,
                not_before,
            } => {
                write!(formatter, "certificate {certificate} begins {not_before}")
            }
            Self::UnknownIssuer {
                certificate,
                unreadable,
            } => {
                write!(
                    formatter,
                    "the issuer of certificate {certificate} was not sent and is no anchor"
                )?;
                match unreadable {
                    Some(unreadable) => {
                        write!(formatter, " (certificate {unreadable} cannot be read)")
                    }
                    None => Ok(()),
                }
            }
        }
    }
}

impl fmt::Display for PinVerdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired { expires } => {
                write!(formatter, "the last pin of the host ended {expires}")
            }
            Self::NoMatch => formatter.write_str("no certificate has a pinned key"),
            Self::NoPin => formatter.write_str("the host has no pin"),
            Self::Unusable {
                certificate,
                problem,
            } => write!(
                formatter,
                "certificate {certificate} has a pinned key, but {}",
                match problem {
                    PinProblem::Dates => "its dates forbid it",
                    PinProblem::Usage => "it may not be used so",
                    PinProblem::Unlinked => "the signatures below it do not hold",
                }
            ),
        }
    }
}
