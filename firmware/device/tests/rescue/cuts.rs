//! The power fails while a rescue store is written.

use device::rescue::{load, write};
use device::store::TrustStore;

use crate::flash::Flash;
use crate::support::{image, rescue};

/// After every byte that is erased or programmed: the next boot finds the old one or the new one, and the same rescue
/// store is taken again.
#[test]
fn a_cut_anywhere_leaves_the_old_one_or_the_new_one() {
    let image = image().write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    let mut before = Flash::erased();
    // Both copies are full, so that there is something to erase.
    for sequence in [6, 7] {
        let mut copies = load(&mut before, &image);
        write(&mut before, &mut copies, &image, rescue(sequence), 0).unwrap();
    }
    let new = rescue(8);
    let work = 4096 + new.as_bytes().len().next_multiple_of(4);
    for power in 0..=work {
        let mut flash = before.clone();
        flash.power = power;
        let mut copies = load(&mut flash, &image);
        let written = write(&mut flash, &mut copies, &image, new.clone(), 0);
        assert_eq!(written.is_ok(), power == work, "after {power} bytes");
        let known = copies.in_force(&image).sequence();
        assert_eq!(known, if power == work { 8 } else { 7 });

        flash.power = usize::MAX;
        let mut copies = load(&mut flash, &image);
        let found = copies.in_force(&image).sequence();
        assert_eq!(found, known, "after {power} bytes");
        if power < work && power.is_multiple_of(64) {
            write(&mut flash, &mut copies, &image, new.clone(), 0).unwrap();
            let found = load(&mut flash, &image).in_force(&image).sequence();
            assert_eq!(found, 8, "after {power} bytes");
        }
    }
}
