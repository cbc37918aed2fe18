//! How many tests passed, failed and were skipped.

use std::fmt;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::str::FromStr;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Counts of one step or of the whole run. Prints as CI's closing line.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
}

impl Counts {
    /// Adds the counts of another step.
    pub fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

impl FromStr for Counts {
    type Err = ();

    /// Reads what it prints.
    fn from_str(line: &str) -> std::result::Result<Self, ()> {
        numbers(line, ", ", ["passed", "failed", "skipped"]).ok_or(())
    }
}

/// Runs a command that is one test: it passes when it ends 0.
pub fn one_test(mut command: Command) -> Result<Counts> {
    let status = command
        .status()
        .map_err(|error| cannot_run(&command, &error))?;
    Ok(Counts {
        passed: usize::from(status.success()),
        failed: usize::from(!status.success()),
        skipped: 0,
    })
}

/// Runs a `cargo test`, passes its output on and adds up its "test result" lines.
pub fn test_suite(mut command: Command) -> Result<Counts> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| cannot_run(&command, &error))?;
    let mut counts = Counts::default();
    let lines = child
        .stdout
        .take()
        .map(|stdout| BufReader::new(stdout).lines());
    for line in lines
        .into_iter()
        .flatten()
        .map_while(std::result::Result::ok)
    {
        crate::output::print(&format!("{line}\n"))?;
        counts.add(result_line(&line).unwrap_or_default());
    }
    let status = child.wait().map_err(|error| cannot_run(&command, &error))?;
    // It did not compile, or a test took the process with it: there is no line for that.
    if !status.success() && counts.failed == 0 {
        counts.failed = 1;
    }
    Ok(counts)
}

/// Reads `test result: ok. 6 passed; 0 failed; 1 ignored; …`.
fn result_line(line: &str) -> Option<Counts> {
    let (_, numbers_of) = line.strip_prefix("test result: ")?.split_once(". ")?;
    numbers(numbers_of, "; ", ["passed", "failed", "ignored"])
}

/// The numbers of what passed, failed and was skipped, by the `words` behind them.
fn numbers(line: &str, between: &str, words: [&str; 3]) -> Option<Counts> {
    let number = |word: &str| {
        let part = line
            .split(between)
            .find(|part| part.trim_end().ends_with(word))?;
        part.split_whitespace().next()?.parse().ok()
    };
    let [passed, failed, skipped] = words;
    Some(Counts {
        passed: number(passed)?,
        failed: number(failed)?,
        skipped: number(skipped)?,
    })
}

fn cannot_run(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Environment,
        format!("cannot run {}", command.get_program().to_string_lossy()),
    )
    .evidence(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_prints() {
        let counts = Counts {
            passed: 12,
            failed: 3,
            skipped: 4,
        };
        assert_eq!(counts.to_string().parse(), Ok(counts));
        assert_eq!("12 passed, 3 failed".parse::<Counts>(), Err(()));
    }

    #[test]
    fn reads_the_lines_of_the_test_runner() {
        let line = "test result: FAILED. 6 passed; 2 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.0s";
        assert_eq!(
            result_line(line),
            Some(Counts {
                passed: 6,
                failed: 2,
                skipped: 1
            })
        );
        assert_eq!(result_line("test date::tests::a ... ok"), None);
    }
}
