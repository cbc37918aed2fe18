//! What the device remembers.

use device::flash_layout::{SECTOR_SIZE, STATE};
use device::memory::ring::{HEAD_LENGTH, RecordError};
use device::memory::{
    Accepted, FailedRelease, LastError, Memory, Origin, RescueFloors, RolledBack, ShortText, Stored,
};
use device::slots::Why;
use device::verify::Moment;
use simulated::flash::SimulatedFlash;

use crate::recorded;
use crate::support::cut;

const SECTORS: u32 = STATE.size / SECTOR_SIZE;

fn moment(seconds: i64) -> Moment {
    Moment::from_unix_seconds(seconds).unwrap()
}

/// The SHA-256 of a set of rescue keys.
pub(crate) const RESCUERS: [u8; 32] = [0x5A; 32];
/// Those of the image before.
pub(crate) const EARLIER_RESCUERS: [u8; 32] = [0x3C; 32];

fn floors(sequence: u64) -> RescueFloors {
    let mut floors = RescueFloors::default();
    floors.raise(&EARLIER_RESCUERS, 6);
    floors.raise(&RESCUERS, sequence);
    floors
}

/// With everything that can be remembered.
fn full() -> Memory {
    Memory {
        floor: Some(moment(1_800_000_000)),
        release: Some(Accepted {
            epoch: 1_799_999_999,
            version: ShortText::of("1".repeat(31)),
        }),
        rescue_floors: floors(u64::MAX),
        successes: u32::MAX,
        last_success: Some(moment(-1)),
        last_error: Some(LastError {
            text: ShortText::of("e".repeat(96)),
            count: u32::MAX,
        }),
        failed_release: Some(FailedRelease {
            sha256: [0xA5; 32],
            attempts: 255,
            put_off: 254,
            next_try: moment(1_800_086_400),
        }),
        rolled_back: Some(RolledBack::Trial(Why::TooManyBoots)),
    }
}

fn numbered(sequence: u64) -> Memory {
    Memory {
        rescue_floors: floors(sequence),
        ..full()
    }
}

/// A device that has stored `count` times.
fn stored(count: u64) -> SimulatedFlash {
    let mut flash = SimulatedFlash::erased();
    for sequence in 1..=count {
        numbered(sequence).store(&mut flash).unwrap();
    }
    flash
}

fn recalled(flash: &mut SimulatedFlash) -> (u64, Origin) {
    recorded::memory(flash, &full());
    let recalled = Memory::load(flash).unwrap();
    (recalled.memory.rescue_floors.of(&RESCUERS), recalled.origin)
}

#[test]
fn everything_comes_back_and_so_does_each_part_alone() {
    let full = full();
    let reasons = [
        RolledBack::NoImage,
        RolledBack::NoManifest,
        RolledBack::NoServer,
        RolledBack::Other(9),
        RolledBack::Other(255),
        RolledBack::OwnCheck,
        RolledBack::Trial(Why::FailedBoots),
        RolledBack::Trial(Why::Interrupted),
    ];
    let mut memories = vec![
        full.clone(),
        Memory {
            floor: full.floor,
            ..Memory::default()
        },
        Memory {
            release: full.release.clone(),
            ..Memory::default()
        },
        Memory {
            last_success: full.last_success,
            ..Memory::default()
        },
        Memory {
            last_error: full.last_error.clone(),
            ..Memory::default()
        },
        Memory {
            failed_release: full.failed_release,
            ..Memory::default()
        },
        Memory::default(),
    ];
    memories.extend(reasons.map(|reason| Memory {
        rolled_back: Some(reason),
        ..Memory::default()
    }));
    let mut flash = SimulatedFlash::erased();
    for (number, memory) in (0..).zip(&memories) {
        recorded::memory(&flash, memory);
        let written = memory.store(&mut flash).unwrap();
        assert_eq!(written, Stored::Written { number });
        let recalled = Memory::load(&mut flash).unwrap();
        assert_eq!(recalled.memory, *memory);
        assert_eq!(recalled.origin, Origin::Record { number });
    }
}

#[test]
fn a_record_byte_for_byte() {
    let mut flash = SimulatedFlash::erased();
    let memory = Memory {
        rescue_floors: floors(7),
        ..Memory::default()
    };
    memory.store(&mut flash).unwrap();
    let bytes = flash.bytes(STATE.offset..STATE.offset + 340);
    assert_eq!(bytes[..12], *b"PMEM\x01\x00\x40\x01\x00\x00\x00\x00");
    let mut payload = [0; 320];
    payload[32..64].copy_from_slice(&RESCUERS);
    payload[64] = 7;
    payload[72..104].copy_from_slice(&EARLIER_RESCUERS);
    payload[104] = 6;
    assert_eq!(bytes[12..332], payload);
    assert_eq!(bytes[336..], [0xFF; 4]);
}

#[test]
fn a_new_device_remembers_nothing_and_says_so() {
    let mut flash = SimulatedFlash::erased();
    assert_eq!(recalled(&mut flash), (0, Origin::Nothing));
    let nothing = Memory::default();
    assert_eq!(nothing.store(&mut flash), Ok(Stored::Written { number: 0 }));
}

#[test]
fn what_did_not_change_is_not_written() {
    let mut flash = stored(3);
    let before = flash.operations();
    assert_eq!(numbered(3).store(&mut flash), Ok(Stored::Unchanged));
    assert_eq!(flash.operations(), before);
}

#[test]
fn sectors_wear_alike() {
    let mut flash = stored(u64::from(SECTORS) * 3);
    for sector in 0..SECTORS {
        let wear = flash.wear(STATE.offset + sector * SECTOR_SIZE);
        assert_eq!(wear.erases, 3);
    }
    let number = SECTORS * 3 - 1;
    let newest = (u64::from(number) + 1, Origin::Record { number });
    assert_eq!(recalled(&mut flash), newest);
}

#[test]
fn storing_cut_everywhere() {
    for before in [0, 1, 15, 16, 17, 40] {
        cut(
            "store a memory",
            &stored(before),
            |flash| numbered(before + 1).store(flash),
            |flash, point| {
                let (sequence, _) = recalled(flash);
                let kept = sequence == before && point.is_some();
                assert!(kept || sequence == before + 1, "{sequence} is remembered");
                numbered(before + 2).store(flash).unwrap();
                assert_eq!(recalled(flash).0, before + 2);
            },
        );
    }
}

#[test]
fn each_damaged_byte_of_the_newest_record_brings_the_one_before_it() {
    let flash = stored(2);
    let newest = STATE.offset + SECTOR_SIZE;
    for at in 0..336 {
        let mut flash = flash.clone();
        let byte = flash.bytes(newest + at..newest + at + 1)[0];
        flash.put(newest + at, &[byte ^ 0x10]);
        assert_eq!(recalled(&mut flash), (1, Origin::Record { number: 0 }));
    }
}

#[test]
fn garbage_is_lost_memory_and_the_device_goes_on() {
    let mut flash = SimulatedFlash::erased();
    flash.put(STATE.offset, &vec![0x5A; STATE.size as usize]);
    let lost = Origin::Lost(RecordError::Head([0x5A; HEAD_LENGTH]));
    assert_eq!(recalled(&mut flash), (0, lost));
    numbered(1).store(&mut flash).unwrap();
    assert_eq!(recalled(&mut flash).0, 1);
}

#[test]
fn a_newer_version_is_passed_over_and_numbered_after() {
    let mut flash = stored(2);
    let newer = Origin::Newer {
        version: 2,
        older: Some(1),
    };
    flash.put(STATE.offset + 2 * SECTOR_SIZE, &version_2(9));
    assert_eq!(recalled(&mut flash), (2, newer));
    assert_eq!(
        numbered(3).store(&mut flash),
        Ok(Stored::Written { number: 10 })
    );
    assert_eq!(recalled(&mut flash), (3, Origin::Record { number: 10 }));
}

/// What 2³² changes would do, or one record that says so.
#[test]
fn after_the_last_number_comes_the_first_cut_everywhere() {
    let mut last = stored(1);
    let mut record = last.bytes(STATE.offset..STATE.offset + 332);
    record[8..12].copy_from_slice(&(u32::MAX - 1).to_le_bytes());
    record.extend(crc32(&record).to_le_bytes());
    for sector in [3, 4] {
        last.put(STATE.offset + sector * SECTOR_SIZE, &record);
    }
    cut(
        "number records again",
        &last,
        |flash| numbered(2).store(flash),
        |flash, point| {
            let (sequence, origin) = recalled(flash);
            let restarted = (2, Origin::Record { number: 0 });
            assert!((sequence, origin) == restarted || sequence == 1 && point.is_some());
            numbered(3).store(flash).unwrap();
            assert_eq!(recalled(flash).0, 3);
            numbered(4).store(flash).unwrap();
            assert_eq!(recalled(flash).0, 4);
        },
    );
}

/// A record that an image of the future wrote.
fn version_2(number: u32) -> Vec<u8> {
    let mut record = b"PMEM\x02\x00\x08\x00".to_vec();
    record.extend(number.to_le_bytes());
    record.extend(b"from 2.0");
    record.extend(crc32(&record).to_le_bytes());
    record
}

/// Of zip, written anew: the other side of the format.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1));
    let byte = |crc: u32, byte: &u8| (0..8).fold(crc ^ u32::from(*byte), step);
    !bytes.iter().fold(u32::MAX, byte)
}

#[test]
fn a_worn_sector_is_passed_over() {
    let mut flash = stored(40);
    let next = STATE.offset + 40 % SECTORS * SECTOR_SIZE;
    flash.wear_out(next);
    flash.wear_out(next + SECTOR_SIZE);
    for sequence in 41..=80 {
        numbered(sequence).store(&mut flash).unwrap();
        assert_eq!(recalled(&mut flash).0, sequence);
    }
}

#[test]
fn flash_that_cannot_be_read_is_an_error() {
    let mut flash = stored(1);
    flash.fail_reads(STATE.offset..STATE.end());
    assert!(Memory::load(&mut flash).is_err());
    assert!(numbered(2).store(&mut flash).is_err());
}
