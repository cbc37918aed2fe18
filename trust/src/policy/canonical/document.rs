//! Sections and keys in their order, with their comments.

use toml_edit::{
    Array, ArrayOfTables, DocumentMut, InlineTable, Item, Key, Table, TableLike, Value,
};

use super::comments::{self, Above, Paragraph, prefix, suffix};
use super::{placing, value};
use crate::policy::schema;

/// The whole file.
pub(super) fn canonical(document: &DocumentMut) -> String {
    let mut root = Block::root();
    root.fill(document.as_table(), schema::ROOT_KEYS);
    let trailing = Above::read(comments::text(Some(document.trailing())));
    let of_file = placing::place(&mut root, trailing);
    let mut out = String::new();
    comments::write_paragraphs(&of_file.top, &mut out);
    root.write(&mut out);
    if !of_file.end.is_empty() && !out.is_empty() {
        out.push('\n');
    }
    comments::write_paragraphs(&of_file.end, &mut out);
    out
}

const WITHOUT_HEADER: isize = -1;

/// One table as it will be written: a header, assignments, and tables below it.
pub(super) struct Block {
    /// The header with its brackets; empty at the top of the file.
    header: String,
    /// The names of the header.
    path: Vec<String>,
    /// The comments above the header.
    pub(super) above: Above,
    behind: String,
    /// Whether the header is left out, as for `a` where only `[a.b]` is written.
    implied: bool,
    /// Where the header stands in the file, counted in headers; below zero for what is written without one.
    pub(super) position: isize,
    /// The assignments, in canonical order.
    pub(super) lines: Vec<Assignment>,
    /// The comments below the last of them.
    pub(super) tail: Option<Paragraph>,
    /// The tables below this one.
    pub(super) below: Vec<Block>,
}

/// `key = value # behind`
pub(super) struct Assignment {
    /// The comments above.
    pub(super) above: Above,
    /// Where it stands in the file among the assignments of its table.
    pub(super) position: usize,
    text: String,
    behind: String,
}

impl Block {
    fn root() -> Self {
        Self::new(Vec::new(), "", "")
    }

    fn new(path: Vec<String>, open: &str, close: &str) -> Self {
        Self {
            header: format!("{open}{}{close}", path.join(".")),
            path,
            above: Above::default(),
            behind: String::new(),
            implied: false,
            position: WITHOUT_HEADER,
            lines: Vec::new(),
            tail: None,
            below: Vec::new(),
        }
    }

    /// Takes over what a table has: the known keys first, in their order.
    fn fill(&mut self, table: &dyn TableLike, known: &[&str]) {
        let mut names: Vec<(usize, &str)> =
            table.iter().map(|(name, _)| name).enumerate().collect();
        let rank = |name: &str| known.iter().position(|known| *known == name);
        names.sort_by_key(|(_, name)| rank(name).unwrap_or(usize::MAX));
        for (position, name) in names {
            if let Some((key, item)) = table.get_key_value(name) {
                self.take(position, key, item);
            }
        }
    }

    fn take(&mut self, position: usize, key: &Key, item: &Item) {
        let top = self.path.is_empty();
        match item {
            Item::None => {}
            Item::Table(table) => self.take_table(key, table),
            Item::ArrayOfTables(tables) => self.take_tables(key, tables),
            Item::Value(Value::InlineTable(table)) if top && is_section(key) => {
                self.take_inline_table(key, table);
            }
            Item::Value(Value::Array(array)) if top && is_section(key) && is_tables(array) => {
                self.take_inline_tables(key, array);
            }
            Item::Value(value) => self.take_value(position, key, value),
        }
    }

    fn take_value(&mut self, position: usize, key: &Key, value: &Value) {
        let written = value::write(key.get(), value);
        let mut above = Above::read(prefix(key.leaf_decor()));
        above.push(written.comments);
        self.lines.push(Assignment {
            above,
            position,
            text: format!("{} = {}", value::write_key(key.get()), written.text),
            behind: behind(suffix(value.decor())),
        });
    }

    fn take_table(&mut self, key: &Key, table: &Table) {
        let mut block = self.child(key, "[", "]");
        block.describe(table);
        let only_tables = !table.iter().any(|(_, item)| item.is_value());
        block.implied =
            only_tables && !table.is_empty() && (table.is_implicit() || table.is_dotted());
        block.fill(table, self.known(key));
        self.below.push(block);
    }

    fn take_tables(&mut self, key: &Key, tables: &ArrayOfTables) {
        for table in tables {
            let mut block = self.child(key, "[[", "]]");
            block.describe(table);
            block.fill(table, self.known(key));
            self.below.push(block);
        }
    }

    fn take_inline_table(&mut self, key: &Key, table: &InlineTable) {
        let mut block = self.child(key, "[", "]");
        block.above = Above::read(prefix(key.leaf_decor()));
        block.behind = behind(suffix(table.decor()));
        block.fill_inline(table, self.known(key));
        self.below.push(block);
    }

    fn take_inline_tables(&mut self, key: &Key, array: &Array) {
        let mut above = Above::read(prefix(key.leaf_decor()));
        let mut last = Vec::new();
        for element in array {
            let Value::InlineTable(table) = element else {
                continue;
            };
            let mut block = self.child(key, "[[", "]]");
            block.above = std::mem::take(&mut above);
            block.above.push(comments::all(prefix(table.decor())));
            block.above.push(comments::all(suffix(table.decor())));
            block.fill_inline(table, self.known(key));
            last.push(block);
        }
        if let Some(block) = last.last_mut() {
            let inside = comments::all(comments::text(Some(array.trailing())));
            block.tail = Some(inside).filter(|tail| !tail.is_empty());
            block.behind = behind(suffix(array.decor()));
        }
        self.below.extend(last);
    }

    fn fill_inline(&mut self, table: &InlineTable, known: &[&str]) {
        self.fill(table, known);
        let inside = comments::all(comments::text(Some(table.trailing())));
        self.above.push(inside);
    }

    fn describe(&mut self, table: &Table) {
        self.above = Above::read(prefix(table.decor()));
        self.behind = behind(suffix(table.decor()));
        self.position = table.position().unwrap_or(WITHOUT_HEADER);
    }

    fn child(&self, key: &Key, open: &str, close: &str) -> Self {
        let mut path = self.path.clone();
        path.push(value::write_key(key.get()));
        Self::new(path, open, close)
    }

    /// The keys of the section `key`; none for what is not one.
    fn known(&self, key: &Key) -> &'static [&'static str] {
        let section = schema::section(key.get()).filter(|_| self.path.is_empty());
        section.map_or(&[], |section| section.keys)
    }

    fn write(&self, out: &mut String) {
        if !self.implied {
            self.write_own(out);
        }
        self.below.iter().for_each(|block| block.write(out));
    }

    fn write_own(&self, out: &mut String) {
        let empty = self.header.is_empty() && self.lines.is_empty();
        if !out.is_empty() && !empty {
            out.push('\n');
        }
        if !self.header.is_empty() {
            self.above.write(out);
            write_line(out, &self.header, &self.behind);
        }
        for line in &self.lines {
            line.above.write(out);
            write_line(out, &line.text, &line.behind);
        }
        comments::write_paragraphs(self.tail.as_slice(), out);
    }
}

fn write_line(out: &mut String, text: &str, behind: &str) {
    out.push_str(text);
    if !behind.is_empty() {
        out.push(' ');
        out.push_str(behind);
    }
    out.push('\n');
}

/// The comment on the same line.
fn behind(space: &str) -> String {
    space.trim().to_owned()
}

fn is_section(key: &Key) -> bool {
    schema::section(key.get()).is_some()
}

fn is_tables(array: &Array) -> bool {
    !array.is_empty() && array.iter().all(Value::is_inline_table)
}
