//! `rescue make`: the proven store, for the rescue keys to sign.

use device::rescue::{EnvelopeContents, MAX_STEP, WriteError, check_sequence};
use device::store::TrustStore;
use device::verify::Moment;
use trust::finding::Finding;
use trust::gate;
use trust::ledger::{Ledger, RecordedRelease};
use trust::policy::{KeySet, Policy};
use trust::render::RenderedStore;

use super::cli::{Make, Show};
use super::{issued, show};
use crate::atomic::{self, Existing, Readers};
use crate::build::approvals;
use crate::check;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;
use crate::project::Project;
use crate::signing::minisign::KeyId;

/// Writes the store that the gate approves into an envelope without signatures.
///
/// # Errors
/// A day of issue that has not come; a closed gate; a policy without rescue keys; a sequence that a release or rescue store has; a file that cannot be written.
pub fn run(project: &Project, arguments: &Make) -> Result<Exit> {
    let question = arguments.question.question(project)?;
    let issued = issued::decide(project, arguments.issued, question.as_of)?;
    let inputs = project.inputs()?;
    let verdict = gate::judge(&inputs.inputs, question);
    let asked = !arguments.dangerously_skip_approvals;
    let unapproved = approvals::missing(project, &inputs, question, asked)?;
    check::say_findings(&check::all(&verdict, &unapproved), question)?;
    if unapproved.iter().any(Finding::blocks) {
        return Ok(Exit::Findings);
    }
    let (Some(approved), Some(policy)) = (verdict.approved(), verdict.policy()) else {
        return Ok(check::exit_of(&verdict));
    };
    let (ledger, _) = Ledger::read(&inputs.inputs.releases);
    let sequence = policy.product.store_sequence.value;
    require_place(&ledger, sequence)?;
    let keys = rescue_keys(policy)?;
    let rendered = RenderedStore::new(approved).map_err(|error| bug(&error))?;
    let store = TrustStore::read_exact(rendered.bytes()).map_err(|error| bug(&error))?;
    // Every date that can be typed is one.
    let issued =
        Moment::from_unix_seconds(issued.unix_seconds()).ok_or_else(|| bug(&"no such day"))?;
    let bytes = EnvelopeContents::unsigned(&store, issued)
        .write()
        .map_err(|error| too_long(&error))?;
    let path = &arguments.output;
    atomic::write(path, &bytes, Existing::Refuse, Readers::Everyone)?;
    output::say(format_args!("wrote {}", path.display()));
    say_place(&ledger, sequence);
    output::say(signers(keys));
    let file = path.clone();
    show::run(&Show { file })
}

/// What it is above, and the releases whose devices refuse it, because it is too far above.
fn say_place(ledger: &Ledger, sequence: u64) {
    for recorded in ledger.releases() {
        let name = named(recorded);
        match check_sequence(sequence, recorded.release.store.sequence, 0) {
            Err(WriteError::TooFarAbove { maximum, .. }) if recorded.release.has_devices() => {
                output::say(format_args!(
                    "  warning: too far above {name}: its devices take none above {maximum}, and refuse this one"
                ));
            }
            _ => output::say(format_args!("  above {name}")),
        }
    }
    for recorded in ledger.rescues() {
        let sequence = recorded.rescue.sequence;
        output::say(format_args!(
            "  above the rescue store with sequence {sequence}"
        ));
    }
}

/// A release and its store, in words.
pub fn named(recorded: &RecordedRelease) -> String {
    let release = &recorded.release;
    format!("{}, sequence {}", release.version, release.store.sequence)
}

/// A device takes a rescue store only above the store that it has, and no more than [`MAX_STEP`] above.
fn require_place(ledger: &Ledger, sequence: u64) -> Result<()> {
    let releases = ledger
        .releases()
        .map(|recorded| (recorded.release.store.sequence, named(recorded)));
    let rescues = ledger.rescues().map(|recorded| {
        let sequence = recorded.rescue.sequence;
        (
            sequence,
            format!("the rescue store with sequence {sequence}"),
        )
    });
    let known: Vec<_> = releases.chain(rescues).collect();
    let highest = known.iter().map(|(sequence, _)| *sequence).max();
    let Some(highest) = highest.filter(|highest| check_sequence(sequence, *highest, 0).is_err())
    else {
        return Ok(());
    };
    let in_the_way = known
        .iter()
        .filter(|(known, _)| check_sequence(sequence, *known, 0).is_err());
    let what = match sequence <= highest {
        true => "is not above that of every release and rescue store".to_owned(),
        false => format!("is more than {MAX_STEP} above that of every release and rescue store"),
    };
    let failure = Failure::new(Exit::Findings, format!("store-sequence {sequence} {what}"));
    let failure = in_the_way.fold(failure, |failure, (_, name)| failure.evidence(name));
    Err(failure.help(format!(
        "set store-sequence = {} in [product] of policy.toml: devices with these would not take it",
        highest.saturating_add(1)
    )))
}

/// The rescue keys of the policy.
///
/// # Errors
/// It has none.
pub fn rescue_keys(policy: &Policy) -> Result<&KeySet> {
    policy.rescue.as_ref().ok_or_else(|| {
        let what = "the policy has no rescue keys: no device would take a rescue store";
        Failure::new(Exit::Findings, what).help(
            "make them with `cargo xtask keys new --role rescue`, list them in [rescue], and ship a release",
        )
    })
}

/// Who has to sign, in words.
fn signers(keys: &KeySet) -> String {
    let ids = keys.keys.iter().map(|key| KeyId(key.key_id).to_string());
    let ids: Vec<_> = ids.collect();
    format!(
        "{} of these rescue keys must sign: {}",
        *keys.threshold,
        ids.join(", ")
    )
}

fn too_long(error: &impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Findings, "the store is too long for a rescue store")
        .evidence(error)
        .help("require fewer roots: `cargo xtask solve` finds the smallest store")
}

fn bug(error: &impl std::fmt::Display) -> Failure {
    Failure::new(
        Exit::Bug,
        "the approved store is not one that a device reads",
    )
    .evidence(error)
}
