//! What is recorded of a release that was just made.

use super::{
    Release, ReleaseAnchor, ReleaseArtefact, ReleaseEndpoint, ReleasePin, ReleaseRescueKeys,
    ReleaseStore, partition_table,
};
use crate::channel::Channel;
use crate::policy::{AfterExpiry, Endpoint, Policy, Sha256};
use crate::store::{ApprovedAnchor, ApprovedPin, ApprovedStore};

/// What only the maker of a release knows.
#[derive(Clone, Debug)]
pub struct Shipped {
    /// Its version.
    pub version: String,
    /// The commit that it was built from.
    pub commit: String,
    /// Whom it is for.
    pub channel: Channel,
    /// The identity of the store's binary form.
    pub store_sha256: Sha256,
    /// Its files, ordered by name.
    pub artefacts: Vec<ReleaseArtefact>,
}

/// The ledger's entry for a release: its store as approved, and the policy that it was approved by.
pub fn record(shipped: Shipped, store: &ApprovedStore, policy: &Policy) -> Release {
    let contents = store.contents();
    Release {
        version: shipped.version,
        commit: shipped.commit,
        released: contents.as_of,
        channel: shipped.channel,
        product: contents.product.clone(),
        verifier: policy.product.verifier.value,
        service_ends: contents.service_ends,
        longest_offline_days: policy.service_life.longest_offline_days.value,
        units: None,
        partition_table_sha256: Some(partition_table::sha256()),
        store: ReleaseStore {
            sequence: contents.sequence,
            sha256: shipped.store_sha256,
        },
        rescue: policy.rescue.as_ref().map(ReleaseRescueKeys::of),
        anchors: contents.anchors.iter().map(anchor).collect(),
        pins: contents.pins.iter().map(pin).collect(),
        endpoints: policy.endpoints.iter().map(endpoint).collect(),
        artefacts: shipped.artefacts,
    }
}

fn anchor(anchor: &ApprovedAnchor) -> ReleaseAnchor {
    ReleaseAnchor {
        name: anchor.name.clone(),
        sha256: anchor.certificate.fingerprint,
        spki_sha256: anchor.certificate.spki_sha256,
        not_after: anchor.certificate.not_after,
        owner: anchor.owner.clone(),
    }
}

fn pin(pin: &ApprovedPin) -> ReleasePin {
    ReleasePin {
        endpoint: pin.endpoint.clone(),
        spki_sha256: pin.spki_sha256,
        expires: pin.expires,
        // The store has the one rule that there is.
        after_expiry: AfterExpiry::RootsOnly,
    }
}

fn endpoint(endpoint: &Endpoint) -> ReleaseEndpoint {
    ReleaseEndpoint {
        name: endpoint.name.value.clone(),
        url: endpoint.url.value.clone(),
        redirects: endpoint
            .redirects
            .iter()
            .map(|url| url.value.clone())
            .collect(),
        owner: endpoint.owner.value.clone(),
        profile: endpoint
            .profile
            .as_ref()
            .map(|profile| profile.value.clone()),
        key_type: endpoint.key_type.as_ref().map(|key_type| key_type.value),
        leaf_days: endpoint.leaf_days.as_ref().map(|days| days.value),
        leaf_ends: endpoint.leaf_ends.as_ref().map(|day| day.value),
        renewal_slack_days: endpoint.renewal_slack_days.as_ref().map(|days| days.value),
        chains: endpoint
            .chains
            .iter()
            .map(|path| path.value.clone())
            .collect(),
    }
}
