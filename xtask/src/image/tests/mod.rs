//! Images of a program that is made by hand, read back and damaged.

mod arbitrary;
mod damage;
pub(crate) mod elf;
mod esptool;
mod footprint;
mod making;
mod structure;
mod table;

use std::sync::OnceLock;

use elf::{Program, settings, store};

use super::{ApplicationImage, application, flash};

/// A small image, its store, and the full flash image of both.
struct Sample {
    elf: Vec<u8>,
    store: Vec<u8>,
    image: ApplicationImage,
    flash: Vec<u8>,
}

impl Sample {
    fn of(program: &Program, store: Vec<u8>) -> Self {
        let elf = program.elf();
        let image = application(&elf, &settings(&store)).unwrap();
        let flash = flash(&image, &store).unwrap();
        Self {
            elf,
            store,
            image,
            flash,
        }
    }
}

/// A full flash image, for the tests of who works with one.
pub fn sample_flash() -> &'static [u8] {
    &small().flash
}

/// An application image with `code` bytes of code, for the tests of who works with one.
pub fn sample_application(code: usize) -> Vec<u8> {
    let store = store(1);
    let program = Program::with_code(&store, code);
    Sample::of(&program, store).image.bytes().to_vec()
}

/// A few kilobytes of application.
fn small() -> &'static Sample {
    static SMALL: OnceLock<Sample> = OnceLock::new();
    SMALL.get_or_init(|| {
        let store = store(1);
        Sample::of(&Program::small(&store), store)
    })
}
