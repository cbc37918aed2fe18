//! A device: it starts what the bootloader selects, and goes through rounds until it is reset.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use device::client::{self, Board, Client, Next, Platform, Restart};
use device::otadata::Slot;
use device::platform::{Console, Watchdog};
use device::startup;
use device::tls::EmbeddedTls;
use rand_core::OsRng;
use simulated::bootloader;
use simulated::executor::block_on;
use simulated::factory;
use simulated::flash::SimulatedFlash;
use simulated::network::Loopback;
use simulated::scratch::Word;

use crate::clock::BoardTimer;
use crate::firmware::Firmware;
use crate::keys::KEYS;
use crate::world::World;

/// The simulated board, with the engine for TLS that the firmware has.
pub(crate) struct Simulated;

impl Platform for Simulated {
    type Network = Loopback;
    type Timer = BoardTimer;
    type Random = OsRng;
    type Flash = SimulatedFlash;
    type Console = Transcript;
    type Watchdog = Asleep;
    type Scratch = Word;
    type Tls = EmbeddedTls<OsRng>;
}

/// A device, and the firmware that it may run in its life.
pub(crate) struct Device {
    flash: SimulatedFlash,
    firmware: Vec<Firmware>,
    transcript: Transcript,
}

/// From a start to the next one.
pub(crate) struct Session<'d> {
    device: &'d mut Device,
    client: Client<'static, Simulated>,
}

/// What a device says. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Transcript(Rc<RefCell<String>>);

/// Nothing here depends on how fast the host is: it never bites.
pub(crate) struct Asleep;

impl Device {
    /// As it left the factory with the first of these.
    pub(crate) fn new(firmware: &[&Firmware]) -> Self {
        let firmware: Vec<Firmware> = firmware.iter().copied().cloned().collect();
        Self {
            flash: factory::flash(&firmware[0].image),
            firmware,
            transcript: Transcript::default(),
        }
    }

    /// Starts what the bootloader starts.
    pub(crate) fn start(&mut self, world: &World) -> Session<'_> {
        let slot = bootloader::boot(&mut self.flash).expect("a whole image");
        let version = self.version_in(slot);
        let firmware = self.firmware.iter().find(|made| made.version() == version);
        let image = firmware.expect("a version that was made").running(slot);
        let counted = startup::count(&mut self.flash, slot.partition().offset);
        let started = client::start(&mut self.flash, &mut self.transcript, image, &counted);
        let board = Board {
            network: world.network.clone(),
            timer: BoardTimer::start(&world.clock),
            random: OsRng,
            flash: self.flash.clone(),
            console: self.transcript.clone(),
            watchdog: Asleep,
            scratch: Word::default(),
            tls: EmbeddedTls::new(OsRng),
        };
        Session {
            client: Client::new(board, started),
            device: self,
        }
    }

    /// A start and a round, in which it installs what is released.
    pub(crate) fn updates(&mut self, world: &World) {
        let next = self.start(world).round(world);
        assert_eq!(next, Next::Restart(Restart::Updated), "{}", self.said());
    }

    /// A start and a round, in which nothing is newer than what runs, which is confirmed from then on.
    pub(crate) fn is_current(&mut self, world: &World, version: &str) {
        assert_eq!(self.version(), version);
        let mut session = self.start(world);
        let next = session.round(world);
        let current = session.is_current();
        drop(session);
        assert!(current && matches!(next, Next::Wait(_)), "{}", self.said());
    }

    /// The version that the bootloader would start.
    pub(crate) fn version(&mut self) -> String {
        let slot = bootloader::boot(&mut self.flash).expect("a whole image");
        self.version_in(slot)
    }

    fn version_in(&self, slot: Slot) -> String {
        const VERSION: u32 = 0x30;
        let at = slot.partition().offset + VERSION;
        let text = self.flash.bytes(at..at + 32);
        let text = text.split(|byte| *byte == 0).next().unwrap();
        String::from_utf8(text.to_vec()).unwrap()
    }

    /// What it said since this was asked last, but for how often it wrote something down and how an image grew. The release
    /// key is `KEY`, whichever it is in this run.
    pub(crate) fn said(&self) -> String {
        let said = std::mem::take(&mut *self.transcript.0.borrow_mut());
        let told = |line: &&str| !line.starts_with("memory: record ") && !line.contains(" %, ");
        let lines: Vec<&str> = said.lines().filter(told).collect();
        lines.join("\n").replace(&KEYS.release_id(), "KEY")
    }
}

impl Session<'_> {
    /// A round. The wait after it is over at once.
    pub(crate) fn round(&mut self, world: &World) -> Next {
        self.client.board().network = world.network.clone();
        let next = block_on(self.client.round());
        if let Next::Wait(wait) = next {
            world.clock.pass(wait);
        }
        next
    }

    /// Whether a server answered as it should in the last round, and the image is not on trial.
    pub(crate) fn is_current(&self) -> bool {
        self.client.memory().last_error.is_none() && !self.client.is_on_trial()
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        self.device.flash = self.client.board().flash.clone();
    }
}

impl Console for Transcript {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        let mut said = self.0.borrow_mut();
        said.push_str(&text.to_string());
        said.push('\n');
    }
}

impl Watchdog for Asleep {
    fn allow(&mut self, _: Duration) {}
}
