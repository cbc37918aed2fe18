//! Rust source with the anchors as rustls-webpki takes them.

use serde::Serialize;

use super::comment::comment;
use super::der::{name_constraints, sequence_contents};
use super::template::{fill, fingerprint, header, hex_lines};
use super::{Format, RenderError};
use crate::store::{ApprovedAnchor, ApprovedStore};

const TEMPLATE: &str = include_str!("../../../templates/webpki.rs.j2");

#[derive(Serialize)]
struct Values {
    header: Vec<String>,
    anchors: Vec<Anchor>,
}

/// `TrustAnchor` holds subject, key and constraints without their outer SEQUENCE.
#[derive(Serialize)]
struct Anchor {
    name: String,
    fingerprint: String,
    subject: Vec<String>,
    spki: Vec<String>,
    name_constraints: Option<Vec<String>>,
}

/// The source text.
pub(super) fn render(store: &ApprovedStore) -> Result<String, RenderError> {
    let anchors = store.contents().anchors.iter();
    let values = Values {
        header: header(store, Format::WebPki),
        anchors: anchors.map(anchor).collect::<Result<_, _>>()?,
    };
    fill(TEMPLATE, values)
}

fn anchor(anchor: &ApprovedAnchor) -> Result<Anchor, RenderError> {
    let certificate = &anchor.certificate;
    let constraints = name_constraints(&certificate.der);
    let lines = |der: &[u8], what| contents(der, what, anchor).map(hex_lines);
    Ok(Anchor {
        name: comment(&anchor.name),
        fingerprint: fingerprint(anchor),
        subject: lines(&certificate.subject, "subject")?,
        spki: lines(&certificate.spki, "key")?,
        name_constraints: constraints
            .map(|der| lines(&der, "nameConstraints extension"))
            .transpose()?,
    })
}

fn contents<'a>(
    der: &'a [u8],
    what: &'static str,
    anchor: &ApprovedAnchor,
) -> Result<&'a [u8], RenderError> {
    sequence_contents(der).ok_or_else(|| RenderError::NotASequence {
        anchor: anchor.name.clone(),
        what,
    })
}
