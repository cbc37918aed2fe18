//! What is forecast: a release of the ledger, or the policy.

use serde::Serialize;

use super::THIS_POLICY;
use super::question::{ForecastError, Question, UnknownName};
use super::servers::{Declared, Servers};
use super::what_if::Supposed;
use super::world::Project;
use crate::coverage::served::Declaration;
use crate::coverage::{Counting, Served, Store};
use crate::date::Date;
use crate::hierarchy::Hierarchy;
use crate::ledger::{Release, ReleaseAnchor, ReleaseEndpoint};
use crate::policy::{RequiredRoot, Sha256, VerifierModel};
use crate::server::Server;

/// Whether it is in the field.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// The policy as it is now.
    Policy,
    /// A release of the ledger.
    Release,
}

/// A release or the policy.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject<'a> {
    Policy(&'a Project),
    Release(&'a Project, &'a Release),
}

/// With the places of its anchors in a hierarchy, and what its endpoints may send.
pub(super) struct Resolved {
    pub(super) store: Store,
    pub(super) served: Vec<Served>,
    /// Anchors of which nothing but the fingerprint is known: they carry nothing.
    pub(super) missing: Vec<String>,
}

/// An anchor of a subject, whatever is known of it.
pub(super) struct SubjectAnchor<'a> {
    pub(super) name: &'a str,
    pub(super) sha256: Sha256,
    pub(super) not_after: Option<Date>,
    pub(super) root: Option<&'a RequiredRoot>,
}

/// The subjects that are asked about: releases by date, the policy last.
pub(super) fn choose<'a>(
    project: &'a Project,
    question: &Question,
) -> Result<Vec<Subject<'a>>, ForecastError> {
    let releases = project.ledger.releases();
    let releases = releases.map(|recorded| Subject::Release(project, &recorded.release));
    let all: Vec<_> = releases.chain([Subject::Policy(project)]).collect();
    for name in &question.releases {
        if !all.iter().any(|subject| subject.name() == name) {
            let known = all.iter().map(Subject::name);
            return Err(UnknownName::error("release", name, known));
        }
    }
    let chosen = |subject: &Subject<'_>| {
        let asked = &question.releases;
        asked.is_empty() || asked.iter().any(|name| name == subject.name())
    };
    Ok(all.into_iter().filter(chosen).collect())
}

impl<'a> Subject<'a> {
    pub(super) fn name(&self) -> &'a str {
        match self {
            Self::Policy(_) => THIS_POLICY,
            Self::Release(_, release) => &release.version,
        }
    }

    pub(super) fn kind(&self) -> SubjectKind {
        match self {
            Self::Policy(_) => SubjectKind::Policy,
            Self::Release(..) => SubjectKind::Release,
        }
    }

    pub(super) fn released(&self) -> Option<Date> {
        match self {
            Self::Policy(_) => None,
            Self::Release(_, release) => Some(release.released),
        }
    }

    pub(super) fn service_ends(&self) -> Date {
        match self {
            Self::Policy(project) => project.policy.service_life.ends.value,
            Self::Release(_, release) => release.service_ends,
        }
    }

    pub(super) fn longest_offline_days(&self) -> u32 {
        match self {
            Self::Policy(project) => project.policy.service_life.longest_offline_days.value,
            Self::Release(_, release) => release.longest_offline_days,
        }
    }

    pub(super) fn units(&self) -> Option<u64> {
        match self {
            Self::Policy(_) => None,
            Self::Release(_, release) => release.units,
        }
    }

    pub(super) fn verifier(&self) -> VerifierModel {
        match self {
            Self::Policy(project) => project.policy.product.verifier.value,
            Self::Release(_, release) => release.verifier,
        }
    }

    /// What counts: a release does not say, so private anchors do not, as in a policy that does not say.
    pub(super) fn counting(&self) -> Counting {
        match self {
            Self::Policy(project) => Counting {
                private: project.policy.coverage.count_private,
                rescue: project.policy.coverage.count_rescue,
            },
            Self::Release(..) => Counting::default(),
        }
    }

    pub(super) fn endpoint_names(&self) -> Vec<&'a str> {
        match self {
            Self::Policy(project) => {
                let endpoints = project.policy.endpoints.iter();
                endpoints.map(|one| one.name.value.as_str()).collect()
            }
            Self::Release(_, release) => {
                let endpoints = release.endpoints.iter();
                endpoints.map(|one| one.name.as_str()).collect()
            }
        }
    }

    pub(super) fn anchors(&self) -> Vec<SubjectAnchor<'a>> {
        match self {
            Self::Policy(project) => {
                let roots = project.policy.required_roots.iter();
                roots.map(SubjectAnchor::of_policy).collect()
            }
            Self::Release(_, release) => {
                let anchors = release.anchors.iter();
                anchors.map(SubjectAnchor::of_release).collect()
            }
        }
    }

    /// Its store and its endpoints, in the supposed world; `declared` are its [`Self::declarations`].
    pub(super) fn resolve(
        &self,
        supposed: &Supposed<'_>,
        declared: &[Declared],
        servers: &Servers,
    ) -> Resolved {
        let (hierarchy, calendar) = (&supposed.known.hierarchy, &supposed.calendar);
        let missing = |anchor: &SubjectAnchor<'_>| hierarchy.find(&anchor.sha256).is_none();
        let missing = self.anchors().into_iter().filter(missing);
        let served = declared.iter().filter_map(|one| servers.get(one).cloned());
        Resolved {
            store: match self {
                Self::Policy(project) => Store::of_policy(&project.draft, hierarchy, calendar),
                Self::Release(_, release) => Store::of_release(release, hierarchy, calendar),
            },
            served: served.collect(),
            missing: missing.map(|anchor| anchor.name.to_owned()).collect(),
        }
    }

    /// What is known of its endpoints, in order.
    pub(super) fn declarations(&self, hierarchy: &Hierarchy) -> Vec<Declared> {
        match self {
            Self::Policy(project) => project.declarations(hierarchy),
            Self::Release(project, release) => {
                let endpoints = release.endpoints.iter();
                let captured = |path: &str| project.captures.get(path).map(Vec::as_slice);
                let declare = |endpoint: &ReleaseEndpoint| Declared {
                    server: Server::of(&endpoint.url),
                    declaration: Declaration::of_release(endpoint, captured, hierarchy),
                };
                endpoints.map(declare).collect()
            }
        }
    }
}

impl<'a> SubjectAnchor<'a> {
    fn of_policy(root: &'a RequiredRoot) -> Self {
        Self {
            name: &root.name.value,
            sha256: root.sha256.value,
            not_after: None,
            root: Some(root),
        }
    }

    fn of_release(anchor: &'a ReleaseAnchor) -> Self {
        Self {
            name: &anchor.name,
            sha256: anchor.sha256,
            not_after: Some(anchor.not_after),
            root: None,
        }
    }
}
