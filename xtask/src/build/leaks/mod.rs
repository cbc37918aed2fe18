//! The leak scan: nothing of the machine that built an image stands in it.
//!
//! What leaks makes two builds differ, and tells the world where and by whom a product was built. The build keeps it out; this
//! looks whether it did. It knows the machine it runs on and the shape of paths and times, and can miss what has neither
//! shape: `build-firmware --twice` is the proof.

mod clock;
mod paths;
mod words;

use std::ops::Range;
use std::path::PathBuf;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

pub use clock::Clock;
pub use words::Words;

use super::firmware::Workplace;

/// How many leaks a failure shows.
const SHOWN: usize = 20;
/// How many bytes of text around a leak are shown.
const TEXT: usize = 160;

/// What would tell where, by whom and when an image was built.
#[derive(Clone, Debug)]
pub struct Traces {
    /// Paths of this machine.
    pub paths: Vec<PathBuf>,
    /// First parts of the relative paths that the compiler writes: the folders of the firmware crate, and `library`.
    pub relative: Vec<String>,
    /// Names of the user and the machine.
    pub words: Words,
    /// When it was built.
    pub clock: Clock,
}

/// Something of the building machine in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Leak {
    /// Where, counted from the start of the file.
    pub range: Range<usize>,
    /// What it is: `a path of this machine`.
    pub what: &'static str,
    /// The bytes, and the text around them, fit for a terminal.
    pub text: String,
}

impl Traces {
    /// Those of this machine, of a compilation in `workplace` for a release at `epoch` (seconds since 1970-01-01T00:00:00Z).
    ///
    /// # Errors
    /// When the folders of the firmware crate cannot be listed.
    pub fn of(workplace: &Workplace, epoch: i64) -> Result<Self> {
        Ok(Self {
            paths: paths::of(workplace),
            relative: paths::relative(&workplace.root.join("firmware"))?,
            words: Words::of_machine(),
            clock: Clock::of(&workplace.target, epoch),
        })
    }

    /// Every leak in `bytes`, in their order; of two that overlap the surer one.
    pub fn find(&self, bytes: &[u8]) -> Vec<Leak> {
        let mut surest_first = paths::of_machine(&self.paths, bytes);
        surest_first.extend(paths::absolute(&self.relative, bytes));
        surest_first.extend(self.words.find(bytes));
        surest_first.extend(self.clock.find(bytes));
        let mut leaks: Vec<Leak> = Vec::new();
        for (range, what) in surest_first {
            let is_apart =
                |leak: &Leak| leak.range.end <= range.start || range.end <= leak.range.start;
            if leaks.iter().all(is_apart) {
                let text = around(bytes, &range);
                leaks.push(Leak { range, what, text });
            }
        }
        leaks.sort_by_key(|leak| leak.range.start);
        leaks
    }

    /// Refuses a file in which something of this machine stands.
    ///
    /// # Errors
    /// [`Exit::NotReproducible`] with each leak.
    pub fn require_none(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let leaks = self.find(bytes);
        if leaks.is_empty() {
            return Ok(());
        }
        let what = format!(
            "{name} tells where, by whom or when it was built: nobody else can build the same"
        );
        let line =
            |leak: &Leak| format!("{} at 0x{:x}: {}", leak.what, leak.range.start, leak.text);
        let shown = leaks.iter().take(SHOWN).map(line);
        let failure = shown.fold(Failure::new(Exit::NotReproducible, what), Failure::evidence);
        let more = leaks.len().saturating_sub(SHOWN);
        let failure = if more > 0 {
            failure.evidence(format!("{more} more"))
        } else {
            failure
        };
        Err(failure.help(
            "find the build script or macro that writes it; where it is harmless and the same on every machine: \
             --dangerously-skip-leak-check",
        ))
    }
}

/// The printable text around `range`, at most [`TEXT`] bytes of it, escaped.
fn around(bytes: &[u8], range: &Range<usize>) -> String {
    let is_text = |byte: &&u8| (b' '..=b'~').contains(*byte);
    let before = bytes[..range.start]
        .iter()
        .rev()
        .take(TEXT / 4)
        .take_while(is_text)
        .count();
    let start = range.start - before;
    let room = TEXT.max(range.len()) - before;
    let after = bytes[range.end..]
        .iter()
        .take(room.saturating_sub(range.len()))
        .take_while(is_text)
        .count();
    bytes[start..range.end + after].escape_ascii().to_string()
}

#[cfg(test)]
mod tests;
