//! A device: it starts what the bootloader selects, and goes through rounds until it is reset.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use device::client::{Board, Client, Next, Platform, Restart, Started};
use device::flash_layout::SECTOR_SIZE;
use device::memory::Memory;
use device::otadata::Slot;
use device::platform::{Console, Timer as _, Watchdog};
use device::startup::{Ended, Outcome};
use rand_core::{CryptoRng, Error, RngCore};
use simulated::bootloader;
use simulated::factory;
use simulated::flash::SimulatedFlash;
use simulated::internet::Internet;
use simulated::scratch::Word;
use simulated::virtual_time::VirtualTimer;

use crate::start_steps::{self, Trouble};
use crate::tls::Identities;
use crate::world::{Firmware, World};

/// The simulated board.
pub(crate) struct Host;

impl Platform for Host {
    type Network = Internet;
    type Timer = VirtualTimer;
    type Random = Dice;
    type Flash = SimulatedFlash;
    type Console = Lines;
    type Watchdog = Leash;
    type Scratch = Word;
    type Tls = Identities;
}

/// A device in its world.
pub(crate) struct Device {
    pub(crate) world: World,
    pub(crate) flash: SimulatedFlash,
    pub(crate) lines: Lines,
    pub(crate) scratch: Word,
}

/// Why a start does not come to rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotStarted {
    /// The power was cut.
    PowerLost,
    /// The image is taken back.
    TakenBack,
}

/// From one start to the next.
#[derive(Debug)]
pub(crate) struct Session {
    /// What ran.
    pub(crate) version: String,
    pub(crate) slot: Slot,
    /// Whether it was on trial at its end.
    pub(crate) on_trial: bool,
    /// How long each round made it wait.
    pub(crate) waits: Vec<Duration>,
    /// Why it ended, if it was not stopped from outside.
    pub(crate) restart: Option<Restart>,
    /// Whether the last round found a server that answered as it should.
    pub(crate) succeeded: bool,
    /// The longest that the watchdog was told to wait, but for the waits between rounds.
    pub(crate) promised: Duration,
}

impl Device {
    /// A new device with `firmware`, as a flashing tool leaves it.
    pub(crate) fn new(world: World, firmware: &Firmware) -> Self {
        Self::with(world, factory::flash(&firmware.image))
    }

    /// A device with this flash.
    pub(crate) fn with(world: World, flash: SimulatedFlash) -> Self {
        Self {
            world,
            flash,
            lines: Lines::default(),
            scratch: Word::default(),
        }
    }

    /// Starts what the bootloader starts, step by step as the firmware does.
    ///
    /// # Errors
    /// It does not come to rounds.
    ///
    /// # Panics
    /// A step fails, though there is power.
    pub(crate) fn start(&mut self) -> Result<Client<'static, Host>, NotStarted> {
        match start_steps::begin(self, Trouble::Nothing) {
            (Outcome::Running, client) => Ok(client.expect("its tasks run")),
            (Outcome::Restart(Ended::TakenBack), _) => Err(NotStarted::TakenBack),
            _ if self.flash.is_off() => Err(NotStarted::PowerLost),
            (outcome, _) => panic!("{outcome:?}"),
        }
    }

    /// The client of `started` on this board.
    pub(crate) fn client(&self, started: Started<'static>) -> Client<'static, Host> {
        let timer = self.world.timer.restarted();
        let board = Board {
            network: self.world.internet.clone(),
            random: Dice(timer.now().as_secs()),
            flash: self.flash.clone(),
            console: self.lines.clone(),
            watchdog: Leash::new(&timer),
            scratch: self.scratch.clone(),
            tls: self.world.identities.clone(),
            timer,
        };
        Client::new(board, started)
    }

    /// What the bootloader would start now: slot and version.
    ///
    /// # Panics
    /// It is bricked.
    pub(crate) fn boots(&mut self) -> (Slot, String) {
        let slot = bootloader::boot(&mut self.flash).expect("a slot with a whole image");
        (slot, self.version(slot).expect("an image"))
    }

    /// The version of the image in a slot, if the bootloader would start it.
    pub(crate) fn version(&self, slot: Slot) -> Option<String> {
        const VERSION: u32 = 0x30;
        let at = slot.partition().offset + VERSION;
        let text = self.flash.bytes(at..at + 32);
        let text = text.split(|byte| *byte == 0).next()?;
        let version = String::from_utf8(text.to_vec()).ok()?;
        bootloader::starts(&self.flash, slot).then_some(version)
    }

    /// At most so many rounds from a start on, with the waits after them; fewer when one succeeds or has the board reset.
    pub(crate) fn session(&mut self, rounds: usize) -> Session {
        self.session_until(rounds, |client| client.memory().last_error.is_none())
    }

    /// As [`Device::session`], but only `enough` ends it early.
    pub(crate) fn session_until(
        &mut self,
        rounds: usize,
        enough: impl Fn(&Client<'static, Host>) -> bool,
    ) -> Session {
        let (slot, version) = self.boots();
        let mut session = Session {
            version,
            slot,
            on_trial: false,
            waits: Vec::new(),
            restart: None,
            succeeded: false,
            promised: Duration::ZERO,
        };
        match self.start() {
            Err(NotStarted::PowerLost) => {}
            Err(NotStarted::TakenBack) => session.restart = Some(Restart::RolledBack),
            Ok(client) => self.rounds(client, rounds, enough, &mut session),
        }
        session
    }

    fn rounds(
        &mut self,
        mut client: Client<'static, Host>,
        rounds: usize,
        enough: impl Fn(&Client<'static, Host>) -> bool,
        session: &mut Session,
    ) {
        for _ in 0..rounds {
            let next = self.world.timer.run(client.round());
            client.board().watchdog.check();
            session.promised = client.board().watchdog.longest;
            match next {
                Next::Restart(restart) => session.restart = Some(restart),
                Next::Wait(wait) => session.waits.push(wait),
            }
            session.succeeded = client.memory().last_error.is_none();
            let (Next::Wait(wait), false) = (next, client.board().flash.is_off()) else {
                break;
            };
            if enough(&client) {
                break;
            }
            self.wait(&mut client, wait);
        }
        session.on_trial = client.is_on_trial();
        self.flash = client.board().flash.clone();
    }

    fn wait(&self, client: &mut Client<'static, Host>, wait: Duration) {
        client
            .board()
            .watchdog
            .extend(wait + Duration::from_secs(1));
        self.world.timer.run(self.world.timer.sleep(wait));
    }

    /// A start that is reset where it first waits for the network.
    pub(crate) fn reset_in_network(&mut self) -> Result<(), NotStarted> {
        let mut client = self.start()?;
        let ended = self.world.timer.run_unless(client.round(), || true);
        assert_eq!(ended, None, "it did not wait for anything");
        self.flash = client.board().flash.clone();
        Ok(())
    }

    /// A start that is reset where it waits after it told `step`: what a server did there that it does not survive.
    pub(crate) fn reset_after(&mut self, step: &str) {
        let mut client = self.start().expect("it goes on");
        let lines = self.lines.clone();
        let told = || lines.any(|line| line.contains(step));
        let ended = self.world.timer.run_unless(client.round(), told);
        assert_eq!(ended, None, "it did not wait after {step}");
        self.flash = client.board().flash.clone();
        self.lines.take();
    }

    /// Sessions until `version` runs, is confirmed and finds that nothing is newer.
    ///
    /// # Panics
    /// That takes more than `restarts`.
    pub(crate) fn live_until(&mut self, version: &str, restarts: usize) -> Vec<Session> {
        let mut sessions = Vec::new();
        while sessions.len() <= restarts {
            let session = self.session(PATIENCE);
            let done = session.version == version && session.succeeded && !session.on_trial;
            let done = done && session.restart.is_none();
            sessions.push(session);
            if done {
                return sessions;
            }
        }
        panic!(
            "{version} does not come: {sessions:#?}\n{}",
            self.lines.take().join("\n")
        );
    }

    /// What is remembered in flash.
    pub(crate) fn memory(&mut self) -> Memory {
        Memory::load(&mut self.flash).unwrap().memory
    }

    /// Erases of all sectors of a partition.
    pub(crate) fn erases(&self, partition: &device::flash_layout::Partition) -> u32 {
        let sectors = (partition.offset..partition.end()).step_by(SECTOR_SIZE as usize);
        sectors.map(|at| self.flash.wear(at).erases).sum()
    }
}

/// Rounds of a session that nobody stops: enough for each pause but the longest.
pub(crate) const PATIENCE: usize = 16;

/// More rounds than a trial has.
pub(crate) const LONG: usize = 60;

/// Lines of a console. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Lines(Rc<RefCell<Vec<String>>>);

impl Lines {
    /// The lines since this was asked last.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.borrow_mut())
    }
}

impl Lines {
    pub(crate) fn any(&self, wanted: impl Fn(&String) -> bool) -> bool {
        self.0.borrow().iter().any(wanted)
    }

    /// Where a line stands among those since they were last taken.
    pub(crate) fn place(&self, line: &str) -> Option<usize> {
        self.0.borrow().iter().position(|told| told == line)
    }
}

impl Console for Lines {
    fn line(&mut self, text: fmt::Arguments<'_>) {
        let text = text.to_string();
        assert!(!text.chars().any(char::is_control), "{text:?}");
        self.0.borrow_mut().push(text);
    }
}

/// A watchdog that fails the test when it would reset the board.
pub(crate) struct Leash {
    timer: VirtualTimer,
    until: Cell<Duration>,
    longest: Duration,
}

impl Leash {
    fn new(timer: &VirtualTimer) -> Self {
        Self {
            timer: timer.clone(),
            until: Cell::new(Duration::MAX),
            longest: Duration::ZERO,
        }
    }

    fn extend(&self, limit: Duration) {
        self.check();
        self.until.set(self.timer.uptime() + limit);
    }

    pub(crate) fn check(&self) {
        assert!(self.timer.uptime() <= self.until.get(), "the watchdog bit");
    }
}

impl Watchdog for Leash {
    fn allow(&mut self, limit: Duration) {
        self.longest = self.longest.max(limit);
        self.extend(limit);
    }
}

/// SplitMix64: the same each time.
pub(crate) struct Dice(u64);

impl RngCore for Dice {
    fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn fill_bytes(&mut self, into: &mut [u8]) {
        for chunk in into.chunks_mut(8) {
            chunk.copy_from_slice(&self.next_u64().to_le_bytes()[..chunk.len()]);
        }
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(into);
        Ok(())
    }
}

impl CryptoRng for Dice {}
