//! The repository's calendar.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use trust::calendar::Calendar;
use trust::source::SourceFile;

/// Its files, by name.
pub(crate) fn files() -> Vec<Arc<SourceFile>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("calendar");
    let entries = std::fs::read_dir(folder).expect("trust/calendar");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    paths.sort();
    let read = |path: &PathBuf| {
        let bytes = std::fs::read(path).expect("a calendar file");
        SourceFile::from_bytes(path.display().to_string(), &bytes)
    };
    paths.iter().map(read).collect()
}

/// Its facts.
pub(crate) fn facts() -> Calendar {
    let (calendar, findings) = Calendar::read(&files());
    assert!(findings.is_empty(), "{}", findings[0].message);
    calendar
}
