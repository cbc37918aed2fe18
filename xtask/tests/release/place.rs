//! Where the release under test is, and the programs that judge it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of the project.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The release that was built last.
pub fn release() -> PathBuf {
    let dist = std::env::var_os("PERENNIAL_TEST_DIST")
        .expect("run by `cargo xtask test`, which builds the release");
    let entries = std::fs::read_dir(dist)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .max_by_key(|path| path.metadata().unwrap().modified().unwrap())
        .expect("there is a release")
}

/// Name and bytes of its files.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    files_of(&release())
}

/// Name and bytes of the files of a folder.
pub fn files_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                std::fs::read(&path).unwrap(),
            )
        })
        .collect()
}

/// A copy of the release that may be damaged.
pub fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files() {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

/// A stock program from the environment, as `cargo xtask test` sets it.
pub fn peer(variable: &str) -> Command {
    Command::new(
        std::env::var_os(variable)
            .unwrap_or_else(|| panic!("{variable} is set by `cargo xtask test`")),
    )
}

/// Our own program, in the root of the project.
pub fn ourselves(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.current_dir(root()).args(arguments);
    command
}

/// `verify` of a folder: exit code and everything it printed.
pub fn verify(folder: &Path) -> (i32, String) {
    let output = ourselves(&["verify"]).arg(folder).output().unwrap();
    (output.status.code().unwrap(), text(&output))
}

/// Everything that a program printed.
pub fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat())
        .into_owned()
}
