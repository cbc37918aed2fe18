//! First inputs of the targets that read what decides which image is started: otadata and the partition table.

use device::flash_layout::{OTA_0, OTA_1, OTADATA, PARTITIONS, Partition};
use device::otadata::{ENTRY_LENGTH, Entry, LABEL_LENGTH, State, initial};
use simulated::factory;

use crate::client_seeds::Seed;

pub(crate) fn slots() -> Vec<Seed> {
    // Update, start, reach the network, confirm, cut the power in the next update, roll back, damage.
    const EVENTS: [u8; 12] = [3, 7, 0, 1, 5 + 8 * 3, 3, 2, 3, 7, 4, 7, 6];
    let erased = [0xFF; ENTRY_LENGTH];
    let seed =
        |flags: u8, first: &[u8], second: &[u8]| [&[flags][..], first, second, &EVENTS].concat();
    let last = u32::MAX - 1;
    vec![
        ("slots", "new", seed(0, &initial()[..ENTRY_LENGTH], &erased)),
        ("slots", "erased", seed(1, &erased, &erased)),
        (
            "slots",
            "on-trial",
            seed(12, &entry(2, State::Undefined), &entry(1, State::Valid)),
        ),
        (
            "slots",
            "damaged",
            seed(2, &entry(5, State::Valid), &entry(4, State::Aborted)),
        ),
        (
            "slots",
            "last-sequence",
            seed(
                0,
                &entry(last, State::New),
                &entry(last - 1, State::Invalid),
            ),
        ),
        // The one sequence whose CRC is zero.
        (
            "slots",
            "zero-crc",
            seed(
                1,
                &entry(0x9226_F562, State::Valid),
                &entry(1, State::Valid),
            ),
        ),
    ]
}

pub(crate) fn table() -> Vec<Seed> {
    // On trial in `ota_1`, with a way back.
    let otadata = [entry(2, State::Undefined), entry(1, State::Valid)].concat();
    let seed = |name, flags: u8, runs_from: u32, table: &[u8]| {
        let input = [&[flags][..], &runs_from.to_le_bytes(), &otadata, table].concat();
        ("table", name, input)
    };
    let with = |changed: &Partition| {
        let same = |partition: &Partition| partition.label == changed.label;
        factory::partition_table(&PARTITIONS.map(|partition| match same(&partition) {
            true => *changed,
            false => partition,
        }))
    };
    let layout = factory::partition_table(&PARTITIONS);
    let at = |offset| Partition { offset, ..OTADATA };
    let slot = |subtype| Partition { subtype, ..OTA_1 };
    let whole = Partition {
        size: u32::MAX,
        ..OTA_0
    };
    let more = [&layout[..], &slot(0x12).entry()].concat();
    let runs_from = OTA_1.offset + 0x20;
    vec![
        seed("layout", 1, runs_from, &layout),
        seed("in-neither-slot", 1, 0, &layout),
        seed("short", 0, runs_from, &layout[..7 * 16]),
        seed("elsewhere", 1, OTA_0.offset, &with(&at(0x3F_E000))),
        seed("beyond-the-flash", 1, runs_from, &with(&at(0xFFFF_F000))),
        seed("over-the-table", 1, runs_from, &with(&at(0x8000))),
        seed("another-slot", 1, runs_from, &with(&slot(0x12))),
        seed("three-slots", 1, runs_from, &more),
        seed("overlapping", 1, runs_from, &with(&whole)),
    ]
}

/// An entry of otadata with a fresh label.
fn entry(sequence: u32, state: State) -> [u8; ENTRY_LENGTH] {
    Entry {
        sequence,
        label: [0xFF; LABEL_LENGTH],
        state,
    }
    .encode()
}
