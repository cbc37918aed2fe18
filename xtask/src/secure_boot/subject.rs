//! What a command was given: a release, or an image of one of three kinds.

use std::path::{Path, PathBuf};

use device::flash_layout::FLASH_SIZE;

use super::padding::{PaddedImage, PaddingError};
use super::sector::Sector;
use super::signed_image::{FILE_NAME, SignedImage, has_signed_length};
use crate::atomic;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::image::{Application, Faults};
use crate::release::manifest::{self, ArtefactKind, ReleaseManifest, SecureBootRecord};
use crate::signing::release_directory::ReleaseDirectory;

/// The ending of a signed image.
const ENDING: &str = "signed.bin";

/// A padded image, the signatures that it has already, and where the signed image goes.
#[derive(Debug)]
pub struct Subject {
    /// What is signed.
    pub padded: PaddedImage<'static>,
    /// The signatures that are there already.
    pub sector: Sector,
    /// The signed image: it is there where `sector` has blocks.
    pub output: PathBuf,
}

impl Subject {
    /// Reads the release or image at `target`, and the signed image at `output` where there is one already.
    ///
    /// # Errors
    ///
    /// [`Exit::Unreadable`] for what cannot be read or padded; [`Exit::Tampered`] for what is wrong: a release whose
    /// files are not the recorded ones, an image or its signatures, a signed image of something else.
    pub fn read(target: &Path, output: Option<&Path>) -> Result<Self> {
        let (given, default) = if target.is_dir() {
            (of_release(target)?, target.join(FILE_NAME))
        } else {
            let given = of_image(target)?;
            let output = default_output(target, &given.sector);
            (given, output)
        };
        given.padded.require_slot()?;
        let output = output.map_or(default, Path::to_owned);
        let is_target = std::fs::canonicalize(&output).ok() == std::fs::canonicalize(target).ok();
        let there = if is_target {
            None
        } else {
            atomic::read(&output)?
        };
        let sector = match there {
            None => given.sector,
            Some(bytes) => merged(&given, &bytes, &output)?,
        };
        Ok(Self {
            padded: given.padded,
            sector,
            output,
        })
    }
}

/// What stands in the target.
struct Given {
    padded: PaddedImage<'static>,
    sector: Sector,
}

fn of_release(folder: &Path) -> Result<Given> {
    ReleaseDirectory::open(folder)?;
    let path = folder.join(ArtefactKind::ApplicationImage.file_name());
    let bytes = read(&path)?;
    let application = Application::read(&bytes).map_err(|faults| faults.failure(path.display()))?;
    let given = unsigned(PaddedImage::pad(&application), &path)?;
    match recorded(folder)? {
        Some(recorded) if recorded != SecureBootRecord::of(&given.padded) => {
            Err(not_recorded(folder, &recorded, &given.padded))
        }
        _ => Ok(given),
    }
}

/// What the manifest says of the padded application.
fn recorded(folder: &Path) -> Result<Option<SecureBootRecord>> {
    let path = folder.join(manifest::FILE_NAME);
    let manifest = ReleaseManifest::from_bytes(&read(&path)?).map_err(|error| {
        let what = format!("{} is no release manifest", path.display());
        Failure::new(Exit::Tampered, what).evidence(error)
    })?;
    Ok(manifest.secure_boot)
}

/// Whoever signs `release.json` and whoever signs for Secure Boot would sign two applications.
fn not_recorded(folder: &Path, recorded: &SecureBootRecord, padded: &PaddedImage<'_>) -> Failure {
    let what = format!(
        "release.json in {} records another padded application",
        folder.display()
    );
    Failure::new(Exit::Tampered, what)
        .evidence(format!(
            "recorded: {}, {} bytes",
            recorded.padded_sha256, recorded.padded_size
        ))
        .evidence(format!(
            "application.bin has: {}, {} bytes",
            hex::encode(padded.digest()),
            padded.bytes().len()
        ))
        .help("build the release again, or fetch it again from where it was built")
}

fn of_image(path: &Path) -> Result<Given> {
    let bytes = read(path)?;
    let damaged = |faults: Faults| faults.failure(path.display());
    let application = Application::read(&bytes);
    match application {
        Err(_) if has_signed_length(bytes.len()) => {
            let (padded, sector) = SignedImage::read(&bytes).map_err(damaged)?.into_parts();
            let padded = padded.into_owned();
            Ok(Given { padded, sector })
        }
        Err(faults) => Err(damaged(faults)),
        Ok(application) => match PaddedImage::pad(&application) {
            Err(PaddingError::Padded) => {
                let padded = PaddedImage::read(&bytes).map_err(damaged)?.into_owned();
                unsigned(Ok(padded), path)
            }
            padded => unsigned(padded, path),
        },
    }
}

fn unsigned(
    padded: std::result::Result<PaddedImage<'static>, PaddingError>,
    path: &Path,
) -> Result<Given> {
    let padded = padded.map_err(|error| not_padded(path, error))?;
    let sector = Sector::default();
    Ok(Given { padded, sector })
}

/// The signatures of the signed image that is in the place of the output, and behind them those of the target.
fn merged(given: &Given, there: &[u8], output: &Path) -> Result<Sector> {
    let signed = SignedImage::read(there).map_err(|faults| {
        faults
            .failure(output.display())
            .help("move it away, or give --output FILE: it would be replaced")
    })?;
    if *signed.padded() != given.padded {
        let what = format!(
            "{} is a signed image of another application",
            output.display()
        );
        return Err(Failure::new(Exit::Unreadable, what)
            .evidence(format!(
                "its padded image has the SHA-256 {}, the one to sign {}",
                hex::encode(signed.padded().digest()),
                hex::encode(given.padded.digest())
            ))
            .help("move it away, or give --output FILE"));
    }
    let mut sector = signed.into_parts().1;
    for block in given.sector.blocks() {
        let known = sector
            .blocks()
            .iter()
            .any(|there| there.key() == block.key());
        if !known {
            sector.add(block.clone()).map_err(|error| {
                let what = format!("{} cannot take the signatures of both", output.display());
                Failure::new(Exit::Unreadable, what).evidence(error)
            })?;
        }
    }
    Ok(sector)
}

/// `application.bin` to `application.signed.bin`; a signed image stays where it is.
fn default_output(image: &Path, sector: &Sector) -> PathBuf {
    if sector.blocks().is_empty() {
        image.with_extension(ENDING)
    } else {
        image.to_owned()
    }
}

/// Reads an image or a signature, which are never longer than the flash.
///
/// # Errors
///
/// [`Exit::Unreadable`].
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let metadata = std::fs::metadata(path).map_err(|error| Failure::io("read", path, &error))?;
    if !metadata.is_file() || metadata.len() > u64::from(FLASH_SIZE) {
        let what = format!("{} is no image and no signature", path.display());
        return Err(Failure::new(Exit::Unreadable, what)
            .evidence(format!(
                "it is no plain file, or has more than the {FLASH_SIZE} bytes of the flash"
            ))
            .help("give application.bin of a release, or what was made from it"));
    }
    std::fs::read(path).map_err(|error| Failure::io("read", path, &error))
}

/// The failure of an image that cannot be padded.
pub fn not_padded(path: &Path, error: PaddingError) -> Failure {
    let what = format!("{} cannot be padded", path.display());
    let help = match error {
        PaddingError::Padded => "it can be signed as it is: `cargo xtask secure-boot sign`",
        PaddingError::Segments => "merge sections in the linker script, and build again",
    };
    Failure::new(Exit::Unreadable, what)
        .evidence(error)
        .help(help)
}
