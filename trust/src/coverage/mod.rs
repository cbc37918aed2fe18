//! The proof: which anchors carry which endpoint on which days, on what evidence, and when and why it ends.
//!
//! What a server may send on a day is a list of *alternatives* ([`served`]): several are possible when the CA picks
//! its issuer at random, when the key type is not declared, and before and after a renewal. An endpoint is **held**
//! on a day when each alternative that is possible is accepted by an anchor (or a pin) that is live on that day. A
//! **sure** carrier accepts all of them. Where no carrier is sure and each alternative is accepted all the same, the
//! endpoint carries one *either-or* path. An alternative that is unknown is accepted by nobody but a pin of the
//! endpoint's own key.
//!
//! **Independent paths** of a day, over all endpoints: the number of different keys among the sure anchors and pins,
//! and each either-or path all of whose keys are different from those counted before it, in the order of the
//! endpoints. **Distinct owners**: of the owners of sure anchors, likewise; a pin has no owner. Anchors are counted
//! by key: two certificates of one key are one carrier. Private anchors, and the rescue keys, count only where
//! the question says so, and are listed apart.
//!
//! Time is cut where anything changes, so that the cost grows with certificates and events and not with days. All
//! ranges are whole UTC days and inclusive at both ends. [`Date::LAST`] stands for "open".

mod accept;
mod cause;
mod fits;
mod fleet;
mod gaps;
mod leave_one_out;
pub mod served;
mod store;
mod sweep;
mod walk;

use serde::Serialize;

pub use accept::Acceptance;
pub use cause::{Cause, CauseKind, Level};
pub(crate) use fits::fits;
pub use gaps::Gap;
pub use leave_one_out::{LeftOut, Without, leave_one_out, without_cross_certificates};
pub use served::{Alternative, SentChain, Served};
pub(crate) use sweep::cuts;
pub use sweep::{CarrierUse, EndpointCoverage, EndpointInterval, Interval, State};

use crate::date::Date;
use crate::hierarchy::{CertificateId, Hierarchy};
use crate::policy::Sha256;
use crate::verifier::Behaviour;

/// What a device trusts, as places in a hierarchy.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// Its anchors.
    pub anchors: Vec<StoreAnchor>,
    /// Its pins.
    pub pins: Vec<StorePin>,
    /// Whether it has rescue keys.
    pub rescue: bool,
}

/// An anchor of a [`Store`].
#[derive(Clone, Debug)]
pub struct StoreAnchor {
    /// Its certificate.
    pub certificate: CertificateId,
    /// Whether it is in no root programme: `programmes = []` in the calendar.
    pub private: bool,
    /// Last day on which the policy lets it count; [`Date::LAST`] without such a day.
    pub until: Date,
}

/// A pin of a [`Store`].
#[derive(Clone, Debug)]
pub struct StorePin {
    /// Name of the endpoint that it is for.
    pub endpoint: String,
    /// SHA-256 of the pinned SubjectPublicKeyInfo.
    pub spki_sha256: Sha256,
    /// Last day on which it counts.
    pub expires: Date,
}

/// What counts as an independent path besides public anchors and pins.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counting {
    /// Private anchors do.
    pub private: bool,
    /// The rescue keys do.
    pub rescue: bool,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What the device trusts.
    pub store: &'a Store,
    /// How it verifies.
    pub model: &'a Behaviour,
    /// What its servers send.
    pub endpoints: &'a [Served],
    /// The graph that `store` and `endpoints` speak of.
    pub hierarchy: &'a Hierarchy,
    /// What counts.
    pub counting: Counting,
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
}

/// Something that carries an endpoint.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Carrier {
    /// An anchor's key.
    Anchor {
        /// Name of the first anchor of the store with this key.
        name: String,
        /// SHA-256 of the key, lowercase hexadecimal.
        spki_sha256: String,
        /// Who runs it.
        owner: Option<String>,
        /// Whether it is in no root programme.
        private: bool,
    },
    /// A pin of an endpoint.
    Pin {
        /// The endpoint.
        endpoint: String,
        /// SHA-256 of the pinned key, lowercase hexadecimal.
        spki_sha256: String,
        /// Last day.
        expires: Date,
    },
}

/// The answer. Everything in it is in a fixed order: endpoints and carriers as they were given, the rest by day.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Coverage {
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// What may carry: [`CarrierUse::carrier`] is a place in this list.
    pub carriers: Vec<Carrier>,
    /// Each endpoint by itself.
    pub endpoints: Vec<EndpointCoverage>,
    /// All endpoints together; gapless from `from` to `until`.
    pub intervals: Vec<Interval>,
    /// Where the fleet as a whole is not held: no endpoint is.
    pub gaps: Vec<Gap>,
}

impl Coverage {
    /// The fleet's loss: its first gap.
    pub fn loss(&self) -> Option<&Gap> {
        self.gaps.first()
    }

    /// The interval with the fewest independent paths, the earliest of them.
    pub fn weakest(&self) -> Option<&Interval> {
        let weight = |interval: &&Interval| (interval.independent_paths, interval.distinct_owners);
        self.intervals.iter().min_by_key(weight)
    }

    /// What carries the endpoints in the interval that holds `day`: endpoint's place and its interval.
    pub fn on(&self, day: Date) -> impl Iterator<Item = (usize, &EndpointInterval)> {
        let at = move |endpoint: &'_ EndpointCoverage| {
            endpoint
                .intervals
                .iter()
                .position(|i| i.from <= day && day <= i.until)
        };
        let found = self.endpoints.iter().enumerate();
        found.filter_map(move |(place, endpoint)| {
            Some((place, endpoint.intervals.get(at(endpoint)?)?))
        })
    }
}

/// Answers `question`. A function of its arguments; never fails: what is not known is not held. An empty range of
/// days has no intervals.
pub fn prove(question: &Question<'_>) -> Coverage {
    sweep::prove(question)
}
