//! What each server sends over time: computed once, however many releases ask it.
//!
//! A shipped release says what was known of a server (host and port) when it shipped, and the policy says what is known
//! now. Where both name one CA, profile and kind of key, all that is known of it counts. Where they do not, the server sends
//! until the day of the question what the release says, and from then on what the policy says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::question::Question;
use super::splice::splice;
use super::what_if::Supposed;
use crate::calendar::Confidence;
use crate::coverage::served::{Capture, Declaration};
use crate::coverage::{Cause, CauseKind, Served};
use crate::server::Server;

/// An endpoint as it is declared, and the server that it asks.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Declared {
    pub(super) server: Option<Server>,
    pub(super) declaration: Declaration,
}

/// What servers send, by what is declared of them.
pub(super) struct Servers(BTreeMap<Declared, Served>);

impl Servers {
    /// Those of all of `declared`. `policy` is what the policy declares.
    pub(super) fn new<'d>(
        declared: impl Iterator<Item = &'d Declared>,
        policy: &[Declared],
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

    /// What is sent where this is declared.
    pub(super) fn get(&self, declared: &Declared) -> Option<&Served> {
        self.0.get(declared)
    }
}

fn until_now(
    declared: &Declared,
    policy: &[Declared],
    supposed: &Supposed<'_>,
    question: &Question,
) -> Served {
    let Declared {
        server,
        declaration,
    } = declared;
    let published = |now: &&Declared| server.is_some() && now.server == *server;
    let Some(now) = policy.iter().find(published) else {
        return supposed.served(declaration, question);
    };
    // Pins and what-ifs go by the name that the release knows.
    let now = Declaration {
        name: declaration.name.clone(),
        ..now.declaration.clone()
    };
    if has_one_contract(declaration, &now) {
        return supposed.served(&all_known(declaration, now), question);
    }
    let before = supposed.served(declaration, question);
    let after = supposed.served(&now, question);
    splice(
        &before,
        &after,
        question.at,
        &said_by_the_policy(server.as_ref(), &now, question),
    )
}

fn has_one_contract(one: &Declaration, other: &Declaration) -> bool {
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

fn said_by_the_policy(
    server: Option<&Server>,
    now: &Declaration,
    question: &Question,
) -> Arc<Cause> {
    let server = server.map(ToString::to_string).unwrap_or_default();
    Arc::new(Cause {
        date: question.at,
        kind: CauseKind::ChainChange,
        what: format!(
            "the policy says what {server} sends: chains of {}",
            now.owner
        ),
        source: "policy.toml".to_owned(),
        confidence: Confidence::Policy,
        previously: Vec::new(),
    })
}
