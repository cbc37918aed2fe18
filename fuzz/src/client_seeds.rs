//! First inputs of the targets that read what the update client reads.

use device::day::Day;
use device::flash_layout::STATE;
use device::memory::{
    Accepted, FailedRelease, LastError, Memory, RescueFloors, RolledBack, ShortText,
};
use device::rescue::EnvelopeContents;
use device::slots::Why;
use device::store::TrustStore;
use device::time::Question;
use device::verify::Moment;
use simulated::application::Application;
use simulated::flash::SimulatedFlash;

use crate::random::Known;
use crate::signers::{RELEASERS, RESCUERS, image_store, sign_envelope};
use crate::start_seeds;

/// A target, the name of an input, and the input.
pub type Seed = (&'static str, &'static str, Vec<u8>);

/// Seeds of all of them but `release`, whose seed is a real manifest too.
pub fn all() -> Vec<Seed> {
    [
        application(),
        http(),
        memory(),
        release(),
        rescue(),
        start_seeds::slots(),
        start_seeds::table(),
        time(),
        tls(),
    ]
    .concat()
}

fn application() -> Vec<Seed> {
    let mut application = Application::new("perennial-reference", "1.2.0");
    application.code = 8;
    let image = application.image();
    vec![
        ("application", "small", [&[63][..], &image].concat()),
        ("application", "padded", [&[10][..], &image].concat()),
    ]
}

fn http() -> Vec<Seed> {
    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"a1\"\r\n\r\nhello";
    let said = |portion, from, text: &str| [&[portion, from][..], text.as_bytes()].concat();
    let twice =
        format!("{OK}HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\nRetry-After: 9\r\n\r\nno");
    let moved = "HTTP/1.1 302 Found\r\nLocation: https://cdn.example:8443/x/release.json?key=1\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n";
    let part = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 3-7/8\r\nContent-Length: 5\r\n\r\nhello";
    let later = format!("HTTP/1.1 100 Continue\r\n\r\n{OK}");
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let beyond = "HTTP/1.1 416 No\r\nContent-Range: bytes */3\r\nContent-Length: 0\r\n\r\n";
    vec![
        ("http", "twice", said(255, 0, &twice)),
        ("http", "moved", said(0, 0, moved)),
        ("http", "part", said(6, 3, part)),
        ("http", "later", said(9, 0, &later)),
        ("http", "chunked", said(9, 0, chunked)),
        ("http", "beyond", said(9, 9, beyond)),
        (
            "http",
            "location",
            said(1, 0, "../../fleet/./release.json#top"),
        ),
    ]
}

fn memory() -> Vec<Seed> {
    let moment = |seconds| Moment::from_unix_seconds(seconds).expect("a time");
    let mut rescue_floors = RescueFloors::default();
    rescue_floors.raise(&[0x3C; 32], 8);
    rescue_floors.raise(&[0x5A; 32], 9);
    let full = Memory {
        floor: Some(moment(1_800_000_000)),
        release: Some(Accepted {
            epoch: 1_799_999_999,
            version: ShortText::of("1.2.3"),
        }),
        rescue_floors,
        successes: 5,
        last_success: Some(moment(1_800_000_001)),
        last_error: Some(LastError {
            text: ShortText::of("the name has no address"),
            count: 3,
        }),
        failed_release: Some(FailedRelease {
            sha256: [0xA5; 32],
            attempts: 2,
            put_off: 1,
            next_try: moment(1_800_086_400),
        }),
        rolled_back: Some(RolledBack::Trial(Why::FailedBoots)),
    };
    let full = counted(&record(&full));
    let empty = counted(&record(&Memory::default()));
    let newest = [&[5, 0x81][..], &full, &[0x80], &empty].concat();
    let mut newer = full.clone();
    newer[2 + 4] = 2;
    let newer = [&[9, 0x80][..], &full, &[0x82], &newer].concat();
    let mut last = full.clone();
    last[2 + 8..2 + 12].copy_from_slice(&[0xFE, 0xFF, 0xFF, 0xFF]);
    vec![
        ("memory", "newest", newest),
        ("memory", "newer-version", newer),
        ("memory", "last-number", [&[0, 0x83][..], &last].concat()),
    ]
}

fn record(memory: &Memory) -> Vec<u8> {
    let mut flash = SimulatedFlash::erased();
    memory.store(&mut flash).expect("the flash is sound");
    flash.bytes(STATE.offset..STATE.offset + 336)
}

fn release() -> Vec<Seed> {
    let hash = "00".repeat(32);
    let small = format!(
        "{{\"schema\":\"perennial.release/1\",\"product\":\"a\",\"chip\":\"esp32c3\",\"version\":\"1.3.0-rc.1+5\",\
         \"source-date-epoch\":9,\"secure-version\":3,\"later\":[1,null],\"store\":{{\"sequence\":8}},\
         \"secure-boot\":{{\"padded-size\":65536,\"padded-sha256\":\"{hash}\"}},\
         \"artefacts\":[{{\"name\":\"a.bin\",\"kind\":\"application-image\",\"size\":9,\"sha256\":\"{hash}\"}}]}}"
    );
    let signature = RELEASERS[0].sign_release(b"{}\n");
    vec![
        ("release", "small", [&[0][..], small.as_bytes()].concat()),
        (
            "release",
            "signature",
            [&[1][..], signature.as_bytes()].concat(),
        ),
    ]
}

fn rescue() -> Vec<Seed> {
    let store = image_store();
    let read = TrustStore::read_exact(&store).expect("it was written");
    let day = Day::from_civil(2031, 5, 4).expect("a day");
    let contents = EnvelopeContents::unsigned(&read, Moment::start_of(day));
    let envelope = sign_envelope(contents, &RESCUERS[..2]).expect("it is right");
    let seed = |how, who, number, bytes: &[u8]| [&[how, who, number][..], bytes].concat();
    vec![
        ("rescue", "envelope", seed(0, 0, 0, &envelope)),
        ("rescue", "signed-again", seed(1 + 4, 7, 2, &envelope)),
        ("rescue", "store", seed(2, 3, 30, &store)),
        ("rescue", "above", seed(3 + 4, 5, 9, &store)),
        ("rescue", "strangers", seed(3, 9, 9, &store)),
    ]
}

fn time() -> Vec<Seed> {
    let floor = 1_800_000_000_i64.to_le_bytes();
    let mut answer = [0; 52];
    answer[..4].copy_from_slice(&[4 << 3 | 4, 2, 6, 0xEC]);
    answer[24..32].copy_from_slice(&Question::new(&mut Known::default()).packet()[40..48]);
    answer[40..44].copy_from_slice(&(1_800_000_100_u32.wrapping_add(2_208_988_800)).to_be_bytes());
    let one = counted(&answer[..48]);
    let other = counted(&answer);
    vec![
        ("time", "agree", [&floor[..], &[3], &one, &other].concat()),
        ("time", "one", [&floor[..], &[0], &one, &other].concat()),
    ]
}

fn tls() -> Vec<Seed> {
    // ServerHello, EncryptedExtensions, Certificate, CertificateVerify, Finished, the keys for data.
    const HONEST: [u8; 11] = [0, 1, 0, 1, 1, 1, 2, 1, 3, 1, 4];
    let data = [
        &[3][..],
        &counted(b"hello"),
        &[7],
        &counted(b"padded\x17\0\0"),
    ]
    .concat();
    let later = [&[2, 0][..], &counted(&[0; 20]), &[4], &counted(&[1, 0])].concat();
    let seed = |portion: u8, pieces: &[&[u8]]| [&[portion][..], &pieces.concat()].concat();
    let named = [&[0, 2, 0][..], &counted(&[0, 6, 0, 0, 0, 0, 0, 0])].concat();
    let extensions = b"\0\x0A\0\x10\0\x08\0\x02\0\x40\0\0\0\0";
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0, 0x13, 1, 0, 0, 10, 0, 43, 0, 2, 3, 4, 0, 51, 0, 0],
    ]
    .concat();
    let hello = [&[2, 0, 0, 54][..], &body].concat();
    vec![
        ("tls", "honest", seed(5, &[&HONEST, &data, &later])),
        ("tls", "whole", seed(0, &[&HONEST, &data])),
        ("tls", "together", seed(0, &[&[1, 5], &data])),
        (
            "tls",
            "no-certificate",
            seed(0, &[&[0, 1, 0, 1, 3, 1, 4], &data]),
        ),
        (
            "tls",
            "extensions",
            seed(0, &[&[0, 2, 0], &counted(extensions), &HONEST[3..]]),
        ),
        ("tls", "named", seed(0, &[&named, &HONEST[3..]])),
        (
            "tls",
            "in-the-clear",
            seed(
                1,
                &[&[5, 22], &counted(&hello), &[5, 21], &counted(&[2, 40])],
            ),
        ),
        (
            "tls",
            "no-tls",
            seed(0, &[&[6], &counted(b"HTTP/1.1 400 Bad Request\r\n\r\n")]),
        ),
    ]
}

/// With the length before it, as [`Input::counted`](crate::input::Input::counted) takes it.
fn counted(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("seeds are short");
    [&length.to_le_bytes()[..], bytes].concat()
}
