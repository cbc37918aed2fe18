//! The gate: from inputs to a verdict. The only maker of an [`ApprovedStore`].

use std::sync::Arc;

use device::store::{AfterExpiry, DatesChecked};
use sha2::{Digest as _, Sha256};

use crate::anchors::Inventory;
use crate::calendar::Calendar;
use crate::chains::Chains;
use crate::channel::Channel;
use crate::checks::{self, Anchor, Case, Proof};
use crate::coverage::Coverage;
use crate::date::Date;
use crate::finding::{self, Finding};
use crate::ledger::Ledger;
use crate::policy::{self, Endpoint, KeySet, Policy, SigningKey, VerifierModel};
use crate::render;
use crate::rules::rendering::STORE_REFUSED;
use crate::server::host;
use crate::source::SourceFile;
use crate::store::{
    ApprovedAnchor, ApprovedEndpoint, ApprovedKey, ApprovedKeys, ApprovedPin, ApprovedStore,
    StoreContents, StoreInput,
};
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
    /// The files of the ledger: `trust/releases/` and `trust/rescues/`
    pub releases: Vec<Arc<SourceFile>>,
}

/// When and for whom a verdict is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Question {
    /// The release date.
    pub as_of: Date,
    /// Whom the release is for.
    pub channel: Channel,
    /// Only the facts that were public by this day, and the chains that were captured by then; `None`: all of them. For
    /// questions about the past: would this have been refused then?
    pub facts_known_on: Option<Date>,
}

/// The outcome: every finding, and the approved store when none of them blocks.
#[derive(Clone, Debug)]
pub struct Verdict {
    question: Question,
    findings: Vec<Finding>,
    coverage: Option<Coverage>,
    approval: Option<Approval>,
}

/// What an open gate hands out.
#[derive(Clone, Debug)]
struct Approval {
    policy: Policy,
    store: ApprovedStore,
}

impl Verdict {
    /// What was asked.
    pub fn question(&self) -> Question {
        self.question
    }

    /// Every finding, in file order; waived ones too.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The proof, from the release date to the end of service; `None` where something that it would rest on could not be
    /// read or is missing, which is a finding.
    pub fn coverage(&self) -> Option<&Coverage> {
        self.coverage.as_ref()
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
    let (calendar, about_calendar) = Calendar::of_project(&inputs.calendar);
    let (mut chains, about_chains) = Chains::read(&inputs.endpoints, &reading.draft);
    let (ledger, about_ledger) = Ledger::read(&inputs.releases);
    let about_shipped = chains.add_shipped(&inputs.endpoints, &ledger);
    let calendar = match question.facts_known_on {
        Some(day) => {
            chains.forget_after(day);
            calendar.known_on(day)
        }
        None => calendar,
    };

    let anchors = checks::anchors(&reading.draft, &inventory, &calendar);
    let case = Case {
        anchors: &anchors,
        policy: &reading.draft,
        inventory: &inventory,
        calendar: &calendar,
        chains: &chains,
        ledger: &ledger,
        proof: None,
        as_of: question.as_of,
        channel: question.channel,
        facts_known_on: question.facts_known_on,
    };
    // Facts that could not be read hide what depends on them, and must not look like another mistake.
    let readable = !about_calendar.iter().any(Finding::blocks);
    let proof = readable.then(|| Proof::of(&case)).flatten();
    let case = Case {
        proof: proof.as_ref(),
        ..case
    };
    let mut findings = [
        reading.findings.clone(),
        about_anchors,
        about_calendar,
        about_chains,
        about_shipped,
        about_ledger,
        checks::run(&case),
    ]
    .concat();
    let contents = reading.policy.as_ref();
    let contents = contents.and_then(|policy| store_contents(policy, &case, inputs));
    if let Some(store) = &contents {
        findings.extend(refused(store, &case, &findings));
    }
    waivers::apply(&reading, question.as_of, &mut findings);
    finding::sort(&mut findings);

    let open = !findings.iter().any(Finding::blocks);
    let approval = reading.policy.zip(contents).filter(|_| open);
    let approval = approval.map(|(policy, contents)| Approval {
        policy,
        store: ApprovedStore::from_gate(contents),
    });
    Verdict {
        question,
        findings,
        coverage: proof.map(|proof| proof.coverage),
        approval,
    }
}

/// What the verifier that the policy names would refuse: of the store, and of captured chains with this store.
/// `perennial` reads the binary form and its limits are those of every build; the others read forms of their own, and
/// what these cannot say is found when they are rendered. What a device refuses for another reason than its size may follow from a mistake that is found already.
fn refused(contents: &StoreContents, case: &Case<'_>, others: &[Finding]) -> Vec<Finding> {
    let product = case.policy.product.as_ref();
    if product.is_none_or(|product| product.verifier.value != VerifierModel::Perennial) {
        return Vec::new();
    }
    let refusal = match render::device_bytes(contents) {
        Ok(store) => return checks::refused_by_device(case, &store),
        Err(refusal) => refusal,
    };
    let found_already = refusal.rule == &STORE_REFUSED && others.iter().any(Finding::blocks);
    Vec::from_iter((!found_already).then_some(*refusal))
}

/// What the store of a policy holds. `None` if an anchor is not in the pool: a store that lacks what the policy
/// requires is never made, whatever was waived.
fn store_contents(policy: &Policy, case: &Case<'_>, inputs: &Inputs) -> Option<StoreContents> {
    // Those that the pool lacks are not among them.
    if case.anchors.len() != policy.required_roots.len() {
        return None;
    }
    let anchors = case
        .anchors()
        .map(|anchor| approved_anchor(&anchor, case))
        .collect::<Option<_>>()?;
    Some(StoreContents {
        product: policy.product.name.value.clone(),
        sequence: policy.product.store_sequence.value,
        as_of: case.as_of,
        service_ends: policy.service_life.ends.value,
        dates: DatesChecked::ALL,
        anchors,
        pins: approved_pins(policy)?,
        endpoints: policy.endpoints.iter().map(approved_endpoint).collect(),
        release_keys: approved_keys(&policy.signing),
        rescue_keys: policy
            .rescue
            .as_ref()
            .map_or(ApprovedKeys::NONE, approved_keys),
        inputs: store_inputs(inputs),
        at: policy.product.name.at.clone(),
    })
}

fn approved_anchor(anchor: &Anchor<'_>, case: &Case<'_>) -> Option<ApprovedAnchor> {
    let (root, certificate) = (anchor.required, anchor.certificate);
    let effective_end = case
        .calendar
        .ends(certificate, Some(root))
        .into_iter()
        .next()?;
    Some(ApprovedAnchor {
        certificate: Arc::clone(certificate),
        name: root.name.value.clone(),
        owner: anchor.owner.map(str::to_owned),
        reason: root.reason.value.clone(),
        effective_end,
        at: root.at.clone(),
    })
}

/// The pins of every endpoint; `None` when one names an endpoint that is not there.
fn approved_pins(policy: &Policy) -> Option<Vec<ApprovedPin>> {
    let mut pins = Vec::new();
    for fallback in &policy.pin_fallbacks {
        let endpoint = policy
            .endpoints
            .iter()
            .find(|endpoint| endpoint.name.value == fallback.endpoint.value)?;
        let host = host(&endpoint.url.value)?;
        pins.extend(fallback.spki_sha256.iter().map(|pin| ApprovedPin {
            endpoint: endpoint.name.value.clone(),
            host: host.to_owned(),
            spki_sha256: pin.value,
            expires: fallback.expires.value,
            after_expiry: AfterExpiry::RootsOnly,
            at: pin.at.clone(),
        }));
    }
    Some(pins)
}

fn approved_endpoint(endpoint: &Endpoint) -> ApprovedEndpoint {
    ApprovedEndpoint {
        name: endpoint.name.value.clone(),
        url: endpoint.url.value.clone(),
        redirects: endpoint
            .redirects
            .iter()
            .map(|url| url.value.clone())
            .collect(),
    }
}

fn approved_keys(keys: &KeySet) -> ApprovedKeys {
    let key = |key: &SigningKey| ApprovedKey {
        id: key.key_id,
        ed25519: key.ed25519,
    };
    ApprovedKeys {
        // The reader lets a policy have at most 255 keys, and no threshold above their number.
        threshold: u8::try_from(keys.threshold.value).unwrap_or(u8::MAX),
        keys: keys.keys.iter().map(key).collect(),
    }
}

/// The files that decide what the store is: policy and facts. The pool is selected from by fingerprint.
fn store_inputs(inputs: &Inputs) -> Vec<StoreInput> {
    let hashed = |file: &Arc<SourceFile>| StoreInput {
        name: file.name.clone(),
        sha256: hex::encode(Sha256::digest(file.text.as_bytes())),
    };
    std::iter::once(&inputs.policy)
        .chain(&inputs.calendar)
        .map(hashed)
        .collect()
}
