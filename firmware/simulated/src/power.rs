//! Does something again and again, and cuts the power at each point of it.

use std::fmt;

use crate::flash::{Cut, SimulatedFlash};

/// Where the power was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The operation, counted from 0.
    pub operation: u32,
    /// How far it came.
    pub cut: Cut,
}

/// How often the power was cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Erases and program commands of the whole, uncut.
    pub operations: u32,
    /// Points at which it was cut.
    pub points: u32,
}

/// Runs `operation` on a copy of `start` once for each of its erases and program commands and for each way to cut that:
/// before it, within it (`tears` times; 40 are all the ways there are), after it. Each time the power comes back, and
/// `check` gets the flash. It is given the flash of the run that was not cut first, with no point.
///
/// `operation` does what it does until flash fails, and returns then, whether it saw a failure or not. It may be a
/// whole life of a device: starts, installs and restarts.
///
/// # Panics
/// Without a cut, `operation` does nothing to flash, or does less the next time: then points would be left out. When `check`
/// panics, the point is printed.
pub fn every_cut(
    start: &SimulatedFlash,
    tears: u64,
    mut operation: impl FnMut(&mut SimulatedFlash),
    mut check: impl FnMut(&mut SimulatedFlash, Option<Point>),
) -> Cuts {
    let mut whole = start.clone();
    operation(&mut whole);
    let operations = whole.operations() - start.operations();
    assert!(operations > 0, "nothing was done that could be cut");
    check(&mut whole, None);

    let mut points = 0;
    for point in (0..operations).flat_map(|operation| ways(operation, tears)) {
        let here = Announced(point);
        let mut flash = start.clone();
        flash.cut_at(point.operation, point.cut);
        operation(&mut flash);
        assert!(flash.is_off(), "it did not come as far as it did uncut");
        flash.power_on();
        check(&mut flash, Some(point));
        drop(here);
        points += 1;
    }
    Cuts { operations, points }
}

fn ways(operation: u32, tears: u64) -> impl Iterator<Item = Point> {
    // Each operation is torn in ways of its own.
    let torn = (0..tears).map(move |tear| Cut::Torn(u64::from(operation) * tears + tear));
    let cuts = [Cut::Before, Cut::After].into_iter().chain(torn);
    cuts.map(move |cut| Point { operation, cut })
}

/// Says where it was when a check panics.
struct Announced(Point);

impl Drop for Announced {
    #[allow(clippy::print_stderr, reason = "the message of a test that fails")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the power was cut {}", self.0);
        }
    }
}

impl fmt::Display for Point {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = self.operation;
        match self.cut {
            Cut::Before => write!(formatter, "before operation {operation}"),
            Cut::Torn(seed) => write!(formatter, "within operation {operation} (seed {seed})"),
            Cut::After => write!(formatter, "after operation {operation}"),
        }
    }
}

impl fmt::Display for Cuts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operations, points } = self;
        write!(formatter, "{points} cuts in {operations} operations")
    }
}
