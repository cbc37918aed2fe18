//! Which `sdkconfig` belongs to a file.

use std::path::{Path, PathBuf};

use trust::sdkconfig::Sdkconfig;
use trust::source::SourceFile;

use super::DeviceArguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What ESP-IDF calls them: what was configured, and what a project asks for.
const NAMES: [&str; 2] = ["sdkconfig", "sdkconfig.defaults"];
/// The folder of the file, and two above: `build/app.bin`, `main/certs/ca.pem`.
const FOLDERS: usize = 3;

/// The configuration for `file`: the one that was named, else the nearest.
///
/// # Errors
/// [`Exit::Unreadable`] for one that cannot be read.
pub(super) fn of(file: &Path, arguments: &DeviceArguments) -> Result<Option<Sdkconfig>> {
    let found = match &arguments.sdkconfig {
        _ if arguments.no_sdkconfig => None,
        Some(path) => Some(path.clone()),
        None => nearest(file),
    };
    found.as_deref().map(read).transpose()
}

fn nearest(file: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(file).ok()?;
    let folders = whole.parent()?.ancestors().take(FOLDERS);
    let mut candidates = folders.flat_map(|folder| NAMES.map(|name| folder.join(name)));
    candidates.find(|path| path.is_file())
}

fn read(path: &Path) -> Result<Sdkconfig> {
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    let file = SourceFile::from_bytes(path.display().to_string(), &bytes);
    Sdkconfig::read(&file).map_err(|error| {
        Failure::new(
            Exit::Unreadable,
            format!("{} is no sdkconfig", path.display()),
        )
        .evidence(error)
        .help("name the right one: --sdkconfig FILE, or leave it out: --no-sdkconfig")
    })
}
