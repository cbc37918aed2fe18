//! What the device remembers, from a partition of any contents.
//!
//! Input: at which operation the power is cut (1 byte), then the beginnings of sectors: which sector, and whether the record
//! gets its CRC (1 byte), length (2 bytes), bytes. What is stored is recalled, and a write that is cut loses nothing but
//! itself.

#![no_main]

use device::flash_layout::{SECTOR_SIZE, STATE};
use device::memory::ring::VERSION;
use device::memory::{Memory, Origin, Recalled, Stored};
use device::verify::Moment;
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::input::Input;
use perennial_fuzz::seal;
use simulated::flash::{Cut, SimulatedFlash};

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let cut = input.byte();
    let mut flash = SimulatedFlash::erased();
    while !input.is_empty() {
        put_sector(&mut flash, &mut input);
    }
    let recalled = load(&mut flash);
    assert_eq!(load(&mut flash), recalled);
    let Recalled { memory, origin } = recalled;
    assert!(!origin.to_string().is_empty());
    match origin {
        Origin::Lost(_) | Origin::Nothing => assert_eq!(memory, Memory::default()),
        Origin::Newer { version, older } => {
            assert_ne!(version, VERSION);
            assert!(older.is_some() || memory == Memory::default());
        }
        Origin::Record { .. } => {
            assert_eq!(memory.store(&mut flash), Ok(Stored::Unchanged));
            assert_cut(&flash, &memory, cut);
        }
    }
    let after = changed(&memory);
    let Ok(Stored::Written { number }) = after.store(&mut flash) else {
        panic!("it differs, and the flash is sound");
    };
    let expected = Recalled {
        memory: after,
        origin: Origin::Record { number },
    };
    assert_eq!(load(&mut flash), expected);
});

fn put_sector(flash: &mut SimulatedFlash, input: &mut Input<'_>) {
    let place = input.byte();
    let bytes = input.counted();
    let sector = u32::from(place) % (STATE.size / SECTOR_SIZE);
    let record = match place & 0x80 {
        0 => Some(bytes.to_vec()),
        _ => seal::memory_record(bytes),
    };
    let mut record = record.unwrap_or_default();
    record.truncate(SECTOR_SIZE as usize);
    flash.put(STATE.offset + sector * SECTOR_SIZE, &record);
}

/// A write that is cut leaves what was remembered, or what was to be.
fn assert_cut(flash: &SimulatedFlash, before: &Memory, cut: u8) {
    let mut flash = flash.clone();
    flash.cut_at(u32::from(cut) % 16, Cut::Torn(cut.into()));
    let after = changed(before);
    let stored = after.store(&mut flash);
    let is_cut = flash.is_off();
    assert_eq!(stored.is_err(), is_cut);
    flash.power_on();
    let found = load(&mut flash).memory;
    assert!(found == after || is_cut && found == *before);
}

fn load(flash: &mut SimulatedFlash) -> Recalled {
    Memory::load(flash).expect("the flash can be read")
}

fn changed(memory: &Memory) -> Memory {
    let mut changed = memory.clone();
    changed.floor = match memory.floor {
        Some(_) => None,
        None => Moment::from_unix_seconds(1),
    };
    changed
}
