//! Reading `policy.toml`: every mistake in one run, each with its place.

mod anchors;
mod audit;
mod endpoints;
mod keys;
pub(super) mod known;
mod lines;
mod mistakes;
mod outputs;
mod problem;
mod product;
mod reachable;
mod review;
mod sections;
mod ssh_key;
mod syntax;
mod table;
mod unique;
mod url;
mod values;
mod waivers;

use std::sync::Arc;

use toml::de::DeTable;

use self::sections::Sections;
use self::table::{Context, Table};
use super::complete::Policy;
use super::model::PolicyDraft;
use super::schema;
use crate::finding::{self, Finding, Severity};
use crate::source::SourceFile;

pub(crate) use self::endpoints::is_chain_path;
pub(crate) use self::url::is_url;
pub(super) use self::values::canonical_sha256;

/// What the reading of a policy gave.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Whatever could be read, for the checks.
    pub draft: PolicyDraft,
    /// Every mistake, in file order. An empty list means that the policy is there.
    pub findings: Vec<Finding>,
    /// The policy; only when no finding is an error.
    pub policy: Option<Policy>,
}

/// Reads a policy. Never fails: what is wrong is a finding, and one mistake hides no other.
///
/// The text is TOML 1.1 (<https://toml.io/en/v1.1.0>). Dates are quoted `YYYY-MM-DD`, numbers whole, and every
/// section and key that is not optional must be there: a policy has no silent defaults.
pub fn read(file: &Arc<SourceFile>) -> Reading {
    let (table, errors) = DeTable::parse_recoverable(&file.text);
    if errors.is_empty() {
        return reading(&syntax::intact(file), table.get_ref());
    }
    let syntax = syntax::repair(file);
    let (table, _) = DeTable::parse_recoverable(&syntax.text);
    reading(&syntax, table.get_ref())
}

fn reading(syntax: &syntax::Repaired, table: &DeTable<'_>) -> Reading {
    let context = Context::new(syntax);
    let draft = draft(&Table::root(&context, table));
    let mut findings = context.into_findings();
    findings.extend(syntax.findings.iter().cloned());
    finding::sort(&mut findings);
    let fine = !findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    let policy = fine.then(|| Policy::complete(&draft)).flatten();
    Reading {
        draft,
        findings,
        policy,
    }
}

/// The syntax errors of a policy, in file order.
pub(super) fn syntax_findings(file: &Arc<SourceFile>) -> Vec<Finding> {
    let mut findings = syntax::repair(file).findings;
    finding::sort(&mut findings);
    findings
}

fn draft(root: &Table<'_>) -> PolicyDraft {
    root.required(schema::SCHEMA_VERSION, values::schema_version);
    let sections = Sections::new(root);
    let signing = sections.single(&schema::SIGNING, keys::signing);
    let rescue = sections.single(&schema::RESCUE, keys::rescue);
    if let (Some(signing), Some(rescue)) = (&signing, &rescue) {
        keys::report_shared(root.context(), signing, rescue);
    }
    let audit = sections.single(&schema::AUDIT, audit::audit);
    if let Some(audit) = &audit {
        let sets = [("signs releases", &signing), ("rescues", &rescue)];
        let sets = sets.map(|(does, set)| (does, set.as_ref()));
        audit::report_shared(root.context(), audit, &sets);
    }
    let endpoints = endpoints::endpoints(&sections);
    let required_roots = anchors::required_roots(&sections);
    let written = sections
        .count(&schema::REQUIRED_ROOT)
        .min(sections.count(&schema::ENDPOINT));
    let left_out = written == 0
        || sections.count(&schema::REQUIRED_ROOT) != required_roots.len()
        || sections.count(&schema::ENDPOINT) != endpoints.read.len();
    PolicyDraft {
        left_out,
        product: sections.single(&schema::PRODUCT, product::product),
        service_life: sections.single(&schema::SERVICE_LIFE, product::service_life),
        validity: sections.single(&schema::VALIDITY, product::validity),
        required_roots: Arc::new(required_roots),
        pin_fallbacks: endpoints::pin_fallbacks(&sections, &endpoints.names),
        coverage: sections.single(&schema::COVERAGE, product::coverage),
        outputs: outputs::outputs(&sections),
        waivers: waivers::waivers(&sections, &endpoints.names),
        endpoints: endpoints.read,
        signing,
        rescue,
        audit,
        review: sections.single(&schema::REVIEW, review::review),
    }
}
