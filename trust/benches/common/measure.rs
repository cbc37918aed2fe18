//! CPU time of functions: the median of many runs, a table of such medians, and limits.
//!
//! The frameworks measure time on the wall, and none of them fails when a limit is passed. As with them, nothing is
//! measured without cargo's `--bench`: `cargo test --benches` runs everything once, to see that it still runs.

use std::fmt;
use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// CPU time to spend on each function; there are at least [`FEWEST`] runs.
const BUDGET: Duration = Duration::from_secs(2);
const FEWEST: usize = 11;
/// CPU time for each function before it is the next one's turn; at least one run.
const TURN: Duration = Duration::from_millis(50);

/// Whether this is a measurement, and not a test.
pub(crate) fn measuring() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

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
    let [measured] = in_turn([&|| drop(black_box(work()))]);
    measured
}

/// Runs each again and again, in turn, so that what else the machine does meets all of them alike.
pub(crate) fn in_turn<const N: usize>(works: [&dyn Fn(); N]) -> [Measured; N] {
    let mut samples = [const { Samples::new() }; N];
    while samples.iter().any(Samples::wants_more) {
        for (samples, work) in samples.iter_mut().zip(works) {
            samples.take_turn(work);
        }
    }
    samples.map(Samples::measured)
}

/// CPU times of single runs.
struct Samples {
    times: Vec<Duration>,
    spent: Duration,
}

impl Samples {
    const fn new() -> Self {
        Self {
            times: Vec::new(),
            spent: Duration::ZERO,
        }
    }

    fn wants_more(&self) -> bool {
        let enough = if measuring() { FEWEST } else { 1 };
        self.times.len() < enough || (measuring() && self.spent < BUDGET)
    }

    fn take_turn(&mut self, work: &dyn Fn()) {
        let until = self.spent + TURN;
        loop {
            let before = cpu_time();
            work();
            let time = cpu_time().saturating_sub(before);
            self.spent += time;
            self.times.push(time);
            if self.spent >= until || !measuring() {
                return;
            }
        }
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
            let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.2}"));
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

/// Whether `measured` is within its limit, in words, too. A test has no limit.
pub(crate) fn is_within(what: &str, measured: f64, most: f64) -> bool {
    let passed = measured <= most || !measuring();
    let word = match (measuring(), passed) {
        (false, _) => "not measured",
        (true, true) => "ok",
        (true, false) => "TOO SLOW",
    };
    println!("{word}: {what}: {measured:.2}, at most {most}");
    passed
}
