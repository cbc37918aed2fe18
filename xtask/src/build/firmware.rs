//! Compiles the firmware with the pinned toolchain, in an environment of its own.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use trust::date::Date;

use super::cargo_configuration;
use super::crates::{self, Crates};
use super::environment::{self, FETCH_ONLY, PASSED_ON, of_caller};
use super::lockfile::Lockfile;
use crate::exit::Exit;
use crate::failure::{Failure, Result};
use crate::progress::Progress;
use crate::toolchain::{TARGET, Toolchain, files};

/// The program of the firmware crate.
const PROGRAM: &str = "perennial-firmware";
/// Settings of esp-hal, which takes them from the environment alone: its linker script includes `firmware/rwtext_hook.x`.
pub(super) const SETTINGS: [(&str, &str); 1] = [("ESP_HAL_CONFIG_USE_RWTEXT_LD_HOOK", "true")];

/// What the image says of itself: the only values that the firmware takes from the environment.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Name of the product, for the app descriptor: at most 31 bytes.
    pub product: String,
    /// For the app descriptor: at most 31 bytes.
    pub version: String,
    /// 40 hexadecimal digits.
    pub commit: String,
    /// The release date.
    pub released: Date,
    /// Seconds since 1970-01-01T00:00:00Z, for the app descriptor's date and time.
    pub epoch: i64,
}

/// Where a firmware is compiled, from what, and in which surroundings. No byte of the image may depend on it.
#[derive(Clone, Debug)]
pub struct Workplace {
    /// The project; the firmware is in `firmware/`.
    pub root: PathBuf,
    /// Where compiled files go.
    pub target: PathBuf,
    /// Homes of cargo and of build scripts: nothing of the caller's is in them.
    pub homes: PathBuf,
    /// The crates.
    pub crates: Crates,
    /// Compiler and linker.
    pub toolchain: Toolchain,
    /// What else a build script could see.
    pub surroundings: Surroundings,
}

/// What a build script could see besides files and the identity of the build.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Surroundings {
    /// Variables of the environment.
    pub variables: Vec<(String, OsString)>,
    /// Compilers at once; cargo's default where none is said.
    pub jobs: Option<usize>,
    /// What starts cargo, with its arguments; cargo itself where it is empty.
    pub starter: Vec<OsString>,
}

impl Surroundings {
    /// Those of a release.
    pub fn of_release() -> Self {
        let variables = [("LC_ALL", "C"), ("TZ", "UTC")];
        Self {
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.into()))
                .into(),
            jobs: None,
            starter: Vec::new(),
        }
    }
}

/// Fetches the locked crates of `root`'s firmware if they are not here, and unpacks them below `private`.
///
/// # Errors
/// [`Exit::Environment`] when they cannot be had, and when this machine would decide what is compiled.
pub fn crates(root: &Path, private: &Path, progress: Progress) -> Result<Crates> {
    environment::require_unconfigured(std::env::vars_os().map(|(name, _)| name))?;
    let firmware = root.join("firmware");
    let lockfile = Lockfile::read(&firmware.join("Cargo.lock"))?;
    // Where cargo takes files for what never changes: elsewhere a build script that names a file which is not there runs
    // again with every build, and everything above it is compiled again.
    let store = homes(private).join("cargo/registry/locked");
    let in_store = || Crates::in_store(&store, &lockfile, &archives_of_caller(), progress);
    in_store().or_else(|_| {
        fetch(&firmware, progress)?;
        in_store()
    })
}

/// The homes of cargo and of build scripts in a project's private folder.
pub fn homes(private: &Path) -> PathBuf {
    private.join("homes")
}

/// The files of the crates that `lockfile`, of the crate or workspace in `folder`, has; fetched if they are not here.
///
/// # Errors
/// [`Exit::Environment`] when they cannot be had.
pub fn archives(folder: &Path, lockfile: &Lockfile, progress: Progress) -> Result<Vec<Vec<u8>>> {
    let all = || -> Result<Vec<Vec<u8>>> {
        let archives = archives_of_caller();
        let crates = lockfile.crates().iter();
        crates
            .map(|package| crates::archive(package, &archives))
            .collect()
    };
    all().or_else(|_| {
        fetch(folder, progress)?;
        all()
    })
}

fn archives_of_caller() -> Vec<PathBuf> {
    let home = environment::cargo_home();
    home.as_deref()
        .map(crates::archives_of_cargo)
        .unwrap_or_default()
}

/// Downloads the crates of the crate or workspace in `folder` with the caller's own cargo: its mirrors, its proxies.
fn fetch(folder: &Path, progress: Progress) -> Result<()> {
    progress.say("fetching the locked crates");
    let mut command = Command::new(cargo_program());
    command.current_dir(folder).env_clear();
    command
        .envs(of_caller(&PASSED_ON))
        .envs(of_caller(&FETCH_ONLY));
    command.envs(of_caller(&["CARGO_HOME", "HOME"]));
    command.args(["fetch", "--locked", "--quiet"]);
    let next_step = "connect to the package registry once, or see `cargo fetch`";
    run(command, "fetch the locked crates", next_step)
}

impl Workplace {
    /// Compiles `firmware/` in release mode; the bytes of the stripped ELF file.
    ///
    /// # Errors
    /// [`Exit::Environment`] when the compiler fails, or cargo's configuration would decide what it makes.
    pub fn compile(&self, identity: &Identity) -> Result<Vec<u8>> {
        cargo_configuration::require_harmless(&self.root.join("firmware"), None)?;
        for home in [self.cargo_home(), self.home()] {
            files::create(&home)?;
        }
        let mut build = self.cargo("build");
        build
            .arg("--release")
            .args(self.toolchain.cargo_arguments());
        if let Some(jobs) = self.surroundings.jobs {
            build.args(["--jobs", &jobs.to_string()]);
        }
        build
            .env("CARGO_ENCODED_RUSTFLAGS", self.rustflags().join("\x1f"))
            .env("PERENNIAL_PRODUCT", &identity.product)
            .env("PERENNIAL_VERSION", &identity.version)
            .env("PERENNIAL_COMMIT", &identity.commit)
            .env("PERENNIAL_RELEASE_DATE", identity.released.to_string())
            .env("SOURCE_DATE_EPOCH", identity.epoch.to_string());
        run(
            build,
            "compile the firmware",
            "the compiler's own message is above",
        )?;
        let path = self.target.join(TARGET).join("release").join(PROGRAM);
        std::fs::read(&path).map_err(|error| Failure::io("read", &path, &error))
    }

    /// Asks cargo about the locked crates, as they are for the firmware; what it prints.
    ///
    /// # Errors
    /// [`Exit::Environment`] when cargo does not answer.
    pub fn ask_cargo(&self, verb: &str, arguments: &[&str]) -> Result<Vec<u8>> {
        let mut command = self.cargo(verb);
        let unanswered = || {
            let what = format!("`cargo {verb}` does not say what the firmware is made of");
            Failure::new(Exit::Environment, what)
        };
        let output = command
            .args(arguments)
            .output()
            .map_err(|error| unanswered().evidence(error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(unanswered().evidence(said))
    }

    /// Every path of this machine that the compiler gets to see, and the name that it has in an image. Where one is below
    /// another, it comes later: of two remaps that fit, the last one counts.
    pub fn named_paths(&self) -> Vec<(PathBuf, &'static str)> {
        vec![
            (self.root.clone(), "/perennial"),
            (self.target.clone(), "/target"),
            (self.homes.clone(), "/homes"),
            (self.cargo_home(), "/cargo"),
            (self.crates.folder().to_owned(), "/cargo/registry"),
            (self.toolchain.sysroot.clone(), "/sysroot"),
        ]
    }

    fn home(&self) -> PathBuf {
        self.homes.join("user")
    }

    /// A home in which no configuration is.
    fn cargo_home(&self) -> PathBuf {
        self.homes.join("cargo")
    }

    /// Cargo in the folder of the firmware, with the locked crates and no network.
    fn cargo(&self, verb: &str) -> Command {
        let mut words = self.surroundings.starter.clone();
        words.push(cargo_program());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command
            .current_dir(self.root.join("firmware"))
            .env_clear()
            .envs(of_caller(&PASSED_ON))
            .envs(rustup_home())
            .envs(
                self.surroundings
                    .variables
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .env("HOME", self.home())
            .env("CARGO_HOME", self.cargo_home())
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_TARGET_DIR", &self.target)
            .envs(SETTINGS)
            .envs(self.toolchain.cargo_environment());
        command
            .args([verb, "--locked", "--offline", "--quiet"])
            .args(self.crates.cargo_arguments());
        command
    }

    /// Flags that every crate of the image is compiled with. Paths of this machine become names: they would stand in panic
    /// messages otherwise.
    fn rustflags(&self) -> Vec<String> {
        let mut flags = code_flags(&self.toolchain);
        for (path, name) in self.named_paths() {
            let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
            for path in [path, canonical] {
                flags.push(format!("--remap-path-prefix={}={name}", path.display()));
            }
        }
        flags
    }
}

/// The flags that decide which machine code is made.
pub(super) fn code_flags(toolchain: &Toolchain) -> Vec<String> {
    vec![
        "-Cforce-frame-pointers".to_owned(),
        "-Csymbol-mangling-version=v0".to_owned(),
        "-Clink-arg=--build-id=none".to_owned(),
        format!("-Clinker={}", toolchain.linker.display()),
    ]
}

pub(super) fn cargo_program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Where rustup's own programs look for toolchains: below the caller's home, which they do not see.
fn rustup_home() -> Option<(&'static str, PathBuf)> {
    let home = environment::home()?.join(".rustup");
    std::env::var_os("RUSTUP_HOME")
        .is_none()
        .then_some(("RUSTUP_HOME", home))
}

/// Runs cargo, which says itself what is wrong.
pub(super) fn run(mut command: Command, doing: &str, next_step: &str) -> Result<()> {
    let status = command.status().map_err(|error| {
        Failure::new(
            Exit::Environment,
            format!("cannot {doing}: cargo does not start"),
        )
        .evidence(error)
    })?;
    if status.success() {
        return Ok(());
    }
    let arguments: Vec<OsString> = command.get_args().map(ToOwned::to_owned).collect();
    let line = arguments
        .iter()
        .map(|a| a.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ");
    Err(Failure::new(Exit::Environment, format!("cannot {doing}"))
        .evidence(format!("`cargo {line}` ended with {status}"))
        .help(next_step))
}
