//! The files of a release that lies in a folder.

use std::collections::BTreeMap;
use std::path::Path;

use crate::failure::{Failure, Result};

/// The regular files directly in `folder`, by name; what else is there is left out.
///
/// # Errors
/// When the folder or one of them cannot be read.
pub fn files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let unlisted = |error| Failure::io("list", folder, &error);
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(unlisted)? {
        let entry = entry.map_err(unlisted)?;
        let path = entry.path();
        if path.is_file() {
            let bytes = std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))?;
            files.insert(entry.file_name().to_string_lossy().into_owned(), bytes);
        }
    }
    Ok(files)
}
