//! Passwords: where they come from, and that they go.

use std::cell::OnceCell;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Stock minisign reads at most 1023 bytes of a line.
const LONGEST: usize = 1000;

/// A password: not empty, zeroised when it goes, and never shown.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a text cannot be a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PasswordError {
    /// Nothing at all.
    #[error("it is empty")]
    Empty,
    /// More than the stock tool reads.
    #[error("it is longer than {LONGEST} bytes")]
    Long,
    /// What cannot be typed: a tab, a line end that is not the last, the CR of a CRLF.
    #[error("it has a control character (a second line, or the CR of a Windows line end?)")]
    Control,
    /// Not UTF-8.
    #[error("it is not UTF-8")]
    Utf8,
}

/// Where a password comes from.
#[derive(Clone, Debug)]
pub enum PasswordSource {
    /// The terminal, without echo.
    Terminal,
    /// The only line of a file.
    File(PathBuf),
    /// The only line of standard input: read once, and then kept for every key.
    StandardInput(OnceCell<Password>),
}

impl Password {
    /// A password of this text.
    pub fn new(text: &str) -> std::result::Result<Self, PasswordError> {
        match text {
            "" => Err(PasswordError::Empty),
            long if long.len() > LONGEST => Err(PasswordError::Long),
            odd if odd.chars().any(char::is_control) => Err(PasswordError::Control),
            text => Ok(Self(Zeroizing::new(text.to_owned()))),
        }
    }

    /// The password as the hash wants it.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}

impl PasswordSource {
    /// What `--password-file` names: a file, or standard input for `-`; the terminal when it is not given.
    pub fn from_option(password_file: Option<&Path>) -> Self {
        match password_file {
            None => Self::Terminal,
            Some(path) if path == Path::new("-") => Self::StandardInput(OnceCell::new()),
            Some(path) => Self::File(path.to_owned()),
        }
    }

    /// The password of the key file `of`.
    ///
    /// # Errors
    ///
    /// No terminal, an unreadable file, or no password in it.
    pub fn existing(&self, of: &Path) -> Result<Password> {
        match self {
            Self::Terminal => ask(&format!("Password of {}: ", of.display())),
            Self::File(path) => {
                let file = File::open(path).map_err(|e| Failure::io("read", path, &e))?;
                read_line(file, &path.display().to_string())
            }
            Self::StandardInput(kept) => {
                if let Some(password) = kept.get() {
                    return Ok(password.clone());
                }
                let password = read_line(io::stdin().lock(), "standard input")?;
                Ok(kept.get_or_init(|| password).clone())
            }
        }
    }

    /// A password for the new key file `of`; from the terminal it is asked for twice.
    ///
    /// # Errors
    ///
    /// As [`PasswordSource::existing`], and two passwords that differ.
    pub fn new_password(&self, of: &Path) -> Result<Password> {
        let first = self.existing(of)?;
        if matches!(self, Self::Terminal) && ask("The same again: ")?.0 != first.0 {
            return Err(Failure::new(Exit::Unreadable, "the two passwords differ")
                .help("run the command again; nothing was written"));
        }
        Ok(first)
    }
}

fn ask(prompt: &str) -> Result<Password> {
    let typed = rpassword::prompt_password(prompt).map_err(|error| {
        Failure::new(
            Exit::Unreadable,
            "cannot ask for a password at the terminal",
        )
        .evidence(error)
        .help("give --password-file FILE, or --password-file - for standard input")
    })?;
    accept(&Zeroizing::new(typed), "the password from the terminal")
}

/// The only line of `source`, which people know as `name`.
fn read_line(source: impl Read, name: &str) -> Result<Password> {
    let what = format!("the password in {name}");
    let mut room = Zeroizing::new([0_u8; LONGEST + 2]);
    let length =
        read_up_to(source, &mut room[..]).map_err(|e| Failure::io("read", Path::new(name), &e))?;
    let line = room[..length]
        .strip_suffix(b"\n")
        .unwrap_or(&room[..length]);
    match std::str::from_utf8(line) {
        Ok(text) => accept(text, &what),
        Err(_) => Err(refusal(PasswordError::Utf8, &what)),
    }
}

/// Fills `room` as far as the source reaches: a growing buffer would leave copies behind.
pub(crate) fn read_up_to(mut source: impl Read, room: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < room.len() {
        match source.read(&mut room[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

fn accept(text: &str, what: &str) -> Result<Password> {
    Password::new(text).map_err(|error| refusal(error, what))
}

fn refusal(error: PasswordError, what: &str) -> Failure {
    Failure::new(Exit::Unreadable, format!("{what} cannot be used"))
        .evidence(error)
        .help(format!(
            "use one line of 1 to {LONGEST} bytes without control characters"
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> std::result::Result<String, String> {
        match read_line(text, "FILE") {
            Ok(password) => Ok(password.0.to_string()),
            Err(failure) => Err(failure.to_string()),
        }
    }

    #[test]
    fn one_line_is_a_password_with_its_spaces() {
        assert_eq!(read(b" correct horse \n").unwrap(), " correct horse ");
        assert_eq!(read("Größe".as_bytes()).unwrap(), "Größe");
        let longest = "x".repeat(LONGEST);
        assert_eq!(read(format!("{longest}\n").as_bytes()).unwrap(), longest);
    }

    #[test]
    fn anything_else_is_refused_and_not_shown() {
        let long = "secret".repeat(200);
        for (bad, why) in [
            ("", "empty"),
            ("\n", "empty"),
            ("secret\nsecond\n", "control"),
            ("secret\r\n", "control"),
            (long.as_str(), "longer"),
            ("x".repeat(LONGEST + 1).as_str(), "longer"),
        ] {
            let shown = read(bad.as_bytes()).unwrap_err();
            assert!(
                shown.contains(why) && shown.contains("FILE"),
                "{bad:?}: {shown}"
            );
            assert!(!shown.contains("secret"), "{shown}");
        }
        assert!(read(b"secret\xff\n").unwrap_err().contains("UTF-8"));
    }

    #[test]
    fn a_file_can_be_missing() {
        let source = PasswordSource::File("/nonexistent/password".into());
        let failure = source.existing(Path::new("release.key")).unwrap_err();
        assert_eq!(failure.exit, Exit::Unreadable);
        assert!(failure.what.contains("/nonexistent/password"), "{failure}");
    }
}
