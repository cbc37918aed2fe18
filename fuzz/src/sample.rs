//! Small good examples of the binary formats: the seeds of the fuzzer, and what it damages.

use std::path::Path;

use device::day::Day;
use device::flash_layout::{
    FLASH_SIZE, OTA_0, OTADATA, PARTITION_TABLE_OFFSET, PROVISION, TRUST_STORE,
};
use device::otadata;
use device::provision::{HostContents, ProvisionContents};
use device::store::{
    AfterExpiry, AnchorContents, DatesChecked, EndpointContents, KeyContents, KeySetContents,
    PinContents, StoreContents,
};

use trust::anchors::Certificate;
use trust::date::Date;
use trust::source::SourceFile;

use crate::image::partition_table;
use crate::seal;

const DROM: u32 = 0x3C00_0020;
const DRAM: u32 = 0x3FC8_9B38;
const IRAM: u32 = 0x4038_0000;
const IROM: u32 = 0x4200_0000;

/// A store with one of everything, or with `anchors` anchors alone.
pub fn store(anchors: u8, full: bool) -> Vec<u8> {
    let contents = StoreContents {
        sequence: 7,
        product: "perennial-reference".into(),
        dates: DatesChecked::ALL,
        anchors: (1..=anchors).map(anchor).collect(),
        pins: if full { pins() } else { Vec::new() },
        endpoints: if full { endpoints() } else { Vec::new() },
        release_keys: keys(10, u8::from(full)),
        rescue_keys: keys(20, 2 * u8::from(full)),
    };
    contents.write().expect("the sample is a store")
}

/// A store that trusts ISRG Root X2 and DST Root CA X3 and checks these dates. For lencr.org it pins the key of E5.
///
/// # Panics
/// When the fixtures are not there.
pub fn real_store(dates: DatesChecked) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trust/fixtures/pki");
    let read = |name: &str| {
        let bytes = std::fs::read(folder.join(format!("{name}.pem"))).expect("a fixture");
        let file = SourceFile::from_bytes(name, &bytes);
        trust::anchors::read_pem(&file).0.remove(0)
    };
    let day = |date: Date| Day::from_days_since_epoch(date.days_since_epoch()).expect("a day");
    let anchor = |certificate: Certificate| AnchorContents {
        name: certificate.name.clone(),
        fingerprint: certificate.fingerprint,
        not_before: day(certificate.not_before),
        not_after: day(certificate.not_after),
        effective_end: day(certificate.not_after),
        subject: certificate.subject.clone(),
        spki: certificate.spki.clone(),
    };
    let contents = StoreContents {
        sequence: 7,
        product: "perennial-reference".into(),
        dates,
        anchors: vec![anchor(read("isrg-root-x2")), anchor(read("dst-root-ca-x3"))],
        pins: vec![PinContents {
            host: "lencr.org".into(),
            spki_sha256: read("e5-by-isrg-root-x1").spki_sha256,
            expires: Day::MAX,
            after_expiry: AfterExpiry::RootsOnly,
        }],
        endpoints: Vec::new(),
        release_keys: KeySetContents::NONE,
        rescue_keys: KeySetContents::NONE,
    };
    contents.write().expect("the sample is a store")
}

/// A chain as the target `chain` reads it: the choice, then certificates with their lengths before them.
pub fn chain(choice: u8, certificates: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![choice];
    for der in certificates {
        let length = u16::try_from(der.len()).expect("certificates are short");
        bytes.extend(length.to_be_bytes());
        bytes.extend(der);
    }
    bytes
}

fn anchor(number: u8) -> AnchorContents {
    let day = |year| Day::from_civil(year, 6, 4).expect("a day of the calendar");
    AnchorContents {
        name: format!("Test Root {number}"),
        fingerprint: [number; 32],
        not_before: day(2015),
        not_after: day(2035),
        effective_end: day(2030),
        subject: vec![0x30, 3, 0x31, 1, number],
        spki: vec![0x30, 5, 0x30, 0, 0x03, 1, 0],
    }
}

fn pins() -> Vec<PinContents> {
    let pin = |host: &str, number, after_expiry| PinContents {
        host: host.into(),
        spki_sha256: [number; 32],
        expires: Day::from_civil(2034, 1, 1).expect("a day of the calendar"),
        after_expiry,
    };
    vec![
        pin("a.example.com", 1, AfterExpiry::RootsOnly),
        pin("a.example.com", 2, AfterExpiry::Refuse),
    ]
}

fn endpoints() -> Vec<EndpointContents> {
    let endpoint = |name: &str, redirects: &[&str]| EndpointContents {
        name: name.into(),
        url: format!("https://{name}.example.com/fleet/"),
        redirects: redirects.iter().map(|url| (*url).to_owned()).collect(),
    };
    vec![
        endpoint("b", &["https://cdn.example/", "https://cdn.example:8443/x"]),
        endpoint("a", &[]),
    ]
}

fn keys(first: u8, threshold: u8) -> KeySetContents {
    let key = |number| KeyContents {
        id: [number; 8],
        public: [number; 32],
    };
    match threshold {
        0 => KeySetContents::NONE,
        threshold => KeySetContents {
            threshold,
            keys: (first..=first + threshold).map(key).collect(),
        },
    }
}

/// A provisioning without the erased rest of its partition.
pub fn provisioning(password: Option<&str>) -> Vec<u8> {
    let host = |name: &str, address: &str| HostContents {
        name: name.into(),
        address: address.parse().expect("an address"),
    };
    let contents = ProvisionContents {
        ssid: "fleet".into(),
        password: password.map(str::to_owned),
        hosts: vec![
            host("a.example", "192.0.2.1"),
            host("b.example", "2001:db8::1"),
        ],
    };
    let partition = contents.write().expect("the sample is a provisioning");
    assert_eq!(partition.len(), PROVISION.size as usize);
    let length = usize::from(u16::from_le_bytes([partition[10], partition[11]]));
    partition[..length].to_vec()
}

/// An application image that holds `store`.
pub fn application(store: &[u8]) -> Vec<u8> {
    let mut read_only = descriptor();
    read_only.extend([3; 16]);
    read_only.extend(store);
    read_only.resize(read_only.len().next_multiple_of(4), 0);
    let code_at = 24 + 8 + read_only.len() + 8 + 8 + 8;
    image(
        IROM + code_at as u32,
        &[
            (DROM, &read_only),
            (DRAM, &[5; 8]),
            (IROM + code_at as u32, &[7; 32]),
        ],
    )
}

/// A bootloader: its description, and code in RAM.
pub fn bootloader() -> Vec<u8> {
    let mut description = vec![0; 80];
    description[0] = 80;
    description[8..15].copy_from_slice(b"v5.5-ok");
    image(
        IRAM,
        &[
            (DRAM, &description),
            (IRAM + 0x4000, &[9; 16]),
            (IRAM, &[1; 16]),
        ],
    )
}

/// A full flash image of the samples, never started and not provisioned.
pub fn flash() -> Vec<u8> {
    let store = store(1, false);
    let mut flash = vec![0xFF; FLASH_SIZE as usize];
    for (offset, bytes) in [
        (0, bootloader()),
        (PARTITION_TABLE_OFFSET, partition_table::bytes()),
        (OTADATA.offset, otadata::initial().to_vec()),
        (OTA_0.offset, application(&store)),
        (TRUST_STORE.offset, store),
    ] {
        flash[offset as usize..][..bytes.len()].copy_from_slice(&bytes);
    }
    flash
}

fn descriptor() -> Vec<u8> {
    let mut bytes = vec![0; 256];
    bytes[..4].copy_from_slice(&0xABCD_5432_u32.to_le_bytes());
    for (offset, text) in [
        (16, "0.1.0"),
        (48, "perennial-firmware"),
        (80, "12:34:56"),
        (96, "2026-07-01"),
        (112, "0.0.0"),
    ] {
        bytes[offset..offset + text.len()].copy_from_slice(text.as_bytes());
    }
    bytes[144..176].fill(0xA5);
    bytes[178..180].copy_from_slice(&u16::MAX.to_le_bytes());
    bytes[180] = 16;
    bytes
}

fn image(entry: u32, segments: &[(u32, &[u8])]) -> Vec<u8> {
    let mut bytes = vec![0xE9, segments.len() as u8, 2, 0x20];
    bytes.extend(entry.to_le_bytes());
    bytes.extend([0xEE, 0, 0, 0, 5, 0, 3, 3, 0, 199, 0, 0, 0, 0, 0, 1]);
    for (address, data) in segments {
        bytes.extend(address.to_le_bytes());
        bytes.extend((data.len() as u32).to_le_bytes());
        bytes.extend(*data);
    }
    seal::image(&bytes).expect("the segments are there")
}
