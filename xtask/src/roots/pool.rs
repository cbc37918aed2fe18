//! The pool with everything that is said about its anchors.

use std::sync::Arc;

use trust::anchors::{Certificate, Inventory};
use trust::calendar::Calendar;
use trust::finding::{Finding, Severity};
use trust::ledger::{Ledger, RecordedRelease};
use trust::policy::{self, PolicyDraft, RequiredRoot};
use trust::source::SourceFile;

use crate::exit::Exit;
use crate::failure::Result;
use crate::project::Project;

/// The anchors, the facts and the policy of a project, as far as they can be read.
pub(super) struct Pool {
    pub(super) inventory: Inventory,
    pub(super) calendar: Calendar,
    pub(super) policy: PolicyDraft,
    /// The policy as it stands, for what could not be read of it.
    pub(super) policy_text: String,
    /// Files of captured chains.
    pub(super) endpoints: Vec<Arc<SourceFile>>,
    ledger: Ledger,
    findings: Vec<Finding>,
}

impl Pool {
    /// Reads it. What is wrong inside the files is kept: see [`Pool::complain`].
    pub(super) fn open(project: &Project) -> Result<Self> {
        let inputs = project.inputs()?.inputs;
        let (inventory, mut findings) = Inventory::from_files(&inputs.anchors);
        let (calendar, unread) = Calendar::read(&inputs.calendar);
        findings.extend(unread);
        let (ledger, unread) = Ledger::read(&inputs.releases);
        findings.extend(unread);
        Ok(Self {
            inventory,
            calendar,
            policy: policy::read(&inputs.policy).draft,
            policy_text: inputs.policy.text.clone(),
            endpoints: inputs.endpoints,
            ledger,
            findings,
        })
    }

    /// The newest release whose devices trust this anchor.
    pub(super) fn shipped(&self, certificate: &Certificate) -> Option<&RecordedRelease> {
        let trusts = |recorded: &&RecordedRelease| {
            let mut anchors = recorded.release.anchors.iter();
            recorded.release.has_devices()
                && anchors.any(|anchor| anchor.sha256 == certificate.fingerprint)
        };
        self.ledger.releases().filter(trusts).last()
    }

    /// What the policy says about this anchor.
    pub(super) fn required(&self, certificate: &Certificate) -> Option<&RequiredRoot> {
        let roots = &self.policy.required_roots;
        roots
            .iter()
            .find(|root| root.sha256.value == certificate.fingerprint)
    }

    /// Whether the policy names this anchor anywhere, also where the rest of its entry cannot be read.
    pub(super) fn is_named_by_policy(&self, certificate: &Certificate) -> bool {
        let fingerprint = hex::encode(certificate.fingerprint);
        self.required(certificate).is_some()
            || self.policy_text.to_ascii_lowercase().contains(&fingerprint)
    }

    /// Says on stderr what is wrong with the pool and the calendar, and which exit code that makes.
    pub(super) fn complain(&self) -> Exit {
        for finding in &self.findings {
            crate::output::say(one_line(finding));
        }
        let wrong = self.findings.iter().any(|f| f.severity == Severity::Error);
        if wrong { Exit::Findings } else { Exit::Done }
    }
}

/// `error[A002 no-certificate]: trust/anchors/x.pem:1: trust/anchors/x.pem is empty; help: …`
fn one_line(finding: &Finding) -> String {
    let place = finding.location();
    format!(
        "{}[{} {}]: {}:{}: {}\n  = help: {}",
        finding.severity.word(),
        finding.rule.id,
        finding.rule.slug,
        place.file.name,
        place.start().0,
        finding.message,
        finding.help
    )
}
