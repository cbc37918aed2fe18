//! E101, E104, E105, E111, E112: what is lost of an endpoint in service, from when, and why.
//!
//! One endpoint has one of these findings: the one that explains its first gap.

use super::proof::Proof;
use super::{Case, because};
use crate::anchors::SignatureAlgorithm;
use crate::coverage::{CauseKind, EndpointCoverage, Gap, Level, Question, Served, prove};
use crate::finding::{Finding, Severity, Subject};
use crate::policy::{Endpoint, VerifierModel};
use crate::rules::Rule;
use crate::rules::anchors::ANCHOR_NOT_YET_VALID;
use crate::rules::endpoints::{
    ALGORITHM_NOT_SUPPORTED, CHAIN_TOO_LONG, CHAIN_UNKNOWN, ENDPOINT_LOST,
};
use crate::verifier::Behaviour;
use crate::words::counted;

pub(super) fn check(case: &Case<'_>, findings: &mut Vec<Finding>) {
    let Some(proof) = case.proof else {
        return;
    };
    for (place, endpoint) in case.policy.endpoints.iter().enumerate() {
        let Some((served, coverage)) = proof.endpoint(place) else {
            continue;
        };
        let mut gaps = coverage
            .gaps
            .iter()
            .filter(|gap| !case.waits_for_an_anchor(gap));
        if let Some(gap) = gaps.next().filter(|_| !case.lacks_a_chain(endpoint)) {
            let lost = Lost {
                case,
                proof,
                endpoint,
                served,
                coverage,
                gap,
            };
            findings.push(lost.finding());
        }
    }
}

/// An endpoint with a gap.
struct Lost<'a> {
    case: &'a Case<'a>,
    proof: &'a Proof,
    endpoint: &'a Endpoint,
    served: &'a Served,
    coverage: &'a EndpointCoverage,
    gap: &'a Gap,
}

impl Lost<'_> {
    fn finding(&self) -> Finding {
        if self.nothing_is_known() {
            let leads = !self.case.anchors_of(self.endpoint).is_empty();
            return if leads {
                self.chain_unknown()
            } else {
                self.without_anchor()
            };
        }
        if self.is_held_with(without_limits(self.proof.model)) {
            return self.chain_too_long();
        }
        let others = [VerifierModel::OpenSsl10, VerifierModel::WebPki];
        let mut others = others
            .map(|kinds| every_algorithm(self.proof.model, kinds))
            .into_iter();
        if others.any(|model| self.is_held_with(model)) {
            return self.algorithm_not_supported();
        }
        let (from, until) = (self.proof.coverage.from, self.proof.coverage.until);
        let mut acceptances = self.coverage.acceptances.iter();
        if !acceptances.any(|acceptance| acceptance.from <= until && from <= acceptance.until) {
            return self.without_anchor();
        }
        self.lost()
    }

    /// Neither a capture nor a declared chain says what is sent on the first day of the gap.
    fn nothing_is_known(&self) -> bool {
        let mut possible = self.served.on(self.gap.earliest);
        possible.all(|alternative| {
            alternative.chain.is_none() && alternative.begins.kind == CauseKind::Unknown
        })
    }

    /// Whether another verifier would accept what is sent on the first day of the gap.
    fn is_held_with(&self, model: Behaviour) -> bool {
        let day = self.gap.earliest;
        let coverage = prove(&Question {
            model: &model,
            endpoints: std::slice::from_ref(self.served),
            ..self.proof.question(day, day)
        });
        coverage.loss().is_none()
    }

    /// Days, causes and what they leave; an error where it is less than the policy asks for: it strands devices.
    fn finish(&self, finding: Finding) -> Finding {
        let causes: Vec<_> = self
            .gap
            .causes
            .iter()
            .map(|c| format!("{}: {}", c.date, c.what))
            .collect();
        let mut finding = finding
            .evidence("cause", causes.join("; "))
            .evidence("earliest", self.gap.earliest)
            .evidence("evidence", level(self.gap.evidence))
            .about(Subject::endpoint(&self.endpoint.name.value));
        if let Some(latest) = self.gap.latest {
            finding = finding.evidence("latest", latest);
        }
        if let Some(until) = self.gap.until {
            finding = finding.evidence("until", until);
        }
        let mut during = self.proof.short(self.case).filter(|interval| {
            interval.from <= self.proof.gap_ends(self.gap) && self.gap.earliest <= interval.until
        });
        let Some(interval) = during.next() else {
            // Prudence: the other endpoints carry what the policy asks for.
            return finding;
        };
        finding = finding
            .evidence("independent-paths", interval.independent_paths)
            .evidence("distinct-owners", interval.distinct_owners)
            .severity(Severity::Error);
        if let Some(required) = &self.case.policy.coverage {
            let at = if interval.independent_paths < self.case.required().paths {
                &required.independent_paths.at
            } else {
                &required.distinct_owners.at
            };
            let left = left(interval.independent_paths, interval.distinct_owners);
            finding
                .labels
                .push(because(at, format!("{left} left from {}", interval.from)));
        }
        finding
    }

    fn about(&self, rule: &'static Rule, label: &str, message: String) -> Finding {
        Finding::new(rule, self.endpoint.owner.at.clone(), label, message)
    }

    fn without_anchor(&self) -> Finding {
        super::endpoint_anchors::without_anchor(self.endpoint, self.case)
    }

    fn chain_unknown(&self) -> Finding {
        let name = &self.endpoint.name.value;
        let message = format!(
            "what endpoint {name} sends is unknown from {}, and counts for nothing",
            self.gap.earliest
        );
        let label = if self.endpoint.profile.is_some() {
            "the calendar has no chain of this owner and profile"
        } else {
            "nothing but the owner is declared"
        };
        self.finish(self.about(&CHAIN_UNKNOWN, label, message)).help(
            "record what it sends: `cargo xtask endpoints capture URL`; or declare `profile` and `key-type` of a \
             [[chain]] in the calendar",
        )
    }

    fn chain_too_long(&self) -> Finding {
        let (name, model) = (&self.endpoint.name.value, self.proof.model);
        let message = format!(
            "what endpoint {name} sends from {} does not fit into {}: it takes {} certificates above the leaf and \
             {} bytes",
            self.gap.earliest,
            model.model.word(),
            limit(model.most_in_path.min(model.most_sent)),
            limit(model.most_bytes),
        );
        self.finish(self.about(
            &CHAIN_TOO_LONG,
            "sends more than the verifier takes",
            message,
        ))
        .help("have the server send a shorter chain, or use a verifier with room for it")
    }

    fn algorithm_not_supported(&self) -> Finding {
        let (name, model) = (&self.endpoint.name.value, self.proof.model.model.word());
        let message = format!(
            "the chain that endpoint {name} sends from {} has a key or signature that {model} cannot verify",
            self.gap.earliest
        );
        let label = "sends an algorithm that the verifier lacks";
        self.finish(self.about(&ALGORITHM_NOT_SUPPORTED, label, message)).help(
            "use the chain of the other key type (`key-type`), or a verifier that knows the algorithm",
        )
    }

    fn lost(&self) -> Finding {
        let name = &self.endpoint.name.value;
        let message = format!("endpoint {name} is {}", description(self.gap));
        let more = match self.coverage.gaps.len() {
            0 | 1 => String::new(),
            2 => ", and once more later".to_owned(),
            gaps => format!(", and {} times more later", gaps - 1),
        };
        let label = format!("not held from {}{more}", self.gap.earliest);
        self.finish(self.about(&ENDPOINT_LOST, &label, message)).help(
            "require the root that its CA leads to from then on (`cargo xtask roots list`), or serve it from a CA \
             that outlasts the service life",
        )
    }
}

impl Case<'_> {
    /// Whether `gap` ends on the day on which an anchor begins: A106 says so, unless it is waived.
    pub(crate) fn waits_for_an_anchor(&self, gap: &Gap) -> bool {
        let begins = |day| gap.until.is_some_and(|until| until.plus_days(1) == day);
        let mut waivers = self.policy.waivers.iter();
        gap.earliest == self.as_of
            && !waivers.any(|waiver| waiver.code.value == ANCHOR_NOT_YET_VALID.id)
            && self
                .anchors()
                .any(|anchor| begins(anchor.certificate.not_before))
    }

    /// Whether a chain that the endpoint names could not be read: E102 says so.
    pub(crate) fn lacks_a_chain(&self, endpoint: &Endpoint) -> bool {
        let read = self.chains.by_path_of(endpoint);
        read.filter(|(_, chain)| !chain.is_empty()).count() != endpoint.chains.len()
    }
}

/// `lost between 2024-06-06 and 2024-07-24: Let's Encrypt issues by R10 or R11 (announced)`.
pub(crate) fn description(gap: &Gap) -> String {
    let when = match gap.latest {
        Some(latest) if latest == gap.earliest => format!("lost on {latest}"),
        Some(latest) => format!("lost between {} and {latest}", gap.earliest),
        None => format!("not sure to be reached from {}", gap.earliest),
    };
    let until = gap.until.map(|until| format!(", until {until}"));
    let evidence = level(gap.evidence);
    format!(
        "{when}{}: {} ({evidence})",
        until.unwrap_or_default(),
        why(gap)
    )
}

/// The causes in words.
pub(crate) fn why(gap: &Gap) -> String {
    let words: Vec<_> = gap.causes.iter().map(|cause| cause.what.as_str()).collect();
    if words.is_empty() {
        "nothing is known".to_owned()
    } else {
        words.join("; ")
    }
}

/// `1 independent path of 1 owner`
pub(crate) fn left(paths: usize, owners: usize) -> String {
    let (paths, owners) = (counted(paths, "independent path"), counted(owners, "owner"));
    format!("{paths} of {owners}")
}

/// The word for a level of evidence.
pub(crate) fn level(level: Level) -> &'static str {
    match level {
        Level::Announced => "announced",
        Level::Assumed => "assumed",
        Level::Proven => "proven",
        Level::Rule => "rule",
        Level::Unknown => "unknown",
    }
}

fn limit(most: usize) -> String {
    if most == usize::MAX {
        "any number of".to_owned()
    } else {
        format!("at most {most}")
    }
}

fn without_limits(model: Behaviour) -> Behaviour {
    Behaviour {
        most_bytes: usize::MAX,
        most_in_path: usize::MAX,
        most_sent: usize::MAX,
        ..model
    }
}

fn every_algorithm(model: Behaviour, kinds: VerifierModel) -> Behaviour {
    Behaviour {
        model: kinds,
        signatures: EVERY_SIGNATURE,
        ..model
    }
}

const EVERY_SIGNATURE: &[SignatureAlgorithm] = &[
    SignatureAlgorithm::EcdsaSha256,
    SignatureAlgorithm::EcdsaSha384,
    SignatureAlgorithm::EcdsaSha512,
    SignatureAlgorithm::Ed25519,
    SignatureAlgorithm::RsaPss,
    SignatureAlgorithm::RsaSha1,
    SignatureAlgorithm::RsaSha256,
    SignatureAlgorithm::RsaSha384,
    SignatureAlgorithm::RsaSha512,
];
