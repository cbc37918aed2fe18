//! Captured chains: what a server was seen to send, leaf first.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::anchors::{Certificate, read_pem};
use crate::finding::{Finding, Subject};
use crate::ledger::Ledger;
use crate::policy::{Endpoint, PolicyDraft};
use crate::rules::endpoints::CHAIN_UNREADABLE;
use crate::source::SourceFile;

/// The captured chains by the path that the policy uses: below `trust/`.
#[derive(Clone, Debug, Default)]
pub struct Chains {
    by_path: BTreeMap<String, Vec<Certificate>>,
}

impl Chains {
    /// Reads every file that an endpoint of `policy` names; each that is missing or empty is a finding.
    pub fn read(files: &[Arc<SourceFile>], policy: &PolicyDraft) -> (Self, Vec<Finding>) {
        let mut chains = Self::default();
        let mut findings = Vec::new();
        for (endpoint, path) in named_paths(policy) {
            let file = files
                .iter()
                .find(|file| file.name == format!("trust/{}", path.value));
            let Some(file) = file else {
                let why = format!(
                    "the captured chain trust/{} of endpoint {} is not there",
                    path.value, endpoint.name.value
                );
                findings.push(unreadable(endpoint, path, why));
                continue;
            };
            let (certificates, problems) = read_pem(file);
            if certificates.is_empty() {
                let why = format!(
                    "the captured chain trust/{} holds no certificate that can be read",
                    path.value
                );
                findings.push(unreadable(endpoint, path, why));
            }
            findings.extend(problems);
            chains.by_path.insert(path.value.clone(), certificates);
        }
        (chains, findings)
    }

    /// Reads the files that the endpoints of shipped releases name and the policy does not. One that is not there any
    /// more is no finding: it was evidence of its day. What it showed is then not known.
    pub fn add_shipped(&mut self, files: &[Arc<SourceFile>], ledger: &Ledger) -> Vec<Finding> {
        let endpoints = ledger
            .releases()
            .flat_map(|recorded| &recorded.release.endpoints);
        let mut findings = Vec::new();
        for path in endpoints.flat_map(|endpoint| &endpoint.chains) {
            let named = |file: &&Arc<SourceFile>| file.name == format!("trust/{path}");
            let Some(file) = files.iter().find(named) else {
                continue;
            };
            if !self.by_path.contains_key(path) {
                let (certificates, problems) = read_pem(file);
                findings.extend(problems);
                self.by_path.insert(path.clone(), certificates);
            }
        }
        findings
    }

    /// Every captured certificate.
    pub fn all(&self) -> impl Iterator<Item = &Certificate> {
        self.by_path.values().flatten()
    }

    /// The chain in the file with this path below `trust/`.
    pub fn at(&self, path: &str) -> Option<&[Certificate]> {
        self.by_path.get(path).map(Vec::as_slice)
    }

    /// Every certificate that was captured for `endpoint`.
    pub fn of<'a>(&'a self, endpoint: &'a Endpoint) -> impl Iterator<Item = &'a Certificate> {
        self.chains_of(endpoint).flatten()
    }

    /// Whether `anchor` is in a captured chain of `endpoint`, or its name issued the last certificate of one.
    pub fn reach(&self, endpoint: &Endpoint, anchor: &Certificate) -> bool {
        self.chains_of(endpoint).any(|chain| {
            let inside = chain
                .iter()
                .any(|certificate| certificate.spki == anchor.spki);
            inside || chain.last().is_some_and(|top| top.issuer == anchor.subject)
        })
    }

    /// The captured chains of `endpoint`, each with its path below `trust/`, in the policy's order.
    pub fn by_path_of<'a>(
        &'a self,
        endpoint: &'a Endpoint,
    ) -> impl Iterator<Item = (&'a str, &'a [Certificate])> {
        let paths = endpoint.chains.iter().map(|path| path.value.as_str());
        paths.filter_map(|path| Some((path, self.by_path.get(path)?.as_slice())))
    }

    fn chains_of<'a>(
        &'a self,
        endpoint: &'a Endpoint,
    ) -> impl Iterator<Item = &'a Vec<Certificate>> {
        endpoint
            .chains
            .iter()
            .filter_map(|path| self.by_path.get(&path.value))
    }
}

type Path = crate::policy::Located<String>;

fn named_paths(policy: &PolicyDraft) -> impl Iterator<Item = (&Endpoint, &Path)> {
    policy
        .endpoints
        .iter()
        .flat_map(|endpoint| endpoint.chains.iter().map(move |path| (endpoint, path)))
}

fn unreadable(endpoint: &Endpoint, path: &Path, message: String) -> Finding {
    Finding::new(&CHAIN_UNREADABLE, path.at.clone(), "named here", message)
        .evidence("path", format!("trust/{}", path.value))
        .help("put the PEM file there, leaf first as the server sends it, or remove the entry")
        .about(Subject {
            item: Some(path.value.clone()),
            ..Subject::endpoint(&endpoint.name.value)
        })
}
