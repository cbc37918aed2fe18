//! A header for C and C++, as arduino-esp32 sketches use it.

use serde::Serialize;

use super::comment::comment;
use super::template::{fill, fingerprint, header, hex_lines};
use super::{Format, RenderError, bundle, pem};
use crate::store::ApprovedStore;

const TEMPLATE: &str = include_str!("../../../templates/trust_store.h.j2");

#[derive(Serialize)]
struct Values {
    header: Vec<String>,
    anchors: Vec<Anchor>,
    bundle_v1: Vec<String>,
    bundle_v2: Vec<String>,
}

#[derive(Serialize)]
struct Anchor {
    name: String,
    fingerprint: String,
    pem: Vec<String>,
}

/// The header's text. Both bundle layouts are in it: which one is compiled is up to the version of ESP-IDF.
pub(super) fn render(store: &ApprovedStore) -> Result<String, RenderError> {
    let anchors = store.contents().anchors.iter().map(|anchor| Anchor {
        name: comment(&anchor.name),
        fingerprint: fingerprint(anchor),
        pem: pem::certificate(&anchor.certificate.der)
            .lines()
            .map(str::to_owned)
            .collect(),
    });
    let values = Values {
        header: header(store, Format::CHeader),
        anchors: anchors.collect(),
        bundle_v1: hex_lines(&bundle::version_1(store)?),
        bundle_v2: hex_lines(&bundle::version_2(store)?),
    };
    fill(TEMPLATE, values)
}
