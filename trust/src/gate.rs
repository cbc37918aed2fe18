//! The gate: from inputs to a verdict. The only maker of an [`ApprovedStore`].

use std::sync::Arc;

use crate::anchors::Inventory;
use crate::calendar::Calendar;
use crate::chains::Chains;
use crate::channel::Channel;
use crate::checks::{self, Case};
use crate::date::Date;
use crate::finding::{self, Finding};
use crate::policy::{self, Policy};
use crate::source::SourceFile;
use crate::store::ApprovedStore;
use crate::waivers;

/// The files that a verdict is made from.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// `policy.toml`
    pub policy: Arc<SourceFile>,
    /// The files of `trust/anchors/`
    pub anchors: Vec<Arc<SourceFile>>,
    /// The files of `trust/calendar/`
    pub calendar: Vec<Arc<SourceFile>>,
    /// The files of `trust/endpoints/`
    pub endpoints: Vec<Arc<SourceFile>>,
}

/// When and for whom a verdict is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Question {
    /// The release date.
    pub as_of: Date,
    /// Whom the release is for.
    pub channel: Channel,
}

/// The outcome: every finding, and the approved store when none of them blocks.
#[derive(Clone, Debug)]
pub struct Verdict {
    findings: Vec<Finding>,
    approval: Option<Approval>,
}

/// What an open gate hands out.
#[derive(Clone, Debug)]
struct Approval {
    policy: Policy,
    store: ApprovedStore,
}

impl Verdict {
    /// Every finding, in file order; waived ones too.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The store, when the gate is open.
    pub fn approved(&self) -> Option<&ApprovedStore> {
        self.approval.as_ref().map(|approval| &approval.store)
    }

    /// The policy behind the store, when the gate is open.
    pub fn policy(&self) -> Option<&Policy> {
        self.approval.as_ref().map(|approval| &approval.policy)
    }
}

/// Judges `inputs` at a release date. A function of its arguments: the same question to the same files has the
/// same answer, in any year.
pub fn judge(inputs: &Inputs, question: Question) -> Verdict {
    let reading = policy::read(&inputs.policy);
    let (inventory, about_anchors) = Inventory::from_files(&inputs.anchors);
    let (calendar, about_calendar) = Calendar::read(&inputs.calendar);
    let (chains, about_chains) = Chains::read(&inputs.endpoints, &reading.draft);

    let case = Case {
        policy: &reading.draft,
        inventory: &inventory,
        calendar: &calendar,
        chains: &chains,
        as_of: question.as_of,
        channel: question.channel,
    };
    let mut findings = [reading.findings, about_anchors, about_calendar, about_chains, checks::run(&case)].concat();
    waivers::apply(&reading.draft.waivers, question.as_of, &mut findings);
    finding::sort(&mut findings);

    let open = !findings.iter().any(Finding::blocks);
    let approval = reading.policy.filter(|_| open).map(|policy| {
        let store = ApprovedStore::approve(&policy, &inventory, &calendar);
        Approval { policy, store }
    });
    Verdict { findings, approval }
}
