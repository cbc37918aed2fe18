//! From a policy, or a shipped release, to what the engine is asked about.
//!
//! An anchor is found by its fingerprint. One that is neither in the pool nor a fact is left out: what it accepts is not
//! known, and that is never safe. Another certificate of its key does not stand in for it, because its dates and its
//! issuer may be others.

use super::served::Declaration;
use super::{Store, StoreAnchor, StorePin};
use crate::anchors::{Certificate, Inventory};
use crate::calendar::Calendar;
use crate::chains::{self, Chains};
use crate::date::Date;
use crate::hierarchy::{Builder, Hierarchy};
use crate::ledger::{Release, ReleaseAnchor, ReleaseEndpoint};
use crate::policy::{PinFallback, PolicyDraft, RequiredRoot};
use crate::server::host;

impl Hierarchy {
    /// The graph of everything that is in hand or a fact: pool, captured chains and calendar.
    pub fn of_project(calendar: &Calendar, inventory: &Inventory, chains: &Chains) -> Self {
        let mut builder = Builder::of_calendar(calendar);
        let captured = chains.all().filter(|certificate| certificate.may_issue);
        for certificate in inventory.iter().chain(captured) {
            builder.add_certificate(certificate, calendar);
        }
        builder.build()
    }
}

impl Store {
    /// The store that `policy` asks for. A required root that `hierarchy` does not have is left out; its absence
    /// is a finding of its own.
    pub fn of_policy(policy: &PolicyDraft, hierarchy: &Hierarchy, calendar: &Calendar) -> Self {
        let anchor = |root: &RequiredRoot| {
            let until = root.effective_end.as_ref().map(|end| end.value);
            Some(StoreAnchor {
                certificate: hierarchy.find(&root.sha256)?,
                private: calendar.is_private(&root.sha256),
                until: until.unwrap_or(Date::LAST),
            })
        };
        Self {
            anchors: policy.required_roots.iter().filter_map(anchor).collect(),
            pins: StorePin::of_policy(&policy.pin_fallbacks),
            rescue: policy.rescue.is_some(),
        }
    }

    /// The store that `release` shipped with.
    pub fn of_release(release: &Release, hierarchy: &Hierarchy, calendar: &Calendar) -> Self {
        let anchor = |anchor: &ReleaseAnchor| {
            Some(StoreAnchor {
                certificate: hierarchy.find(&anchor.sha256)?,
                private: calendar.is_private(&anchor.sha256),
                until: Date::LAST,
            })
        };
        Self {
            anchors: release.anchors.iter().filter_map(anchor).collect(),
            pins: StorePin::of_release(release),
            rescue: false,
        }
    }
}

impl StorePin {
    /// Every pin of a policy, in file order.
    pub fn of_policy(fallbacks: &[PinFallback]) -> Vec<Self> {
        let pins = fallbacks.iter().flat_map(|fallback| {
            fallback.spki_sha256.iter().map(|pin| Self {
                endpoint: fallback.endpoint.value.clone(),
                spki_sha256: pin.value,
                expires: fallback.expires.value,
            })
        });
        pins.collect()
    }

    /// Every pin that `release` shipped with.
    pub fn of_release(release: &Release) -> Vec<Self> {
        let pins = release.pins.iter().map(|pin| Self {
            endpoint: pin.endpoint.clone(),
            spki_sha256: pin.spki_sha256,
            expires: pin.expires,
        });
        pins.collect()
    }
}

impl Declaration {
    /// What the ledger says of an endpoint. `captured` is the chain at a path; captures that are not there any more,
    /// or are none of a server with this host, count for nothing.
    pub fn of_release<'a>(
        endpoint: &ReleaseEndpoint,
        captured: impl Fn(&str) -> Option<&'a [Certificate]>,
        hierarchy: &Hierarchy,
    ) -> Self {
        let captures = endpoint.chains.iter().filter_map(|path| {
            let chain = captured(path)?;
            let counts = chains::problem(chain, &endpoint.url).is_none();
            let capture = super::served::Capture::of(path, chain, hierarchy);
            capture.filter(|_| counts)
        });
        Self {
            name: endpoint.name.clone(),
            host: host(&endpoint.url).unwrap_or_default().to_owned(),
            owner: endpoint.owner.clone(),
            profile: endpoint.profile.clone(),
            key_type: endpoint.key_type,
            leaf_days: endpoint.leaf_days,
            leaf_ends: endpoint.leaf_ends,
            renewal_slack_days: endpoint.renewal_slack_days.unwrap_or_default(),
            captures: captures.collect(),
        }
    }
}
