//! One form for each value.

use toml_edit::{Array, InlineTable, Key, Value};

use super::comments::{self, prefix, suffix, text};
use crate::policy::{read, schema};

/// The longest line that a list may stand on.
const WIDTH: usize = 100;
const INDENT: &str = "    ";

/// A value as it is written, with the comments that stood inside and now go above it.
#[derive(Default)]
pub(super) struct Written {
    /// The value; a list may have several lines.
    pub(super) text: String,
    /// Comments that were inside.
    pub(super) comments: Vec<String>,
}

/// The value of `key`, whose line begins with `key = `.
pub(super) fn write(key: &str, value: &Value) -> Written {
    match value {
        Value::Array(array) => write_list(key, array),
        other => write_inline(key, other),
    }
}

/// A key as it is written: bare where that is possible.
pub(super) fn write_key(key: &str) -> String {
    Key::new(key).display_repr().into_owned()
}

fn write_inline(key: &str, value: &Value) -> Written {
    match value {
        Value::Array(array) => write_inline_array(key, array),
        Value::InlineTable(table) => write_inline_table(table),
        scalar => Written {
            text: write_scalar(key, scalar),
            comments: Vec::new(),
        },
    }
}

fn write_scalar(key: &str, value: &Value) -> String {
    match value {
        Value::String(string) => {
            let text = string.value().as_str();
            let digest = read::canonical_sha256(text).filter(|_| is_digest(key));
            plain(digest.unwrap_or_else(|| text.to_owned()))
        }
        Value::Datetime(datetime) if is_date(key) && is_day(datetime.value()) => {
            plain(datetime.value().to_string())
        }
        Value::Boolean(boolean) => boolean.value().to_string(),
        Value::Datetime(datetime) => datetime.value().to_string(),
        Value::Float(float) => plain(*float.value()),
        Value::Integer(integer) => integer.value().to_string(),
        Value::Array(_) | Value::InlineTable(_) => String::new(),
    }
}

fn plain(value: impl Into<Value>) -> String {
    value.into().to_string()
}

fn is_digest(key: &str) -> bool {
    matches!(key, "sha256" | "spki-sha256")
}

fn is_date(key: &str) -> bool {
    matches!(
        key,
        "effective-end" | "ends" | "expires" | "last-unit-made" | "leaf-ends"
    )
}

fn is_day(datetime: &toml_edit::Datetime) -> bool {
    datetime.date.is_some() && datetime.time.is_none() && datetime.offset.is_none()
}

fn write_inline_array(key: &str, array: &Array) -> Written {
    let mut written = Written::default();
    let mut elements = Vec::new();
    for element in array {
        written
            .comments
            .extend(comments::all(prefix(element.decor())));
        let inner = write_inline(key, element);
        written.comments.extend(inner.comments);
        written
            .comments
            .extend(comments::all(suffix(element.decor())));
        elements.push(inner.text);
    }
    written
        .comments
        .extend(comments::all(text(Some(array.trailing()))));
    written.text = format!("[{}]", elements.join(", "));
    written
}

fn write_inline_table(table: &InlineTable) -> Written {
    let mut written = Written::default();
    let mut pairs = Vec::new();
    for (path, value) in ordered(table) {
        for key in &path {
            written
                .comments
                .extend(comments::all(prefix(key.leaf_decor())));
            written
                .comments
                .extend(comments::all(suffix(key.leaf_decor())));
        }
        written
            .comments
            .extend(comments::all(prefix(value.decor())));
        let name = path.last().map_or("", |key| key.get());
        let inner = write_inline(name, value);
        written.comments.extend(inner.comments);
        written
            .comments
            .extend(comments::all(suffix(value.decor())));
        let keys: Vec<_> = path.iter().map(|key| write_key(key.get())).collect();
        pairs.push(format!("{} = {}", keys.join("."), inner.text));
    }
    written
        .comments
        .extend(comments::all(text(Some(table.trailing()))));
    written.text = if pairs.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{ {} }}", pairs.join(", "))
    };
    written
}

/// The entries of an inline table: those of a key or builder in their order, others as they are.
fn ordered(table: &InlineTable) -> Vec<(Vec<&Key>, &Value)> {
    let mut entries = table.get_values();
    let rank = |path: &[&Key]| {
        let name = path.first().map_or("", |key| key.get());
        let known = schema::INLINE_TABLE_KEYS
            .iter()
            .position(|known| *known == name);
        known.unwrap_or(usize::MAX)
    };
    entries.sort_by_key(|(path, _)| rank(path));
    entries
}

/// An element of a list that has a line of its own.
#[derive(Default)]
struct Line {
    above: Vec<String>,
    text: String,
    behind: Option<String>,
}

impl Line {
    /// Takes a comment on the same line; a second one goes above.
    fn add_behind(&mut self, comment: String) {
        match self.behind {
            None => self.behind = Some(comment),
            Some(_) => self.above.push(comment),
        }
    }
}

fn write_list(key: &str, array: &Array) -> Written {
    let has_tables = array.iter().any(Value::is_inline_table);
    let inline = write_inline_array(key, array);
    let width = write_key(key).chars().count() + " = ".len() + inline.text.chars().count();
    let fits = width <= WIDTH && !inline.text.contains('\n');
    if inline.comments.is_empty() && (array.is_empty() || fits && !has_tables) {
        return inline;
    }
    let (lines, end) = lines(key, array);
    let mut written = String::from("[\n");
    for line in lines {
        line.above
            .iter()
            .for_each(|comment| write_line(&mut written, comment));
        let behind = line
            .behind
            .map_or(String::new(), |comment| format!(" {comment}"));
        write_line(&mut written, &format!("{},{behind}", line.text));
    }
    end.iter()
        .for_each(|comment| write_line(&mut written, comment));
    written.push(']');
    Written {
        text: written,
        comments: Vec::new(),
    }
}

fn write_line(out: &mut String, line: &str) {
    out.push_str(INDENT);
    out.push_str(line);
    out.push('\n');
}

/// The elements with their comments, and the comments below the last one.
fn lines(key: &str, array: &Array) -> (Vec<Line>, Vec<String>) {
    let mut lines: Vec<Line> = Vec::new();
    let mut above = Vec::new();
    for element in array {
        above.extend(below_same_line(&mut lines, prefix(element.decor())));
        let inner = write_inline(key, element);
        above.extend(inner.comments);
        lines.push(Line {
            above: std::mem::take(&mut above),
            text: inner.text,
            behind: None,
        });
        above.extend(below_same_line(&mut lines, suffix(element.decor())));
    }
    above.extend(below_same_line(&mut lines, text(Some(array.trailing()))));
    (lines, above)
}

/// The comments of the white space behind an element, comma or bracket. One on the same line goes to the element
/// that ends there; the others are given back.
fn below_same_line(lines: &mut [Line], space: &str) -> Vec<String> {
    let (same_line, below) = space.split_once('\n').unwrap_or((space, ""));
    let mut given_back = Vec::new();
    let comment = same_line.trim();
    match lines.last_mut() {
        _ if comment.is_empty() => {}
        Some(before) => before.add_behind(comment.to_owned()),
        None => given_back.push(comment.to_owned()),
    }
    given_back.extend(comments::all(below));
    given_back
}
