//! Which `sdkconfig` belongs to a file.

use std::path::{Path, PathBuf};

use trust::sdkconfig::Sdkconfig;
use trust::source::SourceFile;

use super::DeviceArguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What was configured, and what a project asks for.
const CONFIGURED: &str = "sdkconfig";
const DEFAULTS: &str = "sdkconfig.defaults";
/// The copy that `menuconfig` leaves: never read.
const OLD: &str = "sdkconfig.old";

/// What was read, and what was not.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    pub(super) read: Option<Sdkconfig>,
    /// A folder with configurations of which nobody can say which one is meant: the search ended there.
    pub(super) undecided: Option<PathBuf>,
}

/// The configuration for `file`: the one that was named, else the nearest. `chip`, as `esp32c3`, is the one that an image is for.
///
/// # Errors
/// [`Exit::Unreadable`] for one that cannot be read.
pub(super) fn of(
    file: &Path,
    arguments: &DeviceArguments,
    chip: Option<&str>,
) -> Result<Configuration> {
    if arguments.no_sdkconfig {
        return Ok(Configuration::default());
    }
    match &arguments.sdkconfig {
        Some(path) => Ok(Configuration {
            read: Some(read(path)?),
            undecided: None,
        }),
        None => nearest(file, chip),
    }
}

/// That of the first folder above the file that has any, up to the root of the git repository: builds put their output many
/// folders below.
fn nearest(file: &Path, chip: Option<&str>) -> Result<Configuration> {
    let Ok(whole) = std::fs::canonicalize(file) else {
        return Ok(Configuration::default());
    };
    let environment = environment(&whole);
    for folder in folders(&whole) {
        let (lowest, chosen) = chosen(folder, environment.as_deref());
        if let Some(path) = chosen {
            let config = read(&path)?;
            let chip = chip.or(config.chip()).or_else(|| chip_of_target(&whole));
            let layer = chip.map(|chip| folder.join(format!("{DEFAULTS}.{chip}")));
            let layer = layer.filter(|layer| lowest && layer.is_file());
            let read = match layer {
                Some(layer) => config.under(read(&layer)?),
                None => config,
            };
            return Ok(Configuration {
                read: Some(read),
                undecided: None,
            });
        }
        if has_any(folder) {
            return Ok(Configuration {
                read: None,
                undecided: Some(shown(folder)),
            });
        }
    }
    Ok(Configuration::default())
}

/// `ENV` of `.pio/build/ENV/firmware.bin`: PlatformIO keeps a configuration for each in `sdkconfig.ENV`.
fn environment(file: &Path) -> Option<String> {
    let names: Vec<_> = file.iter().filter_map(|name| name.to_str()).collect();
    let mut places = names.windows(3).rev();
    let place = places.find(|names| names[..2] == [".pio", "build"])?;
    Some(place[2].to_owned())
}

/// `esp32s3` of `target/xtensa-esp32s3-espidf/release/app`, where Rust puts a program; the targets of RISC-V name no chip.
fn chip_of_target(file: &Path) -> Option<&str> {
    let mut names = file.iter().filter_map(|name| name.to_str());
    names.find_map(|name| name.strip_prefix("xtensa-")?.strip_suffix("-espidf"))
}

/// The folders in which a configuration of this file may be, nearest first: to the root of the repository, else below the home
/// folder, else to the root of the file system.
fn folders(file: &Path) -> impl Iterator<Item = &Path> {
    let home = std::env::home_dir().and_then(|home| home.canonicalize().ok());
    let mut is_over = false;
    let folders = file.parent().into_iter().flat_map(Path::ancestors);
    folders.take_while(move |folder| {
        let outside = is_over || Some(*folder) == home.as_deref();
        is_over = is_repository(folder);
        !outside
    })
}

/// Whether a repository begins here; a submodule is a part of the one around it.
fn is_repository(folder: &Path) -> bool {
    let git = folder.join(".git");
    match std::fs::read_to_string(&git) {
        Ok(text) => !text.contains("/modules/"),
        Err(_) => git.exists(),
    }
}

/// The one that counts in this folder, and whether it is the one with the defaults, which has a layer for each chip.
fn chosen(folder: &Path, environment: Option<&str>) -> (bool, Option<PathBuf>) {
    let own = environment.map(|name| format!("{CONFIGURED}.{name}"));
    let names = own.iter().map(String::as_str).chain([CONFIGURED]);
    let mut configured = names.map(|name| folder.join(name));
    match configured.find(|path| path.is_file()) {
        Some(path) => (false, Some(path)),
        None => {
            let defaults = folder.join(DEFAULTS);
            (true, defaults.is_file().then_some(defaults))
        }
    }
}

fn has_any(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.any(|name| name.starts_with("sdkconfig.") && name != OLD)
}

/// As short as it can be said: from the working folder where it lies below.
fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(std::fs::canonicalize);
    let below = here.ok().and_then(|here| path.strip_prefix(here).ok());
    match below {
        Some(below) if below.as_os_str().is_empty() => PathBuf::from("."),
        Some(below) => below.to_owned(),
        None => path.to_owned(),
    }
}

fn read(path: &Path) -> Result<Sdkconfig> {
    let shown = shown(path);
    let bytes = std::fs::read(path).map_err(|error| Failure::io("read", path, &error))?;
    let file = SourceFile::from_bytes(shown.display().to_string(), &bytes);
    Sdkconfig::read(&file).map_err(|error| {
        Failure::new(
            Exit::Unreadable,
            format!("{} is no sdkconfig", shown.display()),
        )
        .evidence(error)
        .help("name the right one: --sdkconfig FILE, or leave it out: --no-sdkconfig")
    })
}
