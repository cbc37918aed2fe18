//! Statements as lines: how a person sees a TOML file, and all there is where the parser is lost.

use std::ops::Range;

/// A header or a `key = value`, with the lines that go with it.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Statement {
    /// From the start of its first line to the start of the next statement.
    pub(super) span: Range<usize>,
    /// Whether it is a header.
    pub(super) is_header: bool,
    /// The bracket of the header it stands below; for a header, its own bracket.
    pub(super) table: Option<usize>,
}

/// The statement whose line has `at` in it. Behind the last one, that one.
pub(super) fn statement(text: &str, at: usize) -> Statement {
    let line = last_line_with_content(text, at);
    let first = &text[line.clone()];
    let is_header = first.trim_start().starts_with('[');
    let goes_on = !is_header && !is_comment(first) && first.contains('=');
    let end = if goes_on {
        next_statement(text, line.end)
    } else {
        line.end
    };
    let table = if is_header {
        Some(bracket(text, &line))
    } else {
        header_before(text, line.start)
    };
    Statement {
        span: line.start..end,
        is_header,
        table,
    }
}

/// The line that has `at` in it, alone.
pub(super) fn line_around(text: &str, at: usize) -> Statement {
    let at = text.floor_char_boundary(at.min(text.len()));
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    Statement {
        span: first_line(text, start),
        is_header: false,
        table: None,
    }
}

/// The line that starts at `start`, without its end.
pub(super) fn first_line(text: &str, start: usize) -> Range<usize> {
    let length = text[start..].find('\n').unwrap_or(text.len() - start);
    start..start + length
}

/// Whether a line is a comment.
pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

/// Where the table ends whose header ends at `from`: at the next header or at the end.
pub(super) fn end_of_table(text: &str, from: usize) -> usize {
    starts_of_lines(text, from)
        .find(|start| is_header(&text[first_line(text, *start)]))
        .unwrap_or(text.len())
}

/// The name in a header, or the key of a `key = value`, as far as it can be made out.
pub(super) fn name_in(line: &str) -> Option<String> {
    let name: String = line
        .trim_start()
        .trim_start_matches(['[', ' ', '\t', '"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    (!name.is_empty()).then_some(name)
}

/// Where the statement with the same name stands that `later` repeats.
pub(super) fn first_of_the_same_name(text: &str, later: &Statement) -> Option<Range<usize>> {
    let name = name_in(&text[later.span.clone()])?;
    let from = if later.is_header {
        0
    } else {
        later.table.unwrap_or(0)
    };
    let start = starts_of_lines(text, from)
        .take_while(|start| *start < later.span.start)
        .find(|start| {
            let line = &text[first_line(text, *start)];
            let same_kind = if later.is_header {
                is_header(line)
            } else {
                is_assignment(line)
            };
            same_kind && name_in(line).is_some_and(|other| other == name)
        })?;
    let line = first_line(text, start);
    let indent = text[line.clone()].find(&name)?;
    Some(line.start + indent..line.start + indent + name.len())
}

fn next_statement(text: &str, from: usize) -> usize {
    starts_of_lines(text, from)
        .find(|start| {
            let line = &text[first_line(text, *start)];
            is_header(line) || is_assignment(line)
        })
        .unwrap_or(text.len())
}

fn header_before(text: &str, before: usize) -> Option<usize> {
    starts_of_lines(text, 0)
        .take_while(|start| *start < before)
        .map(|start| first_line(text, start))
        .filter(|line| is_header(&text[line.clone()]))
        .last()
        .map(|line| bracket(text, &line))
}

fn bracket(text: &str, line: &Range<usize>) -> usize {
    line.start + text[line.clone()].find('[').unwrap_or(0)
}

/// The line with `at` in it, or the last one before it that is not blank: there the mistake began.
fn last_line_with_content(text: &str, at: usize) -> Range<usize> {
    let mut end = text.floor_char_boundary(at.min(text.len()));
    loop {
        let start = text[..end].rfind('\n').map_or(0, |newline| newline + 1);
        let line = first_line(text, start);
        if start == 0 || text[line.clone()].bytes().any(|byte| byte != b' ') {
            return line;
        }
        end = start - 1;
    }
}

/// `from` itself, if a line starts there, and every later start of a line.
fn starts_of_lines(text: &str, from: usize) -> impl Iterator<Item = usize> {
    let first = (from == 0 || text.as_bytes().get(from - 1) == Some(&b'\n')).then_some(from);
    let later = text[from..]
        .match_indices('\n')
        .map(move |(at, _)| from + at + 1);
    first.into_iter().chain(later)
}

/// Whether a line looks like a header, closed or not: `[product]`, `[[endpoint]`.
fn is_header(line: &str) -> bool {
    let Some(inner) = line.trim().strip_prefix('[') else {
        return false;
    };
    let inner = inner.strip_prefix('[').unwrap_or(inner);
    let inner = inner.split('#').next().unwrap_or(inner).trim_end();
    let name = inner.trim_end_matches(']').trim();
    !name.is_empty() && name.chars().all(is_key_character)
}

/// Whether a line looks like the start of a `key = value`.
fn is_assignment(line: &str) -> bool {
    let Some((key, _)) = line.split_once('=') else {
        return false;
    };
    let key = key.trim();
    !key.is_empty() && key.chars().all(is_key_character)
}

fn is_key_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a = 1\n\n[b]\nc = [\n  \"d\",\n]\ne = 2\nstray\n";

    fn text_of(at: &str) -> &'static str {
        let at = TEXT.find(at).unwrap();
        &TEXT[statement(TEXT, at).span]
    }

    #[test]
    fn a_statement_goes_on_to_the_next_one() {
        assert_eq!(
            text_of("c ="),
            "c = [\n  \"d\",\n]\n".trim_start_matches('\n')
        );
        assert_eq!(text_of("stray"), "stray");
        assert_eq!(text_of("[b]"), "[b]");
    }

    #[test]
    fn a_statement_knows_its_table() {
        let table = |at: &str| statement(TEXT, TEXT.find(at).unwrap()).table;
        assert_eq!(table("a ="), None);
        assert_eq!(table("[b]"), Some(7));
        assert_eq!(table("stray"), Some(7));
    }

    #[test]
    fn the_end_of_the_text_belongs_to_the_last_line_with_content() {
        assert_eq!(statement("a\n   \n\n", 7).span, 0..1);
        assert_eq!(statement("", 0).span, 0..0);
    }
}
