//! What is known of CAs wherever the program runs, compiled into it: dated facts and the Mozilla set of roots.

use std::sync::{Arc, LazyLock};

use trust::anchors::Certificate;
use trust::calendar::Calendar;
use trust::source::SourceFile;

use crate::roots;

macro_rules! calendar {
    ($($name:literal),*) => {
        [$((
            concat!("trust/calendar/", $name),
            include_str!(concat!("../../trust/calendar/", $name)),
        )),*]
    };
}

/// The files of the calendar, by name as a folder is read.
const CALENDAR: [(&str, &str); 6] = calendar!(
    "chains.toml",
    "events.toml",
    "letsencrypt.toml",
    "owners.toml",
    "programmes.toml",
    "roots.toml"
);

/// The published development key, as `[signing]` lists it.
const DEVELOPMENT_KEY: &str = include_str!("../../trust/keys/development.pub");

/// The files of `trust/calendar/`.
pub(crate) fn calendar_files() -> Vec<Arc<SourceFile>> {
    CALENDAR
        .iter()
        .map(|(name, text)| SourceFile::new(*name, *text))
        .collect()
}

/// The facts in them, read once.
pub(crate) fn calendar() -> &'static Calendar {
    static CALENDAR: LazyLock<Calendar> = LazyLock::new(|| Calendar::read(&calendar_files()).0);
    &CALENDAR
}

/// The second line of a minisign public key.
pub(crate) fn development_key() -> &'static str {
    DEVELOPMENT_KEY.lines().nth(1).unwrap_or_default()
}

/// The roots of the Mozilla set that belong to one of `owners`, as files of a pool.
pub(crate) fn roots_of(owners: &[&str]) -> Vec<Arc<SourceFile>> {
    let calendar = calendar();
    let ours = |root: &Certificate| {
        let owner = calendar.owner(root);
        owner.is_some_and(|owner| owners.contains(&owner.as_str()))
    };
    let all = roots::mozilla_roots().into_iter();
    pool_files(all.filter(ours))
}

/// The root with this fingerprint, as a file of a pool.
pub(crate) fn root(sha256: &str) -> Option<Arc<SourceFile>> {
    let mut all = roots::mozilla_roots().into_iter();
    let root = all.find(|root| hex::encode(root.fingerprint) == sha256)?;
    pool_files(std::iter::once(root)).pop()
}

fn pool_files(roots: impl Iterator<Item = Certificate>) -> Vec<Arc<SourceFile>> {
    let mut files: Vec<Arc<SourceFile>> = Vec::new();
    for root in roots {
        let name = {
            let taken = |name: &str| {
                files
                    .iter()
                    .any(|file| file.name.ends_with(&format!("/{name}")))
            };
            roots::file_name(&root, taken)
        };
        let name = format!("trust/anchors/{name}");
        files.push(SourceFile::new(name, roots::mozilla_file(&root)));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// Owners of CAs whose chains the calendar knows for this kind of key: nothing can be proven of the others before their
/// servers' chains are captured.
pub(crate) fn known_owners(key_type: &str) -> Vec<String> {
    let mut owners: Vec<String> = Vec::new();
    let calendar = calendar();
    let default = |fact: &&trust::calendar::ChainFact| {
        fact.profile == "default" && fact.key_type.word() == key_type
    };
    for fact in calendar.chains().filter(default) {
        if !owners.contains(&fact.owner) {
            owners.push(fact.owner.clone());
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use trust::anchors::Inventory;

    use super::*;

    /// A file of the calendar that is not compiled in would be missing in every project that `init` sets up, and in every inspection.
    #[test]
    fn every_file_of_the_calendar_is_compiled_in() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../trust/calendar");
        let entries = std::fs::read_dir(folder).unwrap().flatten();
        let mut there: Vec<_> = entries
            .map(|entry| format!("trust/calendar/{}", entry.file_name().to_str().unwrap()))
            .collect();
        there.sort();
        assert_eq!(there, CALENDAR.map(|(name, _)| name));
        assert!(Calendar::read(&calendar_files()).1.is_empty());
    }

    #[test]
    fn the_roots_of_an_owner_can_be_read_back() {
        let files = roots_of(&["Let's Encrypt"]);
        let (inventory, findings) = Inventory::from_files(&files);
        assert!(findings.is_empty(), "{findings:?}");
        let names: Vec<_> = inventory.iter().map(|root| root.name.clone()).collect();
        assert!(names.contains(&"ISRG Root X2".to_owned()), "{names:?}");
        assert!(development_key().starts_with("RW"));
        assert_eq!(
            known_owners("ecdsa"),
            ["Let's Encrypt", "DigiCert", "Sectigo"]
        );
    }
}
