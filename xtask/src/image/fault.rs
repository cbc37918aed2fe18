//! What is wrong with an image, by field.

use std::fmt;
use std::ops::Range;

use crate::exit::Exit;
use crate::failure::Failure;

/// A named range of bytes in an image.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// The bytes, counted from the start of the image.
    pub range: Range<usize>,
    /// What they are, as in `segment 2: IROM data`.
    pub name: String,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    /// Where.
    pub field: Field,
    /// What was found there and what must be there.
    pub problem: String,
}

/// Everything that is wrong with an image, in the order of its bytes where they could be told apart.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Faults(Vec<Fault>);

impl Field {
    /// The field that `name` names.
    pub fn new(range: Range<usize>, name: impl Into<String>) -> Self {
        Self {
            range,
            name: name.into(),
        }
    }

    /// The same field of an image that stands at `offset`, within the part `part` of a larger one.
    pub fn within(&self, part: &str, offset: usize) -> Self {
        let start = self.range.start.saturating_add(offset);
        let end = self.range.end.saturating_add(offset);
        Self::new(start..end, format!("{part}: {}", self.name))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.range;
        write!(formatter, "{} at 0x{start:x}", self.name)?;
        match end.saturating_sub(start) {
            0 | 1 => Ok(()),
            length => write!(formatter, " ({length} bytes)"),
        }
    }
}

impl Fault {
    /// A fault of the field that `name` names.
    pub fn new(range: Range<usize>, name: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            field: Field::new(range, name),
            problem: problem.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.field, self.problem)
    }
}

impl Faults {
    /// Nothing is wrong yet.
    pub const NONE: Self = Self(Vec::new());

    /// One more.
    pub fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// All of `others` more.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// All of `others` more, which were found in the part `part` at `offset`.
    pub fn extend_within(&mut self, part: &str, offset: usize, others: Self) {
        self.0.extend(others.0.into_iter().map(|fault| Fault {
            field: fault.field.within(part, offset),
            problem: fault.problem,
        }));
    }

    /// `value`, when nothing is wrong.
    ///
    /// # Errors
    ///
    /// The faults, of which there is at least one.
    pub fn none_or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// The faults.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }

    /// The failure of whoever had to trust `artefact`, a file or a part of one.
    pub fn failure(&self, artefact: impl fmt::Display) -> Failure {
        let field = self.0.first().map_or("", |fault| fault.field.name.as_str());
        let failure = Failure::new(
            Exit::Tampered,
            format!("{artefact} is damaged or was tampered with: {field}"),
        );
        self.0
            .iter()
            .fold(failure, Failure::evidence)
            .help("take the file again from where it was released, and verify it there")
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
