//! What each server sends over time: computed once, however many releases ask it.
//!
//! A shipped release says what was known of a host when it shipped, and the policy says what is known now. Where both name
//! one CA, profile and kind of key, it is one server, and all that is known of it counts. Where they do not, the host sends
//! until the day of the question what the release says, and from then on what the policy says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::question::Question;
use super::splice::splice;
use super::what_if::Supposed;
use crate::calendar::Confidence;
use crate::coverage::served::{Capture, Declaration};
use crate::coverage::{Cause, CauseKind, Served};

/// Servers by what is declared of them.
pub(super) struct Servers(BTreeMap<Declaration, Served>);

impl Servers {
    /// Those of all of `declared`. `policy` is what the policy declares.
    pub(super) fn new<'d>(
        declared: impl Iterator<Item = &'d Declaration>,
        policy: &[Declaration],
        supposed: &Supposed<'_>,
        question: &Question,
    ) -> Self {
        let mut servers = BTreeMap::new();
        for one in declared {
            if !servers.contains_key(one) {
                let served = until_now(one, policy, supposed, question);
                servers.insert(one.clone(), served);
            }
        }
        Self(servers)
    }

    /// The server with this declaration.
    pub(super) fn get(&self, declared: &Declaration) -> Option<&Served> {
        self.0.get(declared)
    }
}

fn until_now(
    declared: &Declaration,
    policy: &[Declaration],
    supposed: &Supposed<'_>,
    question: &Question,
) -> Served {
    let Some(now) = policy.iter().find(|now| now.host == declared.host) else {
        return supposed.served(declared, question);
    };
    // Pins and what-ifs go by the name that the release knows.
    let now = Declaration {
        name: declared.name.clone(),
        ..now.clone()
    };
    if is_one_server(declared, &now) {
        return supposed.served(&all_known(declared, now), question);
    }
    let before = supposed.served(declared, question);
    let after = supposed.served(&now, question);
    splice(
        &before,
        &after,
        question.at,
        &said_by_the_policy(&now, question),
    )
}

fn is_one_server(one: &Declaration, other: &Declaration) -> bool {
    one.owner == other.owner && one.profile == other.profile && one.key_type == other.key_type
}

/// What the release knew, and what is known now; where they disagree, the latter.
fn all_known(before: &Declaration, now: Declaration) -> Declaration {
    let file = |capture: &Capture| capture.file.clone();
    let known: BTreeSet<_> = now.captures.iter().map(file).collect();
    let earlier = before.captures.iter();
    let earlier = earlier.filter(|capture| !known.contains(&capture.file));
    let captures = earlier.chain(&now.captures).cloned().collect();
    // A lifetime that is declared now is not that of the leaf of which the release knew the last day.
    let of_one_leaf = if now.leaf_ends.is_none() && before.leaf_ends.is_some() {
        before
    } else {
        &now
    };
    Declaration {
        leaf_days: of_one_leaf.leaf_days,
        leaf_ends: of_one_leaf.leaf_ends,
        captures,
        ..now
    }
}

fn said_by_the_policy(now: &Declaration, question: &Question) -> Arc<Cause> {
    Arc::new(Cause {
        date: question.at,
        kind: CauseKind::ChainChange,
        what: format!(
            "the policy says what {} sends: chains of {}",
            now.host, now.owner
        ),
        source: "policy.toml".to_owned(),
        confidence: Confidence::Policy,
        previously: Vec::new(),
    })
}
