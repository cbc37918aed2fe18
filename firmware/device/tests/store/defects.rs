//! One defect each: what the reader says, and that nothing damaged passes.

use std::collections::BTreeSet;
use std::ops::Range;

use device::store::{Part, Record, StoreContents, StoreError, TrustStore};

use vectors::Kind;

use crate::support::{place, reseal, sample_bytes};

/// What is done to the sample, and what the reader must say. Unless the change says otherwise, length and
/// digest are made right again after it.
struct Defect {
    change: fn(&mut Vec<u8>),
    says: &'static str,
}

const fn defect(change: fn(&mut Vec<u8>), says: &'static str) -> Defect {
    Defect { change, says }
}

fn header(bytes: &[u8], part: Part) -> usize {
    place(bytes, Record::Header, part).start
}

/// Exchanges two ranges of equal length.
fn exchange(bytes: &mut [u8], first: Range<usize>, second: Range<usize>) {
    let copy = bytes[first.clone()].to_vec();
    bytes.copy_within(second.clone(), first.start);
    bytes[second].copy_from_slice(&copy);
}

/// A record's bytes from its type to the end of `last`.
fn record(bytes: &[u8], record: Record, last: Part) -> Range<usize> {
    place(bytes, record, Part::Type).start..place(bytes, record, last).end
}

/// Defects that the digest would hide.
#[rustfmt::skip]
const RESEALED: &[Defect] = &[
    defect(|b| b[0] ^= 1, "at byte 0: no trust store begins with a2e81db3bacfb0e9b16f5a4eeb22cae0"),
    defect(|b| { let at = header(b, Part::FormatVersion); b[at] = 2 }, "at byte 16: format version 2, only 1 is known"),
    defect(|b| { let at = header(b, Part::HeaderLength); b[at] += 1 }, "at byte 18: header length 68, the header has 67 bytes"),
    defect(|b| { let at = header(b, Part::ProductLength); b[at] += 1 }, "at byte 18: header length 67, the header has 68 bytes"),
    defect(|b| { let at = header(b, Part::Dates); b[at] |= 8 }, "at byte 32: header.dates is 0x0f, only the bits of 0x07 have a meaning"),
    defect(|b| { let at = header(b, Part::AnchorCount); b[at] = 0 }, "at byte 33: header.anchor-count is 0, must be 1 to 255"),
    defect(|b| { let at = header(b, Part::PinCount); b[at] = 65 }, "at byte 34: header.pin-count is 65, must be 0 to 64"),
    defect(|b| { let at = header(b, Part::EndpointCount); b[at] = 17 }, "at byte 35: header.endpoint-count is 17, must be 0 to 16"),
    defect(|b| { let at = header(b, Part::ReleaseKeyCount); b[at] = 17 }, "at byte 36: header.release-key-count is 17, must be 0 to 16"),
    defect(|b| { let at = header(b, Part::ReleaseThreshold); b[at] = 0 }, "at byte 37: header.release-threshold is 0 with 2 keys"),
    defect(|b| { let at = header(b, Part::ReleaseThreshold); b[at] = 3 }, "at byte 37: header.release-threshold is 3 with 2 keys"),
    defect(|b| { let at = header(b, Part::RescueKeyCount); b[at] = 17 }, "at byte 38: header.rescue-key-count is 17, must be 0 to 16"),
    defect(|b| { let at = header(b, Part::RescueThreshold); b[at] = 4 }, "at byte 39: header.rescue-threshold is 4 with 3 keys"),
    defect(|b| { let at = header(b, Part::Reserved); b[at + 6] = 1 }, "at byte 47: a reserved byte is 0x01, must be 0"),
    defect(|b| { let at = header(b, Part::Product); b[at] = 0xFF }, "at byte 48: header.product is not text: it is not UTF-8 after 0 bytes"),
    defect(|b| { let at = header(b, Part::Product); b[at] = b'\n' }, "at byte 48: header.product is not text: it holds a control character"),
    defect(|b| { let at = header(b, Part::Product); b.drain(at..at + 19); b[18] = 48; b[40] = 0 }, "at byte 48: header.product is not text: it is empty"),
    defect(|b| { let at = header(b, Part::Product); b.splice(at..at, [b'a'; 46]); b[18] += 46; b[40] += 46 }, "at byte 48: header.product is not text: it has 65 bytes, 64 are allowed"),

    defect(|b| { let at = place(b, Record::Anchor(0), Part::Type).start; b[at] = 6 }, "at byte 67: record type 6 where anchor[0], type 1, must stand"),
    defect(|b| { let at = place(b, Record::Anchor(1), Part::Type).start; b[at] = 2 }, "at byte 133: record type 2 where anchor[1], type 1, must stand"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::Name).start; b[at + 1] = 0xC0 }, "at byte 69: anchor[0].name is not text: it is not UTF-8 after 1 bytes"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::NotBefore).start; b[at..at + 3].copy_from_slice(&[0, 0, 0x80]) }, "at byte 112: anchor[0].not-before is day -8388608 from 1970-01-01, outside the years 1 to 9999"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::NotAfter).start; b[at..at + 3].copy_from_slice(&[0xFF, 0xFF, 0x7F]) }, "at byte 115: anchor[0].not-after is day 8388607 from 1970-01-01, outside the years 1 to 9999"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::EffectiveEnd).start; b[at..at + 3].copy_from_slice(&[0xA1, 0xC0, 0x2C]) }, "at byte 118: anchor[0].effective-end is day 2932897 from 1970-01-01"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::NotBefore).start; b[at..at + 3].fill(0x20) }, "at byte 112: anchor[0] has notBefore 7734-04-29, effective end 2030-06-04 and notAfter 2035-06-04, which must not decrease"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::Subject).start; b[at] = 0x31 }, "at byte 121: anchor[0].subject is not the DER it must be: its tag is 0x31, not 0x30"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::Subject).start; b[at + 1] = 0 }, "at byte 121: anchor[0].subject is not the DER it must be: it has no contents"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::Spki).start; b[at + 4] = 4 }, "at byte 126: anchor[0].spki is not the DER it must be: its tag is 0x04, not 0x03"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::Spki).start; b[at + 1] = 0x83 }, "at byte 126: anchor[0].spki is not the DER it must be: its length is not the shortest"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::Spki).start; b[at + 5] = 0 }, "at byte 126: anchor[0].spki is not the DER it must be: bytes follow where it must have ended"),
    defect(|b| { let at = place(b, Record::Anchor(0), Part::Spki).start; b[at + 5] = 9 }, "at byte 126: anchor[0].spki is not the DER it must be: it ends too early"),
    defect(|b| { let (x, y) = (record(b, Record::Anchor(0), Part::Spki), record(b, Record::Anchor(1), Part::Spki)); exchange(b, x, y) }, "at byte 133: anchor[1].fingerprint is below the one before it"),
    defect(|b| { let at = place(b, Record::Anchor(1), Part::Fingerprint); b[at].fill(1) }, "at byte 133: anchor[1].fingerprint is that of anchor[0] again"),

    defect(|b| { let at = place(b, Record::Pin(0), Part::Host).start; b[at] = b'F' }, "at byte 267: pin[0].host is not a host name: it holds 'F'; only a-z"),
    defect(|b| { let at = place(b, Record::Pin(0), Part::Expires).start; b[at + 2] = 0x7F }, "at byte 319: pin[0].expires is day 83"),
    defect(|b| { let at = place(b, Record::Pin(0), Part::AfterExpiry).start; b[at] = 2 }, "at byte 322: after-expiry rule 2 does not exist"),
    defect(|b| { let at = place(b, Record::Pin(0), Part::SpkiSha256); b[at].fill(3) }, "at byte 323: pin[1].spki-sha256 is below the one before it"),
    defect(|b| { let at = place(b, Record::Pin(0), Part::SpkiSha256); b[at].fill(2) }, "at byte 323: pin[1].spki-sha256 is that of pin[0] again"),

    defect(|b| { let at = place(b, Record::Endpoint(0), Part::Name).start; b[at] = 0x7F }, "at byte 440: endpoint[0].name is not text: it holds a control character"),
    defect(|b| { let at = place(b, Record::Endpoint(0), Part::Url).start; b[at + 4] = b'x' }, "at byte 448: endpoint[0].url is not a URL to fetch from: it does not begin with 'https://'"),
    defect(|b| { let at = place(b, Record::Endpoint(0), Part::RedirectCount).start; b[at] = 9 }, "at byte 482: endpoint[0].redirect-count is 9, must be 0 to 8"),
    defect(|b| { let at = place(b, Record::Endpoint(0), Part::Redirect(1)).start; b[at + 8] = b'_' }, "at byte 507: endpoint[0].redirect[1] is not a URL to fetch from: its host is not a host name: it holds '_'"),
    defect(|b| { let at = place(b, Record::Endpoint(0), Part::Redirect(0)).start; b[at + 12] = b'c' }, "at byte 506: endpoint[0].redirect[1] is below the one before it"),
    defect(|b| { let at = place(b, Record::Endpoint(0), Part::Redirect(0)).start; b[at + 12] = b'b' }, "at byte 506: endpoint[0].redirect[1] is below the one before it"),
    defect(|b| { let at = place(b, Record::Endpoint(1), Part::NameLength).start; b[at] = 7; b.splice(at + 1..at + 9, *b"primary"); }, "at byte 529: endpoint[1].name is that of endpoint[0] again"),

    defect(|b| { let at = place(b, Record::ReleaseKey(0), Part::Type).start; b[at] = 5 }, "record type 5 where release-key[0], type 4, must stand"),
    defect(|b| { let at = place(b, Record::ReleaseKey(0), Part::KeyId); b[at].fill(12) }, "release-key[1].key-id is below the one before it"),
    defect(|b| { let at = place(b, Record::ReleaseKey(0), Part::KeyId); b[at].fill(11) }, "release-key[1].key-id is that of release-key[0] again"),
    defect(|b| { let at = place(b, Record::ReleaseKey(0), Part::PublicKey); b[at].fill(11) }, "release-key[1].public-key is that of release-key[0] again"),
    defect(|b| { let at = place(b, Record::RescueKey(0), Part::Type).start; b[at] = 4 }, "record type 4 where rescue-key[0], type 5, must stand"),
    defect(|b| { let at = place(b, Record::RescueKey(2), Part::KeyId); b[at].fill(12) }, "rescue-key[2].key-id is below the one before it"),
    defect(|b| { let at = place(b, Record::RescueKey(2), Part::PublicKey); b[at].fill(11) }, "rescue-key[2].public-key is that of release-key[1] again"),
    defect(|b| { let at = place(b, Record::RescueKey(0), Part::KeyId); b[at].fill(10) }, "rescue-key[0].key-id is that of release-key[0] again"),
    defect(|b| { let at = place(b, Record::RescueKey(2), Part::PublicKey); b[at].fill(20) }, "rescue-key[2].public-key is that of rescue-key[0] again"),

    defect(|b| { let at = place(b, Record::Trailer, Part::Digest).start; b.splice(at..at, [0; 3]); }, "3 bytes too many"),
    defect(|b| { let at = place(b, Record::Trailer, Part::Digest).start; b.drain(at - 1..at); }, "rescue-key[2].public-key needs 32 bytes, 31 are left"),
    defect(|b| { let at = place(b, Record::Header, Part::Dates).start; b.drain(at..); b.extend([0; 48]) }, "at byte 33: header.anchor-count is 0"),
];

/// Defects of what stands before the digest is checked, and of the digest.
#[rustfmt::skip]
const RAW: &[Defect] = &[
    defect(Vec::clear, "at byte 0: header.magic needs 16 bytes, 0 are left"),
    defect(|b| b.truncate(17), "at byte 16: header.format-version needs 2 bytes, 1 are left"),
    defect(|b| b[20..24].copy_from_slice(&79_u32.to_le_bytes()), "at byte 20: total length 79, must be 80 to 65536"),
    defect(|b| b[20..24].copy_from_slice(&65_537_u32.to_le_bytes()), "at byte 20: total length 65537, must be 80 to 65536"),
    defect(|b| b[20..24].fill(0xFF), "at byte 20: total length 4294967295, must be 80 to 65536"),
    defect(|b| { b.pop(); }, "the bytes end here, the store has 813"),
    defect(|b| b[24] ^= 1, "the store's digest is "),
    defect(|b| { let at = b.len() - 1; b[at] ^= 1 }, "the store's digest is "),
    defect(|b| b.push(0xFF), "at byte 813: 1 bytes too many"),
];

fn refusals() -> impl Iterator<Item = (StoreError, &'static str)> {
    let pristine = sample_bytes();
    let table = RESEALED.iter().map(|defect| (defect, true));
    table
        .chain(RAW.iter().map(|defect| (defect, false)))
        .map(move |(defect, sealed)| {
            let mut bytes = pristine.clone();
            (defect.change)(&mut bytes);
            if sealed {
                reseal(&mut bytes);
            }
            vectors::record(Kind::Store, &[&bytes]);
            let error = TrustStore::read_exact(&bytes).expect_err(defect.says);
            (error, defect.says)
        })
}

#[test]
fn each_defect_is_named() {
    let wrong: Vec<String> = refusals()
        .map(|(error, says)| (error.to_string(), says))
        .filter(|(error, says)| !error.contains(says))
        .map(|(error, says)| format!("expected: {says}\n   found: {error}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_variant_is_reached() {
    let source = include_str!("../../src/store/error.rs");
    let (_, variants) = source
        .split_once("pub enum StoreError {")
        .expect("it is there");
    let (variants, _) = variants.split_once("\n}\n").expect("it ends");
    let declared: BTreeSet<&str> = variants
        .lines()
        .filter_map(|line| line.strip_prefix("    ")?.strip_suffix(" {"))
        .filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase()))
        .collect();
    let debug: Vec<String> = refusals().map(|(error, _)| format!("{error:?}")).collect();
    let reached: BTreeSet<&str> = debug
        .iter()
        .filter_map(|text| text.split(' ').next())
        .collect();
    assert_eq!(declared, reached);
}

#[test]
fn every_single_flipped_bit_is_refused() {
    let pristine = sample_bytes();
    vectors::record(Kind::StoreDamaged, &[&pristine]);
    for bit in 0..pristine.len() * 8 {
        let mut bytes = pristine.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(TrustStore::read(&bytes).is_err(), "bit {bit}");
    }
}

/// With a right digest a flipped bit may give another store, but never a second spelling of one.
#[test]
fn every_single_flipped_bit_with_a_right_digest_is_refused_or_another_store() {
    let pristine = sample_bytes();
    let mut others = 0;
    for bit in 0..(pristine.len() - 32) * 8 {
        let mut bytes = pristine.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        reseal(&mut bytes);
        if bytes == pristine {
            // The flip was in the total length, which resealing made right.
            continue;
        }
        let Ok(store) = TrustStore::read_exact(&bytes) else {
            continue;
        };
        others += 1;
        assert_eq!(
            StoreContents::from(&store).write(),
            Ok(bytes.clone()),
            "bit {bit}"
        );
    }
    assert!(others > 1000, "{others}");
}

#[test]
fn every_truncation_is_refused() {
    let pristine = sample_bytes();
    for length in 0..pristine.len() {
        assert!(TrustStore::read(&pristine[..length]).is_err(), "{length}");
    }
}

#[test]
fn every_truncation_with_a_right_digest_is_refused() {
    let pristine = sample_bytes();
    for length in 32..pristine.len() - 32 {
        let mut bytes = pristine[..length].to_vec();
        bytes.extend([0; 32]);
        reseal(&mut bytes);
        assert!(TrustStore::read(&bytes).is_err(), "{length}");
    }
}
