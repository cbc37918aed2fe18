//! Comments, taken out of the white space around what they describe.

use toml_edit::{Decor, RawString};

/// Comment lines that stand together.
pub(super) type Paragraph = Vec<String>;

/// The comments above something.
#[derive(Clone, Debug, Default)]
pub(super) struct Above {
    /// Separated by blank lines.
    pub(super) paragraphs: Vec<Paragraph>,
    /// Whether a blank line follows the last of them.
    pub(super) detached: bool,
    /// Whether the first of them follows the line before without a blank one.
    adjacent: bool,
}

impl Above {
    /// The comments in the white space before something that begins a line.
    pub(super) fn read(space: &str) -> Self {
        let mut above = Self::default();
        let mut blank = false;
        for line in whole_lines(space) {
            let comment = line.trim();
            if comment.is_empty() {
                blank = true;
                continue;
            }
            above.adjacent |= above.paragraphs.is_empty() && !blank;
            match above.paragraphs.last_mut() {
                Some(paragraph) if !blank => paragraph.push(comment.to_owned()),
                _ => above.paragraphs.push(vec![comment.to_owned()]),
            }
            blank = false;
        }
        above.detached = blank && !above.paragraphs.is_empty();
        above
    }

    /// Takes out what describes the file: all but the paragraph that stands directly above.
    pub(super) fn take_file_header(&mut self) -> Vec<Paragraph> {
        let keep = usize::from(!self.detached);
        let header = self.paragraphs.len().saturating_sub(keep);
        self.detached = false;
        self.adjacent = false;
        self.paragraphs.drain(..header).collect()
    }

    /// Takes out what describes the section before: a first paragraph that follows it directly, and that a blank
    /// line separates from what is below.
    pub(super) fn take_tail(&mut self) -> Option<Paragraph> {
        let separated = self.paragraphs.len() > 1 || self.detached;
        if !self.adjacent || !separated {
            return None;
        }
        let tail = self.paragraphs.remove(0);
        self.adjacent = false;
        self.detached &= !self.paragraphs.is_empty();
        Some(tail)
    }

    /// The same at the end of the file, which separates as a blank line does.
    pub(super) fn take_last_tail(&mut self) -> Option<Paragraph> {
        self.detached = !self.paragraphs.is_empty();
        self.take_tail()
    }

    /// Adds comments that stood inside of what is below.
    pub(super) fn push(&mut self, comments: Vec<String>) {
        if comments.is_empty() {
            return;
        }
        match self.paragraphs.last_mut() {
            Some(last) if !self.detached => last.extend(comments),
            _ => self.paragraphs.push(comments),
        }
        self.detached = false;
    }

    /// Writes the comments.
    pub(super) fn write(&self, out: &mut String) {
        write_paragraphs(&self.paragraphs, out);
        if self.detached {
            out.push('\n');
        }
    }
}

/// Writes paragraphs with a blank line between them.
pub(super) fn write_paragraphs(paragraphs: &[Paragraph], out: &mut String) {
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        for comment in paragraph {
            out.push_str(comment);
            out.push('\n');
        }
    }
}

/// Every comment in some white space.
pub(super) fn all(space: &str) -> Vec<String> {
    let lines = space.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// The white space before.
pub(super) fn prefix(decor: &Decor) -> &str {
    text(decor.prefix())
}

/// The white space behind.
pub(super) fn suffix(decor: &Decor) -> &str {
    text(decor.suffix())
}

/// White space as text.
pub(super) fn text(space: Option<&RawString>) -> &str {
    space.and_then(RawString::as_str).unwrap_or_default()
}

/// The lines that end within `space`; behind the last line's end there is only indentation.
fn whole_lines(space: &str) -> impl Iterator<Item = &str> {
    let end = space.rfind('\n').map_or(0, |newline| newline + 1);
    let rest = &space[end..];
    let last = Some(rest).filter(|rest| !rest.trim().is_empty());
    space[..end].lines().chain(last)
}
