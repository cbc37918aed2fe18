//! otadata of any contents, and a device that starts, updates itself and loses its power again and again.
//!
//! Input: which slots hold a whole image and which entries get a right CRC (1 byte); the beginnings of both sectors (32 bytes
//! each); then one byte for each thing that happens. Whatever otadata holds, the bootloader starts a whole image, no
//! image counts as confirmed that did not confirm itself, and the device comes to rest.

#![no_main]

use std::sync::LazyLock;

use device::flash_layout::{OTADATA, SECTOR_SIZE};
use device::otadata::{ENTRY_LENGTH, Selection, Slot, selected_in};
use device::slots::{self, Boot, MAX_BOOTS, SlotsError};
use libfuzzer_sys::fuzz_target;
use perennial_fuzz::input::Input;
use perennial_fuzz::seal;
use simulated::application::Application;
use simulated::bootloader::{boot, starts};
use simulated::factory;
use simulated::flash::{Cut, SimulatedFlash};

/// Most things that happen.
const MAX_EVENTS: usize = 40;

static IMAGE: LazyLock<Vec<u8>> = LazyLock::new(|| Application::small("1.0.0").image());

/// Both slots hold a whole image.
static FLASH: LazyLock<SimulatedFlash> = LazyLock::new(|| {
    let flash = factory::empty();
    let flash = flash.with(Slot::Ota0.partition().offset, &IMAGE);
    flash.with(Slot::Ota1.partition().offset, &IMAGE)
});

fuzz_target!(|bytes: &[u8]| {
    let mut input = Input::new(bytes);
    let mut board = Board::new(&mut input);
    board.start();
    for event in input.rest().iter().take(MAX_EVENTS) {
        board.event(event & 7, event >> 3);
    }
    board.come_to_rest();
});

struct Board {
    flash: SimulatedFlash,
    running: Slot,
    /// Whether this boot was counted.
    counted: bool,
    /// Whether the image in `ota_0`, and in `ota_1`, may say that it is confirmed.
    confirmed: [bool; 2],
}

impl Board {
    fn new(input: &mut Input<'_>) -> Self {
        let mut flash = FLASH.clone();
        let flags = input.byte();
        match flags & 3 {
            1 => damage(&mut flash, Slot::Ota1),
            2 => damage(&mut flash, Slot::Ota0),
            _ => {}
        }
        for (sector, seal) in [(0, flags & 4), (1, flags & 8)] {
            let mut entry: [u8; ENTRY_LENGTH] = input.array();
            if seal != 0 {
                seal::otadata_entry(&mut entry);
            }
            flash.put(OTADATA.offset + sector * SECTOR_SIZE, &entry);
        }
        Self {
            flash,
            running: Slot::Ota0,
            counted: false,
            confirmed: [true; 2],
        }
    }

    fn event(&mut self, kind: u8, operand: u8) {
        match kind {
            0 => self.reached_network(),
            1 => self.confirm(),
            2 => self.roll_back(),
            3 => self.update(),
            4 if starts(&self.flash, self.running) => {
                damage(&mut self.flash, slots::spare(self.running))
            }
            5 => self.flash.cut_at(operand.into(), Cut::Torn(operand.into())),
            6 => self.flash.cut_at(
                u32::from(operand >> 1),
                if operand & 1 == 0 {
                    Cut::Before
                } else {
                    Cut::After
                },
            ),
            _ => drop(self.start()),
        }
        if self.flash.is_off() {
            self.flash.power_on();
            self.start();
        }
    }

    /// The bootloader, then the image; again when that goes back to the other one.
    fn start(&mut self) -> Option<Boot> {
        let selected = selected_in(&self.flash.contents(&OTADATA));
        let started = boot(&mut self.flash).expect("a slot that starts");
        assert!(starts(&self.flash, started), "not whole");
        self.running = started;
        self.counted = false;
        if !matches!(selected, Selection::Entry { slot, .. } if slot == started) {
            // There is no other image: this one needs no trial.
            *self.trust(started) = true;
        }
        let came_to = self.unless_off(|flash| slots::at_boot(flash, started))?;
        assert!(!came_to.to_string().is_empty());
        match came_to {
            Boot::Confirmed { .. } => assert!(*self.trust(started), "it never confirmed itself"),
            Boot::FellBack { from } => {
                assert!(
                    from != started && !starts(&self.flash, from),
                    "nobody damaged it"
                );
                self.assert_stays();
            }
            Boot::Repaired => self.assert_stays(),
            Boot::RolledBack(_) => {
                self.assert_goes_back();
                return self.start();
            }
            Boot::Trial(counted) => {
                assert!((1..=32).contains(&counted.boots) && counted.failed <= counted.boots);
                assert_eq!(boot(&mut self.flash.clone()), Some(started));
                self.counted = true;
            }
        }
        Some(came_to)
    }

    fn reached_network(&mut self) {
        let running = self.running;
        let reached = self.unless_off(|flash| slots::reached_network(flash, running));
        if self.counted
            && let Some(()) = reached
            && let Some(Boot::Trial(counted)) = self.clone_started()
        {
            assert!(
                counted.failed < counted.boots || counted.boots == 32,
                "{counted}"
            );
        }
    }

    fn confirm(&mut self) {
        let running = self.running;
        *self.trust(running) = true;
        let confirmed = self.unless_off(|flash| slots::confirm(flash, running));
        if confirmed.is_some() {
            assert!(matches!(self.clone_started(), Some(Boot::Confirmed { .. })));
        }
    }

    fn roll_back(&mut self) {
        let before = self.flash.operations();
        let running = self.running;
        match slots::roll_back(&mut self.flash, running) {
            Ok(()) => {
                self.assert_goes_back();
                self.start();
            }
            Err(error) => self.assert_refused(&error, before),
        }
    }

    /// A whole image is written into the spare slot and selected.
    fn update(&mut self) {
        let (running, new) = (self.running, slots::spare(self.running));
        self.flash.put(new.partition().offset, &IMAGE);
        // What stands there now was never started: no entry of what stood there before may speak for it.
        let before = std::mem::replace(self.trust(new), false);
        match slots::select(&mut self.flash, running, new) {
            Ok(()) => {
                assert_eq!(boot(&mut self.flash.clone()), Some(new));
                let started = self.start();
                assert!(
                    self.flash.is_off()
                        || matches!(started, Some(Boot::Trial(counted)) if counted.boots == 1)
                );
            }
            Err(SlotsError::OnTrial(slot)) => {
                assert_eq!(slot, running);
                *self.trust(new) = before;
            }
            Err(error) => assert!(self.flash.is_off(), "{error}"),
        }
    }

    /// What was asked of the flash was done, unless the power was cut or it is refused for a reason.
    fn unless_off<T>(
        &mut self,
        ask: impl FnOnce(&mut SimulatedFlash) -> Result<T, SlotsError>,
    ) -> Option<T> {
        let before = self.flash.operations();
        match ask(&mut self.flash) {
            Ok(done) => Some(done),
            Err(error) => {
                self.assert_refused(&error, before);
                None
            }
        }
    }

    fn assert_refused(&self, error: &SlotsError, before: u32) {
        assert!(!error.to_string().is_empty());
        let nothing_done = self.flash.operations() == before;
        let flash_failed = matches!(error, SlotsError::Flash(_));
        assert!(
            self.flash.is_off() || nothing_done && !flash_failed,
            "{error}"
        );
    }

    /// What runs is what is started next, and that is said to be in order.
    fn assert_stays(&self) {
        let mut flash = self.flash.clone();
        flash.power_on();
        assert_eq!(boot(&mut flash), Some(self.running));
        let came_to = slots::at_boot(&mut flash, self.running).expect("there is power");
        assert!(
            !matches!(came_to, Boot::FellBack { .. } | Boot::Repaired),
            "{came_to}"
        );
    }

    /// The other image is started next, if it is whole.
    fn assert_goes_back(&self) {
        let mut flash = self.flash.clone();
        flash.power_on();
        let other = self.running.other();
        let expected = if starts(&flash, other) {
            other
        } else {
            self.running
        };
        assert_eq!(boot(&mut flash), Some(expected));
    }

    /// What a start would come to now.
    fn clone_started(&self) -> Option<Boot> {
        let mut flash = self.flash.clone();
        flash.power_on();
        slots::at_boot(&mut flash, self.running).ok()
    }

    /// Started again and again, it ends with one image.
    fn come_to_rest(&mut self) {
        self.flash.power_on();
        for _ in 0..MAX_BOOTS + 4 {
            self.start();
        }
        let rests = self.running;
        for _ in 0..2 {
            let came_to = self.start();
            assert!(matches!(
                came_to,
                Some(Boot::Confirmed { .. } | Boot::Trial(_))
            ));
            assert_eq!(self.running, rests);
        }
    }

    fn trust(&mut self, slot: Slot) -> &mut bool {
        let [first, second] = &mut self.confirmed;
        match slot {
            Slot::Ota0 => first,
            Slot::Ota1 => second,
        }
    }
}

fn damage(flash: &mut SimulatedFlash, slot: Slot) {
    flash.put(slot.partition().offset, &[0]);
}
