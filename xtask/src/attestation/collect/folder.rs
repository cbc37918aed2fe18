//! What lies in `attestations/<version>/`, read and not judged.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use trust::policy::Audit;

use crate::entry_kind::EntryKind;
use crate::failure::{Failure, Result};

/// What a builder says, in its folder.
pub const REBUILD: &str = "rebuild.dsse.json";

/// Why its dissent does not stand in the way, in the same folder.
pub const EXPLANATION: &str = "explained.toml";

/// Describes a folder, and is nobody's word.
const README: &str = "README.md";

/// The folder of a release.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// The files of each builder of the policy that has a folder, by its name.
    pub folders: BTreeMap<String, BuilderFolder>,
    /// Paths below the folder that are no builder's, and why.
    pub strays: BTreeMap<String, String>,
}

/// The files of one builder, each if it is there.
#[derive(Clone, Debug, Default)]
pub struct BuilderFolder {
    /// The bytes of [`REBUILD`].
    pub rebuild: Option<Vec<u8>>,
    /// The bytes of [`EXPLANATION`].
    pub explanation: Option<Vec<u8>>,
}

/// `explained.toml`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Explanation {
    /// SHA-256 of the `rebuild.dsse.json` that is explained: of another dissent nothing was explained.
    pub dissent_sha256: String,
    /// Who answers for it.
    pub owner: String,
    /// Why it does not stand in the way.
    pub reason: String,
}

impl Explanation {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong, as a lowercase fragment.
    pub fn read(bytes: &[u8]) -> std::result::Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let explanation: Self =
            toml::from_str(text).map_err(|error| error.to_string().trim().replace('\n', " "))?;
        let said = [&explanation.owner, &explanation.reason];
        if said.iter().any(|text| text.trim().is_empty()) {
            return Err("owner or reason is blank: nobody answers for it".to_owned());
        }
        Ok(explanation)
    }
}

/// Reads the folder of a release; one that is not there holds nothing.
///
/// # Errors
/// A file or folder that cannot be read.
pub(super) fn read(folder: &Path, audit: &Audit) -> Result<Collected> {
    let names: BTreeSet<_> = audit
        .builders
        .iter()
        .map(|b| b.name.value.as_str())
        .collect();
    let mut collected = Collected::default();
    for (name, kind) in entries(folder)? {
        if name == README && kind == EntryKind::File {
            continue;
        }
        let why = match kind {
            EntryKind::Folder if names.contains(name.as_str()) => {
                let (files, strays) = builder(&folder.join(&name), &name)?;
                collected.folders.insert(name, files);
                collected.strays.extend(strays);
                continue;
            }
            EntryKind::Folder => "no builder of the policy has this name".to_owned(),
            kind => format!("it is {kind}, and builders have folders"),
        };
        collected.strays.insert(name, why);
    }
    Ok(collected)
}

fn builder(folder: &Path, name: &str) -> Result<(BuilderFolder, BTreeMap<String, String>)> {
    let (mut files, mut strays) = (BuilderFolder::default(), BTreeMap::new());
    for (file, kind) in entries(folder)? {
        let place = match file.as_str() {
            REBUILD => &mut files.rebuild,
            EXPLANATION => &mut files.explanation,
            README if kind == EntryKind::File => continue,
            _ => {
                strays.insert(
                    format!("{name}/{file}"),
                    "no builder has such a file".to_owned(),
                );
                continue;
            }
        };
        if kind != EntryKind::File {
            strays.insert(
                format!("{name}/{file}"),
                format!("it is {kind}, not a plain file"),
            );
            continue;
        }
        let path = folder.join(&file);
        let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
        *place = Some(bytes);
    }
    Ok((files, strays))
}

/// Name and kind of what stands in a folder, by name. Nothing where there is none.
fn entries(folder: &Path) -> Result<BTreeMap<String, EntryKind>> {
    let unlisted = |error| Failure::io("list", folder, &error);
    let listing = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        listing => listing.map_err(unlisted)?,
    };
    let mut entries = BTreeMap::new();
    for entry in listing {
        let entry = entry.map_err(unlisted)?;
        let kind = EntryKind::from(entry.file_type().map_err(unlisted)?);
        entries.insert(entry.file_name().to_string_lossy().into_owned(), kind);
    }
    Ok(entries)
}
