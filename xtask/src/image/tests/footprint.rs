//! What a firmware takes of flash and RAM.

use super::elf::{Program, Section, store};
use crate::image::Footprint;
use crate::image::footprint::BUDGET;

const DRAM: u32 = 0x3FC8_A000;
const WRITE: u32 = 3;

/// The small program has 64 bytes of `.trap` and 50 of `.data`.
fn program() -> Program {
    let mut program = Program::small(&store(1));
    for (name, address, bytes) in [
        (".rwtext", 0x4038_0100, 7),
        (".data.wifi", DRAM, 5),
        (".bss", DRAM + 0x100, 300),
        (".noinit", DRAM + 0x400, 11),
        // Room for the code in RAM, which is counted there.
        (".rwdata_dummy", DRAM + 0x500, 71),
        (".stack", DRAM + 0x800, 4000),
        (".dram2_uninit", 0x3FCC_E400, 640),
    ] {
        let data = vec![0; bytes];
        let section = Section::new(name, address, WRITE, data);
        program.sections.push(section);
    }
    program
}

#[test]
fn each_section_counts_once() {
    let footprint = Footprint::of(&program().elf(), 1000).unwrap();
    assert_eq!(footprint.image, 1000);
    assert_eq!(footprint.slot, 0x1D_0000);
    assert_eq!(footprint.code_in_ram, 64 + 7);
    assert_eq!(footprint.data, 50 + 5);
    assert_eq!(footprint.zeroed, 300 + 11);
    assert_eq!(footprint.stack, 4000);
    assert_eq!(footprint.reclaimed, 640);
}

#[test]
fn the_budget_is_spoken_of_from_its_first_byte_on() {
    let elf = program().elf();
    let budget = usize::try_from(BUDGET).unwrap();
    let of = |image| Footprint::of(&elf, image).unwrap();
    assert_eq!(of(budget).beyond_budget(), 0);
    assert_eq!(of(budget + 1).beyond_budget(), 1);
    let (fits, does_not) = (of(budget).to_string(), of(budget + 1).to_string());
    assert!(
        fits.starts_with("the image has 1258291 bytes: 66 % of its slot, 0 within its budget\n")
    );
    assert!(does_not.contains(", 1 beyond its budget of 1258291\n"));
}

#[test]
fn what_is_no_elf_file_is_refused() {
    let failure = Footprint::of(b"firmware", 0).unwrap_err();
    assert!(failure.to_string().contains("no sections"), "{failure}");
}
