//! What a simulated board does in the steps of its start. They can fail, or panic, one at a time.

use std::cell::Cell;

use device::client::{Client, Image, Started};
use device::flash_layout::{OTADATA, PARTITION_TABLE_OFFSET, PARTITIONS, Partition, SECTOR_SIZE};
use device::otadata::Slot;
use device::platform::Console as _;
use device::startup::{self, Halt, Outcome, Steps};
use device::store::{StoreError, TrustStore};
use simulated::factory::partition_table;
use simulated::flash::SimulatedFlash;

use crate::simulated_device::{Device, Host, Lines};
use crate::world::Firmware;

/// The steps of a start, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Encryption,
    Store,
    Image,
    Settings,
    Radio,
    Tasks,
}

pub(crate) const STEPS: [Step; 6] = [
    Step::Encryption,
    Step::Store,
    Step::Image,
    Step::Settings,
    Step::Radio,
    Step::Tasks,
];

/// What goes wrong in a start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    Nothing,
    /// The step fails.
    Fails(Step),
    /// The step panics, which on a board is a reset.
    Panics(Step),
    /// What runs is mapped from a place that is in no slot.
    RunsElsewhere,
}

/// What a step says that failed.
pub(crate) const WHY: &str = "out of order";

/// In no slot.
const ELSEWHERE: u32 = 0x3F_0000;

struct Starting<'d> {
    device: &'d mut Device,
    trouble: Trouble,
    client: &'d Cell<Option<Client<'static, Host>>>,
}

/// A start of what the bootloader starts.
pub(crate) fn start(device: &mut Device, trouble: Trouble) -> Outcome<&'static str> {
    let (outcome, client) = begin(device, trouble);
    assert_eq!(client.is_some(), matches!(outcome, Outcome::Running));
    outcome
}

/// The same, and the client that the last step hands the board over to.
pub(crate) fn begin(
    device: &mut Device,
    trouble: Trouble,
) -> (Outcome<&'static str>, Option<Client<'static, Host>>) {
    let (slot, _) = device.boots();
    let runs_from = match trouble {
        Trouble::RunsElsewhere => ELSEWHERE,
        _ => slot.partition().offset,
    };
    let counted = startup::count(&mut device.flash, runs_from);
    let client = Cell::new(None);
    let starting = Starting {
        device,
        trouble,
        client: &client,
    };
    let outcome = startup::run(starting, counted);
    (outcome, client.take())
}

impl Starting<'_> {
    fn firmware(&mut self) -> Firmware {
        let (_, version) = self.device.boots();
        let firmware = self.device.world.firmware.get(&version);
        firmware
            .unwrap_or_else(|| panic!("nobody made {version}"))
            .clone()
    }

    fn step(&self, step: Step) -> Result<(), &'static str> {
        assert_ne!(self.trouble, Trouble::Panics(step), "the step panics");
        if self.trouble == Trouble::Fails(step) {
            return Err(WHY);
        }
        Ok(())
    }
}

impl Steps for Starting<'_> {
    type Flash = SimulatedFlash;
    type Console = Lines;
    type Settings = ();
    type Radio = ();
    type Error = &'static str;

    fn flash(&mut self) -> &mut SimulatedFlash {
        &mut self.device.flash
    }

    fn console(&self) -> Lines {
        self.device.lines.clone()
    }

    fn is_encrypted(&self) -> bool {
        self.step(Step::Encryption).is_err()
    }

    fn store(&mut self) -> Result<TrustStore<'static>, StoreError> {
        match self.step(Step::Store) {
            Ok(()) => Ok(self.firmware().store),
            Err(_) => TrustStore::read_exact(&[]),
        }
    }

    fn image(
        &mut self,
        booted: Slot,
        _: TrustStore<'static>,
    ) -> Result<Image<'static>, &'static str> {
        self.step(Step::Image)?;
        Ok(self.firmware().running(booted))
    }

    fn settings(&mut self) -> Result<(), &'static str> {
        self.step(Step::Settings)
    }

    fn radio(&mut self, (): ()) -> Result<(), &'static str> {
        self.step(Step::Radio)
    }

    fn tasks(self, started: Started<'static>, (): ()) -> Result<(), &'static str> {
        self.step(Step::Tasks)?;
        self.client.set(Some(self.device.client(started)));
        Ok(())
    }

    fn tell(halt: &Halt<&'static str>, console: &mut Lines) {
        console.line(format_args!("boot: {halt}"));
    }
}

/// Otadata of a layout before this one's: where this one has the settings.
const OTADATA_BEFORE: Partition = Partition {
    offset: 0xA000,
    ..OTADATA
};
const PROVISION_BEFORE: Partition = Partition {
    offset: 0xC000,
    size: 0x3000,
    ..PARTITIONS[0]
};

/// What stands where this layout has otadata, and that one something else.
pub(crate) const SOMETHING_ELSE: [u8; 2 * SECTOR_SIZE as usize] = [0x5A; 2 * SECTOR_SIZE as usize];

/// The same device with the partition table that it left another factory with, which has otadata at another place.
pub(crate) fn laid_out_otherwise(mut device: Device) -> Device {
    let mut partitions = PARTITIONS;
    (partitions[0], partitions[1]) = (OTADATA_BEFORE, PROVISION_BEFORE);
    let otadata = device.flash.contents(&OTADATA);
    device.flash.put(OTADATA.offset, &SOMETHING_ELSE);
    device.flash.put(OTADATA_BEFORE.offset, &otadata);
    let table = partition_table(&partitions);
    device.flash.put(PARTITION_TABLE_OFFSET, &table);
    device
}
