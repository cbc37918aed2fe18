//! The store and the longest service life that can be proven for the servers of a plan.

use std::sync::Arc;

use trust::channel::Channel;
use trust::date::Date;
use trust::finding::Finding;
use trust::gate::{Inputs, Question};
use trust::solve::{Longest, NotEvenShort, Outcome, longest, solve};
use trust::source::SourceFile;

use super::plan::{Endpoint, OFFLINE_DAYS, Plan};
use super::policy;
use crate::called::called;
use crate::exit::Exit;
use crate::facts;
use crate::failure::{Failure, Result};
use crate::project::POLICY;

/// Lines of a reason that a comment has room for.
const MOST_REASONS: usize = 3;

/// What was proven.
#[derive(Debug)]
pub(super) struct Proven {
    /// Last day of service.
    pub(super) ends: Date,
    /// The `[[required-root]]` tables.
    pub(super) tables: String,
    /// The files of the anchors.
    pub(super) anchors: Vec<Arc<SourceFile>>,
    /// Their names, with the last day of each.
    pub(super) names: Vec<(String, Date)>,
    /// Why service ends before the day that was wanted; nothing where it does not.
    pub(super) limit: Vec<String>,
    /// What a second owner would be, where there is one alone.
    pub(super) second_owner: Vec<String>,
}

/// Proves the plan, with the roots of its owners.
///
/// # Errors
/// [`Exit::Findings`] where not even a short service life can be proven.
pub(super) fn prove(plan: &Plan) -> Result<Proven> {
    let earliest = plan.as_of.plus_days(i64::from(OFFLINE_DAYS));
    let wanted = plan.wanted_end();
    if wanted < earliest {
        let what =
            format!("service would end on {wanted}, before a device that was offline is back");
        return Err(Failure::new(Exit::Unreadable, what)
            .evidence(format!(
                "{OFFLINE_DAYS} days after {} is {earliest}",
                plan.as_of
            ))
            .help("give a later --last-unit-made or more --years"));
    }
    let roots = facts::roots_of(&plan.owners());
    let until = |ends| inputs(policy::question(plan, ends), roots.clone());
    let longest =
        longest(until, question(plan), earliest, wanted).map_err(|why| refused(plan, why))?;
    let anchors = longest.solution.anchors.iter();
    let anchors = anchors.filter_map(|anchor| facts::root(&anchor.sha256));
    let mut anchors: Vec<_> = anchors.collect();
    anchors.sort_by(|a, b| a.name.cmp(&b.name));
    let names = longest.solution.anchors.iter();
    Ok(Proven {
        names: names.map(|a| (a.name.clone(), a.effective_end)).collect(),
        second_owner: second_owner(plan, longest.ends),
        limit: limit(plan, &longest),
        tables: longest.solution.tables,
        ends: longest.ends,
        anchors,
    })
}

/// The files of a project with this policy and pool.
pub(super) fn inputs(policy: String, anchors: Vec<Arc<SourceFile>>) -> Inputs {
    Inputs {
        policy: SourceFile::new(POLICY, policy),
        anchors,
        calendar: facts::calendar_files(),
        endpoints: Vec::new(),
        releases: Vec::new(),
    }
}

/// Of a development release: the key in the policy is the published one.
pub(super) fn question(plan: &Plan) -> Question {
    Question {
        as_of: plan.as_of,
        channel: Channel::Development,
        facts_known_on: None,
    }
}

fn limit(plan: &Plan, longest: &Longest) -> Vec<String> {
    if longest.ends == plan.wanted_end() {
        return Vec::new();
    }
    let mut lines = vec![
        format!("{} is the last day that can be proven.", longest.ends),
        format!(
            "{} years from {} would end {}, and until then no root of {} meets this:",
            plan.years,
            plan.last_unit_made,
            plan.wanted_end(),
            plan.owners().join(" or ")
        ),
    ];
    let reasons = longest.beyond.iter().take(MOST_REASONS);
    lines.extend(reasons.map(|reason| format!("- {reason}")));
    lines
}

/// The owner beside the only one whose root would hold as long, found by asking for it.
fn second_owner(plan: &Plan, ends: Date) -> Vec<String> {
    let owners = plan.owners();
    if owners.len() > 1 {
        return Vec::new();
    }
    // Of the kind of key that the first server has.
    let Some(key_type) = plan.endpoints.first().map(|first| first.key_type) else {
        return Vec::new();
    };
    let known = facts::known_owners(key_type);
    for other in known
        .iter()
        .filter(|owner| !owners.contains(&owner.as_str()))
    {
        let mut endpoints = plan.endpoints.clone();
        endpoints.push(Endpoint {
            name: "second".to_owned(),
            url: "https://second.example/".to_owned(),
            owner: other.clone(),
            key_type,
        });
        let both = plan.with(endpoints);
        let roots = facts::roots_of(&both.owners());
        let files = inputs(policy::question(&both, ends), roots);
        let answer = solve(&files, question(plan)).map(|answer| answer.outcome);
        let Ok(Outcome::Smallest(solution) | Outcome::NotProvenSmallest(solution)) = answer else {
            continue;
        };
        let root = solution.anchors.iter();
        let root = root
            .into_iter()
            .find(|anchor| anchor.owner.as_ref() == Some(other));
        if let Some(root) = root.filter(|_| solution.refusals.is_empty()) {
            return vec![
                format!(
                    "One owner: what ends {}, ends the fleet's updates.",
                    owners.join("")
                ),
                format!(
                    "A second owner: {other}, with a server of its own and the root {} (until {}):",
                    root.name, root.effective_end
                ),
                format!(
                    "`{} roots add {}`, an [[endpoint]], and 2 in both lines below.",
                    called(),
                    &root.sha256[..8]
                ),
            ];
        }
    }
    vec![format!(
        "One owner, and no other is recorded whose root is proven to {ends}: `{} solve --mozilla` looks for one.",
        called()
    )]
}

fn refused(plan: &Plan, why: NotEvenShort) -> Failure {
    let owners = plan.owners().join(" and ");
    match why {
        NotEvenShort::Impossible(reasons) => {
            let what = format!("no service life can be proven with the roots of {owners}");
            let failure = Failure::new(Exit::Findings, what);
            reasons
                .iter()
                .fold(failure, Failure::evidence)
                .help("name other servers (--url), another owner (--owner), or the other kind of key (--key-type)")
        }
        NotEvenShort::Mistakes(findings) => {
            let failure = Failure::new(Exit::Unreadable, "what was given makes no policy");
            let said = |failure: Failure, finding: &Finding| {
                failure.evidence(format!("{} ({})", finding.message, finding.rule.id))
            };
            let help = findings
                .first()
                .map_or(String::new(), |first| first.help.clone());
            findings.iter().fold(failure, said).help(help)
        }
    }
}
