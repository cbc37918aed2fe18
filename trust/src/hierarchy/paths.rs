//! Paths from an issuing CA to anchors, over time.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{CertificateId, Hierarchy, KeyId};
use crate::date::Date;

/// A way from a key up to an anchor's key.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct CaPath {
    /// The anchor's key.
    pub anchor: KeyId,
    /// The certificates on the way, from the issuing key upwards; empty when the issuing key is the anchor's.
    pub certificates: Vec<CertificateId>,
    /// First day on which all of them are valid and none is revoked.
    pub from: Date,
    /// Last such day, inclusive.
    pub until: Date,
}

impl Hierarchy {
    /// Every path from `from` to one of `anchors` that is valid on some day, in order. No key comes twice in a
    /// path, so that cross-signs in both directions end.
    pub fn paths(&self, from: KeyId, anchors: &BTreeSet<KeyId>) -> Vec<CaPath> {
        let mut walk = Walk {
            hierarchy: self,
            anchors,
            certificates: Vec::new(),
            keys: vec![from],
            found: Vec::new(),
        };
        walk.on(from, Date::FIRST, Date::LAST);
        walk.found.sort();
        walk.found
    }
}

struct Walk<'a> {
    hierarchy: &'a Hierarchy,
    anchors: &'a BTreeSet<KeyId>,
    certificates: Vec<CertificateId>,
    keys: Vec<KeyId>,
    found: Vec<CaPath>,
}

impl Walk<'_> {
    fn on(&mut self, key: KeyId, from: Date, until: Date) {
        if self.anchors.contains(&key) {
            let certificates = self.certificates.clone();
            self.found.push(CaPath {
                anchor: key,
                certificates,
                from,
                until,
            });
        }
        let hierarchy = self.hierarchy;
        let Some(known) = hierarchy.key(key) else {
            return;
        };
        for id in &known.certificates {
            let Some(certificate) = hierarchy.certificate(*id) else {
                continue;
            };
            let revoked = certificate
                .revoked
                .map_or(Date::LAST, |day| day.plus_days(-1));
            let from = from.max(certificate.not_before);
            let until = until.min(certificate.not_after).min(revoked);
            for issuer in certificate.issuers.iter().filter(|_| from <= until) {
                if self.keys.contains(issuer) {
                    continue;
                }
                self.certificates.push(*id);
                self.keys.push(*issuer);
                self.on(*issuer, from, until);
                self.keys.pop();
                self.certificates.pop();
            }
        }
    }
}
