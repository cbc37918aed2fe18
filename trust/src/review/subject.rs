//! What a change is about.

use serde::Serialize;

/// A kind of thing that can be changed. In the order in which changes of one weight are listed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// The policy as a whole.
    Policy,
    /// A file with mistakes: what stands there cannot all be compared.
    Unreadable,
    /// `[product]`
    Product,
    /// `[service-life]`
    ServiceLife,
    /// `[validity]`
    Validity,
    /// `[[required-root]]`
    RequiredRoot,
    /// `[[endpoint]]`
    Endpoint,
    /// The order in which devices try the endpoints.
    EndpointOrder,
    /// `[[pin-fallback]]`
    PinFallback,
    /// `[coverage]`
    Coverage,
    /// `[[output]]`
    Output,
    /// `[signing]`
    Signing,
    /// `[rescue]`
    Rescue,
    /// `[audit]`
    Audit,
    /// `[review]`
    Review,
    /// `[[waiver]]`
    Waiver,
    /// A certificate of `trust/anchors/`.
    Candidate,
    /// A captured chain of `trust/endpoints/`.
    Capture,
    /// `[[owner]]` of the calendar.
    Owner,
    /// `[[lifecycle-rule]]` of the calendar.
    LifecycleRule,
    /// `[[root]]` of the calendar.
    Root,
    /// `[[certificate]]` of the calendar.
    Certificate,
    /// `[[event]]` of the calendar.
    Event,
    /// `[[chain]]` of the calendar.
    Chain,
    /// A shipped release of `trust/releases/`.
    Release,
    /// A published rescue store of `trust/rescues/`.
    RescueStore,
}

impl Section {
    /// Whether it is a fact of the calendar.
    pub fn is_fact(self) -> bool {
        match self {
            Self::Owner
            | Self::LifecycleRule
            | Self::Root
            | Self::Certificate
            | Self::Event
            | Self::Chain => true,
            Self::Policy
            | Self::Unreadable
            | Self::Product
            | Self::ServiceLife
            | Self::Validity
            | Self::RequiredRoot
            | Self::Endpoint
            | Self::EndpointOrder
            | Self::PinFallback
            | Self::Coverage
            | Self::Signing
            | Self::Output
            | Self::Rescue
            | Self::Audit
            | Self::Review
            | Self::Waiver
            | Self::Candidate
            | Self::Capture
            | Self::Release
            | Self::RescueStore => false,
        }
    }

    /// The word of the JSON form: `required-root`.
    pub fn word(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

/// What a change is about: two of one section and identity are the same thing at two times.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Subject {
    /// Its kind.
    pub section: Section,
    /// What tells it from others of its kind: a fingerprint, a name. Empty where there is but one.
    pub identity: String,
    /// What a person calls it; may be in the words of the head or of the base. Not part of the identity.
    pub name: String,
}
