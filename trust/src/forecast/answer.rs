//! The answer: what a coverage means for somebody who has to publish an update in time.

use serde::Serialize;

use super::anchors::AnchorForecast;
use super::left_out::LeaveOneOut;
use super::question::Question;
use super::subject::{Resolved, Subject, SubjectKind};
use super::what_if::Supposed;
use crate::coverage::{
    Carrier, Cause, Coverage, EndpointCoverage, EndpointInterval, Gap, Interval, Level,
    Question as CoverageQuestion, Served, State, prove,
};
use crate::date::Date;

/// Fields are added under the same number; one is removed or changes its meaning under the next.
pub(super) const SCHEMA: &str = "perennial.forecast/1";

/// The forecast. Its serialisation is the JSON form.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Forecast {
    /// `perennial.forecast/1`
    pub schema: &'static str,
    /// Name of the product.
    pub product: String,
    /// The day of the question.
    pub at: Date,
    /// Facts that were published later do not count; `None`: all that the calendar has do.
    pub facts_known_on: Option<Date>,
    /// What is supposed, in words.
    pub what_ifs: Vec<String>,
    /// Releases by release date, the policy last.
    pub releases: Vec<ReleaseForecast>,
}

/// One release, or the policy.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ReleaseForecast {
    /// Its version; [`super::THIS_POLICY`].
    pub name: String,
    /// Whether it is in the field.
    pub kind: SubjectKind,
    /// First day: the release date; for the policy the day of the question.
    pub from: Date,
    /// Last day that was looked at.
    pub until: Date,
    /// Last day of service, inclusive.
    pub service_ends: Date,
    /// Verifier model, in the policy's word.
    pub verifier: &'static str,
    /// The slowest device to come back and update, in days.
    pub longest_offline_days: u32,
    /// How many devices run it, where somebody counts them.
    pub units: Option<u64>,
    /// How it stands on the day of the question.
    pub standing: Standing,
    /// When no endpoint is held: the loss that is not over on the day of the question, the earliest.
    pub loss: Option<Loss>,
    /// Until when an update reaches every device; `None` too where nothing was ever proven.
    pub publish: Option<Publish>,
    /// Losses that were over by the day of the question.
    pub earlier_losses: Vec<Loss>,
    /// All endpoints together, gapless.
    pub days: Vec<Days>,
    /// Each endpoint, in the order in which devices try them.
    pub endpoints: Vec<EndpointForecast>,
    /// Its anchors, and when each stops being worth anything.
    pub anchors: Vec<AnchorForecast>,
    /// Anchors whose certificate is neither in the pool nor in the calendar: they carry nothing here.
    pub missing_anchors: Vec<String>,
    /// What it hangs on; `None` where that was not asked.
    pub leave_one_out: Option<LeaveOneOut>,
}

/// How something stands on the day of the question.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Lost already.
    Dark,
    /// Lost perhaps already: some server may have changed.
    MayBeDark,
    /// It will be lost.
    GoesDark,
    /// There is no proof: nothing is known of what a server will send.
    Unknown,
    /// Held to the last day.
    Held,
    /// The day of the question is behind the last day that was promised, and nothing was lost by then.
    ServiceEnded,
}

/// One endpoint of a release.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct EndpointForecast {
    /// Its name.
    pub name: String,
    /// Its host.
    pub host: String,
    /// Owner of its CA.
    pub owner: String,
    /// How it stands on the day of the question.
    pub standing: Standing,
    /// When it is lost.
    pub loss: Option<Loss>,
    /// Until when an update from it reaches every device.
    pub publish: Option<Publish>,
    /// Losses that were over by the day of the question.
    pub earlier_losses: Vec<Loss>,
    /// Gapless.
    pub days: Vec<Days>,
}

/// Days on which nothing changes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Days {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// How many independent paths count.
    pub paths: usize,
    /// Whether it is held.
    pub held: bool,
    /// Not held for certain: nothing that may be sent is accepted.
    pub lost: bool,
    /// Nothing is known of what is sent.
    pub unknown: bool,
    /// The weakest evidence that this needs.
    pub evidence: Level,
    /// What carries it: names of anchors, and pins.
    pub carriers: Vec<String>,
}

/// A loss: it happens between two days.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Loss {
    /// First day on which it is possible.
    pub earliest: Date,
    /// First day on which nothing is accepted; `None`: it stays possible, and no more.
    pub latest: Option<Date>,
    /// Last day of it; `None`: it is never over.
    pub until: Option<Date>,
    /// How well it is known; `unknown`: nobody says what is sent then.
    pub evidence: Level,
    /// What brings it, by day.
    pub causes: Vec<Cause>,
}

/// Until when an update reaches every device that is offline for at most `longest-offline-days`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Publish {
    /// Last safe day to publish: first possible day of loss − longest-offline-days − 1.
    pub last_safe_day: Date,
    /// Days from the day of the question to it; negative when it is past.
    pub days_left: i64,
    /// Whether it was past on the first day already.
    pub never: bool,
}

/// What `resolved` means for `subject`.
pub(super) fn release(
    subject: &Subject<'_>,
    resolved: &Resolved,
    supposed: &Supposed<'_>,
    question: &Question,
) -> ReleaseForecast {
    let verifier = question.verifier.unwrap_or(subject.verifier());
    let from = subject.released().unwrap_or(question.at);
    let until = question.until.unwrap_or(subject.service_ends());
    let asked = CoverageQuestion {
        store: &resolved.store,
        model: &verifier.behaviour(),
        endpoints: &resolved.served,
        hierarchy: &supposed.known.hierarchy,
        counting: subject.counting(),
        from,
        until,
    };
    let coverage = prove(&asked);
    let when = When {
        at: question.at,
        from,
        until,
        offline: subject.longest_offline_days(),
    };
    let (loss, earlier_losses) = when.losses(&coverage.gaps);
    let endpoints = resolved.served.iter().zip(&coverage.endpoints);
    ReleaseForecast {
        name: subject.name().to_owned(),
        kind: subject.kind(),
        from,
        until,
        service_ends: subject.service_ends(),
        verifier: verifier.word(),
        longest_offline_days: subject.longest_offline_days(),
        units: subject.units(),
        standing: when.standing(loss.as_ref()),
        publish: loss.as_ref().and_then(|loss| when.publish(loss)),
        loss,
        earlier_losses,
        days: fleet_days(&resolved.served, &coverage),
        endpoints: endpoints
            .map(|(served, covered)| endpoint(served, covered, &coverage, &when))
            .collect(),
        anchors: subject
            .anchors()
            .iter()
            .map(|anchor| AnchorForecast::of(anchor, supposed))
            .collect(),
        missing_anchors: resolved.missing.clone(),
        leave_one_out: question
            .leave_one_out
            .then(|| LeaveOneOut::of(&asked, question.at)),
    }
}

impl From<&Gap> for Loss {
    fn from(gap: &Gap) -> Self {
        Self {
            earliest: gap.earliest,
            latest: gap.latest,
            until: gap.until,
            evidence: gap.evidence,
            causes: gap.causes.clone(),
        }
    }
}

/// From which day things are seen.
struct When {
    at: Date,
    from: Date,
    until: Date,
    offline: u32,
}

impl When {
    /// The earliest that is not over, and those that are.
    fn losses(&self, gaps: &[Gap]) -> (Option<Loss>, Vec<Loss>) {
        let over = |gap: &&Gap| gap.until.is_some_and(|until| until < self.at);
        let standing = gaps.iter().find(|gap| !over(gap)).map(Loss::from);
        (standing, gaps.iter().filter(over).map(Loss::from).collect())
    }

    fn standing(&self, loss: Option<&Loss>) -> Standing {
        let Some(loss) = loss else {
            return if self.until < self.at {
                Standing::ServiceEnded
            } else {
                Standing::Held
            };
        };
        if loss.evidence == Level::Unknown {
            Standing::Unknown
        } else if loss.latest.is_some_and(|latest| latest <= self.at) {
            Standing::Dark
        } else if loss.earliest <= self.at {
            Standing::MayBeDark
        } else {
            Standing::GoesDark
        }
    }

    /// `None` where nothing was ever proven: no day was safe, and none is lost.
    fn publish(&self, loss: &Loss) -> Option<Publish> {
        if loss.evidence == Level::Unknown && loss.earliest <= self.from {
            return None;
        }
        let last_safe_day = loss.earliest.plus_days(-i64::from(self.offline) - 1);
        Some(Publish {
            last_safe_day,
            days_left: last_safe_day.days_since(self.at),
            never: last_safe_day < self.from,
        })
    }
}

fn endpoint(
    served: &Served,
    covered: &EndpointCoverage,
    coverage: &Coverage,
    when: &When,
) -> EndpointForecast {
    let (loss, earlier_losses) = when.losses(&covered.gaps);
    let days = covered.intervals.iter();
    EndpointForecast {
        name: served.name.clone(),
        host: served.host.clone(),
        owner: served.owner.clone(),
        standing: when.standing(loss.as_ref()),
        publish: loss.as_ref().and_then(|loss| when.publish(loss)),
        loss,
        earlier_losses,
        days: joined(days.map(|interval| endpoint_days(interval, served, coverage))),
    }
}

fn endpoint_days(interval: &EndpointInterval, served: &Served, coverage: &Coverage) -> Days {
    let carriers = interval.carriers.iter();
    let carriers = carriers.filter_map(|used| coverage.carriers.get(used.carrier));
    Days {
        from: interval.from,
        until: interval.until,
        paths: match interval.state {
            State::Sure => interval.carriers.len(),
            State::EitherOr => 1,
            State::Lost | State::Partly => 0,
        },
        held: interval.state.is_held(),
        lost: interval.state == State::Lost,
        unknown: is_unknown(served, interval.from),
        evidence: interval.evidence,
        carriers: carriers.map(carrier_name).collect(),
    }
}

fn is_unknown(served: &Served, day: Date) -> bool {
    served
        .on(day)
        .all(|alternative| alternative.chain.is_none())
}

fn carrier_name(carrier: &Carrier) -> String {
    match carrier {
        Carrier::Anchor { name, .. } => name.clone(),
        Carrier::Pin { spki_sha256, .. } => {
            format!("pin {}…", spki_sha256.chars().take(8).collect::<String>())
        }
    }
}

fn fleet_days(served: &[Served], coverage: &Coverage) -> Vec<Days> {
    let days = coverage.intervals.iter();
    joined(days.map(|interval| fleet_interval(interval, served, coverage)))
}

fn fleet_interval(interval: &Interval, served: &[Served], coverage: &Coverage) -> Days {
    let endpoints: Vec<_> = coverage.on(interval.from).map(|(_, found)| found).collect();
    let used = endpoints.iter().flat_map(|found| &found.carriers);
    let mut used: Vec<_> = used.map(|used| used.carrier).collect();
    used.sort_unstable();
    used.dedup();
    let carriers = used
        .into_iter()
        .filter_map(|place| coverage.carriers.get(place));
    Days {
        from: interval.from,
        until: interval.until,
        paths: interval.independent_paths,
        held: interval.held_endpoints > 0,
        lost: endpoints.iter().all(|found| found.state == State::Lost),
        unknown: served.iter().all(|one| is_unknown(one, interval.from)),
        evidence: interval.evidence,
        carriers: carriers.map(carrier_name).collect(),
    }
}

/// Neighbours that differ in nothing are one.
fn joined(days: impl Iterator<Item = Days>) -> Vec<Days> {
    let mut all: Vec<Days> = Vec::new();
    for one in days {
        match all.last_mut() {
            Some(last) if last.is_like(&one) => last.until = one.until,
            _ => all.push(one),
        }
    }
    all
}

impl Days {
    fn is_like(&self, other: &Self) -> bool {
        let state = |days: &Self| {
            (
                days.paths,
                days.held,
                days.lost,
                days.unknown,
                days.evidence,
            )
        };
        state(self) == state(other) && self.carriers == other.carriers
    }
}
