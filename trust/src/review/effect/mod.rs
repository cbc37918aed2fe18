//! What a change does to the fleet, on the day of a question.

mod findings;
mod releases;
mod side;

pub use findings::{FindingChange, Weight};
pub use releases::ReleaseEffect;
pub use side::{CoverageEffect, Mistakes, Side};

use serde::Serialize;

use crate::date::Date;
use crate::gate::{Inputs, Question};

/// Both sides as they are judged on one day.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Effect {
    /// The release date that both were judged at.
    pub as_of: Date,
    /// The channel that both were judged for.
    pub channel: crate::channel::Channel,
    /// The base; `None` where it has no policy.
    pub base: Option<Side>,
    /// The head; `None` where it has no policy.
    pub head: Option<Side>,
    /// Each release of the head's ledger, by release date, where its forecast can be made.
    pub releases: Vec<ReleaseEffect>,
    /// Findings that one side has and the other has not, or that weigh differently: the gravest first.
    pub findings: Vec<FindingChange>,
}

impl Effect {
    /// What `head` in place of `base` does, judged as `question` says.
    pub fn of(base: &Inputs, head: &Inputs, question: Question) -> Self {
        let (base, head) = (
            side::Judged::of(base, question),
            side::Judged::of(head, question),
        );
        Self {
            as_of: question.as_of,
            channel: question.channel,
            releases: releases::compare(
                base.as_ref().and_then(|side| side.forecast.as_ref()),
                head.as_ref().and_then(|side| side.forecast.as_ref()),
            ),
            findings: findings::compare(
                base.as_ref().map_or(&[], |side| &side.findings),
                head.as_ref().map_or(&[], |side| &side.findings),
            ),
            base: base.map(|judged| judged.side),
            head: head.map(|judged| judged.side),
        }
    }

    /// Releases in the field that lose their servers, or lose them earlier, by this change.
    pub fn stranded(&self) -> impl Iterator<Item = &ReleaseEffect> {
        self.releases.iter().filter(|release| release.is_stranded())
    }

    /// Whether fewer paths are there on the worst day than before.
    pub fn has_fewer_paths(&self) -> bool {
        let paths = |side: &Option<Side>| Some(side.as_ref()?.coverage.as_ref()?.fewest_paths);
        let (base, head) = (paths(&self.base), paths(&self.head));
        base.zip(head).is_some_and(|(base, head)| head < base)
    }

    /// Whether what the policy ships is lost earlier than before, or was not lost at all.
    pub fn is_lost_earlier(&self) -> bool {
        let loss = |side: &Option<Side>| Some(side.as_ref()?.coverage.as_ref()?.lost_from);
        let (base, head) = (loss(&self.base), loss(&self.head));
        base.zip(head)
            .is_some_and(|(base, head)| earlier(base, head))
    }

    /// Whether the change weakens on this day, whatever it says: fewer paths, an earlier loss, devices that are stranded.
    pub fn weakens(&self) -> bool {
        self.has_fewer_paths() || self.is_lost_earlier() || self.stranded().next().is_some()
    }
}

/// Whether a day that may never come comes earlier than it did.
fn earlier(before: Option<Date>, after: Option<Date>) -> bool {
    after.is_some_and(|after| before.is_none_or(|before| after < before))
}
