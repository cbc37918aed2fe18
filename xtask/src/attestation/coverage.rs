//! `coverage.json`: the verdict and its proof, in a form that anybody can compute again from the named inputs.

use serde::Serialize;
use trust::coverage::{Carrier, Coverage, EndpointCoverage, Gap, Interval, Level, State};
use trust::date::Date;

use super::release::{Materials, NoProof};
use super::statement::{Digest, Predicate, Statement, of_input, subjects};
use crate::release::manifest::{ReleaseManifest, StoreRecord};
use crate::report::{Entry, Summary, entries};

/// The predicate. `docs/attestations.md` describes each field.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CoverageProof<'a> {
    verdict: &'static str,
    question: Question,
    evaluator: Evaluator,
    inputs: Vec<Input>,
    store: StoreRecord,
    required: Required,
    service: Range,
    anchors: Vec<Anchor>,
    endpoints: Vec<Endpoint>,
    fleet: Vec<Interval>,
    gaps: Vec<Gap>,
    findings: Findings<'a>,
}

impl Predicate for CoverageProof<'_> {
    const TYPE: &'static str = "urn:perennial:coverage:v1";
}

/// What was asked.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Question {
    released: Date,
    channel: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts_known_on: Option<Date>,
}

/// Whose rules were applied: those of the project in the release's own commit.
#[derive(Clone, Debug, Serialize)]
struct Evaluator {
    id: &'static str,
    digest: Digest,
}

#[derive(Clone, Debug, Serialize)]
struct Input {
    name: String,
    digest: Digest,
}

/// What `[coverage]` of the policy asks for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Required {
    independent_paths: u32,
    distinct_owners: u32,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Range {
    from: Date,
    until: Date,
}

/// An anchor of the store.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Anchor {
    name: String,
    owner: Option<String>,
    sha256: String,
    not_after: Date,
    effective_end: Date,
    days_beyond_service: i64,
}

/// What holds one endpoint, for how long.
#[derive(Clone, Debug, Serialize)]
struct Endpoint {
    name: String,
    host: String,
    intervals: Vec<Held>,
    gaps: Vec<Gap>,
}

/// Days on which nothing changes for an endpoint.
#[derive(Clone, Debug, Serialize)]
struct Held {
    from: Date,
    until: Date,
    state: State,
    evidence: Level,
    carriers: Vec<CarrierInUse>,
}

/// What holds an endpoint in such days.
#[derive(Clone, Debug, Serialize)]
struct CarrierInUse {
    #[serde(flatten)]
    carrier: Holder,
    evidence: Level,
}

/// A [`Carrier`], named as everything here.
#[derive(Clone, Debug, Serialize)]
#[serde(
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    tag = "kind"
)]
enum Holder {
    Anchor {
        name: String,
        spki_sha256: String,
        owner: Option<String>,
        private: bool,
    },
    Pin {
        spki_sha256: String,
        expires: Date,
    },
}

#[derive(Clone, Debug, Serialize)]
struct Findings<'a> {
    summary: Summary,
    list: Vec<Entry<'a>>,
}

/// The statement of a release.
///
/// # Errors
/// Where the gate is closed, or something that the proof rests on is missing.
pub fn statement<'a>(materials: &Materials<'a>) -> Result<Statement<CoverageProof<'a>>, NoProof> {
    let (store, policy) = materials.approved()?;
    let proof = materials.verdict.coverage().ok_or(NoProof)?;
    let question = materials.verdict.question();
    let findings = materials.verdict.findings();
    let (manifest, contents) = (materials.manifest, store.contents());
    let anchors = contents.anchors.iter();
    let predicate = CoverageProof {
        verdict: "approved",
        question: Question {
            released: question.as_of,
            channel: question.channel.word(),
            facts_known_on: question.facts_known_on,
        },
        evaluator: evaluator(manifest),
        inputs: inputs(manifest),
        store: manifest.store.clone(),
        required: Required {
            independent_paths: policy.coverage.independent_paths.value,
            distinct_owners: policy.coverage.distinct_owners.value,
        },
        service: Range {
            from: proof.from,
            until: proof.until,
        },
        anchors: anchors
            .map(|anchor| Anchor {
                name: anchor.name.clone(),
                owner: anchor.owner.clone(),
                sha256: hex::encode(anchor.certificate.fingerprint),
                not_after: anchor.certificate.not_after,
                effective_end: anchor.effective_end.date,
                days_beyond_service: anchor.days_beyond(contents.service_ends),
            })
            .collect(),
        endpoints: proof.endpoints.iter().map(|e| endpoint(e, proof)).collect(),
        fleet: proof.intervals.clone(),
        gaps: proof.gaps.clone(),
        findings: Findings {
            summary: Summary::of(findings),
            list: entries(findings),
        },
    };
    Ok(Statement::new(subjects(manifest), predicate))
}

fn evaluator(manifest: &ReleaseManifest) -> Evaluator {
    Evaluator {
        id: super::provenance::BUILDER,
        digest: Digest::from([("gitCommit".to_owned(), manifest.commit.clone())]),
    }
}

fn inputs(manifest: &ReleaseManifest) -> Vec<Input> {
    let input = |(name, hash): (&String, &String)| Input {
        name: name.clone(),
        digest: of_input(name, hash),
    };
    manifest.inputs.iter().map(input).collect()
}

fn endpoint(endpoint: &EndpointCoverage, proof: &Coverage) -> Endpoint {
    let carrier = |used: &trust::coverage::CarrierUse| {
        let carrier = proof.carriers.get(used.carrier)?.clone();
        Some(CarrierInUse {
            carrier: Holder::from(carrier),
            evidence: used.evidence,
        })
    };
    let intervals = endpoint.intervals.iter().map(|interval| Held {
        from: interval.from,
        until: interval.until,
        state: interval.state,
        evidence: interval.evidence,
        carriers: interval.carriers.iter().filter_map(carrier).collect(),
    });
    Endpoint {
        name: endpoint.name.clone(),
        host: endpoint.host.clone(),
        intervals: intervals.collect(),
        gaps: endpoint.gaps.clone(),
    }
}

impl From<Carrier> for Holder {
    fn from(carrier: Carrier) -> Self {
        match carrier {
            Carrier::Anchor {
                name,
                spki_sha256,
                owner,
                private,
            } => Self::Anchor {
                name,
                spki_sha256,
                owner,
                private,
            },
            Carrier::Pin {
                spki_sha256,
                expires,
                ..
            } => Self::Pin {
                spki_sha256,
                expires,
            },
        }
    }
}
