//! What whoever holds the channel, and nobody's keys, can do; and what the device remembers over boots.

use device::flash::FlashError;
use device::flash_layout::TRUST_STORE_COPY_SIZE;
use device::rescue::{
    Copies, CopyState, MAX_STEP, Origin, RescueError, StoreCopy, WriteError, load, write,
};
use device::store::{StoreContents, TrustStore};

use crate::flash::Flash;
use crate::support::{IMAGE_SEQUENCE, Person, image, keys, rescue, rescue_bytes};

/// Offers a rescue store of this sequence after a boot, to a device that remembers `floor`.
fn offer(flash: &mut Flash, sequence: u64, floor: u64) -> Result<StoreCopy, WriteError> {
    let image = image().write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    let mut copies = load(flash, &image);
    let written = write(flash, &mut copies, &image, rescue(sequence), floor)?;
    // What is known now is what the next boot finds.
    let found = load(flash, &image);
    assert_eq!(found.verified(), copies.verified());
    assert_eq!(states(&found), states(&copies));
    assert_eq!(found.in_force(&image).sequence(), sequence);
    Ok(written)
}

fn states(copies: &Copies) -> [CopyState; 2] {
    StoreCopy::ALL.map(|copy| copies.state(copy).clone())
}

/// What a boot finds.
fn boot(flash: &mut Flash, image: &StoreContents) -> (Origin, u64, [CopyState; 2]) {
    let image = image.write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    let copies = load(flash, &image);
    let in_force = copies.in_force(&image);
    (in_force.origin(), in_force.sequence(), states(&copies))
}

#[test]
fn the_copies_take_turns_and_the_newest_is_in_force() {
    let mut flash = Flash::erased();
    let (origin, sequence, found) = boot(&mut flash, &image());
    assert_eq!((origin, sequence), (Origin::Image, IMAGE_SEQUENCE));
    assert_eq!(found, [CopyState::Absent, CopyState::Absent]);
    assert_eq!(offer(&mut flash, 7, 0), Ok(StoreCopy::First));
    assert_eq!(offer(&mut flash, 9, 7), Ok(StoreCopy::Second));
    assert_eq!(offer(&mut flash, 10, 9), Ok(StoreCopy::First));
    let (origin, sequence, found) = boot(&mut flash, &image());
    assert_eq!((origin, sequence), (Origin::Rescue, 10));
    let older = CopyState::Older { sequence: 9 };
    assert_eq!(found, [CopyState::Verified { sequence: 10 }, older]);
}

#[test]
fn an_old_rescue_store_is_not_taken_again() {
    let mut flash = Flash::erased();
    let not_above = |found, in_force| Err(WriteError::NotAbove { found, in_force });
    assert_eq!(offer(&mut flash, 5, 0), not_above(5, IMAGE_SEQUENCE));
    assert_eq!(offer(&mut flash, 4, 0), not_above(4, IMAGE_SEQUENCE));
    offer(&mut flash, 9, 0).unwrap();
    let before = flash.bytes.clone();
    assert_eq!(offer(&mut flash, 8, 9), not_above(8, 9));
    assert_eq!(offer(&mut flash, 9, 9), not_above(9, 9));
    assert_eq!(flash.bytes, before, "a refusal changes nothing");
}

/// The one in force is lost, with its copy: an older one stays out, and the same one comes in again.
#[test]
fn what_the_device_remembers_holds_without_its_copy() {
    let below = |found| Err(WriteError::BelowFloor { found, floor: 9 });
    assert_eq!(offer(&mut Flash::erased(), 8, 9), below(8));
    assert_eq!(offer(&mut Flash::erased(), 9, 9), Ok(StoreCopy::First));
    assert_eq!(offer(&mut Flash::erased(), 10, 9), Ok(StoreCopy::First));
}

/// There is always a next number, whatever was signed before.
#[test]
fn a_step_that_would_use_up_the_numbers_is_not_taken() {
    let mut flash = Flash::erased();
    let maximum = IMAGE_SEQUENCE + MAX_STEP;
    let too_far = |found, maximum| Err(WriteError::TooFarAbove { found, maximum });
    assert_eq!(
        offer(&mut flash, maximum + 1, 0),
        too_far(maximum + 1, maximum)
    );
    assert_eq!(offer(&mut flash, u64::MAX, 0), too_far(u64::MAX, maximum));
    assert_eq!(
        flash.bytes,
        Flash::erased().bytes,
        "a refusal changes nothing"
    );
    offer(&mut flash, maximum, 0).unwrap();
    offer(&mut flash, maximum + MAX_STEP, maximum).unwrap();
    // From what is remembered, where its copy is lost.
    let (floor, mut flash) = (maximum + MAX_STEP, Flash::erased());
    assert_eq!(
        offer(&mut flash, floor + MAX_STEP, floor),
        Ok(StoreCopy::First)
    );
}

#[test]
fn the_plain_store_of_a_flash_image_and_damage_are_never_in_force() {
    let mut flash = Flash::erased();
    let plain = StoreContents {
        sequence: 99,
        ..image()
    };
    let plain = plain.write().unwrap();
    flash.bytes[..plain.len()].copy_from_slice(&plain);
    let (origin, _, found) = boot(&mut flash, &image());
    assert_eq!(origin, Origin::Image);
    assert_eq!(found, [CopyState::Absent, CopyState::Absent]);
    offer(&mut flash, 7, 0).unwrap();
    offer(&mut flash, 8, 0).unwrap();

    // A bit of the newer one: the older one is in force again, and the damaged one is overwritten.
    let second = TRUST_STORE_COPY_SIZE as usize;
    flash.bytes[second + 200] ^= 1;
    let (origin, sequence, found) = boot(&mut flash, &image());
    assert_eq!((origin, sequence), (Origin::Rescue, 7));
    assert_eq!(found[0], CopyState::Verified { sequence: 7 });
    assert!(matches!(found[1], CopyState::Refused(_)), "{found:?}");
    assert_eq!(offer(&mut flash, 8, 8), Ok(StoreCopy::Second));
}

/// A length that a torn header says is bounded, and nothing beyond the copy is read.
#[test]
fn a_copy_that_says_it_is_as_long_as_can_be_is_read_and_refused() {
    let mut flash = Flash::erased();
    let longest = [&rescue_bytes(7)[..26], &16_384_u32.to_le_bytes()].concat();
    flash.bytes[..30].copy_from_slice(&longest);
    flash.bytes[30..].fill(0);
    flash.bytes[62] = 64;
    flash.bytes[63..127].fill(b'a');
    flash.bytes[127] = 16;
    for number in 0..16 {
        flash.bytes[128 + usize::from(number) * 72] = number;
    }
    let (origin, _, found) = boot(&mut flash, &image());
    assert_eq!(origin, Origin::Image);
    let foreign = RescueError::ForeignProduct {
        found: "a".repeat(64),
    };
    assert_eq!(found, [CopyState::Refused(foreign), CopyState::Absent]);
}

/// A newer image may have other keys. What the old ones signed is then not in force, and comes back when the device
/// rolls back; the copy of the two that says it is older makes room.
#[test]
fn each_image_verifies_with_its_own_keys() {
    let mut flash = Flash::erased();
    offer(&mut flash, 7, 0).unwrap();
    offer(&mut flash, 8, 0).unwrap();
    let rotated = StoreContents {
        rescue_keys: keys(1, &[Person(40)]),
        ..image()
    };
    let (origin, _, found) = boot(&mut flash, &rotated);
    assert_eq!(origin, Origin::Image);
    let too_few = RescueError::TooFewSignatures {
        valid: 0,
        threshold: 1,
        others: 2,
    };
    let refused = CopyState::Refused(too_few);
    assert_eq!(found, [refused.clone(), refused]);

    let bytes = rotated.write().unwrap();
    let rotated = TrustStore::read_exact(&bytes).unwrap();
    let mut copies = load(&mut flash, &rotated);
    let written = write(&mut flash, &mut copies, &rotated, rescue(9), 0);
    assert_eq!(written, Ok(StoreCopy::First));
}

#[test]
fn a_copy_that_reads_otherwise_than_written_is_told() {
    let mut flash = Flash::erased();
    let image = image().write().unwrap();
    let image = TrustStore::read_exact(&image).unwrap();
    let mut copies = load(&mut flash, &image);
    let mut worn = Worn(flash);
    let written = write(&mut worn, &mut copies, &image, rescue(7), 0);
    assert_eq!(
        written,
        Err(WriteError::Flash(FlashError::ReadBack { at: 256 }))
    );
    assert_eq!(copies.verified(), None);
    assert_eq!(copies.in_force(&image).origin(), Origin::Image);
}

/// Flash with a byte that stays zero.
struct Worn(Flash);

mod worn {
    use embedded_storage::nor_flash::{ErrorType, NorFlash, ReadNorFlash};

    use super::Worn;
    use crate::flash::{Flash, PowerLost};

    impl ErrorType for Worn {
        type Error = PowerLost;
    }

    impl ReadNorFlash for Worn {
        const READ_SIZE: usize = Flash::READ_SIZE;

        fn read(&mut self, offset: u32, into: &mut [u8]) -> Result<(), PowerLost> {
            self.0.read(offset, into)
        }

        fn capacity(&self) -> usize {
            self.0.capacity()
        }
    }

    impl NorFlash for Worn {
        const WRITE_SIZE: usize = Flash::WRITE_SIZE;
        const ERASE_SIZE: usize = Flash::ERASE_SIZE;

        fn erase(&mut self, from: u32, to: u32) -> Result<(), PowerLost> {
            self.0.erase(from, to)
        }

        fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), PowerLost> {
            self.0.write(offset, bytes)?;
            self.0.bytes[300] = 0;
            Ok(())
        }
    }
}
