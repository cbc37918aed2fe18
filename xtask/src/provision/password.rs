//! The password of the network: where it comes from. The device's own code judges its bytes.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::cli::ProvisionArguments;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// More than any password, so that a wrong file is told from a long password.
const MOST_BYTES: usize = 1024;

/// The password that `arguments` give, or `None` for an open network.
///
/// # Errors
///
/// [`Exit::Unreadable`]: a file that cannot be read or is not one line of text, no terminal to ask at, two
/// passwords that differ.
pub fn password(arguments: &ProvisionArguments) -> Result<Option<Zeroizing<String>>> {
    if arguments.open {
        return Ok(None);
    }
    match &arguments.password_file {
        None => ask().map(Some),
        Some(path) if path == Path::new("-") => one_line(io::stdin().lock(), "standard input"),
        Some(path) => {
            let file = File::open(path).map_err(|error| Failure::io("read", path, &error))?;
            one_line(file, &path.display().to_string())
        }
    }
}

/// Asks twice: who mistypes it would find out at the device.
fn ask() -> Result<Zeroizing<String>> {
    let prompt = |text| rpassword::prompt_password(text).map(Zeroizing::new);
    let no_terminal = |error: io::Error| {
        Failure::new(
            Exit::Unreadable,
            "cannot ask for the password of the network at the terminal",
        )
        .evidence(error)
        .help(
            "give --password-file FILE (- is standard input), or --open for a network without one",
        )
    };
    let first = prompt("Password of the network: ").map_err(no_terminal)?;
    let second = prompt("The same again: ").map_err(no_terminal)?;
    if *first == *second {
        Ok(first)
    } else {
        Err(Failure::new(Exit::Unreadable, "the two passwords differ")
            .help("run the command again; nothing was written"))
    }
}

/// The only line of `source`, which people know as `name`.
fn one_line(source: impl Read, name: &str) -> Result<Option<Zeroizing<String>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES));
    source
        .take(MOST_BYTES as u64)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::io("read", Path::new(name), &error))?;
    let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let refused = |problem: &str| {
        Failure::new(
            Exit::Unreadable,
            format!("the password in {name} cannot be used"),
        )
        .evidence(problem)
        .help("the file must hold the password on its only line")
    };
    if line.contains(&b'\n') {
        return Err(refused("there is more than one line"));
    }
    let text = std::str::from_utf8(line).map_err(|_| refused("it is not text"))?;
    Ok(Some(Zeroizing::new(text.to_owned())))
}
