//! What is said of a release in the forms that others read: in-toto statements, signed in DSSE envelopes, and a CycloneDX bill
//! of materials. `docs/attestations.md` describes them.
//!
//! Each is a function of the release and of nothing else: the same inputs give the same bytes, on any machine, on any day.

pub mod collect;
pub mod coverage;
pub mod provenance;
pub mod rebuild;
pub mod release;
pub mod sbom;
pub mod statement;

#[cfg(test)]
pub mod sample;
#[cfg(test)]
mod tests;
