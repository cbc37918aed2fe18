//! The release, signed for Secure Boot: accepted by the vendor's tool, and refused where one byte is wrong.

use std::path::Path;
use std::process::Command;

use super::damage::{assert_passes, flip_bits, sample, sign_again};
use super::place::{copy, files, files_of, ourselves, peer, text, verify};

const SIGNED: &str = "application.signed.bin";
const SECTOR: usize = 4096;
const BLOCK: usize = 1216;

/// Bits that are tried: few of the application, of which `flash.bin` is tried too, and more of the sector than it has bytes.
const BITS_OF_PADDED_IMAGE: usize = 4_000;
const BITS_OF_SECTOR: usize = 5_000;

/// Runs a program that must end well.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    said
}

/// A copy of the release that two keys signed; the keys are beside it.
fn signed() -> (tempfile::TempDir, tempfile::TempDir) {
    let (folder, keys) = (copy(), tempfile::tempdir().unwrap());
    for name in ["one.pem", "two.pem"] {
        let key = keys.path().join(name);
        run(peer("PERENNIAL_OPENSSL")
            .args(["genrsa", "-out"])
            .arg(&key)
            .arg("3072"));
        run(ourselves(&["secure-boot", "sign", "--key"])
            .arg(&key)
            .arg(folder.path()));
    }
    (folder, keys)
}

fn digest_of(key: &Path) -> String {
    let said = run(ourselves(&["secure-boot", "key-digest"]).arg(key));
    said.trim().to_owned()
}

#[test]
fn the_release_is_signed_by_two_keys_and_espsecure_accepts_each() {
    let (folder, keys) = signed();
    let (exit, said) = verify(folder.path());
    assert_eq!(exit, 0, "{said}");
    let esptool = std::env::var_os("PERENNIAL_ESPTOOL").unwrap();
    let espsecure = Path::new(&esptool).with_file_name("espsecure");
    for name in ["one.pem", "two.pem"] {
        let key = keys.path().join(name);
        assert!(said.contains(&digest_of(&key)), "{said}");
        let mut check = Command::new(&espsecure);
        check.args(["verify-signature", "--version", "2", "--keyfile"]);
        run(check.arg(&key).arg(folder.path().join(SIGNED)));
    }
    let digest = digest_of(&keys.path().join("one.pem"));
    let demanded = ["secure-boot", "verify", "--key-digest", &digest];
    run(ourselves(&demanded).arg(folder.path()));
    let other = "0".repeat(64);
    let demanded = ["secure-boot", "verify", "--key-digest", &other];
    let output = ourselves(&demanded).arg(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(13), "{}", text(&output));
    // Who signs the release may do so after the image was signed.
    let key = ["keys", "sign", "--key", "trust/keys/development.key"];
    run(ourselves(&key).arg(folder.path()));
}

#[test]
fn every_flipped_bit_of_the_signed_image_is_refused_by_name() {
    let (folder, _keys) = signed();
    let files = files_of(folder.path());
    assert_passes(&files);
    let bits = files[SIGNED].len() * 8;
    let sector = bits - SECTOR * 8;
    let mut chosen = sample(0..sector, BITS_OF_PADDED_IMAGE);
    chosen.extend(sample(sector..bits, BITS_OF_SECTOR));
    flip_bits(&files, SIGNED, &chosen);
}

#[test]
fn a_wrong_byte_of_the_signed_image_is_named_with_exit_13() {
    let (folder, _keys) = signed();
    let path = folder.path().join(SIGNED);
    let good = std::fs::read(&path).unwrap();
    let sector = good.len() - SECTOR;
    let application = files()["application.bin"].len();
    for (place, field) in [
        (0x50, "app descriptor"),
        (application / 2, "segment"),
        (sector - 49, "secure padding"),
        (sector - 33, "checksum"),
        (sector - 1, "digest"),
        (sector + 4, "signature block 0: SHA-256 of the padded image"),
        (sector + 100, "signature block 0: RSA modulus"),
        (sector + BLOCK + 420, "signature block 1: RSA exponent"),
        (sector + BLOCK + 600, "signature block 1: Montgomery R"),
        (sector + BLOCK + 810, "signature block 1: Montgomery M'"),
        (sector + 1000, "signature block 0: RSA-PSS signature"),
        (sector + 1196, "signature block 0: CRC-32"),
        (sector + 1215, "signature block 0: reserved at the end"),
        (good.len() - 1, "signature sector: erased"),
    ] {
        let mut bytes = good.clone();
        bytes[place] ^= 0x04;
        std::fs::write(&path, bytes).unwrap();
        let (exit, said) = verify(folder.path());
        assert_eq!(exit, 13, "{field}: {said}");
        let mut lines = said.lines();
        let line = lines.find(|line| line.contains(&format!("V120 {SIGNED}: ")));
        assert!(
            line.is_some_and(|line| line.contains(field)),
            "{field}: {said}"
        );
    }
    for bytes in [&good[..sector], &good[..good.len() - 1], &[]] {
        std::fs::write(&path, bytes).unwrap();
        let (exit, said) = verify(folder.path());
        assert!(exit == 13 && said.contains("V120"), "{said}");
    }
}

/// Whoever has a key signs a manifest that records another padded image.
#[test]
fn the_recorded_padded_image_is_the_one_of_the_application() {
    let manifest = String::from_utf8(files()["release.json"].clone()).unwrap();
    let lines = ["\"padded-sha256\": \"", "\"padded-size\": "];
    for start in lines {
        let line = manifest.lines().find(|line| line.contains(start)).unwrap();
        let digit = line.find(start).unwrap() + start.len();
        let mut other = line.to_owned();
        let replaced = if line[digit..].starts_with('1') {
            "2"
        } else {
            "1"
        };
        other.replace_range(digit..=digit, replaced);
        let folder = copy();
        sign_again(folder.path(), &manifest.replace(line, &other));
        let (exit, said) = verify(folder.path());
        assert_eq!(exit, 13, "{said}");
        let name = start.split('"').nth(1).unwrap();
        let problem = format!("V103 release.json: secure-boot: {name}");
        assert!(said.contains(&problem), "{said}");
    }
}
