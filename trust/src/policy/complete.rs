//! A policy without a mistake.

use std::ops::Deref;
use std::sync::Arc;

use super::model::{
    Audit, CoverageRequirement, Endpoint, KeySet, Output, PinFallback, PolicyDraft, Product,
    RequiredRoot, Review, ServiceLife, Validity, Waiver,
};

/// A policy in whose reading there was no error: every section is there and every value is valid. Only
/// [`read`](super::read) makes one.
///
/// ```compile_fail
/// # fn sections() -> trust::policy::Sections { unimplemented!() }
/// let forged = trust::policy::Policy(sections());
/// ```
#[derive(Clone, Debug)]
pub struct Policy(Sections);

/// The sections of a [`Policy`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sections {
    /// `[product]`
    pub product: Product,
    /// `[service-life]`
    pub service_life: ServiceLife,
    /// `[validity]`
    pub validity: Validity,
    /// `[[required-root]]`, in file order; never empty, fingerprints are unique
    pub required_roots: Arc<Vec<RequiredRoot>>,
    /// `[[endpoint]]`, in file order, which is the order in which devices try them; never empty, names are
    /// unique
    pub endpoints: Vec<Endpoint>,
    /// `[[pin-fallback]]`, in file order; each names an endpoint that exists
    pub pin_fallbacks: Vec<PinFallback>,
    /// `[coverage]`
    pub coverage: CoverageRequirement,
    /// `[[output]]`, in file order; paths are unique
    pub outputs: Vec<Output>,
    /// `[signing]`
    pub signing: KeySet,
    /// `[rescue]`
    pub rescue: Option<KeySet>,
    /// `[audit]`
    pub audit: Option<Audit>,
    /// `[review]`
    pub review: Option<Review>,
    /// `[[waiver]]`, in file order; each is complete and its code is a rule's id
    pub waivers: Vec<Waiver>,
}

impl Deref for Policy {
    type Target = Sections;

    fn deref(&self) -> &Sections {
        &self.0
    }
}

impl Policy {
    /// The policy of a draft that was read without an error; `None` where a section is missing.
    pub(super) fn complete(draft: &PolicyDraft) -> Option<Self> {
        let draft = draft.clone();
        Some(Self(Sections {
            product: draft.product?,
            service_life: draft.service_life?,
            validity: draft.validity?,
            required_roots: draft.required_roots,
            endpoints: draft.endpoints,
            pin_fallbacks: draft.pin_fallbacks,
            coverage: draft.coverage?,
            outputs: draft.outputs,
            signing: draft.signing?,
            rescue: draft.rescue,
            audit: draft.audit,
            review: draft.review,
            waivers: draft.waivers,
        }))
    }
}
