//! What `tests/release` offers to the installer, offered to the client by a server: each broken release leaves the old image
//! running after a restart, and says why on the console.

use device::flash_layout::{OTA_0, OTADATA, SECTOR_SIZE};
use device::memory::{Accepted, Memory, ShortText};
use device::otadata::Slot;
use device::store::{KeyContents, KeySetContents, StoreContents, TrustStore};
use simulated::flash::SimulatedFlash;

use crate::server::Server;
use crate::simulated_device::Device;
use crate::update::{RUNNING, Update, update};
use crate::world::{Firmware, World, store};

/// One defect: its name, what makes it, what the device says.
pub(crate) type Row = (&'static str, fn(&mut Update), &'static str);

/// What the client says otherwise, because it does not even fetch the whole file.
const SAYS_OTHERWISE: [(&str, &str); 2] = [
    ("oversized manifest", "it has more than 32768 bytes"),
    (
        "signature file without end",
        "update: release.json.minisig is not there: it has more than 2048 bytes",
    ),
];

/// Publishes a release with a defect that was put into it before it was signed.
pub(crate) fn refused(rows: &[Row]) {
    let problems = rows.iter().filter_map(|(name, defect, says)| {
        let otherwise = SAYS_OTHERWISE.iter().find(|(other, _)| other == name);
        let says = otherwise.map_or(*says, |(_, says)| says);
        let mut update = update();
        defect(&mut update);
        if update.server.files.is_empty() {
            update.publish();
        }
        let problem = problem(&update, says)?;
        Some(format!("{name}: {problem}"))
    });
    let problems: Vec<String> = problems.collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// What is wrong with how a device refuses.
fn problem(update: &Update, says: &str) -> Option<String> {
    let mut device = device_of(update);
    let before = device.flash.clone();
    let session = device.session(1);
    let said = device.lines.take().join("\n");
    let again = device.session(1);
    if let Some(restart) = session.restart {
        return Some(format!("it was not refused: {restart:?}"));
    }
    if session.succeeded {
        return Some("the round counts as one that succeeded".to_owned());
    }
    // The installer's tests put what the client says in several lines into one.
    if !says.split("; ").all(|part| said.contains(part)) {
        return Some(format!("it says: {said}"));
    }
    if (again.slot, again.on_trial) != (Slot::Ota0, false) {
        return Some(format!("after a restart: {again:?}"));
    }
    if [&OTA_0, &OTADATA]
        .iter()
        .any(|partition| device.flash.contents(partition) != before.contents(partition))
    {
        return Some("it wrote over what runs".to_owned());
    }
    let spare = Slot::Ota1.partition().offset;
    let magic = device.flash.bytes(spare..spare + SECTOR_SIZE)[0];
    (magic == 0xE9).then(|| "the spare slot could be started".to_owned())
}

/// The device of an update, on which `ota_0` runs and remembers what it accepted.
fn device_of(update: &Update) -> Device {
    let firmware = Firmware {
        edition: update.running.edition.clone(),
        store: store_for(&update.store, update.running.store_sequence),
        image: update.flash.contents(&OTA_0),
        secure_version: update.running.secure_version,
        secure_boot: update.running.secure_boot,
    };
    let mut world = World::new(&[]);
    world.firmware.insert(RUNNING.to_owned(), firmware.clone());
    let Server { files, .. } = &update.server;
    world.publish(files);
    let mut device = Device::new(world, &firmware);
    if let Some(newest) = &update.newest {
        remember(&mut device.flash, newest);
    }
    device
}

fn remember(flash: &mut SimulatedFlash, newest: &device::release::Edition) {
    let memory = Memory {
        release: Some(Accepted {
            epoch: newest.source_date_epoch(),
            version: ShortText::of(newest.version()),
        }),
        ..Memory::default()
    };
    memory.store(flash).unwrap();
}

/// The store of this fleet with this sequence and the release keys of another.
fn store_for(other: &TrustStore<'_>, sequence: u64) -> TrustStore<'static> {
    let keys = other.release_keys();
    let contents = StoreContents {
        release_keys: KeySetContents {
            threshold: keys.threshold,
            keys: keys
                .keys()
                .map(|key| KeyContents {
                    id: *key.id,
                    public: *key.public,
                })
                .collect(),
        },
        ..store(sequence)
    };
    TrustStore::read_exact(contents.write().unwrap().leak()).unwrap()
}
