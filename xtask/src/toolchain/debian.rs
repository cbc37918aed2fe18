//! The provider `debian`: pinned packages, unpacked below `target/`, no root needed.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::apt::{self, Apt, Offer};
use super::command::{self, environment};
use super::core_library::{self, Compiler};
use super::files::{
    UNPACK_PREFIX, check_hash, create, remove_file, replace, temporary_in, write_whole,
};
use super::host_libraries;
use super::offered::{pinned_offer, require_debian};
use super::pins::{DebianPins, Package, SOURCE_PACKAGE};
use super::tree::{self, Difference, Manifest};
use super::{Provider, TARGET, Toolchain};
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

    fn install(&self, progress: Progress) -> Result<()> {
        require_debian()?;
        create(&self.directory)?;
        self.remove_leftovers()?;
        self.download(progress)?;
        let temporary = temporary_in(&self.directory)?;
        self.unpack(temporary.path(), progress)?;
        self.build_core(temporary.path(), progress)?;
        let manifest = Manifest::of(temporary.path())?;
        self.check_tree(&manifest)?;
        // The manifest comes last: a tree without one was interrupted and is made again.
        remove_file(&self.manifest_path())?;
        replace(temporary, &self.root())?;
        write_whole(&self.manifest_path(), &manifest.to_string())?;
        write_whole(&self.stamp_path(), &tree::stamp(&self.root())?)
    }

    /// Removes what an interrupted unpack left.
    fn remove_leftovers(&self) -> Result<()> {
        let failed = |error: std::io::Error| Failure::io("read", &self.directory, &error);
        for entry in fs::read_dir(&self.directory).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(UNPACK_PREFIX) {
                fs::remove_dir_all(&path).map_err(|error| Failure::io("remove", &path, &error))?;
            }
        }
        Ok(())
    }

    /// Brings every package file into `debs`; what is there and right is kept.
    fn download(&self, progress: Progress) -> Result<()> {
        let debs = self.directory.join("debs");
        let partial = debs.join("partial");
        create(&partial)?;
        let missing: Vec<&Package> = self
            .pins
            .packages
            .iter()
            .filter(|package| check_hash(&self.deb(package), package.sha256.as_str()).is_err())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let apt = self.apt()?;
        apt.update(progress)?;
        let offers = self.pinned_offers(&apt, &missing)?;
        apt.download(&offers, &partial, progress)?;
        for package in missing {
            let to = self.deb(package);
            let from = partial.join(to.file_name().unwrap_or_default());
            check_hash(&from, package.sha256.as_str())?;
            fs::rename(&from, &to).map_err(|error| Failure::io("write", &to, &error))?;
        }
        Ok(())
    }

    /// What the sources offer of `packages`: exactly the pinned versions and hashes.
    fn pinned_offers(&self, apt: &Apt, packages: &[&Package]) -> Result<Vec<Offer>> {
        let names: Vec<&str> = packages
            .iter()
            .map(|package| package.name.as_str())
            .collect();
        let mut offers = apt.offers(&names)?;
        let mut found = Vec::new();
        for package in packages {
            let offered = offers.remove(package.name.as_str()).unwrap_or_default();
            found.push(pinned_offer(package, offered, &self.pins.suite)?);
        }
        Ok(found)
    }

    fn unpack(&self, into: &Path, progress: Progress) -> Result<()> {
        let _step = progress.step("unpacking the packages", None);
        let unpacked = self.pins.packages.iter();
        for package in unpacked.filter(|package| package.name.as_str() != SOURCE_PACKAGE) {
            host_libraries::unpack(&self.deb(package), into)?;
        }
        Ok(())
    }

    /// Builds `core` and `alloc` into `into`. The source itself does not stay: with it beside the
    /// compiler, rustc would write its path on this machine into panic messages.
    fn build_core(&self, into: &Path, progress: Progress) -> Result<()> {
        let compiler = Compiler {
            rustc: into.join(RUSTC),
            library_path: self.library_path(into),
        };
        self.ensure_starts_in(into, HostLibraries::MachineFirst, progress)?;
        let compiler = Compiler {
            library_path: self.library_path(into),
            ..compiler
        };
        let source = temporary_in(&self.directory)?;
        let package = self.pins.packages.iter();
        for package in package.filter(|package| package.name.as_str() == SOURCE_PACKAGE) {
            unpack_library(&self.deb(package), source.path())?;
        }
        let library = find_library(source.path())?;
        let output = into.join("usr/lib/rustlib").join(TARGET).join("lib");
        core_library::build(&compiler, &library, &output, progress)
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

    /// Starts compiler and linker once; fetches the libraries that the loader misses.
    fn ensure_starts_in(
        &self,
        root: &Path,
        libraries: HostLibraries,
        progress: Progress,
    ) -> Result<()> {
        let have_own = self.host_root().is_dir();
        let missing = first_missing(root, &self.library_path(root))?;
        if have_own && missing.is_none() {
            return Ok(());
        }
        match (missing, libraries) {
            (None, HostLibraries::MachineFirst) => return Ok(()),
            (None, HostLibraries::Packaged) => {}
            (Some(library), _) => progress.say(&format!(
                "this machine has no {library}: fetching the Debian packages the compiler needs to start"
            )),
        }
        self.fetch_host_libraries(progress)?;
        match first_missing(root, &self.library_path(root))? {
            None => Ok(()),
            Some(library) => Err(environment(format!(
                "the compiler does not start: {library} is missing on this machine"
            ))
            .help("install the package that has it, or use `--provider rustup`")),
        }
    }

    fn fetch_host_libraries(&self, progress: Progress) -> Result<()> {
        let debs: Vec<PathBuf> = self.pins.packages.iter().map(|p| self.deb(p)).collect();
        let pinned: Vec<&str> = self.pins.packages.iter().map(|p| p.name.as_str()).collect();
        let mut names = host_libraries::dependencies_of(&debs)?;
        // Only libraries: the compiler's package also depends on gcc, which the machine has.
        names.retain(|name| name.starts_with("lib") && !name.ends_with("-dev"));
        names.retain(|name| !pinned.contains(&name.as_str()));
        let downloads = self.directory.join("debs").join("host");
        let packages = host_libraries::fetch(
            &self.apt()?,
            &names,
            &downloads,
            &self.host_root(),
            progress,
        )?;
        let record = serde_json::to_string_pretty(&packages).unwrap_or_default();
        write_whole(&self.host_record(), &record)
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

/// The first library that the loader misses when it starts the compiler or the linker.
fn first_missing(root: &Path, library_path: &OsStr) -> Result<Option<String>> {
    for program in [root.join(RUSTC), linker_in(root)?] {
        let output = host_libraries::version_of(&program, library_path)?;
        if let Some(library) = host_libraries::missing_library(&output) {
            return Ok(Some(library.to_owned()));
        }
        if !output.status.success() {
            let doing = format!("start {}", program.display());
            return Err(command::failed(&doing, &Command::new(&program), &output));
        }
    }
    Ok(None)
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

/// Unpacks the folder `library` of the source package: a fifth of it.
fn unpack_library(deb: &Path, into: &Path) -> Result<()> {
    let mut packed = Command::new("dpkg-deb")
        .env("LC_ALL", "C")
        .arg("--fsys-tarfile")
        .arg(deb)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| environment("cannot run `dpkg-deb`").evidence(error))?;
    let tar = packed.stdout.take().map(|archive| {
        let mut tar = Command::new("tar");
        tar.env("LC_ALL", "C")
            .args(["--extract", "--no-same-owner", "--wildcards", "--directory"])
            .arg(into)
            .arg("./usr/src/rustc-*/library");
        command::run_fed(
            "unpack the source of `core`",
            &mut tar,
            Stdio::from(archive),
        )
    });
    let status = packed
        .wait()
        .map_err(|error| environment("cannot run `dpkg-deb`").evidence(error))?;
    tar.unwrap_or(Ok(()))?;
    if status.success() {
        return Ok(());
    }
    Err(environment(format!("cannot unpack {}", deb.display()))
        .evidence(format!("`dpkg-deb` ended with {status}")))
}

/// The folder `library` of the unpacked source.
fn find_library(source: &Path) -> Result<PathBuf> {
    let folder = source.join("usr/src");
    let entries = fs::read_dir(&folder).map_err(|error| Failure::io("read", &folder, &error))?;
    entries
        .flatten()
        .map(|entry| entry.path().join("library"))
        .find(|path| path.is_dir())
        .ok_or_else(|| environment(format!("no source of `core` in {SOURCE_PACKAGE}")))
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
