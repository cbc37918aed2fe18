//! Which ecosystem a firmware repository is of, told from the files that its getting-started makes.

use std::path::Path;

use clap::ValueEnum;

use super::platformio;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// The ecosystems that `init` knows.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Kind {
    /// arduino-esp32: platformio.ini with its framework, or a sketch
    Arduino,
    /// Rust without an operating system: Cargo.toml with esp-hal
    EspHal,
    /// ESP-IDF in C: CMakeLists.txt with project.cmake, and main/
    EspIdf,
    /// Rust on ESP-IDF: Cargo.toml with esp-idf-svc
    EspIdfSvc,
}

impl Kind {
    /// All of them, in the order of the book.
    pub const ALL: [Self; 4] = [Self::Arduino, Self::EspHal, Self::EspIdf, Self::EspIdfSvc];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Arduino => "arduino",
            Self::EspHal => "esp-hal",
            Self::EspIdf => "esp-idf",
            Self::EspIdfSvc => "esp-idf-svc",
        }
    }

    /// What it is recognised by.
    fn sign(self) -> &'static str {
        match self {
            Self::Arduino => "platformio.ini with framework = arduino, or a sketch *.ino",
            Self::EspHal => "Cargo.toml with the dependency esp-hal",
            Self::EspIdf => "CMakeLists.txt that includes project.cmake, and main/",
            Self::EspIdfSvc => "Cargo.toml with the dependency esp-idf-svc or esp-idf-sys",
        }
    }

    /// The kind of the tree at `root`.
    ///
    /// # Errors
    /// A tree of none or of several kinds: never a guess.
    pub(super) fn recognise(root: &Path) -> Result<Self> {
        let found: Vec<_> = Self::ALL
            .into_iter()
            .filter(|kind| kind.is_at(root))
            .collect();
        let what = match found[..] {
            [only] => return Ok(only),
            [] if platformio::is_at(root) => return Err(platformio::without_arduino(root)),
            [] => format!("{} is no firmware that is known here", root.display()),
            _ => {
                let words: Vec<_> = found.iter().map(|kind| kind.word()).collect();
                format!("{} looks like {}", root.display(), words.join(" and "))
            }
        };
        let kinds = Self::ALL.into_iter();
        let failure = kinds.fold(Failure::new(Exit::Unreadable, what), |failure, kind| {
            failure.evidence(format!("{:<11}  {}", kind.word(), kind.sign()))
        });
        Err(failure.help("give the folder of the firmware, or say what it is: --kind KIND"))
    }

    fn is_at(self, root: &Path) -> bool {
        match self {
            Self::Arduino if platformio::is_at(root) => platformio::has_arduino(root),
            Self::Arduino => has_sketch(root),
            Self::EspHal => {
                depends_on(root, &["esp-hal"]) && !depends_on(root, &["esp-idf-svc", "esp-idf-sys"])
            }
            Self::EspIdf => {
                let cmake = std::fs::read_to_string(root.join("CMakeLists.txt"));
                root.join("main").is_dir() && cmake.is_ok_and(|text| text.contains("project.cmake"))
            }
            Self::EspIdfSvc => depends_on(root, &["esp-idf-svc", "esp-idf-sys"]),
        }
    }
}

/// Whether there is a sketch in the folder.
fn has_sketch(root: &Path) -> bool {
    let entries = std::fs::read_dir(root).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .any(|path| path.extension().is_some_and(|end| end == "ino") && path.is_file())
}

/// Whether the package or workspace at `root` names one of these crates as a dependency.
fn depends_on(root: &Path, crates: &[&str]) -> bool {
    let text = std::fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let Ok(manifest) = text.parse::<toml::Table>() else {
        return false;
    };
    let names = |table: &toml::Table| {
        let dependencies = table.get("dependencies").and_then(toml::Value::as_table);
        dependencies.is_some_and(|listed| crates.iter().any(|name| listed.contains_key(*name)))
    };
    let inner = |key: &str| manifest.get(key).and_then(toml::Value::as_table);
    let targets = inner("target").into_iter().flat_map(toml::Table::values);
    names(&manifest)
        || inner("workspace").is_some_and(names)
        || targets.filter_map(toml::Value::as_table).any(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn a_tree_of_several_kinds_is_asked_about() {
        let folder = tree(&[
            ("platformio.ini", "[env]\nframework = arduino\n"),
            (
                "CMakeLists.txt",
                "include($ENV{IDF_PATH}/tools/cmake/project.cmake)",
            ),
            ("main/main.c", ""),
        ]);
        let failure = Kind::recognise(folder.path()).unwrap_err();
        assert!(
            failure.what.ends_with("looks like arduino and esp-idf"),
            "{failure}"
        );
        assert!(failure.help.contains("--kind"), "{failure}");
    }

    #[test]
    fn a_dependency_counts_and_a_word_in_a_comment_does_not() {
        for (manifest, kind) in [
            ("# esp-hal\n[dependencies]\nserde = \"1\"\n", None),
            ("[dependencies]\nesp-hal = \"1\"\n", Some(Kind::EspHal)),
            (
                "[workspace.dependencies]\nesp-idf-sys = \"0.36\"\n",
                Some(Kind::EspIdfSvc),
            ),
            (
                "[dependencies]\nesp-idf-svc = \"0.51\"\n",
                Some(Kind::EspIdfSvc),
            ),
            (
                "[target.'cfg(target_os = \"espidf\")'.dependencies]\nesp-idf-svc = \"0.51\"\n",
                Some(Kind::EspIdfSvc),
            ),
            ("not toml", None),
        ] {
            let folder = tree(&[("Cargo.toml", manifest)]);
            let found = Kind::recognise(folder.path()).ok();
            assert_eq!(found, kind, "{manifest}");
        }
    }
}
