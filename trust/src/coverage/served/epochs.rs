//! With which chains a CA's customers get their leaves from which day on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::declare::Declaration;
use super::issuing::Piece;
use super::{SentChain, World};
use crate::calendar::{ChainFact, KeyType, Named};
use crate::coverage::cause::{Cause, CauseKind, Level};
use crate::date::Date;
use crate::hierarchy::{CaCertificate, CertificateId, Hierarchy};
use crate::policy::Sha256;

/// What leaves are issued with from a day on: one of `chains`, or something that nobody knows.
pub(super) struct Epoch {
    pub(super) from: Date,
    pub(super) chains: Vec<(SentChain, Level)>,
    /// Whether the facts name an issuer, or a path, without a known certificate: it may be what is sent.
    pub(super) unknown: bool,
    pub(super) begins: Arc<Cause>,
}

impl Epoch {
    /// Whether nobody said that it comes.
    pub(super) fn is_assumed(&self) -> bool {
        self.chains
            .iter()
            .all(|(_, level)| *level >= Level::Assumed)
    }
}

/// The chain facts of the endpoint's profile, by first day.
pub(super) fn epochs(
    declaration: &Declaration,
    world: &World<'_>,
    key_type: Option<KeyType>,
) -> Vec<Epoch> {
    let mut epochs: BTreeMap<Date, Epoch> = BTreeMap::new();
    let applies = |fact: &&ChainFact| {
        fact.evidence.superseded.is_none()
            && fact.owner == declaration.owner
            && Some(&fact.profile) == declaration.profile.as_ref()
            && Some(fact.key_type) == key_type
    };
    for fact in world.calendar.chains().filter(applies) {
        let epoch = epochs.entry(fact.from).or_insert_with(|| Epoch {
            from: fact.from,
            chains: Vec::new(),
            unknown: false,
            begins: Arc::new(chain_change(fact, world)),
        });
        let level = Level::of(fact.evidence.confidence);
        for chain in chains_of(fact, world) {
            match chain {
                Some(chain) => epoch.chains.push((chain, level)),
                None => epoch.unknown = true,
            }
        }
    }
    epochs.into_values().collect()
}

fn chain_change(fact: &ChainFact, world: &World<'_>) -> Cause {
    let issuers = names(&fact.issuers).join(" or ");
    let issuers = if issuers.is_empty() {
        "an issuer that is not named yet"
    } else {
        &issuers
    };
    let above = [names(&fact.path), names(fact.root.as_slice())]
        .concat()
        .join(", ");
    let above = if above.is_empty() {
        String::new()
    } else {
        format!(" below {above}")
    };
    let moved = world.calendar.chains().filter(|other| {
        other.evidence.superseded.is_some()
            && (&other.owner, &other.profile, other.key_type)
                == (&fact.owner, &fact.profile, fact.key_type)
            && names(&other.issuers) == names(&fact.issuers)
            && names(&other.path) == names(&fact.path)
    });
    Cause {
        date: fact.from,
        kind: CauseKind::ChainChange,
        what: format!("{} issues by {issuers}{above}", fact.owner),
        source: fact.evidence.source.clone(),
        confidence: fact.evidence.confidence,
        previously: moved.map(|other| other.from).collect(),
    }
}

fn names(list: &[Named]) -> Vec<&str> {
    list.iter().map(|named| named.name.as_str()).collect()
}

/// The chains that a fact stands for, never none: `None` is one of which the hierarchy lacks a certificate.
fn chains_of(fact: &ChainFact, world: &World<'_>) -> Vec<Option<SentChain>> {
    let hierarchy = world.hierarchy;
    let find = |sha256: Option<Sha256>| hierarchy.find(&sha256?);
    let path: Option<Vec<_>> = fact.path.iter().map(|named| find(named.sha256)).collect();
    let Some(path) = path else {
        return vec![None];
    };
    if !fact.issuers.is_empty() {
        let each = fact.issuers.iter();
        return each
            .flat_map(|issuer| chains_by(issuer, &path, hierarchy))
            .collect();
    }
    let top = fact
        .root
        .as_ref()
        .and_then(|root| find(root.sha256))
        .or(path.first().copied());
    let top = top.and_then(|id| hierarchy.certificate(id));
    vec![top.map(|top| SentChain {
        below: top.key,
        unnamed_issuer: true,
        certificates: path,
    })]
}

/// The chains of one issuer below `path`: of several the CA picks one, so that an unknown one counts beside the others.
fn chains_by(
    issuer: &Named,
    path: &[CertificateId],
    hierarchy: &Hierarchy,
) -> Vec<Option<SentChain>> {
    let above = path
        .first()
        .and_then(|id| hierarchy.certificate(*id))
        .map(|above| above.key);
    let fits =
        |certificate: &CaCertificate| above.is_none_or(|key| certificate.issuers.contains(&key));
    let sent = |id: &&CertificateId| match issuer.sha256 {
        Some(sha256) => hierarchy.find(&sha256) == Some(**id),
        None => hierarchy.certificate(**id).is_some_and(fits),
    };
    let key = issuer
        .spki_sha256
        .and_then(|spki| hierarchy.find_key(&spki));
    let known = key
        .and_then(|key| hierarchy.key(key))
        .map_or(&[][..], |key| &key.certificates);
    let chain = |id: &CertificateId| {
        Some(SentChain {
            below: key?,
            unnamed_issuer: false,
            certificates: [&[*id], path].concat(),
        })
    };
    let chains: Vec<_> = known.iter().filter(sent).map(chain).collect();
    if chains.is_empty() {
        return vec![None];
    }
    chains
}

/// Puts a captured chain into the profile: where the facts of its day have the same chain, they say how it goes on;
/// else it goes on, assumed, until the next fact.
pub(super) fn take_in(epochs: &mut Vec<Epoch>, leaf: Piece, day: Date) {
    let at = epochs.partition_point(|epoch| epoch.from <= day);
    let current = at.checked_sub(1).and_then(|at| epochs.get(at));
    let same = |epoch: &Epoch| {
        let chain = |(chain, _): &(SentChain, Level)| Some(chain) == leaf.chain.as_ref();
        epoch.chains.iter().any(chain)
    };
    if current.is_some_and(same) {
        return;
    }
    let unknown = leaf.chain.is_none();
    let chains = leaf
        .chain
        .into_iter()
        .map(|chain| (chain, Level::Assumed))
        .collect();
    let epoch = Epoch {
        from: day,
        chains,
        unknown,
        begins: leaf.begins,
    };
    if current.is_some_and(|current| current.from == day) {
        epochs[at - 1] = epoch;
    } else {
        epochs.insert(at, epoch);
    }
}
