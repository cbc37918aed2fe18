//! Input files as read, and places in them.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A text input with the name a person knows it by: its path from the root of the project.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SourceFile {
    /// Path relative to the project's root, with `/`.
    pub name: String,
    /// The whole text.
    pub text: String,
    lines: LineStarts,
}

/// Where the lines of a text start, found when they are first asked for: each finding has places, and counting
/// lines from the start for each of them would take a long policy with many findings minutes.
#[derive(Clone, Default)]
struct LineStarts(OnceLock<Vec<usize>>);

impl SourceFile {
    /// A shared source file.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            name: name.into(),
            text: text.into(),
            lines: LineStarts::default(),
        })
    }

    /// A shared source file from bytes that may be anything. Bytes that are not UTF-8 as a whole are read
    /// as ISO 8859-1, one character each, so that reading never fails and every byte keeps a place. For
    /// formats whose meaning is ASCII and whose comments are not, such as PEM bundles.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Arc<Self> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().copied().map(char::from).collect(),
        };
        Self::new(name, text)
    }

    /// The line of a byte of the text, from 1.
    pub fn line(&self, at: usize) -> usize {
        let starts = self.lines.of(&self.text);
        starts.partition_point(|start| *start <= at)
    }

    /// Line and column at a byte of the text, both from 1; columns count characters.
    fn line_and_column(&self, at: usize) -> (usize, usize) {
        let (starts, line) = (self.lines.of(&self.text), self.line(at));
        let start = starts.get(line - 1).copied().unwrap_or_default();
        (line, self.text[start..at].chars().count() + 1)
    }
}

impl LineStarts {
    /// The starts of the lines of `text`; there is always one, at 0.
    fn of(&self, text: &str) -> &[usize] {
        self.0.get_or_init(|| {
            let later = text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(later).collect()
        })
    }
}

/// The same text has the same lines.
impl PartialEq for LineStarts {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for LineStarts {}

impl fmt::Debug for LineStarts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LineStarts")
    }
}

/// A range of bytes in a source file. Ordered by file name, then position: "file order".
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Location {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Bytes of [`SourceFile::text`]; always within it and on character boundaries.
    pub span: Range<usize>,
}

impl Location {
    /// A place in `file`; the span is cut to the text and to character boundaries.
    pub fn new(file: &Arc<SourceFile>, span: Range<usize>) -> Self {
        let start = floor_boundary(&file.text, span.start);
        let end = floor_boundary(&file.text, span.end.max(start));
        Self {
            file: Arc::clone(file),
            span: start..end,
        }
    }

    /// The first line of `file`: for what is wrong with a file as a whole.
    pub fn whole(file: &Arc<SourceFile>) -> Self {
        let end = file.text.find('\n').unwrap_or(file.text.len());
        Self::new(file, 0..end)
    }

    /// Line and column of the first byte, both from 1; columns count characters.
    pub fn start(&self) -> (usize, usize) {
        self.file.line_and_column(self.span.start)
    }

    /// Line and column just behind the last byte, both from 1.
    pub fn end(&self) -> (usize, usize) {
        self.file.line_and_column(self.span.end)
    }
}

impl Ord for Location {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |l: &Self| (l.span.start, l.span.end);
        self.file
            .name
            .cmp(&other.file.name)
            .then_with(|| key(self).cmp(&key(other)))
    }
}

impl PartialOrd for Location {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_latin1() {
        assert_eq!(
            SourceFile::from_bytes("a", "Größe".as_bytes()).text,
            "Größe"
        );
        assert_eq!(SourceFile::from_bytes("a", b"Gr\xf6\xdfe").text, "Größe");
        assert_eq!(SourceFile::from_bytes("a", &[0x30, 0x82]).text, "0\u{82}");
    }

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let file = SourceFile::new("policy.toml", "a = 1\nname = \"Größe\" # x\n");
        let at = file.text.find('#').unwrap();
        assert_eq!(Location::new(&file, at..at + 1).start(), (2, 16));
        assert_eq!(Location::new(&file, 0..0).start(), (1, 1));
        assert_eq!(Location::new(&file, 900..950).start(), (3, 1));
    }
}
