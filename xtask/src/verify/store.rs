//! The trust store, read back from the bytes of the image.

use trust::render::RenderedStore;
use trust::rules::verification::STORE_DIFFERS;

use super::problem::Problem;
use super::{Evidence, images, verdict};
use crate::image::Application;
use crate::release::manifest::ArtefactKind;

/// What devices will trust: one store in the image, the recorded one, and the one that the recorded policy renders to.
pub fn check(evidence: &Evidence<'_>) -> (String, Vec<Problem>) {
    let name = ArtefactKind::ApplicationImage.file_name();
    let Some(image) = evidence
        .bytes(name)
        .and_then(|bytes| Application::read(bytes).ok())
    else {
        return ("no image to read it from".to_owned(), Vec::new());
    };
    let embedded = match image.store() {
        Ok(embedded) => embedded,
        Err(faults) => return ("cannot be read".to_owned(), images::problems(name, &faults)),
    };
    let identity = hex::encode(embedded.store.sha256());
    let mut found = Vec::new();
    let mut differ = |artefact: &str, message: String| {
        found.push(Problem::new(
            &STORE_DIFFERS,
            artefact,
            "trust store",
            message,
        ));
    };
    if let Ok(manifest) = &evidence.manifest {
        let (record, store) = (&manifest.store, &embedded.store);
        if record.sha256 != identity
            || record.sequence != store.sequence()
            || record.format_version != store.format_version()
        {
            differ(
                "release.json",
                format!(
                    "it records store {} of sequence {}, the image has another",
                    record.sha256, record.sequence
                ),
            );
        }
    }
    let alone = ArtefactKind::TrustStore.file_name();
    if evidence
        .bytes(alone)
        .is_some_and(|bytes| bytes != embedded.store.as_bytes())
    {
        differ(alone, format!("it is not the store in {name}"));
    }
    // Where there is no verdict or no approval, the steps "inputs" and "verdict" say so.
    let approved = verdict::recomputed(evidence)
        .ok()
        .and_then(|verdict| verdict.approved());
    match approved.map(RenderedStore::new) {
        Some(Ok(rendered)) if rendered.bytes() != embedded.store.as_bytes() => {
            let identity_of_policy = hex::encode(rendered.identity());
            differ(
                name,
                format!("the policy renders to {identity_of_policy}, the image has {identity}"),
            );
        }
        Some(Err(error)) => differ(name, format!("the policy renders to no store: {error}")),
        Some(Ok(_)) | None => {}
    }
    let anchors = embedded
        .store
        .anchors()
        .map(|anchor| anchor.name.to_owned())
        .collect::<Vec<_>>()
        .join(", ");
    let seen = format!(
        "at 0x{:x} of {name}, sequence {}, {identity}: {anchors}",
        embedded.range.start,
        embedded.store.sequence()
    );
    (seen, found)
}
