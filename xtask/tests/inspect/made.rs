//! Bundles, programs and images, made by others than what is tested.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// Files of `trust/anchors/`.
pub const ROOTS: [&str; 4] = [
    "isrg-root-x1",
    "isrg-root-x2",
    "gts-root-r4",
    "amazon-root-ca-3",
];

/// `EM_XTENSA`
pub const XTENSA: u16 = 94;
/// `EM_RISCV`
pub const RISCV: u16 = 243;

/// Names of these roots.
pub fn names(roots: &[&str]) -> Vec<String> {
    let words = [
        ("isrg-root-x1", "ISRG Root X1"),
        ("isrg-root-x2", "ISRG Root X2"),
        ("gts-root-r4", "GTS Root R4"),
        ("amazon-root-ca-3", "Amazon Root CA 3"),
    ];
    let name = |root: &&str| {
        words
            .iter()
            .find(|(file, _)| file == root)
            .unwrap()
            .1
            .to_owned()
    };
    roots.iter().map(name).collect()
}

/// The PEM blocks of these roots, one after the other.
pub fn pem(roots: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trust/anchors");
    let block = |root: &&str| {
        let text = std::fs::read_to_string(folder.join(format!("{root}.pem"))).unwrap();
        text[text.find("-----BEGIN").unwrap()..].to_owned()
    };
    roots.iter().map(block).collect()
}

/// The DER of a root.
pub fn der(root: &str) -> Vec<u8> {
    let text = pem(&[root]);
    let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(base64).unwrap()
}

/// A bundle, written by a script that follows `gen_crt_bundle.py` of ESP-IDF: `v1` or `v2`.
pub fn bundle(version: &str, roots: &[&str]) -> Vec<u8> {
    let mut script = Command::new("python3")
        .args(["-c", include_str!("bundle.py"), version])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    script
        .stdin
        .take()
        .unwrap()
        .write_all(pem(roots).as_bytes())
        .unwrap();
    let output = script.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

/// A program for RISC-V with `data` in its read-only data, and a certificate in a section that no device loads.
pub fn elf(data: &[u8]) -> Vec<u8> {
    elf_for(RISCV, data)
}

/// The same for another machine.
pub fn elf_for(machine: u16, data: &[u8]) -> Vec<u8> {
    const NAMES: &[u8] = b"\0.flash.rodata\0.comment\0.shstrtab\0.flash.text\0";
    let comment = der("isrg-root-x2");
    // Where each chip maps its flash: data, then code.
    let (rodata_at, text_at) = if machine == XTENSA {
        (0x3F40_0020_u32, 0x400D_0020_u32)
    } else {
        (0x3C00_0020, 0x4200_0020)
    };
    let mut rodata = vec![0x5A; 256 + 3];
    rodata.extend_from_slice(data);
    rodata.resize(rodata.len().next_multiple_of(16), 0);
    let text = vec![0x13; 64];
    let first = 52 + 2 * 32;
    let at = |parts: &[&[u8]]| first + parts.iter().map(|part| part.len()).sum::<usize>();
    let (text_from, comment_from, names_from) = (
        at(&[&rodata]),
        at(&[&rodata, &text]),
        at(&[&rodata, &text, &comment]),
    );
    let sections_from = at(&[&rodata, &text, &comment, NAMES]);
    let mut file = Vec::new();
    file.extend_from_slice(b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0");
    put16(&mut file, &[2, machine]);
    put32(&mut file, &[1, text_at, 52, sections_from as u32, 0]);
    put16(&mut file, &[52, 32, 2, 40, 5, 4]);
    put32(
        &mut file,
        &[
            1,
            first as u32,
            rodata_at,
            rodata_at,
            rodata.len() as u32,
            rodata.len() as u32,
            4,
            16,
        ],
    );
    put32(
        &mut file,
        &[
            1,
            text_from as u32,
            text_at,
            text_at,
            text.len() as u32,
            text.len() as u32,
            5,
            16,
        ],
    );
    for part in [&rodata[..], &text, &comment, NAMES] {
        file.extend_from_slice(part);
    }
    let sections: [[u32; 10]; 5] = [
        [0; 10],
        [
            1,
            1,
            2,
            rodata_at,
            first as u32,
            rodata.len() as u32,
            0,
            0,
            16,
            0,
        ],
        [
            34,
            1,
            6,
            text_at,
            text_from as u32,
            text.len() as u32,
            0,
            0,
            16,
            0,
        ],
        [
            15,
            1,
            0,
            0,
            comment_from as u32,
            comment.len() as u32,
            0,
            0,
            1,
            0,
        ],
        [
            24,
            3,
            0,
            0,
            names_from as u32,
            NAMES.len() as u32,
            0,
            0,
            1,
            0,
        ],
    ];
    for section in sections {
        put32(&mut file, &section);
    }
    file
}

/// An application image with `data` in its second segment, with checksum and digest.
pub fn image(data: &[u8], chip: u16) -> Vec<u8> {
    let mut image = vec![0xE9, 2, 2, 0x20];
    put32(&mut image, &[0x4200_0020]);
    image.extend_from_slice(&[0xEE, 0, 0, 0]);
    put16(&mut image, &[chip]);
    image.extend_from_slice(&[0; 9]);
    image.push(1);
    let mut checksum = 0xEF_u8;
    for (address, data) in [(0x3C00_0020_u32, data), (0x4200_0020, &[0x13; 32])] {
        let mut data = data.to_vec();
        data.resize(data.len().next_multiple_of(4), 0);
        put32(&mut image, &[address, data.len() as u32]);
        checksum = data.iter().fold(checksum, |sum, byte| sum ^ byte);
        image.extend_from_slice(&data);
    }
    while image.len() % 16 != 15 {
        image.push(0);
    }
    image.push(checksum);
    let digest = Sha256::digest(&image);
    image.extend_from_slice(&digest);
    image
}

fn put16(bytes: &mut Vec<u8>, values: &[u16]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}

fn put32(bytes: &mut Vec<u8>, values: &[u32]) {
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
}
