//! ELF files, symbols, and what moves.

use super::super::{Artefact, human, of};
use super::making::{World, difference, lines};
use crate::image::tests::elf::{DROM, Program};

/// The program with a call and a pointer to what stands behind `gap` bytes.
fn moving(gap: usize) -> World {
    let mut world = World::new();
    let text = world.program.section(".text");
    // jal ra, +(64 + gap) at the start; the function behind the gap; both are recognisable code.
    let distance = 64 + gap as u32;
    let mut code: Vec<u8> = jal(distance).to_le_bytes().to_vec();
    code.extend(instructions(15, 1));
    code.extend(instructions(gap / 4, 99));
    code.extend(instructions(150, 7));
    let address = text.address;
    text.data = code;
    world.program.entry = address;
    let target = address + distance;
    let data = &mut world.program.section(".data").data;
    data.resize(64, 0xAA);
    data[16..20].copy_from_slice(&target.to_le_bytes());
    world
}

fn jal(distance: u32) -> u32 {
    let bit = |from: u32, count: u32, to: u32| ((distance >> from) & ((1 << count) - 1)) << to;
    0xEF | bit(1, 10, 21) | bit(11, 1, 20) | bit(12, 8, 12) | bit(20, 1, 31)
}

/// Instructions that no linker changes: `xori`, each another.
fn instructions(count: usize, seed: u32) -> Vec<u8> {
    let word = |n: u32| 0x0000_4013 | (((n * 7 + seed * 131) & 0x7FF) << 20) | ((n % 31) << 7);
    (0..count as u32)
        .flat_map(|n| word(n).to_le_bytes())
        .collect()
}

#[test]
fn what_moved_is_told_from_what_changed() {
    let (a, b) = (moving(0).build(), moving(32).build());
    let found = difference(&a.application, &b.application);
    let moved: Vec<_> = lines(&found)
        .into_iter()
        .filter(|line| line.starts_with("moved"))
        .collect();
    assert_eq!(
        moved,
        ["moved segment 1: DRAM data", "moved segment 4: IROM data"],
        "{}",
        human(&found)
    );
    let code: Vec<_> = found.files[0]
        .ranges
        .iter()
        .filter(|range| range.owner.name == "segment 4: IROM data")
        .collect();
    assert_eq!(code.len(), 2, "{code:?}");
    assert_eq!((code[1].a.len(), code[1].b.len()), (0, 32));
}

#[test]
fn a_jump_elsewhere_is_no_move() {
    let a = moving(0);
    let mut b = a.clone();
    b.program.section(".text").data[..4].copy_from_slice(&jal(72).to_le_bytes());
    let found = difference(&a.build().elf, &b.build().elf);
    assert_eq!(lines(&found), ["unexplained section .text"]);
}

/// `elf` with symbols: name, address, bytes; as a linker appends them.
fn with_symbols(elf: &[u8], symbols: &[(&str, u32, u32)]) -> Vec<u8> {
    let word = |at: usize| u32::from_le_bytes(elf[at..at + 4].try_into().unwrap()) as usize;
    let half = |at: usize| u16::from_le_bytes(elf[at..at + 2].try_into().unwrap());
    let (headers_at, count) = (word(32), usize::from(half(48)));
    let (mut table, mut names) = (vec![0; 16], vec![0]);
    for (name, address, size) in symbols {
        for value in [names.len() as u32, *address, *size] {
            table.extend(value.to_le_bytes());
        }
        // A global function in the first section.
        table.extend([0x12, 0, 1, 0]);
        names.extend(name.bytes().chain([0]));
    }
    let mut whole = elf[..headers_at].to_vec();
    let table_at = whole.len();
    whole.extend(&table);
    let names_at = whole.len();
    whole.extend(&names);
    let new_headers_at = whole.len();
    whole.extend(&elf[headers_at..headers_at + 40 * count]);
    let link = count as u32 + 1;
    for words in [
        [
            0,
            2,
            0,
            0,
            table_at as u32,
            table.len() as u32,
            link,
            1,
            4,
            16,
        ],
        [0, 3, 0, 0, names_at as u32, names.len() as u32, 0, 0, 1, 0],
    ] {
        whole.extend(words.into_iter().flat_map(u32::to_le_bytes));
    }
    whole[32..36].copy_from_slice(&(new_headers_at as u32).to_le_bytes());
    whole[48..50].copy_from_slice(&(count as u16 + 2).to_le_bytes());
    whole
}

#[test]
fn symbols_name_the_function_and_the_offset_in_it() {
    let built = World::new().build();
    let mut program = Program::small(&World::new().store);
    let text = program.section(".text").address;
    let elf = with_symbols(
        &built.elf,
        &[("first", text, 16), ("second", text + 16, 400)],
    );
    let mut other = built.application.clone();
    let at = super::making::find(&other, &program.section(".text").data[..64]) + 100;
    other[at] ^= 0x80;
    let artefact = |name: &str, bytes: &[u8]| {
        let plain = Artefact::of_bytes(name, bytes.to_vec()).unwrap();
        plain.with_symbols("firmware.elf", &elf).unwrap()
    };
    let found = of(&artefact("a", &built.application), &artefact("b", &other)).unwrap();
    let range = &found.files[0].ranges[0];
    assert_eq!(range.owner.section.as_deref(), Some(".text"));
    assert!(
        range
            .owner
            .symbol
            .as_deref()
            .unwrap()
            .starts_with("second+0x5"),
        "{range:?}"
    );
}

#[test]
fn an_elf_file_without_symbols_gives_none() {
    let built = World::new().build();
    let plain = Artefact::of_bytes("a", built.application).unwrap();
    let failure = plain.with_symbols("stripped.elf", &built.elf).unwrap_err();
    assert_eq!(failure.exit, crate::exit::Exit::Unreadable);
    assert!(failure.to_string().contains("it is stripped"), "{failure}");
}

#[test]
fn sections_and_descriptor_of_an_elf_file_are_named() {
    let mut other = World::new();
    other.expected.version = "0.1.1";
    other.program.section(".data").data[5] ^= 0xFF;
    let found = difference(&World::new().build().elf, &other.build().elf);
    let expected = ["unexplained section .data", "input app descriptor: version"];
    assert_eq!(lines(&found), expected, "{}", human(&found));
    let range = &found.files[0].ranges[1];
    assert_eq!(range.owner.section.as_deref(), Some(".flash.appdesc"));
    assert_eq!(range.owner.address, Some(DROM + 16));
}

#[test]
fn symbols_alone_do_not_reach_the_program() {
    let built = World::new().build();
    let text = World::new().program.section(".text").address;
    let a = with_symbols(&built.elf, &[("one", text, 16)]);
    let b = with_symbols(&built.elf, &[("two", text, 16)]);
    let found = difference(&a, &b);
    assert_eq!(
        found.files[0].by_class.keys().collect::<Vec<_>>(),
        ["symbols"].map(String::from).iter().collect::<Vec<_>>(),
        "{}",
        human(&found)
    );
}
