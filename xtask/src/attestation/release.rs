//! The documents of a release that say what it is: made when it is built, and made again when it is verified.

use std::fmt::Display;

use trust::gate::Verdict;
use trust::policy::Policy;
use trust::store::ApprovedStore;

use super::{coverage, provenance, sbom};
use crate::build::ingredients::Crate;
use crate::release::manifest::{ArtefactKind, ReleaseManifest};

/// What the documents of a release are made from.
#[derive(Clone, Copy, Debug)]
pub struct Materials<'a> {
    /// The release; of its artefacts only those that [`super::statement::subjects`] names are looked at.
    pub manifest: &'a ReleaseManifest,
    /// The verdict on its inputs, at its own date and channel.
    pub verdict: &'a Verdict,
    /// The crates that are compiled, ordered.
    pub crates: &'a [Crate],
}

/// A verdict that is no proof: of it there is nothing to state.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the gate is closed: there is no proof to state")]
pub struct NoProof;

impl Materials<'_> {
    /// What the gate approved, and the policy behind it.
    pub(super) fn approved(&self) -> Result<(&ApprovedStore, &Policy), NoProof> {
        let approved = self.verdict.approved().zip(self.verdict.policy());
        approved.ok_or(NoProof)
    }

    /// The bytes of one document.
    ///
    /// # Errors
    /// Where the gate is closed.
    ///
    /// # Panics
    /// Never: of a kind that is no document there are no bytes.
    pub fn document(&self, kind: ArtefactKind) -> Result<Vec<u8>, NoProof> {
        match kind {
            ArtefactKind::CoverageStatement => Ok(coverage::statement(self)?.to_bytes()),
            ArtefactKind::ProvenanceStatement => Ok(provenance::statement(self).to_bytes()),
            ArtefactKind::Sbom => sbom::document(self),
            _ => Ok(Vec::new()),
        }
    }
}

/// The documents, in the order in which they are made.
pub const DOCUMENTS: [ArtefactKind; 3] = [
    ArtefactKind::CoverageStatement,
    ArtefactKind::ProvenanceStatement,
    ArtefactKind::Sbom,
];

/// Every document of a release.
///
/// # Errors
/// Where the gate is closed.
pub fn documents(materials: &Materials<'_>) -> Result<Vec<(ArtefactKind, Vec<u8>)>, NoProof> {
    let made = DOCUMENTS.map(|kind| Ok((kind, materials.document(kind)?)));
    made.into_iter().collect()
}

/// `pattern` with its value: the form of every identifier in the documents.
pub(super) fn reference(kind: &str, value: impl Display) -> String {
    format!("{kind}:{value}")
}
