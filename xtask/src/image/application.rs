//! Makes the application image from an ELF file.

use device::flash_layout::OTA_0;
use espflash::flasher::{FlashData, FlashFrequency, FlashMode, FlashSettings, FlashSize};
use espflash::image_format::idf::IdfBootloaderFormat;
use espflash::target::{Chip, XtalFrequency};
use sha2::{Digest as _, Sha256};

use super::descriptor::Expected;
use super::elf;
use super::fault::{Fault, Faults};
use super::header::MIN_REVISION;
use super::read::Application;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The library that converts, and whose bootloader is used. Its version is an input of every image.
pub const CONVERTER: &str = "espflash 4.7.0";

/// What the image must be of.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// What the app descriptor must say.
    pub descriptor: Expected<'a>,
    /// The trust store that must be in the image.
    pub store: &'a [u8],
}

/// An application image, read back and found to be what the settings say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ApplicationImage {
    bytes: Vec<u8>,
    bootloader: Bootloader,
}

/// The second-stage bootloader that is bundled with espflash: its header is adapted to the flash, its
/// digest computed again. It has neither rollback nor anti-rollback.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Bootloader(Vec<u8>);

/// Converts `elf`, a stripped ELF file, for 4 MiB of flash in dual mode at 40 MHz: what espflash takes by
/// default for this chip, and what every module and emulator starts.
///
/// # Errors
///
/// [`Exit::Unreadable`] when the ELF file is not a stripped ESP32-C3 program or does not fit its slot;
/// [`Exit::Bug`] when the image is not the one that `settings` describe.
pub fn application(elf: &[u8], settings: &Settings<'_>) -> Result<ApplicationImage> {
    elf::require_program(elf)?;
    let (bytes, bootloader) = convert(elf)?;
    if bytes.len() > OTA_0.size as usize {
        return Err(too_large(bytes.len()));
    }
    let image = ApplicationImage {
        bytes,
        bootloader: Bootloader(bootloader),
    };
    require(&image.bytes, elf, settings).map_err(|faults| not_as_built(&faults))?;
    Ok(image)
}

impl ApplicationImage {
    /// The bytes of the image.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bootloader that goes with it into the full flash image.
    pub const fn bootloader(&self) -> &Bootloader {
        &self.bootloader
    }
}

impl Bootloader {
    /// The bytes as they are flashed.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The SHA-256 of the bytes as they are flashed: an input record of the release.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// Application and bootloader.
fn convert(elf: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
    let settings = FlashSettings::new(
        Some(FlashMode::Dio),
        Some(FlashSize::_4Mb),
        Some(FlashFrequency::_40Mhz),
    );
    let data = FlashData::new(
        settings,
        MIN_REVISION,
        None,
        Chip::Esp32c3,
        XtalFrequency::_40Mhz,
    );
    let format = IdfBootloaderFormat::new(elf, &data, None, None, None, None)
        .map_err(|error| not_convertible(&error))?;
    // The table among them is a default one with a factory partition. Ours is in `partition_table`.
    let mut segments = format.flash_segments();
    match (segments.next(), segments.next(), segments.next()) {
        (Some(bootloader), Some(_table), Some(application)) => {
            Ok((application.data.into_owned(), bootloader.data.into_owned()))
        }
        _ => Err(Failure::new(
            Exit::Bug,
            format!("{CONVERTER} gave no application image"),
        )),
    }
}

/// Reads the image back.
fn require(image: &[u8], elf: &[u8], settings: &Settings<'_>) -> std::result::Result<(), Faults> {
    let application = Application::read(image)?;
    let descriptor = application.descriptor();
    descriptor.require(&settings.descriptor)?;
    descriptor.require_elf(&Sha256::digest(elf).into())?;
    let embedded = application.store()?;
    if embedded.bytes_in(image) == settings.store {
        return Ok(());
    }
    let found = hex::encode(embedded.store.sha256());
    let problem = format!("the store in the image, {found}, is not the one that was rendered");
    Err(Fault::new(embedded.range, "trust store", problem).into())
}

fn not_convertible(error: &espflash::Error) -> Failure {
    let mut failure = Failure::new(
        Exit::Unreadable,
        "the firmware's ELF file cannot be converted to an ESP32-C3 image",
    )
    .evidence(error);
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        failure = failure.evidence(cause);
        source = cause.source();
    }
    failure
        .help("build the firmware crate for riscv32imc-unknown-none-elf with its own linker script")
}

fn too_large(length: usize) -> Failure {
    let slot = OTA_0.size;
    Failure::new(
        Exit::Unreadable,
        "the application image does not fit its slot",
    )
    .evidence(format!(
        "it has {length} bytes, {} has {slot}: {} too many",
        OTA_0.label,
        length.saturating_sub(slot as usize)
    ))
    .help("remove anchors or code; both slots must keep their size for the devices in the field")
}

fn not_as_built(faults: &Faults) -> Failure {
    let failure = Failure::new(
        Exit::Bug,
        "the application image is not what the build was to make",
    );
    faults.iter().fold(failure, Failure::evidence).help(
        "the firmware crate takes version, dates and store from the build: build it with `cargo xtask build-firmware`",
    )
}
