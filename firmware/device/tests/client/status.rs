//! What a device says of itself must not keep it from asking.

use device::memory::{LastError, Memory, ShortText};

use crate::life::field;
use crate::simulated_device::Device;
use crate::world::{NEW, World, new, old};

/// The text of an error is cut off at 96 bytes, and nobody knows at which.
#[test]
fn an_error_that_is_cut_off_at_a_blank_is_sent_without_it() {
    let (old, new) = (old(), new());
    let world = World::new(&[old.clone(), new.clone()]);
    world.publish(&new.release(&[0]));
    let mut device = Device::new(world, &old);
    let text = format!("{} words that are cut off", "x".repeat(95));
    let memory = Memory {
        last_error: Some(LastError {
            text: ShortText::of(&text),
            count: 3,
        }),
        ..Memory::default()
    };
    memory.store(&mut device.flash).unwrap();
    device.live_until(NEW, 2);
    let asked = device.world.internet.asked();
    let said = field(&asked[0], "Perennial-Last-Error");
    assert_eq!(said, Some(&*format!("3 times: {}", "x".repeat(95))));
}
