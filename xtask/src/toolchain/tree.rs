//! A tree of files as a value: the manifest of its content, and how it differs from what is there.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::digest::sha256_hex;
use crate::exit::Exit;
use crate::failure::{Failure, Result};

/// What is in a tree: by path, relative to its root. Owners, times and directories are left out:
/// they differ from machine to machine and mean nothing to a compiler.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Manifest {
    entries: BTreeMap<String, Entry>,
}

/// One file or link.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Entry {
    File { sha256: String, executable: bool },
    Link { target: String },
}

/// One way in which a tree differs from its manifest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Difference {
    /// Other content, mode or kind.
    Changed(String),
    /// In the tree and not in the manifest.
    Extra(String),
    /// In the manifest and not in the tree.
    Missing(String),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed(path) => write!(f, "changed: {path}"),
            Self::Extra(path) => write!(f, "extra: {path}"),
            Self::Missing(path) => write!(f, "missing: {path}"),
        }
    }
}

impl Manifest {
    /// Reads and hashes every file below `root`.
    ///
    /// # Errors
    /// When something cannot be read, or is neither a file, a directory nor a link.
    pub fn of(root: &Path) -> Result<Self> {
        let mut entries = BTreeMap::new();
        walk(root, &mut |path, at, metadata| {
            let entry = if metadata.is_symlink() {
                let target = fs::read_link(at).map_err(|e| Failure::io("read", at, &e))?;
                Entry::Link {
                    target: text_of(&target)?,
                }
            } else {
                Entry::File {
                    sha256: sha256_of(at)?,
                    executable: metadata.permissions().mode() & 0o100 != 0,
                }
            };
            entries.insert(path, entry);
            Ok(())
        })?;
        Ok(Self { entries })
    }

    /// Every difference between `self` (what should be) and `found`, in the order of the paths.
    pub fn differences(&self, found: &Self) -> Vec<Difference> {
        let wanted =
            self.entries
                .iter()
                .filter_map(|(path, entry)| match found.entries.get(path) {
                    None => Some(Difference::Missing(path.clone())),
                    Some(other) if other != entry => Some(Difference::Changed(path.clone())),
                    Some(_) => None,
                });
        let extra = found
            .entries
            .keys()
            .filter(|path| !self.entries.contains_key(*path))
            .map(|path| Difference::Extra(path.clone()));
        let mut all: Vec<Difference> = wanted.chain(extra).collect();
        all.sort_by(|a, b| a.path().cmp(b.path()));
        all
    }

    /// SHA-256 of the text form, hexadecimal: what identifies the tree.
    pub fn sha256(&self) -> String {
        sha256_hex(self.to_string())
    }

    /// How many files and links there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The text form read back.
    ///
    /// # Errors
    /// When a line is none of a manifest's: `path` is for the message.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let mut entries = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let (name, entry) = entry_of(line).ok_or_else(|| {
                Failure::new(
                    Exit::Environment,
                    format!("{}:{}: not a line of a manifest", path.display(), index + 1),
                )
            })?;
            entries.insert(name, entry);
        }
        Ok(Self { entries })
    }
}

/// One line each: `file SHA256 x|- PATH` or `link TARGET -> PATH`, sorted by path.
impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, entry) in &self.entries {
            match entry {
                Entry::File { sha256, executable } => {
                    let mode = if *executable { 'x' } else { '-' };
                    writeln!(f, "file {sha256} {mode} {path}")?;
                }
                Entry::Link { target } => writeln!(f, "link {target} -> {path}")?,
            }
        }
        Ok(())
    }
}

impl Difference {
    /// The path that differs.
    pub fn path(&self) -> &str {
        match self {
            Self::Changed(path) | Self::Extra(path) | Self::Missing(path) => path,
        }
    }
}

fn entry_of(line: &str) -> Option<(String, Entry)> {
    if let Some(rest) = line.strip_prefix("link ") {
        let (target, path) = rest.split_once(" -> ")?;
        let target = target.to_owned();
        return Some((path.to_owned(), Entry::Link { target }));
    }
    let mut words = line.strip_prefix("file ")?.splitn(3, ' ');
    let sha256 = words.next().filter(|hash| hash.len() == 64)?.to_owned();
    let executable = match words.next()? {
        "x" => true,
        "-" => false,
        _ => return None,
    };
    let path = words.next()?.to_owned();
    Some((path, Entry::File { sha256, executable }))
}

/// Sizes and times of every file below a root: equal stamps mean that nothing was written since.
/// Cheap, and no proof; [`Manifest`] is the proof.
///
/// # Errors
/// When a directory cannot be read.
pub fn stamp(root: &Path) -> Result<String> {
    let mut lines = String::new();
    walk(root, &mut |path, _, metadata| {
        lines.push_str(&format!(
            "{} {}.{:09} {:o} {path}\n",
            metadata.len(),
            metadata.mtime(),
            metadata.mtime_nsec(),
            metadata.mode()
        ));
        Ok(())
    })?;
    Ok(lines)
}

/// SHA-256 of a file, lower-case hexadecimal.
///
/// # Errors
/// When it cannot be read.
pub fn sha256_of(path: &Path) -> Result<String> {
    let failed = |error: std::io::Error| Failure::io("read", path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let length = file.read(&mut buffer).map_err(failed)?;
        if length == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&buffer[..length]);
    }
}

type Visit<'a> = dyn FnMut(String, &Path, &Metadata) -> Result<()> + 'a;

/// Visits every file and link below `root`, in the order of their paths.
fn walk(root: &Path, visit: &mut Visit<'_>) -> Result<()> {
    walk_below(root, "", visit)
}

fn walk_below(directory: &Path, prefix: &str, visit: &mut Visit<'_>) -> Result<()> {
    let failed = |error: std::io::Error| Failure::io("read", directory, &error);
    let mut paths = fs::read_dir(directory)
        .map_err(failed)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<PathBuf>>>()
        .map_err(failed)?;
    paths.sort();
    for at in paths {
        let name = text_of(Path::new(at.file_name().unwrap_or_default()))?;
        let metadata = at
            .symlink_metadata()
            .map_err(|error| Failure::io("read", &at, &error))?;
        let path = format!("{prefix}{name}");
        if metadata.is_dir() {
            walk_below(&at, &format!("{path}/"), visit)?;
        } else if metadata.is_file() || metadata.is_symlink() {
            visit(path, &at, &metadata)?;
        } else {
            let what = format!("{} is neither a file nor a link", at.display());
            return Err(Failure::new(Exit::Environment, what));
        }
    }
    Ok(())
}

/// A path as a line of a manifest can hold it.
fn text_of(path: &Path) -> Result<String> {
    path.to_str()
        .filter(|text| !text.contains('\n') && !text.contains(" -> "))
        .map(str::to_owned)
        .ok_or_else(|| {
            Failure::new(
                Exit::Environment,
                format!("{} is a name that no manifest can hold", path.display()),
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn tree() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        fs::write(root.join("usr/bin/rustc"), "compiler").unwrap();
        fs::write(root.join("usr/note"), "text").unwrap();
        symlink("bin/rustc", root.join("usr/link")).unwrap();
        directory
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn differences_after(change: impl Fn(&Path)) -> Vec<String> {
        let directory = tree();
        let before = Manifest::of(directory.path()).unwrap();
        assert_eq!(before.differences(&before), []);
        change(directory.path());
        let found = Manifest::of(directory.path()).unwrap();
        let differences = before.differences(&found);
        assert_eq!(differences.is_empty(), before.sha256() == found.sha256());
        differences.iter().map(Difference::to_string).collect()
    }

    #[test]
    fn untouched_tree_has_no_difference() {
        assert_eq!(differences_after(|_| {}), [""; 0]);
    }

    #[test]
    fn changed_file_is_named() {
        let found = differences_after(|root| {
            fs::write(root.join("usr/bin/rustc"), "compileR").unwrap();
        });
        assert_eq!(found, ["changed: usr/bin/rustc"]);
    }

    #[test]
    fn missing_file_is_named() {
        let found = differences_after(|root| fs::remove_file(root.join("usr/note")).unwrap());
        assert_eq!(found, ["missing: usr/note"]);
    }

    #[test]
    fn extra_file_is_named() {
        let found = differences_after(|root| fs::write(root.join("usr/more"), "").unwrap());
        assert_eq!(found, ["extra: usr/more"]);
    }

    #[test]
    fn link_to_elsewhere_is_named() {
        let found = differences_after(|root| {
            fs::remove_file(root.join("usr/link")).unwrap();
            symlink("note", root.join("usr/link")).unwrap();
        });
        assert_eq!(found, ["changed: usr/link"]);
    }

    #[test]
    fn link_in_place_of_an_equal_file_is_named() {
        let found = differences_after(|root| {
            fs::rename(root.join("usr/note"), root.join("usr/moved")).unwrap();
            symlink("moved", root.join("usr/note")).unwrap();
        });
        assert_eq!(found, ["extra: usr/moved", "changed: usr/note"]);
    }

    #[test]
    fn executable_bit_counts_and_umask_does_not() {
        let file = |root: &Path| root.join("usr/note");
        assert_eq!(
            differences_after(|root| set_mode(&file(root), 0o755)),
            ["changed: usr/note"]
        );
        assert_eq!(
            differences_after(|root| set_mode(&file(root), 0o600)),
            [""; 0]
        );
    }

    #[test]
    fn text_form_is_read_back() {
        let directory = tree();
        let manifest = Manifest::of(directory.path()).unwrap();
        let read = Manifest::parse(&manifest.to_string(), Path::new("manifest")).unwrap();
        assert_eq!(read, manifest);
        assert_eq!(manifest.len(), 3);
    }

    #[test]
    fn cut_text_form_is_refused_with_its_line() {
        let directory = tree();
        let text = Manifest::of(directory.path()).unwrap().to_string();
        let cut = &text[..text.len() - 70];
        let failure = Manifest::parse(cut, Path::new("manifest")).unwrap_err();
        assert_eq!(failure.what, "manifest:3: not a line of a manifest");
        assert_eq!(failure.exit, Exit::Environment);
    }

    #[test]
    fn stamp_notices_a_write_of_equal_length() {
        let directory = tree();
        let before = stamp(directory.path()).unwrap();
        assert_eq!(before, stamp(directory.path()).unwrap());
        let file = File::options()
            .write(true)
            .open(directory.path().join("usr/note"))
            .unwrap();
        file.set_modified(std::time::UNIX_EPOCH).unwrap();
        assert_ne!(before, stamp(directory.path()).unwrap());
    }

    #[test]
    fn hash_is_the_one_sha256sum_prints() {
        let directory = tree();
        let file = directory.path().join("usr/note");
        let printed = std::process::Command::new("sha256sum")
            .arg(&file)
            .output()
            .unwrap();
        let printed = String::from_utf8(printed.stdout).unwrap();
        assert_eq!(
            printed.split(' ').next().unwrap(),
            sha256_of(&file).unwrap()
        );
    }
}
