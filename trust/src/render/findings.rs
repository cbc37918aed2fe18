//! What there is to say about a store in a format.

use device::store::{Part, WriteError};

use super::{Format, RenderError, RenderedStore, binary, bundle};
use crate::finding::{Finding, Subject};
use crate::rules::Rule;
use crate::rules::rendering::{
    BUNDLE_NAME_COLLISION, FORMAT_WITHOUT_DATES, FORMAT_WITHOUT_PINS, STALE_RENDER, STORE_REFUSED,
    STORE_TOO_LARGE,
};
use crate::source::{Location, SourceFile};
use crate::store::{ApprovedStore, StoreContents};

/// What `format` drops of `store` and what it cannot say, in the order of the rules' ids. When there is no
/// error among them, [`super::render`] succeeds.
pub fn findings(store: &ApprovedStore, format: Format) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(without_dates(store, format));
    findings.extend(without_pins(store, format));
    if format.is_bundle() {
        findings.extend(name_collision(store, format));
        findings.extend(too_many_anchors(store, format));
    }
    if matches!(format, Format::Json | Format::Rust) {
        findings.extend(binary_refused(store, format));
    }
    findings
}

/// A committed file that is not what the policy gives (R101). `committed` is `None` when there is no file.
pub fn stale(
    path: &str,
    committed: Option<&[u8]>,
    rendered: &[u8],
    format: Format,
) -> Option<Finding> {
    if committed == Some(rendered) {
        return None;
    }
    // A binary file has no lines to show.
    let text = committed.and_then(|bytes| std::str::from_utf8(bytes).ok());
    let file = SourceFile::new(path, text.unwrap_or_default());
    let expected = String::from_utf8_lossy(rendered);
    let (span, label) = match (committed, text) {
        (None, _) => (0..0, "there is no such file".to_owned()),
        (Some(_), Some(text)) => first_difference(text, &expected),
        (Some(bytes), None) => {
            let same = bytes.iter().zip(rendered).take_while(|(a, b)| a == b);
            (0..0, format!("differs from byte {} on", same.count()))
        }
    };
    let command = format.command();
    let message = format!("{path} is not what the policy gives");
    let finding = Finding::new(&STALE_RENDER, Location::new(&file, span), label, message)
        .help(format!("run `{command}` and commit the file"))
        .about(Subject::item(path));
    Some(finding)
}

/// The first line of `text` that is not that of `expected`, and what must stand there.
fn first_difference(text: &str, expected: &str) -> (std::ops::Range<usize>, String) {
    let mut at = 0;
    let mut expected_lines = expected.split_inclusive('\n');
    for line in text.split_inclusive('\n') {
        match expected_lines.next() {
            Some(expected) if expected == line => at += line.len(),
            Some(expected) if expected.trim_end() == line.trim_end() => {
                return (
                    at..at + line.trim_end().len(),
                    "another line end".to_owned(),
                );
            }
            Some(expected) => {
                let label = format!("must be `{}`", expected.trim_end());
                return (at..at + line.trim_end().len(), label);
            }
            None => {
                return (
                    at..at + line.trim_end().len(),
                    "from here on too much".to_owned(),
                );
            }
        }
    }
    (at..at, "the file ends too early".to_owned())
}

fn finding(rule: &'static Rule, store: &ApprovedStore, label: &str, message: String) -> Finding {
    Finding::new(rule, store.contents().at.clone(), label, message)
}

fn without_dates(store: &ApprovedStore, format: Format) -> Option<Finding> {
    if format.carries_dates() {
        return None;
    }
    let anchors = store.contents().anchors.iter();
    let first = anchors.min_by_key(|anchor| anchor.effective_end.date)?;
    let word = format.word();
    let message =
        format!("{word} carries no dates: the end of an anchor is not enforced on the device");
    let finding = finding(
        &FORMAT_WITHOUT_DATES,
        store,
        "rendered without dates",
        message,
    )
    .and_label(
        first.at.clone(),
        format!("the first to end, {}", first.effective_end.date),
    )
    .evidence("first-end", first.effective_end.date)
    .evidence("format", word)
    .help("retire anchors with updates, or render a format with dates: rust, pem")
    .about(Subject::item(word));
    Some(finding)
}

fn without_pins(store: &ApprovedStore, format: Format) -> Option<Finding> {
    let pins = &store.contents().pins;
    let first = pins.first().filter(|_| !format.carries_pins())?;
    let word = format.word();
    let message = format!(
        "{word} carries no pins: {} of the policy are dropped",
        pins.len()
    );
    let mut finding = Finding::new(&FORMAT_WITHOUT_PINS, first.at.clone(), "dropped", message);
    for pin in &pins[1..] {
        finding = finding.and_label(pin.at.clone(), "dropped");
    }
    let finding = finding
        .evidence("format", word)
        .evidence("pins", pins.len())
        .help("render a format with pins (rust), or prove the endpoints without them")
        .about(Subject::item(word));
    Some(finding)
}

fn name_collision(store: &ApprovedStore, format: Format) -> Option<Finding> {
    let (first, second) = bundle::collision(&store.contents().anchors)?;
    let message = format!(
        "{} and {} have the same subject, and a bundle tries only one of them",
        first.name, second.name
    );
    let at = first.at.clone().max(second.at.clone());
    let other = first.at.clone().min(second.at.clone());
    let finding = Finding::new(&BUNDLE_NAME_COLLISION, at, "the same subject", message)
        .and_label(other, "as here")
        .evidence("first", hex::encode(first.certificate.fingerprint))
        .evidence("format", format.word())
        .evidence("second", hex::encode(second.certificate.fingerprint))
        .help("keep the one that the servers' chains lead to, or render pem")
        .about(Subject::anchor(&second.name));
    Some(finding)
}

fn too_many_anchors(store: &ApprovedStore, format: Format) -> Option<Finding> {
    let anchors = store.contents().anchors.len();
    let maximum = bundle::MAX_ANCHORS;
    (anchors > maximum).then(|| {
        let message = format!(
            "the store has {anchors} anchors, and ESP-IDF refuses a bundle of more than {maximum}"
        );
        finding(&STORE_TOO_LARGE, store, "too many anchors", message)
            .evidence("anchors", anchors)
            .evidence("maximum", maximum)
            .help("require the anchors that the endpoints need")
            .about(Subject::item(format.word()))
    })
}

fn binary_refused(store: &ApprovedStore, format: Format) -> Option<Finding> {
    let error = RenderedStore::new(store).err()?;
    Some(refused(store.contents(), &error).about(Subject::item(format.word())))
}

/// The binary form of a store of `contents`, before they are approved: asked by the gate, of the products whose verifier
/// reads that form.
///
/// # Errors
/// What the form or the device's reader has against it (R105, R106).
pub(crate) fn device_bytes(contents: &StoreContents) -> Result<Vec<u8>, Box<Finding>> {
    binary::bytes(contents).map_err(|error| {
        let finding = refused(contents, &error);
        Box::new(finding.about(Subject::item(Format::Rust.word())))
    })
}

fn refused(contents: &StoreContents, error: &RenderError) -> Finding {
    let (rule, help) = match error {
        RenderError::Binary(WriteError::TooLarge { part, .. }) => {
            let anchors = matches!(part, Part::AnchorCount | Part::TotalLength);
            let help = if anchors {
                "require the anchors that the endpoints need"
            } else {
                "remove or shorten it: docs/policy.md has the limits of the store"
            };
            (&STORE_TOO_LARGE, help)
        }
        _ => (&STORE_REFUSED, "mend what the message names"),
    };
    let place = contents.at.clone();
    Finding::new(rule, place, "this product's store", error.to_string()).help(help)
}
