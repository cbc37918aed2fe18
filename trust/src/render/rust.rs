//! `firmware/src/trust_store.rs`: the binary form, with what a reviewer must know beside it.

use device::store::{Record, TrustStore};
use serde::Serialize;

use super::comment::comment;
use super::template::{fill, header, hex_lines};
use super::{Format, RenderError};
use crate::store::ApprovedStore;

const TEMPLATE: &str = include_str!("../../../templates/trust_store.rs.j2");

#[derive(Serialize)]
struct Values {
    header: Vec<String>,
    identity: String,
    length: usize,
    records: Vec<Block>,
}

/// The bytes of one record.
#[derive(Serialize)]
struct Block {
    title: String,
    lines: Vec<String>,
}

/// The source text for `read`, which is `store` in its binary form.
pub(super) fn source(store: &ApprovedStore, read: &TrustStore<'_>) -> Result<String, RenderError> {
    let values = Values {
        header: header(store, Format::Rust),
        identity: hex::encode(read.sha256()),
        length: read.len(),
        records: blocks(read),
    };
    fill(TEMPLATE, values)
}

fn blocks(store: &TrustStore<'_>) -> Vec<Block> {
    let mut records: Vec<(Record, std::ops::Range<usize>)> = Vec::new();
    for (range, field) in store.fields() {
        match records.last_mut() {
            Some((record, bytes)) if *record == field.record => bytes.end = range.end,
            _ => records.push((field.record, range)),
        }
    }
    let block = |(record, range): (Record, std::ops::Range<usize>)| Block {
        title: title(store, record),
        lines: hex_lines(store.as_bytes().get(range).unwrap_or_default()),
    };
    records.into_iter().map(block).collect()
}

fn title(store: &TrustStore<'_>, record: Record) -> String {
    let about = match record {
        Record::Anchor(index) => nth(store.anchors(), index).map(|anchor| anchor.name.to_owned()),
        Record::Endpoint(index) => {
            nth(store.endpoints(), index).map(|it| format!("{} {}", it.name, it.url.as_str()))
        }
        Record::Header => Some(format!(
            "{}, sequence {}",
            store.product(),
            store.sequence()
        )),
        Record::Pin(index) => nth(store.pins(), index).map(|pin| {
            format!(
                "{} {} until {}",
                pin.host,
                hex::encode(pin.spki_sha256),
                pin.expires
            )
        }),
        Record::ReleaseKey(index) => nth(store.release_keys().keys(), index).map(|key| id(key.id)),
        Record::RescueKey(index) => nth(store.rescue_keys().keys(), index).map(|key| id(key.id)),
        Record::Trailer => Some("SHA-256 of all bytes above".to_owned()),
    };
    comment(&format!("{record}: {}", about.unwrap_or_default()))
}

fn nth<T>(mut items: impl Iterator<Item = T>, index: u8) -> Option<T> {
    items.nth(index.into())
}

/// As minisign prints it: a little-endian number.
fn id(id: &[u8; 8]) -> String {
    format!("{:016X}", u64::from_le_bytes(*id))
}
