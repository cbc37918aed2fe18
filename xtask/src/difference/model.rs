//! What a difference is: `perennial.difference/1`.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::artefact::FileKind;

/// The schema of the answer for machines.
pub const SCHEMA: &str = "perennial.difference/1";

/// Most ranges that are kept of one pair of files; the counts are of all.
pub const MOST_RANGES: usize = 5000;

/// Everything in which two artefacts differ.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Whether no byte differs.
    pub equal: bool,
    /// Whether the cause of every difference is known. Of equal artefacts it is.
    pub explained: bool,
    /// The first artefact.
    pub a: Side,
    /// The second.
    pub b: Side,
    /// The unequal inputs of the two builds, the first in the order of their effects first. Only what the artefacts say
    /// themselves.
    pub inputs: Vec<Input>,
    /// What an auditor wants to know first: "code identical: ...".
    pub conclusions: Vec<String>,
    /// Every pair of files that differs, ordered by name.
    pub files: Vec<FileDifference>,
    /// Files that are equal.
    pub equal_files: Vec<String>,
}

/// One of the two artefacts.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Side {
    /// What it was called.
    pub name: String,
    /// "application image", "release".
    pub kind: String,
}

/// An input that is not the same on both sides.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Input {
    /// Its name, as in `release.json`: `toolchain.rustc`.
    pub name: String,
    /// What it is in A; nothing where A has none.
    pub a: Option<String>,
    /// What it is in B.
    pub b: Option<String>,
    /// What it has effects on.
    #[serde(skip)]
    pub reach: Reach,
}

/// What an input has effects on.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Reach {
    /// Every byte that is compiled or linked.
    Program,
    /// The trust store.
    Store,
    /// Only where its value stands.
    Value,
}

/// A pair of files that differ.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileDifference {
    /// File name; of two files with different names, the first.
    pub name: String,
    /// What it is.
    pub kind: FileKind,
    /// The file in A; nothing where A has none.
    pub a: Option<FileIdentity>,
    /// The file in B.
    pub b: Option<FileIdentity>,
    /// Whether the cause of every range is known.
    pub explained: bool,
    /// The ranges, in the order of A.
    pub ranges: Vec<RangeDifference>,
    /// Ranges that are not listed, because there are too many.
    pub omitted: usize,
    /// Bytes of B that differ, or of A where they are gone, by what they are for.
    pub by_class: BTreeMap<String, usize>,
}

/// Length and hash of a file.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct FileIdentity {
    /// Bytes.
    pub bytes: usize,
    /// SHA-256 of the file.
    pub sha256: String,
}

/// A range of bytes that differs.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RangeDifference {
    /// Its bytes in A; empty where B has more.
    pub a: Span,
    /// Its bytes in B; empty where A has more.
    pub b: Span,
    /// Whose bytes they are.
    pub owner: Owner,
    /// Why they differ.
    pub cause: Cause,
    /// Whether that is an explanation.
    pub explained: bool,
    /// The text around, where there is some.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub strings: Vec<StringPair>,
}

/// A range of bytes, the end not included.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The one after the last.
    pub end: usize,
}

/// Whose bytes they are.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Owner {
    /// What they are for: "code", "trust store".
    pub class: String,
    /// The field or segment: "app descriptor: version".
    pub name: String,
    /// The ELF section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// The symbol, as `name+0x10`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// The address in memory of the first byte, in A, or in B where A has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<u32>,
}

/// Why bytes differ.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Cause {
    /// Nothing that is at hand says why.
    Changed,
    /// Computed from bytes that differ, and right on both sides.
    Consequence {
        /// What it follows from.
        because: String,
    },
    /// Not what its own bytes demand: one of the two files is damaged, or was tampered with.
    Damage {
        /// What is there and what should be.
        problem: String,
    },
    /// An input of the build that is not the same.
    Input {
        /// Its name.
        input: String,
        /// What it was and is.
        because: String,
    },
    /// Something of the machine that built it.
    Leak {
        /// What: a path, a time.
        leak: LeakKind,
        /// In words.
        because: String,
    },
    /// Names the address of something that moved.
    Moved {
        /// What moved, and how far.
        because: String,
    },
}

/// What a text tells of the machine that built a file.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeakKind {
    /// An absolute path.
    AbsolutePath,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// Seconds since 1970.
    UnixTime,
    /// `user@host`.
    UserAtHost,
}

/// Text around a difference, escaped for terminals.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StringPair {
    /// What it tells, where it tells something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leak: Option<LeakKind>,
    /// In A; nothing where A has no text there.
    pub a: Option<String>,
    /// In B.
    pub b: Option<String>,
}

impl Cause {
    /// Whether a reader now knows why the bytes differ.
    pub const fn explains(&self) -> bool {
        !matches!(self, Self::Changed | Self::Damage { .. })
    }

    /// The cause as a lowercase fragment.
    pub fn words(&self) -> String {
        match self {
            Self::Changed => "not explained: nothing at hand says why".to_owned(),
            Self::Consequence { because } => format!("follows: {because}"),
            Self::Damage { problem } => format!("DAMAGED: {problem}"),
            Self::Input { input, because } => format!("input {input}: {because}"),
            Self::Leak { because, .. } => format!("leak: {because}"),
            Self::Moved { because } => format!("moved: {because}"),
        }
    }
}

impl LeakKind {
    /// What it is, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::AbsolutePath => "an absolute path",
            Self::Date => "a date",
            Self::Time => "a time of day",
            Self::UnixTime => "a time in seconds since 1970",
            Self::UserAtHost => "a user and host",
        }
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self {
            start: range.start,
            end: range.end,
        }
    }
}

impl Span {
    /// How many bytes.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The bytes as a range.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl Owner {
    /// Name, section and symbol in one line.
    pub fn words(&self) -> String {
        let mut words = self.name.clone();
        if let Some(section) = self
            .section
            .as_ref()
            .filter(|section| !words.ends_with(*section))
        {
            words += &format!(", {section}");
        }
        if let Some(symbol) = &self.symbol {
            words += &format!(", {symbol}");
        } else if let Some(address) = self.address {
            words += &format!(", address 0x{address:08x}");
        }
        words
    }
}
