//! The provider `debian`: pinned packages, unpacked below `target/`, no root needed.

mod install;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::apt::{self, Apt};
use super::command::{self, environment};
use super::core_library;
use super::files::{check_hash, write_whole};
use super::host_libraries;
use super::pins::{COMPILER_PACKAGE, DebianPins, Package};
use super::tree::{self, Difference, Manifest};
use super::{Provider, Toolchain};
use crate::failure::{Failure, Result};
use crate::lock::Lock;
use crate::progress::Progress;

/// Whether the libraries that the compiler loads come from the machine.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum HostLibraries {
    /// From the machine; from packages when it lacks one.
    #[default]
    MachineFirst,
    /// From packages, even when the machine has them.
    Packaged,
}

/// The compiler, below the root of the packages.
const RUSTC: &str = "usr/bin/rustc";

/// How many differences of a damaged tree are shown.
const DIFFERENCES_SHOWN: usize = 5;

/// What [`Debian::verify`] looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Verified {
    /// Package files.
    pub packages: usize,
    /// Unpacked files and links.
    pub files: usize,
}

/// The state of one set of pins on this machine.
pub struct Debian<'a> {
    pins: &'a DebianPins,
    directory: PathBuf,
    shared: PathBuf,
    /// Whether the tree must be the pinned one: not so while a pin is being moved.
    expect: Expect,
}

/// What the tree is compared with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Expect {
    /// The pinned hash.
    Pinned,
    /// Nothing: the hash is about to be pinned.
    Unknown,
}

impl<'a> Debian<'a> {
    /// The state below `root`, the repository's root.
    pub fn new(root: &Path, pins: &'a DebianPins) -> Self {
        // Absolute: apt and the compiler run in other folders.
        let root = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
        let shared = root.join("target").join("toolchain");
        let name = format!("debian-{}", pins.short_hash(&core_library::recipe()));
        Self {
            pins,
            directory: shared.join(name),
            shared,
            expect: Expect::Pinned,
        }
    }

    /// The same for pins whose tree is not known yet.
    pub fn with_unknown_tree(mut self) -> Self {
        self.expect = Expect::Unknown;
        self
    }

    /// Where everything is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// apt over the state that all pins share.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn apt(&self) -> Result<Apt> {
        Apt::new(&self.shared.join("apt"))
    }

    /// Whether apt has read all of this machine's sources and none of them has the compiler's package:
    /// another distribution.
    ///
    /// # Errors
    /// When apt cannot be run.
    pub fn is_another_distribution(&self) -> Result<bool> {
        if !Apt::is_available() {
            return Ok(false);
        }
        let apt = self.apt()?;
        let has_read = apt.has_lists() && apt.unread().is_empty();
        Ok(has_read && apt.offers(&[COMPILER_PACKAGE])?.is_empty())
    }

    /// Whether packages are unpacked; says nothing about their content.
    pub fn is_installed(&self) -> bool {
        self.manifest_path().is_file() && self.root().is_dir()
    }

    /// The toolchain, if it is here and nothing was written to it since it was checked.
    ///
    /// # Errors
    /// When it is here and not as it was: exit 14.
    pub fn installed(&self, progress: Progress) -> Result<Option<Toolchain>> {
        if !self.is_installed() {
            return Ok(None);
        }
        self.check_unchanged(progress)?;
        self.toolchain().map(Some)
    }

    /// The toolchain, fetched if need be. What is damaged is unpacked again.
    ///
    /// # Errors
    /// When it cannot be had, with the next step: exit 14.
    pub fn fetch(&self, libraries: HostLibraries, progress: Progress) -> Result<Toolchain> {
        let _lock = self.lock(progress)?;
        // Another process may have been faster.
        if !self.is_installed() {
            self.install(progress)?;
        } else if let Err(damage) = self.check_unchanged(progress) {
            progress.say(&format!("{damage}\nunpacking it again"));
            self.install(progress)?;
        }
        self.ensure_starts_in(&self.root(), libraries, progress)?;
        self.toolchain()
    }

    /// Hashes every package file and every unpacked file.
    ///
    /// # Errors
    /// When one is missing or changed: exit 14.
    pub fn verify(&self, progress: Progress) -> Result<Verified> {
        if !self.is_installed() {
            return Err(environment("the pinned toolchain is not here")
                .evidence(format!("looked in {}", self.directory.display()))
                .help("fetch it with `cargo xtask toolchain fetch`"));
        }
        for package in &self.pins.packages {
            check_hash(&self.deb(package), package.sha256.as_str())?;
        }
        let files = self.verify_tree(progress)?;
        write_whole(&self.stamp_path(), &tree::stamp(&self.root())?)?;
        Ok(Verified {
            packages: self.pins.packages.len(),
            files,
        })
    }

    /// The manifest's hash of what is unpacked.
    ///
    /// # Errors
    /// When there is no manifest.
    pub fn tree_sha256(&self) -> Result<String> {
        self.manifest().map(|manifest| manifest.sha256())
    }

    /// The packages of the machine's libraries that were fetched because it lacks them.
    pub fn host_packages(&self) -> Vec<Package> {
        host_libraries::recorded(&self.host_record())
    }

    fn lock(&self, progress: Progress) -> Result<Lock> {
        let path = self.shared.join("lock");
        Lock::acquire(&path, "cargo xtask: fetching the toolchain", progress)
    }

    fn check_tree(&self, manifest: &Manifest) -> Result<()> {
        let (pinned, found) = (self.pins.tree_sha256.as_str(), manifest.sha256());
        if self.expect == Expect::Unknown || found == pinned {
            return Ok(());
        }
        Err(environment("the unpacked toolchain is not the pinned one")
            .evidence(format!("pinned tree-sha256: {pinned}"))
            .evidence(format!("found:              {found}"))
            .evidence(
                "every package has the pinned hash, so `core` or `alloc` were built differently here",
            )
            .help(
                "run it again; if it stays, report it with this machine's distribution and `cc --version`",
            ))
    }

    fn verify_tree(&self, progress: Progress) -> Result<usize> {
        let _step = progress.step("hashing the unpacked toolchain", None);
        let manifest = self.manifest()?;
        self.check_tree(&manifest)?;
        let differences = manifest.differences(&Manifest::of(&self.root())?);
        if differences.is_empty() {
            return Ok(manifest.len());
        }
        Err(damaged(&self.root(), &differences))
    }

    /// Cheap when nothing was written since the last check, thorough when something was.
    fn check_unchanged(&self, progress: Progress) -> Result<()> {
        let manifest = self.manifest()?;
        self.check_tree(&manifest)?;
        let found = tree::stamp(&self.root())?;
        if fs::read_to_string(self.stamp_path()).ok().as_deref() == Some(&found) {
            return Ok(());
        }
        // Copied, touched or tampered with: only the content tells.
        self.verify_tree(progress)?;
        write_whole(&self.stamp_path(), &found)
    }

    fn toolchain(&self) -> Result<Toolchain> {
        let root = self.root();
        let library_path = self.library_path(&root);
        let rustc = root.join(RUSTC);
        let version = host_libraries::version_of(&rustc, &library_path)?;
        if !version.status.success() {
            let doing = "start the pinned compiler";
            return Err(command::failed(doing, &Command::new(&rustc), &version)
                .help("run `cargo xtask toolchain fetch`, which fetches the libraries it misses"));
        }
        Ok(Toolchain {
            provider: Provider::Debian,
            linker: linker_in(&root)?,
            rustc,
            library_path: Some(library_path.into()),
            sysroot: root.join("usr"),
            packages: self.pins.packages.clone(),
            tree_sha256: self.pins.tree_sha256.as_str().to_owned(),
            rustc_version: version.stdout.trim().to_owned(),
        })
    }

    fn library_path(&self, root: &Path) -> OsString {
        host_libraries::library_path(&[root, &self.host_root()])
    }

    fn manifest(&self) -> Result<Manifest> {
        let path = self.manifest_path();
        let text = fs::read_to_string(&path).map_err(|error| Failure::io("read", &path, &error))?;
        Manifest::parse(&text, &path)
    }

    fn deb(&self, package: &Package) -> PathBuf {
        let name = apt::file_name(&package.name, &package.version, &package.architecture);
        self.directory.join("debs").join(name)
    }

    fn root(&self) -> PathBuf {
        self.directory.join("root")
    }

    fn host_root(&self) -> PathBuf {
        self.directory.join("host")
    }

    fn host_record(&self) -> PathBuf {
        self.directory.join("host.json")
    }

    fn manifest_path(&self) -> PathBuf {
        self.directory.join("manifest")
    }

    fn stamp_path(&self) -> PathBuf {
        self.directory.join("stamp")
    }
}

/// The linker: in a folder named for the version of LLVM.
fn linker_in(root: &Path) -> Result<PathBuf> {
    let folder = root.join("usr/lib");
    let entries = fs::read_dir(&folder).map_err(|error| Failure::io("read", &folder, &error))?;
    entries
        .flatten()
        .map(|entry| entry.path().join("bin").join("ld.lld"))
        .find(|path| path.is_file())
        .ok_or_else(|| environment(format!("no ld.lld below {}", folder.display())))
}

fn damaged(root: &Path, differences: &[Difference]) -> Failure {
    let failure = environment(format!(
        "the unpacked toolchain was changed: {} files differ from the pinned ones",
        differences.len()
    ))
    .evidence(format!("below {}", root.display()));
    let shown = differences.iter().take(DIFFERENCES_SHOWN);
    shown.fold(failure, Failure::evidence).help(
        "find out who wrote there; `cargo xtask toolchain fetch` unpacks it again from the packages",
    )
}
