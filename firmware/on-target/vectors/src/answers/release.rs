//! Releases: manifests with their signatures, and images.

use alloc::format;
use alloc::string::String;

use device::image::ImageReader;
use device::release::{Edition, Manifest, Running, SecureBoot, Tally, judge};
use device::store::TrustStore;

use super::shown;
use crate::form::{Malformed, Parts};
use crate::meter::Meter;

pub(super) fn manifest<M: Meter>(
    parts: &mut Parts<'_>,
    meter: &mut M,
) -> Result<String, Malformed> {
    let (store, manifest) = (parts.bytes()?, parts.bytes()?);
    let files = parts.rest()?;
    let store = match TrustStore::read_exact(store) {
        Ok(store) => store,
        refused => return Ok(shown(&refused)),
    };
    let mut answer = String::new();
    let read = meter.measure(|| {
        let mut tally = Tally::new(manifest, store.release_keys()).ok()?;
        for file in files {
            answer += &format!("{}\n", shown(&tally.count(file)));
        }
        match tally.finish() {
            Ok(signed) => Some(Manifest::read(signed)),
            refused => {
                answer += &shown(&refused.map(|_| ()));
                None
            }
        }
    });
    match read {
        Some(Ok(manifest)) => answer += &format!("{manifest:?}\n{}", judged(&manifest)),
        Some(refused) => answer += &shown(&refused),
        None => answer += "not signed",
    }
    Ok(answer)
}

/// What a device says of it on which an older release runs.
fn judged(manifest: &Manifest) -> String {
    match running() {
        Ok(running) => format!("{:?}", judge(manifest, &running, None)),
        Err(refused) => refused,
    }
}

/// The older release.
pub(super) fn running() -> Result<Running<'static>, String> {
    let edition = Edition::new("1.2.0", 0);
    edition
        .map(running_as)
        .map_err(|error| shown::<(), _>(&Err(error)))
}

/// What runs, with this version and date.
pub(super) const fn running_as(edition: Edition) -> Running<'static> {
    Running {
        product: "reference",
        chip: "esp32c3",
        edition,
        secure_version: 0,
        store_sequence: 0,
        secure_boot: SecureBoot::Off,
    }
}

pub(super) fn image<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let most = usize::try_from(parts.number()?).unwrap_or_default().max(1);
    let bytes = parts.bytes()?;
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let facts = meter.measure(|| {
        let mut reader = ImageReader::new(length);
        let mut pieces = bytes.chunks(most);
        pieces.try_for_each(|piece| reader.take(piece))?;
        reader.facts()
    });
    Ok(shown(&facts))
}
