//! Images that are wrong but sealed again: checksum and digest agree, so the one defect must be seen itself.

use sha2::{Digest as _, Sha256};

use super::small;
use crate::image::{Application, Faults};

/// Offset of the length of segment 0.
const LENGTH_0: usize = 0x1C;

/// The small image with one change, sealed again.
fn sealed(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut image = small().image.bytes().to_vec();
    change(&mut image);
    let end = image.len() - 33;
    let mut offset = 24;
    let mut sum = 0xEF;
    for _ in 0..image[1] {
        let Some(length) = image.get(offset + 4..offset + 8) else {
            break;
        };
        let length = u32::from_le_bytes(length.try_into().unwrap()) as usize;
        let data = image.get(offset + 8..offset.saturating_add(8 + length));
        sum = data.unwrap_or_default().iter().fold(sum, |a, b| a ^ b);
        offset = offset.saturating_add(8 + length);
    }
    image[end] = sum;
    let digest = Sha256::digest(&image[..=end]);
    image[end + 1..].copy_from_slice(&digest);
    image
}

/// Where the header of segment `index` stands.
fn header_of(index: usize) -> usize {
    let application = Application::read(small().image.bytes()).unwrap();
    application.container().segments()[index].data.start - 8
}

fn faults(image: &[u8]) -> Faults {
    Application::read(image).unwrap_err()
}

#[track_caller]
fn assert_only(image: &[u8], field: &str, problem: &str) {
    let faults = faults(image);
    let text = faults.to_string();
    assert_eq!(faults.iter().count(), 1, "{text}");
    assert!(text.starts_with(field), "{field}: {text}");
    assert!(text.contains(problem), "{problem}: {text}");
}

#[test]
fn sealing_changes_nothing_in_a_good_image() {
    assert_eq!(sealed(|_| ()), small().image.bytes());
}

#[test]
fn each_header_field_is_checked_by_itself() {
    for (offset, name) in [
        (2, "header: flash mode"),
        (3, "header: flash size and frequency"),
        (8, "header: write-protect pin"),
        (9, "header: pin drive settings"),
        (11, "header: pin drive settings"),
        (12, "header: chip"),
        (13, "header: chip"),
        (14, "header: minimum chip revision"),
        (16, "header: minimum chip revision"),
        (17, "header: maximum chip revision"),
        (18, "header: maximum chip revision"),
        (19, "header: reserved"),
        (22, "header: reserved"),
        (23, "header: digest flag"),
    ] {
        assert_only(&sealed(|image| image[offset] ^= 1), name, "must be 0x");
    }
    assert_only(
        &sealed(|image| image[0] = 0xE8),
        "header: magic",
        "must be 0xe9",
    );
    assert_only(
        &sealed(|image| image[1] = 0),
        "header: segment count",
        "must be 1 to 16",
    );
    assert_only(
        &sealed(|image| image[1] = 17),
        "header: segment count",
        "must be 1 to 16",
    );
}

#[test]
fn the_entry_point_is_an_instruction() {
    let field = "header: entry point";
    let problem = "is not an instruction";
    assert_only(&sealed(|image| image[4] ^= 1), field, problem);
    let data = 0x3C00_0020_u32.to_le_bytes();
    assert_only(
        &sealed(|image| image[4..8].copy_from_slice(&data)),
        field,
        problem,
    );
    let ram = 0x4038_0000_u32;
    let entry = |address: u32| {
        move |image: &mut Vec<u8>| {
            image[4..8].copy_from_slice(&address.to_le_bytes());
        }
    };
    assert!(Application::read(&sealed(entry(ram))).is_ok());
    assert!(Application::read(&sealed(entry(ram + 62))).is_ok());
    assert_only(&sealed(entry(ram + 64)), field, problem);
}

#[test]
fn segments_lie_in_memory_and_apart() {
    let (dram, iram, irom) = (header_of(1), header_of(2), header_of(4));
    let address = |at: usize, address: u32| {
        sealed(move |image| image[at..at + 4].copy_from_slice(&address.to_le_bytes()))
    };
    let field = "segment 1: address";
    assert_only(&address(dram, 0x3FCD_FFD0), field, "are in no memory");
    assert!(Application::read(&address(dram, 0x3FCD_FFCC)).is_ok());
    assert_only(&address(dram, 0x6000_0000), field, "are in no memory");
    // The same RAM, once as data and once as code.
    assert_only(&address(dram, 0x3FC8_003C), field, "overlaps segment 2");
    assert!(Application::read(&address(dram, 0x3FC8_0040)).is_ok());
    assert_only(
        &address(iram, 0x5000_1FC4),
        "segment 2: address",
        "are in no memory",
    );
    assert!(Application::read(&address(iram, 0x5000_1FC0)).is_ok());
    let mapped = u32::try_from(irom + 8).unwrap();
    let moved = sealed(|image| {
        image[4..8].copy_from_slice(&0x4038_0000_u32.to_le_bytes());
        image[irom..irom + 4].copy_from_slice(&(0x4200_0004 + mapped).to_le_bytes());
    });
    assert_only(&moved, "segment 4: address", "differ within a page");
    let second = sealed(|image| {
        image[4..8].copy_from_slice(&0x4038_0000_u32.to_le_bytes());
        image[irom..irom + 4].copy_from_slice(&(0x3C01_0000 + mapped).to_le_bytes());
    });
    assert_only(&second, "segment 4: address", "segment 0 is in DROM too");
}

#[test]
fn padding_is_zero() {
    let padding = header_of(3) + 8;
    assert_only(
        &sealed(|image| image[padding + 5] = 1),
        "segment 3: padding",
        "are not 0",
    );
    let end = small().image.bytes().len() - 34;
    let field = "padding before the checksum";
    assert_only(&sealed(|image| image[end] = 1), field, "must be 0");
}

#[test]
fn lengths_are_followed_only_within_the_image() {
    for length in [0x1000_0000_u32, u32::MAX, u32::MAX - 7] {
        let image =
            sealed(|image| image[LENGTH_0..LENGTH_0 + 4].copy_from_slice(&length.to_le_bytes()));
        assert!(faults(&image).to_string().contains("segment 0: length"));
    }
    let odd = sealed(|image| image[LENGTH_0] ^= 2);
    assert!(faults(&odd).to_string().contains("must be a multiple of 4"));
}

#[test]
fn an_image_ends_where_its_digest_ends() {
    let image = small().image.bytes();
    for length in 0..image.len() {
        assert!(Application::read(&image[..length]).is_err(), "{length}");
    }
    let longer = [image, &[0xFF]].concat();
    assert_only(&longer, "trailing bytes", "1 bytes follow");
    let prefix = Application::read_prefix(&longer).unwrap();
    assert_eq!(prefix.bytes(), image);
}

#[test]
fn checksum_and_digest_are_checked_by_themselves() {
    let mut image = small().image.bytes().to_vec();
    let end = image.len();
    image[end - 1] ^= 1;
    assert_only(&image, "digest", "the bytes before it have");
    image[end - 1] ^= 1;
    image[end - 33] ^= 1;
    let digest = Sha256::digest(&image[..end - 32]);
    image[end - 32..].copy_from_slice(&digest);
    assert_only(&image, "checksum", "the data of the segments has");
}

#[test]
fn each_field_of_the_descriptor_is_checked() {
    for (offset, byte, name, problem) in [
        (0x20, 0, "magic", "must be 0xabcd5432"),
        (0x28, 1, "reserved 1", "must be 0"),
        (0x30, 0, "version", "is empty"),
        (0x31, b'\n', "version", "printable ASCII"),
        (0x4F, b'x', "version", "has bytes after the 0"),
        (0x50, 0xE4, "project", "printable ASCII"),
        (0x72, b'.', "time", "is not of the form 00:00:00"),
        (0x84, b'/', "date", "is not of the form 0000-00-00"),
        (0x90, 0, "ESP-IDF version", "is empty"),
        (0xD0, 1, "maximum eFuse block revision", ""),
        (0xD4, 15, "flash cache page size", "must be 2^16"),
        (0xD5, 1, "reserved 3", "must be 0"),
        (0x11F, 1, "reserved 2", "must be 0"),
    ] {
        let image = sealed(|image| image[offset] = byte);
        if problem.is_empty() {
            assert!(Application::read(&image).is_ok(), "{name}");
        } else {
            assert_only(&image, &format!("app descriptor: {name}"), problem);
        }
    }
    let unended = sealed(|image| image[0x30..0x50].fill(b'v'));
    assert_only(&unended, "app descriptor: version", "does not end with a 0");
    let longest = sealed(|image| image[0x30..0x4F].fill(b'v'));
    assert!(Application::read(&longest).is_ok());
    let unfilled = sealed(|image| image[0xB0..0xD0].fill(0));
    assert_only(
        &unfilled,
        "app descriptor: SHA-256 of the ELF file",
        "never filled in",
    );
    let revisions = sealed(|image| image[0xD0..0xD4].copy_from_slice(&[2, 0, 1, 0]));
    assert_only(
        &revisions,
        "app descriptor: minimum eFuse",
        "no chip starts the image",
    );
}

#[test]
fn the_descriptor_stands_in_mapped_data() {
    let other = sealed(|image| image[0x18..0x1C].copy_from_slice(&0x3FC9_0000_u32.to_le_bytes()));
    let text = faults(&other).to_string();
    assert!(
        text.contains("must be DROM and hold the app descriptor"),
        "{text}"
    );
}
