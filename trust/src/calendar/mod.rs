//! Dated facts about CAs and root programmes, and what they make of an anchor's end.

mod ends;
mod facts;
mod index;
mod known;
mod read;
mod retires;
mod suppose;
mod whole;

pub use facts::*;
pub use suppose::SupposedDistrust;

use crate::anchors::Certificate;
use crate::date::Date;
use crate::policy::Sha256;

/// How well a date is known.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It stands in the certificate.
    Certificate,
    /// Seen to have happened.
    Observed,
    /// Published by the CA or the programme.
    Announced,
    /// Follows from a published rule.
    Rule,
    /// Decided in the policy.
    Policy,
    /// Neither seen nor published: what continues, or what is usual.
    Assumed,
}

/// Which clock ends an anchor.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndCause {
    /// The certificate's notAfter.
    NotAfter,
    /// A date that the CA's owner published.
    Owner,
    /// `effective-end` in the policy.
    Policy,
    /// The root programmes' lifecycle rule, by the age of the key.
    Programme,
}

/// One candidate for the end of an anchor.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct End {
    /// Last day on which the anchor counts, inclusive.
    pub date: Date,
    /// Which clock says so.
    pub cause: EndCause,
    /// How well it is known.
    pub confidence: Confidence,
    /// Who says so, in words: "Let's Encrypt, Chains of Trust page".
    pub source: String,
}

/// The facts of `trust/calendar/`. The default has none and is for tests only: [`Calendar::read`] never
/// makes one without a finding.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    certificates: Vec<CertificateFact>,
    chains: Vec<ChainFact>,
    events: Vec<EventFact>,
    lifecycle_rules: Vec<LifecycleRule>,
    owners: Vec<OwnerFact>,
    roots: Vec<RootFact>,
    index: index::Index,
}

impl Calendar {
    /// The owner of a CA certificate, in the words that endpoints use: from the facts by fingerprint, else
    /// by organisation, else the organisation itself.
    pub fn owner(&self, certificate: &Certificate) -> Option<String> {
        self.owner_name(certificate).map(str::to_owned)
    }

    /// As [`Calendar::owner`], borrowed: checks ask it of each anchor for each endpoint.
    pub(crate) fn owner_name<'a>(&'a self, certificate: &'a Certificate) -> Option<&'a str> {
        if let Some(fact) = self.roots_of(certificate).next() {
            return Some(&fact.owner);
        }
        let organisation = certificate.organisation.as_deref()?;
        let by_organisation = self.index.owner(&self.owners, organisation);
        Some(by_organisation.map_or(organisation, |owner| &owner.name))
    }

    /// As [`Calendar::owner`], for a certificate of which only fingerprint and organisation are known.
    pub(crate) fn owner_of(&self, sha256: &Sha256, organisation: Option<&str>) -> Option<String> {
        if let Some(fact) = self.roots_with(sha256).next() {
            return Some(fact.owner.clone());
        }
        let organisation = organisation?;
        let by_organisation = self.index.owner(&self.owners, organisation);
        Some(by_organisation.map_or_else(|| organisation.to_owned(), |owner| owner.name.clone()))
    }

    /// Days that a certificate of a server lasts at most which this owner issues to whoever asks for no other, where that is
    /// recorded.
    pub fn leaf_days(&self, owner: &str) -> Option<u32> {
        let fact = self.owners.iter().find(|fact| fact.name == owner)?;
        fact.leaf_days
    }

    /// Whether the root with this fingerprint is known to be in no root programme: `programmes = []`.
    pub fn is_private(&self, sha256: &Sha256) -> bool {
        self.roots_with(sha256)
            .filter(|fact| fact.evidence.superseded.is_none())
            .any(|fact| fact.programmes.as_ref().is_some_and(Vec::is_empty))
    }

    /// Published CA certificates, in file order.
    pub fn certificates(&self) -> impl Iterator<Item = &CertificateFact> {
        self.certificates.iter()
    }

    /// What CAs send by default, by first day, then in file order; superseded ones too.
    pub fn chains(&self) -> impl Iterator<Item = &ChainFact> {
        self.chains.iter()
    }

    /// Events by date, then in file order; superseded ones too.
    pub fn events(&self) -> impl Iterator<Item = &EventFact> {
        self.events.iter()
    }

    /// Lifecycle rules, in file order.
    pub fn lifecycle_rules(&self) -> impl Iterator<Item = &LifecycleRule> {
        self.lifecycle_rules.iter()
    }

    /// Owners, in file order.
    pub fn owners(&self) -> impl Iterator<Item = &OwnerFact> {
        self.owners.iter()
    }

    /// Facts about roots, in file order; superseded ones too.
    pub fn roots(&self) -> impl Iterator<Item = &RootFact> {
        self.roots.iter()
    }
}
