//! DER certificates among other bytes.

use std::ops::Range;
use std::sync::Arc;

use super::search::{At, Finds, outside};
use super::{Anchor, Form, Place};
use crate::anchors::{Certificate, CertificateError};
use crate::source::{Location, SourceFile};

const SEQUENCE: u8 = 0x30;
/// A length in the two bytes that follow, and in the one.
const LONG_LENGTHS: [u8; 2] = [0x82, 0x81];
/// Bytes of tag and length of a certificate.
const HEADER: usize = 4;
/// Fewer than any certificate has.
const SHORTEST: usize = 200;
/// More than any has that a device could read.
const LONGEST: usize = 16 * 1024;

/// Finds DER certificates outside of `taken`.
pub(super) fn search(
    bytes: &[u8],
    file: &Arc<SourceFile>,
    taken: &[Range<usize>],
    at: &At,
    finds: &mut Finds,
) {
    let mut from = outside(taken, 0);
    while let Some(start) = next(bytes, from) {
        let free = outside(taken, start);
        from = free.max(start + 1);
        if free != start {
            continue;
        }
        let length = length_of(&bytes[start..]).unwrap_or_default();
        match bytes.get(start..start.saturating_add(length)) {
            Some(whole) => {
                let place = at.place(start..start + length);
                if let Ok(certificate) = certificate(whole, file, &place) {
                    finds.anchor(place, Form::Der, None, Anchor::Certificate(certificate));
                    from = start + length;
                }
            }
            None if start == 0 => {
                let what = format!(
                    "a certificate of {length} bytes begins here, and {} are there",
                    bytes.len()
                );
                finds.broken(at.place(0..bytes.len()), what);
            }
            None => {}
        }
    }
}

/// Bytes of the value with which `bytes` begin, as its header says: tag SEQUENCE and a length of two bytes.
pub(super) fn length_of(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [SEQUENCE, 0x82, high, low, ..] => {
            Some(HEADER + usize::from(u16::from_be_bytes([*high, *low])))
        }
        _ => None,
    }
}

/// The certificate that is all of `der`.
pub(super) fn certificate(
    der: &[u8],
    file: &Arc<SourceFile>,
    place: &Place,
) -> Result<Arc<Certificate>, CertificateError> {
    Certificate::from_der(der, Location::new(file, place.bytes.clone())).map(Arc::new)
}

/// The next place that looks like a certificate: a SEQUENCE of a plausible length that begins with one.
fn next(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = bytes.get(at..)?;
        at += rest.iter().position(|byte| *byte == SEQUENCE)?;
        let head = bytes.get(at..at + HEADER + 2)?;
        let plausible =
            length_of(head).is_some_and(|length| (SHORTEST..=LONGEST).contains(&length));
        if plausible && head[HEADER] == SEQUENCE && LONG_LENGTHS.contains(&head[HEADER + 1]) {
            return Some(at);
        }
        at += 1;
    }
}
