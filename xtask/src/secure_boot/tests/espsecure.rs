//! The vendor's own tools pad, sign, verify and digest as we do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::tempdir;

use super::{keys, padded, signed};
use crate::image::{Application, sample_application};
use crate::secure_boot::padding::{PAGE, PaddedImage};
use crate::secure_boot::pem::public_key;
use crate::secure_boot::signed_image::SignedImage;
use crate::tools;

/// Where the pinned esptool and its programs are.
fn esptool() -> PathBuf {
    tools::esptool(&keys::root()).unwrap()
}

/// Runs espsecure in `folder`: what it printed, and whether it ended well.
fn espsecure(folder: &Path, arguments: &[&str]) -> (String, bool) {
    let output = Command::new(esptool().with_file_name("espsecure"))
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "200")
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    (text, output.status.success())
}

fn verifies(folder: &Path, key: &str, image: &str) -> (String, bool) {
    let key = keys::path(key);
    let key = key.to_str().unwrap();
    espsecure(folder, &["verify-signature", "-v", "2", "-k", key, image])
}

#[test]
fn verifies_what_we_sign_with_one_two_and_three_keys() {
    let folder = tempdir().unwrap();
    let padded = padded(700);
    for count in 1..=3 {
        fs::write(folder.path().join("image.bin"), signed(&padded, count)).unwrap();
        for (index, key) in keys::NAMES.into_iter().enumerate() {
            let (said, accepted) = verifies(folder.path(), key, "image.bin");
            assert_eq!(accepted, index < count, "{count} keys, {key}: {said}");
        }
    }
}

#[test]
fn refuses_the_damage_that_we_refuse() {
    let folder = tempdir().unwrap();
    let mut bytes = signed(&padded(700), 1);
    bytes[100] ^= 1;
    assert!(SignedImage::read(&bytes).is_err());
    fs::write(folder.path().join("image.bin"), &bytes).unwrap();
    let (said, accepted) = verifies(folder.path(), keys::NAMES[0], "image.bin");
    assert!(!accepted, "{said}");
}

#[test]
fn signs_what_we_verify() {
    let folder = tempdir().unwrap();
    let padded = padded(700);
    fs::write(folder.path().join("padded.bin"), padded.bytes()).unwrap();
    for count in 1..=3 {
        let paths: Vec<_> = keys::NAMES[..count]
            .iter()
            .map(|key| keys::path(key))
            .collect();
        // `-k` takes every argument up to the next option.
        let mut arguments = vec!["sign-data", "-v", "2", "-k"];
        arguments.extend(paths.iter().map(|path| path.to_str().unwrap()));
        arguments.extend(["-o", "signed.bin", "padded.bin"]);
        let (said, ended_well) = espsecure(folder.path(), &arguments);
        assert!(ended_well, "{said}");
        let bytes = fs::read(folder.path().join("signed.bin")).unwrap();
        let image = SignedImage::read(&bytes).unwrap();
        assert_eq!(image.padded().bytes(), padded.bytes());
        let signers = image
            .sector()
            .blocks()
            .iter()
            .map(|block| block.key().clone());
        let expected = paths.iter().map(|path| public_key(path).unwrap());
        assert!(signers.eq(expected));
        // But for the signatures, whose salt is random, and their CRC, the sectors are the same bytes.
        let ours = signed(&padded, count);
        let differs = |(place, (a, b)): (usize, (&u8, &u8))| (a != b).then_some(place);
        let differing = bytes.iter().zip(&ours).enumerate().filter_map(differs);
        for place in differing {
            let within = (place - padded.bytes().len()) % 1216;
            assert!((812..1200).contains(&within), "byte {place}");
        }
    }
}

#[test]
fn digests_keys_as_we_do() {
    let folder = tempdir().unwrap();
    for name in keys::NAMES.into_iter().chain(["one.pub.pem"]) {
        let path = keys::path(name);
        let key = path.to_str().unwrap();
        let (said, ended_well) = espsecure(
            folder.path(),
            &["digest-sbv2-public-key", "-k", key, "-o", "digest.bin"],
        );
        assert!(ended_well, "{said}");
        let theirs = fs::read(folder.path().join("digest.bin")).unwrap();
        assert_eq!(public_key(&path).unwrap().digest(), theirs[..], "{name}");
        fs::remove_file(folder.path().join("digest.bin")).unwrap();
    }
}

/// Makes an image of each payload with esptool's own class, once without and once with secure padding.
const MAKE: &str = r#"
import sys
from esptool.bin_image import ESP32C3FirmwareImage, ImageSegment
drom = open("drom.bin", "rb").read()
for number, size in enumerate(open("sizes").read().split()):
    for pad, name in ((None, "image"), ("2", "padded")):
        image = ESP32C3FirmwareImage()
        image.flash_mode, image.flash_size_freq = 2, 0x20
        image.min_rev, image.min_rev_full, image.max_rev_full = 3, 3, 199
        image.secure_pad = pad
        code = bytes((index * 7 + number) % 251 for index in range(int(size)))
        image.segments = [ImageSegment(0x3C000020, drom), ImageSegment(0x42010020, code)]
        for segment in image.segments:
            segment.name = "payload"
        image.entrypoint = 0x42010020
        image.save(f"{name}-{number}.bin")
"#;

/// Payloads whose segments end within 32 words of where the checksum and digest still fit a page and where they do not, and
/// random ones.
fn payloads(fixed: usize) -> Vec<usize> {
    let around = |page: usize| (0..33).map(move |word| page * PAGE - 56 - 64 + word * 4);
    let mut sizes: Vec<usize> = (2..=4).flat_map(around).map(|end| end - fixed).collect();
    let mut state: u32 = 2026;
    while sizes.len() < 200 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        sizes.push(((state >> 8) as usize % 150_000 + 4) & !3);
    }
    sizes
}

#[test]
fn pads_200_payloads_to_the_same_bytes() {
    let folder = tempdir().unwrap();
    let sample = sample_application(700);
    let application = Application::read(&sample).unwrap();
    let drom = &application.container().segments()[0].data;
    fs::write(folder.path().join("drom.bin"), &sample[drom.clone()]).unwrap();
    // Code begins at the same place in its page as its address: 32 bytes into the second one.
    let sizes = payloads(PAGE + 32);
    let text: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    fs::write(folder.path().join("sizes"), text.join(" ")).unwrap();
    let output = Command::new("python3")
        .args(["-c", MAKE])
        .env("PYTHONPATH", esptool().with_file_name("python"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let mut empty = 0;
    for (number, size) in sizes.iter().enumerate() {
        let read = |name: &str| fs::read(folder.path().join(format!("{name}-{number}.bin")));
        let (image, theirs) = (read("image").unwrap(), read("padded").unwrap());
        let application = Application::read(&image).unwrap();
        let ours = PaddedImage::pad(&application).unwrap();
        assert!(ours.bytes() == theirs, "payload of {size} bytes");
        assert_eq!(PaddedImage::read(&theirs).unwrap(), ours, "{size} bytes");
        let again = Application::read(&theirs).unwrap();
        let last = again.container().segments().last().unwrap();
        empty += usize::from(last.data.is_empty());
    }
    assert_eq!(empty, 3, "the padding of one payload in each page is empty");
}
