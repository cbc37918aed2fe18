//! Standard output and talk on standard error, for every verb.

use std::io::{self, Stdout, Write};
use std::path::Path;

use crate::failure::{Failure, Result};
use crate::{broken_pipe, called};

/// Standard output. A reader that has seen enough ends the program quietly; see [`broken_pipe`].
pub struct Output(Stdout);

/// Where the answers of the verbs go.
pub fn stdout() -> Output {
    Output(io::stdout())
}

/// Prints an answer, with the name by which the program was [called].
///
/// # Errors
/// [`crate::exit::Exit::Unreadable`] where it cannot be written.
pub fn print(text: &str) -> Result<()> {
    let mut out = stdout();
    out.write_all(called::named(text).as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| unwritten(&error))
}

/// The failure of an answer that cannot be written.
pub fn unwritten(error: &io::Error) -> Failure {
    Failure::io("write to", Path::new("standard output"), error)
        .help("look at where it goes: a full disk, a closed file")
}

/// Says a line on standard error. That nobody can hear it changes nothing about what is done.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(io::stderr(), "{}", called::named(&line.to_string()));
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).inspect_err(broken_pipe::end_if_broken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().inspect_err(broken_pipe::end_if_broken)
    }
}
