//! PEM as devices read it: wherever `-----BEGIN CERTIFICATE-----` stands.

use std::ops::Range;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::der::{certificate, length_of};
use super::search::{At, Finds, position};
use super::{Anchor, Form};
use crate::source::SourceFile;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// The only label that mbedTLS reads.
const LABEL: &str = "CERTIFICATE";
/// Labels of certificates that it does not.
const OTHER_LABELS: [&str; 2] = ["TRUSTED CERTIFICATE", "X509 CERTIFICATE"];
/// More than the text of any certificate, with escapes.
const LONGEST: usize = 64 * 1024;
/// More than any label.
const LONGEST_LABEL: usize = 40;

/// What stands around a block.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Surroundings {
    /// Bytes that are no text: a block ends where text ends, and the words alone are constants of a parser.
    Binary,
    /// Text, perhaps of C.
    Text,
}

/// A block from the BEGIN to the END line.
struct Block<'a> {
    label: &'a str,
    whole: Range<usize>,
    body: &'a [u8],
    /// Whether an END line follows.
    ended: bool,
}

/// Finds every certificate, and what looks like one; says which bytes they take.
pub(super) fn search(
    bytes: &[u8],
    file: &Arc<SourceFile>,
    surroundings: Surroundings,
    at: &At,
    finds: &mut Finds,
) -> Vec<Range<usize>> {
    let mut taken = Vec::new();
    let mut from = 0;
    while let Some(begin) = position(bytes, BEGIN, from) {
        from = begin + BEGIN.len();
        let Some(block) = block(bytes, begin) else {
            continue;
        };
        if block.label != LABEL && !OTHER_LABELS.contains(&block.label) {
            continue;
        }
        if is_mention(&block, surroundings) {
            continue;
        }
        from = block.whole.end;
        taken.push(block.whole.clone());
        read(&block, file, at, finds);
    }
    taken
}

/// The block that begins at `begin`; it ends before the next one begins.
fn block(bytes: &[u8], begin: usize) -> Option<Block<'_>> {
    let start = begin + BEGIN.len();
    let head = bytes.get(start..bytes.len().min(start + LONGEST_LABEL))?;
    let length = position(head, DASHES, 0)?;
    let label = std::str::from_utf8(head.get(..length)?).ok()?;
    let first = start + length + DASHES.len();
    let reach = bytes.get(first..bytes.len().min(first + LONGEST))?;
    let next = position(reach, BEGIN, 0).unwrap_or(reach.len());
    let end = position(reach.get(..next)?, END, 0);
    let body = reach.get(..end.unwrap_or(next))?;
    let after_end = end.and_then(|end| {
        let label_at = end + END.len();
        let close =
            position(reach, DASHES, label_at).filter(|close| close - label_at <= LONGEST_LABEL)?;
        Some(close + DASHES.len())
    });
    let last = first + after_end.unwrap_or(body.len());
    Some(Block {
        label,
        whole: begin..last,
        body,
        ended: after_end.is_some(),
    })
}

/// Whether the words stand there and no block: in the source or among the constants of a program that reads PEM.
fn is_mention(block: &Block<'_>, surroundings: Surroundings) -> bool {
    let line_ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let line = block.body.split(line_ends).next().unwrap_or_default();
    match surroundings {
        Surroundings::Binary => {
            !line.is_empty()
                || block.body.is_empty()
                || block.body.contains(&0) && !has_base64(block.body)
        }
        Surroundings::Text => {
            !clean(line).is_ok_and(|text| text.is_empty() || block.ended && line.len() > 64)
                || block.body.is_empty()
        }
    }
}

/// Whether a line of base64 follows at once.
fn has_base64(body: &[u8]) -> bool {
    let mut lines = body.split(|byte| *byte == b'\n').skip(1);
    lines
        .next()
        .is_some_and(|line| line.len() >= 16 && line.iter().take(16).all(|byte| is_base64(*byte)))
}

fn read(block: &Block<'_>, file: &Arc<SourceFile>, at: &At, finds: &mut Finds) {
    let place = at.place(block.whole.clone());
    if block.label != LABEL {
        let what = format!(
            "`BEGIN {}` is not read by mbedTLS: the label must be CERTIFICATE",
            block.label
        );
        return finds.not_read(place, what);
    }
    if !block.ended {
        return finds.broken(
            place,
            "the certificate that begins here has no END line: it was cut off",
        );
    }
    let text = match clean(block.body) {
        Ok(text) => text,
        Err(0 | 0x80..) => {
            return finds.broken(
                place,
                "the certificate that begins here is cut off by bytes that are no text",
            );
        }
        Err(byte) => {
            let what = format!(
                "the certificate that begins here holds {:?}, which is no base64",
                char::from(byte)
            );
            return finds.not_read(place, what);
        }
    };
    let Ok(bytes) = STANDARD.decode(&text) else {
        return finds.broken(place, "the base64 of the certificate that begins here is damaged: characters are missing or changed");
    };
    if length_of(&bytes).is_some_and(|length| length > bytes.len()) {
        return finds.broken(
            place,
            format!(
                "the certificate that begins here has {} bytes too few",
                missing(&bytes)
            ),
        );
    }
    let form = if block.body.contains(&b'"') {
        Form::CString
    } else {
        Form::Pem
    };
    match certificate(&bytes, file, &place) {
        Ok(certificate) => finds.anchor(place, form, None, Anchor::Certificate(certificate)),
        Err(error) => finds.not_read(
            place,
            format!("the certificate that begins here is none: {error}"),
        ),
    }
}

fn missing(bytes: &[u8]) -> usize {
    length_of(bytes)
        .unwrap_or_default()
        .saturating_sub(bytes.len())
}

/// The base64 in `body`, without line ends, quotes of C strings and their escapes.
///
/// # Errors
/// The first byte that is none of these.
fn clean(body: &[u8]) -> Result<String, u8> {
    let mut text = String::with_capacity(body.len());
    let mut bytes = body.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\n' | b'\r' | b' ' | b'\t' | b'"' => {}
            b'\\' => match bytes.peek() {
                Some(b'n' | b'r' | b't' | b'\n' | b'\r') => drop(bytes.next()),
                Some(b' ' | b'\t') | None => {}
                _ => return Err(byte),
            },
            byte if is_base64(byte) => text.push(char::from(byte)),
            other => return Err(other),
        }
    }
    Ok(text)
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}
