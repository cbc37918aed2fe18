//! What is asked about a release, written down for the target: `firmware/on-target`.

use device::flash_layout::{OTA_1, SECTOR_SIZE};
use device::release::{MANIFEST, signature_files};
use vectors::Kind;

use crate::update::{IMAGE, Update};

/// Sectors of the spare slot that the target has as they are; the others are erased there.
const SECTORS: u32 = 2;

/// Is it signed, and taken? Is its image one?
pub(crate) fn manifest(update: &Update, manifest: &[u8]) {
    let question = [update.store.as_bytes(), manifest];
    let parts = [&question, &signatures(update)[..]].concat();
    vectors::record(Kind::Manifest, &parts);
    if let Some(image) = update.server.files.get(IMAGE) {
        vectors::record(Kind::Image, &[&100_i64.to_le_bytes(), image]);
    }
}

/// What comes of installing it?
pub(crate) fn install(update: &Update, file: &str) {
    let parts = install_parts(update, file, SECTORS * SECTOR_SIZE);
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    vectors::record(Kind::Install, &parts);
}

/// The same, with so many bytes of the spare slot.
pub(crate) fn install_parts(update: &Update, file: &str, used: u32) -> Vec<Vec<u8>> {
    let server = &update.server;
    let image = server.files.get(file).cloned().unwrap_or_default();
    let total = server.says.unwrap_or(u32::try_from(image.len()).ok());
    let signatures = signatures(update);
    let slot = update.flash.bytes(OTA_1.offset..OTA_1.offset + used);
    let mut parts = vec![
        update.store.as_bytes().to_vec(),
        server.files[MANIFEST].clone(),
        size(signatures.len()),
    ];
    parts.extend(signatures.into_iter().map(<[u8]>::to_vec));
    parts.extend([
        image,
        size(server.chunk),
        server.breaks_after.map_or(Vec::new(), size),
        server.ends_at.map_or(Vec::new(), size),
        total.map_or(Vec::new(), |total| size(total as usize)),
    ]);
    parts.extend(vectors::flash(&[(OTA_1.offset, slot)]));
    parts
}

fn signatures(update: &Update) -> Vec<&[u8]> {
    let files = signature_files(&update.store.release_keys());
    let files = files.filter_map(|name| update.server.files.get(&name));
    files.map(Vec::as_slice).collect()
}

fn size(number: usize) -> Vec<u8> {
    (number as i64).to_le_bytes().into()
}
