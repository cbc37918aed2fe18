//! Whether the files of a release are what its manifest says.

use super::contents;
use super::manifest::{Artefact, FILE_NAME, ReleaseManifest};

/// Where a file differs from what was recorded of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Difference {
    /// The part of the file: `size`, `content`, `line 3`.
    pub field: String,
    /// What is there and what should be.
    pub message: String,
}

impl Artefact {
    /// Compares a file of `size` bytes and this SHA-256 (hexadecimal) with what the manifest says of it.
    pub fn difference(&self, size: u64, sha256: &str) -> Option<Difference> {
        let (field, message) = if size != self.size {
            let message = format!("it has {size} bytes, {FILE_NAME} says {}", self.size);
            ("size", message)
        } else if sha256 != self.sha256 {
            let message = format!("its SHA-256 is {sha256}, {FILE_NAME} says {}", self.sha256);
            ("content", message)
        } else {
            return None;
        };
        Some(Difference {
            field: field.to_owned(),
            message,
        })
    }
}

/// Compares `SHA256SUMS` with the one that this manifest has, to the byte.
pub fn sums_difference(found: &[u8], manifest: &ReleaseManifest) -> Option<Difference> {
    let expected = contents::sums(manifest);
    if found == expected.as_bytes() {
        return None;
    }
    let found = String::from_utf8_lossy(found);
    let lines = || found.split_inclusive('\n');
    let expected_lines = || expected.split_inclusive('\n');
    let equal = lines().zip(expected_lines());
    let equal = equal.take_while(|(found, expected)| found == expected);
    let index = equal.count();
    let shown = |line: Option<&str>| line.map_or("nothing".to_owned(), |line| format!("{line:?}"));
    Some(Difference {
        field: format!("line {}", index + 1),
        message: format!(
            "line {} is {}, and `sha256sum` of this release's files writes {}",
            index + 1,
            shown(lines().nth(index)),
            shown(expected_lines().nth(index)),
        ),
    })
}
