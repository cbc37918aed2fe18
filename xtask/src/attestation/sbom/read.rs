//! The crates that a bill of materials lists: what `verify` makes the documents again from.

use super::model::{Bom, Component, Pedigree};
use crate::build::ingredients::{Crate, CrateRole, Origin};

/// The crates of a document, in its order.
///
/// # Errors
/// What is wrong with it, as a lowercase fragment.
pub fn crates(document: &[u8]) -> Result<Vec<Crate>, String> {
    let bom: Bom = serde_json::from_slice(document).map_err(|error| error.to_string())?;
    let components = bom.components.iter();
    let crates = components.filter(|component| component.bom_ref.starts_with("crate:"));
    crates.map(of_component).collect()
}

fn of_component(component: &Component) -> Result<Crate, String> {
    let missing = |field: &str| format!("{} has no {field}", component.bom_ref);
    let role = match component.scope.as_deref() {
        Some("excluded") => CrateRole::Build,
        Some("required") => CrateRole::Linked,
        _ => return Err(missing("known scope")),
    };
    let hash = component.hashes.as_deref().and_then(<[_]>::first);
    let licence = component.licenses.as_deref().and_then(<[_]>::first);
    Ok(Crate {
        name: component.name.clone(),
        version: (component.version.clone()).ok_or_else(|| missing("version"))?,
        sha256: hash.map(|hash| hash.content.clone()),
        origin: component.pedigree.as_ref().and_then(origin),
        licence: licence.map(|licence| licence.expression.clone()),
        role,
    })
}

fn origin(pedigree: &Pedigree) -> Option<Origin> {
    let published = pedigree.ancestors.first()?.hashes.as_deref()?.first()?;
    Some(Origin {
        sha256: published.content.clone(),
        patch: pedigree.patches.first()?.diff.url.clone(),
    })
}
