//! A shipped release as values.

use super::ReleaseRescueKeys;
use crate::calendar::KeyType;
use crate::channel::Channel;
use crate::date::Date;
use crate::policy::{AfterExpiry, Sha256, VerifierModel};

/// A release as it was shipped: one file of the ledger.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Release {
    /// Its version, which is the name of its file too.
    pub version: String,
    /// The commit that it was built from: 40 hexadecimal digits.
    pub commit: String,
    /// The release date.
    pub released: Date,
    /// Whom it was for.
    pub channel: Channel,
    /// Name of the product.
    pub product: String,
    /// The verifier model of its firmware.
    pub verifier: VerifierModel,
    /// Last day of service, inclusive, as it was promised then.
    pub service_ends: Date,
    /// The slowest device to come back and update, in days.
    pub longest_offline_days: u32,
    /// How many devices run it, where somebody counts them. The one value that people change later.
    pub units: Option<u64>,
    /// [`partition_table::sha256`](super::partition_table::sha256) of the table that it expects; `None` where it was not recorded.
    pub partition_table_sha256: Option<Sha256>,
    /// Its trust store.
    pub store: ReleaseStore,
    /// The keys whose rescue stores its devices take; `None` where they take none.
    pub rescue: Option<ReleaseRescueKeys>,
    /// The anchors of the store.
    pub anchors: Vec<ReleaseAnchor>,
    /// The pins of the store.
    pub pins: Vec<ReleasePin>,
    /// The endpoints, in the order in which devices try them.
    pub endpoints: Vec<ReleaseEndpoint>,
    /// The files that were published.
    pub artefacts: Vec<ReleaseArtefact>,
}

impl Release {
    /// Whether a device may run it: nobody has counted them, or not down to none.
    pub fn has_devices(&self) -> bool {
        self.units != Some(0)
    }
}

/// `[store]`: which trust store it is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReleaseStore {
    /// The number that rises with each store.
    pub sequence: u64,
    /// The identity of its binary form.
    pub sha256: Sha256,
}

/// `[[anchor]]`: a certificate that the release trusts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReleaseAnchor {
    /// Its name.
    pub name: String,
    /// Fingerprint.
    pub sha256: Sha256,
    /// SHA-256 of its SubjectPublicKeyInfo (RFC 7469).
    pub spki_sha256: Sha256,
    /// Last day of the certificate, inclusive.
    pub not_after: Date,
    /// Owner of the CA, in the calendar's words, where it was known.
    pub owner: Option<String>,
}

/// `[[pin]]`: a key that the release trusts for one endpoint when no anchor leads to its chain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReleasePin {
    /// Name of the endpoint.
    pub endpoint: String,
    /// SHA-256 of the SubjectPublicKeyInfo (RFC 7469).
    pub spki_sha256: Sha256,
    /// Last day on which it holds, inclusive.
    pub expires: Date,
    /// What holds from the next day on.
    pub after_expiry: AfterExpiry,
}

/// `[[endpoint]]`: a server that the release fetches updates from, with what was known of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReleaseEndpoint {
    /// Name, unique in the release.
    pub name: String,
    /// `https://…`
    pub url: String,
    /// Other places that it may redirect to.
    pub redirects: Vec<String>,
    /// Owner of the CA that issues its certificates, in the calendar's words.
    pub owner: String,
    /// Which of its CA's chains it sends, in the calendar's words.
    pub profile: Option<String>,
    /// Kind of its leaf's key: `ecdsa` or `rsa`.
    pub key_type: Option<KeyType>,
    /// Lifetime of its leaf certificates in days.
    pub leaf_days: Option<u32>,
    /// Last day of the leaf that was known to be served.
    pub leaf_ends: Option<Date>,
    /// How many days before the last third of its life a leaf may be renewed.
    pub renewal_slack_days: Option<u32>,
    /// Captured chains: paths below `trust/`.
    pub chains: Vec<String>,
}

/// `[[artefact]]`: a file that was published.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReleaseArtefact {
    /// File name.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: Sha256,
}
