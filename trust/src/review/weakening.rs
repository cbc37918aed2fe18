//! Which changes weaken: what a team must look at before anything else.

use serde::Serialize;

use super::change::ChangeKind;
use super::state::Value;
use super::subject::Section;

/// Why a change weakens; the gravest first.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// There is no policy any more.
    PolicyRemoved,
    /// A file has mistakes: nobody can say what it means.
    Unreadable,
    /// Fewer signatures or builders are needed.
    ThresholdLowered,
    /// One more key counts.
    SignerAdded,
    /// `[audit]`, `[rescue]` or `[review]` is gone, or a rendered file that was compared with the proof.
    SafeguardRemoved,
    /// Fewer paths, owners or days are demanded, or less counts as a mistake.
    RequirementLowered,
    /// The proof covers fewer days.
    ServiceShortened,
    /// The firmware decides in another way.
    VerifierChanged,
    /// Devices trust one root less.
    AnchorRemoved,
    /// Devices trust one pin less.
    PinRemoved,
    /// Devices have one server less.
    EndpointRemoved,
    /// An anchor counts for longer than the team had decided.
    AnchorEndLater,
    /// Pins count for fewer days.
    PinEndsEarlier,
    /// Devices take the new store for an older one.
    SequenceLowered,
    /// One more finding does not count.
    WaiverAdded,
    /// A finding does not count for longer.
    WaiverLonger,
    /// Devices of a shipped release are no longer looked at.
    ReleaseForgotten,
    /// What was recorded of a shipped release is another.
    RecordRewritten,
    /// A fact that ends something is gone, or ends nothing any more.
    FactRemoved,
    /// A fact ends something later.
    FactLater,
}

/// Why a thing that is `kind` as a whole weakens.
pub(super) fn of_item(section: Section, kind: ChangeKind) -> Option<Why> {
    match kind {
        ChangeKind::Added => of_added(section),
        ChangeKind::Changed => None,
        ChangeKind::Removed => of_removed(section),
    }
}

fn of_added(section: Section) -> Option<Why> {
    match section {
        Section::Unreadable => Some(Why::Unreadable),
        // Keys that nobody had: the store can be replaced, or a build agreed to, by somebody who could not before.
        Section::Rescue | Section::Signing => Some(Why::SignerAdded),
        Section::Waiver => Some(Why::WaiverAdded),
        _ => None,
    }
}

fn of_removed(section: Section) -> Option<Why> {
    match section {
        Section::Policy => Some(Why::PolicyRemoved),
        Section::Product
        | Section::ServiceLife
        | Section::Validity
        | Section::Coverage
        | Section::Signing => Some(Why::RequirementLowered),
        Section::RequiredRoot => Some(Why::AnchorRemoved),
        Section::Endpoint => Some(Why::EndpointRemoved),
        Section::PinFallback => Some(Why::PinRemoved),
        Section::Output | Section::Rescue | Section::Audit | Section::Review => {
            Some(Why::SafeguardRemoved)
        }
        Section::Release => Some(Why::ReleaseForgotten),
        section if section.is_fact() => Some(Why::FactRemoved),
        _ => None,
    }
}

/// Why one element more or less of a field weakens.
pub(super) fn of_element(section: Section, field: &str, kind: ChangeKind) -> Option<Why> {
    match (section, field, kind) {
        (Section::Signing | Section::Rescue, "keys", ChangeKind::Added)
        | (Section::Audit, "builders", ChangeKind::Added)
        | (Section::Review, "approvers", ChangeKind::Added) => Some(Why::SignerAdded),
        (Section::PinFallback, "spki-sha256", ChangeKind::Removed) => Some(Why::PinRemoved),
        (Section::Release, ..) => Some(Why::RecordRewritten),
        (
            Section::Event | Section::LifecycleRule | Section::Root,
            "programmes" | "retires",
            ChangeKind::Removed,
        ) => Some(Why::FactRemoved),
        _ => None,
    }
}

/// Why a value in place of another weakens.
pub(super) fn of_value(
    section: Section,
    field: &str,
    before: Option<&Value>,
    after: Option<&Value>,
) -> Option<Why> {
    let lower = || lower(before, after);
    let later = || later_or_never(before, after);
    let (weakens, why) = match (section, field) {
        (Section::Unreadable, _) => (true, Why::Unreadable),
        (Section::Signing | Section::Rescue, "threshold")
        | (Section::Audit, "threshold" | "distinct")
        | (Section::Review, "weakening" | "other") => (lower(), Why::ThresholdLowered),
        (Section::Coverage, "independent-paths" | "distinct-owners")
        | (Section::Validity, "min-remaining-days") => (lower(), Why::RequirementLowered),
        (Section::Coverage, "count-private" | "count-rescue") => {
            (after == Some(&Value::Flag(true)), Why::RequirementLowered)
        }
        (Section::Validity, "programme-end") => (milder(before, after), Why::RequirementLowered),
        (Section::ServiceLife, _) => (lower(), Why::ServiceShortened),
        (Section::Product, "verifier") => (true, Why::VerifierChanged),
        (Section::Product, "store-sequence") => (lower(), Why::SequenceLowered),
        (Section::RequiredRoot, "effective-end") => (later(), Why::AnchorEndLater),
        (Section::PinFallback, "expires") => (lower(), Why::PinEndsEarlier),
        // Without one of them it covers nothing.
        (Section::Waiver, "expires" | "owner" | "reason") if before.is_none() => {
            (true, Why::WaiverAdded)
        }
        (Section::Waiver, "expires") => (later(), Why::WaiverLonger),
        (Section::Release, "units") => (after == Some(&Value::Number(0)), Why::ReleaseForgotten),
        (Section::Release, _) => (true, Why::RecordRewritten),
        (section, "superseded") if section.is_fact() => (before.is_none(), Why::FactRemoved),
        (Section::Certificate, "revoked")
        | (Section::Event, "date" | "days")
        | (Section::LifecycleRule, "removal" | "removal-years")
        | (Section::Root, "effective-end" | "not-after") => (later(), Why::FactLater),
        // A list in place of none: what is not in it does not concern the root any more.
        (Section::Root, "programmes") => (after.is_some(), Why::FactRemoved),
        _ => return None,
    };
    weakens.then_some(why)
}

/// Whether a value went down.
fn lower(before: Option<&Value>, after: Option<&Value>) -> bool {
    before
        .zip(after)
        .is_some_and(|(before, after)| after < before)
}

/// Whether a value went up, where none at all is above every value.
fn later_or_never(before: Option<&Value>, after: Option<&Value>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => after > before,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// What `programme-end` may be, the mildest first.
const PROGRAMME_END: [&str; 3] = ["allow", "warn", "deny"];

fn milder(before: Option<&Value>, after: Option<&Value>) -> bool {
    let rank = |value: Option<&Value>| match value {
        Some(Value::Text(word)) => PROGRAMME_END.iter().position(|known| known == word),
        _ => None,
    };
    rank(after) < rank(before)
}
