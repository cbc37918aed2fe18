//! Why a command could not do its work: what, where, evidence, next step.

use std::error::Error;
use std::fmt;
use std::path::Path;

use crate::exit::Exit;

/// An error that ends a command.
#[derive(Debug)]
pub struct Failure {
    /// The exit code it becomes.
    pub exit: Exit,
    /// What and where: a lowercase fragment that names the file or thing.
    pub what: String,
    /// What was seen: one line each.
    pub evidence: Vec<String>,
    /// The next step.
    pub help: String,
}

/// The result of everything that acts.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure that ends with `exit`.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            what: what.into(),
            evidence: Vec::new(),
            help: String::new(),
        }
    }

    /// A file that cannot be read or written.
    pub fn io(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(
            Exit::Unreadable,
            format!("cannot {doing} {}", path.display()),
        )
        .evidence(error)
        .caused_by(error.source())
    }

    /// The same with every cause that the error names: "no space left" is often the last of them.
    fn caused_by(mut self, mut cause: Option<&(dyn Error + 'static)>) -> Self {
        while let Some(error) = cause {
            self.evidence.push(error.to_string());
            cause = error.source();
        }
        self
    }

    /// The same with one more thing that was seen.
    pub fn evidence(mut self, seen: impl fmt::Display) -> Self {
        self.evidence.push(seen.to_string());
        self
    }

    /// The same with a next step.
    pub fn help(mut self, next_step: impl Into<String>) -> Self {
        self.help = next_step.into();
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        for seen in &self.evidence {
            write!(f, "\n  = {seen}")?;
        }
        if self.help.is_empty() {
            Ok(())
        } else {
            write!(f, "\n  = help: {}", self.help)
        }
    }
}

impl Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// As the archive reader wraps them: what is shown of the error alone would not say why.
    #[derive(Debug)]
    struct Unpacking(io::Error);

    impl fmt::Display for Unpacking {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("failed to unpack `a`")
        }
    }

    impl Error for Unpacking {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn a_file_error_names_its_cause() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let wrapped = io::Error::other(Unpacking(full));
        let failure = Failure::io("unpack", Path::new("a"), &wrapped);
        assert_eq!(
            failure.evidence,
            ["failed to unpack `a`", "no storage space"]
        );
        let plain = io::Error::from(io::ErrorKind::NotFound);
        let failure = Failure::io("read", Path::new("a"), &plain);
        assert_eq!(failure.evidence, ["entity not found"]);
    }
}
