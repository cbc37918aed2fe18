//! What is made, and what is refused.

use sha2::{Digest as _, Sha256};

use super::elf::{EXPECTED, IRAM, Program, Section, settings, store};
use super::{Sample, small};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::image::segment::Region;
use crate::image::{Application, CONVERTER, FlashMap, application};

fn refusal(program: &Program, store: &[u8]) -> Failure {
    application(&program.elf(), &settings(store)).unwrap_err()
}

#[test]
fn the_image_says_what_was_asked() {
    let Sample { elf, image, .. } = small();
    let application = Application::read(image.bytes()).unwrap();
    let descriptor = application.descriptor();
    assert_eq!(descriptor.version, EXPECTED.version);
    assert_eq!(descriptor.project, EXPECTED.project);
    assert_eq!(descriptor.time, EXPECTED.time);
    assert_eq!(descriptor.date, EXPECTED.date);
    assert_eq!(descriptor.elf_sha256, *Sha256::digest(elf));
    let regions: Vec<Region> = (application.container().segments().iter())
        .map(|segment| segment.region)
        .collect();
    let expected = [
        Region::Drom,
        Region::Dram,
        Region::Iram,
        Region::Padding,
        Region::Irom,
    ];
    assert_eq!(regions, expected);
}

#[test]
fn the_same_program_gives_the_same_bytes_a_hundred_times() {
    let Sample {
        elf,
        store,
        image,
        flash,
        ..
    } = small();
    for _ in 0..100 {
        let again = application(elf, &settings(store)).unwrap();
        assert_eq!(&again, image);
        assert_eq!(&crate::image::flash(&again, store).unwrap(), flash);
    }
}

#[test]
fn the_store_is_found_where_it_was_put() {
    let Sample {
        store,
        image,
        flash,
        ..
    } = small();
    let application = Application::read(image.bytes()).unwrap();
    let embedded = application.store().unwrap();
    assert_eq!(embedded.bytes_in(image.bytes()), store);
    let map = FlashMap::read(flash).unwrap();
    assert_eq!(map.store().as_bytes(), store);
    assert_eq!(map.application().bytes(), image.bytes());
    assert_eq!(map.bootloader().bytes(), image.bootloader().bytes());
}

#[test]
fn every_part_of_the_flash_is_at_its_place() {
    let Sample {
        store,
        image,
        flash,
        ..
    } = small();
    assert_eq!(flash.len(), 0x40_0000);
    let at = |offset: usize, bytes: &[u8]| flash[offset..].starts_with(bytes);
    assert!(at(0, image.bootloader().bytes()));
    assert!(at(
        0x8000,
        b"\xAA\x50\x01\x40\x00\x90\x00\x00\x00\x40\x00\x00provision\0"
    ));
    assert!(at(0xD000, b"\x01\0\0\0"));
    assert!(at(0xD01C, b"\x9A\x98\x43\x47"));
    assert!(at(0x1_0000, image.bytes()));
    assert!(at(0x3B_0000, store));
    for erased in [0x9000..0xD000, 0x1E_0000..0x3B_0000, 0x3C_0000..0x40_0000] {
        assert!(flash[erased].iter().all(|byte| *byte == 0xFF));
    }
}

#[test]
fn the_bootloader_is_the_one_that_was_judged() {
    let bootloader = small().image.bootloader();
    let map = FlashMap::read(&small().flash).unwrap();
    assert_eq!(bootloader.bytes().len(), 20_560);
    let version = b"v6.1-829-g9a97f6c54ec\0";
    assert!(map.bootloader().bytes()[0x28..].starts_with(version));
    let lock = include_str!("../../../../Cargo.lock");
    let (name, version) = CONVERTER.split_once(' ').unwrap();
    assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")));
}

#[test]
fn an_elf_file_that_is_not_ours_is_refused() {
    let store = store(1);
    let good = Program::small(&store);
    for (problem, change) in [
        (
            "is for another processor",
            (|p| p.machine = 40) as fn(&mut Program),
        ),
        ("is not stripped", |p| {
            p.sections.push(Section::new(".debug_info", 0, 0, vec![1]));
        }),
        ("has no app descriptor", |p| {
            p.section(".flash.appdesc").name = ".rodata_other";
        }),
        ("has an app descriptor that", |p| {
            p.section(".flash.appdesc").address = IRAM + 64;
        }),
        ("has an app descriptor that", |p| {
            p.section(".flash.appdesc").data.truncate(252);
        }),
        ("cannot be converted", |p| {
            p.section(".flash.appdesc").data[0] ^= 1;
        }),
    ] {
        let mut program = good.clone();
        change(&mut program);
        let failure = refusal(&program, &store);
        assert_eq!(failure.exit, Exit::Unreadable);
        assert!(failure.what.contains(problem), "{problem}: {failure}");
    }
    let failure = application(b"not an ELF file", &settings(&store)).unwrap_err();
    assert!(failure.what.contains("cannot be read"), "{failure}");
}

#[test]
fn an_image_that_is_not_the_one_that_was_asked_is_refused() {
    let store = store(1);
    let good = Program::small(&store);
    for (field, change) in [
        (
            "app descriptor: version",
            (|p| descriptor(p)[16] = b'9') as fn(&mut Program),
        ),
        ("app descriptor: project", |p| descriptor(p)[48] = b'q'),
        ("app descriptor: time", |p| descriptor(p)[80] = b'0'),
        ("app descriptor: date", |p| descriptor(p)[105] = b'2'),
        ("app descriptor: reserved 1", |p| descriptor(p)[9] = 1),
        ("header: entry point", |p| p.entry = 0x4201_0001),
        ("trust store", |p| p.section(".rodata").data[310] ^= 1),
    ] {
        let mut program = good.clone();
        change(&mut program);
        let failure = refusal(&program, &store);
        assert!(failure.to_string().contains(field), "{field}: {failure}");
    }
}

#[test]
fn another_store_than_the_rendered_one_is_refused() {
    let (rendered, old) = (store(2), store(1));
    let failure = refusal(&Program::small(&old), &rendered);
    assert_eq!(failure.exit, Exit::Bug);
    assert!(
        failure
            .to_string()
            .contains("is not the one that was rendered"),
        "{failure}"
    );
}

#[test]
fn two_stores_in_one_image_are_refused() {
    let store = store(1);
    let mut program = Program::small(&store);
    program.section(".text").data.extend(store.clone());
    let failure = refusal(&program, &store);
    assert!(
        failure.to_string().contains("and another at 0x"),
        "{failure}"
    );
}

#[test]
fn an_image_fills_its_slot_and_not_a_byte_more() {
    let store = store(1);
    let room = 0x1D_0000
        - Sample::of(&Program::with_code(&store, 4096), store.clone())
            .image
            .bytes()
            .len();
    let fits = Program::with_code(&store, 4096 + room);
    assert_eq!(
        Sample::of(&fits, store.clone()).image.bytes().len(),
        0x1D_0000
    );
    let failure = refusal(&Program::with_code(&store, 4096 + room + 4), &store);
    assert!(failure.what.contains("does not fit its slot"), "{failure}");
}

fn descriptor(program: &mut Program) -> &mut [u8] {
    &mut program.section(".flash.appdesc").data
}
