//! Reads a full flash image: every byte belongs to a part that was checked, or is erased.

use std::ops::Range;

use device::flash_layout::{
    FLASH_SIZE, OTA_0, OTA_1, OTADATA, PARTITION_TABLE_OFFSET, PARTITIONS, PROVISION, Partition,
    SECTOR_SIZE, STATE, TRUST_STORE, TRUST_STORE_COPY_SIZE,
};
use device::otadata;
use device::store::TrustStore;

use super::bootloader;
use super::bytes::{ERASED, other_than, slice, u8_at};
use super::container::Container;
use super::fault::{Fault, Faults, Field};
use super::partition_table;
use super::read::Application;

const BOOTLOADER: &str = "bootloader";
const TABLE: &str = "partition table";
const UNUSED: &str = "unused";
/// Where the bootloader stands.
pub const BOOTLOADER_PLACE: Range<usize> = 0..PARTITION_TABLE_OFFSET as usize;
/// Where the partition table stands.
pub const TABLE_PLACE: Range<usize> =
    BOOTLOADER_PLACE.end..BOOTLOADER_PLACE.end + partition_table::LENGTH;
/// The end of the sector of the partition table.
pub const TABLE_SECTOR_END: usize = (PARTITION_TABLE_OFFSET + SECTOR_SIZE) as usize;
/// The first copy of the store.
pub const STORE_PLACE: Range<usize> =
    TRUST_STORE.offset as usize..(TRUST_STORE.offset + TRUST_STORE_COPY_SIZE) as usize;

/// A full flash image whose every check passed.
#[derive(Clone, Debug)]
pub struct FlashMap<'a> {
    bootloader: Container<'a>,
    application: Application<'a>,
    store: TrustStore<'a>,
}

impl<'a> FlashMap<'a> {
    /// Reads an image that takes up all of `bytes`, as it is released: not provisioned, never started.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with any part: bootloader, partition table, otadata, application, trust
    /// store, a byte that is not erased where nothing may be, a store in the partition that is not the one
    /// in the application.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Faults> {
        if bytes.len() != FLASH_SIZE as usize {
            let problem = format!("has {} bytes, must have {FLASH_SIZE}", bytes.len());
            return Err(Fault::new(0..bytes.len(), "flash image", problem).into());
        }
        let mut faults = Faults::NONE;
        let bootloader = read_bootloader(bytes, &mut faults);
        check_table(bytes, &mut faults);
        check_erased(bytes, PROVISION.label, place(&PROVISION), &mut faults);
        check_otadata(bytes, &mut faults);
        let application = read_application(bytes, &mut faults);
        check_erased(bytes, OTA_1.label, place(&OTA_1), &mut faults);
        let store = read_store(bytes, &mut faults);
        check_erased(bytes, STATE.label, place(&STATE), &mut faults);
        for gap in gaps() {
            check_erased(bytes, UNUSED, gap, &mut faults);
        }
        if let (Some(application), Some(store)) = (&application, &store) {
            check_same_store(application, store, &mut faults);
        }
        match (bootloader, application, store) {
            (Some(bootloader), Some(application), Some(store)) => faults.none_or(Self {
                bootloader,
                application,
                store,
            }),
            _ => Err(faults),
        }
    }

    /// The bootloader.
    pub const fn bootloader(&self) -> &Container<'a> {
        &self.bootloader
    }

    /// The application in `ota_0`.
    pub const fn application(&self) -> &Application<'a> {
        &self.application
    }

    /// The store in the `trust-store` partition, which is the one in the application.
    #[cfg_attr(
        not(test),
        allow(dead_code, reason = "byte accounting and `explain` name bytes")
    )]
    pub const fn store(&self) -> &TrustStore<'a> {
        &self.store
    }

    /// The name of each range of bytes of the flash, in order, without gap or overlap.
    #[cfg_attr(
        not(test),
        allow(dead_code, reason = "byte accounting and `explain` name bytes")
    )]
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut add = |name: &str, place: Range<usize>, inner: Vec<Field>| {
            let start = place.start;
            let end = inner.last().map_or(start, |last| start + last.range.end);
            fields.extend(inner.iter().map(|field| field.within(name, start)));
            if end < place.end {
                fields.push(Field::new(end..place.end, format!("{name}: erased")));
            }
        };
        let store = self.store.fields();
        let store = store.map(|(range, field)| Field::new(range, field.to_string()));
        add(
            BOOTLOADER,
            BOOTLOADER_PLACE,
            bootloader::fields(&self.bootloader),
        );
        let table = TABLE_PLACE.start..TABLE_SECTOR_END;
        add(TABLE, table, partition_table::fields());
        add(PROVISION.label, place(&PROVISION), Vec::new());
        add(OTADATA.label, place(&OTADATA), otadata_fields());
        add(OTA_0.label, place(&OTA_0), self.application.fields());
        add(OTA_1.label, place(&OTA_1), Vec::new());
        add(TRUST_STORE.label, place(&TRUST_STORE), store.collect());
        add(STATE.label, place(&STATE), Vec::new());
        for gap in gaps() {
            add(UNUSED, gap, Vec::new());
        }
        fields.sort_by_key(|field| field.range.start);
        fields
    }
}

/// The bytes of a partition.
pub const fn place(partition: &Partition) -> Range<usize> {
    partition.offset as usize..partition.end() as usize
}

/// What is between the partition table, the partitions and the end of the flash.
pub fn gaps() -> Vec<Range<usize>> {
    let ends = PARTITIONS.iter().map(|partition| place(partition).end);
    let starts = PARTITIONS.iter().map(|partition| place(partition).start);
    let ends = std::iter::once(TABLE_SECTOR_END).chain(ends);
    let starts = starts.chain([FLASH_SIZE as usize]);
    let gaps = ends.zip(starts).map(|(end, start)| end..start);
    gaps.filter(|gap| !gap.is_empty()).collect()
}

fn read_bootloader<'a>(bytes: &'a [u8], faults: &mut Faults) -> Option<Container<'a>> {
    let found = bootloader::read_prefix(slice(bytes, BOOTLOADER_PLACE));
    let bootloader = keep(BOOTLOADER, 0, found, faults)?;
    let end = bootloader.bytes().len();
    check_erased(bytes, BOOTLOADER, end..BOOTLOADER_PLACE.end, faults);
    Some(bootloader)
}

fn check_table(bytes: &[u8], faults: &mut Faults) {
    let table = slice(bytes, TABLE_PLACE);
    keep(
        TABLE,
        TABLE_PLACE.start,
        partition_table::require(table),
        faults,
    );
    check_erased(bytes, TABLE, TABLE_PLACE.end..TABLE_SECTOR_END, faults);
}

fn check_otadata(bytes: &[u8], faults: &mut Faults) {
    let found = slice(bytes, place(&OTADATA));
    let required = otadata::initial();
    for field in otadata_fields() {
        let (found, required) = (
            slice(found, field.range.clone()),
            slice(&required, field.range.clone()),
        );
        if found != required {
            let problem = if field.range.len() <= otadata::ENTRY_LENGTH {
                let (found, required) = (hex::encode(found), hex::encode(required));
                format!("is {found}, must be {required}: ota_0 selected and valid")
            } else {
                "not every byte is erased".to_owned()
            };
            let field = field.within(OTADATA.label, OTADATA.offset as usize);
            faults.add(Fault { field, problem });
        }
    }
}

/// The fields of otadata: one entry, the rest erased.
pub fn otadata_fields() -> Vec<Field> {
    vec![
        Field::new(0..4, "entry 0: sequence"),
        Field::new(4..24, "entry 0: label"),
        Field::new(24..28, "entry 0: state"),
        Field::new(28..32, "entry 0: CRC"),
        Field::new(otadata::ENTRY_LENGTH..otadata::OTADATA_LENGTH, "erased"),
    ]
}

fn read_application<'a>(bytes: &'a [u8], faults: &mut Faults) -> Option<Application<'a>> {
    let slot = place(&OTA_0);
    let found = Application::read_prefix(slice(bytes, slot.clone()));
    let application = keep(OTA_0.label, slot.start, found, faults)?;
    let end = slot.start + application.bytes().len();
    check_erased(bytes, OTA_0.label, end..slot.end, faults);
    Some(application)
}

fn read_store<'a>(bytes: &'a [u8], faults: &mut Faults) -> Option<TrustStore<'a>> {
    let (label, start) = (TRUST_STORE.label, STORE_PLACE.start);
    let found = TrustStore::read(slice(bytes, STORE_PLACE)).map_err(|error| {
        let problem = format!("the device would refuse it: {error}");
        let offset = error.offset();
        Fault::new(offset..offset + 1, "store", problem).into()
    });
    let store = keep(label, start, found, faults)?;
    let end = TRUST_STORE.end() as usize;
    check_erased(bytes, label, start + store.len()..end, faults);
    Some(store)
}

fn check_same_store(application: &Application<'_>, store: &TrustStore<'_>, faults: &mut Faults) {
    let (label, start) = (TRUST_STORE.label, STORE_PLACE.start);
    let Some(embedded) = keep(
        OTA_0.label,
        place(&OTA_0).start,
        application.store(),
        faults,
    ) else {
        return;
    };
    if embedded.store.as_bytes() != store.as_bytes() {
        let problem = format!(
            "{} is not the one in the application, {}",
            hex::encode(store.sha256()),
            hex::encode(embedded.store.sha256())
        );
        let fault = Fault::new(0..store.len(), "store", problem);
        faults.extend_within(label, start, fault.into());
    }
}

fn check_erased(bytes: &[u8], name: &str, range: Range<usize>, faults: &mut Faults) {
    if let Some((first, count)) = other_than(ERASED, bytes, range.clone()) {
        let found = u8_at(bytes, first);
        let problem =
            format!("{count} bytes are not erased, the first is 0x{found:02x} at 0x{first:x}");
        faults.add(Fault::new(range, format!("{name}: erased"), problem));
    }
}

/// What was found in the part `name` at `start`; what is wrong with it goes to `faults`.
fn keep<T>(name: &str, start: usize, found: Result<T, Faults>, faults: &mut Faults) -> Option<T> {
    found
        .map_err(|found| faults.extend_within(name, start, found))
        .ok()
}
