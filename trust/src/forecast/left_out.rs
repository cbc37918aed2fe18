//! What single event strands the fleet, and when: the answer once more without each thing that it may hang on.
//!
//! Asked from the day of the question on: nothing can be taken away from days that are past.

use serde::Serialize;

use super::answer::Loss;
use crate::coverage::{Gap, Interval, Question, Without, leave_one_out, prove};
use crate::date::Date;

/// The answer as it is, and without each anchor, cross-certificate, owner and host.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct LeaveOneOut {
    /// First day: that of the question, or the release date where that is later.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// With everything first, then without one thing each; none where `until` is before `from`.
    pub rows: Vec<LeftOut>,
}

/// The answer without something.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct LeftOut {
    /// What is left out; `None`: nothing.
    pub without: Option<Without>,
    /// Fewest independent paths on any day.
    pub independent_paths: usize,
    /// Fewest distinct owners on any day.
    pub distinct_owners: usize,
    /// When no endpoint is held, the first time.
    pub loss: Option<Loss>,
}

impl LeaveOneOut {
    /// What the answer to `question` hangs on, from `at` on.
    pub(super) fn of(question: &Question<'_>, at: Date) -> Self {
        let question = Question {
            from: question.from.max(at),
            ..*question
        };
        let (from, until) = (question.from, question.until);
        let rows = if from <= until {
            rows(&question)
        } else {
            Vec::new()
        };
        Self { from, until, rows }
    }
}

fn rows(question: &Question<'_>) -> Vec<LeftOut> {
    let whole = prove(question);
    let fewest = |of: fn(&Interval) -> usize| whole.intervals.iter().map(of).min();
    let nothing = LeftOut {
        without: None,
        independent_paths: fewest(|interval| interval.independent_paths).unwrap_or_default(),
        distinct_owners: fewest(|interval| interval.distinct_owners).unwrap_or_default(),
        loss: loss(whole.loss()),
    };
    let others = leave_one_out(question).into_iter();
    let others = others.map(|answer| LeftOut {
        without: Some(answer.without),
        independent_paths: answer.independent_paths,
        distinct_owners: answer.distinct_owners,
        loss: loss(answer.loss.as_ref()),
    });
    [nothing].into_iter().chain(others).collect()
}

fn loss(gap: Option<&Gap>) -> Option<Loss> {
    gap.map(Loss::from)
}
