//! The text that an approver signs: which change, on which base, until when.

use std::fmt;
use std::sync::Arc;

use crate::date::Date;
use crate::source::{Location, SourceFile};
use crate::words::{is_invisible, one_line};

/// The namespace of SSH signatures over approvals: a signature that was made for anything else never counts.
pub const SSH_NAMESPACE: &str = "perennial-policy-approval";

/// What the file begins with.
const FIRST_LINE: &str = "perennial policy approval v1";

/// Most characters of a headline.
const LONGEST_HEADLINE: usize = 240;

/// An approval as it is signed: the exact bytes of [`fmt::Display`], one key a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Approval {
    /// The folder of the project, from the root of its repository with `/` between names; `.` for the root itself. Two
    /// projects of one repository may make the same change upon the same inputs.
    pub project: String,
    /// Digest of the semantic difference: 64 lowercase hexadecimal digits.
    pub change: String,
    /// The commit that the change is made upon: 40 or 64 lowercase hexadecimal digits.
    pub base: String,
    /// Name of the approver, as `[review]` has it.
    pub approver: String,
    /// Last day on which it counts.
    pub expires: Date,
    /// The first line of the difference: what the approver saw. Nothing is decided by it.
    pub headline: String,
}

/// A line of an approval.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Line {
    /// The first one.
    Version,
    /// `project:`
    Project,
    /// `change:`
    Change,
    /// `base:`
    Base,
    /// `approver:`
    Approver,
    /// `expires:`
    Expires,
    /// `headline:`
    Headline,
}

/// Why a text is no approval.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{seen}")]
pub struct Defect {
    /// Where.
    pub line: Line,
    /// What is wrong with it: a lowercase fragment.
    pub seen: &'static str,
}

impl Approval {
    /// Reads an approval. What it accepts, `Display` writes again to the byte.
    ///
    /// # Errors
    /// The first line that is not as it must be.
    pub fn parse(text: &str) -> Result<Self, Defect> {
        let refused = |line, seen| Defect { line, seen };
        let body = text
            .strip_suffix('\n')
            .ok_or(refused(Line::Headline, "the last line has no end"))?;
        let lines: Vec<_> = body.split('\n').collect();
        if lines[0] != FIRST_LINE {
            let seen = "the first line is not `perennial policy approval v1`";
            return Err(refused(Line::Version, seen));
        }
        let [_, project, change, base, approver, expires, headline] = lines.as_slice() else {
            return Err(refused(Line::Headline, "it has not exactly seven lines"));
        };
        let expires = value(expires, Line::Expires)?;
        Ok(Self {
            project: value(project, Line::Project)?.to_owned(),
            change: hexadecimal(value(change, Line::Change)?, &[64])
                .ok_or(refused(Line::Change, "it is not 64 hexadecimal digits"))?,
            base: hexadecimal(value(base, Line::Base)?, &[40, 64])
                .ok_or(refused(Line::Base, "it is not the hash of a commit"))?,
            approver: value(approver, Line::Approver)?.to_owned(),
            expires: expires
                .parse()
                .map_err(|_| refused(Line::Expires, "it is not a day, YYYY-MM-DD"))?,
            headline: value(headline, Line::Headline)?.to_owned(),
        })
    }

    /// The name of its file in `trust/approvals/`, without the ending.
    pub fn stem(&self) -> String {
        let digest = self.change.get(..16).unwrap_or(&self.change);
        format!("{digest}-{}", self.approver)
    }

    /// A text as it may stand in [`Approval::headline`]: on one line, and seen as what it is.
    pub fn headline(text: &str) -> String {
        one_line(text.trim(), LONGEST_HEADLINE)
    }
}

impl fmt::Display for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        writeln!(f, "project: {}", self.project)?;
        writeln!(f, "change: {}", self.change)?;
        writeln!(f, "base: {}", self.base)?;
        writeln!(f, "approver: {}", self.approver)?;
        writeln!(f, "expires: {}", self.expires)?;
        writeln!(f, "headline: {}", self.headline)
    }
}

impl Line {
    /// What the line begins with.
    fn key(self) -> &'static str {
        match self {
            Self::Version => FIRST_LINE,
            Self::Project => "project: ",
            Self::Change => "change: ",
            Self::Base => "base: ",
            Self::Approver => "approver: ",
            Self::Expires => "expires: ",
            Self::Headline => "headline: ",
        }
    }

    /// Where the line is in the file of an approval; the first line where there is none like it.
    pub fn place(self, file: &Arc<SourceFile>) -> Location {
        let mut at = 0;
        for line in file.text.split_inclusive('\n') {
            if line.starts_with(self.key()) {
                return Location::new(file, at..at + line.trim_end().len());
            }
            at += line.len();
        }
        Location::whole(file)
    }
}

/// What stands behind the key of a line.
fn value(line: &str, key: Line) -> Result<&str, Defect> {
    let seen = "the lines are not project, change, base, approver, expires and headline";
    let value = line
        .strip_prefix(key.key())
        .ok_or(Defect { line: key, seen })?;
    let seen = "a value is blank, begins or ends with a space, or cannot be printed";
    let plain = !value.is_empty() && value == value.trim() && !value.contains(is_invisible);
    plain.then_some(value).ok_or(Defect { line: key, seen })
}

fn hexadecimal(text: &str, lengths: &[usize]) -> Option<String> {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let fits = lengths.contains(&text.len()) && text.bytes().all(digit);
    fits.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Approval {
        Approval {
            project: "firmware/lamp".to_owned(),
            change: "ab".repeat(32),
            base: "0".repeat(40),
            approver: "ada".to_owned(),
            expires: "2027-02-01".parse().unwrap(),
            headline: "weakens: signatures needed go from 2 to 1".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let text = sample().to_string();
        assert_eq!(Approval::parse(&text), Ok(sample()));
        assert_eq!(sample().stem(), "abababababababab-ada");
        let file = SourceFile::new("x.approval", text);
        assert_eq!(Line::Expires.place(&file).start(), (6, 1));
    }

    #[test]
    fn each_defect_is_laid_at_its_line() {
        let text = sample().to_string();
        let cases = [
            ("approval v1", "approval v2", Line::Version),
            ("project: firmware/lamp", "project: ", Line::Project),
            ("project: firmware/lamp\n", "", Line::Headline),
            ("change: ab", "change: AB", Line::Change),
            ("change: ab", "change: ", Line::Change),
            ("base: 0", "base: g", Line::Base),
            ("approver: ada", "approver:ada", Line::Approver),
            ("approver: ada", "approver:  ada", Line::Approver),
            ("2027-02-01", "2027-02-30", Line::Expires),
            (
                "headline: weakens",
                "headline: \u{202E}weakens",
                Line::Headline,
            ),
            (
                "approver: ada\n",
                "approver: ada\nowner: x\n",
                Line::Headline,
            ),
            ("ada\n", "ada\r\n", Line::Approver),
            ("to 1\n", "to 1", Line::Headline),
            ("to 1\n", "to 1\n\n", Line::Headline),
        ];
        for (old, new, line) in cases {
            let changed = text.replacen(old, new, 1);
            assert_ne!(changed, text);
            assert_eq!(Approval::parse(&changed).unwrap_err().line, line, "{new:?}");
        }
        assert!(Approval::parse("").is_err());
    }

    #[test]
    fn a_headline_is_one_line_that_can_be_read() {
        assert_eq!(Approval::headline(" a\nb\u{202E}c "), "a\u{fffd}b\u{fffd}c");
        let mut odd = sample();
        odd.headline = Approval::headline("a\n\u{1b}[2Jb");
        assert_eq!(Approval::parse(&odd.to_string()), Ok(odd));
    }
}
