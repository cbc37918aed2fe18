//! The sections of the file as tables, however they are written.

use toml::de::DeValue;

use super::problem::Problem;
use super::table::{Context, Entry, Shape, Table};
use crate::finding::Subject;
use crate::policy::schema::{Form, Presence, Section};

/// The sections of one policy.
pub(super) struct Sections<'r, 't> {
    root: &'r Table<'t>,
}

impl<'r, 't> Sections<'r, 't> {
    /// Those of the file.
    pub(super) fn new(root: &'r Table<'t>) -> Self {
        Self { root }
    }

    /// Where everything is reported.
    pub(super) fn context(&self) -> &'t Context<'t> {
        self.root.context()
    }

    /// Reads a section that is written once.
    pub(super) fn single<T>(
        &self,
        section: &Section,
        read: fn(&Table<'t>) -> Option<T>,
    ) -> Option<T> {
        let tables = self.tables(section);
        tables.first().and_then(read)
    }

    /// The tables of a section: a missing one is reported, and so is one in the wrong form, which is then read
    /// all the same.
    pub(super) fn tables(&self, section: &Section) -> Vec<Table<'t>> {
        let entries = match self.root.entry(section.name) {
            None => Vec::new(),
            Some(entry) => self.entries(section, entry),
        };
        if entries.is_empty() && section.presence == Presence::Required {
            self.root.report_missing(section.name);
        }
        let shape = Shape::of(section);
        entries
            .into_iter()
            .filter_map(|entry| Table::open(self.context(), entry, &shape))
            .collect()
    }

    /// How many tables of a section there are, whether they can be read or not.
    pub(super) fn count(&self, section: &Section) -> usize {
        match self.root.entry(section.name).map(|entry| entry.value) {
            None => 0,
            Some(DeValue::Array(tables)) => tables.len(),
            Some(_) => 1,
        }
    }

    fn entries(&self, section: &Section, entry: Entry<'t>) -> Vec<Entry<'t>> {
        match (section.form, entry.value) {
            (Form::Single, DeValue::Array(tables)) => {
                self.report_form(section, entry, "a single table");
                tables
                    .iter()
                    .map(Entry::new)
                    .filter(|e| e.value.is_table())
                    .take(1)
                    .collect()
            }
            (Form::Single, _) => vec![entry],
            (Form::List, DeValue::Array(tables)) => tables.iter().map(Entry::new).collect(),
            (Form::List, _) => {
                self.report_form(section, entry, "a list of tables");
                Some(entry)
                    .filter(|entry| entry.value.is_table())
                    .into_iter()
                    .collect()
            }
        }
    }

    fn report_form(&self, section: &Section, entry: Entry<'t>, expected: &'static str) {
        let problem = Problem::wrong_type(entry.value, expected)
            .help(format!("write its header as {}", section.header()));
        let at = self.context().place(entry.span());
        self.context()
            .report(problem.finding(section.name, at, Subject::item(section.name)));
    }
}
