//! Each step of a start fails, or panics. An image on trial is taken back; a confirmed one stays and says why.

use std::panic::{AssertUnwindSafe, catch_unwind};

use device::client::Restart;
use device::flash_layout::{OTADATA, STATE};
use device::memory::RolledBack;
use device::otadata::Slot;
use device::slots::{MAX_FAILED_BOOTS, Why};
use device::startup::{Ended, Outcome};

use crate::simulated_device::Device;
use crate::start_steps::{SOMETHING_ELSE, STEPS, Step, Trouble, WHY, laid_out_otherwise, start};
use crate::world::{NEW, OLD, World, new, old};

fn confirmed() -> Device {
    let world = World::new(&[old(), new()]);
    world.publish(&new().release(&[0]));
    Device::new(world, &old())
}

/// The new image is selected, and was not started yet.
fn on_trial() -> Device {
    let mut device = confirmed();
    assert_eq!(device.session(1).restart, Some(Restart::Updated));
    device.lines.take();
    device
}

/// Each way in which a start fails, and what is said then.
fn troubles() -> Vec<(Trouble, &'static str)> {
    let fails = |step| {
        let why = match step {
            Step::Encryption => "flash encryption is on",
            Step::Store => "the trust store in this image is invalid",
            _ => WHY,
        };
        (Trouble::Fails(step), why)
    };
    let elsewhere = (Trouble::RunsElsewhere, "it is not known which slot runs");
    STEPS.into_iter().map(fails).chain([elsewhere]).collect()
}

fn require_told(device: &Device, why: &str) {
    let lines = device.lines.take();
    assert!(lines.iter().any(|line| line.contains(why)), "{lines:#?}");
}

#[test]
fn a_start_without_trouble() {
    for (mut device, version) in [(confirmed(), OLD), (on_trial(), NEW)] {
        assert!(matches!(
            start(&mut device, Trouble::Nothing),
            Outcome::Running
        ));
        assert_eq!(device.boots().1, version);
    }
}

#[test]
fn an_image_on_trial_that_fails_is_taken_back() {
    for (trouble, why) in troubles() {
        println!("{trouble:?}");
        let mut device = on_trial();
        // After the last step the flash is not at hand: the count of starts ends the trial.
        let starts = match trouble {
            Trouble::Fails(Step::Tasks) => MAX_FAILED_BOOTS + 1,
            _ => 1,
        };
        for left in (1..=starts).rev() {
            assert_eq!(device.boots(), (Slot::Ota1, NEW.to_owned()));
            let ended = match start(&mut device, trouble) {
                Outcome::Restart(ended) => ended,
                other => panic!("{other:?}"),
            };
            let expected = [Ended::Failed, Ended::TakenBack][usize::from(left == 1)];
            assert_eq!(ended, expected);
        }
        require_told(&device, why);
        assert_eq!(device.boots(), (Slot::Ota0, OLD.to_owned()));
        let remembered = match trouble {
            // What is written there would be read otherwise.
            Trouble::Fails(Step::Encryption) => None,
            Trouble::Fails(Step::Tasks) => Some(RolledBack::Trial(Why::FailedBoots)),
            _ => Some(RolledBack::OwnCheck),
        };
        assert_eq!(device.memory().rolled_back, remembered);
    }
}

#[test]
fn a_confirmed_image_that_fails_stays_and_says_why() {
    for (trouble, why) in troubles() {
        println!("{trouble:?}");
        let mut device = confirmed();
        let before = device.flash.operations();
        match start(&mut device, trouble) {
            Outcome::Halted(halt) => assert!(halt.to_string().contains(why), "{halt}"),
            other => panic!("{other:?}"),
        }
        require_told(&device, why);
        assert_eq!(device.flash.operations(), before);
        // What failed may pass.
        let again = start(&mut device, Trouble::Nothing);
        assert!(matches!(again, Outcome::Running));
    }
}

#[test]
fn an_image_on_trial_that_panics_is_taken_back_at_its_fourth_start() {
    for step in STEPS {
        println!("{step:?}");
        let mut device = on_trial();
        for _ in 0..MAX_FAILED_BOOTS {
            assert_eq!(device.boots(), (Slot::Ota1, NEW.to_owned()));
            let start = AssertUnwindSafe(|| start(&mut device, Trouble::Panics(step)));
            catch_unwind(start).expect_err("the step panics");
        }
        assert_eq!(device.boots(), (Slot::Ota1, NEW.to_owned()));
        // Whatever would panic in the fourth start is not reached, or comes after the image was taken back.
        let start = AssertUnwindSafe(|| drop(start(&mut device, Trouble::Panics(step))));
        let _ = catch_unwind(start);
        assert_eq!(device.boots(), (Slot::Ota0, OLD.to_owned()));
    }
}

/// The one before it runs on, and can do what this image could not.
#[test]
fn an_image_for_another_layout_is_taken_back_by_the_table_in_flash() {
    let mut device = laid_out_otherwise(on_trial());
    let memory = device.flash.contents(&STATE);
    assert_eq!(device.boots(), (Slot::Ota1, NEW.to_owned()));
    let outcome = start(&mut device, Trouble::Nothing);
    assert!(
        matches!(outcome, Outcome::Restart(Ended::TakenBack)),
        "{outcome:?}"
    );
    require_told(&device, "this board cannot be updated: the partition table");
    assert_eq!(device.boots(), (Slot::Ota0, OLD.to_owned()));
    // Nothing was written but otadata, where the table in flash has it.
    assert_eq!(device.flash.contents(&OTADATA), SOMETHING_ELSE);
    assert_eq!(device.flash.contents(&STATE), memory);
}

#[test]
fn a_panic_on_another_layout_is_counted_too() {
    let mut device = laid_out_otherwise(on_trial());
    for _ in 0..MAX_FAILED_BOOTS {
        let trouble = Trouble::Panics(Step::Encryption);
        let start = AssertUnwindSafe(|| start(&mut device, trouble));
        catch_unwind(start).expect_err("the step panics");
    }
    let outcome = start(&mut device, Trouble::Nothing);
    assert!(matches!(outcome, Outcome::Restart(Ended::TakenBack)));
    assert_eq!(device.boots(), (Slot::Ota0, OLD.to_owned()));
    assert_eq!(device.flash.contents(&OTADATA), SOMETHING_ELSE);
}

#[test]
fn a_confirmed_image_for_another_layout_writes_nothing() {
    let mut device = laid_out_otherwise(confirmed());
    let before = device.flash.operations();
    let outcome = start(&mut device, Trouble::Nothing);
    assert!(matches!(outcome, Outcome::Halted(_)), "{outcome:?}");
    assert_eq!(device.flash.operations(), before);
}

/// Whether the image is on trial is not known, and may be so at the next start.
#[test]
fn a_step_that_fails_while_otadata_cannot_be_read() {
    let mut device = on_trial();
    let (first, second) = (OTADATA.offset, OTADATA.end());
    device.flash.fail_reads(first..second);
    let outcome = start(&mut device, Trouble::Fails(Step::Radio));
    assert!(matches!(outcome, Outcome::Halted(_)), "{outcome:?}");
    device.flash.fail_reads(0..0);
    let outcome = start(&mut device, Trouble::Fails(Step::Radio));
    assert!(matches!(outcome, Outcome::Restart(Ended::TakenBack)));
    assert_eq!(device.boots(), (Slot::Ota0, OLD.to_owned()));
}
