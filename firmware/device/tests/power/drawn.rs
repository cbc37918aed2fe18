//! Cuts of power at points that nobody chose: other ones in each run. The seed is printed, and with it a failure comes again.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use simulated::flash::{Cut, SimulatedFlash};

/// A cut in one of so many operations: which one, and how.
pub(crate) fn cut(operations: u32) -> impl Strategy<Value = (u32, Cut)> {
    let how = prop_oneof![
        Just(Cut::Before),
        Just(Cut::After),
        any::<u64>().prop_map(Cut::Torn)
    ];
    (0..operations, how)
}

/// Runs `test` so often, each time with another value of `strategy`. It counts the cuts that came, which are printed.
///
/// # Panics
/// It panics for one of them; the smallest is printed.
#[allow(clippy::print_stdout, reason = "how much was tested, and of what")]
pub(crate) fn each<S: Strategy>(
    what: &str,
    times: u32,
    strategy: &S,
    test: impl Fn(S::Value, &Came),
) {
    let config = Config {
        cases: times,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(what),
    };
    println!("{what}: again with PROPTEST_RNG_SEED={seed}");
    let mut runner = TestRunner::new(Config {
        rng_seed: RngSeed::Fixed(seed),
        ..config
    });
    let came = Came::default();
    let ran = runner.run(strategy, |value| {
        came.here.set(0);
        test(value, &came);
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{what}, PROPTEST_RNG_SEED={seed}: {error}");
    }
    came.require_enough(what, times);
}

/// How many cuts came: not one that was planned for an operation which was not reached.
#[derive(Default)]
pub(crate) struct Came {
    /// Of all lives.
    all: Cell<u32>,
    /// Of this life.
    here: Cell<u32>,
    /// Lives in which the power was cut a second time: in what came back.
    again: Cell<u32>,
}

impl Came {
    /// Restores the power.
    pub(crate) fn power_on(&self, flash: &mut SimulatedFlash) {
        if flash.is_off() {
            add_one(&self.all);
            add_one(&self.here);
            if self.here.get() == 2 {
                add_one(&self.again);
            }
        }
        flash.power_on();
    }

    /// The first cut of each life may always come: it says nothing of the others.
    #[allow(clippy::print_stdout, reason = "how much was tested, and of what")]
    fn require_enough(&self, what: &str, times: u32) {
        let (cuts, again) = (self.all.get(), self.again.get());
        println!("{what}: {cuts} cuts in {times} lives, more than one in {again}");
        assert!(cuts > times / 2, "the power was hardly ever cut");
        assert!(again > times / 4, "the power was hardly ever cut again");
    }
}

fn add_one(count: &Cell<u32>) {
    count.set(count.get() + 1);
}
