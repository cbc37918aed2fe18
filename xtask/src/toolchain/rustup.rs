//! The provider `rustup`: the toolchain of `rust-toolchain.toml`, with the prebuilt `core` and `alloc`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::command::{self, environment};
use super::pins::{Package, PackageName, PackageVersion, Sha256Hex};
use super::tree::{self, Manifest};
use super::{Provider, TARGET, Toolchain};
use crate::failure::{Failure, Result};
use crate::progress::Progress;

/// After which a download counts as failed: an offline machine must hear so soon.
const ADD_LIMIT: Duration = Duration::from_secs(180);

/// The toolchain of `root`'s `rust-toolchain.toml`; the target is added if it is missing.
///
/// # Errors
/// When rustup, the toolchain or the target is not there and cannot be added: exit 14.
pub fn ensure(root: &Path, progress: Progress) -> Result<Toolchain> {
    let found = find(root)?;
    if !found.has_target() {
        add_target(root, progress)?;
    }
    found.toolchain()
}

/// The toolchain if it is complete; nothing is added.
///
/// # Errors
/// As [`ensure`].
pub fn installed(root: &Path) -> Result<Option<Toolchain>> {
    let found = find(root)?;
    found.has_target().then(|| found.toolchain()).transpose()
}

/// A toolchain as rustup unpacked it.
struct Found {
    sysroot: PathBuf,
    release: String,
    host: String,
    version: String,
}

fn find(root: &Path) -> Result<Found> {
    if command::in_path("rustup").is_none() {
        return Err(environment("rustup is not installed")
            .help("install it (rustup.rs), or use `--provider debian` on x86-64 Linux with apt"));
    }
    let rustc = command::run(
        "find the compiler that rust-toolchain.toml names",
        rustup(root).args(["which", "rustc"]),
    )
    .map_err(|failure| {
        failure.help("install it with `rustup toolchain install`, run in this repository")
    })?;
    let rustc = PathBuf::from(rustc.trim());
    let said = command::run(
        "ask the compiler for its version",
        Command::new(&rustc).arg("-vV"),
    )?;
    let field = |name: &str| {
        said.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
            .unwrap_or_default()
            .to_owned()
    };
    let sysroot = rustc.parent().and_then(Path::parent).unwrap_or(&rustc);
    Ok(Found {
        sysroot: sysroot.to_path_buf(),
        release: field("release"),
        host: field("host"),
        version: said.lines().next().unwrap_or_default().to_owned(),
    })
}

impl Found {
    fn target(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(TARGET)
    }

    fn linker(&self) -> PathBuf {
        let tools = self.sysroot.join("lib/rustlib").join(&self.host);
        tools.join("bin").join("rust-lld")
    }

    fn has_target(&self) -> bool {
        self.target().join("lib").is_dir()
    }

    fn toolchain(&self) -> Result<Toolchain> {
        let packages = vec![
            self.package("rust-lld", &tree::sha256_of(&self.linker())?)?,
            self.package(
                &format!("rust-std-{TARGET}"),
                &Manifest::of(&self.target())?.sha256(),
            )?,
            self.package("rustc", &self.compiler_sha256()?)?,
        ];
        let mut hash = Sha256::new();
        for package in &packages {
            hash.update(format!("{} {}\n", package.name, package.sha256));
        }
        Ok(Toolchain {
            provider: Provider::Rustup,
            rustc: self.sysroot.join("bin/rustc"),
            linker: self.linker(),
            library_path: None,
            sysroot: self.sysroot.clone(),
            packages,
            tree_sha256: hex::encode(hash.finalize()),
            rustc_version: self.version.clone(),
        })
    }

    /// The program and the shared libraries beside it: all of the compiler.
    fn compiler_sha256(&self) -> Result<String> {
        let folder = self.sysroot.join("lib");
        let entries =
            std::fs::read_dir(&folder).map_err(|error| Failure::io("read", &folder, &error))?;
        let mut files: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_file())
            .collect();
        files.push(self.sysroot.join("bin/rustc"));
        files.sort();
        let mut hash = Sha256::new();
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            hash.update(format!("{} {name}\n", tree::sha256_of(&file)?));
        }
        Ok(hex::encode(hash.finalize()))
    }

    fn package(&self, name: &str, sha256: &str) -> Result<Package> {
        let odd = |why: String| environment("rustup's toolchain is none we know").evidence(why);
        Ok(Package {
            name: PackageName::try_from(name.to_owned()).map_err(odd)?,
            version: PackageVersion::try_from(self.release.clone()).map_err(odd)?,
            architecture: self.host.clone(),
            sha256: Sha256Hex::try_from(sha256.to_owned()).map_err(odd)?,
        })
    }
}

fn add_target(root: &Path, progress: Progress) -> Result<()> {
    let _step = progress.step(&format!("adding {TARGET} with rustup"), None);
    let mut add = rustup(root);
    add.args(["target", "add", TARGET]);
    let output = command::capture_within(ADD_LIMIT, &mut add)?;
    if output.status.success() {
        return Ok(());
    }
    let doing = format!("add {TARGET} to the pinned toolchain with rustup");
    Err(command::failed(&doing, &add, &output).help(
        "check the network; on x86-64 Linux with apt `--provider debian` needs no rustup server",
    ))
}

/// rustup as `root`'s `rust-toolchain.toml` directs it, whatever cargo was told when it started us.
fn rustup(root: &Path) -> Command {
    let mut command = Command::new("rustup");
    command
        .current_dir(root)
        .env_remove("RUSTUP_TOOLCHAIN")
        // Its backtrace would push its reason out of the lines we show.
        .env_remove("RUST_BACKTRACE");
    command
}
