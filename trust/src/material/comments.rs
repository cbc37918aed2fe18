//! What a compiler of C passes over: comments, and lines between `#if 0` and `#endif`. Of other texts nothing.

use std::ops::Range;

use super::search::position;

/// What no file but one of C, or of a language that looks like it, has.
const SIGNS: [&[u8]; 6] = [
    b"\"-----BEGIN",
    b"#include",
    b"#pragma once",
    b"const char",
    b"unsigned char",
    b"uint8_t",
];
const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
/// The longest delimiter of a raw literal.
const LONGEST_DELIMITER: usize = 16;
/// The longest character literal, with an escape.
const LONGEST_CHARACTER: usize = 8;

/// A text in two: each byte is in one of them, and a space in the other. Lines end at the same places in both.
pub(super) struct Split {
    /// What is compiled.
    pub(super) compiled: Vec<u8>,
    /// What is passed over, without the marks of comments.
    pub(super) passed_over: Vec<u8>,
}

/// `None` for a text that is not one of C, or in which nothing is passed over.
pub(super) fn split(text: &[u8]) -> Option<Split> {
    let is_c = SIGNS.iter().any(|sign| position(text, sign, 0).is_some());
    let hidden = is_c.then(|| Scanner::new(text).hidden())?;
    if hidden.is_empty() {
        return None;
    }
    let mut compiled = text.to_vec();
    let mut passed_over = blank(text);
    for range in hidden {
        passed_over[range.clone()].copy_from_slice(&text[range.clone()]);
        blank_in(&mut compiled[range.clone()]);
        blank_marks(&mut passed_over[range]);
    }
    Some(Split {
        compiled,
        passed_over,
    })
}

fn blank(text: &[u8]) -> Vec<u8> {
    let mut blank = text.to_vec();
    blank_in(&mut blank);
    blank
}

fn blank_in(bytes: &mut [u8]) {
    for byte in bytes {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// `//`, `/*`, `*/`, and the `*` with which lines of a comment begin.
fn blank_marks(comment: &mut [u8]) {
    for line in comment.split_mut(|byte| *byte == b'\n') {
        let first = line.iter().position(|byte| !matches!(byte, b' ' | b'\t'));
        let begun = &mut line[first.unwrap_or_default()..];
        let marks = begun.iter().take_while(|byte| matches!(byte, b'/' | b'*'));
        // Base64 has `/`, and no `*`: what begins with three of them is no mark.
        let length = marks.count();
        let is_mark = length > 0 && (begun[..length].contains(&b'*') || length == 2);
        if is_mark {
            begun[..length].fill(b' ');
        }
        let last = line.trim_ascii_end().len();
        if line[..last].ends_with(b"*/") {
            line[last - 2..last].fill(b' ');
        }
    }
}

/// A conditional that is open, by what its lines before `#else` are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Branch {
    /// Passed over: `#if 0`.
    Never,
    /// Compiled: `#if 1`.
    Always,
    /// Nobody knows here.
    Perhaps,
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    open: Vec<Branch>,
    hidden: Vec<Range<usize>>,
    /// Whether something began that never ends: what else begins so is not looked at, or a hostile file would take hours.
    unended_comment: bool,
    unended_literal: bool,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self {
            text,
            at: 0,
            open: Vec::new(),
            hidden: Vec::new(),
            unended_comment: false,
            unended_literal: false,
        }
    }

    fn hidden(mut self) -> Vec<Range<usize>> {
        while let Some(byte) = self.text.get(self.at).copied() {
            match byte {
                b'#' if self.line_begins() => self.directive(),
                b'/' if self.rest().starts_with(b"//") => self.line_comment(),
                b'/' if !self.unended_comment && self.rest().starts_with(b"/*") => {
                    self.block_comment();
                }
                b'"' => self.literal(),
                b'\'' => self.character(),
                b'-' if self.rest().starts_with(BEGIN) => self.plain(),
                _ => self.at += 1,
            }
        }
        self.hidden
    }

    /// Whether nothing but blanks stands before on the line.
    fn line_begins(&self) -> bool {
        let before = self.text[..self.at].iter().rev();
        let mut before = before.skip_while(|byte| matches!(byte, b' ' | b'\t'));
        before.next().is_none_or(|byte| *byte == b'\n')
    }

    fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn line_comment(&mut self) {
        let end = logical_line(self.text, self.at);
        self.hidden.push(self.at..end);
        self.at = end;
    }

    /// One that never ends is no comment: no compiler takes it.
    fn block_comment(&mut self) {
        match position(self.text, b"*/", self.at + 2) {
            Some(close) => {
                self.hidden.push(self.at..close + 2);
                self.at = close + 2;
            }
            None => {
                self.unended_comment = true;
                self.at += 2;
            }
        }
    }

    /// A raw literal where `R` stands before it. Else it ends with its quote or its line; where a block of PEM has begun in
    /// it, it is one of a language whose literals have lines.
    fn literal(&mut self) {
        let before = self.at.checked_sub(1).and_then(|at| self.text.get(at));
        if before == Some(&b'R') && !self.unended_literal {
            match raw_end(self.text, self.at) {
                Some(end) => {
                    self.at = end;
                    return;
                }
                None => self.unended_literal = true,
            }
        }
        let start = self.at + 1;
        self.at = start;
        while let Some(byte) = self.text.get(self.at).copied() {
            match byte {
                b'\\' => self.at += escape(self.rest()),
                b'"' => break,
                b'\n' if position(&self.text[start..self.at], BEGIN, 0).is_none() => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
    }

    fn character(&mut self) {
        let (rest, from) = (self.rest(), 2);
        let from = if rest.get(1) == Some(&b'\\') { 3 } else { from };
        let near = rest
            .get(from..rest.len().min(LONGEST_CHARACTER))
            .unwrap_or_default();
        let close = if from == 2 {
            near.first().filter(|byte| **byte == b'\'').map(|_| 0)
        } else {
            near.iter().position(|byte| *byte == b'\'')
        };
        self.at += close.map_or(1, |close| from + close + 1);
    }

    /// PEM that stands in no literal: its base64 may have `//`.
    fn plain(&mut self) {
        let first = self.at + BEGIN.len();
        let next = position(self.text, BEGIN, first).unwrap_or(self.text.len());
        let end = position(&self.text[first..next], END, 0);
        self.at = end.map_or(first, |end| first + end + END.len());
    }

    fn directive(&mut self) {
        let end = logical_line(self.text, self.at);
        let (word, condition) = directive(&self.text[self.at..end]);
        match word {
            b"if" | b"ifdef" | b"ifndef" => {
                let branch = match (word, condition) {
                    (b"if", b"0" | b"(0)" | b"false") => Branch::Never,
                    (b"if", b"1" | b"(1)" | b"true") => Branch::Always,
                    _ => Branch::Perhaps,
                };
                self.open.push(branch);
                if branch == Branch::Never {
                    return self.pass_over(end);
                }
            }
            b"else" | b"elif" if self.open.last() == Some(&Branch::Always) => {
                return self.pass_over(end);
            }
            b"endif" => drop(self.open.pop()),
            _ => {}
        }
        // A comment may follow on the line.
        self.at += 1 + word.len();
    }

    /// From `start` to the directive that ends the branch, which is read next.
    fn pass_over(&mut self, start: usize) {
        let mut depth = 0_usize;
        let always = self.open.last() == Some(&Branch::Always);
        let mut at = start;
        while at < self.text.len() {
            let end = logical_line(self.text, at);
            let line = self.text[at..end].trim_ascii_start();
            match directive(line).0 {
                b"if" | b"ifdef" | b"ifndef" => depth += 1,
                b"endif" | b"else" | b"elif" if depth == 0 => {
                    if always && directive(line).0 != b"endif" {
                        at = end + 1;
                        continue;
                    }
                    break;
                }
                b"endif" => depth -= 1,
                _ => {}
            }
            at = end + 1;
        }
        let end = at.min(self.text.len());
        self.hidden.push(start..end.max(start));
        self.at = end.max(start);
    }
}

/// Where the line of `at` ends; one that ends with `\` goes on.
fn logical_line(text: &[u8], at: usize) -> usize {
    let mut from = at;
    loop {
        let Some(end) = position(text, b"\n", from) else {
            return text.len();
        };
        if !text[from..end].trim_ascii_end().ends_with(b"\\") {
            return end;
        }
        from = end + 1;
    }
}

/// `# if  0 // why` is `if` and `0`; nothing of what is no directive.
fn directive(line: &[u8]) -> (&[u8], &[u8]) {
    let Some(rest) = line.strip_prefix(b"#") else {
        return (b"", b"");
    };
    let rest = rest.trim_ascii();
    let length = rest
        .iter()
        .take_while(|byte| byte.is_ascii_lowercase())
        .count();
    let (word, condition) = rest.split_at(length);
    let comment = position(condition, b"/", 0).unwrap_or(condition.len());
    (word, condition[..comment].trim_ascii())
}

/// Bytes of an escape: a `\` at the end of a line takes the line end with it, also where spaces stand between.
fn escape(rest: &[u8]) -> usize {
    let spaces = rest[1..]
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'))
        .count();
    if rest.get(1 + spaces) == Some(&b'\n') {
        2 + spaces
    } else {
        2
    }
}

/// Behind the raw literal whose quote stands at `quote`: `R"x(…)x"`.
fn raw_end(text: &[u8], quote: usize) -> Option<usize> {
    let head = text.get(quote + 1..text.len().min(quote + 2 + LONGEST_DELIMITER))?;
    let delimiter = head.get(..head.iter().position(|byte| *byte == b'(')?)?;
    let close = [b")", delimiter, b"\""].concat();
    Some(position(text, &close, quote + 2 + delimiter.len())? + close.len())
}
