//! The question without certificates: candidates, days that look alike, and what is demanded of them.

use std::collections::BTreeSet;

use crate::coverage::{Acceptance, Question, Served, cuts, fits, prove};
use crate::date::Date;
use crate::hierarchy::{CaCertificate, CertificateId};

/// An anchor that a store may have.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its certificate.
    pub certificate: CertificateId,
    /// Bytes that it takes in the binary form of a store.
    pub bytes: usize,
    /// Its effective end.
    pub ends: Date,
    /// Ids of the rules that refuse it, whatever else the store has.
    pub barred: BTreeSet<&'static str>,
}

/// Which of the candidates make the smallest store?
#[derive(Clone, Copy, Debug)]
pub struct Task<'a> {
    /// Asked of the store that has *every* candidate as an anchor, and the pins that any store has.
    pub question: Question<'a>,
    /// The candidates, by fingerprint. For a verifier that [stops at an anchor out of
    /// date](crate::verifier::Behaviour::stops_at_an_anchor_out_of_date) only those within their dates on each day.
    pub candidates: &'a [Candidate],
    /// Independent paths that must be there on each day.
    pub paths: usize,
    /// Distinct owners that must be there on each day.
    pub owners: usize,
}

/// One thing that is demanded of a store.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Demand {
    /// No anchor may be refused by this rule.
    Rule(&'static str),
    /// So many distinct owners on each of these days.
    Owners(Days),
    /// So many independent paths on each of these days.
    Paths(Days),
    /// The endpoint in this place is held on each of these days.
    Held(usize, Days),
}

/// Days on which nothing changes that the demand depends on.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Days {
    /// First day.
    pub from: Date,
    /// Last day, inclusive.
    pub until: Date,
    /// The first of the moments.
    pub(super) moment: usize,
}

/// For one endpoint: each alternative that is possible, as the carriers that accept it; no two are equal. Candidates
/// come first, pins after them.
pub(super) type Sent = Vec<Vec<usize>>;

/// Days on which nothing changes at all, with what the endpoints send.
#[derive(Debug)]
pub(super) struct Moment {
    from: Date,
    until: Date,
    pub(super) sent: Vec<Sent>,
}

/// A [`Task`], looked up once.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) candidates: Vec<Item>,
    pub(super) moments: Vec<Moment>,
    pub(super) paths: usize,
    pub(super) owners: usize,
}

/// What the search knows of a candidate.
#[derive(Debug)]
pub(super) struct Item {
    /// Bytes, and one for the anchor: of stores of one size the one with fewer anchors has the lower cost.
    pub(super) cost: u64,
    pub(super) ends: Date,
    pub(super) owner: Option<usize>,
    /// Whether it counts as a path.
    pub(super) counts: bool,
    pub(super) barred: BTreeSet<&'static str>,
    /// Those that cannot be in a store with it: of one key, or of one name where the verifier tries only one.
    pub(super) rivals: Vec<usize>,
}

/// A cost holds the bytes above these bits, and the number of anchors in them.
const COUNT_BITS: u32 = 20;

impl Problem {
    pub(super) fn of(task: &Task<'_>) -> Self {
        let rescue = usize::from(task.question.counting.rescue && task.question.store.rescue);
        Self {
            candidates: items(task),
            moments: moments(task),
            paths: task.paths.saturating_sub(rescue),
            owners: task.owners,
        }
    }

    /// Everything that is demanded. In the order in which the explanation gives demands up: what says least to a reader
    /// first, and late days before early ones.
    pub(super) fn demands(&self) -> Vec<Demand> {
        let barred = self.candidates.iter().flat_map(|item| &item.barred);
        let rules: BTreeSet<_> = barred.copied().collect();
        let all = |moment: &Moment| moment.sent.clone();
        let endpoints = self.moments.first().map_or(0, |moment| moment.sent.len());
        let held = (0..endpoints).flat_map(|endpoint| {
            let days = self.runs(move |moment| moment.sent[endpoint].clone());
            days.into_iter()
                .map(move |days| Demand::Held(endpoint, days))
        });
        let mut held: Vec<_> = held.collect();
        held.sort_by_key(|demand| demand.days().map(|days| days.from));
        let rules = rules.into_iter().map(Demand::Rule);
        let owners = self.runs(all).into_iter().rev().map(Demand::Owners);
        let paths = self.runs(all).into_iter().rev().map(Demand::Paths);
        let asked = |count: usize| move |_: &Demand| count > 0;
        rules
            .chain(owners.filter(asked(self.owners)))
            .chain(paths.filter(asked(self.paths)))
            .chain(held.into_iter().rev())
            .collect()
    }

    /// Neighbouring moments that look alike.
    fn runs<T: PartialEq>(&self, look: impl Fn(&Moment) -> T) -> Vec<Days> {
        let mut runs: Vec<(T, Days)> = Vec::new();
        for (place, moment) in self.moments.iter().enumerate() {
            let seen = look(moment);
            match runs.last_mut() {
                Some((last, days)) if *last == seen => days.until = moment.until,
                _ => {
                    let (from, until) = (moment.from, moment.until);
                    runs.push((
                        seen,
                        Days {
                            from,
                            until,
                            moment: place,
                        },
                    ));
                }
            }
        }
        runs.into_iter().map(|(_, days)| days).collect()
    }
}

impl Demand {
    /// The days of it; a rule has none.
    pub fn days(&self) -> Option<&Days> {
        match self {
            Self::Rule(_) => None,
            Self::Owners(days) | Self::Paths(days) | Self::Held(_, days) => Some(days),
        }
    }
}

fn items(task: &Task<'_>) -> Vec<Item> {
    let question = &task.question;
    let certificate = |candidate: &Candidate| question.hierarchy.certificate(candidate.certificate);
    let all: Vec<_> = task.candidates.iter().map(certificate).collect();
    let owner = |certificate: Option<&CaCertificate>| {
        question.hierarchy.key(certificate?.key)?.owner.clone()
    };
    let owners: BTreeSet<_> = all.iter().filter_map(|one| owner(*one)).collect();
    let number = |name: String| owners.iter().position(|known| *known == name);
    let item = |(place, candidate): (usize, &Candidate)| {
        let anchor = question.store.anchors.get(place);
        Item {
            cost: ((candidate.bytes as u64) << COUNT_BITS) | 1,
            ends: candidate.ends,
            owner: owner(all[place]).and_then(number),
            counts: question.counting.private || anchor.is_none_or(|anchor| !anchor.private),
            barred: candidate.barred.clone(),
            rivals: rivals(place, &all, question),
        }
    };
    task.candidates.iter().enumerate().map(item).collect()
}

fn rivals(place: usize, all: &[Option<&CaCertificate>], question: &Question<'_>) -> Vec<usize> {
    let by_name = question.model.model.tries_one_anchor_per_name();
    let name = |one: &CaCertificate| match &one.names_der {
        Some((subject, _)) => subject.clone(),
        None => one.subject.clone().into_bytes(),
    };
    let Some(own) = all[place] else {
        return Vec::new();
    };
    let rival =
        |other: &CaCertificate| other.key == own.key || (by_name && name(other) == name(own));
    let others = all.iter().enumerate().filter(|(other, _)| *other != place);
    let rivals = others.filter(|(_, other)| other.is_some_and(rival));
    rivals.map(|(other, _)| other).collect()
}

/// Cuts time where anything begins or ends, and looks at what is sent between.
fn moments(task: &Task<'_>) -> Vec<Moment> {
    let question = &task.question;
    let coverage = prove(question);
    let accepted: Vec<Vec<Acceptance>> = (coverage.endpoints.into_iter())
        .map(|endpoint| endpoint.acceptances)
        .collect();
    let served = question
        .endpoints
        .iter()
        .flat_map(|served| &served.alternatives);
    let dates = served.map(|alternative| (alternative.from, alternative.until));
    let accepting = accepted.iter().flatten();
    let dates = dates.chain(accepting.map(|acceptance| (acceptance.from, acceptance.until)));
    let cuts = cuts(question.from, question.until, dates);
    let anchors = coverage.carriers.len() - question.store.pins.len();
    let carrier = |acceptance: &Acceptance| match acceptance.anchor {
        Some(id) => task.candidates.iter().position(|c| c.certificate == id),
        None => Some(task.candidates.len() + acceptance.carrier - anchors),
    };
    let moment = |(place, from): (usize, &Date)| {
        let next = cuts.get(place + 1);
        let sent = question.endpoints.iter().zip(&accepted);
        Moment {
            from: *from,
            until: next.map_or(question.until, |next| next.plus_days(-1)),
            sent: sent
                .map(|(served, accepted)| sent_on(*from, served, accepted, question, carrier))
                .collect(),
        }
    };
    cuts.iter().enumerate().map(moment).collect()
}

fn sent_on(
    day: Date,
    served: &Served,
    accepted: &[Acceptance],
    question: &Question<'_>,
    carrier: impl Fn(&Acceptance) -> Option<usize>,
) -> Sent {
    let alternatives = served.on(day).map(|alternative| {
        if !fits(served, alternative, question.hierarchy, question.model) {
            return Vec::new();
        }
        let concerns =
            |one: &&Acceptance| one.concerns(alternative) && one.from <= day && day <= one.until;
        let carriers = accepted.iter().filter(concerns).filter_map(&carrier);
        let carriers: BTreeSet<_> = carriers.collect();
        carriers.into_iter().collect()
    });
    let alternatives: BTreeSet<Vec<usize>> = alternatives.collect();
    if alternatives.is_empty() {
        // Nothing is known: nobody accepts it.
        return vec![Vec::new()];
    }
    alternatives.into_iter().collect()
}
