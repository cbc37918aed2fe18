//! What is required of an ELF file before it is converted.

use object::elf::EM_RISCV;
use object::read::elf::{ElfFile32, FileHeader as _};
use object::{Endianness, Object as _, ObjectSection as _};

use super::descriptor;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The section with the app descriptor.
const APP_DESCRIPTOR: &str = ".flash.appdesc";
/// Where data that is mapped from flash may stand. Its page begins with the headers of the image.
const DROM: std::ops::Range<u64> = 0x3C00_0020..0x3C80_0000;

/// Requires a stripped RISC-V program with an app descriptor in the mapped data.
///
/// The image holds the SHA-256 of the whole ELF file, so what is not in the program must not be in the
/// file: symbols and debug information name the paths of the machine that built it.
///
/// # Errors
///
/// [`Exit::Unreadable`]: what is wrong, and what to do.
pub fn require_program(elf: &[u8]) -> Result<()> {
    let file = ElfFile32::<Endianness>::parse(elf)
        .map_err(|error| refused("cannot be read").evidence(error))?;
    let machine = file.elf_header().e_machine(file.endian());
    if machine != EM_RISCV || file.endian() != Endianness::Little {
        return Err(refused("is for another processor")
            .evidence(format!("machine {machine:?}, {:?} endian", file.endian())));
    }
    for section in file.sections() {
        let name = section.name().unwrap_or_default();
        if name == ".symtab" || name.starts_with(".debug_") {
            return Err(refused("is not stripped")
                .evidence(format!("it has a section {name}"))
                .help("build it with `strip = true` and `debug = false`"));
        }
    }
    require_descriptor(&file)
}

fn require_descriptor(file: &ElfFile32<'_, Endianness>) -> Result<()> {
    let help = "the firmware must contain `esp_bootloader_esp_idf::esp_app_desc!()`";
    let Some(section) = file.section_by_name(APP_DESCRIPTOR) else {
        return Err(refused("has no app descriptor")
            .evidence(format!("no section {APP_DESCRIPTOR}"))
            .help(help));
    };
    let (address, size) = (section.address(), section.size());
    let required = descriptor::LENGTH as u64;
    let is_there = section.data().is_ok_and(|data| data.len() as u64 == size);
    if size == required && is_there && DROM.contains(&address) {
        return Ok(());
    }
    Err(refused("has an app descriptor that the bootloader would not find")
        .evidence(format!(
            "{APP_DESCRIPTOR} has {size} bytes at 0x{address:08x}, must have {required} in DROM, from 0x{:08x}",
            DROM.start
        ))
        .help(help))
}

fn refused(problem: &str) -> Failure {
    Failure::new(
        Exit::Unreadable,
        format!("the firmware's ELF file {problem}"),
    )
}
