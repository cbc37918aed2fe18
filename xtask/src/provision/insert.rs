//! Puts a provisioning partition into a full flash image.

use std::path::Path;

use device::flash_layout::{OTA_0, PARTITION_TABLE_OFFSET, PROVISION, Partition};

use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::image::Application;
use crate::image::partition_table::{self, Entry};

/// Writes `partition` into `image`, the full flash image in the file `path`, where the image's own partition
/// table has it. Nothing else changes.
///
/// # Errors
///
/// [`Exit::Unreadable`] when the image is not one of this project: no valid partition table, no partition of
/// that name, kind and size, or no application with a trust store in its first slot.
pub fn insert(image: &mut [u8], partition: &[u8], path: &Path) -> Result<()> {
    let table = image
        .get(PARTITION_TABLE_OFFSET as usize..)
        .unwrap_or_default();
    let entries = partition_table::read(table)
        .map_err(|fault| refused(path).evidence(format!("partition table: {fault}")))?;
    require_application(image, &entries, path)?;
    let entry = find(&entries, &PROVISION, path)?;
    let size = entry.size;
    let place = range(entry)
        .and_then(|range| image.get_mut(range))
        .filter(|place| place.len() == partition.len());
    let Some(place) = place else {
        return Err(refused(path).evidence(format!(
            "its partition {} has {size} bytes at 0x{:x}, must have {} within the image",
            PROVISION.label,
            entry.offset,
            partition.len()
        )));
    };
    place.copy_from_slice(partition);
    Ok(())
}

/// An image of this project has an application with exactly one trust store.
fn require_application(image: &[u8], entries: &[Entry], path: &Path) -> Result<()> {
    let slot = find(entries, &OTA_0, path)?;
    let bytes = range(slot).and_then(|range| image.get(range));
    Application::read_prefix(bytes.unwrap_or_default())
        .and_then(|application| application.store().map(|_| ()))
        .map_err(|faults| {
            faults.iter().fold(refused(path), |failure, fault| {
                failure.evidence(format!("{}: {fault}", OTA_0.label))
            })
        })
}

fn find<'a>(entries: &'a [Entry], wanted: &Partition, path: &Path) -> Result<&'a Entry> {
    let is_wanted = |entry: &&Entry| {
        (entry.label.as_str(), entry.kind, entry.subtype)
            == (wanted.label, wanted.kind, wanted.subtype)
    };
    entries.iter().find(is_wanted).ok_or_else(|| {
        let labels: Vec<&str> = entries.iter().map(|entry| entry.label.as_str()).collect();
        refused(path).evidence(format!(
            "it has no partition {} of type {} and subtype 0x{:02x}; it has {}",
            wanted.label,
            wanted.kind,
            wanted.subtype,
            labels.join(", ")
        ))
    })
}

fn range(entry: &Entry) -> Option<std::ops::Range<usize>> {
    let start = usize::try_from(entry.offset).ok()?;
    let end = start.checked_add(usize::try_from(entry.size).ok()?)?;
    Some(start..end)
}

fn refused(path: &Path) -> Failure {
    Failure::new(
        Exit::Unreadable,
        format!(
            "{} is not a full flash image of this project",
            path.display()
        ),
    )
    .help("give the full flash image of a release, or write the partition alone with --output")
}
