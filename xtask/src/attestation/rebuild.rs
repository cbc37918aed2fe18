//! What somebody says who built a release again: the same bytes, others, or none.
//!
//! A builder signs each outcome, also the ones that nobody wishes for. The subjects are the published files, `release.json`
//! among them: a statement about one release never counts for another.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::statement::{Predicate, Statement, Subject, sha256};
use crate::digest::sha256_hex;
use crate::release::manifest::{FILE_NAME, ReleaseManifest, ToolchainRecord};

/// The predicate. Only [`Rebuild::compared`] and [`Rebuild::failed`] make one that [`Rebuild::fault`] finds nothing in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rebuild {
    /// What came of it.
    pub outcome: Outcome,
    /// Name of the builder, as `[audit]` of the policy has it.
    pub builder: String,
    /// Version of the release.
    pub version: String,
    /// The commit that was built.
    pub commit: String,
    /// What compiled; `None` where the build ended before there was a toolchain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toolchain: Option<ToolchainRecord>,
    /// Why there is nothing to compare: only of a build that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Each file that was compared, ordered by name.
    pub artefacts: Vec<Comparison>,
}

/// What came of a rebuild.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing was built.
    BuildFailed,
    /// Every file has the published bytes.
    Match,
    /// Some file has other bytes.
    Mismatch,
}

/// One published file beside the one that was built.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Comparison {
    /// Its name in the release.
    pub name: String,
    /// SHA-256 of the published file, hexadecimal.
    pub published_sha256: String,
    /// SHA-256 of the file that was built, hexadecimal; `None` where the build made no such file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebuilt_sha256: Option<String>,
    /// Where they differ, by offset; empty where they are equal.
    pub ranges: Vec<DifferingRange>,
}

/// Bytes that differ.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DifferingRange {
    /// Offset of the first byte in the published file.
    pub start: u64,
    /// Offset behind the last one.
    pub end: u64,
    /// Whose bytes they are: "app descriptor: date".
    pub owner: String,
    /// Why they differ, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl Predicate for Rebuild {
    const TYPE: &'static str = "urn:perennial:rebuild:v1";
}

impl Outcome {
    /// The word of the statement.
    pub fn word(self) -> &'static str {
        match self {
            Self::BuildFailed => "build-failed",
            Self::Match => "match",
            Self::Mismatch => "mismatch",
        }
    }
}

impl Rebuild {
    /// A rebuild of `manifest`'s release that gave files to compare. Whether it matches follows from them.
    pub fn compared(
        builder: &str,
        manifest: &ReleaseManifest,
        toolchain: ToolchainRecord,
        mut artefacts: Vec<Comparison>,
    ) -> Self {
        artefacts.sort();
        let outcome = match !artefacts.is_empty() && artefacts.iter().all(Comparison::is_equal) {
            true => Outcome::Match,
            false => Outcome::Mismatch,
        };
        Self {
            outcome,
            builder: builder.to_owned(),
            version: manifest.version.clone(),
            commit: manifest.commit.clone(),
            toolchain: Some(toolchain),
            reason: None,
            artefacts,
        }
    }

    /// A rebuild of `manifest`'s release that gave nothing to compare, and why.
    pub fn failed(
        builder: &str,
        manifest: &ReleaseManifest,
        toolchain: Option<ToolchainRecord>,
        reason: &str,
    ) -> Self {
        Self {
            outcome: Outcome::BuildFailed,
            builder: builder.to_owned(),
            version: manifest.version.clone(),
            commit: manifest.commit.clone(),
            toolchain,
            reason: Some(reason.to_owned()),
            artefacts: Vec::new(),
        }
    }

    /// The statement about `manifest`'s release.
    pub fn statement(self, manifest: &ReleaseManifest) -> Statement<Self> {
        Statement::new(subjects(manifest), self)
    }

    /// What in it contradicts itself or `manifest`: a statement that was not made by this code.
    pub fn fault(&self, manifest: &ReleaseManifest) -> Option<String> {
        if (&self.version, &self.commit) != (&manifest.version, &manifest.commit) {
            return Some(format!(
                "it speaks of version {} of commit {}",
                self.version, self.commit
            ));
        }
        let ordered = self
            .artefacts
            .windows(2)
            .all(|two| two[0].name < two[1].name);
        if !ordered {
            return Some("its files are not each there once, by name".to_owned());
        }
        let fault = self.artefacts.iter().find_map(|one| one.fault(manifest));
        fault.or_else(|| self.contradiction(manifest))
    }

    /// An outcome that does not follow from what was compared.
    fn contradiction(&self, manifest: &ReleaseManifest) -> Option<String> {
        let compared: BTreeSet<_> = self.artefacts.iter().map(|one| &one.name).collect();
        let about = subjects(manifest);
        let left_out = about.iter().find(|one| !compared.contains(&one.name));
        let equal = self.artefacts.iter().all(Comparison::is_equal);
        let built = self.toolchain.is_some() && self.reason.is_none();
        match self.outcome {
            Outcome::Match if !equal => Some("it is a match, and files differ".to_owned()),
            Outcome::Match if left_out.is_some() => {
                let name = left_out.map_or("", |one| one.name.as_str());
                Some(format!("it is a match, and {name} was not compared"))
            }
            Outcome::Match | Outcome::Mismatch if !built => {
                Some("it compares files that nothing compiled".to_owned())
            }
            Outcome::Mismatch if equal => Some("it is a mismatch, and no file differs".to_owned()),
            Outcome::BuildFailed if self.reason.is_none() || !self.artefacts.is_empty() => {
                Some("the build failed, and it compares files or says no reason".to_owned())
            }
            _ => None,
        }
    }
}

impl Comparison {
    fn is_equal(&self) -> bool {
        self.rebuilt_sha256.as_ref() == Some(&self.published_sha256)
    }

    fn fault(&self, manifest: &ReleaseManifest) -> Option<String> {
        let name = &self.name;
        let published = subjects(manifest).into_iter().find(|one| one.name == *name);
        let Some(published) = published else {
            return Some(format!("{name} is no file that a rebuild is about"));
        };
        if published.digest != sha256(&self.published_sha256) {
            return Some(format!("{name}: it was compared with another file"));
        }
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_hash = |text: &&String| text.len() == 64 && text.bytes().all(hexadecimal);
        if let Some(rebuilt) = self.rebuilt_sha256.as_ref().filter(|text| !is_hash(text)) {
            return Some(format!("{name}: {rebuilt:?} is no SHA-256"));
        }
        if self.is_equal() != self.ranges.is_empty() {
            return Some(format!("{name}: hashes and ranges contradict each other"));
        }
        let mut ranges = self.ranges.iter();
        let empty = ranges.any(|range| range.start >= range.end);
        empty.then(|| format!("{name}: a range has no bytes"))
    }
}

/// What a rebuild is about: what devices get, and the manifest that says what it is.
pub fn subjects(manifest: &ReleaseManifest) -> Vec<Subject> {
    let mut subjects = super::statement::subjects(manifest);
    subjects.push(Subject {
        name: FILE_NAME.to_owned(),
        digest: sha256(&sha256_hex(manifest.to_bytes())),
    });
    subjects.sort();
    subjects
}
