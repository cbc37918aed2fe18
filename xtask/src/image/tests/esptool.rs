//! What esptool says of our images: the one that `PERENNIAL_ESPTOOL` names, else the pinned one below
//! `target/tools/`, which is fetched first.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::tempdir;

use super::elf::{EXPECTED, Program, store};
use super::{Sample, small};
use crate::image::Application;
use crate::image::segment::Region;
use crate::tools;

/// Runs esptool in `directory`: what it printed, and whether it ended well.
fn esptool(directory: &Path, arguments: &[&str]) -> (String, bool) {
    let mut command = Command::new(esptool_program());
    command.args(arguments).current_dir(directory);
    // The width of a terminal would cut its lines.
    command.env("COLUMNS", "200").env("NO_COLOR", "1");
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        String::from_utf8_lossy(&text).into_owned(),
        output.status.success(),
    )
}

fn esptool_program() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let named = env::var_os("PERENNIAL_ESPTOOL").map(PathBuf::from);
    named.unwrap_or_else(|| tools::esptool(&root).unwrap())
}

fn image_info(image: &[u8]) -> (String, bool) {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("image.bin"), image).unwrap();
    let chip = ["--chip", "esp32c3", "image-info", "image.bin"];
    esptool(directory.path(), &chip)
}

#[track_caller]
fn assert_valid(image: &[u8]) -> String {
    let (text, ended_well) = image_info(image);
    assert!(ended_well, "{text}");
    let line = |start: &str| {
        text.lines()
            .find(|line| line.starts_with(start))
            .unwrap_or("")
    };
    assert!(line("Checksum:").ends_with("(valid)"), "{text}");
    assert!(line("Validation hash:").ends_with("(valid)"), "{text}");
    text
}

#[test]
fn finds_our_application_valid_and_our_version_in_it() {
    let text = assert_valid(small().image.bytes());
    for (label, value) in [
        ("Project name:", EXPECTED.project),
        ("App version:", EXPECTED.version),
        ("Compile time:", EXPECTED.date),
        ("Compile time:", EXPECTED.time),
        ("Flash size:", "4MB"),
        ("Flash freq:", "40m"),
        ("Flash mode:", "DIO"),
        ("Chip ID:", "5 (ESP32-C3)"),
        ("Minimal chip revision:", "v0.3"),
        ("Maximal chip revision:", "v1.99"),
        ("Segments:", "5"),
    ] {
        let lines = text.lines().filter(|line| line.starts_with(label));
        let found = lines.collect::<Vec<_>>().join("\n");
        assert!(found.contains(value), "{label} {value}:\n{text}");
    }
    let elf_sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&small().elf));
    assert!(text.contains(&elf_sha256), "{text}");
}

#[test]
fn finds_the_bootloader_valid_with_our_flash_settings() {
    assert_valid(small().image.bootloader().bytes());
}

#[test]
fn finds_the_application_in_the_flash_image() {
    let flash = &small().flash;
    assert_valid(&flash[0x1_0000..0x1E_0000]);
    assert_valid(&flash[..0x8000]);
}

#[test]
fn finds_the_same_damage() {
    let mut image = small().image.bytes().to_vec();
    image[0x200] ^= 1;
    let (text, _) = image_info(&image);
    assert!(text.contains("invalid"), "{text}");
    assert!(Application::read(&image).is_err());
}

/// esptool puts the same bytes at the same addresses as espflash does, in other segments.
#[test]
fn makes_the_same_memory_of_the_same_program() {
    for code in [700, 100_000] {
        let store = store(1);
        let ours = Sample::of(&Program::with_code(&store, code), store);
        let theirs = elf2image(&ours.elf);
        let ours = Application::read(ours.image.bytes()).unwrap();
        let theirs = Application::read(&theirs).unwrap();
        assert_eq!(memory(&ours), memory(&theirs));
        assert_eq!(ours.bytes()[4..8], theirs.bytes()[4..8], "entry point");
        assert_eq!(ours.descriptor(), theirs.descriptor());
    }
}

fn elf2image(elf: &[u8]) -> Vec<u8> {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("program.elf"), elf).unwrap();
    let (text, ended_well) = esptool(
        directory.path(),
        &[
            "--chip",
            "esp32c3",
            "elf2image",
            "--flash-mode",
            "dio",
            "--flash-size",
            "4MB",
            "--flash-freq",
            "40m",
            "--min-rev",
            "3",
            "--min-rev-full",
            "3",
            "--max-rev-full",
            "199",
            "--elf-sha256-offset",
            "0xb0",
            "--output",
            "image.bin",
            "program.elf",
        ],
    );
    assert!(ended_well, "{text}");
    fs::read(directory.path().join("image.bin")).unwrap()
}

/// Each address and its byte, without the zeros with which both tools fill up segments.
fn memory(application: &Application<'_>) -> Vec<(u32, u8)> {
    let mut memory = Vec::new();
    for segment in application.container().segments() {
        if segment.region != Region::Padding {
            let data = &application.bytes()[segment.data.clone()];
            memory.extend((segment.address..).zip(data.iter().copied()));
        }
    }
    memory.retain(|(_, byte)| *byte != 0);
    memory.sort_unstable();
    memory
}
