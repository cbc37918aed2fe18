//! Anchors in a finished program that the policy does not have: with the store, where they are trusted with it, and elsewhere.

use std::ops::Range;

use trust::anchors::Certificate;
use trust::material::{Anchor, Found, Material};
use trust::render::{Bounds, name_and_key};
use trust::store::ApprovedStore;

use super::memory::{Hit, Memory};

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// What stands in the program beside the store.
pub(super) struct Others {
    /// Trusted with the store: one line each.
    pub(super) beside: Vec<String>,
    /// Anchors elsewhere, by name, with their places. Whether a connection uses them is not in the bytes.
    pub(super) elsewhere: Vec<(String, usize)>,
}

/// What is looked at.
pub(super) struct Scene<'a> {
    pub(super) memory: Memory<'a>,
    pub(super) material: Material,
    pub(super) hits: Vec<Hit<'a>>,
    pub(super) store: &'a ApprovedStore,
    /// Roots that can be told from their names and keys alone.
    pub(super) known: &'a [Certificate],
}

impl Scene<'_> {
    pub(super) fn others(&self) -> Others {
        let mut beside = Vec::new();
        for hit in &self.hits {
            match hit.way.bounds {
                Bounds::Own => hit
                    .ranges()
                    .for_each(|range| self.in_one_structure(&range, &mut beside)),
                Bounds::Text => hit
                    .ranges()
                    .for_each(|range| self.in_one_text(&range, &mut beside)),
                Bounds::None => self.anywhere(&mut beside),
            }
        }
        let within = |found: &&Found| {
            let place = &found.place.bytes;
            self.ranges().any(|range| contains(&range, place))
        };
        let found = self.material.found.iter();
        let strange = found.filter(|found| !within(found) && !self.is_ours(&found.anchor));
        let elsewhere = strange.map(|found| (name(&found.anchor), found.place.bytes.start));
        Others {
            elsewhere: elsewhere.collect(),
            beside,
        }
    }

    /// Of the bundle or store that the hit is part of.
    fn in_one_structure(&self, hit: &Range<usize>, beside: &mut Vec<String>) {
        let touches =
            |found: &&Found| found.place.bytes.start < hit.end && hit.start < found.place.bytes.end;
        let found = &self.material.found;
        let structure = found.iter().find(touches).and_then(|found| found.within);
        let same = |found: &&Found| structure.is_some() && found.within == structure;
        for found in found.iter().filter(same) {
            if !contains(hit, &found.place.bytes) {
                beside.push(line(found, "in the same bundle or store"));
            }
        }
    }

    /// Of the text that the hit is part of, and what touches it: a device reads every block of one text.
    fn in_one_text(&self, hit: &Range<usize>, beside: &mut Vec<String>) {
        let text = self.memory.text_around(hit);
        let other = |place: &Range<usize>| {
            place.start < text.end && text.start < place.end && !contains(hit, place)
        };
        let found = self.material.found.iter();
        for found in found.filter(|found| other(&found.place.bytes)) {
            beside.push(line(found, "in the same text"));
        }
        let damages = self.material.damages.iter();
        for damage in damages.filter(|damage| other(&damage.place.bytes)) {
            let at = damage.place.bytes.start;
            beside.push(format!("{}, at 0x{at:x}, in the same text", damage.what));
        }
        let before = &self.memory.image[text.start..hit.start];
        let after = &self.memory.image[hit.end..text.end];
        let touching = [
            (
                before.trim_ascii_end().ends_with(END),
                "ends directly before",
                hit.start,
            ),
            (
                after.trim_ascii_start().starts_with(BEGIN),
                "begins directly after",
                hit.end,
            ),
        ];
        if beside.is_empty() {
            let touching = touching.iter().filter(|(touches, ..)| *touches);
            beside.extend(
                touching.map(|(_, how, at)| format!("another PEM block {how} it, at 0x{at:x}")),
            );
        }
    }

    /// Names and keys stand anywhere: every known root whose name and key are both there.
    fn anywhere(&self, beside: &mut Vec<String>) {
        let anchors = &self.store.contents().anchors;
        let is_ours = |root: &Certificate| {
            let mut ours = anchors.iter().map(|anchor| &anchor.certificate);
            ours.any(|own| own.subject == root.subject && own.spki == root.spki)
        };
        for root in self.known.iter().filter(|root| !is_ours(root)) {
            let Some([name, key]) = name_and_key(root) else {
                continue;
            };
            if let Some(at) = self
                .memory
                .places(key)
                .next()
                .filter(|_| self.memory.has(name))
            {
                let line = format!("{}, its key at 0x{at:x}", root.name);
                if !beside.contains(&line) {
                    beside.push(line);
                }
            }
        }
    }

    fn ranges(&self) -> impl Iterator<Item = Range<usize>> {
        let bounded = self
            .hits
            .iter()
            .filter(|hit| hit.way.bounds != Bounds::None);
        bounded.flat_map(Hit::ranges)
    }

    fn is_ours(&self, anchor: &Anchor) -> bool {
        let mut ours = self.store.contents().anchors.iter().map(|a| &a.certificate);
        match anchor {
            Anchor::Certificate(other) => ours.any(|own| own.fingerprint == other.fingerprint),
            Anchor::NameAndKey(other) => {
                ours.any(|own| own.subject == other.subject && own.spki_sha256 == other.spki_sha256)
            }
            Anchor::Stored(other) => ours.any(|own| own.fingerprint == other.sha256),
        }
    }
}

fn contains(outer: &Range<usize>, inner: &Range<usize>) -> bool {
    outer.start <= inner.start && inner.end <= outer.end
}

fn line(found: &Found, how: &str) -> String {
    let at = found.place.bytes.start;
    format!("{} at 0x{at:x}, {how}", name(&found.anchor))
}

fn name(anchor: &Anchor) -> String {
    match anchor {
        Anchor::Certificate(certificate) => certificate.name.clone(),
        Anchor::NameAndKey(entry) => entry.name.clone(),
        Anchor::Stored(stored) => stored.name.clone(),
    }
}
