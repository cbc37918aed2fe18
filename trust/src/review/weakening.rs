//! Which changes weaken: what a team must look at before anything else.

use serde::Serialize;

use super::change::ChangeKind;
use super::state::Item;
use super::subject::Section;

mod fields;
mod rule;

pub(super) use rule::{of_element, of_value};

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
    /// Devices trust one root more: whoever has its key can be each of their servers.
    AnchorAdded,
    /// Devices accept one key of a server more.
    PinAdded,
    /// What is said of a server, or was seen of it, is another: the proof rests on it.
    ServerRedeclared,
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
    /// A sequence that devices remember may be given again.
    RescueForgotten,
    /// What was recorded of a shipped release is another.
    RecordRewritten,
    /// A fact that ends something is gone, or ends nothing any more.
    FactRemoved,
    /// A fact ends something later.
    FactLater,
    /// A fact says something else, and nobody can tell by itself whether the proof is milder for it.
    FactChanged,
}

/// Why a thing that came or went as a whole weakens; `item` is what came.
pub(super) fn of_item(section: Section, kind: ChangeKind, item: Option<&Item>) -> Option<Why> {
    match kind {
        ChangeKind::Added => of_added(section, item),
        ChangeKind::Changed => None,
        ChangeKind::Removed => of_removed(section),
    }
}

fn of_added(section: Section, item: Option<&Item>) -> Option<Why> {
    let has = |field: &str| item.is_none_or(|item| item.fields.contains_key(field));
    match section {
        Section::Unreadable => Some(Why::Unreadable),
        // Keys that nobody had: the store can be replaced, or a build agreed to, by somebody who could not before.
        Section::Rescue | Section::Signing => Some(Why::SignerAdded),
        Section::RequiredRoot => Some(Why::AnchorAdded),
        Section::PinFallback => Some(Why::PinAdded),
        Section::Waiver => Some(Why::WaiverAdded),
        Section::Capture => Some(Why::ServerRedeclared),
        // One more way to a root, other chains from a day on, other owners of what is there.
        Section::Owner | Section::Certificate | Section::Chain => Some(Why::FactChanged),
        // Besides an end it may say that no programme has the root, or that its key is younger.
        Section::Root => (has("programmes") || has("key-created")).then_some(Why::FactChanged),
        Section::Event => has("days").then_some(Why::FactChanged),
        // It removes keys that were not removed.
        Section::LifecycleRule
        | Section::Policy
        | Section::Product
        | Section::ServiceLife
        | Section::Validity
        | Section::Endpoint
        | Section::EndpointOrder
        | Section::Coverage
        | Section::Output
        | Section::Audit
        | Section::Review
        | Section::Candidate
        | Section::Release
        | Section::RescueStore => None,
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
        Section::RescueStore => Some(Why::RescueForgotten),
        Section::Capture => Some(Why::ServerRedeclared),
        Section::Owner
        | Section::LifecycleRule
        | Section::Root
        | Section::Certificate
        | Section::Event
        | Section::Chain => Some(Why::FactRemoved),
        // Nothing rests on a candidate; without an anchor that is demanded the policy does not pass.
        Section::Candidate | Section::EndpointOrder | Section::Unreadable | Section::Waiver => None,
    }
}
