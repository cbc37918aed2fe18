//! The answer as data: what is printed for people and machines.

use serde::Serialize;

use super::pool::{Pool, Project};
use super::{Choice, NoChoice, STEPS, explain, reasons, smallest};
use crate::date::Date;
use crate::gate::Inputs;

/// The smallest store, or why there is none. Serialises as `perennial.solve/1`.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// `perennial.solve/1`
    pub schema: &'static str,
    /// Name of the product.
    pub product: String,
    /// The release date: first day.
    pub as_of: Date,
    /// Last day of service.
    pub service_ends: Date,
    /// The verifier model, in the policy's word.
    pub verifier: &'static str,
    /// What `[coverage]` demands of each day.
    pub demanded: Demanded,
    /// How many roots the pool has.
    pub roots: usize,
    /// How many of them no rule refuses.
    pub usable_roots: usize,
    /// What came out.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// What is demanded of each day.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Demanded {
    /// Independent paths.
    pub independent_paths: usize,
    /// Distinct owners.
    pub distinct_owners: usize,
}

/// What came out.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    /// No store meets all demands.
    Impossible(Unsolved),
    /// This store does; the search was stopped before it was proven that no smaller one does.
    NotProvenSmallest(Solution),
    /// This store does, and no smaller one.
    Smallest(Solution),
    /// The search was stopped before it found a store, and nobody knows whether there is one.
    Undecided,
}

/// A store that meets all demands.
#[derive(Clone, Debug, Serialize)]
pub struct Solution {
    /// Bytes of all anchors in the binary form.
    pub anchor_bytes: usize,
    /// Bytes of the whole store; `None` where the gate refuses the policy.
    pub store_bytes: Option<usize>,
    /// By fingerprint.
    pub anchors: Vec<ChosenAnchor>,
    /// The `[[required-root]]` tables, in the canonical form.
    pub tables: String,
    /// What the gate has against the policy with these tables: nothing about its anchors.
    pub refusals: Vec<Refusal>,
}

/// An anchor of the store.
#[derive(Clone, Debug, Serialize)]
pub struct ChosenAnchor {
    /// Its name.
    pub name: String,
    /// Fingerprint, lowercase hexadecimal.
    pub sha256: String,
    /// Who runs it.
    pub owner: Option<String>,
    /// Where its certificate was read from.
    pub file: String,
    /// Whether the policy requires it already.
    pub required_already: bool,
    /// Bytes in the binary form.
    pub bytes: usize,
    /// Its effective end.
    pub effective_end: Date,
    /// The endpoints that it carries, and when.
    pub carries: Vec<Carried>,
    /// What is missing in the store without it.
    pub without: Vec<Lacking>,
    /// Both in a sentence.
    pub reason: String,
}

/// An anchor carries an endpoint.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Carried {
    /// The endpoint.
    pub endpoint: String,
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// Whether it accepts only some of what may be sent, and others the rest.
    pub with_others: bool,
}

/// Something that a store lacks.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Lacking {
    /// An endpoint is not held.
    Endpoint {
        /// The endpoint.
        endpoint: String,
        /// First day.
        from: Date,
        /// Last day, inclusive.
        until: Date,
    },
    /// Too few distinct owners.
    Owners {
        /// The fewest on any of these days.
        found: usize,
        /// As many are demanded.
        required: usize,
        /// First day.
        from: Date,
        /// Last day, inclusive.
        until: Date,
    },
    /// Too few independent paths.
    Paths {
        /// The fewest on any of these days.
        found: usize,
        /// As many are demanded.
        required: usize,
        /// First day.
        from: Date,
        /// Last day, inclusive.
        until: Date,
    },
}

/// A finding that closes the gate.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Refusal {
    /// Id of the rule.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// The next step.
    pub help: String,
}

/// Why there is no store: demands that cannot be met together.
#[derive(Clone, Debug, Serialize)]
pub struct Unsolved {
    /// The demands, endpoints first.
    pub demands: Vec<Unmet>,
    /// Whether it is proven that each of them is necessary: without any one of them there is a store.
    pub minimal: bool,
    /// The next step.
    pub help: String,
}

/// One demand of [`Unsolved`].
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Unmet {
    /// `endpoint-held`, `independent-paths`, `distinct-owners` or `anchor-rule`.
    pub kind: &'static str,
    /// The endpoint, the rule's id or the key of `[coverage]`.
    pub subject: String,
    /// First day of the demand.
    pub from: Option<Date>,
    /// Last day, inclusive.
    pub until: Option<Date>,
    /// Where it is demanded: file, line and column.
    pub at: Option<String>,
    /// The demand in words.
    pub demand: String,
    /// What was seen, line by line.
    pub evidence: Vec<String>,
}

pub(super) fn answer(inputs: &Inputs, project: &Project, pool: &Pool) -> Answer {
    let solution = |choice: &Choice| reasons::solution(inputs, project, pool, &choice.places);
    let outcome = match smallest(&pool.task(), STEPS) {
        Ok(choice) if choice.proven => Outcome::Smallest(solution(&choice)),
        Ok(choice) => Outcome::NotProvenSmallest(solution(&choice)),
        Err(NoChoice::Impossible(conflict)) => {
            Outcome::Impossible(explain::unsolved(project, pool, &conflict))
        }
        Err(NoChoice::Undecided) => Outcome::Undecided,
    };
    let product = project.reading.draft.product.as_ref();
    Answer {
        schema: "perennial.solve/1",
        product: product.map_or_else(String::new, |product| product.name.value.clone()),
        as_of: pool.proof.coverage.from,
        service_ends: pool.proof.coverage.until,
        verifier: pool.proof.model.model.word(),
        demanded: Demanded {
            independent_paths: pool.paths,
            distinct_owners: pool.owners,
        },
        roots: pool.roots.len(),
        usable_roots: pool
            .roots
            .iter()
            .filter(|root| root.refused.is_empty())
            .count(),
        outcome,
    }
}
