//! A word that outlives a reset.

use std::cell::Cell;
use std::rc::Rc;

use device::platform::Scratch;

/// A word that clones share: whoever starts the board again hands it on. A new one is as after a loss of power.
#[derive(Clone, Debug, Default)]
pub struct Word(Rc<Cell<u32>>);

impl Scratch for Word {
    fn load(&self) -> u32 {
        self.0.get()
    }

    fn store(&mut self, word: u32) {
        self.0.set(word);
    }
}
