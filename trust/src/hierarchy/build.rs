//! From certificates and facts to a [`Hierarchy`].

use std::collections::{BTreeMap, BTreeSet};

use super::names::attribute;
use super::signers::Signed;
use super::{CaCertificate, CertificateId, Hierarchy, Key, KeyId, Origin};
use crate::anchors::{Certificate, Constraints, PublicKey, SignatureAlgorithm};
use crate::calendar::{Calendar, CertificateFact};
use crate::date::Date;
use crate::policy::Sha256;

/// One certificate as it is added to a [`Builder`].
#[derive(Clone, Debug)]
pub struct NewCertificate {
    /// SHA-256 of the DER certificate.
    pub sha256: Sha256,
    /// SHA-256 of the SubjectPublicKeyInfo.
    pub spki_sha256: Sha256,
    /// Kind and size of the key.
    pub key: PublicKey,
    /// Who runs the key.
    pub owner: Option<String>,
    /// Subject in short.
    pub name: String,
    /// Subject as RFC 4514 text.
    pub subject: String,
    /// Issuer, the same way.
    pub issuer: String,
    /// DER of subject and issuer.
    pub names_der: Option<(Vec<u8>, Vec<u8>)>,
    /// First day.
    pub not_before: Date,
    /// Last day, inclusive.
    pub not_after: Date,
    /// The day it was revoked.
    pub revoked: Option<Date>,
    /// What it is signed with.
    pub signature: SignatureAlgorithm,
    /// Whether it may issue.
    pub may_issue: bool,
    /// What may stand below it; nothing is known of a certificate that is not in hand.
    pub constraints: Constraints,
    /// Bytes of the DER.
    pub der_length: Option<usize>,
    /// Where it is known from.
    pub origin: Origin,
}

/// Collects certificates; of one fingerprint, the DER in hand wins and the facts stay as origins.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    certificates: BTreeMap<Sha256, (NewCertificate, BTreeSet<Origin>)>,
    /// What was signed, by fingerprint.
    in_hand: BTreeMap<Sha256, Signed>,
    /// DER of their keys, by hash.
    spkis: BTreeMap<Sha256, Vec<u8>>,
    /// Identifiers of their keys, by hash.
    ids: BTreeMap<Sha256, BTreeSet<Vec<u8>>>,
}

impl Builder {
    /// Every certificate fact of `calendar`.
    pub fn of_calendar(calendar: &Calendar) -> Self {
        let mut builder = Self::default();
        for fact in calendar
            .certificates()
            .filter(|fact| fact.evidence.superseded.is_none())
        {
            builder.add(from_fact(fact, calendar));
        }
        builder
    }

    /// A certificate in hand: of the anchor pool, or from a captured chain.
    pub fn add_certificate(&mut self, certificate: &Certificate, calendar: &Calendar) -> &mut Self {
        (self.in_hand).insert(certificate.fingerprint, Signed::of(certificate));
        let ids = self.ids.entry(certificate.spki_sha256).or_default();
        ids.extend(certificate.key_id.clone());
        let spki = self.spkis.entry(certificate.spki_sha256);
        spki.or_insert_with(|| certificate.spki.clone());
        self.add(from_certificate(certificate, calendar))
    }

    /// Any certificate.
    pub fn add(&mut self, new: NewCertificate) -> &mut Self {
        let origin = new.origin.clone();
        match self.certificates.get_mut(&new.sha256) {
            None => drop(
                self.certificates
                    .insert(new.sha256, (new, BTreeSet::from([origin]))),
            ),
            Some((known, origins)) => {
                let revoked = known.revoked.or(new.revoked);
                if new.der_length.is_some() && known.der_length.is_none() {
                    *known = new;
                }
                known.revoked = revoked;
                origins.insert(origin);
            }
        }
        self
    }

    /// The graph of what was added.
    pub fn build(self) -> Hierarchy {
        let news = self.certificates.values().map(|(new, _)| new);
        let spkis: BTreeSet<_> = news.map(|new| new.spki_sha256).collect();
        let by_spki: BTreeMap<_, _> = spkis.into_iter().zip((0..).map(KeyId)).collect();
        let certificates: Vec<_> = (self.certificates.values())
            .map(|(new, origins)| node(new, origins, by_spki[&new.spki_sha256]))
            .collect();
        let fingerprints = self.certificates.keys().copied();
        let mut hierarchy = Hierarchy {
            keys: keys(&self.certificates, &certificates, &by_spki),
            by_name: by_name(&certificates),
            by_fingerprint: fingerprints.zip((0..).map(CertificateId)).collect(),
            certificates,
            by_spki,
        };
        for key in &mut hierarchy.keys {
            key.spki = self.spkis.get(&key.spki_sha256).cloned();
            key.ids = self.ids.get(&key.spki_sha256).cloned().unwrap_or_default();
        }
        hierarchy.bind(&self.in_hand);
        hierarchy
    }
}

fn by_name(certificates: &[CaCertificate]) -> BTreeMap<String, Vec<KeyId>> {
    let mut by_name: BTreeMap<String, BTreeSet<KeyId>> = BTreeMap::new();
    for certificate in certificates {
        match by_name.get_mut(&certificate.subject) {
            Some(keys) => drop(keys.insert(certificate.key)),
            None => drop(by_name.insert(certificate.subject.clone(), [certificate.key].into())),
        }
    }
    let sorted = by_name.into_iter();
    sorted
        .map(|(name, keys)| (name, keys.into_iter().collect()))
        .collect()
}

fn node(new: &NewCertificate, origins: &BTreeSet<Origin>, key: KeyId) -> CaCertificate {
    CaCertificate {
        sha256: new.sha256,
        name: new.name.clone(),
        subject: new.subject.clone(),
        issuer: new.issuer.clone(),
        names_der: new.names_der.clone(),
        key,
        issuers: Vec::new(),
        not_before: new.not_before,
        not_after: new.not_after,
        revoked: new.revoked,
        signature: new.signature.clone(),
        may_issue: new.may_issue,
        constraints: new.constraints.clone(),
        der_length: new.der_length,
        origins: origins.iter().cloned().collect(),
    }
}

fn keys(
    added: &BTreeMap<Sha256, (NewCertificate, BTreeSet<Origin>)>,
    certificates: &[CaCertificate],
    by_spki: &BTreeMap<Sha256, KeyId>,
) -> Vec<Key> {
    let mut keys: BTreeMap<KeyId, Key> = BTreeMap::new();
    for (place, (new, certificate)) in added
        .values()
        .map(|(new, _)| new)
        .zip(certificates)
        .enumerate()
    {
        let id = by_spki[&new.spki_sha256];
        let key = keys.entry(id).or_insert_with(|| Key {
            spki_sha256: new.spki_sha256,
            spki: None,
            ids: BTreeSet::new(),
            kind: new.key.clone(),
            owner: None,
            name: new.name.clone(),
            certificates: Vec::new(),
            made: None,
        });
        key.owner = key.owner.take().or_else(|| new.owner.clone());
        key.certificates
            .extend(u32::try_from(place).map(CertificateId));
        if certificate.self_issued() {
            let earlier = key.made.is_none_or(|made| certificate.not_before < made);
            key.made = if earlier {
                Some(certificate.not_before)
            } else {
                key.made
            };
        }
    }
    keys.into_values().collect()
}

fn from_certificate(certificate: &Certificate, calendar: &Calendar) -> NewCertificate {
    let (subject, issuer) = certificate.distinguished_names();
    NewCertificate {
        sha256: certificate.fingerprint,
        spki_sha256: certificate.spki_sha256,
        key: certificate.key.clone(),
        owner: calendar.owner(certificate),
        name: certificate.name.clone(),
        subject,
        issuer,
        names_der: Some((certificate.subject.clone(), certificate.issuer.clone())),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        revoked: None,
        signature: certificate.signature.clone(),
        may_issue: certificate.may_issue,
        constraints: certificate.constraints.clone(),
        der_length: Some(certificate.der.len()),
        origin: Origin::InHand {
            file: certificate.at.file.name.clone(),
        },
    }
}

fn from_fact(fact: &CertificateFact, calendar: &Calendar) -> NewCertificate {
    NewCertificate {
        sha256: fact.sha256,
        spki_sha256: fact.spki_sha256,
        key: key_kind(&fact.key),
        owner: calendar.owner_of(&fact.sha256, attribute(&fact.subject, "O")),
        name: attribute(&fact.subject, "CN")
            .unwrap_or(&fact.subject)
            .to_owned(),
        subject: fact.subject.clone(),
        issuer: fact.issuer.clone(),
        names_der: None,
        not_before: fact.not_before,
        not_after: fact.not_after,
        revoked: fact.revoked,
        signature: signature(&fact.signature),
        may_issue: true,
        constraints: Constraints::default(),
        der_length: None,
        origin: Origin::Fact {
            known_on: fact.evidence.announced.unwrap_or(fact.not_before),
            source: fact.evidence.source.clone(),
        },
    }
}

/// `rsa-2048`, `ec-p384`, `ed25519`: the words of the calendar.
fn key_kind(word: &str) -> PublicKey {
    match word {
        "ec-p256" => PublicKey::P256,
        "ec-p384" => PublicKey::P384,
        "ec-p521" => PublicKey::P521,
        "ed25519" => PublicKey::Ed25519,
        other => match other.strip_prefix("rsa-").map(str::parse) {
            Some(Ok(bits)) => PublicKey::Rsa(bits),
            _ => PublicKey::Other(other.to_owned()),
        },
    }
}

/// The names of RFC 4055, 5758 and 8410.
fn signature(name: &str) -> SignatureAlgorithm {
    match name {
        "ecdsa-with-SHA256" => SignatureAlgorithm::EcdsaSha256,
        "ecdsa-with-SHA384" => SignatureAlgorithm::EcdsaSha384,
        "ecdsa-with-SHA512" => SignatureAlgorithm::EcdsaSha512,
        "ed25519" | "Ed25519" => SignatureAlgorithm::Ed25519,
        "sha1WithRSAEncryption" => SignatureAlgorithm::RsaSha1,
        "sha256WithRSAEncryption" => SignatureAlgorithm::RsaSha256,
        "sha384WithRSAEncryption" => SignatureAlgorithm::RsaSha384,
        "sha512WithRSAEncryption" => SignatureAlgorithm::RsaSha512,
        "rsassaPss" => SignatureAlgorithm::RsaPss,
        other => SignatureAlgorithm::Other(other.to_owned()),
    }
}
