//! What an endpoint may send, over time.
//!
//! **Issuing.** The captured chain, else the calendar's chains of the endpoint's CA and profile, say with which chain a
//! leaf is *issued* on each day. A chain fact holds until the next one of its profile; before the first it is
//! assumed. Where a fact names an issuer without a known certificate, an unknown chain is possible beside the others.
//! A chain is issued no longer from the day of an event that retires its issuer's key, one of its certificates or a
//! root above them, after the first notAfter of its certificates (but for one beside which a longer one of the same key and
//! issuer is sent), and after the end that the owner, programmes or (where nothing but the root is known) notAfter of a
//! root above give it. From then on, until the next fact, the
//! chain is unknown. The notAfter of a root above a cross-certificate that outlives it does not count: such a chain
//! is meant to be served longer (DST Root CA X3).
//!
//! Of several captures each is a line of its own, but for one whose leaf had ended when a newer one with the same key
//! began: that is history. A newer leaf with another key is no word about an older one's server: it may be of another
//! region, or of the other kind of key. Who knows that a server has moved takes its old capture out of the policy (E116).
//!
//! **Serving.** A leaf is replaced in the last third of its life, slack days earlier at most: with last day N and
//! lifetime L in [N − L/3 − slack, N]. On the day of the change the new leaf counts. An event on day E bites at the
//! first renewal on or after E:
//!
//! | known | the change lies in |
//! | --- | --- |
//! | N and L, E not after N − L/3 − slack | [N − L/3 − slack, N] |
//! | N and L, E later | [E, E − 1 + L]: a leaf issued on the day before E lives that long |
//! | N alone (`leaf-ends`), E not after N | [E, N] |
//! | L alone (`leaf-days`, or the `leaf-lifetime` events), or N alone and E after it | [E, E − 1 + L] |
//! | nothing | [E, open] |
//!
//! A leaf does not outlive the certificate of its issuer. Where a certificate above ends, servers go on sending it until they
//! renew (AddTrust External CA Root, 2020): what a verifier says of it is the verifier's business. Revocation of an
//! intermediate is an event like the others; `revoked` of a certificate says the same.
//!
//! **Evidence.** The captured leaf is *proven* where its issuer's key verifies its signature, and *assumed* where only its
//! word says who that is. A fact's chain has the fact's confidence, but when nothing is known
//! to follow it, only until the leaves that were issued on the day that is asked about have ended; that the CA goes
//! on with it is *assumed*.

mod declare;
mod ends;
mod epochs;
mod issuing;
mod renewal;

use std::sync::Arc;

use serde::Serialize;

pub use declare::{Capture, Declaration, Leaf};

use super::cause::{Cause, Level};
use crate::calendar::Calendar;
use crate::date::Date;
use crate::hierarchy::{CertificateId, Hierarchy, KeyId};
use crate::policy::Sha256;

/// What one endpoint may send, over all of time: on each day at least one alternative.
#[derive(Clone, Debug)]
pub struct Served {
    /// Name of the endpoint.
    pub name: String,
    /// Its host.
    pub host: String,
    /// Owner of its CA.
    pub owner: String,
    /// The chains that occur; no two are equal.
    pub chains: Vec<SentChain>,
    /// What is possible, by first day.
    pub alternatives: Vec<Alternative>,
}

/// A chain as it is sent above the leaf.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct SentChain {
    /// The key that signs what is below the first certificate.
    pub below: KeyId,
    /// What is below: the leaf, or an intermediate that is not named yet and issues the leaf.
    pub unnamed_issuer: bool,
    /// The certificates, as sent: the leaf's issuer first.
    pub certificates: Vec<CertificateId>,
}

/// One possibility of what is sent, on a range of days.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// Place in [`Served::chains`]; `None` is unknown.
    pub chain: Option<usize>,
    /// First day on which it may be served.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// How well it is known.
    pub evidence: Level,
    /// What brings it.
    pub begins: Arc<Cause>,
    /// What ends it.
    pub ends: Arc<Cause>,
    /// What was captured of the server that sends it, if it was. A pin of its leaf's key carries whatever this server
    /// sends: its operator keeps the key, whichever CA signs it. Another server of the endpoint, with the other kind of
    /// key, has a key of its own.
    pub capture: Option<Arc<Capture>>,
}

/// What is known of the world, and since when.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The graph.
    pub hierarchy: &'a Hierarchy,
    /// The facts; a caller that asks about the past passes [`Calendar::known_on`].
    pub calendar: &'a Calendar,
    /// The day that is asked about: what goes on after it is assumed.
    pub known_on: Date,
}

impl Served {
    /// What the endpoint that `declaration` describes may send.
    pub fn new(declaration: &Declaration, world: &World<'_>) -> Self {
        let mut pieces = issuing::pieces(declaration, world);
        let key = |piece: &issuing::Piece| {
            let (chain, capture) = (piece.chain.clone(), piece.capture.clone());
            (piece.from, piece.until, chain, piece.evidence, capture)
        };
        pieces.sort_by_key(key);
        pieces.dedup_by(|a, b| key(a) == key(b));
        let mut served = Self {
            name: declaration.name.clone(),
            host: declaration.host.clone(),
            owner: declaration.owner.clone(),
            chains: Vec::new(),
            alternatives: Vec::new(),
        };
        for piece in pieces {
            served.push(piece);
        }
        served
    }

    fn push(&mut self, piece: issuing::Piece) {
        let chain = piece.chain.map(|chain| {
            let known = self.chains.iter().position(|known| *known == chain);
            known.unwrap_or_else(|| {
                self.chains.push(chain);
                self.chains.len() - 1
            })
        });
        self.alternatives.push(Alternative {
            chain,
            from: piece.from,
            until: piece.until,
            evidence: piece.evidence,
            begins: piece.begins,
            ends: piece.ends,
            capture: piece.capture,
        });
    }

    /// The alternatives that are possible on `day`.
    pub fn on(&self, day: Date) -> impl Iterator<Item = &Alternative> {
        self.alternatives
            .iter()
            .filter(move |alternative| alternative.possible(day))
    }
}

impl Alternative {
    /// Key and last day of the leaf that was captured of its server.
    pub(crate) fn leaf_key(&self) -> Option<(Sha256, Date)> {
        let leaf = &self.capture.as_ref()?.leaf;
        Some((leaf.spki_sha256, leaf.not_after))
    }

    /// Whether it may be served on `day`.
    pub fn possible(&self, day: Date) -> bool {
        self.from <= day && day <= self.until
    }
}
