//! One side of a change, judged.

use serde::Serialize;

use crate::coverage::Coverage;
use crate::date::Date;
use crate::finding::Finding;
use crate::forecast::{self, Forecast, ForecastError};
use crate::gate::{self, Inputs, Question, Verdict};
use crate::render;

/// One side of a change.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Side {
    /// Whether the policy passes.
    pub passes: bool,
    /// Errors that no waiver covers.
    pub errors: usize,
    /// Id and message of the first of them, in file order.
    pub first_error: Option<(&'static str, String)>,
    /// What is wrong with the files themselves; `None`: all of them could be read.
    pub mistakes: Option<Mistakes>,
    /// The proof; `None` where there is none.
    pub coverage: Option<CoverageEffect>,
    /// Size of the trust store in its binary form, in bytes; `None` where there is no store, because the policy does not
    /// pass.
    pub store_bytes: Option<usize>,
}

/// What cannot be read.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Mistakes {
    /// How many there are.
    pub count: usize,
    /// The file of the first.
    pub file: String,
    /// Id of the first.
    pub code: &'static str,
    /// What is wrong, in words.
    pub message: String,
}

/// The proof of one side, in short.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct CoverageEffect {
    /// First day of the proof.
    pub from: Date,
    /// Last day of it: the end of service.
    pub until: Date,
    /// Independent paths on the worst day.
    pub fewest_paths: usize,
    /// Distinct owners on that day.
    pub fewest_owners: usize,
    /// That day: the first of them.
    pub worst_day: Date,
    /// First day on which no endpoint is held for certain; `None`: there is none to the end of service.
    pub lost_from: Option<Date>,
}

impl CoverageEffect {
    fn of(coverage: &Coverage) -> Option<Self> {
        let weakest = coverage.weakest()?;
        Some(Self {
            from: coverage.from,
            until: coverage.until,
            fewest_paths: weakest.independent_paths,
            fewest_owners: weakest.distinct_owners,
            worst_day: weakest.from,
            lost_from: coverage.loss().map(|gap| gap.earliest),
        })
    }
}

/// One side with what it was made from.
pub(super) struct Judged {
    pub(super) side: Side,
    pub(super) findings: Vec<Finding>,
    pub(super) forecast: Option<Forecast>,
}

impl Judged {
    /// `None` where there is no policy.
    pub(super) fn of(inputs: &Inputs, question: Question) -> Option<Self> {
        if inputs.policy.text.trim().is_empty() {
            return None;
        }
        let verdict = gate::judge(inputs, question);
        let (forecast, mistakes) = forecast(inputs, question);
        Some(Self {
            side: side(&verdict, &mistakes),
            findings: verdict.findings().to_vec(),
            forecast,
        })
    }
}

fn side(verdict: &Verdict, mistakes: &[Finding]) -> Side {
    let errors = verdict.findings().iter().filter(|finding| finding.blocks());
    let mut errors = errors.peekable();
    let first = errors.peek();
    let first_error = first.map(|finding| (finding.rule.id, finding.message.clone()));
    Side {
        passes: verdict.approved().is_some(),
        first_error,
        errors: errors.count(),
        mistakes: mistakes.first().map(|first| Mistakes {
            count: mistakes.len(),
            file: first.location().file.name.clone(),
            code: first.rule.id,
            message: first.message.clone(),
        }),
        coverage: verdict.coverage().and_then(CoverageEffect::of),
        store_bytes: verdict.approved().and_then(|store| {
            let bytes = render::device_bytes(store.contents());
            bytes.ok().map(|bytes| bytes.len())
        }),
    }
}

/// The forecast, or the mistakes in the files because of which there is none.
fn forecast(inputs: &Inputs, question: Question) -> (Option<Forecast>, Vec<Finding>) {
    let asked = forecast::Question {
        at: question.as_of,
        known_on: question.facts_known_on,
        until: None,
        verifier: None,
        what_ifs: Vec::new(),
        leave_one_out: false,
        releases: Vec::new(),
    };
    match forecast::forecast(inputs, &[], &asked) {
        Ok(forecast) => (Some(forecast), Vec::new()),
        Err(ForecastError::Mistakes(mistakes)) => (None, mistakes),
        // Nothing was named.
        Err(ForecastError::Unknown(_)) => (None, Vec::new()),
    }
}
