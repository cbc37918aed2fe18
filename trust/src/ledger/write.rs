//! The canonical form of a release: one text for one release, so that a review sees what shipped and nothing else.

use std::fmt::Write as _;

use super::{Release, ReleaseAnchor, ReleaseEndpoint, ReleasePin};
use crate::policy::AfterExpiry;

const HEADER: &str = "\
# A release as it was shipped: what the devices that run it trust. Written by
# `cargo xtask build-firmware --record`. Only `units` is for people to change.
";

impl Release {
    /// The file of the release.
    pub fn to_toml(&self) -> String {
        let mut text = HEADER.to_owned();
        self.head(&mut text);
        if let Some(rescue) = &self.rescue {
            rescue.write(&mut text);
        }
        for anchor in &self.anchors {
            write_anchor(&mut text, anchor);
        }
        for pin in &self.pins {
            write_pin(&mut text, pin);
        }
        for endpoint in &self.endpoints {
            write_endpoint(&mut text, endpoint);
        }
        for artefact in &self.artefacts {
            text.push_str("\n[[artefact]]\n");
            line(&mut text, "name", &quoted(&artefact.name));
            line(&mut text, "sha256", &hexadecimal(&artefact.sha256));
        }
        text
    }

    /// The name of its file.
    pub fn file_name(&self) -> String {
        format!("{}.toml", self.version)
    }

    fn head(&self, text: &mut String) {
        text.push_str("\nschema-version = 1\n");
        line(text, "version", &quoted(&self.version));
        line(text, "product", &quoted(&self.product));
        line(text, "commit", &quoted(&self.commit));
        line(text, "released", &quoted(&self.released.to_string()));
        line(text, "channel", &quoted(self.channel.word()));
        line(text, "verifier", &quoted(self.verifier.word()));
        line(
            text,
            "service-ends",
            &quoted(&self.service_ends.to_string()),
        );
        let offline = self.longest_offline_days.to_string();
        line(text, "longest-offline-days", &offline);
        optional(text, "units", self.units.map(|units| units.to_string()));
        let table = self.partition_table_sha256.as_ref().map(hexadecimal);
        optional(text, "partition-table-sha256", table);
        text.push_str("\n[store]\n");
        line(text, "sequence", &self.store.sequence.to_string());
        line(text, "sha256", &hexadecimal(&self.store.sha256));
    }
}

fn write_anchor(text: &mut String, anchor: &ReleaseAnchor) {
    text.push_str("\n[[anchor]]\n");
    line(text, "name", &quoted(&anchor.name));
    line(text, "sha256", &hexadecimal(&anchor.sha256));
    line(text, "spki-sha256", &hexadecimal(&anchor.spki_sha256));
    line(text, "not-after", &quoted(&anchor.not_after.to_string()));
    optional(text, "owner", anchor.owner.as_deref().map(quoted));
}

fn write_pin(text: &mut String, pin: &ReleasePin) {
    let after = match pin.after_expiry {
        AfterExpiry::RootsOnly => "roots-only",
    };
    text.push_str("\n[[pin]]\n");
    line(text, "endpoint", &quoted(&pin.endpoint));
    line(text, "spki-sha256", &hexadecimal(&pin.spki_sha256));
    line(text, "expires", &quoted(&pin.expires.to_string()));
    line(text, "after-expiry", &quoted(after));
}

fn write_endpoint(text: &mut String, endpoint: &ReleaseEndpoint) {
    let day = endpoint.leaf_ends.map(|day| quoted(&day.to_string()));
    let slack = endpoint.renewal_slack_days.map(|days| days.to_string());
    text.push_str("\n[[endpoint]]\n");
    line(text, "name", &quoted(&endpoint.name));
    line(text, "url", &quoted(&endpoint.url));
    optional(text, "redirects", list(&endpoint.redirects));
    line(text, "owner", &quoted(&endpoint.owner));
    optional(text, "profile", endpoint.profile.as_deref().map(quoted));
    optional(
        text,
        "key-type",
        endpoint.key_type.map(|key_type| quoted(key_type.word())),
    );
    let days = endpoint.leaf_days.map(|days| days.to_string());
    optional(text, "leaf-days", days);
    optional(text, "leaf-ends", day);
    optional(text, "renewal-slack-days", slack);
    optional(text, "chains", list(&endpoint.chains));
}

pub(super) fn line(text: &mut String, key: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{key} = {value}");
}

fn optional(text: &mut String, key: &str, value: Option<String>) {
    if let Some(value) = value {
        line(text, key, &value);
    }
}

/// One element on each line, so that a difference shows the element; nothing where there is none.
pub(super) fn list(values: &[String]) -> Option<String> {
    if values.is_empty() {
        return None;
    }
    let lines: String = values
        .iter()
        .map(|value| format!("    {},\n", quoted(value)))
        .collect();
    Some(format!("[\n{lines}]"))
}

pub(super) fn hexadecimal(sha256: &[u8; 32]) -> String {
    quoted(&hex::encode(sha256))
}

/// A basic string of TOML 1.0.
pub(super) fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for character in value.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            character if character.is_control() => {
                let _ = write!(text, "\\u{:04X}", u32::from(character));
            }
            character => text.push(character),
        }
    }
    text.push('"');
    text
}
