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
    let mut titles = Titles::of(store);
    let block = |(record, range): (Record, std::ops::Range<usize>)| {
        let about = titles.next(record).unwrap_or_default();
        Block {
            title: comment(&format!("{record}: {about}")),
            lines: hex_lines(store.as_bytes().get(range).unwrap_or_default()),
        }
    };
    records.into_iter().map(block).collect()
}

/// What the records of a store are about, asked for in the store's order: to go to a record, the device's reader
/// reads all before it.
struct Titles<'a> {
    header: String,
    anchors: Texts<'a>,
    endpoints: Texts<'a>,
    pins: Texts<'a>,
    release_keys: Texts<'a>,
    rescue_keys: Texts<'a>,
}

type Texts<'a> = Box<dyn Iterator<Item = String> + 'a>;

impl<'a> Titles<'a> {
    fn of(store: &TrustStore<'a>) -> Self {
        let pin = |pin: device::store::Pin<'_>| {
            let key = hex::encode(pin.spki_sha256);
            format!("{} {key} until {}", pin.host, pin.expires)
        };
        Self {
            header: format!("{}, sequence {}", store.product(), store.sequence()),
            anchors: Box::new(store.anchors().map(|anchor| anchor.name.to_owned())),
            endpoints: Box::new(
                store
                    .endpoints()
                    .map(|endpoint| format!("{} {}", endpoint.name, endpoint.url.as_str())),
            ),
            pins: Box::new(store.pins().map(pin)),
            release_keys: Box::new(store.release_keys().keys().map(|key| id(key.id))),
            rescue_keys: Box::new(store.rescue_keys().keys().map(|key| id(key.id))),
        }
    }

    fn next(&mut self, record: Record) -> Option<String> {
        match record {
            Record::Anchor(_) => self.anchors.next(),
            Record::Endpoint(_) => self.endpoints.next(),
            Record::Header => Some(self.header.clone()),
            Record::Pin(_) => self.pins.next(),
            Record::ReleaseKey(_) => self.release_keys.next(),
            Record::RescueKey(_) => self.rescue_keys.next(),
            Record::Trailer => Some("SHA-256 of all bytes above".to_owned()),
        }
    }
}

/// As minisign prints it: a little-endian number.
fn id(id: &[u8; 8]) -> String {
    format!("{:016X}", u64::from_le_bytes(*id))
}
