//! What is supposed: facts that are added, certificates that are sent no longer, CAs that are changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::question::{ForecastError, Question, UnknownName, WhatIf};
use super::splice::splice;
use super::subject::Subject;
use super::world::Known;
use crate::calendar::{Calendar, Confidence, SupposedDistrust};
use crate::coverage::served::{Declaration, World};
use crate::coverage::{Cause, CauseKind, Served};
use crate::hierarchy::{CaCertificate, CertificateId, Hierarchy, KeyId};

/// The profile of a CA that most customers have, in the calendar's word.
const USUAL_PROFILE: &str = "default";

/// Fewest hexadecimal digits of a fingerprint.
const LEAST_DIGITS: usize = 8;

/// The world in which everything that is supposed has happened.
pub(super) struct Supposed<'a> {
    pub(super) known: &'a Known<'a>,
    pub(super) calendar: Calendar,
    /// What is supposed, in words.
    pub(super) words: Vec<String>,
    dropped: Vec<(CertificateId, Arc<Cause>)>,
    switched: Vec<Switch>,
}

struct Switch {
    endpoint: String,
    owner: String,
    cause: Arc<Cause>,
}

/// Supposes everything that `question` says.
pub(super) fn suppose<'a>(
    known: &'a Known<'a>,
    subjects: &[Subject<'_>],
    question: &Question,
) -> Result<Supposed<'a>, ForecastError> {
    let mut supposed = Supposed {
        known,
        calendar: known.calendar.clone(),
        words: Vec::new(),
        dropped: Vec::new(),
        switched: Vec::new(),
    };
    for what_if in &question.what_ifs {
        match what_if {
            WhatIf::Distrust(name) => supposed.distrust(name, question)?,
            WhatIf::DropCrossSign(name) => supposed.drop(name, question)?,
            WhatIf::SwitchOwner { endpoint, owner } => {
                supposed.switch(endpoint, owner, subjects, question)?;
            }
        }
    }
    Ok(supposed)
}

impl Supposed<'_> {
    fn distrust(&mut self, name: &str, question: &Question) -> Result<(), ForecastError> {
        let hierarchy = &self.known.hierarchy;
        let all = hierarchy.certificates().iter();
        let named = all
            .clone()
            .filter(|certificate| is_meant(certificate, name));
        let keys: BTreeSet<KeyId> = named.map(|certificate| certificate.key).collect();
        if keys.is_empty() {
            let names = all.map(|certificate| certificate.name.as_str());
            return Err(UnknownName::error("CA certificate", name, names));
        }
        for distrust in keys
            .iter()
            .filter_map(|id| distrust(*id, hierarchy, question))
        {
            self.words.push(format!(
                "{} is distrusted from {}",
                distrust.name, question.at
            ));
            self.calendar = self.calendar.supposing(&distrust);
        }
        Ok(())
    }

    fn drop(&mut self, name: &str, question: &Question) -> Result<(), ForecastError> {
        let hierarchy = &self.known.hierarchy;
        let crosses = hierarchy.cross_certificates();
        let crosses: Vec<_> = crosses
            .filter_map(|id| Some((id, hierarchy.certificate(id)?)))
            .collect();
        let words = |certificate: &CaCertificate| cross_name(certificate, hierarchy);
        let meant: Vec<_> = (crosses.iter())
            .filter(|(_, certificate)| {
                is_meant(certificate, name) || words(certificate).eq_ignore_ascii_case(name)
            })
            .collect();
        if meant.is_empty() {
            let names: Vec<_> = crosses.iter().map(|(_, cross)| words(cross)).collect();
            let names = names.iter().map(String::as_str);
            return Err(UnknownName::error("cross-certificate", name, names));
        }
        for (id, certificate) in meant {
            let what = format!("{} is not sent from {}", words(certificate), question.at);
            // A certificate that was issued again is two, with one name.
            if !self.words.contains(&what) {
                self.words.push(what.clone());
            }
            let cause = cause(what, "--drop-cross-sign", CauseKind::Retired, question);
            self.dropped.push((*id, cause));
        }
        Ok(())
    }

    fn switch(
        &mut self,
        endpoint: &str,
        owner: &str,
        subjects: &[Subject<'_>],
        question: &Question,
    ) -> Result<(), ForecastError> {
        let endpoints = subjects.iter().flat_map(Subject::endpoint_names);
        let endpoints: BTreeSet<_> = endpoints.collect();
        if !endpoints.contains(endpoint) {
            return Err(UnknownName::error("endpoint", endpoint, endpoints));
        }
        let owners = self.calendar.owners().map(|fact| fact.name.as_str());
        let of_roots = self.calendar.roots().map(|fact| fact.owner.as_str());
        let owners: BTreeSet<_> = owners.chain(of_roots).collect();
        if !owners.contains(owner) {
            return Err(UnknownName::error("owner of a CA", owner, owners));
        }
        let what = format!(
            "{endpoint} gets its certificates from {owner} from {}",
            question.at
        );
        self.words.push(what.clone());
        self.switched.push(Switch {
            endpoint: endpoint.to_owned(),
            owner: owner.to_owned(),
            cause: cause(what, "--switch-owner", CauseKind::ChainChange, question),
        });
        Ok(())
    }

    /// What the endpoint that `declaration` describes may send.
    pub(super) fn served(&self, declaration: &Declaration, question: &Question) -> Served {
        let world = World {
            hierarchy: &self.known.hierarchy,
            calendar: &self.calendar,
            known_on: question.known_on.unwrap_or(question.at),
        };
        let mut served = Served::new(declaration, &world);
        let switches = self.switched.iter();
        for switch in switches.filter(|switch| switch.endpoint == declaration.name) {
            let other = Served::new(&self.elsewhere(declaration, &switch.owner), &world);
            served = splice(&served, &other, question.at, &switch.cause);
        }
        for (certificate, cause) in &self.dropped {
            let without = served.without_certificate(*certificate);
            served = splice(&served, &without, question.at, cause);
        }
        served
    }

    /// The endpoint as a new customer of another CA: nothing was captured yet.
    fn elsewhere(&self, declaration: &Declaration, owner: &str) -> Declaration {
        let has = |profile: &str| {
            let mut chains = self.calendar.chains();
            chains.any(|fact| fact.owner == owner && fact.profile == profile)
        };
        let profile = declaration.profile.clone().filter(|profile| has(profile));
        Declaration {
            owner: owner.to_owned(),
            profile: profile.or_else(|| Some(USUAL_PROFILE.to_owned())),
            leaf_ends: None,
            captures: Vec::new(),
            ..declaration.clone()
        }
    }
}

fn distrust(id: KeyId, hierarchy: &Hierarchy, question: &Question) -> Option<SupposedDistrust> {
    let key = hierarchy.key(id)?;
    let certificates = key
        .certificates
        .iter()
        .filter_map(|id| hierarchy.certificate(*id));
    let own = certificates.filter(|certificate| certificate.self_issued());
    Some(SupposedDistrust {
        name: key.name.clone(),
        owner: key.owner.clone(),
        spki_sha256: key.spki_sha256,
        roots: own
            .map(|certificate| (certificate.sha256, certificate.not_after))
            .collect(),
        from: question.at,
    })
}

/// By its name, or the beginning of its fingerprint.
fn is_meant(certificate: &CaCertificate, name: &str) -> bool {
    let digits: String = name.chars().filter(|c| *c != ':').collect();
    let is_hexadecimal = digits.chars().all(|c| c.is_ascii_hexdigit());
    let fingerprint = digits.len() >= LEAST_DIGITS && is_hexadecimal;
    let by_fingerprint =
        fingerprint && hex::encode(certificate.sha256).starts_with(&digits.to_lowercase());
    by_fingerprint || certificate.name.eq_ignore_ascii_case(name)
}

/// `ISRG Root X1 signed by DST Root CA X3`, as the calendar calls it.
fn cross_name(certificate: &CaCertificate, hierarchy: &Hierarchy) -> String {
    let issuer = certificate
        .issuers
        .first()
        .and_then(|id| hierarchy.key(*id));
    let issuer = issuer.map_or(certificate.issuer.as_str(), |key| key.name.as_str());
    format!("{} signed by {issuer}", certificate.name)
}

fn cause(what: String, source: &str, kind: CauseKind, question: &Question) -> Arc<Cause> {
    Arc::new(Cause {
        date: question.at,
        kind,
        what,
        source: format!("supposed: {source}"),
        confidence: Confidence::Assumed,
        previously: Vec::new(),
    })
}
