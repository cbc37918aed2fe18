//! The roots that may be chosen, and what stands against each of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::problem::{Candidate, Task};
use crate::anchors::{Certificate, Inventory};
use crate::calendar::Calendar;
use crate::chains::Chains;
use crate::checks::{self, Case, OF_ONE_ANCHOR, OF_THE_DAYS, Proof};
use crate::date::Date;
use crate::finding::{self, Finding};
use crate::gate::{Inputs, Question};
use crate::ledger::Ledger;
use crate::policy::{self, Located, PolicyDraft, Reading, RequiredRoot};
use crate::render;
use crate::rules::policy::MISSING;
use crate::waivers;

/// The files, read.
pub(super) struct Project {
    pub(super) question: Question,
    pub(super) reading: Reading,
    pub(super) calendar: Calendar,
    inventory: Inventory,
    chains: Chains,
    ledger: Ledger,
}

/// Every root of the pool, as if the policy required all of them.
pub(super) struct Pool {
    pub(super) proof: Proof,
    pub(super) roots: Vec<Root>,
    candidates: Vec<Candidate>,
    pub(super) paths: usize,
    pub(super) owners: usize,
}

/// A root that may be chosen: the candidate in the same place.
pub(super) struct Root {
    pub(super) certificate: Arc<Certificate>,
    /// As the policy requires it, or would.
    pub(super) required: RequiredRoot,
    /// Whether the policy requires it already.
    pub(super) is_required: bool,
    pub(super) owner: Option<String>,
    /// What refuses it, by rule.
    pub(super) refused: BTreeMap<&'static str, Finding>,
}

impl Project {
    /// Every mistake is reported at once. Required roots are what is asked for: that there is none is no mistake.
    pub(super) fn read(inputs: &Inputs, question: Question) -> Result<Self, Vec<Finding>> {
        let reading = policy::read(&inputs.policy);
        let (inventory, about_anchors) = Inventory::from_files(&inputs.anchors);
        let (calendar, about_calendar) = Calendar::of_project(&inputs.calendar);
        let (mut chains, about_chains) = Chains::read(&inputs.endpoints, &reading.draft);
        let (ledger, about_ledger) = Ledger::read(&inputs.releases);
        let about_shipped = chains.add_shipped(&inputs.endpoints, &ledger);
        let mut mistakes = [
            reading.findings.clone(),
            about_anchors,
            about_calendar,
            about_chains,
            about_shipped,
            about_ledger,
        ]
        .concat();
        let calendar = match question.facts_known_on {
            Some(day) => {
                chains.forget_after(day);
                calendar.known_on(day)
            }
            None => calendar,
        };
        let project = Self {
            question,
            reading,
            calendar,
            inventory,
            chains,
            ledger,
        };
        OF_THE_DAYS(&project.case(&project.reading.draft, &[]), &mut mistakes);
        mistakes.retain(|finding| finding.blocks() && !is_no_root(finding));
        finding::sort(&mut mistakes);
        if mistakes.is_empty() {
            Ok(project)
        } else {
            Err(mistakes)
        }
    }

    fn case<'a>(&'a self, policy: &'a PolicyDraft, anchors: &'a [checks::Anchor<'a>]) -> Case<'a> {
        Case {
            policy,
            inventory: &self.inventory,
            calendar: &self.calendar,
            chains: &self.chains,
            ledger: &self.ledger,
            anchors,
            proof: None,
            as_of: self.question.as_of,
            channel: self.question.channel,
            facts_known_on: self.question.facts_known_on,
        }
    }

    /// The policy, if it required these roots.
    fn requiring(&self, roots: Vec<RequiredRoot>) -> PolicyDraft {
        PolicyDraft {
            required_roots: Arc::new(roots),
            left_out: false,
            ..self.reading.draft.clone()
        }
    }

    fn root(&self, certificate: &Arc<Certificate>) -> Root {
        let own = self.reading.draft.required_roots.iter();
        let own = own
            .clone()
            .find(|root| root.sha256.value == certificate.fingerprint);
        let required = own.cloned().unwrap_or_else(|| required_root(certificate));
        Root {
            certificate: Arc::clone(certificate),
            is_required: own.is_some(),
            owner: self.calendar.owner(certificate),
            refused: self.refused(&required),
            required,
        }
    }

    /// What stands against a root that a policy requires, and no waiver covers.
    fn refused(&self, required: &RequiredRoot) -> BTreeMap<&'static str, Finding> {
        let draft = self.requiring(vec![required.clone()]);
        let anchors = checks::anchors(&draft, &self.inventory, &self.calendar);
        let case = self.case(&draft, &anchors);
        let mut findings = Vec::new();
        for check in OF_ONE_ANCHOR {
            check(&case, &mut findings);
        }
        let own: Vec<_> = findings.iter().map(|finding| finding.rule.id).collect();
        waivers::apply(&self.reading, self.question.as_of, &mut findings);
        findings.retain(|finding| finding.blocks() && own.contains(&finding.rule.id));
        findings
            .into_iter()
            .map(|finding| (finding.rule.id, finding))
            .collect()
    }
}

impl Pool {
    pub(super) fn of(project: &Project) -> Result<Self, Vec<Finding>> {
        let roots = project
            .inventory
            .iter_shared()
            .filter(|certificate| certificate.is_root());
        let roots: Vec<_> = roots.map(|certificate| project.root(certificate)).collect();
        let draft = project.requiring(roots.iter().map(|root| root.required.clone()).collect());
        let anchors = checks::anchors(&draft, &project.inventory, &project.calendar);
        let case = project.case(&draft, &anchors);
        // The sections that it needs were read without an error.
        let proof = Proof::of(&case).ok_or_else(Vec::new)?;
        let required = case.required();
        let (roots, candidates) = roots
            .into_iter()
            .zip(&proof.store.anchors)
            .filter(|(root, _)| !is_in_the_way(&root.certificate, &proof))
            .filter_map(|(root, anchor)| {
                let candidate = Candidate {
                    certificate: anchor.certificate,
                    bytes: bytes(&root)?,
                    ends: project.effective_end(&root),
                    barred: root.refused.keys().copied().collect(),
                };
                Some((root, candidate))
            })
            .unzip();
        let mut pool = Self {
            proof,
            roots,
            candidates,
            paths: required.paths,
            owners: required.owners,
        };
        pool.proof.store.anchors.retain(|anchor| {
            let mut candidates = pool.candidates.iter();
            candidates.any(|candidate| candidate.certificate == anchor.certificate)
        });
        Ok(pool)
    }

    pub(super) fn task(&self) -> Task<'_> {
        Task {
            question: self
                .proof
                .question(self.proof.coverage.from, self.proof.coverage.until),
            candidates: &self.candidates,
            paths: self.paths,
            owners: self.owners,
        }
    }
}

impl Project {
    fn effective_end(&self, root: &Root) -> Date {
        let ends = self.calendar.ends(&root.certificate, Some(&root.required));
        ends.first()
            .map_or(root.certificate.not_after, |end| end.date)
    }
}

/// Whether the verifier would end its search at the root on a day of the proof, because the root is outside its dates.
fn is_in_the_way(root: &Certificate, proof: &Proof) -> bool {
    let (from, until) = (proof.coverage.from, proof.coverage.until);
    let always_in_date = root.not_before <= from && until <= root.not_after;
    proof.model.stops_at_an_anchor_out_of_date() && !always_in_date
}

/// "There is no [[required-root]]".
fn is_no_root(finding: &Finding) -> bool {
    finding.rule == &MISSING && finding.subject.item.as_deref() == Some("required-root")
}

fn required_root(certificate: &Certificate) -> RequiredRoot {
    let located = |value: String| Located {
        value,
        at: certificate.at.clone(),
    };
    RequiredRoot {
        name: located(certificate.name.clone()),
        sha256: Located {
            value: certificate.fingerprint,
            at: certificate.at.clone(),
        },
        reason: located(String::new()),
        effective_end: None,
        at: certificate.at.clone(),
    }
}

/// What the root takes in the binary form of a store; `None` where the form cannot say it.
fn bytes(root: &Root) -> Option<usize> {
    let (name, certificate) = (&root.required.name.value, &root.certificate);
    // Any last day takes as many bytes.
    let contents = render::anchor_contents(name, certificate, certificate.not_after).ok()?;
    contents.encoded_length().ok()
}
