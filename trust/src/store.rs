//! The trust store that the gate approved.

use std::sync::Arc;

use device::store::{AfterExpiry, DatesChecked};

use crate::anchors::Certificate;
use crate::calendar::End;
use crate::date::Date;
use crate::policy::Sha256;
use crate::source::Location;

/// What the gate approved: the only thing that a store can be rendered from.
///
/// Nobody outside this crate can make one:
///
/// ```compile_fail,E0451
/// # fn forge(contents: trust::store::StoreContents) -> trust::store::ApprovedStore {
/// trust::store::ApprovedStore { contents }
/// # }
/// ```
///
/// ```compile_fail,E0624
/// # fn forge(contents: trust::store::StoreContents) -> trust::store::ApprovedStore {
/// trust::store::ApprovedStore::from_gate(contents)
/// # }
/// ```
///
/// Reading one is for everybody:
///
/// ```
/// fn product(store: &trust::store::ApprovedStore) -> &str {
///     &store.contents().product
/// }
/// ```
#[derive(Clone, Debug)]
pub struct ApprovedStore {
    contents: StoreContents,
}

/// What a store holds and where it comes from. Plain data: it proves nothing.
#[derive(Clone, Debug)]
pub struct StoreContents {
    /// Name of the product that the store is for.
    pub product: String,
    /// The number that must rise with each store update.
    pub sequence: u64,
    /// The release date that the proof was made at. Not rendered: the same store at another date has the
    /// same bytes, and a committed file must not become stale with each commit.
    pub as_of: Date,
    /// Last day of service.
    pub service_ends: Date,
    /// Which dates the device checks.
    pub dates: DatesChecked,
    /// The anchors; rendered by fingerprint, ascending.
    pub anchors: Vec<ApprovedAnchor>,
    /// The pins; rendered by host, then pin.
    pub pins: Vec<ApprovedPin>,
    /// The endpoints, in the order in which they are tried.
    pub endpoints: Vec<ApprovedEndpoint>,
    /// Keys that sign releases.
    pub release_keys: ApprovedKeys,
    /// Keys that sign store updates which are accepted without TLS.
    pub rescue_keys: ApprovedKeys,
    /// The files that the store was made from; rendered by name.
    pub inputs: Vec<StoreInput>,
    /// What a finding about the store as a whole points at: `[product]` in the policy.
    pub at: Location,
}

/// An anchor with the reason it is there.
#[derive(Clone, Debug)]
pub struct ApprovedAnchor {
    /// The certificate.
    pub certificate: Arc<Certificate>,
    /// The name that the policy gives it.
    pub name: String,
    /// Owner of the CA, in the calendar's words.
    pub owner: Option<String>,
    /// Why the store has it, in the policy's words.
    pub reason: String,
    /// The earliest of all known ends.
    pub effective_end: End,
    /// The `[[required-root]]` in the policy.
    pub at: Location,
}

/// A key that one host is trusted with when no anchor leads to its chain.
#[derive(Clone, Debug)]
pub struct ApprovedPin {
    /// Name of the endpoint.
    pub endpoint: String,
    /// Host that the pin holds for.
    pub host: String,
    /// SHA-256 of the DER SubjectPublicKeyInfo (RFC 7469).
    pub spki_sha256: Sha256,
    /// Last day on which it holds, inclusive.
    pub expires: Date,
    /// What holds from the next day on.
    pub after_expiry: AfterExpiry,
    /// The pin in the policy.
    pub at: Location,
}

/// A server that updates come from.
#[derive(Clone, Debug)]
pub struct ApprovedEndpoint {
    /// Name, unique.
    pub name: String,
    /// `https://…`
    pub url: String,
    /// Where it may redirect to.
    pub redirects: Vec<String>,
}

/// Keys of which `threshold` must sign.
#[derive(Clone, Debug)]
pub struct ApprovedKeys {
    /// How many different keys must have signed: at least 1, also when there are none.
    pub threshold: u8,
    /// The keys; rendered by key identifier.
    pub keys: Vec<ApprovedKey>,
}

/// An ed25519 public key.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct ApprovedKey {
    /// The identifier that minisign gave it.
    pub id: [u8; 8],
    /// The key (RFC 8032).
    pub ed25519: [u8; 32],
}

/// A file that the store was made from.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
pub struct StoreInput {
    /// Path from the root of the project.
    pub name: String,
    /// SHA-256 of the file, as lowercase hexadecimal.
    pub sha256: String,
}

impl ApprovedStore {
    /// The gate's word that `contents` are proven. Brings what has no order of its own into one order.
    pub(crate) fn from_gate(mut contents: StoreContents) -> Self {
        contents
            .anchors
            .sort_by_key(|anchor| anchor.certificate.fingerprint);
        contents
            .pins
            .sort_by(|a, b| (&a.host, &a.spki_sha256).cmp(&(&b.host, &b.spki_sha256)));
        contents.release_keys.keys.sort();
        contents.rescue_keys.keys.sort();
        contents.inputs.sort();
        Self { contents }
    }

    /// What it holds: anchors by fingerprint, pins by host, keys by identifier, inputs by name.
    pub fn contents(&self) -> &StoreContents {
        &self.contents
    }
}

impl ApprovedKeys {
    /// No keys: nothing that they would have to sign is ever accepted.
    pub const NONE: Self = Self {
        threshold: 1,
        keys: Vec::new(),
    };
}

impl ApprovedAnchor {
    /// How many days the anchor ends after the last day of service; negative when it ends in service.
    pub fn days_beyond(&self, service_ends: Date) -> i64 {
        self.effective_end.date.days_since(service_ends)
    }
}
