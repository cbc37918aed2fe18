//! What stands in flash.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use device::otadata;
use device::provision::Provisioning;
use device::store::TrustStore;
use device::store::layout::DIGEST_LENGTH;
use sha2::{Digest as _, Sha256};

use super::shown;
use crate::form::{Malformed, Parts};
use crate::meter::Meter;

pub(super) fn otadata<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let partition = parts.bytes()?;
    let selection = meter.measure(|| otadata::selected_in(partition));
    Ok(format!("{selection:?}"))
}

pub(super) fn provisioning<M: Meter>(
    parts: &mut Parts<'_>,
    meter: &mut M,
) -> Result<String, Malformed> {
    let partition = parts.bytes()?;
    let read = meter.measure(|| Provisioning::read(partition));
    let mut answer = shown(&read);
    if let Ok(read) = read {
        let hosts: Vec<_> = read.hosts().collect();
        answer += &format!(" {:?} {hosts:?}", read.password());
    }
    Ok(answer)
}

pub(super) fn store<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let bytes = parts.bytes()?;
    let read = meter.measure(|| TrustStore::read(bytes));
    Ok(contents(&read))
}

/// Everything that the accessors give.
fn contents(read: &Result<TrustStore<'_>, impl core::fmt::Debug + core::fmt::Display>) -> String {
    let mut answer = shown(read);
    let Ok(store) = read else { return answer };
    answer += &format!(" {:?}", store.dates());
    for anchor in store.anchors() {
        answer += &format!("\n{anchor:?}");
    }
    for pin in store.pins() {
        answer += &format!("\n{pin:?}");
    }
    for endpoint in store.endpoints() {
        let redirects: Vec<_> = endpoint.redirects().collect();
        answer += &format!("\n{endpoint:?} {redirects:?}");
    }
    for keys in [store.release_keys(), store.rescue_keys()] {
        let all: Vec<_> = keys.keys().collect();
        answer += &format!("\n{} of {all:?}", keys.threshold);
    }
    answer
}

pub(super) fn store_damaged(parts: &mut Parts<'_>) -> Result<String, Malformed> {
    let bytes = parts.bytes()?;
    let mut answer = String::new();
    for place in 0..bytes.len() {
        let mut damaged = bytes.to_vec();
        for byte in damaged.get_mut(place..).into_iter().flatten().take(1) {
            *byte ^= 1_u8.rotate_left((place & 7) as u32);
        }
        answer += &format!("{}\n", shown(&TrustStore::read(&damaged)));
        seal(&mut damaged);
        answer += &format!("{}\n", shown(&TrustStore::read(&damaged)));
        let cut = bytes.get(..place).unwrap_or_default();
        answer += &format!("{}\n", shown(&TrustStore::read(cut)));
    }
    Ok(answer)
}

/// Makes the digest right again: the parser itself must find the damage.
fn seal(store: &mut Vec<u8>) {
    store.truncate(store.len().saturating_sub(DIGEST_LENGTH));
    let digest = Sha256::digest(&store);
    store.extend(digest);
}
