//! The facts as values: one type for each table of `trust/calendar/*.toml`.

use crate::calendar::Confidence;
use crate::date::Date;
use crate::policy::Sha256;
use crate::source::Location;

/// Where a fact comes from. Every fact has one.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// How well it is known.
    pub confidence: Confidence,
    /// Who says so, in words.
    pub source: String,
    /// The day it became public, where that is known: what a team could have known when.
    pub announced: Option<Date>,
    /// The day it was replaced by another date. A superseded fact stays in the calendar and ends nothing.
    pub superseded: Option<Date>,
    /// What else is to be known.
    pub note: Option<String>,
    /// The table in its file.
    pub at: Location,
}

/// `[[owner]]`: who runs CAs, and under which organisation names.
#[derive(Clone, Debug)]
pub struct OwnerFact {
    /// The name that endpoints and findings use.
    pub name: String,
    /// Organisations (O) in the subjects of its certificates.
    pub organisations: Vec<String>,
    /// Days that a certificate of a server lasts at most which it issues to whoever asks for no other.
    pub leaf_days: Option<u32>,
    /// Where it comes from.
    pub evidence: Evidence,
}

/// `[[lifecycle-rule]]`: when root programmes remove a key, by the day it was made.
#[derive(Clone, Debug)]
pub struct LifecycleRule {
    /// The programmes that have the rule.
    pub programmes: Vec<String>,
    /// First day of making that it covers.
    pub key_created_from: Date,
    /// Last day of making that it covers, inclusive; `None` is open.
    pub key_created_until: Option<Date>,
    /// When the key is removed.
    pub removal: Removal,
    /// Where it comes from.
    pub evidence: Evidence,
}

/// When a lifecycle rule removes a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Removal {
    /// On this day.
    On(Date),
    /// This many years after the key was made; a key of 29 February leaves on 28 February where the year has
    /// no 29th.
    YearsAfter(u16),
}

/// `[[root]]`: what is known about one root. A root may have several, when dates were moved.
#[derive(Clone, Debug)]
pub struct RootFact {
    /// Its name.
    pub name: String,
    /// Fingerprint.
    pub sha256: Sha256,
    /// Who runs it, in the words of [`OwnerFact::name`].
    pub owner: String,
    /// The certificate's last day.
    pub not_after: Date,
    /// The day the key was made, where it is published or audited.
    pub key_created: Option<Date>,
    /// The end that its owner published.
    pub effective_end: Option<Date>,
    /// The root programmes it is in. `None`: not recorded, and every rule counts. An empty list: a private root,
    /// which no programme's rule concerns.
    pub programmes: Option<Vec<String>>,
    /// Where it comes from.
    pub evidence: Evidence,
}

/// `[[certificate]]`: a published CA certificate, one edge of the CA graph, without its bytes.
#[derive(Clone, Debug)]
pub struct CertificateFact {
    /// Subject, as RFC 4514 text: `CN=R3,O=Let's Encrypt,C=US`.
    pub subject: String,
    /// Issuer, the same way.
    pub issuer: String,
    /// Kind and size of the key: `rsa-2048`, `ec-p384`.
    pub key: String,
    /// Name of the signature algorithm: `sha256WithRSAEncryption`.
    pub signature: String,
    /// First day.
    pub not_before: Date,
    /// Last day.
    pub not_after: Date,
    /// Serial number, hexadecimal without leading zeros.
    pub serial: String,
    /// Fingerprint.
    pub sha256: Sha256,
    /// SHA-256 of the SubjectPublicKeyInfo.
    pub spki_sha256: Sha256,
    /// The day it was revoked.
    pub revoked: Option<Date>,
    /// Where it comes from.
    pub evidence: Evidence,
}

impl CertificateFact {
    /// Whether the key signed itself, as far as names tell.
    pub fn self_issued(&self) -> bool {
        self.subject == self.issuer
    }
}

/// `[[event]]`: a CA or a programme changes what servers send or what clients accept.
#[derive(Clone, Debug)]
pub struct EventFact {
    /// The day it takes effect.
    pub date: Date,
    /// Whose doing it is.
    pub owner: String,
    /// What happens.
    pub kind: EventKind,
    /// The root programmes that it concerns.
    pub programmes: Vec<String>,
    /// What is used no longer from that day on.
    pub retires: Vec<Named>,
    /// What is used from that day on.
    pub introduces: Vec<Named>,
    /// For `leaf-lifetime`: the longest lifetime of a server certificate, in days.
    pub days: Option<u32>,
    /// Where it comes from.
    pub evidence: Evidence,
}

/// A certificate or key that an event names: always in words, and exactly where that is known.
#[derive(Clone, Debug)]
pub struct Named {
    /// In words: `R3`, `ISRG Root X1 signed by DST Root CA X3`.
    pub name: String,
    /// Fingerprint: this one certificate.
    pub sha256: Option<Sha256>,
    /// The key, in whichever certificate.
    pub spki_sha256: Option<Sha256>,
    /// Nobody recorded which it is: it is there for the reader, and no certificate is meant.
    pub unrecorded: bool,
    /// Where it is named.
    pub at: Location,
}

/// What kind of change an event is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A cross-certificate ends.
    CrossSignExpiry,
    /// A cross-certificate is no longer sent.
    CrossSignWithdrawn,
    /// Servers send another chain by default.
    DefaultChainChange,
    /// Programmes stop trusting a CA.
    Distrust,
    /// Other intermediates issue.
    IssuerRotation,
    /// Server certificates live shorter.
    LeafLifetime,
    /// A programme changes what it accepts.
    ProgrammeRule,
    /// CA certificates are revoked.
    Revocation,
    /// A root ends.
    RootExpiry,
}

impl EventKind {
    /// Every kind with its name in the calendar.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::CrossSignExpiry, "cross-sign-expiry"),
        (Self::CrossSignWithdrawn, "cross-sign-withdrawn"),
        (Self::DefaultChainChange, "default-chain-change"),
        (Self::Distrust, "distrust"),
        (Self::IssuerRotation, "issuer-rotation"),
        (Self::LeafLifetime, "leaf-lifetime"),
        (Self::ProgrammeRule, "programme-rule"),
        (Self::Revocation, "revocation"),
        (Self::RootExpiry, "root-expiry"),
    ];
}

/// `[[chain]]`: what the servers of a CA's customers send, for leaves that are issued from a day on. Facts of one
/// owner, profile and key type replace each other; those that begin on one day are alternatives.
#[derive(Clone, Debug)]
pub struct ChainFact {
    /// The CA's owner, in the words of [`OwnerFact::name`].
    pub owner: String,
    /// Which of its chains: `default`, or the CA's word for another.
    pub profile: String,
    /// The key type of the leaves that get it.
    pub key_type: KeyType,
    /// First day on which leaves are issued with it.
    pub from: Date,
    /// The keys that issue leaves, one of them chosen at random; empty when not yet named. With `sha256` it is
    /// the certificate of the issuer that is sent.
    pub issuers: Vec<Named>,
    /// The certificates that are sent above the issuer's own, in order.
    pub path: Vec<Named>,
    /// The root, where nothing but the root is known.
    pub root: Option<Named>,
    /// Where it comes from.
    pub evidence: Evidence,
}

/// The kind of a leaf's key, which decides what most CAs chain it to.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyType {
    /// `ecdsa`
    Ecdsa,
    /// `rsa`
    Rsa,
}

impl KeyType {
    /// Both, in the order of the book.
    pub const ALL: [Self; 2] = [Self::Ecdsa, Self::Rsa];

    /// The word that policy and calendar use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ecdsa => "ecdsa",
            Self::Rsa => "rsa",
        }
    }
}
