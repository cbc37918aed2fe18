//! Certificate bundles of ESP-IDF: name and key of each anchor, sorted by name.
//!
//! The layout is that of `gen_crt_bundle.py` of ESP-IDF, version 2 from 5.4 on, version 1 before. Neither
//! has a magic, a version or a checksum. The device finds an anchor by a binary search for the issuer's
//! name, byte by byte; of two anchors with one name it tries one, so such a store is refused.

use super::RenderError;
use crate::store::{ApprovedAnchor, ApprovedStore};

/// `CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_MAX_CERTS` as ESP-IDF ships it: a bundle with more is refused whole.
pub(super) const MAX_ANCHORS: usize = 200;

/// `u16be count`, then for each anchor `u16be name length, u16be key length, name, key`.
pub(super) fn version_1(store: &ApprovedStore) -> Result<Vec<u8>, RenderError> {
    let entries = entries(store)?;
    let mut bytes = length(entries.len(), "anchors", "store")?
        .to_be_bytes()
        .to_vec();
    for entry in &entries {
        bytes.extend(entry.name_length.to_be_bytes());
        bytes.extend(entry.key_length.to_be_bytes());
        bytes.extend(entry.name);
        bytes.extend(entry.key);
    }
    Ok(bytes)
}

/// `u32le offset` of each entry from the start, then for each anchor `u16le name length, u16le key length,
/// name, key`. The reader takes the number of entries from the first offset.
pub(super) fn version_2(store: &ApprovedStore) -> Result<Vec<u8>, RenderError> {
    let entries = entries(store)?;
    let mut offsets = Vec::new();
    let mut body = Vec::new();
    for entry in &entries {
        // At most 200 entries of at most 2 × 65535 + 4 bytes: far below 2^32.
        offsets.push((entries.len() * 4 + body.len()) as u32);
        body.extend(entry.name_length.to_le_bytes());
        body.extend(entry.key_length.to_le_bytes());
        body.extend(entry.name);
        body.extend(entry.key);
    }
    let mut bytes: Vec<u8> = offsets.into_iter().flat_map(u32::to_le_bytes).collect();
    bytes.extend(body);
    Ok(bytes)
}

/// Two anchors that have one subject, if there are such.
pub(super) fn collision(anchors: &[ApprovedAnchor]) -> Option<(&ApprovedAnchor, &ApprovedAnchor)> {
    let sorted = by_subject(anchors);
    let pair = sorted
        .windows(2)
        .find(|pair| pair[0].certificate.subject == pair[1].certificate.subject)?;
    Some((pair[0], pair[1]))
}

struct Entry<'a> {
    name_length: u16,
    key_length: u16,
    name: &'a [u8],
    key: &'a [u8],
}

fn entries(store: &ApprovedStore) -> Result<Vec<Entry<'_>>, RenderError> {
    let anchors = &store.contents().anchors;
    if anchors.len() > MAX_ANCHORS {
        return Err(RenderError::TooManyAnchors {
            anchors: anchors.len(),
            maximum: MAX_ANCHORS,
        });
    }
    if let Some((first, second)) = collision(anchors) {
        return Err(RenderError::NameCollision {
            first: first.name.clone(),
            second: second.name.clone(),
        });
    }
    by_subject(anchors).into_iter().map(entry).collect()
}

/// Sorted by name, byte by byte, as the reader's binary search needs it; ties by fingerprint.
fn by_subject(anchors: &[ApprovedAnchor]) -> Vec<&ApprovedAnchor> {
    let mut sorted: Vec<_> = anchors.iter().collect();
    sorted.sort_by_key(|anchor| (&anchor.certificate.subject, anchor.certificate.fingerprint));
    sorted
}

fn entry(anchor: &ApprovedAnchor) -> Result<Entry<'_>, RenderError> {
    let (name, key) = (&anchor.certificate.subject, &anchor.certificate.spki);
    Ok(Entry {
        name_length: length(name.len(), "subject", &anchor.name)?,
        key_length: length(key.len(), "key", &anchor.name)?,
        name,
        key,
    })
}

fn length(length: usize, what: &'static str, anchor: &str) -> Result<u16, RenderError> {
    u16::try_from(length).map_err(|_| RenderError::EntryTooLong {
        anchor: anchor.to_owned(),
        what,
        length,
        maximum: u16::MAX.into(),
    })
}
