//! What crates bring compiled: object files and libraries in their sources.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Crate, CrateRole, Key};
use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::release::manifest::BlobRecord;

/// How the names of compiled files end.
const EXTENSIONS: [&str; 6] = ["a", "lib", "o", "obj", "rlib", "so"];

/// The blobs of every crate that is linked, ordered. A blob in a folder named for another chip of the family takes no part.
///
/// # Errors
/// [`Exit::Environment`] where the sources of a linked crate cannot be read.
pub(super) fn of(
    crates: &[Crate],
    folders: &BTreeMap<Key, PathBuf>,
    chip: &str,
) -> Result<Vec<BlobRecord>> {
    let mut found = Vec::new();
    for linked in crates.iter().filter(|one| one.role == CrateRole::Linked) {
        // The project's own crates are source in the commit; a build's leftovers may lie below them.
        if linked.sha256.is_none() {
            continue;
        }
        let key = (linked.name.clone(), linked.version.clone());
        let folder = folders.get(&key).ok_or_else(|| missing(linked))?;
        for path in files_below(folder).map_err(|error| missing(linked).evidence(error.what))? {
            let relative = path.strip_prefix(folder).unwrap_or(&path);
            if is_blob(relative) && !is_of_another_chip(relative, chip) {
                found.push(record(linked, relative, &path)?);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn record(linked: &Crate, relative: &Path, path: &Path) -> Result<BlobRecord> {
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    let parts = relative.components().map(|part| part.as_os_str());
    let parts: Vec<_> = parts.map(|part| part.to_string_lossy()).collect();
    Ok(BlobRecord {
        package: linked.name.clone(),
        version: linked.version.clone(),
        path: parts.join("/"),
        size: bytes.len() as u64,
        sha256: sha256_hex(&bytes),
    })
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let unlisted = |error| Failure::io("list", folder, &error);
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(unlisted)? {
        let entry = entry.map_err(unlisted)?;
        match entry.file_type().map_err(unlisted)?.is_dir() {
            true => folders.push(entry.path()),
            false => files.push(entry.path()),
        }
    }
    for folder in folders {
        files.extend(files_below(&folder)?);
    }
    Ok(files)
}

fn is_blob(path: &Path) -> bool {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}

/// Whether a folder of the path is named for a chip that is not this one: `ld/esp32s3/libesp_rom_sys.a`.
fn is_of_another_chip(path: &Path, chip: &str) -> bool {
    let folders = path.parent().into_iter().flat_map(Path::components);
    let names = folders.map(|folder| folder.as_os_str().to_string_lossy());
    let mut chips = names.filter(|name| is_chip(name));
    chips.any(|name| name != chip)
}

fn is_chip(name: &str) -> bool {
    let rest = name.strip_prefix("esp32");
    rest.is_some_and(|rest| rest.len() <= 3 && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn missing(linked: &Crate) -> Failure {
    let (name, version) = (&linked.name, &linked.version);
    let what = format!("the sources of {name} {version} are not there, which is linked");
    Failure::new(Exit::Environment, what)
        .evidence("what it brings compiled cannot be listed")
        .help("run `cargo fetch --locked` in firmware/")
}
