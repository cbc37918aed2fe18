//! The checks: each file is one question, asked of everything that could be read.
//!
//! A check looks at a [`Case`] and pushes findings. It runs also when the policy has mistakes elsewhere, so
//! that one run reports all of them; a section that could not be read asks no questions. To add a check:
//! its rule goes into `rules/`, its file here and into [`ALL`], its two fixtures into
//! `trust/fixtures/rules/`.

use std::sync::Arc;

use crate::anchors::{Certificate, Inventory};
use crate::calendar::Calendar;
use crate::chains::Chains;
use crate::channel::Channel;
use crate::date::Date;
use crate::finding::{Finding, Label};
use crate::ledger::Ledger;
use crate::policy::{Endpoint, PolicyDraft, RequiredRoot};
use crate::source::Location;
use crate::words::counted;

mod audit;
mod backup_pins;
mod captures_on_device;
mod coverage_requirement;
mod cross_certificate;
mod duplicate_anchors;
mod endpoint_anchors;
mod endpoint_loss;
mod ends_in_service;
mod independence;
mod installed;
mod key_strength;
mod leaves_programmes;
mod ledger_anchors;
mod partition_table;
mod pin_expiry;
mod pins_served;
mod proof;
mod redirects;
mod release_date;
mod required_roots;
mod rescue_stores;
mod retired_unknown;
mod service_life;
mod shipped_anchors;
mod signing;
mod stale_captures;
mod store_sequence;
mod unneeded_anchors;

pub(crate) use captures_on_device::refused_by_device;
pub(crate) use endpoint_loss::level;
pub(crate) use proof::Proof;
pub(crate) use signing::is_published;

/// Everything that a check may look at.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The policy, as far as it could be read.
    pub policy: &'a PolicyDraft,
    /// The anchor pool.
    pub inventory: &'a Inventory,
    /// The dated facts.
    pub calendar: &'a Calendar,
    /// The captured chains.
    pub chains: &'a Chains,
    /// The shipped releases.
    pub ledger: &'a Ledger,
    /// The required roots that the pool has: of [`anchors`].
    pub(crate) anchors: &'a [Anchor<'a>],
    /// What follows from all of it for each day; `None` where a mistake elsewhere leaves nothing to prove.
    pub(crate) proof: Option<&'a Proof>,
    /// The release date.
    pub as_of: Date,
    /// Whom the release is for.
    pub channel: Channel,
    /// Only facts that were public by this day count, where one was asked for.
    pub facts_known_on: Option<Date>,
}

pub(crate) type Check = fn(&Case<'_>, &mut Vec<Finding>);

/// Every check. Findings are put into file order; the order here matters only where a check is silent about what another
/// one says: `coverage_requirement` comes after `endpoint_loss`.
const ALL: &[Check] = &[
    audit::check,
    backup_pins::check,
    duplicate_anchors::check,
    endpoint_anchors::check,
    endpoint_loss::check,
    coverage_requirement::check,
    cross_certificate::check,
    ends_in_service::check,
    independence::check,
    installed::check,
    key_strength::check,
    leaves_programmes::check,
    ledger_anchors::check,
    partition_table::check,
    pin_expiry::check,
    pins_served::check,
    redirects::check,
    release_date::check,
    required_roots::check,
    rescue_stores::check,
    retired_unknown::check,
    service_life::check,
    shipped_anchors::check,
    signing::check,
    stale_captures::check,
    store_sequence::check,
    unneeded_anchors::check,
];

/// Runs every check over `case`.
pub fn run(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for check in ALL {
        check(case, &mut findings);
    }
    findings
}

/// What stands against an anchor by itself, whatever else the store has.
pub(crate) const OF_ONE_ANCHOR: &[Check] = &[
    ends_in_service::check,
    key_strength::check,
    leaves_programmes::check,
    release_date::check,
];

/// Without this no store can be proven: the service life.
pub(crate) const OF_THE_DAYS: Check = service_life::check;

/// A required root with its certificate from the pool, and the owner of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor<'a> {
    pub(crate) required: &'a RequiredRoot,
    pub(crate) certificate: &'a Arc<Certificate>,
    pub(crate) owner: Option<&'a str>,
}

/// The required roots that the pool has, in the policy's order. Looked up once: nearly every check asks.
pub(crate) fn anchors<'a>(
    policy: &'a PolicyDraft,
    inventory: &'a Inventory,
    calendar: &'a Calendar,
) -> Vec<Anchor<'a>> {
    let anchor = |required: &'a RequiredRoot| {
        let certificate = inventory.find_shared(&required.sha256)?;
        Some(Anchor {
            required,
            certificate,
            owner: calendar.owner_name(certificate),
        })
    };
    policy.required_roots.iter().filter_map(anchor).collect()
}

impl Anchor<'_> {
    /// The last day on which the anchor itself counts: notAfter, or the earlier end that the policy gives it.
    fn last_day(&self) -> Date {
        let not_after = self.certificate.not_after;
        self.required
            .effective_end
            .as_ref()
            .map_or(not_after, |end| end.value.min(not_after))
    }

    /// The place that ends it: the policy's `effective-end` where that is the earlier one, else its name.
    fn end_location(&self) -> Location {
        let own = self
            .required
            .effective_end
            .as_ref()
            .filter(|end| end.value < self.certificate.not_after);
        own.map_or_else(|| self.required.name.at.clone(), |end| end.at.clone())
    }
}

impl<'a> Case<'a> {
    /// The required roots that the pool has, in the policy's order.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = Anchor<'a>> + use<'a> {
        self.anchors.iter().copied()
    }

    /// The anchors that may lead to `endpoint`: in or directly above a captured chain, where there is one; what was
    /// seen counts more than what was said. Else those of its owner.
    pub(crate) fn anchors_of(&self, endpoint: &'a Endpoint) -> Vec<Anchor<'a>> {
        self.anchors()
            .filter(|anchor| self.serves(anchor, endpoint))
            .collect()
    }

    fn serves(&self, anchor: &Anchor<'_>, endpoint: &Endpoint) -> bool {
        if self.chains.of(endpoint).next().is_some() {
            return self.chains.reach(endpoint, anchor.certificate);
        }
        anchor.owner == Some(endpoint.owner.as_str())
    }
}

/// A label for another line that explains a finding.
fn because(location: &Location, text: String) -> Label {
    Label {
        location: location.clone(),
        text,
    }
}

/// `1 day`, `2 days`.
pub(crate) fn days(count: i64) -> String {
    counted(count, "day")
}
