//! What is written, where, and what is refused.

use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use clap::Parser;
use device::provision::Provisioning;
use tempfile::{TempDir, tempdir};

use super::{ProvisionArguments, quoted, run, written};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::image::{Application, FlashMap, sample_flash};

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    arguments: ProvisionArguments,
}

/// A directory with a password file and a full flash image.
fn directory() -> TempDir {
    let directory = tempdir().unwrap();
    fs::write(directory.path().join("password"), "correct horse\n").unwrap();
    fs::write(directory.path().join("flash.bin"), sample_flash()).unwrap();
    directory
}

/// The arguments of `line`, in which `@` stands for the directory.
fn arguments(directory: &TempDir, line: &str) -> Result<ProvisionArguments, clap::Error> {
    let path = directory.path().to_str().unwrap();
    let line = line.replace('@', &format!("{path}/"));
    let words = std::iter::once("provision").chain(line.split(' '));
    Line::try_parse_from(words).map(|line| line.arguments)
}

fn run_line(directory: &TempDir, line: &str) -> Result<Exit, Failure> {
    run(&arguments(directory, line).unwrap())
}

fn refusal(directory: &TempDir, line: &str) -> String {
    let failure = run_line(directory, line).unwrap_err();
    assert_eq!(failure.exit, Exit::Unreadable);
    failure.to_string()
}

fn read(directory: &TempDir, name: &str) -> Vec<u8> {
    fs::read(directory.path().join(name)).unwrap()
}

#[test]
fn a_partition_says_what_was_asked() {
    let directory = directory();
    let line = "--ssid lab --password-file @password --host b.example=192.0.2.8 \
                --host a.example=192.0.2.7 --output @provision.bin";
    assert_eq!(run_line(&directory, line).unwrap(), Exit::Done);
    let bytes = read(&directory, "provision.bin");
    assert_eq!(bytes.len(), 16 * 1024);
    let provisioning = Provisioning::read(&bytes).unwrap();
    assert_eq!(provisioning.ssid(), "lab");
    assert_eq!(provisioning.password(), Some("correct horse"));
    let hosts: Vec<(&str, IpAddr)> = provisioning.hosts().collect();
    let expected = [
        ("a.example", "192.0.2.7".parse().unwrap()),
        ("b.example", "192.0.2.8".parse().unwrap()),
    ];
    assert_eq!(hosts, expected);
    let mode = fs::metadata(directory.path().join("provision.bin")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_open_network_has_no_password() {
    let directory = directory();
    run_line(&directory, "--ssid lab --open --output @provision.bin").unwrap();
    let bytes = read(&directory, "provision.bin");
    assert_eq!(Provisioning::read(&bytes).unwrap().password(), None);
}

#[test]
fn a_host_has_one_ipv4_address() {
    let directory = directory();
    let line = "--ssid lab --open --output @p.bin --host a.example=";
    let error = arguments(&directory, &format!("{line}2001:db8::1")).unwrap_err();
    assert!(error.to_string().contains("has IPv4 only"), "{error}");
    let twice = format!("{line}192.0.2.7 --host a.example=192.0.2.8");
    let text = refusal(&directory, &twice);
    assert!(text.contains("the host a.example is given twice"), "{text}");
    assert!(!directory.path().join("p.bin").exists());
}

#[test]
fn what_was_written_says_who_must_not_read_it() {
    let path = Path::new("p.bin");
    assert!(written(path, false).contains("it holds the network's password"));
    assert!(written(path, true).contains("the network has no password"));
}

#[test]
fn a_link_into_a_release_is_followed_before_it_is_judged() {
    let directory = directory();
    fs::write(directory.path().join("SHA256SUMS"), "11  flash.bin\n").unwrap();
    let elsewhere = directory.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    symlink("../flash.bin", elsewhere.join("image.bin")).unwrap();
    let text = refusal(&directory, "--ssid lab --open --into @elsewhere/image.bin");
    assert!(text.contains("is part of a release"), "{text}");
    assert_eq!(read(&directory, "flash.bin"), sample_flash());
}

#[test]
fn a_file_that_is_there_stays() {
    let directory = directory();
    let text = refusal(&directory, "--ssid lab --open --output @password");
    assert!(text.contains("is already there"), "{text}");
    assert_eq!(read(&directory, "password"), b"correct horse\n");
    let text = refusal(
        &directory,
        "--ssid lab --open --into @flash.bin --output @password",
    );
    assert!(text.contains("is already there"), "{text}");
}

#[test]
fn an_image_gets_the_partition_and_nothing_else() {
    let directory = directory();
    let line = "--ssid lab --open --into @flash.bin --output @copy.bin";
    run_line(&directory, line).unwrap();
    assert_eq!(read(&directory, "flash.bin"), sample_flash());
    let copy = read(&directory, "copy.bin");
    let provisioning = Provisioning::read(&copy[0x9000..0xD000]).unwrap();
    assert_eq!(provisioning.ssid(), "lab");
    let mut erased = copy.clone();
    erased[0x9000..0xD000].fill(0xFF);
    assert_eq!(erased, sample_flash());
    // What was released is told from what was provisioned.
    let faults = FlashMap::read(&copy).unwrap_err().to_string();
    assert!(faults.starts_with("provision: erased"), "{faults}");

    run_line(&directory, "--ssid lab --open --into @flash.bin").unwrap();
    assert_eq!(read(&directory, "flash.bin"), copy);
    // Again, with another network.
    run_line(&directory, "--ssid field --open --into @flash.bin").unwrap();
    let image = read(&directory, "flash.bin");
    let provisioning = Provisioning::read(&image[0x9000..0xD000]).unwrap();
    assert_eq!(provisioning.ssid(), "field");
}

#[test]
fn a_released_image_is_only_copied() {
    let directory = directory();
    let sums = directory.path().join("SHA256SUMS");
    fs::write(&sums, "00  other.bin\n11  flash.bin\n").unwrap();
    let text = refusal(&directory, "--ssid lab --open --into @flash.bin");
    assert!(text.contains("is part of a release"), "{text}");
    assert!(text.contains("11  flash.bin"), "{text}");
    assert_eq!(read(&directory, "flash.bin"), sample_flash());
    run_line(
        &directory,
        "--ssid lab --open --into @flash.bin --output @copy.bin",
    )
    .unwrap();
    fs::write(&sums, "00  other.bin\n").unwrap();
    run_line(&directory, "--ssid lab --open --into @flash.bin").unwrap();
}

#[test]
fn an_image_that_is_not_ours_is_refused() {
    for (problem, change) in [
        (
            "partition table: MD5 at",
            (|b| b[0x8004] ^= 1) as fn(&mut Vec<u8>),
        ),
        ("partition table: entry 0: magic", |b| b[0x8000] = 0),
        ("no entry has the MD5", |b| b.truncate(0x8000)),
        ("partition table: MD5", |b| b.truncate(0x80C0)),
        ("it has no partition provision", |b| rename(b, b"provisiom")),
        ("ota_0: ", |b| b[0x1_0100] ^= 1),
        ("ota_0: ", |b| b.truncate(0x1_0000)),
    ] {
        let directory = directory();
        let path = directory.path().join("flash.bin");
        let mut image = sample_flash().to_vec();
        change(&mut image);
        fs::write(&path, &image).unwrap();
        let text = refusal(&directory, "--ssid lab --open --into @flash.bin");
        assert!(
            text.contains("is not a full flash image of this project"),
            "{text}"
        );
        assert!(text.contains(problem), "{problem}: {text}");
        assert_eq!(fs::read(&path).unwrap(), image);
    }
}

#[test]
fn an_application_alone_is_no_flash_image() {
    let directory = directory();
    let flash = sample_flash();
    let application = Application::read_prefix(&flash[0x1_0000..]).unwrap();
    fs::write(directory.path().join("flash.bin"), application.bytes()).unwrap();
    let text = refusal(&directory, "--ssid lab --open --into @flash.bin");
    assert!(text.contains("partition table:"), "{text}");
}

#[test]
fn what_a_device_would_refuse_is_not_written() {
    let directory = directory();
    let file = |name: &str, text: &[u8]| fs::write(directory.path().join(name), text).unwrap();
    file("short", b"1234567");
    file("long", &[b'a'; 64]);
    file("empty", b"\n");
    file("lines", b"12345678\n12345678\n");
    file("bytes", b"12345678\xff\n");
    file("umlaut", "12345678\u{e4}\n".as_bytes());
    for (line, problem) in [
        ("--ssid lab --password-file @short", "a password of 7 bytes"),
        ("--ssid lab --password-file @long", "at most 63"),
        ("--ssid lab --password-file @empty", "the password is empty"),
        ("--ssid lab --password-file @lines", "more than one line"),
        ("--ssid lab --password-file @bytes", "it is not text"),
        ("--ssid lab --password-file @umlaut", "not printable ASCII"),
        ("--ssid lab --password-file @absent", "cannot read"),
        (
            "--ssid aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa --open",
            "at most 32",
        ),
        (
            "--ssid lab --open --host a.b=1.2.3.4 --host a.b=1.2.3.4",
            "the host a.b is given twice",
        ),
    ] {
        let text = refusal(&directory, &format!("{line} --output @provision.bin"));
        assert!(text.contains(problem), "{line}: {text}");
        assert!(!directory.path().join("provision.bin").exists());
    }
    for (name, text) in [("eight", "12345678"), ("windows", "12345678\r\n")] {
        file(name, text.as_bytes());
        let line = format!("--ssid lab --password-file @{name} --output @{name}.bin");
        run_line(&directory, &line).unwrap();
        let bytes = read(&directory, &format!("{name}.bin"));
        let provisioning = Provisioning::read(&bytes).unwrap();
        assert_eq!(provisioning.password(), Some("12345678"));
    }
}

#[test]
fn a_line_that_cannot_be_meant_is_refused() {
    let directory = directory();
    for line in [
        "--ssid lab --open",
        "--open --output @p",
        "--ssid lab --open --password-file @password --output @p",
        "--ssid lab --open --output @p --host a.example",
        "--ssid lab --open --output @p --host a.example=1.2.3",
        "--ssid lab --open --output @p --host A.example=192.0.2.1",
        "--ssid lab --open --output @p --host =192.0.2.1",
    ] {
        assert!(arguments(&directory, line).is_err(), "{line}");
    }
    assert!(arguments(&directory, "--ssid lab --open --output @p").is_ok());
}

#[test]
fn a_path_is_one_word_of_a_shell() {
    for (path, word) in [
        ("dist/provision.bin", "dist/provision.bin"),
        ("my lab.bin", "'my lab.bin'"),
        ("it's", r"'it'\''s'"),
        ("", "''"),
    ] {
        assert_eq!(quoted(path), word);
    }
}

/// Another label for the first entry, and the MD5 for it.
fn rename(image: &mut [u8], label: &[u8]) {
    use md5::{Digest as _, Md5};
    image[0x800C..0x800C + label.len()].copy_from_slice(label);
    let md5 = Md5::digest(&image[0x8000..0x80C0]);
    image[0x80D0..0x80E0].copy_from_slice(&md5);
}
