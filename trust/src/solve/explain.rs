//! Why there is no store, in words: each demand with its place in the policy and what stands against it.

use std::collections::BTreeSet;

use super::answer::{Unmet, Unsolved};
use super::conflict::Conflict;
use super::pool::{Pool, Project, Root};
use super::problem::{Days, Demand, Problem};
use super::words::{days, list};
use crate::checks::level;
use crate::coverage::{Alternative, CauseKind};
use crate::finding::Finding;
use crate::rules;
use crate::source::Location;
use crate::words::counted;

pub(super) fn unsolved(project: &Project, pool: &Pool, conflict: &Conflict) -> Unsolved {
    let demands = &conflict.demands;
    let explanation = Explanation {
        project,
        pool,
        problem: Problem::of(&pool.task()),
        demands,
    };
    // Endpoints first, rules last.
    let demands = demands.iter().rev().map(|demand| explanation.unmet(demand));
    Unsolved {
        demands: demands.collect(),
        minimal: conflict.minimal,
        help: explanation.help(),
    }
}

struct Explanation<'a> {
    project: &'a Project,
    pool: &'a Pool,
    problem: Problem,
    demands: &'a [Demand],
}

impl Explanation<'_> {
    fn unmet(&self, demand: &Demand) -> Unmet {
        match demand {
            Demand::Held(endpoint, on) => self.held(*endpoint, on),
            Demand::Owners(on) => {
                let demand = counted(self.pool.owners, "distinct owner") + " on each day";
                self.counted("distinct-owners", &demand, on)
            }
            Demand::Paths(on) => {
                let demand = counted(self.pool.paths, "independent path") + " on each day";
                self.counted("independent-paths", &demand, on)
            }
            Demand::Rule(rule) => self.rule(rule),
        }
    }

    fn held(&self, place: usize, on: &Days) -> Unmet {
        let draft = &self.project.reading.draft;
        let endpoint = draft.endpoints.get(place);
        let name = endpoint.map_or("", |endpoint| endpoint.name.value.as_str());
        let sent = &self.problem.moments[on.moment].sent[place];
        let refused = sent.iter().filter(|accepted| self.is_refused(accepted));
        let mut evidence: Vec<_> = self.alternatives(place, on).map(sends).collect();
        evidence.dedup();
        evidence.extend(refused.map(|accepted| match accepted.as_slice() {
            [] => "some of it is accepted by no root of the pool".to_owned(),
            roots => format!(
                "some of it is accepted by {} alone, which is refused",
                self.names(roots)
            ),
        }));
        Unmet {
            kind: "endpoint-held",
            subject: name.to_owned(),
            from: Some(on.from),
            until: Some(on.until),
            at: endpoint.map(|endpoint| position(&endpoint.name.at)),
            demand: format!("endpoint {name} is held {}", days(on.from, on.until)),
            evidence,
        }
    }

    fn counted(&self, key: &'static str, demand: &str, on: &Days) -> Unmet {
        let coverage = self.project.reading.draft.coverage.as_ref();
        let at = coverage.map(|coverage| match key {
            "distinct-owners" => &coverage.distinct_owners.at,
            _ => &coverage.independent_paths.at,
        });
        let accepting = self.problem.moments[on.moment]
            .sent
            .iter()
            .flatten()
            .flatten();
        let accepting: BTreeSet<_> = accepting.copied().collect();
        let (open, refused): (Vec<_>, Vec<_>) = accepting
            .into_iter()
            .filter(|place| {
                self.problem
                    .candidates
                    .get(*place)
                    .is_none_or(|item| item.counts)
            })
            .partition(|place| !self.is_refused(&[*place]));
        let mut evidence = vec![format!(
            "what can carry then: {}",
            self.names_and_owners(&open)
        )];
        if !refused.is_empty() {
            evidence.push(format!("refused: {}", self.names(&refused)));
        }
        Unmet {
            kind: key,
            subject: key.to_owned(),
            from: Some(on.from),
            until: Some(on.until),
            at: at.map(position),
            demand: format!("{demand} {}", days(on.from, on.until)),
            evidence,
        }
    }

    fn rule(&self, id: &'static str) -> Unmet {
        let concerned = self.concerned();
        let findings = concerned.iter().filter_map(|root| root.refused.get(id));
        let findings: Vec<_> = findings.collect();
        let policy = &self.project.reading.draft;
        let policy = policy
            .product
            .as_ref()
            .map(|product| &product.name.at.file.name);
        let asked = |finding: &&Finding| {
            let mut labels = finding.labels.iter();
            let label = labels.find(|label| Some(&label.location.file.name) == policy);
            label.map(|label| position(&label.location))
        };
        let slug = rules::all().into_iter().find(|rule| rule.id == id);
        let slug = slug.map_or("", |rule| rule.slug);
        Unmet {
            kind: "anchor-rule",
            subject: id.to_owned(),
            from: None,
            until: None,
            at: findings.iter().find_map(asked),
            demand: format!("no anchor is refused by {id} {slug}"),
            evidence: findings
                .iter()
                .map(|finding| finding.message.clone())
                .collect(),
        }
    }

    /// The roots that accept something on the days of the conflict; every root where it is about no day.
    fn concerned(&self) -> Vec<&Root> {
        let on = self.demands.iter().filter_map(Demand::days);
        let moments: Vec<_> = on.map(|days| &self.problem.moments[days.moment]).collect();
        let held = self.demands.iter().filter_map(|demand| match demand {
            Demand::Held(endpoint, days) => {
                Some(&self.problem.moments[days.moment].sent[*endpoint])
            }
            _ => None,
        });
        let counts = self
            .demands
            .iter()
            .any(|d| matches!(d, Demand::Owners(_) | Demand::Paths(_)));
        let everything = moments
            .iter()
            .flat_map(|moment| &moment.sent)
            .filter(|_| counts);
        let accepting: BTreeSet<_> = held
            .chain(everything)
            .flatten()
            .flatten()
            .copied()
            .collect();
        let places = 0..self.pool.roots.len();
        let places = places.filter(|place| moments.is_empty() || accepting.contains(place));
        places
            .filter_map(|place| self.pool.roots.get(place))
            .collect()
    }

    /// Whether the conflict's rules refuse each of these; pins are never refused.
    fn is_refused(&self, accepted: &[usize]) -> bool {
        let refused = |place: &usize| {
            let item = self.problem.candidates.get(*place);
            item.is_some_and(|item| {
                let mut rules = item.barred.iter();
                rules.any(|rule| self.demands.contains(&Demand::Rule(rule)))
            })
        };
        accepted.iter().all(refused)
    }

    /// `ISRG Root X2 (Let's Encrypt) and a pin`
    fn names_and_owners(&self, places: &[usize]) -> String {
        let names: Vec<_> = places
            .iter()
            .map(|place| match self.pool.roots.get(*place) {
                Some(root) => {
                    let owner = root.owner.as_deref().unwrap_or("owner not known");
                    format!("{} ({owner})", root.required.name.value)
                }
                None => "a pin".to_owned(),
            })
            .collect();
        list(names.iter().map(String::as_str))
    }

    fn names(&self, places: &[usize]) -> String {
        list(
            places
                .iter()
                .map(|place| match self.pool.roots.get(*place) {
                    Some(root) => root.required.name.value.as_str(),
                    None => "a pin",
                }),
        )
    }

    fn alternatives(&self, place: usize, on: &Days) -> impl Iterator<Item = &Alternative> {
        let served = self.pool.proof.served.get(place);
        served
            .into_iter()
            .flat_map(move |served| served.on(on.from))
    }

    fn help(&self) -> String {
        let unknown = self.demands.iter().any(|demand| match demand {
            Demand::Held(place, on) => self.alternatives(*place, on).any(|a| a.chain.is_none()),
            _ => false,
        });
        let rule = self
            .demands
            .iter()
            .any(|demand| matches!(demand, Demand::Rule(_)));
        let help = if self.pool.roots.is_empty() {
            "there is no root in the pool: `cargo xtask roots add`, or `cargo xtask solve --mozilla`"
        } else if unknown {
            "record what it sends: `cargo xtask endpoints capture URL`; declare `profile` and `key-type` of a [[chain]] \
             in the calendar; or let service end before"
        } else if rule {
            "serve the endpoint from a CA whose root lasts (`cargo xtask roots list`), let service end earlier, or ask \
             for less and say why"
        } else if self
            .demands
            .iter()
            .any(|demand| matches!(demand, Demand::Held(..)))
        {
            "add the root that its CA leads to: `cargo xtask solve --mozilla` looks in the Mozilla set, \
             `cargo xtask roots add` adds one"
        } else {
            "add an endpoint of another CA, look in the Mozilla set too (--mozilla), or ask for less in [coverage]"
        };
        help.to_owned()
    }
}

fn sends(alternative: &Alternative) -> String {
    let (begins, known) = (&alternative.begins, level(alternative.evidence));
    if alternative.chain.is_none() && begins.kind == CauseKind::Unknown {
        "nothing says what it sends then".to_owned()
    } else if alternative.chain.is_none() {
        format!(
            "what it sends then is unknown: {} ({})",
            begins.what, begins.date
        )
    } else {
        format!("it may send then: {} ({known})", begins.what)
    }
}

/// `policy.toml:12:8`
fn position(location: &Location) -> String {
    let (line, column) = location.start();
    format!("{}:{line}:{column}", location.file.name)
}
