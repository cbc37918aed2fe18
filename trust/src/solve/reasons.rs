//! The smallest store with the reason for each anchor, proven again and judged by the gate.

use super::answer::{Carried, ChosenAnchor, Lacking, Refusal, Solution};
use super::pool::{Pool, Project};
use super::words;
use crate::coverage::{
    Carrier, Coverage, EndpointInterval, Interval, Question, State, Store, prove,
};
use crate::date::Date;
use crate::finding::Finding;
use crate::gate::{self, Inputs};
use crate::render::RenderedStore;
use crate::source::SourceFile;

/// The store of the candidates in these places.
pub(super) fn solution(
    inputs: &Inputs,
    project: &Project,
    pool: &Pool,
    chosen: &[usize],
) -> Solution {
    let anchors: Vec<_> = chosen
        .iter()
        .map(|place| anchor(pool, chosen, *place))
        .collect();
    let roots = chosen.iter().zip(&anchors);
    let tables: Vec<_> = roots
        .map(|(place, anchor)| words::table(&pool.roots[*place], &anchor.reason))
        .collect();
    let tables = tables.join("\n");
    let policy = words::with_roots(&inputs.policy.text, &tables);
    let verdict = gate::judge(
        &Inputs {
            policy: SourceFile::new(inputs.policy.name.clone(), policy),
            ..inputs.clone()
        },
        project.question,
    );
    let store = verdict
        .approved()
        .and_then(|store| RenderedStore::new(store).ok());
    let blocking = verdict.findings().iter().filter(|finding| finding.blocks());
    Solution {
        anchor_bytes: anchors.iter().map(|anchor| anchor.bytes).sum(),
        store_bytes: store.map(|store| store.bytes().len()),
        anchors,
        tables,
        refusals: blocking.map(refusal).collect(),
    }
}

fn refusal(finding: &Finding) -> Refusal {
    Refusal {
        rule: finding.rule.id,
        message: finding.message.clone(),
        help: finding.help.clone(),
    }
}

fn anchor(pool: &Pool, chosen: &[usize], place: usize) -> ChosenAnchor {
    let (root, task) = (&pool.roots[place], pool.task());
    let certificate = &root.certificate;
    let others: Vec<_> = chosen
        .iter()
        .copied()
        .filter(|other| *other != place)
        .collect();
    let carries = carries(&with(pool, chosen), &hex::encode(certificate.spki_sha256));
    let without = lacking(pool, &with(pool, &others));
    ChosenAnchor {
        name: root.required.name.value.clone(),
        sha256: hex::encode(certificate.fingerprint),
        owner: root.owner.clone(),
        file: certificate.at.file.name.clone(),
        required_already: root.is_required,
        bytes: task.candidates[place].bytes,
        effective_end: task.candidates[place].ends,
        reason: words::reason(&carries, &without),
        carries,
        without,
    }
}

/// The proof for these candidates.
fn with(pool: &Pool, places: &[usize]) -> Coverage {
    let question = pool.task().question;
    let anchors = places
        .iter()
        .filter_map(|place| question.store.anchors.get(*place));
    let store = Store {
        anchors: anchors.cloned().collect(),
        ..question.store.clone()
    };
    prove(&Question {
        store: &store,
        ..question
    })
}

/// What the anchor with this key carries.
fn carries(coverage: &Coverage, spki_sha256: &str) -> Vec<Carried> {
    let is_own = |carrier: &Carrier| match carrier {
        Carrier::Anchor {
            spki_sha256: own, ..
        } => own == spki_sha256,
        Carrier::Pin { .. } => false,
    };
    let own = coverage.carriers.iter().position(is_own);
    let mut carried: Vec<Carried> = Vec::new();
    for endpoint in &coverage.endpoints {
        let uses = |interval: &&EndpointInterval| {
            let mut used = interval.carriers.iter();
            used.any(|used| Some(used.carrier) == own)
        };
        for interval in endpoint.intervals.iter().filter(uses) {
            let with_others = interval.state == State::EitherOr;
            let days = (interval.from, interval.until);
            match carried.last_mut() {
                Some(last)
                    if last.endpoint == endpoint.name
                        && last.with_others == with_others
                        && last.until.plus_days(1) == interval.from =>
                {
                    last.until = interval.until;
                }
                _ => carried.push(Carried {
                    endpoint: endpoint.name.clone(),
                    from: days.0,
                    until: days.1,
                    with_others,
                }),
            }
        }
    }
    carried
}

/// What the policy demands and this proof does not have.
fn lacking(pool: &Pool, coverage: &Coverage) -> Vec<Lacking> {
    let mut lacking = Vec::new();
    for endpoint in &coverage.endpoints {
        lacking.extend(endpoint.gaps.iter().map(|gap| Lacking::Endpoint {
            endpoint: endpoint.name.clone(),
            from: gap.earliest,
            until: gap.until.unwrap_or(coverage.until),
        }));
    }
    let paths = short(coverage, pool.paths, |interval| interval.independent_paths);
    lacking.extend(
        paths
            .into_iter()
            .map(|(found, from, until)| Lacking::Paths {
                found,
                required: pool.paths,
                from,
                until,
            }),
    );
    let owners = short(coverage, pool.owners, |interval| interval.distinct_owners);
    lacking.extend(
        owners
            .into_iter()
            .map(|(found, from, until)| Lacking::Owners {
                found,
                required: pool.owners,
                from,
                until,
            }),
    );
    lacking
}

/// Neighbouring days with too few, and the fewest on them.
fn short(
    coverage: &Coverage,
    required: usize,
    count: impl Fn(&Interval) -> usize,
) -> Vec<(usize, Date, Date)> {
    let mut short: Vec<(usize, Date, Date)> = Vec::new();
    for interval in coverage
        .intervals
        .iter()
        .filter(|interval| count(interval) < required)
    {
        let found = count(interval);
        match short.last_mut() {
            Some((fewest, _, until)) if until.plus_days(1) == interval.from => {
                *until = interval.until;
                *fewest = found.min(*fewest);
            }
            _ => short.push((found, interval.from, interval.until)),
        }
    }
    short
}
