//! CPU time of a function: the median of many runs, and a table of such medians.
//!
//! The frameworks measure time on the wall, and none of them fails when a limit is passed.

use std::fmt;
use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// CPU time to spend on each measurement; there are at least [`FEWEST`] runs.
const BUDGET: Duration = Duration::from_secs(2);
const FEWEST: usize = 11;
const WARM_UP: usize = 2;

/// CPU time of one run.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    median: Duration,
    fastest: Duration,
    samples: usize,
}

impl Measured {
    /// The median.
    pub(crate) fn milliseconds(self) -> f64 {
        self.median.as_secs_f64() * 1e3
    }

    /// How many times the median of `other`.
    pub(crate) fn times(self, other: Self) -> f64 {
        self.median.as_secs_f64() / other.median.as_secs_f64()
    }
}

/// Runs `work` again and again. What it makes is dropped within the measured time, as a user's is.
pub(crate) fn cpu<T>(work: impl Fn() -> T) -> Measured {
    let mut samples = Samples::default();
    for _ in 0..WARM_UP {
        black_box(work());
    }
    while samples.more() {
        samples.take(&work);
    }
    samples.measured()
}

/// CPU times of single runs.
#[derive(Default)]
struct Samples {
    times: Vec<Duration>,
    spent: Duration,
}

impl Samples {
    fn more(&self) -> bool {
        self.times.len() < FEWEST || self.spent < BUDGET
    }

    fn take<T>(&mut self, work: impl Fn() -> T) {
        let before = cpu_time();
        drop(black_box(work()));
        let time = cpu_time().saturating_sub(before);
        self.spent += time;
        self.times.push(time);
    }

    fn measured(mut self) -> Measured {
        self.times.sort_unstable();
        Measured {
            median: self.times[self.times.len() / 2],
            fastest: self.times[0],
            samples: self.times.len(),
        }
    }
}

/// User and system time of this process so far.
fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(now).expect("CPU time is never negative")
}

/// The results, one line each.
#[derive(Default)]
pub(crate) struct Table(Vec<(String, Measured, Option<f64>)>);

impl Table {
    /// A result.
    pub(crate) fn add(&mut self, name: String, measured: Measured) {
        self.0.push((name, measured, None));
    }

    /// A result that is compared with the one of a smaller input.
    pub(crate) fn add_ratio(&mut self, name: String, measured: Measured, smaller: Measured) {
        self.0.push((name, measured, Some(measured.times(smaller))));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self
            .0
            .iter()
            .map(|(name, ..)| name.len())
            .max()
            .unwrap_or(0);
        writeln!(
            f,
            "{:width$}  {:>11}  {:>11}  {:>7}  {:>6}",
            "CPU time", "median", "fastest", "samples", "times"
        )?;
        for (name, measured, ratio) in &self.0 {
            let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.1}"));
            writeln!(
                f,
                "{name:width$}  {:>8.3} ms  {:>8.3} ms  {:>7}  {ratio:>6}",
                measured.milliseconds(),
                measured.fastest.as_secs_f64() * 1e3,
                measured.samples,
            )?;
        }
        Ok(())
    }
}
