//! The board as the update client has it.

use core::marker::PhantomData;
use core::time::Duration;

use device::client::Platform;
use device::platform::{Scratch, Watchdog};
use device::tls::EmbeddedTls;

use super::{Flash, Lines, Recording, Time};
use crate::known::Known;

/// The types of the board; servers said what `'a` has.
pub(crate) struct InMemory<'a>(PhantomData<&'a ()>);

impl<'a> Platform for InMemory<'a> {
    type Network = Recording<'a>;
    type Timer = Time;
    type Random = Known;
    type Flash = Flash;
    type Console = Lines;
    type Watchdog = Ignored;
    type Scratch = Word;
    type Tls = EmbeddedTls<Known>;
}

/// A watchdog that never bites.
#[derive(Debug)]
pub(crate) struct Ignored;

impl Watchdog for Ignored {
    fn allow(&mut self, _: Duration) {}
}

/// A word, as it is after a loss of power.
#[derive(Debug, Default)]
pub(crate) struct Word(u32);

impl Scratch for Word {
    fn load(&self) -> u32 {
        self.0
    }

    fn store(&mut self, word: u32) {
        self.0 = word;
    }
}
