//! An image that stands in the spare slot already.

use device::flash_layout::OTA_1;
use device::install::found;
use device::otadata::Slot;
use device::release::SecureBoot;
use simulated::executor::block_on;

use crate::board::everything;
use crate::update::{OFFERED, Update, edition, update};

/// With the release in the spare slot.
fn installed(secure_boot: SecureBoot) -> Update {
    let mut update = update();
    update.running.secure_boot = secure_boot;
    update.publish();
    update.run().expect("it is right").expect("it is newer");
    update
}

/// Whether it is found; nothing is written.
fn is_found(update: &mut Update) -> bool {
    let candidate = update.candidate().unwrap().expect("it is newer");
    let before = everything(&update.flash);
    let looking = found(&candidate, &mut update.flash, Slot::Ota1, &mut update.lines);
    let found = block_on(looking);
    assert!(everything(&update.flash) == before);
    if let Some(installed) = &found {
        assert_eq!(
            (installed.slot(), installed.edition()),
            (Slot::Ota1, &edition(OFFERED, 2_000))
        );
        assert_eq!(installed.sha256(), candidate.image().sha256());
    }
    found.is_some()
}

#[test]
fn it_is_found() {
    let mut update = installed(SecureBoot::Off);
    assert!(is_found(&mut update));
    let said = "update: 1.3.0 of 2000 stands in ota_1 already, and is not fetched again";
    assert_eq!(update.lines.0.last().map(String::as_str), Some(said));
}

#[test]
fn one_that_differs_in_a_bit_is_not() {
    let length = u32::try_from(installed(SecureBoot::Off).image.len()).unwrap();
    for at in [0, 1, 0x50, 4096, length / 2, length - 33, length - 1] {
        let mut update = installed(SecureBoot::Off);
        let place = OTA_1.offset + at;
        let byte = update.flash.bytes(place..place + 1)[0];
        update.flash.put(place, &[byte ^ 1]);
        assert!(!is_found(&mut update), "{at}");
    }
}

#[test]
fn neither_is_another_one_nor_nothing() {
    let mut other = installed(SecureBoot::Off);
    other.application.version = "1.4.0".into();
    other.build();
    other.publish();
    assert!(!is_found(&mut other));
    let mut nothing = update();
    nothing.publish();
    assert!(!is_found(&mut nothing));
}

/// The manifest says nothing of the signatures that its bootloader looks at.
#[test]
fn with_secure_boot_it_is_fetched_again() {
    assert!(!is_found(&mut installed(SecureBoot::On)));
}
