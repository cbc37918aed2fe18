//! Steps that run beside others, in a process of their own. What they say is held back until the others have ended.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::process::{Child, Stdio};

use super::Ourselves;
use super::counts::Counts;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::output;

/// Steps that have begun. They are ended where nobody waits for them any more.
#[derive(Debug)]
pub struct Beside {
    child: Child,
    said: File,
}

impl Beside {
    /// Begins the steps of these names.
    ///
    /// # Errors
    /// Where the system has no file for what they say, or starts no process.
    pub fn begin(ourselves: &Ourselves, names: &[&str]) -> Result<Self> {
        let failed = |error| Failure::io("keep what is said in", &std::env::temp_dir(), &error);
        let said = tempfile::tempfile().map_err(failed)?;
        let mut command = ourselves.command(&["test"]);
        command
            .args(names.iter().flat_map(|name| ["--only", name]))
            .stdin(Stdio::null())
            .stdout(said.try_clone().map_err(failed)?)
            .stderr(said.try_clone().map_err(failed)?);
        let child = command.spawn().map_err(|error| {
            Failure::new(
                Exit::Environment,
                format!("{} cannot run beside others: {error}", names.join(", ")),
            )
        })?;
        Ok(Self { child, said })
    }

    /// Waits for their end and prints what they said; their counts, which they close with.
    ///
    /// # Errors
    /// Where they ended without counts.
    pub fn finish(mut self) -> Result<Counts> {
        let waited = self.child.wait();
        let status = waited.map_err(|error| Failure::new(Exit::Environment, error.to_string()))?;
        let mut said = Vec::new();
        let read = self.said.seek(SeekFrom::Start(0));
        read.and_then(|_| self.said.read_to_end(&mut said))
            .map_err(|error| Failure::io("read", Path::new("what steps said"), &error))?;
        let said = String::from_utf8_lossy(&said);
        let (before, last) = last_line(&said);
        output::print(before)?;
        let ended = || {
            Failure::new(
                Exit::Environment,
                format!("steps that ran beside others ended with {status}"),
            )
            .evidence(format!("its last line: {last}"))
        };
        last.parse().map_err(|()| ended())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // Both do nothing to a process that has ended and was waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What stands before the last line, and that line.
fn last_line(said: &str) -> (&str, &str) {
    let whole = said.trim_end_matches('\n');
    let begins = whole.rfind('\n').map_or(0, |end| end + 1);
    whole.split_at(begins)
}

#[cfg(test)]
mod tests {
    use super::last_line;

    #[test]
    fn the_last_line_may_be_the_only_one() {
        assert_eq!(last_line("a\nb\nc\n"), ("a\nb\n", "c"));
        assert_eq!(last_line("c"), ("", "c"));
        assert_eq!(last_line(""), ("", ""));
    }
}
