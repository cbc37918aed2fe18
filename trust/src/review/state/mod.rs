//! The inputs as a flat list of things with values: what two of them are compared by. Layout, comments, and the order where
//! it means nothing are not in it; everything else is.

mod calendar;
mod files;
mod ledger;
mod policy;
mod value;

pub(super) use value::{Item, Value};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::subject::Section;
use crate::finding::{Finding, Severity};
use crate::source::SourceFile;

/// What tells a thing from others, in one place of time.
pub(super) type Identity = (Section, String);

/// Everything that there is. Usually one thing has an identity; calendars may say several things of one.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) items: BTreeMap<Identity, Vec<Item>>,
}

impl State {
    fn add(&mut self, section: Section, identity: impl Into<String>, item: Item) {
        let identity = (section, identity.into());
        self.items.entry(identity).or_default().push(item);
    }

    /// Files in which something could not be read: only their text says whether they are the same.
    fn add_unreadable(&mut self, files: &[Arc<SourceFile>], findings: &[Finding]) {
        let errors = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error);
        let named: BTreeSet<&str> = errors
            .map(|finding| finding.location().file.name.as_str())
            .collect();
        for file in files
            .iter()
            .filter(|file| named.contains(file.name.as_str()))
        {
            let sha256 = hex::encode(Sha256::digest(file.text.as_bytes()));
            let item = Item::new(&file.name).text("sha256", sha256);
            self.add(Section::Unreadable, &file.name, item);
        }
    }
}
