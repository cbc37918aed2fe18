//! What a form of the store looks like in a finished firmware image.

use super::{Format, RenderError, RenderedStore, bundle, der, pem};
use crate::anchors::Certificate;
use crate::store::{ApprovedAnchor, ApprovedStore};

/// The store as one form puts it into an image.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Embedded {
    /// What it is, in words: `bundle of ESP-IDF 5.4 and later`.
    pub what: &'static str,
    /// What bounds it, and so what else a device would trust with it.
    pub bounds: Bounds,
    /// Runs of bytes that the image holds, each whole, in any order and at any place.
    pub parts: Vec<Vec<u8>>,
}

/// What bounds a store in an image.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Bounds {
    /// It says itself how many anchors it has: bundles, and the binary store.
    Own,
    /// The text that it stands in: a device reads every PEM block of it.
    Text,
    /// Nothing: names and keys stand anywhere.
    None,
}

/// The ways in which `format` puts `store` into an image: one of them is there when the firmware uses the rendered file.
/// None for a form that no firmware reads.
///
/// # Errors
/// When the format cannot say what the store holds, as [`super::render`].
pub fn embedded(store: &ApprovedStore, format: Format) -> Result<Vec<Embedded>, RenderError> {
    let whole = |what, bounds, bytes| Embedded {
        what,
        bounds,
        parts: vec![bytes],
    };
    let bundle = |what, bytes: Result<_, _>| bytes.map(|bytes| whole(what, Bounds::Own, bytes));
    let version_1 = || bundle("bundle of ESP-IDF up to 5.3", bundle::version_1(store));
    let version_2 = || bundle("bundle of ESP-IDF 5.4 and later", bundle::version_2(store));
    Ok(match format {
        Format::CHeader => {
            let anchors = store.contents().anchors.iter();
            let text: String = anchors
                .map(|a| pem::certificate(&a.certificate.der))
                .collect();
            let text = whole("PEM without comments", Bounds::Text, text.into_bytes());
            vec![text, version_2()?, version_1()?]
        }
        Format::EspBundleV1 => vec![version_1()?],
        Format::EspBundleV2 => vec![version_2()?],
        Format::Json => Vec::new(),
        Format::Pem => {
            vec![whole("PEM", Bounds::Text, pem::render(store).into_bytes())]
        }
        Format::Rust => {
            let bytes = RenderedStore::new(store)?.bytes().to_vec();
            vec![whole("binary store", Bounds::Own, bytes)]
        }
        Format::WebPki => vec![names_and_keys(store)?],
    })
}

/// The compiler places each name and key where it likes, and equal ones once.
fn names_and_keys(store: &ApprovedStore) -> Result<Embedded, RenderError> {
    let mut parts = Vec::new();
    for anchor in &store.contents().anchors {
        parts.push(contents(&anchor.certificate.subject, "subject", anchor)?);
        parts.push(contents(&anchor.certificate.spki, "key", anchor)?);
    }
    Ok(Embedded {
        what: "names and keys",
        bounds: Bounds::None,
        parts,
    })
}

/// Name and key of an anchor as `TrustAnchor` of rustls-webpki has them; `None` where one is no SEQUENCE.
pub fn name_and_key(certificate: &Certificate) -> Option<[&[u8]; 2]> {
    let name = der::sequence_contents(&certificate.subject)?;
    Some([name, der::sequence_contents(&certificate.spki)?])
}

fn contents(
    sequence: &[u8],
    what: &'static str,
    anchor: &ApprovedAnchor,
) -> Result<Vec<u8>, RenderError> {
    let contents = der::sequence_contents(sequence).map(<[u8]>::to_vec);
    contents.ok_or_else(|| RenderError::NotASequence {
        anchor: anchor.name.clone(),
        what,
    })
}
