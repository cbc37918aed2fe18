//! Roots, and servers with certificates below them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use device::store::AnchorContents;
use rcgen::{CertificateParams, KeyPair};

use crate::certificates::{Made, ca, leaf_for, root};
use crate::world::{CDN, FAILOVER, PRIMARY};

/// What a server shows in its handshake.
pub(crate) struct Identity {
    /// No other has it.
    pub(crate) number: u32,
    pub(crate) chain: Vec<Vec<u8>>,
    pub(crate) key: KeyPair,
}

/// Two CAs that devices trust, one that they may trust later, and the servers.
pub(crate) struct Pki {
    pub(crate) one: Made,
    pub(crate) other: Made,
    pub(crate) later: Made,
    pub(crate) primary: Arc<Identity>,
    pub(crate) failover: Arc<Identity>,
    pub(crate) cdn: Arc<Identity>,
}

pub(crate) static PKI: LazyLock<Pki> = LazyLock::new(|| {
    let [one, other, later] = ["Root One", "Root Other", "Root Later"].map(root);
    Pki {
        primary: identity(&one, PRIMARY),
        failover: identity(&other, FAILOVER),
        cdn: identity(&one, CDN),
        one,
        other,
        later,
    }
});

impl Pki {
    /// The CAs that devices trust.
    pub(crate) fn anchors(&self) -> Vec<AnchorContents> {
        vec![self.one.anchor(), self.other.anchor()]
    }
}

/// A server of this name below an intermediate of `root`, valid in the first three months of 2026.
pub(crate) fn identity(root: &Made, host: &str) -> Arc<Identity> {
    identity_of(root, leaf_for(&[host]))
}

/// A server with such a certificate.
pub(crate) fn identity_of(root: &Made, leaf: CertificateParams) -> Arc<Identity> {
    static NUMBERS: AtomicU32 = AtomicU32::new(0);
    let intermediate = root.issue(ca("Intermediate"));
    let leaf = intermediate.issue(leaf);
    Arc::new(Identity {
        number: NUMBERS.fetch_add(1, Ordering::Relaxed),
        chain: vec![leaf.der, intermediate.der],
        key: leaf.key,
    })
}

/// Who shows the chain of `identity` and has another key.
pub(crate) fn impostor(identity: &Identity) -> Arc<Identity> {
    let other = identity_of(&PKI.later, leaf_for(&[PRIMARY]));
    let other = Arc::into_inner(other).unwrap();
    Arc::new(Identity {
        chain: identity.chain.clone(),
        ..other
    })
}
