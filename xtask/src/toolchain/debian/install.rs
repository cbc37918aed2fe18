//! Fetching, unpacking and building.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Debian, HostLibraries, RUSTC, linker_in};
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::toolchain::TARGET;
use crate::toolchain::apt::{Apt, Offer};
use crate::toolchain::command::{self, environment};
use crate::toolchain::core_library::{self, Compiler};
use crate::toolchain::files::{
    UNPACK_PREFIX, check_hash, create, remove_file, replace, temporary_in, write_whole,
};
use crate::toolchain::host_libraries;
use crate::toolchain::offered::{pinned_offer, require_debian};
use crate::toolchain::pins::{Package, SOURCE_PACKAGE};
use crate::toolchain::source::{find_library, unpack_library};
use crate::toolchain::tree::{self, Manifest};

impl Debian<'_> {
    pub(super) fn install(&self, progress: Progress) -> Result<()> {
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
            let offer = pinned_offer(package, &offered, &self.pins.suite);
            found.push(offer.map_err(|failure| apt.explain(failure))?);
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
        self.ensure_starts_in(into, HostLibraries::MachineFirst, progress)?;
        let compiler = Compiler {
            rustc: into.join(RUSTC),
            library_path: self.library_path(into),
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

    /// Starts compiler and linker once; fetches the libraries that the loader misses.
    pub(super) fn ensure_starts_in(
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
