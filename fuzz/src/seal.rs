//! Makes lengths, checksums and digests right, so that a fuzzer gets past them.

use device::otadata;
use device::store::layout::{self, DIGEST_LENGTH, MIN_STORE_LENGTH, TOTAL_LENGTH_OFFSET};
use md5::Md5;
use sha2::{Digest as _, Sha256};

use crate::crc32::{crc32, crc32_le};

/// A trust store of `bytes`: magic, format version, lengths and digest are right when there is room for them.
/// The last 32 bytes become the digest.
pub fn store(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = bytes.len().min(layout::MAX_STORE_LENGTH);
    let mut sealed = bytes.get(..length)?.to_vec();
    if length < MIN_STORE_LENGTH {
        return None;
    }
    sealed[..layout::MAGIC_LENGTH].copy_from_slice(&layout::magic());
    sealed[16..18].copy_from_slice(&layout::FORMAT_VERSION.to_le_bytes());
    sealed[TOTAL_LENGTH_OFFSET..][..4].copy_from_slice(&(length as u32).to_le_bytes());
    digest_at(&mut sealed, length - DIGEST_LENGTH);
    Some(sealed)
}

/// A provisioning of `bytes`, followed by `erased` bytes of erased flash.
pub fn provisioning(bytes: &[u8], erased: usize) -> Option<Vec<u8>> {
    use device::provision::{DIGEST_LENGTH, FORMAT_VERSION, MAGIC, MIN_LENGTH};
    let length = u16::try_from(bytes.len()).ok()?;
    if usize::from(length) < MIN_LENGTH {
        return None;
    }
    let mut sealed = bytes.to_vec();
    sealed[..8].copy_from_slice(&MAGIC);
    sealed[8..10].copy_from_slice(&FORMAT_VERSION.to_le_bytes());
    sealed[10..12].copy_from_slice(&length.to_le_bytes());
    digest_at(&mut sealed, bytes.len() - DIGEST_LENGTH);
    sealed.resize(sealed.len() + erased, 0xFF);
    Some(sealed)
}

/// An application image or bootloader of `bytes`: what stands behind the segments that its header announces
/// becomes checksum and digest. `None` when the segments do not fit.
pub fn image(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut sealed = bytes.to_vec();
    stores_within(&mut sealed);
    let mut end = 24;
    let mut checksum = 0xEF;
    for _ in 0..*sealed.get(1)? {
        let length = u32::from_le_bytes(*sealed.get(end + 4..)?.first_chunk()?);
        let start = end + 8;
        end = start.checked_add(usize::try_from(length).ok()?)?;
        checksum = sealed.get(start..end)?.iter().fold(checksum, |a, b| a ^ b);
    }
    sealed.truncate(end);
    let at = end | 15;
    sealed.resize(at, 0);
    sealed.push(checksum);
    let digest = Sha256::digest(&sealed);
    sealed.extend(digest);
    Some(sealed)
}

/// A partition table of `bytes`: the MD5 behind the entries that `bytes` have.
pub fn partition_table(bytes: &[u8]) -> Vec<u8> {
    let entries = bytes.len().min(0xC00 - 32) / 32 * 32;
    let mut table = bytes[..entries].to_vec();
    let md5 = Md5::digest(&table);
    table.extend([0xEB, 0xEB]);
    table.extend([0xFF; 14]);
    table.extend(md5);
    table.resize(0xC00, 0xFF);
    table
}

/// As [`image`], with secure padding and a signature sector that says whose it is. `None` when the segments do not fit, or
/// too many bytes of padding would be needed.
pub fn signed_image(bytes: &[u8]) -> Option<Vec<u8>> {
    const PAGE: usize = 64 * 1024;
    // Checksum and digest follow the last segment; the padding has a header of its own.
    const AFTER: usize = 16 + 32;
    let end = image(bytes)?.len().saturating_sub(AFTER);
    let mut padded = bytes.get(..end)?.to_vec();
    *padded.get_mut(1)? += 1;
    let past = (padded.len() + 8 + AFTER) % PAGE;
    let zeros = (PAGE - past) % PAGE;
    padded.extend([0; 4]);
    padded.extend(u32::try_from(zeros).ok()?.to_le_bytes());
    padded.resize(padded.len() + zeros, 0);
    let mut signed = image(&padded)?;
    let digest = Sha256::digest(&signed);
    signed.extend([0xE7, 2, 0, 0]);
    signed.extend(digest);
    signed.resize(signed.len() + 4096 - 36, 0x5A);
    Some(signed)
}

/// The CRC of an entry of otadata.
pub fn otadata_entry(entry: &mut [u8; otadata::ENTRY_LENGTH]) {
    let [a, b, c, d, ..] = *entry;
    let crc = crc32_le([a, b, c, d]).to_le_bytes();
    entry[otadata::ENTRY_LENGTH - 4..].copy_from_slice(&crc);
}

/// A record of the device's memory of `bytes`: magic, length and CRC. `None` when there is no room for them.
pub fn memory_record(bytes: &[u8]) -> Option<Vec<u8>> {
    use device::memory::ring::{HEAD_LENGTH, MAX_PAYLOAD};
    let payload = bytes.len().checked_sub(HEAD_LENGTH + 4)?.min(MAX_PAYLOAD) & !3;
    let mut record = bytes[..HEAD_LENGTH + payload].to_vec();
    record[..4].copy_from_slice(b"PMEM");
    record[6..8].copy_from_slice(&u16::try_from(payload).ok()?.to_le_bytes());
    let crc = crc32(&record);
    record.extend(crc.to_le_bytes());
    Some(record)
}

/// Each store in `bytes` that says where it ends gets the digest of its bytes.
fn stores_within(bytes: &mut [u8]) {
    let magic = layout::magic();
    let starts: Vec<usize> = bytes
        .windows(magic.len())
        .enumerate()
        .filter_map(|(at, window)| (*window == magic).then_some(at))
        .collect();
    for start in starts {
        let Some(length) = bytes
            .get(start + TOTAL_LENGTH_OFFSET..)
            .and_then(|rest| rest.first_chunk())
            .map(|length| u32::from_le_bytes(*length) as usize)
        else {
            continue;
        };
        if (MIN_STORE_LENGTH..=layout::MAX_STORE_LENGTH).contains(&length)
            && let Some(store) = bytes.get_mut(start..start + length)
        {
            digest_at(store, length - DIGEST_LENGTH);
        }
    }
}

fn digest_at(bytes: &mut [u8], at: usize) {
    let digest = Sha256::digest(&bytes[..at]);
    bytes[at..at + digest.len()].copy_from_slice(&digest);
}
