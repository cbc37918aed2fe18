//! Everything that a forecast is made from, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::question::ForecastError;
use super::servers::Declared;
use crate::anchors::{Certificate, Inventory, read_pem};
use crate::calendar::Calendar;
use crate::chains::Chains;
use crate::coverage::served::Declaration;
use crate::date::Date;
use crate::finding::{self, Finding, Subject};
use crate::gate::Inputs;
use crate::hierarchy::{Builder, Hierarchy};
use crate::ledger::{Ledger, RecordedRelease};
use crate::policy::{self, Endpoint, Policy, PolicyDraft};
use crate::rules::endpoints::CHAIN_UNREADABLE;
use crate::server::Server;
use crate::source::SourceFile;

/// The files of a project, read.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) policy: Policy,
    /// The same, as it is read.
    pub(super) draft: PolicyDraft,
    pub(super) inventory: Inventory,
    pub(super) chains: Chains,
    pub(super) ledger: Ledger,
    /// Chains that releases of the ledger name, by path below `trust/`.
    pub(super) captures: BTreeMap<String, Vec<Certificate>>,
    calendar: Calendar,
}

/// What was known on a day.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub(super) project: &'a Project,
    pub(super) calendar: Calendar,
    pub(super) hierarchy: Hierarchy,
}

impl Project {
    /// Reads everything; every mistake is reported at once.
    pub(super) fn read(
        inputs: &Inputs,
        more_calendar: &[Arc<SourceFile>],
    ) -> Result<Self, ForecastError> {
        let reading = policy::read(&inputs.policy);
        let (inventory, about_anchors) = Inventory::from_files(&inputs.anchors);
        let files = calendar_files(&inputs.calendar, more_calendar);
        let (calendar, about_calendar) = Calendar::of_project(&files);
        let (chains, about_chains) = Chains::read(&inputs.endpoints, &reading.draft);
        let (ledger, about_ledger) = Ledger::read(&inputs.releases);
        let (captures, about_captures) = captures(&ledger, &inputs.endpoints);
        let mut mistakes = [
            reading.findings,
            about_anchors,
            about_calendar,
            about_chains,
            about_ledger,
            about_captures,
        ]
        .concat();
        mistakes.retain(Finding::blocks);
        finding::sort(&mut mistakes);
        match reading.policy {
            Some(policy) if mistakes.is_empty() => Ok(Self {
                policy,
                draft: reading.draft,
                inventory,
                chains,
                ledger,
                captures,
                calendar,
            }),
            _ => Err(ForecastError::Mistakes(mistakes)),
        }
    }

    pub(super) fn product(&self) -> String {
        self.policy.product.name.value.clone()
    }

    /// The policy's endpoints.
    pub(super) fn declarations(&self, hierarchy: &Hierarchy) -> Vec<Declared> {
        let endpoints = self.policy.endpoints.iter();
        let declare = |endpoint: &Endpoint| Declared {
            server: Server::of(&endpoint.url.value),
            declaration: Declaration::of(endpoint, &self.chains, hierarchy),
        };
        endpoints.map(declare).collect()
    }

    /// The facts of `day`, else all of them, and every certificate that is in hand or was published.
    pub(super) fn known_on(&self, day: Option<Date>) -> Known<'_> {
        let calendar = match day {
            None => self.calendar.clone(),
            Some(day) => self.calendar.known_on(day),
        };
        let mut builder = Builder::of_calendar(&calendar);
        let of_policy = self.policy.endpoints.iter();
        let captured = of_policy.flat_map(|endpoint| self.chains.of(endpoint));
        let captured = captured.chain(self.captures.values().flatten());
        let issuing = captured.filter(|certificate| certificate.may_issue);
        for certificate in self.inventory.iter().chain(issuing) {
            builder.add_certificate(certificate, &calendar);
        }
        Known {
            project: self,
            hierarchy: builder.build(),
            calendar,
        }
    }
}

/// The project's files but those that one of `more` replaces, and `more`.
fn calendar_files(own: &[Arc<SourceFile>], more: &[Arc<SourceFile>]) -> Vec<Arc<SourceFile>> {
    let short = |file: &Arc<SourceFile>| {
        let name = file.name.rsplit(['/', '\\']).next();
        name.unwrap_or_default().to_owned()
    };
    let replaced: BTreeSet<_> = more.iter().map(short).collect();
    let kept = own.iter().filter(|file| !replaced.contains(&short(file)));
    kept.chain(more).cloned().collect()
}

type Captures = BTreeMap<String, Vec<Certificate>>;

/// The chains that the ledger names. One that is missing is a mistake: a release whose server is not known would look
/// lost, or saved.
fn captures(ledger: &Ledger, files: &[Arc<SourceFile>]) -> (Captures, Vec<Finding>) {
    let mut captures = BTreeMap::new();
    let mut findings = Vec::new();
    for (recorded, endpoint, path) in named_paths(ledger) {
        if captures.contains_key(path) {
            continue;
        }
        let file = files
            .iter()
            .find(|file| file.name == format!("trust/{path}"));
        let (certificates, problems) = file.map(read_pem).unwrap_or_default();
        findings.extend(problems);
        if certificates.is_empty() {
            findings.push(missing(recorded, endpoint, path));
        }
        captures.insert(path.to_owned(), certificates);
    }
    (captures, findings)
}

/// Release, place of the endpoint in it, path.
fn named_paths(ledger: &Ledger) -> impl Iterator<Item = (&RecordedRelease, usize, &str)> {
    ledger.releases().flat_map(|recorded| {
        let endpoints = recorded.release.endpoints.iter().enumerate();
        endpoints.flat_map(move |(place, endpoint)| {
            let paths = endpoint.chains.iter();
            paths.map(move |path| (recorded, place, path.as_str()))
        })
    })
}

fn missing(recorded: &RecordedRelease, endpoint: usize, path: &str) -> Finding {
    let version = &recorded.release.version;
    let place = recorded.endpoints_at.get(endpoint);
    let place = place.unwrap_or(&recorded.version_at).clone();
    let message = format!(
        "the captured chain trust/{path} of release {version} is not there, or holds no certificate that can be read"
    );
    Finding::new(&CHAIN_UNREADABLE, place, "named here", message)
        .evidence("path", format!("trust/{path}"))
        .help("restore the PEM file: git log --diff-filter=D -- trust/endpoints")
        .about(Subject {
            item: Some(path.to_owned()),
            ..Subject::default()
        })
}
