//! The answers.

mod chain;
mod install;
mod memory;
mod network;
mod release;
mod rescue;
mod round;
mod signature;
mod slots;
mod stored;
mod text;
mod tls;

use alloc::format;
use alloc::string::String;
use core::fmt;
use core::hint::black_box;

use crate::form::{Malformed, Parts, Vector};
use crate::kind::Kind;
use crate::meter::Meter;

/// What the device's code answers: the value as `Debug` shows it, and an error's own words.
///
/// A question that lacks a part has that as its answer.
pub fn answer<M: Meter>(vector: &Vector<'_>, meter: &mut M) -> String {
    let mut parts = vector.parts.clone();
    let answer = match vector.kind {
        Kind::Calibration => calibration(&mut parts, meter),
        Kind::Chain => chain::chain(&mut parts, meter),
        Kind::Day => text::day(&mut parts, meter),
        Kind::Ed25519 => signature::ed25519(&mut parts, meter),
        Kind::Handshake => chain::handshake(&mut parts, meter),
        Kind::Host => text::host(&mut parts, meter),
        Kind::Http => network::http(&mut parts, meter),
        Kind::Image => release::image(&mut parts, meter),
        Kind::Install => install::install(&mut parts, meter),
        Kind::Manifest => release::manifest(&mut parts, meter),
        Kind::Memory => memory::memory(&mut parts, meter),
        Kind::Otadata => stored::otadata(&mut parts, meter),
        Kind::Provisioning => stored::provisioning(&mut parts, meter),
        Kind::Redirect => network::redirect(&mut parts, meter),
        Kind::Rescue => rescue::rescue(&mut parts, meter),
        Kind::Round => round::round(&mut parts, meter),
        Kind::Signature => signature::signature(&mut parts, meter),
        Kind::Slots => slots::slots(&mut parts, meter),
        Kind::Sntp => network::sntp(&mut parts, meter),
        Kind::Store => stored::store(&mut parts, meter),
        Kind::StoreDamaged => stored::store_damaged(&mut parts),
        Kind::Text => text::text(&mut parts, meter),
        Kind::Tls => tls::tls(&mut parts, meter),
        Kind::Url => text::url(&mut parts, meter),
    };
    answer.unwrap_or_else(|malformed| format!("no question: {malformed}"))
}

/// A result as one text.
fn shown<T: fmt::Debug, E: fmt::Debug + fmt::Display>(result: &Result<T, E>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{error:?}: {error}"),
    }
}

fn calibration<M: Meter>(parts: &mut Parts<'_>, meter: &mut M) -> Result<String, Malformed> {
    let rounds = parts.number()?;
    let sum = meter.measure(|| (0..rounds).fold(0_i64, |sum, round| black_box(sum ^ round)));
    Ok(format!("{sum}"))
}
