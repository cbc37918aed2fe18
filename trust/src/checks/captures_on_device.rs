//! E117: what the device's own verifier says of captured chains.
//!
//! The proof goes by what it knows of certificates. Who really decides is the device's code: it is run with a store of this
//! policy's anchors and pins, on a day on which the captured certificate holds.

use device::store::Day;
use device::verify::{Clock, Moment, VerifyError};

use super::Case;
use super::proof::Proof;
use crate::anchors::Certificate;
use crate::coverage::prove;
use crate::date::Date;
use crate::device::{DeviceRefusal, verify_chain};
use crate::finding::{Finding, Subject};
use crate::policy::Endpoint;
use crate::rules::endpoints::CAPTURE_REFUSED;
use crate::server;

/// Captures that a device with `store`, in its binary form, refuses, and the proof does not; or that are damaged.
pub(crate) fn refused_by_device(case: &Case<'_>, store: &[u8]) -> Vec<Finding> {
    let Some(proof) = case.proof else {
        return Vec::new();
    };
    let endpoints = case.policy.endpoints.iter().enumerate();
    let captures = endpoints.flat_map(|(place, endpoint)| {
        let captures = case.chains.by_path_of(endpoint);
        captures.map(move |capture| ((place, endpoint), capture))
    });
    captures
        .filter_map(|(endpoint, capture)| refused(proof, store, endpoint, capture))
        .collect()
}

/// The capture, if the device refuses it: because of what is wrong with it, or although the proof says that an anchor or
/// a pin leads to it.
fn refused(
    proof: &Proof,
    store: &[u8],
    (place, endpoint): (usize, &Endpoint),
    (path, chain): (&str, &[Certificate]),
) -> Option<Finding> {
    let leaf = chain.first().filter(|_| counts(proof, place, path))?;
    let day = leaf.not_before.plus_days(1).min(leaf.not_after);
    let host = server::host(&endpoint.url.value)?;
    let refusal = on_device(store, chain, host, day)?.err()?;
    if is_found_otherwise(&refusal) && !is_held(proof, place, day) {
        return None;
    }
    let name = &endpoint.name.value;
    let message = format!(
        "what was captured of {name} is refused by every device with this store, on {day} too: {refusal}"
    );
    let named = endpoint.chains.iter().find(|named| named.value == path)?;
    let finding = Finding::new(
        &CAPTURE_REFUSED,
        named.at.clone(),
        "captured there",
        message,
    )
    .evidence("day", day)
    .evidence("path", format!("trust/{path}"))
    .help("capture the chain again; if it is what the server sends, the server has to be mended")
    .about(Subject {
        item: Some(path.to_owned()),
        ..Subject::endpoint(name)
    });
    Some(finding)
}

/// Whether the proof goes by the capture in `path`: an older one may be history.
fn counts(proof: &Proof, place: usize, path: &str) -> bool {
    let alternatives = proof.served.get(place).map(|served| &served.alternatives);
    let captures = alternatives.into_iter().flatten();
    let mut captures = captures.filter_map(|one| one.capture.as_deref());
    captures.any(|capture| capture.file.ends_with(path))
}

/// Whether it follows from names, keys, dates and sizes, which the proof goes by: where it knows of it too, E101 to E112 say
/// so.
fn is_found_otherwise(refusal: &DeviceRefusal) -> bool {
    use VerifyError::{
        Algorithm, HostRefused, Key, KeySize, NoPath, TooManyBytes, TooManyCertificates,
    };
    matches!(
        refusal,
        DeviceRefusal::Chain(
            Algorithm { .. }
                | HostRefused { .. }
                | Key { .. }
                | KeySize { .. }
                | NoPath { .. }
                | TooManyBytes { .. }
                | TooManyCertificates { .. }
        )
    )
}

fn is_held(proof: &Proof, place: usize, day: Date) -> bool {
    let coverage = prove(&proof.question(day, day));
    let endpoint = coverage.endpoints.get(place);
    endpoint.is_some_and(|endpoint| endpoint.loss().is_none())
}

/// What a device says at noon of `day`.
fn on_device(
    store: &[u8],
    chain: &[Certificate],
    host: &str,
    day: Date,
) -> Option<Result<(), DeviceRefusal>> {
    const NOON: i64 = 12 * 60 * 60;
    let now = Moment::from_unix_seconds(day.unix_seconds() + NOON)?;
    let clock = Clock::known(Moment::start_of(Day::MIN), now);
    let chain: Vec<_> = chain.iter().map(|certificate| &certificate.der).collect();
    Some(verify_chain(store, &chain, host, clock).map(drop))
}
