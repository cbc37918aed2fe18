//! The units of a trust store: its records by what they are of, not by their number.

use device::store::TrustStore;
use sha2::{Digest as _, Sha256};

use super::{Content, Derived, Role, Unit};
use crate::image::Accounting;

/// How a field of the header is called with which a store begins.
const FIRST: &str = "header.magic";

/// The units of a store that stands alone.
pub(super) fn alone(bytes: &[u8]) -> Vec<Unit> {
    let parts = Accounting::store_in(bytes);
    let mut units: Vec<Unit> = parts
        .into_iter()
        .map(|part| Unit {
            role: Role::Store,
            ..Unit::new(part.field.range, part.field.name, part.class.words())
        })
        .collect();
    name_records(bytes, &mut units);
    let end = units.last().map_or(0, |last| last.range.end);
    if end < bytes.len() {
        units.push(Unit {
            role: Role::Content(Content::Data),
            ..Unit::new(end..bytes.len(), "bytes behind the store", "unexplained")
        });
    }
    units
}

/// How a store is called that cannot be read.
const UNREADABLE: &str = "unreadable";

/// The fields of `unit`, a store that cannot be read, as a store of `others` with the same place has them.
pub(super) fn named_as_in(unit: &Unit, others: &[Unit], bytes: &[u8]) -> Option<Vec<Unit>> {
    let prefix = unit
        .name
        .strip_suffix(UNREADABLE)
        .filter(|_| unit.role == Role::Store)?;
    let mut fields: Vec<Unit> = others
        .iter()
        .filter(|other| other.name.starts_with(prefix) && other.class == unit.class)
        .cloned()
        .collect();
    let (start, end) = (fields.first()?.range.start, fields.last()?.range.end);
    if end - start != unit.range.len()
        || fields.iter().any(|field| field.name.ends_with(UNREADABLE))
    {
        return None;
    }
    for field in &mut fields {
        let (from, to) = (field.range.start - start, field.range.end - start);
        field.range = unit.range.start + from..unit.range.start + to;
        field.address = unit.address_of(field.range.start);
        if let Role::Derived(Derived::StoreDigest, _) = field.role {
            let body = bytes
                .get(unit.range.start..field.range.start)
                .unwrap_or_default();
            field.role = Role::Derived(Derived::StoreDigest, Some(Sha256::digest(body).to_vec()));
        }
    }
    Some(fields)
}

/// Gives the fields of every store among `units` the names of their records, and its digest its role.
pub(super) fn name_records(bytes: &[u8], units: &mut [Unit]) {
    let firsts = units.iter().enumerate();
    let firsts = firsts.filter(|(_, unit)| unit.role == Role::Store && unit.name.ends_with(FIRST));
    let stores: Vec<(usize, String, usize)> = firsts
        .map(|(index, unit)| {
            let prefix = unit.name.trim_end_matches(FIRST).to_owned();
            (index, prefix, unit.range.start)
        })
        .collect();
    for (index, prefix, start) in stores {
        let Ok(store) = TrustStore::read(bytes.get(start..).unwrap_or_default()) else {
            continue;
        };
        let end = start + store.len();
        let fields = units.iter_mut().skip(index);
        for unit in fields.take_while(|unit| unit.range.end <= end) {
            name_record(&store, &prefix, unit);
        }
    }
}

fn name_record(store: &TrustStore<'_>, prefix: &str, unit: &mut Unit) {
    let Some(field) = unit.name.strip_prefix(prefix).map(str::to_owned) else {
        return;
    };
    if field == "trailer.digest" {
        let body = store.as_bytes().len().saturating_sub(32);
        let body = store.as_bytes().get(..body).unwrap_or_default();
        unit.role = Role::Derived(Derived::StoreDigest, Some(Sha256::digest(body).to_vec()));
        return;
    }
    let Some((record, part)) = field.split_once("].") else {
        return;
    };
    let Some((kind, number)) = record.split_once('[') else {
        return;
    };
    let index = number.parse().unwrap_or(usize::MAX);
    if let Some((identity, shown)) = identity(store, kind, index) {
        unit.key = format!("{prefix}{kind} {identity}: {part}");
        unit.name = format!("{prefix}{kind} {shown}: {part}");
    }
}

/// What tells a record from the others of its kind, and what people call it.
fn identity(store: &TrustStore<'_>, kind: &str, index: usize) -> Option<(String, String)> {
    let same = |name: String| Some((name.clone(), name));
    match kind {
        "anchor" => {
            let anchor = store.anchors().nth(index)?;
            Some((
                hex::encode(anchor.fingerprint),
                format!("\"{}\"", anchor.name),
            ))
        }
        "pin" => {
            let pin = store.pins().nth(index)?;
            same(format!("{} {}", pin.host, hex::encode(pin.spki_sha256)))
        }
        "endpoint" => same(format!("\"{}\"", store.endpoints().nth(index)?.name)),
        "release-key" => same(hex::encode(store.release_keys().keys().nth(index)?.id)),
        "rescue-key" => same(hex::encode(store.rescue_keys().keys().nth(index)?.id)),
        _ => None,
    }
}
