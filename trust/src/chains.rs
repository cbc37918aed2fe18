//! Captured chains: what a server was seen to send, leaf first.
//!
//! A chain counts for an endpoint only where its first certificate is one that a device takes for that server's own:
//! a CA's certificate says nothing of any server, and another server's says nothing of this one.

mod evidence;
mod known;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) use evidence::{names, problem};
pub(crate) use known::captured_on;

use crate::anchors::{Certificate, read_pem};
use crate::finding::{Finding, Subject};
use crate::ledger::Ledger;
use crate::policy::{Endpoint, PolicyDraft};
use crate::rules::endpoints::{CAPTURE_OF_ANOTHER_HOST, CAPTURE_WITHOUT_LEAF, CHAIN_UNREADABLE};
use crate::source::SourceFile;
use evidence::NoEvidence;

/// The captured chains by the path that the policy uses: below `trust/`.
#[derive(Clone, Debug, Default)]
pub struct Chains {
    by_path: BTreeMap<String, Captured>,
}

/// What is in one file.
#[derive(Clone, Debug, Default)]
struct Captured {
    certificates: Vec<Certificate>,
    /// URLs of the policy's endpoints of whose server it is evidence.
    counts_for: BTreeSet<String>,
}

impl Chains {
    /// Reads every file that an endpoint of `policy` names; each that is missing, or proves nothing of its endpoint, is
    /// a finding.
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
            findings.extend(chains.take_in(endpoint, path, certificates));
        }
        (chains, findings)
    }

    /// Keeps what `endpoint` names; a finding says why it counts for nothing.
    fn take_in(
        &mut self,
        endpoint: &Endpoint,
        path: &Path,
        certificates: Vec<Certificate>,
    ) -> Option<Finding> {
        let url = &endpoint.url.value;
        let problem = problem(&certificates, url);
        let finding = certificates
            .first()
            .zip(problem)
            .and_then(|(first, problem)| no_evidence(endpoint, path, first, problem));
        let captured = self.by_path.entry(path.value.clone()).or_default();
        captured.certificates = certificates;
        if problem.is_none() {
            captured.counts_for.insert(url.clone());
        }
        finding
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
                let captured = self.by_path.entry(path.clone()).or_default();
                captured.certificates = certificates;
            }
        }
        findings
    }

    /// Every captured certificate.
    pub fn all(&self) -> impl Iterator<Item = &Certificate> {
        let captured = self.by_path.values();
        captured.flat_map(|captured| &captured.certificates)
    }

    /// The chain in the file with this path below `trust/`, of whatever server.
    pub fn at(&self, path: &str) -> Option<&[Certificate]> {
        let captured = self.by_path.get(path)?;
        Some(&captured.certificates)
    }

    /// Every certificate that was captured for `endpoint`.
    pub fn of<'a>(&'a self, endpoint: &'a Endpoint) -> impl Iterator<Item = &'a Certificate> {
        self.by_path_of(endpoint).flat_map(|(_, chain)| chain)
    }

    /// Whether `anchor` is in a captured chain of `endpoint`, or its name issued the last certificate of one.
    pub fn reach(&self, endpoint: &Endpoint, anchor: &Certificate) -> bool {
        self.by_path_of(endpoint).any(|(_, chain)| {
            let inside = chain
                .iter()
                .any(|certificate| certificate.spki == anchor.spki);
            inside || chain.last().is_some_and(|top| top.issuer == anchor.subject)
        })
    }

    /// The captured chains of `endpoint` that count, each with its path below `trust/`, in the policy's order. The first
    /// certificate of each is the server's own.
    pub fn by_path_of<'a>(
        &'a self,
        endpoint: &'a Endpoint,
    ) -> impl Iterator<Item = (&'a str, &'a [Certificate])> {
        let paths = endpoint.chains.iter().map(|path| path.value.as_str());
        paths.filter_map(|path| {
            let captured = self.by_path.get(path)?;
            let counts = captured.counts_for.contains(&endpoint.url.value);
            counts.then_some((path, captured.certificates.as_slice()))
        })
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

fn no_evidence(
    endpoint: &Endpoint,
    path: &Path,
    first: &Certificate,
    problem: NoEvidence,
) -> Option<Finding> {
    let (name, file) = (&endpoint.name.value, format!("trust/{}", path.value));
    let (rule, label, message) = match problem {
        NoEvidence::Nothing => return None,
        NoEvidence::CaFirst => (
            &CAPTURE_WITHOUT_LEAF,
            "no server's certificate is first",
            format!(
                "the captured chain {file} of endpoint {name} begins with {}, a CA's certificate: it says nothing of \
                 any server",
                first.name
            ),
        ),
        NoEvidence::NotAServer(error) => (
            &CAPTURE_WITHOUT_LEAF,
            "no server's certificate is first",
            format!(
                "the captured chain {file} of endpoint {name} begins with {}, which no device takes for a server's \
                 certificate: {error}",
                first.name
            ),
        ),
        NoEvidence::OtherHost => (
            &CAPTURE_OF_ANOTHER_HOST,
            "of another host",
            format!(
                "the leaf of the captured chain {file} is not for the host of endpoint {name}: devices would refuse its \
                 name"
            ),
        ),
    };
    let names = match names(first).as_slice() {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    let finding = Finding::new(rule, path.at.clone(), label, message)
        .and_label(endpoint.url.at.clone(), "the endpoint")
        .evidence("certificate", hex::encode(first.fingerprint))
        .evidence("names", names)
        .evidence("path", file)
        .help(format!(
            "capture what the server sends, its own certificate first: cargo xtask endpoints capture {}",
            endpoint.url.value
        ))
        .about(Subject {
            item: Some(path.value.clone()),
            ..Subject::endpoint(name)
        });
    Some(finding)
}
