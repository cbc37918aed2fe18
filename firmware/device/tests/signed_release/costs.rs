//! What is measured on the target, and that it works: `docs/device-performance.md` has a row for it.

use device::flash_layout::SECTOR_SIZE;
use vectors::{Kind, named};

use crate::recorded::install_parts;
use crate::update::{IMAGE, update};

#[test]
fn an_installation_is_measured() {
    let mut update = update();
    update.application.code = 256 * 1024;
    update.build();
    update.publish();
    let used = (update.image.len() as u32).next_multiple_of(SECTOR_SIZE);
    let parts = install_parts(&update, IMAGE, used);
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let name = "cost: installation of an image of 256 KiB, without its transfer";
    named(name, Kind::Install, &parts);
    assert!(update.run().expect("it is right").is_some());
}
