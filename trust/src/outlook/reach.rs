//! How long each owner's servers are reached.

use std::collections::{BTreeMap, BTreeSet};

use super::{AnchorKind, Basis, Facts, Identified, Question, Reach, StoreOutlook};
use crate::calendar::{End, EndCause, KeyType};
use crate::coverage::served::{Declaration, World};
use crate::coverage::{
    Counting, Coverage, EndpointCoverage, Level, Question as CoverageQuestion, Served, Store,
    StoreAnchor, prove,
};
use crate::date::Date;
use crate::hierarchy::{CertificateId, Hierarchy};
use crate::material::Form;
use crate::policy::VerifierModel;
use crate::sdkconfig::{Sdkconfig, Setting};
use crate::verifier::Behaviour;

/// The chains that a CA's customers get who ask for no other.
const DEFAULT_PROFILE: &str = "default";

/// One outlook for each way in which the device verifies with some of the anchors.
pub(super) fn stores(
    anchors: &[Identified],
    hierarchy: &Hierarchy,
    facts: &Facts<'_>,
    question: &Question,
) -> Vec<StoreOutlook> {
    let models: BTreeSet<_> = anchors
        .iter()
        .map(|anchor| model(anchor.form, question).word())
        .collect();
    let models = VerifierModel::ALL
        .into_iter()
        .filter(|model| models.contains(model.word()));
    let store = |verifier: VerifierModel| {
        let members: Vec<_> = (0..anchors.len())
            .filter(|place| model(anchors[*place].form, question) == verifier)
            .collect();
        let behaviour = behaviour(verifier, question);
        let chosen: Vec<_> = members.iter().map(|place| &anchors[*place]).collect();
        let asked = Asked {
            anchors: &chosen,
            behaviour: &behaviour,
            hierarchy,
            facts,
            question,
        };
        let reaches = asked.reaches();
        StoreOutlook {
            verifier,
            behaviour,
            anchors: members,
            reaches,
        }
    };
    models.map(store).collect()
}

/// How a device verifies with material of this form.
pub(super) fn model(form: Form, question: &Question) -> VerifierModel {
    let follows = || configured_model(form, question.sdkconfig.as_ref());
    question.verifier.unwrap_or_else(follows)
}

/// How a device verifies with material of this form that is configured so; without a configuration, as ESP-IDF's defaults say.
pub fn configured_model(form: Form, config: Option<&Sdkconfig>) -> VerifierModel {
    let set = |setting: fn(&Sdkconfig) -> Setting| config.is_some_and(|c| setting(c).is_yes());
    match form {
        Form::Store => VerifierModel::Perennial,
        Form::BundleV1 | Form::BundleV2 if set(Sdkconfig::cross_signed_verification) => {
            VerifierModel::EspIdfBundleCrossSigned
        }
        Form::BundleV1 | Form::BundleV2 => VerifierModel::EspIdfBundle,
        Form::CString | Form::Der | Form::Pem if set(Sdkconfig::time_checks) => {
            VerifierModel::EspIdfPemTime
        }
        Form::CString | Form::Der | Form::Pem => VerifierModel::EspIdfPem,
    }
}

/// Of a model that follows from the form, what the configuration makes of it.
fn behaviour(model: VerifierModel, question: &Question) -> Behaviour {
    let behaviour = model.behaviour();
    match (&question.sdkconfig, question.verifier, model) {
        (_, Some(_), _) | (_, _, VerifierModel::Perennial) | (None, _, _) => behaviour,
        (Some(config), None, _) => config.applied_to(behaviour),
    }
}

struct Asked<'a> {
    anchors: &'a [&'a Identified],
    behaviour: &'a Behaviour,
    hierarchy: &'a Hierarchy,
    facts: &'a Facts<'a>,
    question: &'a Question,
}

impl Asked<'_> {
    /// By owner: what the calendar's chains say, and where they say nothing, or never, what the owner's anchors say. An owner that is never
    /// reached, and none of whose anchors is here, is left out unless it is asked about.
    fn reaches(&self) -> Vec<Reach> {
        let store = self.store();
        let mut reaches = Vec::new();
        for owner in self.owners() {
            let proven: Vec<_> = self
                .key_types(&owner)
                .into_iter()
                .map(|kind| self.proven(&store, &owner, kind))
                .collect();
            let as_of = self.question.as_of;
            let reached = proven.iter().any(|reach| reach.last.is_some());
            let now = proven.iter().any(|reach| reach.last >= Some(as_of));
            let recorded = !proven.is_empty();
            let assumed = self.assumed(&owner, recorded).filter(|_| !now);
            let concerns = reached || assumed.is_some() || self.question.owner.is_some();
            if !concerns {
                continue;
            }
            if !recorded && assumed.is_none() {
                reaches.push(nothing(&owner));
            }
            reaches.extend(proven);
            reaches.extend(assumed);
        }
        reaches.sort_by(|a, b| b.last.cmp(&a.last).then_with(|| a.owner.cmp(&b.owner)));
        reaches
    }

    fn owners(&self) -> BTreeSet<String> {
        if let Some(owner) = &self.question.owner {
            return BTreeSet::from([owner.clone()]);
        }
        let chains = self
            .facts
            .calendar
            .chains()
            .map(|chain| chain.owner.clone());
        chains
            .chain(self.anchors.iter().map(|anchor| owner_of(anchor)))
            .collect()
    }

    /// Kinds of key for which the calendar has a chain of `owner`.
    fn key_types(&self, owner: &str) -> BTreeSet<KeyType> {
        let chains = self.facts.calendar.chains().filter(|chain| {
            chain.owner == owner
                && chain.profile == DEFAULT_PROFILE
                && chain.evidence.superseded.is_none()
        });
        chains.map(|chain| chain.key_type).collect()
    }

    /// The anchors that may lead to a server: one of a server's own leads to itself alone.
    fn store(&self) -> Store {
        let issues = self
            .anchors
            .iter()
            .filter(|anchor| anchor.kind != AnchorKind::Leaf);
        let mut until: BTreeMap<CertificateId, Date> = BTreeMap::new();
        for anchor in issues {
            let place = anchor
                .sha256
                .as_ref()
                .and_then(|sha256| self.hierarchy.find(sha256));
            let Some(place) = place else { continue };
            // The same one may be there twice: with an end that the policy gave it, and without.
            let end = anchor.policy_end().unwrap_or(Date::LAST);
            let latest = until.entry(place).or_insert(end);
            *latest = end.max(*latest);
        }
        let anchor = |(certificate, until)| StoreAnchor {
            certificate,
            private: false,
            until,
        };
        Store {
            anchors: until.into_iter().map(anchor).collect(),
            ..Store::default()
        }
    }

    /// What the engine says of servers with the owner's default chain.
    fn proven(&self, store: &Store, owner: &str, key_type: KeyType) -> Reach {
        let declaration = declaration(owner, key_type, self.facts);
        let world = World {
            hierarchy: self.hierarchy,
            calendar: self.facts.calendar,
            known_on: self.question.as_of,
        };
        let first = self
            .facts
            .calendar
            .chains()
            .filter(|chain| chain.owner == owner)
            .map(|chain| chain.from)
            .min();
        let coverage = prove(&CoverageQuestion {
            store,
            model: self.behaviour,
            endpoints: &[Served::new(&declaration, &world)],
            hierarchy: self.hierarchy,
            counting: Counting::default(),
            from: first
                .unwrap_or(self.question.as_of)
                .min(self.question.as_of),
            until: Date::LAST,
        });
        let last = last_held(&coverage, self.question.as_of);
        let lost = coverage
            .endpoints
            .first()
            .and_then(|endpoint| loss_after(endpoint, last));
        let cause = lost.and_then(|gap| gap.causes.first());
        let (cause, source) = match self.ended_by_policy(last) {
            Some((anchor, end)) => (ends(anchor, end), end.source.clone()),
            None => cause.map_or_else(Default::default, |cause| {
                (cause.what.clone(), cause.source.clone())
            }),
        };
        Reach {
            owner: owner.to_owned(),
            key_type: Some(key_type),
            basis: Basis::Chains,
            last,
            lost_for_certain: lost.and_then(|gap| gap.latest),
            cause,
            source,
            evidence: lost.map_or(Level::Assumed, |gap| gap.evidence),
        }
    }

    /// The anchor that a policy ends on this day.
    fn ended_by_policy(&self, last: Option<Date>) -> Option<(&Identified, &End)> {
        let mut effective = self
            .anchors
            .iter()
            .filter_map(|anchor| Some((*anchor, anchor.effective_end()?)));
        effective.find(|(_, end)| end.cause == EndCause::Policy && Some(end.date) == last)
    }

    /// Until the last of the owner's anchors ends: that its servers lead to it is assumed.
    /// Where the chain is recorded, that is another one, which only a root can have.
    fn assumed(&self, owner: &str, recorded: bool) -> Option<Reach> {
        let usable = |anchor: &&&Identified| {
            owner_of(anchor) == owner
                && self.behaviour.model.verifies_with(&anchor.key)
                && (!recorded || anchor.kind == AnchorKind::Root)
        };
        let anchors = self.anchors.iter().filter(usable);
        let effective = anchors.filter_map(|anchor| Some((anchor.effective_end()?, *anchor)));
        let (end, anchor) = effective.max_by_key(|(end, _)| end.date)?;
        let basis = match (recorded, anchor.public) {
            (true, _) => Basis::OtherChain,
            (false, true) => Basis::Anchors,
            (false, false) => Basis::Private,
        };
        Some(Reach {
            owner: owner.to_owned(),
            key_type: None,
            basis,
            last: Some(end.date),
            lost_for_certain: Some(end.date.plus_days(1)),
            cause: ends(anchor, end),
            source: end.source.clone(),
            evidence: Level::Assumed,
        })
    }
}

/// A server of one of `owner`'s customers, who asks for no other than the default chain.
pub(super) fn declaration(owner: &str, key_type: KeyType, facts: &Facts<'_>) -> Declaration {
    Declaration {
        name: owner.to_owned(),
        owner: owner.to_owned(),
        profile: Some(DEFAULT_PROFILE.to_owned()),
        key_type: Some(key_type),
        leaf_days: facts.calendar.leaf_days(owner),
        ..Declaration::default()
    }
}

/// Who a server belongs to that this anchor leads to.
fn owner_of(anchor: &Identified) -> String {
    match (&anchor.owner, anchor.kind) {
        (Some(owner), kind) if kind != AnchorKind::Leaf => owner.clone(),
        _ => anchor.name.clone(),
    }
}

fn ends(anchor: &Identified, end: &End) -> String {
    format!("{} ends: {}", anchor.name, reason(end))
}

fn reason(end: &End) -> &'static str {
    match end.cause {
        EndCause::NotAfter => "notAfter",
        EndCause::Owner => "its owner says so",
        EndCause::Policy => "the policy says so",
        EndCause::Programme => "root programmes remove it",
    }
}

fn nothing(owner: &str) -> Reach {
    Reach {
        owner: owner.to_owned(),
        key_type: None,
        basis: Basis::Anchors,
        last: None,
        lost_for_certain: None,
        cause: format!("no anchor of {owner} is here, and which chains it sends is not recorded"),
        source: String::new(),
        evidence: Level::Unknown,
    }
}

/// The last day of being held without a break from `as_of` on; where that day is not held, the last before it.
fn last_held(coverage: &Coverage, as_of: Date) -> Option<Date> {
    let intervals = &coverage.endpoints.first()?.intervals;
    let mut last = None;
    for interval in intervals {
        match (interval.state.is_held(), interval.from <= as_of) {
            (true, _) => last = Some(interval.until),
            (false, true) if interval.until < as_of => {}
            (false, _) => break,
        }
    }
    last
}

/// The gap that follows the last day; the first one where there was no day.
fn loss_after(endpoint: &EndpointCoverage, last: Option<Date>) -> Option<&crate::coverage::Gap> {
    endpoint
        .gaps
        .iter()
        .find(|gap| last.is_none_or(|last| gap.earliest > last))
}
