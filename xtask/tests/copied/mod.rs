//! This project's own facts, in a folder where a test may change them.

use std::path::Path;

/// Copies pool and calendar of this project to where they lie in the project `into`.
pub fn copy_pool_and_calendar(into: &Path) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for kind in ["trust/anchors", "trust/calendar"] {
        let copy = into.join(kind);
        std::fs::create_dir_all(&copy).unwrap();
        for entry in std::fs::read_dir(root.join(kind)).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
        }
    }
}
