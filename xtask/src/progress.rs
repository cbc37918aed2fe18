//! Progress: bars on a terminal, a few lines when piped.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Where progress goes: always to stderr, never to stdout.
#[derive(Clone, Copy, Debug)]
pub enum Progress {
    /// Bars that vanish when their step is done.
    Bars,
    /// One line for each long step.
    Lines,
    /// Nothing: for tests.
    #[cfg_attr(not(test), allow(dead_code, reason = "tests are silent"))]
    Silent,
}

impl Progress {
    /// Bars if stderr is a terminal, lines if it is not.
    pub fn stderr() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Bars
        } else {
            Self::Lines
        }
    }

    /// One line that stays.
    pub fn say(self, line: &str) {
        if !matches!(self, Self::Silent) {
            crate::output::say(line);
        }
    }

    /// A long step; `total` bytes when that is known.
    pub fn step(self, doing: &str, total: Option<u64>) -> Step {
        let bar = match self {
            Self::Bars => bar(doing, total),
            Self::Lines => {
                self.say(doing);
                ProgressBar::hidden()
            }
            Self::Silent => ProgressBar::hidden(),
        };
        Step { bar }
    }
}

/// A step that is under way; its bar vanishes when this is dropped.
pub struct Step {
    bar: ProgressBar,
}

impl Step {
    /// How many bytes are done.
    pub fn at(&self, done: u64) {
        self.bar.set_position(done);
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn bar(doing: &str, total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(bytes) => (
            ProgressBar::new(bytes),
            "{msg} {wide_bar} {binary_bytes}/{binary_total_bytes} {eta}",
        ),
        None => (ProgressBar::new_spinner(), "{spinner} {msg} {elapsed}"),
    };
    let style =
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_message(doing.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
