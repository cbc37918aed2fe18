//! The rebuilt files beside the published ones.

use std::io::ErrorKind;
use std::path::Path;

use serde::Serialize;

use super::published::Published;
use crate::difference::{self, Artefact as Side, Difference};
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::image;
use crate::release::manifest::{
    Artefact, ArtefactKind, FILE_NAME, ReleaseManifest, ToolchainRecord,
};
use crate::secure_boot;

/// Stands for the hash of a file that was published and that the rebuild does not have.
const NOT_BUILT: &str = "the rebuild made no such file";

/// What came of a rebuild.
#[derive(Debug)]
pub struct Comparison {
    /// Each unsigned file, ordered by name.
    pub files: Vec<Compared>,
    /// Why they differ, where the published bytes are at hand.
    pub difference: Option<Difference>,
    /// What compiled the rebuilt files.
    pub toolchain: ToolchainRecord,
}

/// One published file beside the rebuilt one.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Compared {
    /// Its name in the release.
    pub name: String,
    /// Bytes of the published file.
    pub size: u64,
    /// SHA-256 of the published file, hexadecimal.
    #[serde(rename = "published-sha256")]
    pub published: String,
    /// SHA-256 of the rebuilt file, hexadecimal; `None` where the rebuild made no such file.
    #[serde(rename = "rebuilt-sha256")]
    pub rebuilt: Option<String>,
}

impl Compared {
    /// Whether the rebuilt file has the published bytes.
    pub fn is_equal(&self) -> bool {
        self.rebuilt.as_ref() == Some(&self.published)
    }
}

impl Comparison {
    /// Compares the release in the folder `rebuilt` with what was published.
    ///
    /// # Errors
    /// When a rebuilt file cannot be read.
    pub fn of(published: &Published, rebuilt: &Path) -> Result<Self> {
        let mut files = Vec::new();
        for (name, size, published) in recorded(published.manifest()) {
            let rebuilt = built(&rebuilt.join(&name))?.map(|bytes| sha256_hex(&bytes));
            files.push(Compared {
                name,
                size,
                published,
                rebuilt,
            });
        }
        files.extend(signed(published, rebuilt)?);
        let mut comparison = Self {
            files,
            difference: None,
            toolchain: toolchain(rebuilt, published.manifest())?,
        };
        if !comparison.is_match() && published.path().is_dir() {
            let both = (Side::open(published.path())?, Side::open(rebuilt)?);
            comparison.difference = Some(difference::of(&both.0, &both.1)?);
        }
        Ok(comparison)
    }

    /// Whether every file has the published bytes.
    pub fn is_match(&self) -> bool {
        self.files.iter().all(Compared::is_equal)
    }

    /// For people: a line for each file, and why they differ.
    pub fn human(&self) -> String {
        let line = |file: &Compared| {
            let word = if file.is_equal() {
                "match   "
            } else {
                "MISMATCH"
            };
            let hash = file.rebuilt.as_deref().unwrap_or(NOT_BUILT);
            format!("{word}  {hash:64}  {}\n", file.name)
        };
        let mut text: String = self.files.iter().map(line).collect();
        if let Some(difference) = &self.difference {
            text += &format!("\n{}", difference::human(difference));
        }
        text
    }

    /// For machines: `perennial.rebuild/1`.
    pub fn json(&self, manifest: &ReleaseManifest) -> String {
        let answer = serde_json::json!({
            "schema": "perennial.rebuild/1",
            "version": manifest.version,
            "commit": manifest.commit,
            "outcome": if self.is_match() { "match" } else { "mismatch" },
            "files": self.files,
            "difference": self.difference,
        });
        // Strings, numbers and maps with string keys: nothing that JSON cannot say.
        serde_json::to_string_pretty(&answer).unwrap_or_default() + "\n"
    }

    /// What the command ends with.
    pub fn exit(&self) -> Exit {
        if self.is_match() {
            Exit::Done
        } else {
            Exit::NotReproducible
        }
    }
}

/// Name, size and SHA-256 of each file that was published, ordered by name.
fn recorded(manifest: &ReleaseManifest) -> Vec<(String, u64, String)> {
    let artefacts = manifest.artefacts.iter();
    let mut recorded: Vec<_> = artefacts
        .map(|artefact| {
            (
                artefact.name.clone(),
                artefact.size,
                artefact.sha256.clone(),
            )
        })
        .collect();
    let bytes = manifest.to_bytes();
    recorded.push((FILE_NAME.to_owned(), bytes.len() as u64, sha256_hex(&bytes)));
    recorded.sort();
    recorded
}

/// What compiled the rebuilt files, which must be what compiled the published ones: of another compiler's output nothing follows.
fn toolchain(rebuilt: &Path, published: &ReleaseManifest) -> Result<ToolchainRecord> {
    let path = rebuilt.join(FILE_NAME);
    let manifest = ReleaseManifest::from_bytes(&read(&path)?).map_err(|problem| {
        Failure::new(Exit::Bug, format!("{} is no manifest", path.display())).evidence(problem)
    })?;
    if manifest.toolchain == published.toolchain {
        return Ok(manifest.toolchain);
    }
    let shown = |record: &ToolchainRecord| {
        let ToolchainRecord {
            provider,
            rustc,
            tree_sha256,
            converter,
            ..
        } = record;
        format!("{provider}, {rustc}, tree {tree_sha256}, {converter}")
    };
    Err(Failure::new(
        Exit::Environment,
        "it was built again with another toolchain than the recorded one",
    )
    .evidence(format!("recorded: {}", shown(&published.toolchain)))
    .evidence(format!("here:     {}", shown(&manifest.toolchain)))
    .help("rebuild on a machine that has the recorded one; docs/toolchain.md"))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| Failure::io("read", path, &error))
}

/// A file of the rebuild, if there is one.
fn built(path: &Path) -> Result<Option<Vec<u8>>> {
    match std::fs::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        read => read
            .map(Some)
            .map_err(|error| Failure::io("read", path, &error)),
    }
}

/// The signed image, where there is a published one: its signatures behind the rebuilt image. Who signs draws a salt at random, so
/// no rebuild can make the signatures again; they must fit what was rebuilt.
fn signed(published: &Published, rebuilt: &Path) -> Result<Option<Compared>> {
    let Some(bytes) = published.file(secure_boot::FILE_NAME) else {
        return Ok(None);
    };
    secure_boot::SignedImage::read(bytes).map_err(damaged)?;
    let application = built(&rebuilt.join(ArtefactKind::ApplicationImage.file_name()))?;
    let moved = application
        .map(|application| with_signatures(&application, bytes, published.manifest()))
        .transpose()?;
    Ok(Some(Compared {
        name: secure_boot::FILE_NAME.to_owned(),
        size: bytes.len() as u64,
        published: sha256_hex(bytes),
        rebuilt: moved.map(|bytes| sha256_hex(&bytes)),
    }))
}

/// The rebuilt application, padded, with the signature sector of the image that was published.
fn with_signatures(
    application: &[u8],
    published: &[u8],
    manifest: &ReleaseManifest,
) -> Result<Vec<u8>> {
    let readable = image::Application::read(application).map_err(damaged)?;
    let padded = secure_boot::PaddedImage::pad(&readable).map_err(|error| {
        Failure::new(
            Exit::NotReproducible,
            "the rebuilt application cannot be padded",
        )
        .evidence(error)
    })?;
    let sector = &published[published.len() - secure_boot::SECTOR_LENGTH..];
    let moved = [padded.bytes(), sector].concat();
    let application = sha256_hex(application);
    let is_published =
        |one: &Artefact| one.kind == ArtefactKind::ApplicationImage && one.sha256 == application;
    if moved != published && manifest.artefacts.iter().any(is_published) {
        // Nothing that was built is wrong: another image was signed, and no statement about the rebuild may hide it.
        return Err(Failure::new(
            Exit::Tampered,
            format!("{} is a signed image of another application", secure_boot::FILE_NAME),
        )
        .evidence("the rebuilt application is the published one, and with these signatures it gives another file")
        .help("do not use the signed image; `cargo xtask verify` says which bytes differ"));
    }
    Ok(moved)
}

#[allow(clippy::needless_pass_by_value, reason = "what `map_err` passes on")]
fn damaged(faults: image::Faults) -> Failure {
    faults.failure(secure_boot::FILE_NAME)
}
