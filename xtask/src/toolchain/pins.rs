//! The pins: which packages the toolchain is made of, by version and SHA-256.

use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// Where the pins are, below the root of the repository.
pub const PINS_PATH: &str = "xtask/toolchain.toml";

/// The pins this program was compiled with.
const EMBEDDED: &str = include_str!("../../toolchain.toml");

/// The package with the source of `core` and `alloc`.
pub const SOURCE_PACKAGE: &str = "rust-web-src";

/// The package with the compiler.
pub const COMPILER_PACKAGE: &str = "rustc-web";

/// Everything that is pinned.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Pins {
    schema_version: SchemaVersion,
    /// The provider `debian`.
    pub debian: DebianPins,
}

/// The pins of the provider `debian`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DebianPins {
    /// Which distribution and suite carries the packages: for the reader of an error.
    pub suite: String,
    /// SHA-256 of the manifest of the unpacked and built tree, hexadecimal.
    pub tree_sha256: Sha256Hex,
    /// The packages, in the order of their names.
    #[serde(rename = "package")]
    pub packages: Vec<Package>,
}

/// One package, exactly.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The package's name.
    pub name: PackageName,
    /// Its version in the provider's own form.
    pub version: PackageVersion,
    /// The architecture it runs on; `all` for none in particular.
    pub architecture: String,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: Sha256Hex,
}

/// A checked string: only a value that obeys its rule can exist.
macro_rules! checked_string {
    ($(#[$doc:meta])* $name:ident, $rule:path, $says:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> std::result::Result<Self, String> {
                if $rule(&text) {
                    Ok(Self(text))
                } else {
                    Err(format!(concat!("`{}` is not ", $says), text))
                }
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

checked_string!(
    /// The name of a Debian package (Debian policy 5.6.1).
    PackageName,
    is_package_name,
    "a package name: lower-case letters, digits and `+-.`, two or more, the first not a sign"
);

checked_string!(
    /// The version of a Debian package (Debian policy 5.6.12).
    PackageVersion,
    is_package_version,
    "a package version: letters, digits and `.+-:~`, the first a digit"
);

checked_string!(
    /// A SHA-256 in lower-case hexadecimal.
    Sha256Hex,
    is_sha256,
    "a SHA-256: 64 lower-case hexadecimal digits"
);

fn is_package_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
    text.len() > 1
        && text.chars().all(allowed)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn is_package_version(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".+-:~".contains(c);
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(allowed)
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "u32")]
struct SchemaVersion(u32);

impl TryFrom<u32> for SchemaVersion {
    type Error = String;

    fn try_from(version: u32) -> std::result::Result<Self, String> {
        if version == 1 {
            Ok(Self(version))
        } else {
            Err(format!("schema version {version} is unknown; known: 1"))
        }
    }
}

impl Pins {
    /// The pins this program was compiled with.
    ///
    /// # Errors
    /// When the committed file is broken.
    pub fn embedded() -> Result<Self> {
        Self::parse(EMBEDDED, Path::new(PINS_PATH))
    }

    /// Reads pins; `path` is for messages.
    ///
    /// # Errors
    /// With line and column, when the text is not TOML, lacks a key, has an unknown one, or holds a
    /// value that breaks its rule.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let pins: Self = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let (line, column) = position(text, start);
            Failure::new(
                Exit::Unreadable,
                format!("{}:{line}:{column}: {}", path.display(), error.message()),
            )
            .help(RESTORE)
        })?;
        pins.check(path)?;
        Ok(pins)
    }

    /// Pins of `packages`; `tree_sha256` belongs to exactly these.
    pub fn new(suite: String, tree_sha256: Sha256Hex, mut packages: Vec<Package>) -> Self {
        packages.sort();
        Self {
            schema_version: SchemaVersion(1),
            debian: DebianPins {
                suite,
                tree_sha256,
                packages,
            },
        }
    }

    fn check(&self, path: &Path) -> Result<()> {
        let packages = &self.debian.packages;
        for required in [COMPILER_PACKAGE, SOURCE_PACKAGE] {
            if !packages.iter().any(|p| p.name.as_str() == required) {
                return Err(refused(path, &format!("no package `{required}` is pinned")));
            }
        }
        for pair in packages.windows(2) {
            if pair[0].name >= pair[1].name {
                let what = format!("`{}` comes after `{}`", pair[1].name, pair[0].name);
                return Err(refused(
                    path,
                    &format!("{what}: packages are in the order of their names, each once"),
                ));
            }
        }
        Ok(())
    }

    /// The committed form.
    pub fn to_toml(&self, header: &str) -> String {
        let mut text = String::from(header);
        let debian = &self.debian;
        let _ = write!(
            text,
            "schema-version = 1\n\n[debian]\n\
             # Where Debian carries these packages: what a machine's apt must be able to see.\n\
             suite = {}\n\
             # The unpacked packages and the `core` and `alloc` built from the packaged source: the SHA-256 of their\n\
             # manifest.\n\
             tree-sha256 = \"{}\"\n",
            toml_string(&debian.suite),
            debian.tree_sha256
        );
        for package in &debian.packages {
            let _ = write!(
                text,
                "\n[[debian.package]]\nname = \"{}\"\nversion = \"{}\"\narchitecture = {}\nsha256 = \"{}\"\n",
                package.name,
                package.version,
                toml_string(&package.architecture),
                package.sha256
            );
        }
        text
    }
}

impl DebianPins {
    /// What identifies these packages and how they are put together: 12 hexadecimal digits.
    pub fn short_hash(&self, recipe: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(recipe);
        for package in &self.packages {
            hash.update(format!(
                "{} {} {} {}\n",
                package.name, package.version, package.architecture, package.sha256
            ));
        }
        hex::encode(&hash.finalize()[..6])
    }
}

/// The comment above the pins.
pub const HEADER: &str = "\
# The firmware toolchain, pinned by content. Moved by `cargo xtask toolchain pin --offered`, which
# rewrites this file; `cargo xtask toolchain show` explains it.
";

const RESTORE: &str =
    "restore the file from version control, or write it with `cargo xtask toolchain pin --offered`";

fn refused(path: &Path, why: &str) -> Failure {
    Failure::new(Exit::Unreadable, format!("{}: {why}", path.display())).help(RESTORE)
}

/// A TOML basic string (TOML 1.0, "String").
fn toml_string(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

/// Line and column of a byte offset, both from 1.
fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error_of(from: &str, to: &str) -> String {
        assert!(EMBEDDED.contains(from), "the defect has a place: {from}");
        Pins::parse(&EMBEDDED.replacen(from, to, 1), Path::new("pins.toml"))
            .expect_err("a broken file is refused")
            .to_string()
    }

    #[test]
    fn committed_pins_are_in_the_written_form() {
        let pins = Pins::embedded().unwrap();
        assert_eq!(pins.to_toml(HEADER), EMBEDDED);
    }

    #[test]
    fn written_suite_is_read_back() {
        let pins = Pins::embedded().unwrap();
        let odd = Pins::new(
            "a \\ \"b\"".into(),
            pins.debian.tree_sha256.clone(),
            pins.debian.packages.clone(),
        );
        let read = Pins::parse(&odd.to_toml(HEADER), Path::new("pins.toml")).unwrap();
        assert_eq!(read, odd);
    }

    #[test]
    fn cut_hash_is_refused_with_line_and_column() {
        let text = error_of("729ec3e943d3", "729ec3e943d");
        assert!(
            text.contains("pins.toml:16:10: `729ec3e943d20515c2"),
            "{text}"
        );
        assert!(text.contains("64 lower-case hexadecimal digits"), "{text}");
    }

    #[test]
    fn upper_case_hash_is_refused() {
        assert!(error_of("729ec3e943d3", "729EC3e943d3").contains("pins.toml:16:10: "));
    }

    #[test]
    fn unknown_key_lists_the_known_ones() {
        let text = error_of("suite =", "suit =");
        assert!(
            text.contains("pins.toml:7:1: unknown field `suit`"),
            "{text}"
        );
        assert!(text.contains("tree-sha256"), "{text}");
    }

    #[test]
    fn missing_key_is_an_error() {
        let text = error_of("version = \"1:22.1.8-1~deb12u1\"\n", "");
        assert!(text.contains("missing field `version`"), "{text}");
    }

    #[test]
    fn unknown_schema_version_is_refused() {
        let text = error_of("schema-version = 1", "schema-version = 2");
        assert!(text.contains("schema version 2 is unknown"), "{text}");
    }

    #[test]
    fn name_that_could_be_an_option_or_a_path_is_refused() {
        for name in ["-oDir=x", "../lib", "libllvm22=1", "Lib", "a"] {
            let text = error_of("name = \"libllvm22\"", &format!("name = \"{name}\""));
            assert!(text.contains("is not a package name"), "{name}: {text}");
        }
    }

    #[test]
    fn version_with_a_slash_is_refused() {
        let text = error_of("\"1:22.1.8-1~deb12u1\"", "\"1/../2\"");
        assert!(text.contains("is not a package version"), "{text}");
    }

    #[test]
    fn pins_without_a_compiler_are_refused() {
        let text = error_of("name = \"rustc-web\"", "name = \"rustz-web\"");
        assert!(text.contains("no package `rustc-web` is pinned"), "{text}");
    }

    #[test]
    fn package_pinned_twice_is_refused() {
        let text = error_of("name = \"lld-22\"", "name = \"libllvm22\"");
        assert!(text.contains("each once"), "{text}");
    }

    #[test]
    fn short_hash_follows_packages_and_recipe() {
        let pins = Pins::embedded().unwrap().debian;
        let mut other = pins.clone();
        other.packages[0].version = PackageVersion::try_from("1:22.1.9-1".to_owned()).unwrap();
        assert_ne!(pins.short_hash("a"), other.short_hash("a"));
        assert_ne!(pins.short_hash("a"), pins.short_hash("b"));
        assert_eq!(pins.short_hash("a").len(), 12);
    }
}
