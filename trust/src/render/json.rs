//! `perennial.store/1`: the store for scripts.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::{RenderError, RenderedStore};
use crate::calendar::End;
use crate::date::Date;
use crate::store::{ApprovedAnchor, ApprovedKeys, ApprovedPin, ApprovedStore, StoreInput};

/// Fields are added under the same number; one is removed or changes its meaning under the next.
const SCHEMA: &str = "perennial.store/1";

/// One JSON object with a last newline.
pub(super) fn render(store: &ApprovedStore) -> Result<String, RenderError> {
    let rendered = RenderedStore::new(store)?;
    let mut text = serde_json::to_string_pretty(&document(store, &rendered))?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    product: &'a str,
    sequence: u64,
    service_ends: Date,
    /// What the device logs: SHA-256 of the binary form without its last 32 bytes.
    identity: String,
    dates_checked: Dates,
    anchors: Vec<Anchor<'a>>,
    pins: Vec<Pin<'a>>,
    endpoints: Vec<Endpoint<'a>>,
    release_keys: Keys,
    rescue_keys: Keys,
    inputs: &'a [StoreInput],
    binary_base64: String,
}

#[derive(Serialize)]
struct Dates {
    leaf: bool,
    intermediates: bool,
    anchor: bool,
}

#[derive(Serialize)]
struct Anchor<'a> {
    name: &'a str,
    owner: Option<&'a str>,
    sha256: String,
    spki_sha256: String,
    not_before: Date,
    not_after: Date,
    effective_end: &'a End,
    reason: &'a str,
    der_base64: String,
}

#[derive(Serialize)]
struct Pin<'a> {
    endpoint: &'a str,
    host: &'a str,
    spki_sha256: String,
    expires: Date,
    after_expiry: String,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    name: &'a str,
    url: &'a str,
    redirects: &'a [String],
}

#[derive(Serialize)]
struct Keys {
    threshold: u8,
    keys: Vec<Key>,
}

#[derive(Serialize)]
struct Key {
    /// As minisign prints it: a little-endian number.
    id: String,
    ed25519: String,
}

fn document<'a>(store: &'a ApprovedStore, rendered: &RenderedStore) -> Document<'a> {
    let contents = store.contents();
    let endpoints = contents.endpoints.iter().map(|endpoint| Endpoint {
        name: &endpoint.name,
        url: &endpoint.url,
        redirects: &endpoint.redirects,
    });
    Document {
        schema: SCHEMA,
        product: &contents.product,
        sequence: contents.sequence,
        service_ends: contents.service_ends,
        identity: hex::encode(rendered.identity()),
        dates_checked: Dates {
            leaf: contents.dates.leaf,
            intermediates: contents.dates.intermediates,
            anchor: contents.dates.anchor,
        },
        anchors: contents.anchors.iter().map(anchor).collect(),
        pins: contents.pins.iter().map(pin).collect(),
        endpoints: endpoints.collect(),
        release_keys: keys(&contents.release_keys),
        rescue_keys: keys(&contents.rescue_keys),
        inputs: &contents.inputs,
        binary_base64: STANDARD.encode(rendered.bytes()),
    }
}

fn anchor(anchor: &ApprovedAnchor) -> Anchor<'_> {
    let certificate = &anchor.certificate;
    Anchor {
        name: &anchor.name,
        owner: anchor.owner.as_deref(),
        sha256: hex::encode(certificate.fingerprint),
        spki_sha256: hex::encode(certificate.spki_sha256),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        effective_end: &anchor.effective_end,
        reason: &anchor.reason,
        der_base64: STANDARD.encode(&certificate.der),
    }
}

fn pin(pin: &ApprovedPin) -> Pin<'_> {
    Pin {
        endpoint: &pin.endpoint,
        host: &pin.host,
        spki_sha256: hex::encode(pin.spki_sha256),
        expires: pin.expires,
        after_expiry: pin.after_expiry.to_string(),
    }
}

fn keys(set: &ApprovedKeys) -> Keys {
    let keys = set.keys.iter().map(|key| Key {
        id: format!("{:016X}", u64::from_le_bytes(key.id)),
        ed25519: hex::encode(key.ed25519),
    });
    Keys {
        threshold: set.threshold,
        keys: keys.collect(),
    }
}
