//! Partition tables, as a device reads them at each start: before it counts the start, and before it writes by its own layout.
//!
//! Input: whether the table gets its MD5 and which entries of otadata get their CRC (1 byte); where in flash the image runs from
//! (4 bytes); the beginnings of both sectors of otadata (32 bytes each), which are put where the table has them; the table. The
//! layout's own table is taken as what it is, any other has its starts counted where *it* has otadata, as they would be by the layout,
//! or nothing is done; and nothing is written anywhere else.

#![no_main]

use std::ops::Range;

use device::flash_layout::{
    ChipError, FLASH_SIZE, OTADATA, OwnTable, OwnTableError, PARTITION_TABLE_OFFSET,
    PARTITION_TABLE_SIZE, PARTITIONS, SECTOR_SIZE, TYPE_APP, TYPE_DATA, check_chip, check_table,
};
use device::otadata::{ENTRY_LENGTH, Slot};
use device::slots::{self, SlotsError};
use device::startup::{self, CountError, Counted};
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::image::partition_table::{self, Entry};
use perennial_fuzz::input::Input;
use perennial_fuzz::seal;
use simulated::factory;
use simulated::flash::{SimulatedFlash, Wear};

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let flags = input.byte();
    let runs_from = u32::from_le_bytes(input.array());
    let entries = [
        entry(&mut input, flags & 2 != 0),
        entry(&mut input, flags & 4 != 0),
    ];
    check_any(input.rest());
    let mut board = Board::new(input.rest(), flags & 1 != 0);
    let table = board.read();
    board.check_layout(&table);
    board.check_against_host(&table, runs_from);
    match table {
        Ok(table) => board.count(&table, entries, runs_from),
        Err(error) => board.count_nothing(error, runs_from),
    }
});

fn entry(input: &mut Input<'_>, sealed: bool) -> [u8; ENTRY_LENGTH] {
    let mut entry = input.array();
    if sealed {
        seal::otadata_entry(&mut entry);
    }
    entry
}

/// Bytes of any length.
fn check_any(bytes: &[u8]) {
    match check_table(bytes) {
        Ok(()) => assert!(bytes.starts_with(&factory::partition_table(&PARTITIONS))),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

struct Board {
    flash: SimulatedFlash,
}

impl Board {
    fn new(table: &[u8], sealed: bool) -> Self {
        let mut table = match sealed {
            true => seal::partition_table(table),
            false => table.to_vec(),
        };
        table.truncate(PARTITION_TABLE_SIZE as usize);
        let flash = SimulatedFlash::erased().with(PARTITION_TABLE_OFFSET, &table);
        Self { flash }
    }

    fn read(&mut self) -> Result<OwnTable, OwnTableError> {
        let table = OwnTable::read(&mut self.flash);
        assert_eq!(self.flash.operations(), 0);
        if let Err(error) = table {
            assert!(!error.to_string().is_empty());
            assert!(!matches!(error, OwnTableError::Flash(_)), "{error}");
        }
        table
    }

    fn table(&self) -> Vec<u8> {
        let end = PARTITION_TABLE_OFFSET + PARTITION_TABLE_SIZE;
        self.flash.bytes(PARTITION_TABLE_OFFSET..end)
    }

    /// Who may write by the layout has a table that has all of it in the layout's places.
    fn check_layout(&mut self, table: &Result<OwnTable, OwnTableError>) {
        let checked = check_table(&self.table());
        assert_eq!(
            check_chip(&mut self.flash),
            checked.map_err(ChipError::Table)
        );
        if checked.is_err() {
            return;
        }
        let table = table.as_ref().expect("the layout's table says where it is");
        assert_eq!(table.otadata(), OTADATA.offset);
        for partition in &PARTITIONS {
            let slot = [Slot::Ota0, Slot::Ota1]
                .into_iter()
                .find(|slot| *slot.partition() == *partition);
            assert_eq!(table.slot_at(partition.offset), slot);
            assert_eq!(table.slot_at(partition.end() - 1), slot);
        }
    }

    /// What the host's reader finds in a table is what the device goes by.
    fn check_against_host(&self, table: &Result<OwnTable, OwnTableError>, runs_from: u32) {
        let Ok(entries) = partition_table::read(&self.table()) else {
            return;
        };
        let expected = Expected::of(&entries);
        let Ok(table) = table else {
            assert!(expected.is_none(), "{table:?}");
            return;
        };
        let expected = expected.expect("what the device takes has otadata and two slots");
        assert_eq!(table.otadata(), expected.otadata);
        assert_eq!(table.slot_at(runs_from), expected.slot_at(runs_from));
    }

    /// As by the layout, at another place.
    fn count(&mut self, table: &OwnTable, entries: [[u8; ENTRY_LENGTH]; 2], runs_from: u32) {
        let place = table.otadata()..table.otadata().saturating_add(OTADATA.size);
        assert!(place.start >= PARTITION_TABLE_OFFSET + SECTOR_SIZE);
        if place.end > FLASH_SIZE {
            return self.count_beyond(table, runs_from);
        }
        let mut usual = factory::empty();
        for (sector, entry) in (0..).zip(&entries) {
            let within = sector * SECTOR_SIZE;
            self.flash.put(place.start + within, entry);
            usual.put(OTADATA.offset + within, entry);
        }
        let counted = startup::count(&mut self.flash, runs_from);
        let booted = table.slot_at(runs_from);
        assert_eq!(counted.booted(), booted);
        let selected = slots::selected(&mut usual).expect("the flash is sound");
        let Some(slot) = booted.or(selected) else {
            assert_eq!(counted.boot(), Err(CountError::NoSlot { runs_from }));
            return self.assert_untouched();
        };
        let boot = slots::at_boot(&mut usual, slot).map_err(CountError::Slots);
        assert_eq!(counted.boot(), boot);
        self.assert_same(&usual, &place);
        let taken_back = slots::roll_back(&mut usual, slot).map_err(CountError::Slots);
        assert_eq!(counted.take_back(&mut self.flash), taken_back);
        self.assert_same(&usual, &place);
    }

    /// The table has otadata where there is no flash.
    fn count_beyond(&mut self, table: &OwnTable, runs_from: u32) {
        let counted = startup::count(&mut self.flash, runs_from);
        assert_eq!(counted.booted(), table.slot_at(runs_from));
        let error = counted.boot().expect_err("there is no otadata");
        assert!(
            matches!(error, CountError::Slots(SlotsError::Flash(_))),
            "{error}"
        );
        self.assert_nothing_done(&counted);
    }

    fn count_nothing(&mut self, error: OwnTableError, runs_from: u32) {
        let counted = startup::count(&mut self.flash, runs_from);
        assert_eq!(counted.booted(), None);
        assert_eq!(counted.boot(), Err(CountError::Table(error)));
        self.assert_nothing_done(&counted);
    }

    fn assert_nothing_done(&mut self, counted: &Counted) {
        let error = counted.boot().expect_err("it was not counted");
        assert!(!error.to_string().is_empty());
        assert!(counted.take_back(&mut self.flash).is_err());
        self.assert_untouched();
    }

    fn assert_untouched(&self) {
        assert_eq!(self.flash.operations(), 0);
    }

    /// Otadata is as in the layout's place of `usual`, and no other sector was touched.
    fn assert_same(&self, usual: &SimulatedFlash, place: &Range<u32>) {
        assert_eq!(self.flash.bytes(place.clone()), usual.contents(&OTADATA));
        for sector in (0..FLASH_SIZE).step_by(SECTOR_SIZE as usize) {
            let wear = self.flash.wear(sector);
            assert!(
                place.contains(&sector) || wear == Wear::default(),
                "{wear:?} at {sector:#x}"
            );
        }
    }
}

/// What the device is to find in a table.
struct Expected {
    otadata: u32,
    slots: [Range<u64>; 2],
}

impl Expected {
    /// `None` where it is to do nothing.
    fn of(entries: &[Entry]) -> Option<Self> {
        let of_kind = |kind| entries.iter().filter(move |entry| entry.kind == kind);
        let otadata: Vec<_> = of_kind(TYPE_DATA)
            .filter(|entry| entry.subtype == OTADATA.subtype)
            .collect();
        let mut slots: Vec<_> = of_kind(TYPE_APP)
            .filter(|entry| entry.subtype >> 4 == 1)
            .collect();
        slots.sort_by_key(|entry| entry.subtype);
        let ([otadata], [first, second]) = (&otadata[..], &slots[..]) else {
            return None;
        };
        let is_right = (first.subtype, second.subtype) == (0x10, 0x11)
            && otadata.offset % SECTOR_SIZE == 0
            && otadata.offset > PARTITION_TABLE_OFFSET
            && otadata.size >= OTADATA.size;
        is_right.then(|| Self {
            otadata: otadata.offset,
            slots: [first, second].map(|slot| place(slot)),
        })
    }

    /// Where two overlap, the first one.
    fn slot_at(&self, offset: u32) -> Option<Slot> {
        let slots = [Slot::Ota0, Slot::Ota1].into_iter().zip(&self.slots);
        let mut holding = slots.filter(|(_, place)| place.contains(&u64::from(offset)));
        holding.next().map(|(slot, _)| slot)
    }
}

fn place(entry: &Entry) -> Range<u64> {
    let offset = u64::from(entry.offset);
    offset..offset + u64::from(entry.size)
}
