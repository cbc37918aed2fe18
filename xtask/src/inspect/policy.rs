//! What was found, as entries of a policy.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use trust::outlook::AnchorKind;

use super::Inspection;

/// What the entries are, and what they are not.
const HEAD: &str = "\
# Not a whole policy: entries for a policy.toml that you have. A whole one, with its endpoints, writes
# cargo xtask init DIR --url https://… --owner \"…\"

";

/// A `[[required-root]]` for each root, once; what is no root, or is not known, is a comment.
pub(super) fn text(inspections: &[Inspection]) -> String {
    let mut text = HEAD.to_owned();
    let mut seen = BTreeSet::new();
    for inspection in inspections {
        let file = &inspection.material.file.name;
        for anchor in &inspection.outlook.anchors {
            if !seen.insert((anchor.sha256, anchor.spki_sha256)) {
                continue;
            }
            let place = inspection.material.where_in_words(&anchor.place);
            match (&anchor.sha256, anchor.kind) {
                (Some(sha256), AnchorKind::Root) => {
                    let _ = writeln!(
                        text,
                        "[[required-root]]\nname = {}\nsha256 = \"{}\"\nreason = {}\n",
                        quoted(&anchor.name),
                        hex::encode(sha256),
                        quoted(&format!(
                            "found in {file}, {place}: say which server needs it"
                        )),
                    );
                }
                _ => {
                    let key = hex::encode(anchor.spki_sha256);
                    let _ = writeln!(
                        text,
                        "# {} in {file}, {place}, is no known root; the SHA-256 of its key is {key}\n",
                        anchor.name
                    );
                }
            }
        }
    }
    text
}

/// A TOML string: what JSON escapes, TOML reads.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
