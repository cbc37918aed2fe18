//! A small ESP32-C3 program as an ELF file, made by hand: no cross toolchain is needed.

use device::day::Day;
use device::store::{AnchorContents, DatesChecked, KeySetContents, StoreContents};

use crate::image::{Expected, Settings};

/// What the app descriptor of the program says.
pub const EXPECTED: Expected<'static> = Expected {
    version: "0.1.0",
    project: "perennial-firmware",
    time: "12:34:56",
    date: "2026-07-01",
};
/// First byte of the mapped data, after the headers of the image.
pub const DROM: u32 = 0x3C00_0020;
/// Where code in RAM stands.
pub const IRAM: u32 = 0x4038_0000;
/// Where data in RAM stands, behind the code: they are one memory.
pub const DRAM: u32 = 0x3FC8_9B38;
const IROM_PAGE: u32 = 0x4200_0000;

/// A section with contents.
#[derive(Clone)]
pub struct Section {
    pub name: &'static str,
    pub address: u32,
    pub flags: u32,
    pub data: Vec<u8>,
}

/// A program.
#[derive(Clone)]
pub struct Program {
    pub sections: Vec<Section>,
    pub entry: u32,
    pub machine: u16,
}

/// A store with one anchor.
pub fn store(sequence: u64) -> Vec<u8> {
    let sequence_of = |tag: &[u8]| {
        let mut der = vec![0x30, tag.len() as u8];
        der.extend(tag);
        der
    };
    StoreContents {
        sequence,
        product: "perennial-reference".into(),
        dates: DatesChecked::ALL,
        anchors: vec![AnchorContents {
            name: "Test Root".into(),
            fingerprint: [7; 32],
            not_before: Day::from_civil(2020, 1, 1).unwrap(),
            not_after: Day::from_civil(2040, 1, 1).unwrap(),
            effective_end: Day::from_civil(2035, 1, 1).unwrap(),
            subject: sequence_of(&[0x31, 0]),
            spki: sequence_of(&[0x30, 0, 3, 1, 0]),
        }],
        pins: Vec::new(),
        endpoints: Vec::new(),
        release_keys: KeySetContents::NONE,
        rescue_keys: KeySetContents::NONE,
    }
    .write()
    .unwrap()
}

/// What an image of a program with `store` must be.
pub fn settings(store: &[u8]) -> Settings<'_> {
    Settings {
        descriptor: EXPECTED,
        store,
    }
}

/// An app descriptor as `esp_app_desc!()` makes it: the SHA-256 of the ELF file is still missing.
pub fn descriptor(expected: &Expected<'_>) -> Vec<u8> {
    let mut bytes = vec![0; 256];
    bytes[..4].copy_from_slice(&0xABCD_5432_u32.to_le_bytes());
    for (offset, text) in [
        (16, expected.version),
        (48, expected.project),
        (80, expected.time),
        (96, expected.date),
        (112, "0.0.0"),
    ] {
        bytes[offset..offset + text.len()].copy_from_slice(text.as_bytes());
    }
    bytes[178..180].copy_from_slice(&u16::MAX.to_le_bytes());
    bytes[180] = 16;
    bytes
}

impl Program {
    /// A program of a few kilobytes that holds `store`.
    pub fn small(store: &[u8]) -> Self {
        Self::with_code(store, 700)
    }

    /// A program with `code` bytes of mapped code.
    pub fn with_code(store: &[u8], code: usize) -> Self {
        let mut rodata = pattern(300, 3);
        rodata.extend(store);
        rodata.extend(pattern(101, 5));
        let mut program = Self {
            sections: vec![
                Section::new(".trap", IRAM, 6, pattern(64, 11)),
                Section::new(".data", DRAM, 3, pattern(50, 13)),
                Section::new(".flash.appdesc", DROM, 2, descriptor(&EXPECTED)),
                Section::new(".rodata", DROM + 256, 2, rodata),
            ],
            entry: 0,
            machine: 243,
        };
        // At the same place in its page as in the image, 512 bytes on: more than the data in RAM fills.
        let end = DROM as usize + 256 + program.section(".rodata").data.len();
        let text = IROM_PAGE + ((end.next_multiple_of(4) + 8 + 512) % 0x1_0000) as u32;
        let section = Section::new(".text", text, 6, pattern(code, 17));
        program.sections.push(section);
        program.entry = text;
        program
    }

    /// The section `name`.
    pub fn section(&mut self, name: &str) -> &mut Section {
        let mut sections = self.sections.iter_mut();
        sections.find(|section| section.name == name).unwrap()
    }

    /// The ELF file: header, program headers, contents, names, section headers.
    pub fn elf(&self) -> Vec<u8> {
        let count = self.sections.len();
        let mut contents_at = 52 + 32 * count;
        let (mut contents, mut names, mut headers) = (Vec::new(), vec![0], vec![0; 40]);
        let mut segments = Vec::new();
        for section in &self.sections {
            let words = [section.address, section.data.len() as u32];
            let at = (contents_at + contents.len()) as u32;
            segments.extend(program_header(at, words));
            headers.extend(section_header(names.len(), 1, section.flags, at, words));
            contents.extend(&section.data);
            names.extend(section.name.bytes().chain([0]));
        }
        contents_at += contents.len();
        let name = names.len();
        names.extend(b".shstrtab\0");
        let words = [0, names.len() as u32];
        headers.extend(section_header(name, 3, 0, contents_at as u32, words));
        let headers_at = contents_at + names.len();
        [self.header(headers_at), segments, contents, names, headers].concat()
    }

    fn header(&self, section_headers_at: usize) -> Vec<u8> {
        let mut header = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        header.extend(2_u16.to_le_bytes());
        header.extend(self.machine.to_le_bytes());
        for word in [1, self.entry, 52, section_headers_at as u32, 0] {
            header.extend(word.to_le_bytes());
        }
        let count = self.sections.len() as u16;
        for half in [52, 32, count, 40, count + 2, count + 1] {
            header.extend(half.to_le_bytes());
        }
        header
    }
}

impl Section {
    /// A section; `flags` as in ELF: 1 write, 2 allocate, 4 execute.
    pub fn new(name: &'static str, address: u32, flags: u32, data: Vec<u8>) -> Self {
        Self {
            name,
            address,
            flags,
            data,
        }
    }
}

fn program_header(offset: u32, [address, size]: [u32; 2]) -> Vec<u8> {
    let words = [1, offset, address, address, size, size, 7, 4];
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

fn section_header(
    name: usize,
    kind: u32,
    flags: u32,
    offset: u32,
    [address, size]: [u32; 2],
) -> Vec<u8> {
    let words = [name as u32, kind, flags, address, offset, size, 0, 0, 1, 0];
    words.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// Bytes that differ from their neighbours.
fn pattern(length: usize, factor: usize) -> Vec<u8> {
    (0..length).map(|n| (n * factor % 251) as u8).collect()
}
