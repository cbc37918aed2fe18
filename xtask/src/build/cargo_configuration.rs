//! What cargo's own configuration may say where an image is built: where crates come from, and how cargo talks.
//!
//! Cargo reads `config.toml` of its home and of every folder above the crate, whatever the environment says. A key that
//! decides how something is compiled would make another image of the same commit, and nobody would see it in the release.

use std::path::{Path, PathBuf};

use toml::Table;

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The tables that say where crates come from and how cargo talks, and that no image depends on: the content of a crate
/// is fixed by the checksum in the lockfile.
const HARMLESS: [&str; 11] = [
    "alias",
    "cache",
    "cargo-new",
    "credential-alias",
    "doc",
    "http",
    "net",
    "registries",
    "registry",
    "source",
    "term",
];

/// Refuses every key that could change what is compiled.
///
/// `crate_folder` is where cargo runs; `cargo_home` is its home.
///
/// # Errors
/// [`Exit::Environment`] with each such key and its file; [`Exit::Unreadable`] for a file that cannot be read.
pub fn require_harmless(crate_folder: &Path, cargo_home: Option<&Path>) -> Result<()> {
    let mut foreign = Vec::new();
    for path in files(crate_folder, cargo_home) {
        let keys = deciding_keys(&path)?;
        foreign.extend(
            keys.iter()
                .map(|key| format!("{key} in {}", path.display())),
        );
    }
    if foreign.is_empty() {
        return Ok(());
    }
    let what = "cargo's configuration on this machine decides how the firmware is compiled";
    let failure = Failure::new(Exit::Environment, what);
    Err(foreign.iter().fold(failure, Failure::evidence).help(
        "take these keys out for the build, or build with another CARGO_HOME or from a folder that is not below them; \
         what the firmware needs belongs into firmware/Cargo.toml",
    ))
}

/// The files that cargo reads, nearest first. Of `config` and `config.toml` in one folder it takes the first.
fn files(crate_folder: &Path, cargo_home: Option<&Path>) -> Vec<PathBuf> {
    let above = crate_folder.ancestors().map(|folder| folder.join(".cargo"));
    let mut found: Vec<PathBuf> = above
        .chain(cargo_home.map(Path::to_owned))
        .filter_map(|folder| {
            let names = ["config", "config.toml"].map(|name| folder.join(name));
            names.into_iter().find(|path| path.exists())
        })
        .collect();
    found.dedup();
    found
}

fn deciding_keys(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io("read", path, &error))?;
    let table: Table = text.parse().map_err(|error| {
        Failure::new(Exit::Unreadable, format!("{} is not TOML", path.display())).evidence(error)
    })?;
    let decides = |key: &&String| !HARMLESS.contains(&key.as_str());
    Ok(table.keys().filter(decides).cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn refusal(place: &str, text: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let firmware = folder.path().join("a/project/firmware");
        fs::create_dir_all(&firmware).unwrap();
        let path = folder.path().join(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let home = folder.path().join("home");
        let failure = require_harmless(&firmware, Some(&home)).err()?;
        Some(
            failure
                .to_string()
                .replace(&folder.path().display().to_string(), ""),
        )
    }

    #[test]
    fn what_decides_is_refused_wherever_it_stands() {
        for place in [
            "home/config.toml",
            "home/config",
            "a/.cargo/config.toml",
            "a/project/.cargo/config",
            "a/project/firmware/.cargo/config.toml",
        ] {
            for text in [
                "[build]\nrustflags = [\"-Copt-level=0\"]\n",
                "[target.riscv32imc-unknown-none-elf]\nrunner = \"espflash\"\n",
                "[env]\nESP_LOG = \"debug\"\n",
                "[profile.release]\nlto = false\n",
                "[patch.crates-io]\nsmoltcp = { path = \"../smoltcp\" }\n",
                "[unstable]\nbuild-std = [\"core\"]\n",
                "paths = [\"../smoltcp\"]\n",
                "include = \"other.toml\"\n",
            ] {
                let said = refusal(place, text).unwrap();
                assert!(said.contains(&format!(" in /{place}")), "{said}");
            }
        }
    }

    #[test]
    fn where_crates_come_from_is_the_machines_affair() {
        let text = "[source.crates-io]\nreplace-with = \"mirror\"\n[source.mirror]\nregistry = \"sparse+https://m/\"\n\
                    [net]\nretry = 5\n[alias]\nxtask = \"run\"\n";
        assert_eq!(refusal("home/config.toml", text), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_no_empty_one() {
        let said = refusal("a/.cargo/config.toml", "[build\n").unwrap();
        assert!(said.contains("/a/.cargo/config.toml is not TOML"), "{said}");
    }
}
