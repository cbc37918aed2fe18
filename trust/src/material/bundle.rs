//! Certificate bundles of ESP-IDF, by their structure alone: they have no magic, version or checksum.
//!
//! Version 2 (from 5.4): `u32le offset` of each entry, then entries of `u16le name length, u16le key length, name, key`. Version 1:
//! `u16be count`, then entries with `u16be` lengths. In both the entries touch each other and are sorted by name, which a device
//! searches by halves.

use std::ops::Range;

use super::search::{At, Finds, outside};
use super::{Anchor, Form};
use crate::anchors::NameAndKey;

/// More entries than any bundle has: 200 is what ESP-IDF takes by default.
const MOST_ENTRIES: usize = 1000;
/// Bytes of the lengths before an entry.
const LENGTHS: usize = 4;
/// Bytes of an offset.
const OFFSET: usize = 4;
/// Bytes of the number of entries.
const COUNT: usize = 2;
const SEQUENCE: u8 = 0x30;
/// More than a name or a key has.
const LONGEST: usize = 4096;

/// What stands at one place.
struct Bundle {
    form: Form,
    entries: Vec<(Range<usize>, NameAndKey)>,
    end: usize,
    damage: Option<String>,
}

/// Finds bundles outside of `taken`; says which bytes they take.
pub(super) fn search(
    bytes: &[u8],
    taken: &[Range<usize>],
    at: &At,
    finds: &mut Finds,
) -> Vec<Range<usize>> {
    let mut own = Vec::new();
    let mut start = outside(taken, 0);
    while start < bytes.len() {
        let Some(bundle) = bundle(bytes, start) else {
            start = outside(taken, start + 1);
            continue;
        };
        let end = bundle.end.max(start + 1);
        let within = Some(at.identity(start));
        for (range, entry) in bundle.entries {
            finds.anchor(
                at.place(range),
                bundle.form,
                within,
                Anchor::NameAndKey(Box::new(entry)),
            );
        }
        if let Some(damage) = bundle.damage {
            let what = format!(
                "the {} that begins here is damaged: {damage}",
                bundle.form.words()
            );
            finds.broken(at.place(start..end), what);
        }
        own.push(start..end);
        start = outside(taken, end);
    }
    own
}

/// The bundle that begins at `start`, if the first of its entries is one; a file that begins with a bundle and ends within
/// the first entry is told as well.
fn bundle(bytes: &[u8], start: usize) -> Option<Bundle> {
    let rest = bytes.get(start..)?;
    let (form, count, first) = match head(rest) {
        Some(head) => head,
        None if start == 0 => return cut_in_the_table(rest),
        None => return None,
    };
    let mut bundle = Bundle {
        form,
        entries: Vec::new(),
        end: start + first,
        damage: None,
    };
    let mut at = first;
    for number in 0..count {
        match entry(rest, form, number, at) {
            Ok((end, entry)) => {
                bundle.entries.push((start + at..start + end, entry));
                at = end;
                bundle.end = start + end;
            }
            Err(why) if number > 0 || start == 0 => {
                bundle.damage = Some(format!("entry {} of {count} {why}", number + 1));
                break;
            }
            Err(_) => return None,
        }
    }
    let sorted = bundle
        .entries
        .is_sorted_by(|(_, a), (_, b)| a.subject <= b.subject);
    if !sorted && bundle.damage.is_none() {
        bundle.damage = Some(
            "its entries are not sorted by name, and a device does not find all of them".to_owned(),
        );
    }
    Some(bundle)
}

/// Form, number of entries and place of the first, where both look right. Nearly every place of an image fails here.
fn head(bytes: &[u8]) -> Option<(Form, usize, usize)> {
    let [a, b, c, d, ..] = *bytes else {
        return None;
    };
    let first = u32::from_le_bytes([a, b, c, d]) as usize;
    if first > 0
        && first.is_multiple_of(OFFSET)
        && first / OFFSET <= MOST_ENTRIES
        && looks_like_entry(bytes, Form::BundleV2, first)
    {
        return Some((Form::BundleV2, first / OFFSET, first));
    }
    let count = usize::from(u16::from_be_bytes([a, b]));
    let plausible =
        (1..=MOST_ENTRIES).contains(&count) && looks_like_entry(bytes, Form::BundleV1, COUNT);
    plausible.then_some((Form::BundleV1, count, COUNT))
}

fn looks_like_entry(bytes: &[u8], form: Form, at: usize) -> bool {
    let Some((name, key)) = lengths(bytes, form, at) else {
        return false;
    };
    let begins = |at: usize, length: usize| {
        let head = bytes.get(at..).unwrap_or_default();
        length > 2 && length <= LONGEST && der_length(head) == Some(length)
    };
    let name_at = at + LENGTHS;
    // The key may be cut off, and so may the end of the name.
    begins(name_at, name)
        && (begins(name_at + name, key) || bytes.len() <= name_at + name + LENGTHS)
}

/// Name and key of an entry, and where it ends.
fn entry(
    bytes: &[u8],
    form: Form,
    number: usize,
    at: usize,
) -> Result<(usize, NameAndKey), String> {
    if form == Form::BundleV2 {
        let said = array(bytes, number * OFFSET).map(|bytes| u32::from_le_bytes(bytes) as usize);
        if said != Some(at) {
            return Err(format!(
                "must begin at {at}, and the table says another place"
            ));
        }
    }
    let cut = || format!("is cut off: {} bytes are there", bytes.len());
    let (name, key) = lengths(bytes, form, at).ok_or_else(cut)?;
    let name_at = at + LENGTHS;
    let end = name_at + name + key;
    let names = bytes.get(name_at..name_at + name).ok_or_else(cut)?;
    let keys = bytes.get(name_at + name..end).ok_or_else(cut)?;
    let entry = NameAndKey::from_der(names, keys).ok_or("is not a name and a key")?;
    Ok((end, entry))
}

/// Lengths of name and key.
fn lengths(bytes: &[u8], form: Form, at: usize) -> Option<(usize, usize)> {
    let [a, b, c, d] = array(bytes, at)?;
    let read = match form {
        Form::BundleV1 => u16::from_be_bytes,
        _ => u16::from_le_bytes,
    };
    Some((read([a, b]).into(), read([c, d]).into()))
}

/// A file that ends within the table of offsets, or before its first entry.
fn cut_in_the_table(bytes: &[u8]) -> Option<Bundle> {
    let first = u32::from_le_bytes(array(bytes, 0)?) as usize;
    let plausible = first.is_multiple_of(OFFSET) && (2..=MOST_ENTRIES).contains(&(first / OFFSET));
    let table = bytes.get(..bytes.len().min(first))?.chunks_exact(OFFSET);
    let offsets: Vec<_> = table
        .filter_map(|chunk| Some(u32::from_le_bytes(array(chunk, 0)?)))
        .collect();
    let steps = |pair: &[u32]| {
        pair[1]
            .checked_sub(pair[0])
            .is_some_and(|step| (32..=2 * LONGEST as u32).contains(&step))
    };
    let rising = offsets.len() > 1 && offsets.windows(2).all(steps);
    (plausible && rising && bytes.len() < first + LENGTHS + LONGEST).then(|| Bundle {
        form: Form::BundleV2,
        entries: Vec::new(),
        end: bytes.len(),
        damage: Some(format!(
            "it says {} entries and ends before the first",
            first / OFFSET
        )),
    })
}

/// Bytes of a DER SEQUENCE, as its header says.
fn der_length(bytes: &[u8]) -> Option<usize> {
    match *bytes {
        [SEQUENCE, length @ 0..=0x7F, ..] => Some(2 + usize::from(length)),
        [SEQUENCE, 0x81, length, ..] => Some(3 + usize::from(length)),
        [SEQUENCE, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([high, low]))),
        _ => None,
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}
