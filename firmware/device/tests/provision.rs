//! The provisioning partition, from the outside.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use device::provision::{
    DIGEST_LENGTH, HostContents, MAX_LENGTH, MIN_LENGTH, ProvisionContents, ProvisionError,
    ProvisionField, ProvisionWriteError, Provisioning,
};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use vectors::Kind;

const PARTITION: usize = 0x4000;

fn host(name: &str, address: impl Into<IpAddr>) -> HostContents {
    HostContents {
        name: name.into(),
        address: address.into(),
    }
}

fn sample() -> ProvisionContents {
    ProvisionContents {
        ssid: "lab".into(),
        password: Some("correct horse".into()),
        hosts: vec![
            host("ota.example.com", Ipv4Addr::new(192, 0, 2, 1)),
            host("ota.example.com", Ipv6Addr::LOCALHOST),
            host("time.example", Ipv4Addr::new(192, 0, 2, 2)),
        ],
    }
}

fn sample_bytes() -> Vec<u8> {
    sample().write().expect("the sample is valid")
}

fn total_length(partition: &[u8]) -> usize {
    usize::from(u16::from_le_bytes([partition[10], partition[11]]))
}

/// Changes the bytes before the digest, and makes total length, digest and partition size right again.
fn changed(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = sample_bytes();
    bytes.truncate(total_length(&bytes) - DIGEST_LENGTH);
    change(&mut bytes);
    let length = u16::try_from(bytes.len() + DIGEST_LENGTH).expect("it fits");
    bytes[10..12].copy_from_slice(&length.to_le_bytes());
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    bytes.resize(PARTITION, 0xFF);
    bytes
}

/// Changes the partition, and leaves the digest as it is.
fn damaged(change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = sample_bytes();
    change(&mut bytes);
    bytes
}

/// Partitions with one defect each, and what the reader must say. The sample: SSID length at 12, SSID at
/// 13, password length at 16, password at 17, number of hosts at 30, hosts at 31, 52 and 85, digest at 103.
#[rustfmt::skip]
fn defects() -> Vec<(Vec<u8>, &'static str)> {
    vec![
        (vec![0xFF; PARTITION], "the partition is erased: the device was never provisioned"),
        (vec![], "the partition is erased: the device was never provisioned"),
        (damaged(|b| b[7] = 0), "at byte 0: no provisioning begins with 50524e4c50524f00"),
        (damaged(|b| b.truncate(7)), "at byte 0: magic needs 8 bytes, 7 are left"),
        (damaged(|b| b[8] = 2), "at byte 8: format version 2, only 1 is known"),
        (damaged(|b| b[10] = 46), "at byte 10: total length 46, must be 47 to 4478"),
        (damaged(|b| b[10..12].copy_from_slice(&[0x7F, 0x11])), "at byte 10: total length 4479, must be 47 to 4478"),
        (damaged(|b| b.truncate(100)), "at byte 0: total-length needs 135 bytes, 100 are left"),
        (damaged(|b| b[13] ^= 1), "at byte 103: the digest is "),
        (damaged(|b| b[PARTITION - 1] = 0), "at byte 16383: 0x00 after the end, must be erased"),
        (damaged(|b| b[135] = 0xFE), "at byte 135: 0xfe after the end, must be erased"),
        (changed(|b| { b.drain(13..16); b[12] = 0; }), "at byte 13: the SSID is not text: it is empty"),
        (changed(|b| { b.splice(13..13, [b'x'; 30]); b[12] = 33; }), "at byte 13: the SSID is not text: it has 33 bytes, 32 are allowed"),
        (changed(|b| b[13] = 0xFF), "at byte 13: the SSID is not text: it is not UTF-8 after 0 bytes"),
        (changed(|b| b[15] = 0), "at byte 13: the SSID is not text: it holds a control character"),
        (changed(|b| b[12] = 255), "at byte 13: ssid needs 255 bytes, 90 are left"),
        (changed(|b| b[16] = 7), "at byte 16: a password of 7 bytes, must be 0 or 8 to 63"),
        (changed(|b| b[16] = 64), "at byte 16: a password of 64 bytes, must be 0 or 8 to 63"),
        (changed(|b| b[18] = 0x7F), "at byte 18: the password has a byte that is not printable ASCII"),
        (changed(|b| b[29] = 0x1F), "at byte 29: the password has a byte that is not printable ASCII"),
        (changed(|b| b[30] = 17), "at byte 30: 17 static hosts, at most 16 are allowed"),
        (changed(|b| b[30] = 4), "at byte 103: host-name-length needs 1 bytes, 0 are left"),
        (changed(|b| b[30] = 2), "at byte 85: 18 bytes too many"),
        (changed(|b| b[32] = b'O'), "at byte 32: not a host name: it holds 'O'"),
        (changed(|b| b[47] = 5), "at byte 47: address family 5, must be 4 or 6"),
        (changed(|b| b[32] = b'u'), "at byte 52: host[1] is not above the one before it"),
        (changed(|b| { let first = b[31..52].to_vec(); b.splice(52..85, first); }), "at byte 52: host[1] is not above the one before it"),
    ]
}

#[test]
fn each_defect_is_named() {
    for (partition, says) in defects() {
        vectors::record(Kind::Provisioning, &[&partition]);
        let error = Provisioning::read(&partition).expect_err(says);
        assert!(
            error.to_string().contains(says),
            "expected: {says}\n   found: {error}"
        );
    }
}

#[test]
fn each_variant_is_reached() {
    let source = include_str!("../src/provision/error.rs");
    let (_, variants) = source
        .split_once("pub enum ProvisionError {")
        .expect("it is there");
    let (variants, _) = variants.split_once("\n}\n").expect("it ends");
    let declared: BTreeSet<&str> = variants
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()))
        .filter_map(|line| line.split([' ', ',']).next())
        .collect();
    let debug: Vec<String> = defects()
        .iter()
        .filter_map(|(partition, _)| Provisioning::read(partition).err())
        .map(|error| format!("{error:?}"))
        .collect();
    let reached: BTreeSet<&str> = debug
        .iter()
        .filter_map(|text| text.split(' ').next())
        .collect();
    assert_eq!(declared, reached);
}

#[test]
fn the_sample_comes_back() {
    let bytes = sample_bytes();
    assert_eq!(bytes.len(), PARTITION);
    vectors::record(Kind::Provisioning, &[&bytes]);
    let provisioning = Provisioning::read(&bytes).expect("the sample is valid");
    assert_eq!(ProvisionContents::from(&provisioning), sample());
    assert_eq!(provisioning.ssid(), "lab");
    assert_eq!(provisioning.password(), Some("correct horse"));
    assert_eq!(provisioning.hosts().count(), 3);
}

#[test]
fn an_open_network_has_no_password() {
    let open = ProvisionContents {
        password: None,
        ..sample()
    };
    let bytes = open.write().expect("valid");
    let provisioning = Provisioning::read(&bytes).expect("valid");
    assert_eq!(provisioning.password(), None);
    let empty = ProvisionContents {
        password: Some(String::new()),
        ..sample()
    };
    assert_eq!(empty.write(), Err(ProvisionWriteError::EmptyPassword));
}

#[test]
fn the_password_is_never_shown() {
    let bytes = sample_bytes();
    let provisioning = Provisioning::read(&bytes).expect("the sample is valid");
    for shown in [format!("{provisioning:?}"), format!("{:?}", sample())] {
        assert!(shown.contains("lab") && shown.contains("hidden"), "{shown}");
        assert!(!shown.contains("horse"), "{shown}");
        let bytes_of_horse = format!("{:?}", b"horse");
        assert!(
            !shown.contains(bytes_of_horse.trim_matches(['[', ']'])),
            "{shown}"
        );
    }
}

#[test]
fn every_single_flipped_bit_is_refused() {
    let pristine = sample_bytes();
    for bit in 0..(total_length(&pristine) + 64) * 8 {
        let mut bytes = pristine.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        vectors::record(Kind::Provisioning, &[&bytes]);
        assert!(Provisioning::read(&bytes).is_err(), "bit {bit}");
    }
}

#[test]
fn every_truncation_of_the_provisioning_is_refused() {
    let pristine = sample_bytes();
    for length in 0..total_length(&pristine) {
        assert!(Provisioning::read(&pristine[..length]).is_err(), "{length}");
        let mut rest_erased = pristine.clone();
        rest_erased[length..].fill(0xFF);
        assert!(
            Provisioning::read(&rest_erased).is_err() || rest_erased == pristine,
            "{length}"
        );
    }
}

#[test]
fn smallest_and_largest() {
    let smallest = ProvisionContents {
        ssid: "s".into(),
        password: None,
        hosts: vec![],
    };
    let bytes = smallest.write().expect("valid");
    assert_eq!(total_length(&bytes), MIN_LENGTH + 1);
    let label = "l".repeat(63);
    let name = format!("{label}.{label}.{label}.{}", "l".repeat(61));
    let address = |number| Ipv6Addr::new(0xFE80, 0, 0, 0, 0, 0, 0, number);
    let mut largest = ProvisionContents {
        ssid: "s".repeat(32),
        password: Some("p".repeat(63)),
        hosts: (0..16).map(|number| host(&name, address(number))).collect(),
    };
    let bytes = largest.write().expect("valid");
    assert_eq!(total_length(&bytes), MAX_LENGTH);
    let provisioning = Provisioning::read(&bytes).expect("valid");
    assert_eq!(ProvisionContents::from(&provisioning), largest);
    largest.hosts.push(host("one-more", address(0)));
    let too_many = ProvisionWriteError::TooLarge {
        field: ProvisionField::HostCount,
        found: 17,
        maximum: 16,
    };
    assert_eq!(largest.write(), Err(too_many));
}

#[test]
fn what_a_device_would_refuse_is_not_written() {
    let write = |ssid: &str, password: &str| {
        let contents = ProvisionContents {
            ssid: ssid.into(),
            password: Some(password.into()),
            hosts: vec![],
        };
        contents.write().map(|_| ())
    };
    assert_eq!(write("lab", "12345678"), Ok(()));
    let refused = |result| match result {
        Err(ProvisionWriteError::Refused(error)) => error,
        other => panic!("{other:?}"),
    };
    let short = ProvisionError::PasswordLength {
        offset: 16,
        found: 7,
    };
    assert_eq!(refused(write("lab", "1234567")), short);
    let accented = ProvisionError::PasswordByte { offset: 24 };
    assert_eq!(refused(write("lab", "1234567é")), accented);
    assert!(matches!(
        refused(write("", "12345678")),
        ProvisionError::Ssid { .. }
    ));
    for (ssid, password, expected) in [
        ("s".repeat(33), "p".repeat(8), ProvisionField::SsidLength),
        ("s".into(), "p".repeat(64), ProvisionField::PasswordLength),
    ] {
        let error = write(&ssid, &password).expect_err("too long");
        assert!(matches!(error, ProvisionWriteError::TooLarge { field, .. } if field == expected));
    }
}

proptest! {
    #[test]
    fn contents_come_back(
        ssid in "[\\PC]{1,8}",
        password in proptest::option::of("[ -~]{8,63}"),
        hosts in btree_set(("[a-z0-9]{1,20}", any::<IpAddr>()), 0..=16),
    ) {
        let hosts = hosts.into_iter().map(|(name, address)| HostContents { name, address });
        let contents = ProvisionContents { ssid, password, hosts: hosts.collect() };
        let bytes = contents.write().expect("valid contents");
        let provisioning = Provisioning::read(&bytes).expect("what was written is read");
        prop_assert_eq!(ProvisionContents::from(&provisioning), contents);
    }

    #[test]
    fn damage_with_a_right_digest(changes in vec((12_usize..103, any::<u8>()), 1..4)) {
        let bytes = changed(|bytes| {
            for (place, byte) in changes {
                bytes[place] = byte;
            }
        });
        if let Ok(provisioning) = Provisioning::read(&bytes) {
            prop_assert_eq!(ProvisionContents::from(&provisioning).write(), Ok(bytes.clone()));
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 1..600)) {
        prop_assert!(Provisioning::read(&bytes).is_err());
    }
}
